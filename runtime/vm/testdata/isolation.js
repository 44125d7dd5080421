"use strict";
// What can be reached from the global object: execute describes it, or first changes all of it.
var $action = (() => {
  const { getOwnPropertyDescriptor, getPrototypeOf, ownKeys, apply, defineProperty, deleteProperty, set } = Reflect;
  const text = String, { push } = Array.prototype, { join } = Array.prototype, { has: known, add } = Set.prototype, Known = Set;
  const { toString } = Function.prototype, { isExtensible, setPrototypeOf } = Object;
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

  // visit calls back for each reachable object with its path and its keys.
  const visit = (callback) => {
    const seen = new Known(), queue = [];
    const reach = (value, path) => {
      if (isObject(value) && !apply(known, seen, [value])) {
        apply(add, seen, [value]);
        queue[queue.length] = { value, path };
      }
    };
    const generator = function* () {}, async = async () => {};
    for (const value of [globalThis, generator, async, /x/, [][Symbol.iterator](), new Map().entries(), new Set().values(), ""[Symbol.iterator](), "".matchAll(/x/g), generator()]) reach(value, "");
    for (let i = 0; i < queue.length; i++) {
      const { value: object, path } = queue[i];
      const keys = ownKeys(object);
      reach(getPrototypeOf(object), path + ".[[Prototype]]");
      for (let k = 0; k < keys.length; k++) {
        const key = keys[k];
        const name = path + "." + text(key);
        let value;
        try { value = object[key]; } catch {} // a getter that wants another this
        reach(value, name);
        const descriptor = getOwnPropertyDescriptor(object, key);
        if (descriptor) {
          reach(descriptor.get, name + ".get");
          reach(descriptor.set, name + ".set");
        }
      }
      callback(object, path, keys);
    }
    return queue.length;
  };

  const describe = () => {
    const lines = [];
    visit((object, path, keys) => {
      let line = path + " " + typeof object + " " + isExtensible(object) + " " + (typeof object === "function" ? apply(toString, object, []) : "");
      for (let k = 0; k < keys.length; k++) {
        const d = getOwnPropertyDescriptor(object, keys[k]);
        line += "\n\t" + text(keys[k]) + " " + d.writable + d.enumerable + d.configurable + " " + typeof d.get + typeof d.set + " " + (isObject(d.value) ? typeof d.value : text(d.value));
      }
      apply(push, lines, [line]);
    });
    return apply(join, lines, ["\n"]);
  };

  const poison = () => {
    const all = [];
    const count = visit((object, path, keys) => apply(push, all, [{ object, keys }]));
    const poisoned = function poisoned() { return "poisoned"; };
    for (let i = 0; i < all.length; i++) {
      const { object, keys } = all[i];
      for (let k = 0; k < keys.length; k++) {
        try { set(object, keys[k], poisoned); } catch {}
        if (k % 3 === 0) deleteProperty(object, keys[k]);
        else if (k % 3 === 1) defineProperty(object, keys[k], { get: poisoned, set: poisoned, configurable: true });
        else defineProperty(object, keys[k], { value: poisoned });
      }
      defineProperty(object, "poisoned", { value: poisoned, enumerable: true });
      try { setPrototypeOf(object, null); } catch {}
    }
    return count;
  };

  return {
    execute(input) {
      const { what, wait: ms } = input;
      const act = () => (what === "poison" ? poison() : describe());
      if (!ms) return act();
      const waiting = new Promise((done) => setTimeout(done, ms));
      if (what !== "poison") return waiting.then(act);
      poison(); // and then wait
      return waiting;
    },
  };
})();
