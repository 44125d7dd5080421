"use strict";

// src/constants.js
module.exports = { ...require("node:crypto").constants };
