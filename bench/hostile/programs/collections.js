//// push for ever
//? memory_limit time_limit
const all = [];
for (;;) all.push(all.length);

//// objects by the million
//? memory_limit time_limit
const all = [];
for (;;) all.push({ a: 1, b: [2], c: { d: 3 } });

//// a key for each
//? memory_limit time_limit
const o = {};
for (let i = 0; ; i++) o["k" + i] = i;

//// a map without end
//? memory_limit time_limit
const m = new Map();
for (let i = 0; ; i++) m.set(i, [i]);

//// a set of objects
//? memory_limit time_limit
const s = new Set();
for (;;) s.add({});

//// a weak map whose keys are kept
//? memory_limit time_limit
const w = new WeakMap(), keys = [];
for (;;) { const k = {}; keys.push(k); w.set(k, [k]); }

//// closures that hold on
//? memory_limit time_limit
let f = () => {};
for (;;) { const g = f, block = new Array(100).fill(1); f = () => [g, block]; }

//// typed arrays
//? memory_limit time_limit thrown
const all = [];
for (;;) all.push(new Uint8Array(2 ** 24).fill(1));

//// typed arrays that nobody writes to
//? memory_limit time_limit thrown
const all = [];
for (;;) all.push(new Float64Array(2 ** 22));

//// a terabyte at once
//? memory_limit time_limit thrown
new ArrayBuffer(2 ** 40);

//// a length beyond what there is
//? thrown
new Float64Array(2 ** 50);

//// sixteen gigabytes of numbers
//? memory_limit time_limit thrown
new Float64Array(2 ** 31);

//// from an array-like
//? memory_limit time_limit thrown
Uint8Array.from({ length: 2 ** 31 });

//// arguments without end
//? memory_limit time_limit thrown
Math.max.apply(null, { length: 2 ** 31 });

//// spread of a hundred million
//? memory_limit time_limit thrown
Math.max(...Array(1e8));

//// construct with too many
//? memory_limit time_limit thrown
Reflect.construct(Array, { length: 2 ** 31 });

//// concat of a liar
//? memory_limit time_limit thrown
[].concat({ length: 2 ** 53 - 1, [Symbol.isConcatSpreadable]: true }, [1]);

//// doubling by concat
//? memory_limit time_limit
let a = [1];
for (;;) a = a.concat(a);

//// flat that doubles
//? memory_limit time_limit
let a = [1];
for (;;) a = [a, a].flat();

//// Array.from of nothing
//? memory_limit time_limit
Array.from({ length: 2 ** 53 - 1 });

//// toSpliced of an array-like
//? memory_limit time_limit thrown
Array.prototype.toSpliced.call({ length: 2 ** 32 - 1 }, 0, 0);

//// a long hole
//? memory_limit time_limit
const a = [];
a.length = 2 ** 32 - 1;
a.fill(0);

//// symbols without end
//? memory_limit time_limit
const all = [];
for (;;) all.push(Symbol("x".repeat(100)));

//// names for all time
//? memory_limit time_limit
for (let i = 0; ; i++) Symbol.for("name" + i);

//// classes
//? memory_limit time_limit
const all = [];
for (;;) all.push(class { #a = 1; m() { return this.#a; } });

//// more objects than bytes
//? memory_limit time_limit
let list = null;
for (;;) list = [list];

//// garbage as fast as it goes
//? time_limit memory_limit
for (;;) new Array(1e5).fill({});
