"use strict";

// src/process.js
module.exports = globalThis.process;
