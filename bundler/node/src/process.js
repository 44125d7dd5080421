"use strict";
module.exports = globalThis.process; // not a free name: that is what the bundler takes from here
