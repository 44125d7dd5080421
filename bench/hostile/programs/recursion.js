//// a function
//? stack_limit time_limit memory_limit
const f = () => f() + 1;
f();

//// two functions
//? stack_limit time_limit memory_limit
function a() { return b() + 1; }
function b() { return a() + 1; }
a();

//// a method, with catch at every level
//? stack_limit time_limit memory_limit
const o = { m() { try { return this.m() + 1; } catch { return this.m(); } } };
o.m();

//// in finally
//? stack_limit time_limit memory_limit
function f() { try { f(); } finally { f(); } }
f();

//// through map
//? stack_limit thrown time_limit memory_limit
const f = (x) => [x].map(f);
f(1);

//// through replace
//? stack_limit thrown time_limit memory_limit
const f = () => "x".replace(/x/, f);
f();

//// through JSON.stringify
//? stack_limit thrown time_limit memory_limit
const o = { toJSON() { return JSON.stringify({ o: { toJSON: this.toJSON } }); } };
JSON.stringify(o);

//// through getters
//? stack_limit thrown time_limit memory_limit
const o = { get x() { return this.x; } };
o.x;

//// through a proxy
//? stack_limit thrown time_limit memory_limit
const p = new Proxy({}, { get: (t, k, r) => r[k] });
p.x;

//// a proxy that is its own handler's prototype
//? stack_limit thrown time_limit memory_limit
const handler = {};
const p = new Proxy({}, handler);
Object.setPrototypeOf(handler, p);
p.x;

//// a proxy that is its own prototype
//? stack_limit thrown time_limit memory_limit
const p = new Proxy({}, {});
Object.setPrototypeOf(p, p);
p.x;

//// proxies of proxies
//? stack_limit continue time_limit memory_limit
let p = {};
for (let i = 0; i < 1e6; i++) p = new Proxy(p, {});
p.x;

//// prototypes of prototypes
//? stack_limit continue time_limit memory_limit
let p = {};
for (let i = 0; i < 1e6; i++) p = Object.create(p);
p.x;

//// bound functions of bound functions
//? stack_limit continue time_limit memory_limit thrown
let f = () => 1;
for (let i = 0; i < 1e6; i++) f = f.bind(null);
f();

//// Symbol.toPrimitive
//? stack_limit thrown time_limit memory_limit
const o = { [Symbol.toPrimitive]() { return o + ""; } };
String(o);

//// iterators
//? stack_limit thrown time_limit memory_limit
const o = { [Symbol.iterator]() { return [...o][Symbol.iterator](); } };
[...o];

//// Reflect.construct
//? stack_limit thrown time_limit memory_limit
class C { constructor() { Reflect.construct(C, []); } }
new C();

//// Reflect.apply
//? stack_limit thrown time_limit memory_limit
const f = () => Reflect.apply(f, null, []);
f();

//// a cyclic array, made flat
//? stack_limit thrown time_limit memory_limit
const a = [];
a[0] = a;
a.flat(Infinity);

//// a cyclic array, as text
//? continue stack_limit thrown time_limit memory_limit
const a = [];
a[0] = a;
String(a);

//// instanceof
//? stack_limit thrown time_limit memory_limit
const o = { get [Symbol.hasInstance]() { return {} instanceof o; } };
({}) instanceof o;

//// class fields
//? stack_limit thrown time_limit memory_limit
class C { next = new C(); }
new C();

//// a tagged template
//? stack_limit thrown time_limit memory_limit
const tag = () => tag`x`;
tag();

//// nested default values
//? stack_limit thrown time_limit memory_limit
const f = (x = f()) => x;
f();

//// through await
//? stack_limit thrown time_limit memory_limit
const f = async () => { await f(); };
await f();
