package late_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/dop251/goja"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm/late"
)

const helpers = `var __defProp = Object.defineProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __commonJS = (cb, mod) => function __require() { return mod || (0, cb[Object.keys(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports; };
`

// bundle is a script as the bundler makes it.
func bundle(code string) string {
	return "\"use strict\";\nvar $action = (() => {\n" + helpers + code + "\n})();\n"
}

func compile(t testing.TB, script string, rewritten bool) *goja.Program {
	t.Helper()
	tree, err := goja.Parse("bundle", script)
	require.NoError(t, err)
	if rewritten {
		late.Rewrite(tree)
	}
	program, err := goja.CompileAST(tree, false)
	require.NoError(t, err)
	return program
}

// outcome is what the bundle's execute returns, as JSON, or the error with its places.
func outcome(t testing.TB, program *goja.Program) string {
	t.Helper()
	rt := goja.New()
	require.NoError(t, rt.Set("print", func(text string) string { return text }))
	_, err := rt.RunProgram(program)
	var value goja.Value
	if err == nil {
		value, err = rt.RunString(`JSON.stringify($action.execute())`)
	}
	var exception *goja.Exception
	if errors.As(err, &exception) {
		return strings.TrimSpace(offset.ReplaceAllString(exception.String(), ""))
	}
	require.NoError(t, err)
	return value.String()
}

