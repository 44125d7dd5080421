//// arrays within arrays, parsed
//? stack_limit time_limit thrown memory_limit
JSON.parse("[".repeat(1e7));

//// closed ones
//? stack_limit thrown time_limit continue memory_limit
JSON.parse("[".repeat(1e6) + "]".repeat(1e6));

//// objects within objects, parsed
//? stack_limit thrown time_limit continue memory_limit
JSON.parse('{"a":'.repeat(1e6) + "1" + "}".repeat(1e6));

//// a large text, parsed
//? time_limit memory_limit thrown
const text = "[" + "{},".repeat(5e6) + "{}]";
for (;;) JSON.parse(text);

//// deep, written
//? stack_limit time_limit memory_limit thrown
let a = [];
for (let i = 0; i < 1e6; i++) a = [a];
JSON.stringify(a);

//// a shared tree, written
//? memory_limit time_limit thrown
let a = ["leaf"];
for (let i = 0; i < 60; i++) a = [a, a];
JSON.stringify(a);

//// a shared tree as the outcome
//? memory_limit time_limit output_limit thrown bad_outcome
let a = ["leaf"];
for (let i = 0; i < 60; i++) a = [a, a];
return { kind: "continue", state: { a } };

//// a cycle as the outcome
//? bad_outcome
const state = {};
state.self = state;
return { kind: "continue", state };

//// toJSON that returns another one
//? stack_limit time_limit thrown bad_outcome continue memory_limit
const more = () => ({ toJSON: more });
JSON.stringify({ toJSON: () => [{ toJSON: more }] });
const nest = () => ({ next: { toJSON: nest } });
JSON.stringify({ toJSON: nest });

//// a replacer that feeds itself
//? stack_limit thrown time_limit memory_limit
JSON.stringify({}, () => ({ again: {} }));

//// a reviver that feeds itself
//? continue stack_limit thrown time_limit memory_limit
JSON.parse('{"a":{"b":1}}', function (k, v) { this.a = { b: this }; return v; });

//// an array that claims to be long
//? time_limit memory_limit thrown
JSON.stringify(new Proxy([], { get: (t, k) => (k === "length" ? 2 ** 53 - 1 : t[k]) }));

//// a list of names that claims to be long
//? time_limit memory_limit thrown
JSON.stringify([1], new Proxy([], { get: (t, k) => (k === "length" ? 2 ** 31 : 1) }));

//// names that mean something elsewhere
//= {"right":true}
const o = JSON.parse('{"__proto__":{"admin":true},"constructor":1,"toString":2}');
return { kind: "continue", state: { right: o.admin === undefined && Object.keys(o).length === 3 && {}.admin === undefined } };

//// half a character
//? continue bad_outcome
return { kind: "continue", state: { half: "\ud800", other: "\udc00" } };
