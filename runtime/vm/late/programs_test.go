package late_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// programs are actions, with a word that what can be seen of them has to contain.
var programs = map[string]struct{ code, want string }{
	"names of functions": {`function f(a, b = 1) {} const g = () => {}, h = async function () {}, i = function* () {}, k = class {}, l = class { static name() {} }, m = class M {};
		export const execute = () => [f, g, h, i, k, m].map((x) => x.name + x.length + Object.getOwnPropertyNames(x)).concat(typeof l.name)`, "f1"},
	"sources of functions": {`function f(a) { /* here */ } class A { m() {} } const g = async (x) => x; export const execute = () => [f, A, g].map(String).join("")`, "m()"},
	"typeof":               {`log(typeof a, typeof b, typeof f, typeof C); var a = {}; var b = () => {}; function f() {} class C {} export const execute = () => [typeof a, typeof b, typeof f, typeof C]`, "object"},
	"temporal dead zones":  {`try { log(C) } catch (e) { log(e.name) } try { log(c) } catch (e) { log(e.name) } class C {} const c = {}; export const execute = () => [typeof C, c]`, "function"},
	"called before":        {"var call = () => late();\ntry {\n  call();\n} catch (e) {\n  log(e.message); place(e);\n}\nvar late = () => 1;\nexport const execute = () => late()", "TypeError"},
	"new before":           {"try {\n  new A();\n} catch (e) {\n  log(e.message); place(e);\n}\nvar A = class {};\nexport const execute = () => new A() instanceof A", "TypeError"},
	"not a function":       {"var o = { a: 1 }, r = /x/;\nexport const execute = () => {\n  for (const f of [() => o(), () => new o(), () => o.b(), () => o.a(), () => o.b.c, () => r(), () => o`x`, () => [...o], () => { const [x] = o }, () => 1 in r.x, () => 1 instanceof o, () => class extends o {}])\n    try { f() } catch (e) { log(e.message); place(e) }\n}", "TypeError"},
	"not called":           {"class A {}\nfunction* g() {}\nexport const execute = () => {\n  for (const f of [() => A(), () => new g(), () => A.x(), () => A?.x.y, () => A.x?.y.z]) try { log(f()) } catch (e) { log(e.message); place(e) }\n}", "TypeError"},
	"places":               {"function fail() {\n  throw new Error('x');\n}\nconst o = { get g() { return fail() }, m: (x) => fail(x) };\nclass A { constructor() { fail() } static s() { return fail() } }\nfunction tag() { fail() }\nexport const execute = () => {\n  for (const f of [() => fail(), () => o.g, () => o.m(), () => new A(), () => A.s(), () => tag`a`, () => fail?.(), () => o?.m?.(), () => [1].map(fail), () => `${fail()}`, () => { const { g } = o }])\n    try { f() } catch (e) { place(e) }\n}", "at fail"},
	"identity":             {`const o = {}, a = [], r = /x/g, f = () => {}, C = class {}; function d() {} const all = () => [o, a, r, f, C, d]; export const execute = () => { const x = all(), y = all(); return x.map((v, i) => v === y[i]) }`, "true"},
	"last index":           {`const r = /a/g; export const execute = () => [r.test("aa"), r.lastIndex, r.test("aa"), r.lastIndex, r.test("aa"), r.lastIndex]`, "2"},
	"changed literals":     {`const o = { n: 0 }, a = [1]; export const execute = () => { o.n++; a.push(o.n); return [o, a] }`, "[1,1,2]"},
	"shadows":              {`const o = { x: 1 }; function f() { return 1 } export const execute = (a, b = o) => { const out = [b.x]; { let o = 2; out.push(o) } try { throw 3 } catch (o) { out.push(o) } for (const o of [4]) out.push(o); ((o) => out.push(o))(5); (function o() { out.push(typeof o) })(); (class f { static m() { out.push(typeof f) } }).m(); switch (1) { case 1: let f = 6; out.push(f) } return [out, o.x, f()] }`, "6"},
	"parameters' defaults": {`const o = { x: 1 }; const f = () => o; const all = (i, a = o, b = f(), { c = o, d = f() } = {}, [e] = [o]) => [a, b, c, d, e]; export const execute = () => all().map((v) => v === o)`, "true"},
	"destructuring":        {`const o = { a: [1, { b: 2 }], f() { return 3 } }; const { a: [x, { b: y }], f, z = o } = o; export const execute = () => { let q, w; ({ q = o, ...w } = o); return [x, y, f(), z === o, q === o, Object.keys(w)] }`, "true"},
	"loops":                {`const fs = []; const o = {}; for (let i = 0; i < 3; i++) { const p = { i }; fs.push(() => [i, p, o]) } export const execute = () => fs.map((f) => f()[0] + f()[1].i).concat(fs[0]()[2] === fs[1]()[2], fs[0]()[1] === fs[1]()[1])`, "false"},
	"labels":               {`const o = { n: 3 }; export const execute = () => { o: for (const a of [1, 2]) { for (;;) { if (a === 1) continue o; break o } } f: { break f } return o; }; function f() {}`, "3"},
	"switch":               {`const a = {}, b = {}; function which(x) { switch (x) { case a: return "a"; case b: return "b"; default: return typeof inner; function inner() {} } } export const execute = () => [which(a), which(b), which(1)]`, "function"},
	"generators":           {`function* g() { const x = yield o; yield* [x, C.name]; } const o = {}; class C {} export const execute = () => { const it = g(); return [it.next().value === o, it.next(5).value, it.next().value, it.next().done, g.prototype === g.prototype, it instanceof g] }`, "5"},
	"async":                {`async function f(x) { await null; return h(await x) } const h = (x) => [x, o, r.source]; const o = { a: 1 }; const r = /late/; export const execute = async () => { log("first"); const v = await f(1); log("second"); return v }`, "late"},
	"async errors":         {"async function f() {\n  await null;\n  return h.missing.x;\n}\nconst h = {};\nexport const execute = async () => {\n  await f();\n}", "promise"},
	"accessors":            {`let n = 0; const o = { get x() { return ++n }, set x(v) { n = v }, get ["y"]() { return 1 } }; const p = { get x() { return n } }; class A { static get s() { return n } get i() { return this.j } set i(v) { this.j = v } } export const execute = () => { o.x = 5; const a = new A(); a.i = 7; return [o.x, o.y, p.x, A.s, a.i, Object.keys(o), JSON.stringify(Object.getOwnPropertyDescriptor(p, "x"))] }`, "7"},
	"arguments":            {`function f() { return [...arguments, arguments.length, g(...arguments)] } function g(a) { arguments[0] = 9; return a } export const execute = () => f(1, 2)`, "1"},
	"new.target":           {`function F() { return { t: new.target === F, u: new.target && new.target.name } } class A { constructor() { this.t = new.target.name } } class B extends A {} export const execute = () => [F(), new F(), new A(), new B(), Reflect.construct(F, [], A)]`, "B"},
	"super":                {`class A { m() { return 1 } static s() { return 2 } get g() { return 3 } } class B extends A { m() { return super.m() + super.g } static s() { return (() => super.s())() } } const o = { __proto__: { m() { return 4 } }, m() { return super.m() } }; const p = { m() { return super.toString === Object.prototype.toString } }; export const execute = () => [new B().m(), B.s(), o.m(), p.m()]`, "4"},
	"static code":          {`class A { static x = log("x"); static { log(this.name, A === this) } static y = [this.x] } class B { static #p = log("p"); static get() { return B.#p } } export const execute = () => [A.x, A.y, B.get()]`, "p"},
	"computed keys":        {`const k = (x) => (log(x), x); const o = { [k("a")]: 1, [k("b")]() {} }; class C { [k("c")]() {} static [k("d")] = 1; get [k("e")]() {} } export const execute = () => [Object.keys(o), C.d, Object.getOwnPropertyNames(C.prototype)]`, "e"},
	"keys like names": {`function a() { return 1 } const b = { a: 2, b: 3, get c() { return 4 } }; function c() {} class D { a = 1; b; static c() {} get d() { return a() } set d(v) {} async e() {} *f() { yield b } 'g' = c; #b = a(); h() { return this.#b + (#b in this) } static { } } function e() {} function f() {} var g = {}; function h() {}
		export const execute = () => { const d = new D(); const { a: x, b: y, c: z = g } = b; return [x, y, z, b.a, b.b, a(), Object.keys(d), d.d, typeof D.c, d.e() instanceof Promise, [...d.f()][0] === b, d.g === c, d.h(), typeof e, typeof f, typeof h, { e }.e === e] }`, "2"},
	"tagged templates":              {"const tag = (s) => s; const same = () => tag`a${1}b`; export const execute = () => [same() === same(), tag`x` === tag`x`, same().raw, Object.isFrozen(same())]", "true"},
	"var twice":                     {`var a = { x: 1 }; var a; log(a.x); var a = { x: 2 }; var f = () => 1; function f() { return 2 } export const execute = () => [a.x, f()]`, "2"},
	"functions assigned":            {`function f() { return 1 } function g() { return 2 } export const execute = () => { const was = f(); f = g; return [was, f(), f === g] }`, "2"},
	"delete":                        {`const o = { a: 1, b: 2 }; export const execute = () => [delete o.a, delete o["b"], Object.keys(o), delete o?.c]`, "true"},
	"recursion":                     {`function even(n) { return n === 0 || odd(n - 1) } const odd = (n) => n !== 0 && even(n - 1); export const execute = () => [even(60), odd(7)]`, "true"},
	"stack overflow":                {`function f() { return f() + 1 } function g() { try { return f() } catch (e) { return e.name } finally { log("finally") } } export const execute = () => g()`, ""},
	"functions in blocks":           {`function f() { return "outer" } export const execute = () => { const before = typeof g; { function g() { return "inner" } function f() { return "block" } log(f(), g()) } return [before, typeof g, f()] }; if (true) { function h() {} } log(typeof h)`, "block"},
	"default exports":               {"import d from './d.js'; import e from './e.js'; import f from './f.js'; export const execute = () => [d(), d.name, e.x, f.name, new f().m()]\n--- d.js\nexport default function () { return 1 }\n--- e.js\nexport default { x: 2 }\n--- f.js\nexport default class { m() { return 3 } }", "3"},
	"live bindings":                 {"import { n, inc, o } from './m.js'; import * as m from './m.js'; const all = m; export const execute = () => { const was = [n, m.n, all['n']]; inc(); return [was, n, m.n, all['n'], o === all.o, Object.keys(all), typeof all.inc, 'n' in all] }\n--- m.js\nexport let n = 1; export function inc() { n++ } export const o = {};", "inc"},
	"cyclic modules":                {"import { a } from './a.js'; import { b } from './b.js'; export const execute = () => [a(), b(), a.name]\n--- a.js\nimport { b, o } from './b.js'; export function a() { return b && 'a' } log(typeof b, typeof o); export const p = {};\n--- b.js\nimport { a, p } from './a.js'; export const b = () => a.name + 'b'; log(typeof a, a.name); try { log(p) } catch (e) { log(e.name) } export const o = { a };", "ab"},
	"cyclic namespaces":             {"import { ns } from './a.js'; export const execute = () => [ns.f(), ns.o.x, ns.late, typeof ns.o, ns]\n--- a.js\nimport { early } from './b.js'; export * as ns from './c.js'; log(early)\n--- b.js\nimport { ns } from './a.js'; let r; try { r = ns.f() } catch (e) { r = e.message; place(e) } export const early = r; try { log(typeof ns.o, ns.late) } catch (e) { log(e.message) }\n--- c.js\nimport './b.js'; export function f() { return 1 } export const o = { x: 2 }; export var late = [3];", "1"},
	"namespaces before":             {"import { all } from './a.js'; export const execute = () => [all().f(), all().ns === all().ns]\n--- a.js\nimport './b.js'; import * as ns from './c.js'; export const all = () => ns\n--- b.js\nimport { all } from './a.js'; import * as c from './c.js'; export const go = () => c; try { log(typeof go()) } catch (e) { log(e.message) }\n--- c.js\nimport { go } from './b.js'; export { go }; export function f() { return Object.keys(go()) }", "go"},
	"this in namespaces":            {"import * as m from './m.js'; export { m }; const n = [m][0]; export const execute = () => [n.f() === n, n.g() === n, n.h() === undefined, n.k() === undefined, m.f(), n.l() === n]\n--- m.js\nexport function f() { return this } export function g(x = this) { return x } export const h = () => this; export function k() { return (() => 1) && void 0 } export function l({ x = this } = {}) { return x }", "true"},
	"re-exported this":              {"import { m } from './x.js'; export const execute = () => [m.f() === m, m.g() === m, m.h(), new m.C() instanceof m.C, m.t`a`, m.f?.() === m, m?.g() === m]\n--- x.js\nexport * as m from './m.js'\n--- m.js\nexport function f() { return this } export function g(x = this) { return x } export const h = () => 1; export class C {} export function t(s) { return [s[0], typeof this] }", "object"},
	"writing to namespaces":         {"import { m } from './x.js'; export const execute = () => { for (const w of [() => { m.a = 1 }, () => { [m.a] = [1] }, () => { ({ x: m.a } = { x: 1 }) }, () => { for (m.a of [1]); }, () => { for (m.a in { x: 1 }); }, () => { m.a++ }, () => { delete m.a }, () => { m.a ||= 1 }, () => { m.b = 2 }, () => { [...m.a] = [1] }]) try { w(); log('no error') } catch (e) { log(e.message); place(e) } return [m.a, m.b] }\n--- x.js\nexport * as m from './m.js'\n--- m.js\nexport const a = () => {};", "TypeError"},
	"extended namespaces":           {"import { m } from './x.js'; const all = { ...m, extra: 1 }; export const execute = () => [Object.keys(all), all.f === m.f, all.n, (m.set(2), all.n), m.n]\n--- x.js\nexport * as m from './m.js'\n--- m.js\nexport function f() {} export let n = 1; export function set(v) { n = v }", "extra"},
	"CommonJS":                      {"import c from './c.cjs'; import * as d from './c.cjs'; export const execute = () => [c.f(), c.a.x, d.f === c.f, Object.keys(c), c.seen]\n--- c.cjs\nvar a = { x: 1 }; function f() { return a.x + g() } var g = () => helper.n; exports.seen = [typeof helper, typeof g]; var helper = { n: 1 }; exports.f = f; exports.a = a;", "undefined"},
	"CommonJS cycles":               {"import a from './a.cjs'; export const execute = () => [a.f(), a.b.g(), a.b.seen]\n--- a.cjs\nexports.early = 1; var b = require('./b.cjs'); function f() { return o.x } var o = { x: b.g() }; exports.f = f; exports.b = b;\n--- b.cjs\nvar a = require('./a.cjs'); exports.seen = [a.early, typeof a.f]; var t = { n: 2 }; exports.g = () => t.n;", "2"},
	"CommonJS this":                 {"import c from './c.cjs'; export const execute = () => [c.t(), c.u(), c.g() !== undefined]\n--- c.cjs\nvar self = () => this; var o = { that: this }; function g() { return this } exports.t = () => self() === module.exports; exports.u = () => o.that === exports; exports.g = function () { return g() };", "true"},
	"CommonJS that returns":         {"import c from './c.cjs'; export const execute = () => [c.f(), c.g()]\n--- c.cjs\nexports.f = () => typeof o + typeof h; exports.g = () => h(); if (exports.f) { return } var o = { x: 1 }; function h() { return 1 }", "undefinedfunction"},
	"CommonJS that throws":          {"let c; try { c = require('./c.cjs') } catch (e) { c = e.f } exports.execute = () => [c(), c()]\n--- c.cjs\nfunction f() { return [typeof o, typeof p, g()] } var o = {}; const e = new Error('x'); e.f = f; throw e; var p = {}; function g() { return 1 }", "undefined"},
	"CommonJS blocks":               {"import c from './c.cjs'; export const execute = () => c()\n--- c.cjs\nvar seen = [typeof f]; { function f() { return 1 } } if (false) { function g() {} } seen.push(typeof f, typeof g); switch (1) { case 1: function h() {} } seen.push(typeof h); module.exports = () => seen", "undefined"},
	"CommonJS same names":           {"import c from './c.cjs'; import d from './d.cjs'; function helper() { return 'main' } const table = { x: helper }; export const execute = () => [c(), d(), helper(), table.x()]\n--- c.cjs\nfunction helper() { return 'c' } var table = { x: helper }; module.exports = () => helper() + table.x()\n--- d.cjs\nvar helper = () => 'd'; function table() { return helper() } module.exports = () => table()", "cc"},
	"the name __proto__":            {"import c from './c.cjs'; export const execute = () => c()\n--- c.cjs\nvar __proto__ = { x: 1 }; var o = { __proto__ }, p = { __proto__: __proto__ }; module.exports = () => { var q = { __proto__ }; return [Object.keys(o), o.x, p.x, Object.keys(q), q.x] }", "__proto__"},
	"names of all objects":          {`function toString() { return "t" } const constructor = { x: 1 }, hasOwnProperty = [1]; const o = { toString, constructor, valueOf: 1 }; export const execute = () => [toString(), constructor.x, hasOwnProperty, Object.keys(o), String({ toString })]`, "t"},
	"the name of the globals":       {`const Object2 = Object; { const Object = { keys: () => 1 }; log(Object.keys()) } const undefined2 = void 0; export const execute = () => [Object2.keys({ a: 1 }), undefined2]`, "a"},
	"what is named eval":            {"import c from './c.cjs'; export const execute = () => c()\n--- c.cjs\nvar o = { x: 1 }; var e = { eval: (x) => x }; module.exports = () => [o.x, e.eval(2)]", "2"},
	"order":                         {`const a = { x: log(1) }, b = [log(2)], c = { y: 0 }, d = [c, log(3)]; log(4); export const execute = () => [a, b, d, d[0] === c]`, "4"},
	"private names":                 {`class A { #x = 1; static #y() { return 2 } get #z() { return 3 } m() { return [this.#x, A.#y(), this.#z] } static has(o) { return #x in o } } class B extends A { #x = 4; n() { return this.#x } } export const execute = () => [new B().m(), new B().n(), A.has(new B()), A.has({})]`, "4"},
	"classes and fields":            {`const o = {}; class A { f = o; g = () => this; h = class { static x = o } } class B extends A { f = [super.toString !== undefined, o] } export const execute = () => { const a = new A(), b = new B(); return [a.f === o, a.g() === a, a.h.x === o, b.f, b.h !== a.h] }`, "true"},
	"prototypes of functions":       {`function F() { this.a = 1 } F.prototype.m = function () { return this.a }; function G() { F.call(this) } G.prototype = Object.create(F.prototype, { constructor: { value: G } }); export const execute = () => [new G().m(), new G() instanceof F, G.prototype.constructor === G, F.prototype.constructor === F]`, "true"},
	"regular expressions":           {`const r = /(?<y>\d)x/y, s = /[\]/]/; export const execute = () => ["1x".replace(r, "$<y>"), s.test("/"), String(r), r.flags, new RegExp(r) !== r, "a/b".split(s)]`, "y"},
	"holes":                         {`const a = [, 1, , ], b = [[], [,]]; export const execute = () => [a.length, 0 in a, b[1].length, b]`, "3"},
	"numbers":                       {`const o = { 1: -1, 0x10: !0, 1.5: void 0, [2]: 10n, "a b": 1e3 }; export const execute = () => [Object.keys(o), o[16], o[2] === 10n]`, "16"},
	"optional chains":               {`const o = { f() { return this }, a: null }; export const execute = () => [o?.f() === o, o.a?.b.c, o.f?.() === o, o?.["f"]?.() === o, (o?.f)() === o, o.g?.(log(1)), delete o?.a]`, "true"},
	"builders":                      {`function make(name, p) { class Made {} Object.defineProperty(Made, "name", { value: name }); const o = {}; o.made = Made; return o } const A = make("A"), B = make("B"); export const execute = () => [A.made.name, B.made.name, A !== B]`, "B"},
	"a builder that names":          {"function a() {\n  function F() {}\n  F.name = 'x';\n  return F;\n}\nvar A = a();\nlog('after');\nexport const execute = () => typeof A", "TypeError"},
	"a builder with a key":          {"function b(k) {\n  class C {}\n  Object.defineProperty(C, k, { value: 1 });\n  return C;\n}\nvar B = b('prototype');\nlog('after');\nexport const execute = () => typeof B", "TypeError"},
	"a builder with an object":      {"function b(k) {\n  class C {}\n  Object.defineProperty(C, k, { value: 1 });\n  return C;\n}\nvar B = b({ toString() { return log('key') } });\nlog('after');\nexport const execute = () => B.key", "key\nafter"},
	"a builder of what is fixed":    {"function c() {\n  const o = {};\n  Object.defineProperty(o, 'x', { value: 1 });\n  o.x = 2;\n  return o;\n}\nvar C = c();\nlog('after');\nexport const execute = () => C.x", "TypeError"},
	"a builder that defines more":   {"function c() {\n  const o = {};\n  Object.defineProperty(o, 'x', { value: 1 });\n  Object.defineProperty(o, 'x', { value: 2 });\n  return o;\n}\nvar C = c();\nlog('after');\nexport const execute = () => C.x", "TypeError"},
	"a builder of a class":          {"function d() {\n  class C {}\n  C.prototype = {};\n  return C;\n}\nvar D = d();\nlog('after');\nexport const execute = () => typeof D", "TypeError"},
	"a builder of a getter":         {"function g() {\n  const o = {};\n  Object.defineProperty(o, 'x', { get: 1 });\n  return o;\n}\nvar G = g();\nlog('after');\nexport const execute = () => G.x", "TypeError"},
	"a builder with a setter":       {"function s() {\n  const o = { set x(v) { log('set') } };\n  o.x = 1;\n  return o;\n}\nvar S = s();\nlog('after');\nexport const execute = () => S.x", "set\nafter"},
	"a builder, static setter":      {"function s() {\n  class C { static set x(v) { log('set') } }\n  C.x = 1;\n  return C;\n}\nvar S = s();\nlog('after');\nexport const execute = () => S.x", "set\nafter"},
	"a builder, its descriptor":     {"function s() {\n  const o = {};\n  Object.defineProperty(o, 'x', { get value() { return log('value') } });\n  return o;\n}\nvar S = s();\nlog('after');\nexport const execute = () => S.x", "value\nafter"},
	"a builder, its parameter":      {"function s(options) {\n  var options = { Parent: evil };\n  const Parent = options?.Parent ?? Object;\n  class C extends Parent {}\n  return C;\n}\nvar evil = new Proxy(class {}, { get(t, k) { log(k); return t[k] } });\nvar S = s();\nlog('after');\nexport const execute = () => typeof S", "after"},
	"a builder of nothing":          {`function a() { return 0 } function b(x) { return x } function c() { const o = {} } function d(x) { return x && {} } var A = a(), B = b(null), C = c(), D = d(0), E = d(1), F = b(-0); export const execute = () => [A, B, C, D, E === E, Object.is(F, -0)]`, "true"},
	"long chains":                   {longChain(), "x"},
	"long lines of classes":         {longLine(), "300"},
	"a built-in replaced":           {"function b() {\n  const m = new Map();\n  return { m };\n}\nvar B = b();\nglobalThis.Map = class { x = 1 };\nexport const execute = () => B.m.x === undefined", "true"},
	"a built-in replaced, more":     {"function b() {\n  const o = {};\n  Object.defineProperty(o, 'x', { value: 1 });\n  return o;\n}\nvar B = b();\nObject.defineProperty = () => log('mine');\nexport const execute = () => B.x", "1"},
	"setters of all objects":        {"Object.defineProperty(Object.prototype, 'late', { set(v) { log('set ' + v) }, configurable: true });\nfunction b() {\n  const o = {};\n  o.late = 1;\n  return o;\n}\nvar B = b();\nlog('after');\nexport const execute = () => Object.keys(B)", "set 1\nafter"},
	"a method that is called twice": {`var twice = (o) => [o.m(1), o.m(2)]; var both = twice({ m(a) { var own = { a }, f = () => own; function g() { return f } var r = /x/g; return [own, f, g, r] } }); export const execute = () => both[0].map((v, i) => v === both[1][i]).concat(both[0][0], both[1][2]()().a, both[0][1]() === both[0][0])`, "false"},
	"a generator as a method":       {`var run = (o) => o.m(1); var it = run({ *m(a) { var own = { a: 1 }; yield own; var f = () => own; yield f; yield typeof later; var later = {}; yield later } }); var all = [...it]; export const execute = () => [all[1]() === all[0], all[2], all[3]]`, "undefined"},
	"a method's super":              {`var run = (o) => o.m(1); var f = run({ m(a) { var s = () => super.toString, n = () => new.target; return [s, n] } }); export const execute = () => [f[0]() === Object.prototype.toString, f[1]()]`, "true"},
	"Object of one's own":           {"import c from './c.cjs'; export const execute = () => c()\n--- c.cjs\nvar Object = { defineProperty: (o) => log('mine') }; function b() { const o = {}; Object.defineProperty(o, 'x', { value: 1 }); return o } var B = b(); log('after'); module.exports = () => B.x", "mine\nafter"},
	"Object of one's own, outside":  {"var Object = { defineProperty: (o) => log('mine') }; var run = (o) => o.m(); var f = run({ m() { function b() { const o = {}; Object.defineProperty(o, 'x', { value: 1 }); return o } var B = b(); log('after'); return () => B.x } }); export const execute = () => f()", "mine\nafter"},
	"an export function of one's own": {`var __defProp = Object.defineProperty; var __export = (target, all) => { for (var name in all) __defProp(target, name, { get: all[name], enumerable: true }); };
		var ns = {}; __export(ns, { a: () => fetchIt, b: () => f }); function f() { return 1 } function g() { let fetchIt = 2; return ns.a } globalThis.fetchIt = 3; export const execute = () => [g(), ns.b()]`, "[3,1]"},
}

func longChain() string {
	code := "var c0 = { x: 'x' };"
	for i := range 300 {
		code += "var c" + strconv.Itoa(i+1) + " = [c" + strconv.Itoa(i) + "];"
	}
	return code + " export const execute = () => { let c = c300; while (Array.isArray(c)) c = c[0]; return c }"
}

func longLine() string {
	code := "class c0 { n() { return 0 } }"
	for i := range 300 {
		code += "class c" + strconv.Itoa(i+1) + " extends c" + strconv.Itoa(i) + " {}\n"
	}
	return code + " export const execute = () => { let n = 0; for (let c = c300; c !== c0; c = Object.getPrototypeOf(c)) n++; return n }"
}

// What can be seen of an action is the same whether its bundle is rewritten or not.
func TestPrograms(t *testing.T) {
	t.Parallel()
	for name, test := range programs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script, ok := build(t, test.code)
			require.True(t, ok)
			require.Contains(t, same(t, script), test.want)
		})
	}
}
