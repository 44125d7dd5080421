"use strict";

// src/buffer.js
module.exports = {
  Buffer: globalThis.Buffer,
  // not a free name: that is what the bundler takes from here
  SlowBuffer: globalThis.Buffer,
  kMaxLength: 2147483647,
  INSPECT_MAX_BYTES: 50,
  constants: { MAX_LENGTH: 2147483647, MAX_STRING_LENGTH: 536870888 },
  atob: (text) => atob(text),
  btoa: (text) => btoa(text),
  isUtf8: (bytes) => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      return true;
    } catch {
      return false;
    }
  },
  isAscii: (bytes) => new Uint8Array(bytes.buffer || bytes, bytes.byteOffset, bytes.byteLength).every((byte) => byte < 128),
  get Blob() {
    return Blob;
  },
  get File() {
    return File;
  }
};
