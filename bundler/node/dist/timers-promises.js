"use strict";

// src/timers-promises.js
function wait(ms, value, { signal } = {}) {
  return new Promise((resolve, reject) => {
    if (signal && signal.aborted) return reject(signal.reason);
    const give = () => {
      clearTimeout(id);
      reject(signal.reason);
    };
    const id = setTimeout(() => {
      if (signal) signal.removeEventListener("abort", give);
      resolve(value);
    }, ms);
    if (signal) signal.addEventListener("abort", give, { once: true });
  });
}
module.exports = {
  setTimeout: wait,
  setImmediate: (value, options) => wait(0, value, options),
  scheduler: { wait: (ms, options) => wait(ms, void 0, options), yield: () => wait(0) }
};
