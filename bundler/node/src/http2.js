"use strict";
module.exports = Object.assign(require("node:$absent")("http2"), { constants: {} });
