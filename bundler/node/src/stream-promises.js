"use strict";
const { promises } = require("node:stream");
module.exports = { pipeline: promises.pipeline, finished: promises.finished };
