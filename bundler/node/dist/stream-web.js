"use strict";

// src/stream-web.js
module.exports = {
  get ReadableStream() {
    return ReadableStream;
  },
  get ReadableStreamDefaultReader() {
    return ReadableStreamDefaultReader;
  }
};
