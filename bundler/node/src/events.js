// events: the package of that name, with what Node.js has added since.
"use strict";
const EventEmitter = require("events/");
const { once } = EventEmitter;

// With a signal the wait can be given up.
EventEmitter.once = (emitter, name, options) => {
  const signal = options && options.signal;
  if (!signal) return once(emitter, name);
  const aborted = new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([once(emitter, name), aborted]);
};
EventEmitter.captureRejectionSymbol = Symbol.for("nodejs.rejection");
EventEmitter.errorMonitor = Symbol("events.errorMonitor");
EventEmitter.getEventListeners = (emitter, name) => emitter.listeners(name);
EventEmitter.setMaxListeners = () => {};
EventEmitter.addAbortListener = (signal, listener) => {
  signal.addEventListener("abort", listener, { once: true });
  return { dispose: () => signal.removeEventListener("abort", listener) };
};
module.exports = EventEmitter;
