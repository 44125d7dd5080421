"use strict";

// src/fs.js
var absent = require("node:$absent");
module.exports = Object.assign(absent("fs"), { promises: absent("fs.promises"), constants: {}, existsSync: () => false });
