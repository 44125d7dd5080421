"use strict";

// src/http2.js
module.exports = Object.assign(require("node:$absent")("http2"), { constants: {} });
