// timers: like the globals. A timer of Node.js is an object, but libraries ask only for unref, and ask whether there is one.
"use strict";
const setImmediate = (f, ...args) => setTimeout(f, 0, ...args);
module.exports = {
  setTimeout: (...args) => setTimeout(...args),
  clearTimeout: (id) => clearTimeout(id),
  setInterval: (...args) => setInterval(...args),
  clearInterval: (id) => clearInterval(id),
  setImmediate,
  clearImmediate: (id) => clearTimeout(id),
  get promises() { return require("node:timers/promises"); },
};
