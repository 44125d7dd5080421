"use strict";

// src/path-posix.js
module.exports = require("node:path");
