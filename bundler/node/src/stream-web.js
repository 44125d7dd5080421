"use strict";
module.exports = {
  get ReadableStream() { return ReadableStream; },
  get ReadableStreamDefaultReader() { return ReadableStreamDefaultReader; },
};
