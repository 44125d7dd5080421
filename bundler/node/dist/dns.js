"use strict";

// src/dns.js
var absent = require("node:$absent");
module.exports = Object.assign(absent("dns"), { promises: Object.assign(absent("dns.promises"), { Resolver: class {
} }), ADDRCONFIG: 32, V4MAPPED: 8, ALL: 16, Resolver: class {
} });
