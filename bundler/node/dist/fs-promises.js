"use strict";

// src/fs-promises.js
module.exports = require("node:fs").promises;
