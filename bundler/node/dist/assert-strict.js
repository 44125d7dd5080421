"use strict";

// src/assert-strict.js
module.exports = require("node:assert").strict;
