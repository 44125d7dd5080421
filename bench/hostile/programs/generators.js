//// a generator that delegates to itself
//? stack_limit time_limit thrown memory_limit
function* g() { yield* g(); }
[...g()];

//// spread of one without end
//? memory_limit time_limit
[...(function* () { for (;;) yield 1; })()];

//// return that does not return
//? time_limit memory_limit
function* g() { try { yield 1; } finally { for (;;) yield 2; } }
for (;;) { const i = g(); i.next(); i.return(); }

//// next from inside
//? thrown
let i;
function* g() { i.next(); }
i = g();
i.next();

//// an iterator that gives nonsense
//= {"right":true}
for (const bad of [null, 1, { next: () => 1 }, { get next() { throw 1; } }, { next: () => ({ get done() { throw 1; } }) }]) {
  try { for (const _ of { [Symbol.iterator]: () => bad }) break; } catch {}
}
return { kind: "continue", state: { right: true } };

//// a million that are never ended
//? memory_limit time_limit continue
const all = [];
for (let n = 0; n < 1e6; n++) { const i = (function* () { yield all; })(); i.next(); all.push(i); }

//// an iterator without end, destructured
//? memory_limit time_limit
const [...rest] = { [Symbol.iterator]: () => ({ next: () => ({ value: 1, done: false }) }) };

//// a map made of one without end
//? memory_limit time_limit
let n = 0;
new Map({ [Symbol.iterator]: () => ({ next: () => ({ value: [n++, n], done: false }) }) });

//// deep delegation
//? stack_limit thrown continue time_limit memory_limit
function* g(n) { if (n > 0) yield* g(n - 1); yield n; }
for (const x of g(5000)) void x;

//// async generators
//? memory_limit time_limit
async function* g() { for (;;) yield 1; }
const all = [];
for await (const x of g()) all.push(x);
