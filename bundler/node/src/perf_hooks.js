"use strict";
const origin = Date.now();
const performance = {
  timeOrigin: origin,
  now: () => { const [s, ns] = process.hrtime(); return s * 1e3 + ns / 1e6; },
  mark: () => {}, measure: () => {}, clearMarks: () => {}, clearMeasures: () => {}, getEntries: () => [], getEntriesByName: () => [], getEntriesByType: () => [],
  toJSON: () => ({ timeOrigin: origin }),
};
module.exports = { performance, constants: {}, PerformanceObserver: class { observe() {} disconnect() {} } };
