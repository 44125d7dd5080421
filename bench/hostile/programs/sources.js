//// an absolute path
//! module
//? refused
import x from "/etc/passwd";
export function execute() { return x; }

//// a path out of the folder
//! module
//? refused
import x from "../../../../../../etc/passwd";
export function execute() { return x; }

//// a file's address
//! module
//? refused
import x from "file:///etc/passwd";
export function execute() { return x; }

//// a data address
//! module
//? refused
import x from "data:text/javascript,export default 1";
export function execute() { return x; }

//// an address on the network
//! module
//? refused
import x from "https://example.com/x.js";
export function execute() { return x; }

//// a built-in of node
//! module
//? refused
import { readFileSync } from "node:fs";
export function execute() { return readFileSync("/etc/passwd", "utf8"); }

//// the text of another place
//! module
//? refused
import x from "/etc/hostname" with { type: "text" };
export function execute() { return x; }

//// a source map that points to a file
//! module
//? continue
export function execute() { return { kind: "continue" }; }
//# sourceMappingURL=file:///etc/passwd

//// a source map that is one
//! module
//? thrown
export function execute() { throw new Error("where?"); }
//# sourceMappingURL=data:application/json,{"version":3,"sources":["/etc/passwd"],"names":[],"mappings":"AAAA"}

//// nothing
//! module
//? refused

//// no function
//! module
//? refused
export const execute = 1;

//// an export that is a proxy
//! module
//? thrown refused continue bad_outcome time_limit
export const execute = new Proxy(function () {}, { apply() { for (;;) {} } });

//// an export that throws when it is read
//! module
//? refused
Object.defineProperty(exports, "execute", { enumerable: true, get() { throw new Error("no"); } });

//// an export that is another one each time
//! module
//? refused continue no_entry load_error
let n = 0;
Object.defineProperty(exports, "execute", { enumerable: true, get() { return n++ % 2 ? undefined : () => ({ kind: "continue" }); } });

//// names in escapes
//! module
//? time_limit
export function e\u0078ecute() { \u0061: for (;;) continue a; }

//// await at the top
//! module
//? refused
await new Promise(() => {});
export function execute() {}

//// import.meta
//! module
//? refused continue thrown
export function execute() { return { kind: "continue", state: { url: String(import.meta.url) } }; }

//// the bundler's own global
//! module
//? continue refused load_error no_entry
globalThis.$action = null;
Object.defineProperty(globalThis, "$action", { set() {}, get() { return undefined; } });
export function execute() { return { kind: "continue" }; }

//// JSX and decorators
//! module
//? refused
export const execute = <script>{1}</script>;

//// HTML comments
//! module
//? refused continue
<!-- x
export function execute() { return { kind: "continue" }; }
--> y

//// a hashbang
//! module
//? continue refused
#!/bin/sh -c "cat /etc/passwd"
export function execute() { return { kind: "continue" }; }
