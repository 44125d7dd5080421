"use strict";
const { Agent: Plain, client, ...rest } = require("node:http");
class Agent extends Plain {
  constructor(options) {
    super(options);
    this.protocol = "https:";
    this.defaultPort = 443;
  }
}
module.exports = { ...rest, ...client("https:", new Agent()), Agent };
