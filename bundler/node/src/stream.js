"use strict";
const stream = require("readable-stream/lib/stream");
module.exports = Object.assign(stream, {
  // A body of fetch is a web stream; what reads it here is a stream of Node.js.
  isReadable: (s) => s !== null && typeof s === "object" && s.readable === true,
  isErrored: (s) => Boolean(s && s.errored),
});
