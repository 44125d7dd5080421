"use strict";

// src/async_hooks.js
var AsyncLocalStorage = class {
  #store;
  run(store, f, ...args) {
    const before = this.#store;
    this.#store = store;
    let result;
    try {
      result = f(...args);
    } catch (err) {
      this.#store = before;
      throw err;
    }
    if (result && typeof result.then === "function") {
      const end = () => void (this.#store = before);
      result.then(end, end);
    } else {
      this.#store = before;
    }
    return result;
  }
  exit(f, ...args) {
    return this.run(void 0, f, ...args);
  }
  enterWith(store) {
    this.#store = store;
  }
  getStore() {
    return this.#store;
  }
  disable() {
    this.#store = void 0;
  }
  static bind(f) {
    return f;
  }
  static snapshot() {
    return (f, ...args) => f(...args);
  }
};
var AsyncResource = class {
  runInAsyncScope(f, self, ...args) {
    return f.apply(self, args);
  }
  bind(f) {
    return f;
  }
  static bind(f) {
    return f;
  }
  emitDestroy() {
    return this;
  }
  asyncId() {
    return 0;
  }
  triggerAsyncId() {
    return 0;
  }
};
module.exports = { AsyncLocalStorage, AsyncResource, executionAsyncId: () => 0, triggerAsyncId: () => 0, createHook: () => ({ enable() {
  return this;
}, disable() {
  return this;
} }) };
