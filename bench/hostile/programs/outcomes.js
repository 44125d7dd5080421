//// too large
//? output_limit
return { kind: "continue", state: { s: "x".repeat(300_000) } };

//// far too large
//? output_limit memory_limit time_limit
return { kind: "continue", state: { s: "x".repeat(20_000_000) } };

//// too deep
//? bad_outcome output_limit stack_limit time_limit
let deep = {};
for (let i = 0; i < 5000; i++) deep = { deep };
return { kind: "continue", state: { deep } };

//// a million claims
//? output_limit bad_outcome memory_limit time_limit
const id_token = {};
for (let i = 0; i < 1e6; i++) id_token["claim" + i] = i;
return { kind: "continue", claims: { id_token } };

//// as many claims as fit
//? continue bad_outcome
const id_token = {};
for (let i = 0; i < 9000; i++) id_token["claim" + i] = i;
return { kind: "continue", claims: { id_token } };

//// a hundred thousand directives
//? bad_outcome output_limit time_limit memory_limit
return { kind: "continue", directives: Array.from({ length: 1e5 }, () => ({ type: "issue_session" })) };

//// escapes that grow in JSON
//? output_limit
return { kind: "continue", state: { s: "\u0001".repeat(100_000) } };

//// a typed array
//? output_limit bad_outcome memory_limit time_limit
return { kind: "continue", state: { a: new Uint8Array(5e6) } };

//// names that are very long
//? output_limit bad_outcome
return { kind: "continue", state: { ["x".repeat(300_000)]: 1 } };

//// a reason of a megabyte
//? output_limit bad_outcome
return { kind: "block", code: "no", reason: "x".repeat(1e6) };

//// a state that is larger than a run's may be
//? output_limit
return { kind: "continue", state: { s: "x".repeat(100_000) } };

//// a state of many members
//? output_limit
const state = {};
for (let i = 0; i < 12_000; i++) state["m" + i] = i;
return { kind: "continue", state };

//// a state that is no object
//? bad_outcome
return { kind: "continue", state: [1, 2, 3] };

//// a state with a prototype's name
//= {"right":true}
return { kind: "continue", state: JSON.parse('{"__proto__":{"x":1},"right":true}') };
