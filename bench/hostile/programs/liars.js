//// an outcome that is a proxy
//? continue block
return new Proxy({}, { ownKeys: () => ["kind"], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }), get: (t, k) => (k === "kind" ? "continue" : undefined) });

//// a kind that changes each time it is read
//? continue block bad_outcome
let n = 0;
return { get kind() { return n++ % 2 ? "continue" : "block"; }, code: "no" };

//// a kind that throws
//? bad_outcome
return { get kind() { throw new Error("read me not"); } };

//// a kind without end
//? time_limit
return { get kind() { for (;;) {} } };

//// toJSON without end
//? time_limit
return { kind: "continue", toJSON() { for (;;) {} } };

//// toJSON that returns something else
//? block
return { kind: "continue", toJSON: () => ({ kind: "block", code: "from_json" }) };

//// a thenable that never settles
//? never_settles
return { then() {} };

//// a thenable that settles twice
//= {"n":1}
return { then(resolve, reject) { resolve({ kind: "continue", state: { n: 1 } }); resolve({ kind: "block" }); reject(new Error("late")); throw new Error("later"); } };

//// a thenable that throws
//? thrown
return { then() { throw new RangeError("no"); } };

//// a then that throws when it is read
//? thrown
return { get then() { throw new RangeError("no"); } };

//// thenables all the way down
//? time_limit memory_limit
const next = () => ({ then(resolve) { resolve(next()); } });
return next();

//// a proxy that is revoked
//? bad_outcome thrown
const { proxy, revoke } = Proxy.revocable({ kind: "continue" }, {});
setTimeout(revoke, 1);
await new Promise((done) => setTimeout(done, 5));
return { kind: "continue", state: proxy };

//// keys without end
//? bad_outcome thrown time_limit memory_limit
return new Proxy({}, { ownKeys: () => ({ length: 2 ** 53 - 1 }) });

//// a function
//? bad_outcome
return function kind() {};

//// a symbol
//? bad_outcome
return Symbol("continue");

//// null
//? bad_outcome
return null;

//// text
//? bad_outcome
return "continue";

//// a list
//? bad_outcome
return [{ kind: "continue" }];

//// a kind that is not one
//? bad_outcome
return { kind: "allow" };

//// a kind that only looks like one
//? bad_outcome
return { kind: "continue\u0000" };

//// a member that nobody knows
//? bad_outcome
return { kind: "continue", issue_admin_session: true };

//// the same key twice
//? bad_outcome continue block
return { kind: "continue", toJSON() { return { "kind": "continue" }; }, state: {} };

//// an object in the place of text
//? bad_outcome
return { kind: "block", code: { toString: () => "x" } };

//// a redirect to a script
//? bad_outcome
return { kind: "redirect", url: "javascript:alert(1)" };

//// a redirect to a place that is not safe
//? bad_outcome
return { kind: "redirect", url: "http://example.com/" };

//// a directive that is not one
//? bad_outcome
return { kind: "continue", directives: [{ type: "delete_all_users" }] };

//// a promise of a promise
//= {"n":2}
return new Promise((done) => setTimeout(() => done(Promise.resolve({ kind: "continue", state: { n: 2 } })), 2));

//// rejected by a promise that is pending
//? never_settles thrown
return Promise.reject(new Promise(() => {}));
