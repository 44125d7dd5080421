"use strict";

// src/stream-promises.js
var { promises } = require("node:stream");
module.exports = { pipeline: promises.pipeline, finished: promises.finished };
