"use strict";

// src/worker_threads.js
module.exports = Object.assign(require("node:$absent")("worker_threads"), { isMainThread: true, parentPort: null, threadId: 0, workerData: null });
