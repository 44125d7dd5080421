"use strict";

// src/https.js
var { Agent: Plain, client, ...rest } = require("node:http");
var Agent = class extends Plain {
  constructor(options) {
    super(options);
    this.protocol = "https:";
    this.defaultPort = 443;
  }
};
module.exports = { ...rest, ...client("https:", new Agent()), Agent };