// A script does the same whether things are made late or not.
func TestSame(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ code, want string }{
		"functions": {`function a() { return b() + 1 } function b() { return 1 } function* g() { yield a }
			return { execute() { return [a(), a.name, b.length, String(b), typeof a, a === g().next().value, new a() instanceof a] } }`,
			`[2,"a",0,"function b() { return 1 }","function",true,true]`},
		"names": {`var f = () => 1, g = function () {}, h = function inner() { return h.name }, C = class {}, D = class E {}, async_ = async () => {};
			return { execute: () => [f.name, g.name, h(), C.name, D.name, async_.name] }`, `["f","g","inner","C","E","async_"]`},
		"made once": {`var a = {}, b = [], c = /x/g, d = class {}; function e() {} var f = { a, b: a };
			return { execute: () => [a === a, b === b, c.test("xx") && c.lastIndex, d === d, e === e, f.a === f.b, f.a === a, (a.x = 1, f.b.x)] }`, `[true,true,1,true,true,true,true,1]`},
		"before its declaration": {`var seen = [typeof a, typeof f, typeof g(), b && b.x]; var a = () => {}; function f() {} function g() { return a } var b = { x: 1 }; seen.push(typeof a, b.x); return { execute: () => seen }`,
			`["undefined","function","undefined",null,"function",1]`},
		"fails before its declaration": {"use();\nvar table = { a: 1 };\nfunction use() {\n  return table.a;\n}\nreturn { execute: use }", "TypeError: Cannot read property 'a' of undefined\n\tat use (bundle:12:16)\n\tat bundle:9:4\n\tat bundle:15:3"},
		"assigned": {`var a = () => 1, b = [], c = {}, d = {}, e = {}; function f() {} function g() { a = () => 2; [b] = [1]; ({ c } = { c: 2 }); for (d of [3]); e++; f = 4 } return { execute: () => (g(), [a(), b, c, d, e, f]) }`,
			`[2,1,2,3,null,4]`},
		"shadowed": {`function f() { return 1 } var o = { x: 1 }; function g(f) { return f } function h() { let o = 2; return o } function i() { try { throw 3 } catch (f) { return f } }
			return { execute: () => [f(), g(2), h(), i(), ((o) => o)(4), o.x] }`, `[1,2,2,3,4,1]`},
		"declared twice": {`function f() { return 1 } function f() { return 2 } var a = { x: 1 }; var a = { x: 2 }; return { execute: () => [f(), a.x] }`, `[2,2]`},
		"shorthand":      {`function a() { return 1 } var b = { a }, c = { b, ["x" + 1]: a }; return { execute: () => [b.a(), c.b.a(), c.x1(), Object.keys({ a, c })] }`, `[1,1,1,["a","c"]]`},
		"classes": {`class A0 {} var A = class { #p = 1; static s() { return 2 } get p() { return this.#p } x = 3; q() { return 1 } }; var B = class extends A { y = this.p; q() { return super.q() } }; var C = class extends B { z = 4 };
			return { execute: () => [new C(), A.s(), C.s(), C.name, Object.getPrototypeOf(C) === B, new C() instanceof A] }`, `[{"x":3,"y":1,"z":4},2,2,"C",true,true]`},
		"code in classes": {`var log = []; var A = class { static x = log.push("a") }; var B = class { static { log.push("b") } }; var C = class { [(log.push("c"), "m")]() {} }; var D = class extends (log.push("d"), A) {}; log.push("e"); return { execute: () => [log, A.x, typeof B, typeof C, typeof D] }`,
			`[["a","b","c","d","e"],1,"function","function","function"]`},
		"prototypes that change": {`function A() {} A.prototype = { one: 1 }; var B = class extends A {}; A.prototype = { one: 2 }; return { execute: () => new B().one }`, `1`},
		"code in literals": {`var n = 0; var a = [++n], b = { x: ++n }, c = { [++n]: 1 }, d = [...[++n]], e = { ...{ x: ++n } }, f = { get x() { return ++n } }, g = [n]; return { execute: () => [n, a, b, c, d, e, f.x, g] }`,
			`[5,[1],{"x":2},{"3":1},[4],{"x":5},6,[5]]`},
		"values that change": {`var n = { x: 1 }; let m = 1; var a = { m }, b = [n.x]; m = 2; n.x = 3; return { execute: () => [a.m, b[0]] }`, `[1,1]`},
		"values that do not": {`var s = print("s"), o = {}; var a = { s, o }, b = [s, -1, void 0, null, , a]; return { execute: () => [a, b, a.o === o] }`, `[{"s":"s","o":{}},["s",-1,null,null,null,{"s":"s","o":{}}],true]`},
		"what calls make":    {`var curry = (a) => (b) => a + b; var twice = (a) => (a.n++, () => a.n); var add = curry(1), state = { n: 0 }; var t = twice(state); state.n = 5; return { execute: () => [add(2), t(), add.name] }`, `[3,5,""]`},
		"builders": {`function make(name, f, proto, options) { const own = {}; function Inner(x) { this.x = x } Inner.prototype = own; const seen = proto && new WeakSet(); const Parent = options?.Parent ?? Object; class Made extends Parent {}
			Object.defineProperty(Made, "name", { value: name }); function init() { return new Inner(f(proto, seen)) } Object.defineProperty(Made, Symbol.hasInstance, { value: () => true }); Object.defineProperty(Made, "init", { value: init }); return Made }
			var log = []; var A = make("A", () => 1), B = make("B", (p, s) => [p.m(), typeof s], { m() { return 2 } }), C = make("C", () => 3, void 0, { get Parent() { log.push("read"); return Array } }); log.push("loaded");
			return { execute: () => [A.name, A.init().x, B.init().x, 1 instanceof A, new C() instanceof Array, Object.getPrototypeOf(C) === Array, log, B !== A] }`, `["A",1,[2,"object"],true,true,true,["read","loaded"],true]`},
		"builders that do more": {`var count = 0, all = []; function counts(n) { const id = ++count; return { id } } function registers(o) { all.push(o); return o } function reads(o) { return { x: o.x } } function throws(o) { return { x: o.y.z } }
			function defines(o) { Object.defineProperty(o, "d", { value: 1 }); return {} } function calls(f) { const x = f(); return { x } } function grows(o) { o.grown = 1; return {} }
			var a = { id: 0 }; var b = counts(), c = registers({}), r = reads(a), d = defines(a), e = calls(() => count), f = grows(a); a.x = 1; count = 7; return { execute: () => [b.id, all.length, r.x, a.d, e.x, a.grown, c === all[0], d, f] }`,
			`[1,1,null,1,1,1,true,{},{}]`},
		"an error while it loads":  {"function f(o) {\n  return { x: o.y.z };\n}\nvar a = {};\nvar b = f(a);\nreturn { execute: () => 1 }", "TypeError: Cannot read property 'z' of undefined\n\tat f (bundle:10:19)\n\tat bundle:13:10\n\tat bundle:15:3"},
		"an error in what is late": {"function f(o) {\n  return g(o);\n}\nvar g = (o) => {\n  throw new Error(o);\n};\nreturn { execute() {\n  return f(1);\n} }", "Error: 1\n\tat g (bundle:13:9)\n\tat f (bundle:10:11)\n\tat execute (bundle:16:11)\n\tat <eval>:1:31"},
		"objects for modules": {`var all_exports = {};
__export(all_exports, {
  a: () => a,
  b: () => b,
  state: () => state,
  that: () => that
});
			function a() { return 1 } var b = { x: 2 }; var state = 0; function that() { return this === all_exports } function set() { state++ }
			return { execute: () => [all_exports.a(), all_exports.b.x, (set(), all_exports.state), all_exports.that(), Object.keys(all_exports), all_exports.none === undefined, { ...all_exports }.b === b,
				Object.getOwnPropertyDescriptor(all_exports, "a").configurable, delete { ...all_exports }.a, all_exports.a === a, all_exports[` + "`b`" + `].x, all_exports.that.call(1), all_exports?.b?.x, all_exports.that?.()] }`,
			`[1,2,1,true,["a","b","state","that"],true,true,false,true,true,2,false,2,true]`},
		"objects for modules are not written": {"var all_exports = {};\n__export(all_exports, {\n  a: () => a\n});\nfunction a() {}\nreturn { execute() {\n  all_exports.a = 1;\n} }", "TypeError: Cannot assign to read only property 'a'\n\tat execute (bundle:15:15)\n\tat <eval>:1:31"},
		"objects for modules, and members of all objects": {`var all_exports = {};
__export(all_exports, {
  a: () => a
});
			function a() { return 1 } return { execute() { Object.prototype.extra = 1; try { return [Object.keys(all_exports), all_exports.a()] } finally { delete Object.prototype.extra } } }`, `[["a"],1]`},
		"another function of that name": {`return (() => { return { execute: () => 1 } })()`, `1`},
		"CommonJS": {`var require_a = __commonJS({
  "a.js"(exports, module) {
    "use strict";
    function isArray(x) { return Array.isArray(x) && helper } var helper = { of: this }; var local = () => isArray([]).of === undefined; exports.f = local; exports.own = () => this === undefined;
  }
});
var require_b = __commonJS({
  "b.js"(exports, module) {
    var helper = () => sloppy(); function sloppy() { return typeof this } function isArray() { return 2 } module.exports = { helper, isArray, a: require_a() };
  }
});
			var b = require_b(); return { execute: () => [b.helper(), b.isArray(), b.a.f(), b.a.own(), require_b() === b] }`, `["undefined",2,true,true,true]`},
		"generators and waiting": {`function* g() { yield* h() } function* h() { yield t } var t = [1]; async function f() { return await t } return { execute: () => [[...g()], f() instanceof Promise] }`, `[[[1]],true]`},
		"tags":                   {"function tag(s, x) { return s.raw[0] + x + (this === undefined) } var o = { n: 1 }; return { execute: () => tag`a${o.n}b` }", `"a1true"`},
		"labels and members":     {`function a() { return 1 } var b = { a: 2, b: 3 }; return { execute() { a: for (;;) { for (;;) break a } return [b.a, b.b, a(), { a: 4 }.a] } }`, `[2,3,1,4]`},
		"deep recursion":         {`function down(n) { return n ? down(n - 1) + 1 : 0 } return { execute: () => down(500) }`, `500`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := bundle(test.code)
			require.Equal(t, test.want, outcome(t, compile(t, script, false)), "as written")
			require.Equal(t, test.want, outcome(t, compile(t, script, true)), "rewritten")
		})
	}
}

// offset matches the numbers of operations that goja's stacks have beside places.
var offset = regexp.MustCompile(`\(\d+\)`)

// What is not used is not made. Allocations are counted for the whole process, so nothing runs beside this.
//
//nolint:paralleltest // for that reason
func TestLate(t *testing.T) {
	var code strings.Builder
	code.WriteString("function make(name) { class Made {} return Made }\nvar all_exports = {};\n__export(all_exports, {\n")
	for i := range 200 {
		fmt.Fprintf(&code, "f%d: () => f%d,\n", i, i)
	}
	code.WriteString("});\n")
	for i := range 200 {
		fmt.Fprintf(&code, "function f%d() { return c%d } var c%d = class { m() { return r%d } }; var r%d = /x%d/; var o%d = { x: [f%d] }; var m%d = make('x');\n", i, i, i, i, i, i, i, i, i)
	}
	code.WriteString("return { execute: () => typeof all_exports.f7() }")
	allocations := func(rewritten bool) float64 {
		program := compile(t, bundle(code.String()), rewritten)
		require.Equal(t, `"function"`, outcome(t, program))
		return testing.AllocsPerRun(3, func() { _ = outcome(t, program) })
	}
	require.Less(t, allocations(true), allocations(false)/10)
}
