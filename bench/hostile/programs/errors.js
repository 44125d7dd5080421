//// a toString without end
//? time_limit thrown
throw { toString() { for (;;) {} } };

//// a message without end
//? time_limit
throw { get message() { for (;;) {} } };

//// a message that throws
//? thrown
throw { get message() { throw this; } };

//// a name that throws
//? thrown
const e = new Error("x");
Object.defineProperty(e, "name", { get() { throw e; } });
throw e;

//// a stack without end
//? time_limit thrown
const e = new Error("x");
Object.defineProperty(e, "stack", { get() { for (;;) {} } });
throw e;

//// a stack that names other files
//? thrown
const e = new Error("x");
e.stack = "Error: x\n\tat root (/etc/passwd:1:1(1))\n".repeat(1000);
throw e;

//// a huge message
//? thrown memory_limit
throw new Error("x".repeat(5e6));

//// a cause that is its own
//? thrown
const e = new Error("x");
e.cause = e;
throw e;

//// a proxy
//? thrown time_limit
throw new Proxy(new Error("x"), { get() { for (;;) {} }, getPrototypeOf() { for (;;) {} } });

//// a revoked proxy
//? thrown
const { proxy, revoke } = Proxy.revocable({}, {});
revoke();
throw proxy;

//// null
//? thrown
throw null;

//// undefined
//? thrown
throw undefined;

//// a number
//? thrown
throw -0;

//// a large number
//? thrown time_limit
throw 1n << 1_000_000n;

//// a symbol
//? thrown
throw Symbol("x");

//// a function
//? thrown
throw function f() {};

//// half a character
//? thrown
throw new Error("\ud800");

//// control characters
//? thrown
throw new Error("\u0000\u001b[31m\r\nHTTP/1.1 200 OK\r\n\u202e");

//// a list of itself
//? thrown
const a = [];
a.push(a, a);
throw a;

//// a great list
//? thrown memory_limit time_limit
throw new Array(1e6).fill({ a: { b: { c: 1 } } });

//// an AggregateError of many
//? thrown time_limit memory_limit
throw new AggregateError(Array.from({ length: 1e5 }, () => new Error("x".repeat(100))), "many");

//// an Error whose class lies
//? thrown
class Lie extends Error { get name() { return { toString() { throw 1; } }; } get message() { return {}; } }
throw new Lie();

//// toString, toJSON and toPrimitive that throw
//? thrown
const no = () => { throw new Error("again"); };
throw { toString: no, toJSON: no, valueOf: no, [Symbol.toPrimitive]: no, get [Symbol.toStringTag]() { return no(); } };

//// thrown while it is loaded, and it throws when it is shown
//! module
//? refused
throw { get message() { throw new Error("again"); }, toString() { for (;;) {} } };
export function execute() {}

//// an Error that says that it is a limit
//? thrown
const e = new Error("the action took longer than 5s");
e.kind = "time_limit";
e.limit = "wall 5s";
throw e;
