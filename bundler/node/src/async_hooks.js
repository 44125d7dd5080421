// async_hooks: a store is there for what a function does at once. It does not follow promises, which goja gives no way to do; so it stays the one of the last run until that has settled.
"use strict";
class AsyncLocalStorage {
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
  exit(f, ...args) { return this.run(undefined, f, ...args); }
  enterWith(store) { this.#store = store; }
  getStore() { return this.#store; }
  disable() { this.#store = undefined; }
  static bind(f) { return f; }
  static snapshot() { return (f, ...args) => f(...args); }
}
class AsyncResource {
  runInAsyncScope(f, self, ...args) { return f.apply(self, args); }
  bind(f) { return f; }
  static bind(f) { return f; }
  emitDestroy() { return this; }
  asyncId() { return 0; }
  triggerAsyncId() { return 0; }
}
module.exports = { AsyncLocalStorage, AsyncResource, executionAsyncId: () => 0, triggerAsyncId: () => 0, createHook: () => ({ enable() { return this; }, disable() { return this; } }) };
