// buffer: the same class that the global Buffer is.
"use strict";
module.exports = {
  Buffer: globalThis.Buffer, // not a free name: that is what the bundler takes from here
  SlowBuffer: globalThis.Buffer,
  kMaxLength: 0x7fffffff,
  INSPECT_MAX_BYTES: 50,
  constants: { MAX_LENGTH: 0x7fffffff, MAX_STRING_LENGTH: 0x1fffffe8 },
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
  isAscii: (bytes) => new Uint8Array(bytes.buffer || bytes, bytes.byteOffset, bytes.byteLength).every((byte) => byte < 0x80),
  get Blob() { return Blob; },
  get File() { return File; },
};
