//// Function
//? thrown
Function("return 1")();

//// Function, by way of any function
//? thrown
(() => {}).constructor("return globalThis")();

//// Function, by way of text
//? thrown
""["constructor"]["constructor"]("return 1")();

//// AsyncFunction
//? thrown
(async () => {}).constructor("return 1")();

//// GeneratorFunction
//? thrown
(function* () {}).constructor("yield 1")();

//// Function, by Reflect
//? thrown
Reflect.construct(Function, ["return 1"]);

//// Function, by way of its subclass
//? thrown
class F extends Function {}
new F("return 1");

//// eval
//? thrown
(0, eval)("1");

//// eval, from inside
//! module
//? thrown
exports.execute = function () { return eval("({kind:'continue'})"); };

//// a timer with text
//? thrown
setTimeout("globalThis.leaked = true", 1);
await new Promise((done) => setTimeout(done, 5));

//// import() of a built-in
//? refused
await import("fs");

//// import() of an address
//? refused
await import("https://example.com/x.js");

//// import() by a name that is made up
//? refused
const name = "f" + "s";
await import(name);

//// require
//? refused
return require("child_process").execSync("id");

//// require, by another name
//? thrown refused
const r = globalThis["req" + "uire"];
return r("fs").readFileSync("/etc/passwd");

//// the environment
//= {"leaked":false}
const p = globalThis.process;
return { kind: "continue", state: { leaked: p !== undefined && Object.keys(p.env ?? {}).length > 0 } };

//// the process
//= {"leaked":false}
const p = globalThis.process ?? {};
const works = (name, ...args) => {
  try { return p[name](...args) !== undefined; } catch { return false; }
};
const done = [works("binding", "fs"), works("dlopen", {}, "/lib/x.so"), works("kill", 1, 9), works("_linkedBinding", "fs"), works("setuid", 0), works("getBuiltinModule", "fs"), works("chdir", "/etc"), works("exit", 0)];
return { kind: "continue", state: { leaked: done.includes(true) || p.mainModule !== undefined } };

//// what other systems have in their globals
//= {"there":[]}
const names = ["Deno", "Bun", "WebAssembly", "XMLHttpRequest", "WebSocket", "Worker", "importScripts", "EventSource", "indexedDB", "localStorage", "navigator", "document", "window"];
return { kind: "continue", state: { there: names.filter((name) => globalThis[name] !== undefined) } };

//// shared memory
//= {"there":[]}
return { kind: "continue", state: { there: ["Atomics", "SharedArrayBuffer"].filter((name) => globalThis[name] !== undefined) } };

//// files by fetch
//= {"reached":false}
let reached = false;
for (const url of ["file:///etc/passwd", "FILE:/etc/passwd", "file:etc/passwd", "/etc/passwd", "data:text/plain,x", "ftp://example.com/", "gopher://127.0.0.1/", "unix:///run/x.sock", "jar:file:///x", "blob:x", "about:blank"]) {
  try { await fetch(url); reached = true; } catch {}
}
return { kind: "continue", state: { reached } };

//// Go, by reflection
//= {"leaked":[]}
const leaked = [];
const look = (o, path, depth) => {
  if (depth > 3 || o === null || (typeof o !== "object" && typeof o !== "function")) return;
  for (const k of Reflect.ownKeys(o)) {
    if (typeof k === "string" && /^(GoString|Interface|UnsafePointer|Elem|Kind|Pointer)$/.test(k)) leaked.push(path + k);
    let v;
    try { v = o[k]; } catch { continue; }
    if (typeof v === "function" && /github\.com|goja|func\d/.test(v.name)) leaked.push(path + String(k));
    look(v, path + String(k) + ".", depth + 1);
  }
};
look(globalThis, "", 0);
return { kind: "continue", state: { leaked } };

//// places of the server in a stack
//= {"leaked":false}
let text = "";
try { null.x; } catch (e) { text += e.stack; }
try { JSON.parse("{"); } catch (e) { text += e.stack; }
try { new URL("x"); } catch (e) { text += e.stack; }
try { atob("!"); } catch (e) { text += e.stack + e.message; }
return { kind: "continue", state: { leaked: /\.go\b|\/(home|root|work|usr|tmp)\//.test(text) } };

//// another tenant's name in the input
//= {"leaked":false}
return { kind: "continue", state: { leaked: JSON.stringify(input).includes("honest") } };

//// secrets that were never declared
//= {"secrets":0}
return { kind: "continue", state: { secrets: Object.keys(input.secrets ?? {}).length } };

//// arguments.callee and caller
//! module
//= {"right":true}
exports.execute = function execute() {
  let frames = 0;
  for (let f = arguments.callee; typeof f === "function" && frames < 100; f = f.caller) frames++;
  return { kind: "continue", state: { right: frames < 100 } };
};
