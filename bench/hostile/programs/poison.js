//// Object.prototype gets members
//= {"kept":true}
Object.prototype.kind = "block";
Object.prototype.toJSON = undefined;
Object.prototype.admin = true;
return { kind: "continue", state: { kept: true } };

//// Object.prototype says how everything is written
//? continue block bad_outcome
Object.prototype.toJSON = () => ({ kind: "continue" });
return { kind: "block", code: "no" };

//// Object.prototype gets setters
//? continue thrown bad_outcome
for (const name of ["kind", "state", "value", "done", "then", "get", "set", "length"]) {
  Object.defineProperty(Object.prototype, name, { configurable: true, get() { return () => {}; }, set() { throw new Error(name); } });
}
return undefined;

//// Array.prototype gives answers
//? continue thrown
Array.prototype[0] = "block";
Array.prototype[Symbol.iterator] = function* () { yield 1; };
Array.prototype.push = Array.prototype.map = Array.prototype.join = () => { throw new Error("gone"); };

//// Promise.prototype.then
//? continue never_settles thrown
Promise.prototype.then = function () { return this; };
await Promise.resolve();
return { kind: "continue" };

//// Promise itself
//= {"right":true}
globalThis.Promise = class { constructor() { throw new Error("no promises"); } };
return { kind: "continue", state: { right: true } };

//// Symbol.iterator
//? continue thrown
Array.prototype[Symbol.iterator] = undefined;
String.prototype[Symbol.iterator] = undefined;
return { kind: "continue" };

//// JSON.stringify
//? continue
JSON.stringify = () => '{"kind":"block","code":"forged"}';
JSON.parse = () => { throw new Error("no"); };
return { kind: "continue" };

//// JSON, all of it
//? continue
globalThis.JSON = { stringify: () => "forged", parse: () => "forged" };
return { kind: "continue" };

//// globals that throw when they are read
//= {"right":true}
for (const name of Object.getOwnPropertyNames(globalThis)) {
  try { Object.defineProperty(globalThis, name, { configurable: true, get() { throw new Error(name); } }); } catch {}
}
return { kind: "continue", state: { right: true } };

//// globals that are gone
//= {"right":true}
for (const name of Object.getOwnPropertyNames(globalThis)) {
  try { delete globalThis[name]; } catch {}
}
return { kind: "continue", state: { right: true } };

//// everything frozen
//= {"right":true}
const seen = new Set();
const freeze = (o) => {
  if (o === null || (typeof o !== "object" && typeof o !== "function") || seen.has(o)) return;
  seen.add(o);
  for (const k of Reflect.ownKeys(o)) { const d = Reflect.getOwnPropertyDescriptor(o, k); freeze(d.value); freeze(d.get); }
  freeze(Object.getPrototypeOf(o));
  try { Object.freeze(o); } catch {}
};
freeze(Object.prototype);
freeze(Array.prototype);
freeze(Promise);
freeze(JSON);
return { kind: "continue", state: { right: true } };

//// the global object's prototype is a proxy
//? continue thrown
Object.setPrototypeOf(globalThis, new Proxy({}, { has: () => true, get: () => { throw new Error("trap"); } }));
return { kind: "continue" };

//// Object.prototype's prototype
//= {"right":true}
try { Object.setPrototypeOf(Object.prototype, { admin: true }); } catch {}
return { kind: "continue", state: { right: {}.admin === undefined } };

//// Function.prototype
//= {"right":true}
Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw new Error("gone"); };
return { kind: "continue", state: { right: true } };

//// Error.prototype speaks when it is shown
//? thrown
Error.prototype.toString = () => { throw new Error("again"); };
Object.defineProperty(Error.prototype, "message", { get() { throw new Error("again"); } });
Object.defineProperty(Error.prototype, "name", { get() { throw new Error("again"); } });
throw new Error();

//// clocks and chance
//= {"right":true}
Date.now = () => 0;
Math.random = () => 0;
globalThis.setTimeout = () => 0;
return { kind: "continue", state: { right: true } };

//// regular expressions
//= {"right":true}
RegExp.prototype.exec = () => null;
RegExp.prototype[Symbol.replace] = () => "poison";
String.prototype.includes = String.prototype.endsWith = () => true;
return { kind: "continue", state: { right: true } };

//// the action's own exports
//! module
//? continue
export let execute = function () {
  execute = () => ({ kind: "block", code: "second" });
  globalThis.$action = { execute };
  return { kind: "continue" };
};

//// a counter that should not live on
//! module
//= {"n":1}
let n = 0;
globalThis.count = (globalThis.count ?? 0) + 1;
export function execute() {
  n++;
  return { kind: "continue", state: { n: n * globalThis.count } };
}

//// the input
//? continue
input.user = input.context = input.request = null;
Object.freeze(input);
return { kind: "continue" };

//// console
//= {"right":true}
console.log = () => { throw new Error("gone"); };
globalThis.console = null;
return { kind: "continue", state: { right: true } };
