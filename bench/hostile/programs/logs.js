//// lines without end
//? time_limit memory_limit
for (;;) console.log("x");

//// a line of fifty million characters
//? continue memory_limit time_limit
console.log("x".repeat(5e7));

//// a cyclic value
//? continue
const o = { list: [] };
o.self = o;
o.list.push(o, o);
console.log(o, [o], new Map([[o, o]]));

//// a value that does not end
//? time_limit continue
console.log({ get x() { for (;;) {} } }, { toString() { for (;;) {} } }, new Proxy({}, { ownKeys() { for (;;) {} } }));

//// a value that throws
//? continue thrown
console.error({ get x() { throw new Error("no"); } }, { toString() { throw new Error("no"); } }, new Proxy({}, { get() { throw 1; } }));

//// a shared tree
//? continue memory_limit time_limit
let a = ["leaf"];
for (let i = 0; i < 60; i++) a = [a, a];
console.log(a);

//// a format string
//? continue
console.log("%s%s%s%d%i%f%j%o%O%c%%".repeat(10_000), {}, Symbol("x"), 1n, null);

//// lines that forge lines
//? continue
console.info("ok\n2026-01-01T00:00:00Z level=ERROR msg=forged\u001b[2J\u0000\u2028");

//// every level, many times
//? continue
for (let i = 0; i < 10_000; i++) for (const level of ["debug", "info", "log", "warn", "error"]) console[level](level, i);
