package vm_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

// run executes a script that assigns $action and drives it to its end.
func run(t testing.TB, script, input string, limits vm.Limits) vm.Result {
	t.Helper()
	machine, digest := load(t, script, nil)
	return drive(machine.Start(digest, vm.Call{Entry: "execute", Input: []byte(input), Limits: limits}))
}

func load(t testing.TB, script string, sourceMap []byte) (*vm.Machine, vm.Digest) {
	t.Helper()
	machine := vm.NewMachine(func(_ *vm.Execution, f *vm.Failure) { panic("stuck: " + f.Message) }, nil)
	program := vm.NewProgram([]byte(script), sourceMap)
	machine.Load(program)
	return machine, program.Digest
}

func drive(x *vm.Execution) vm.Result {
	for !x.Step() {
		<-time.After(time.Until(x.Wake()))
	}
	return x.Result()
}

// body is a script whose execute has the given body.
func body(code string) string {
	return `"use strict"; var $action = { execute: async function execute(input) { ` + code + ` } };`
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ script, want string }{
		"async value":                    {body(`return { kind: "continue" }`), `{"kind":"continue"}`},
		"sync value":                     {`"use strict"; var $action = { execute(input) { return { kind: input.a } } };`, `{"kind":"x"}`},
		"nothing returned":               {body(``), ``},
		"after a timer":                  {body(`await new Promise((done) => setTimeout(done, 5)); return { kind: "continue" }`), `{"kind":"continue"}`},
		"timer with arguments":           {body(`return await new Promise((done) => setTimeout(done, 1, { n: 7 }))`), `{"n":7}`},
		"interval until cleared":         {body(`let n = 0; await new Promise((done) => { const id = setInterval(() => { if (++n == 3) { clearInterval(id); done() } }, 1) }); return { n }`), `{"n":3}`},
		"cleared timeout":                {body(`let hit = 0; const id = setTimeout(() => hit++, 1); clearTimeout(id); await new Promise((d) => setTimeout(d, 5)); return { hit }`), `{"hit":0}`},
		"timers in order":                {body(`const seen = []; await new Promise((done) => { setTimeout(() => { seen.push("b"); done() }, 9); setTimeout(() => seen.push("a"), 1); queueMicrotask(() => seen.push("m")) }); return { seen }`), `{"seen":["m","a","b"]}`},
		"thenable":                       {body(`return await { then(done) { done({ ok: true }) } }`), `{"ok":true}`},
		"__proto__ is plain data":        {body(`return { own: Object.hasOwn(input.p, "__proto__"), polluted: input.p.x === 1 }`), `{"own":true,"polluted":false}`},
		"numbers":                        {body(`return [input.n.map(String), Object.is(input.n[0], -0)]`), `[["0","1.5","9007199254740992","1e+21"],true]`},
		"escapes":                        {body(`return [input.s.length, input.s]`), `[4,"ä\n😀"]`},
		"URL":                            {body(`const u = new URL("https://a.example/x?y=1&y=2"); return [u.hostname, u.searchParams.getAll("y")]`), `["a.example",["1","2"]]`},
		"text":                           {body(`return [[...new TextEncoder().encode("é")], new TextDecoder().decode(new Uint8Array([0xe2, 0x82, 0x41])), new TextDecoder().decode(new Uint8Array([239, 187, 191, 65]).buffer)]`), `[[195,169],"\ufffdA","A"]`},
		"base64":                         {body(`return [btoa("a\xff"), atob(" YQ = = "), atob("YQ")]`), `["Yf8=","a","a"]`},
		"structuredClone":                {body(`const a = { d: new Date(0), m: new Map([[1, new Set(["x"])]]) }; a.self = a; const b = structuredClone(a); return [b !== a, b.self === b, b.d.getTime(), [...b.m.get(1)]]`), `[true,true,0,["x"]]`},
		"errors of base64":               {body(`try { atob("?") } catch (e) { return [e instanceof DOMException, e.name, e.code, e instanceof Error] }`), `[true,"InvalidCharacterError",5,true]`},
		"errors of getRandomValues":      {body(`try { crypto.getRandomValues(new Uint8Array(65537)) } catch (e) { return [e instanceof DOMException, e.name, e.code] }`), `[true,"QuotaExceededError",22]`},
		"errors of TextDecoder":          {body(`try { new TextDecoder("latin1") } catch (e) { return [e instanceof RangeError, e.name] }`), `[true,"RangeError"]`},
		"randomUUID":                     {body(`return /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())`), `true`},
		"getRandomValues":                {body(`const a = crypto.getRandomValues(new Uint32Array(8)); return a.some((n) => n > 0)`), `true`},
		"computed name of a host global": {body(`return typeof globalThis["set" + "Timeout"]`), `"function"`},
		"this of sloppy code":            {`var $action = { execute() { return (function () { return typeof this["ato" + "b"] })() } };`, `"function"`},
		"host globals can be replaced":   {body(`URL = 1; globalThis.structuredClone = 2; return [URL, structuredClone, Object.keys(globalThis).includes("URL")]`), `[1,2,false]`},
		"one of a group is replaced":     {body(`URL = 1; return [typeof URLSearchParams, URL]`), `["function",1]`},
		"nothing of the host":            {body(`return [typeof require, typeof global, typeof module, Object.keys(process.env).length]`), `["undefined","undefined","undefined",0]`},
		"Function for instanceof":        {body(`return [(() => 1) instanceof Function, (async () => 1).constructor.name]`), `[true,"AsyncFunction"]`},
	}
	input := `{"a":"x","p":{"__proto__":{"x":1}},"n":[-0,1.5,9007199254740993,1e21],"s":"ä\n\ud83d\ude00"}`
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := run(t, test.script, input, vm.Limits{})
			require.Nil(t, result.Failure)
			if test.want == "" {
				require.Empty(t, result.Outcome)
				return
			}
			require.JSONEq(t, test.want, string(result.Outcome))
		})
	}
}

// Large parts of the input are made when they are read; an action cannot tell.
func TestLateInput(t *testing.T) {
	t.Parallel()
	large := `{"name":"` + strings.Repeat("x", 500) + `","deep":{"list":[1,2,{"s":"]}\\\"{["}],"pad":"` + strings.Repeat("y", 500) + `"}}`
	input := `{"a":` + large + `,"b":[` + large + `],"c":1}`
	tests := map[string]struct{ body, want string }{
		"read":                  {`return [input.a.deep.list[2].s, input.b[0].deep.list.length]`, `["]}\\\"{[",3]`},
		"same object each time": {`return [input.a === input.a, input.a.deep === input.a.deep]`, `[true,true]`},
		"written":               {`input.a = 1; input.b.push(2); return [input.a, input.b.length]`, `[1,2]`},
		"deleted":               {`delete input.a; return [Object.keys(input), "a" in input]`, `[["b","c"],false]`},
		"keys in order":         {`return Object.keys(input)`, `["a","b","c"]`},
		"written as JSON":       {`return JSON.parse(JSON.stringify(input)).a.deep.list`, `[1,2,{"s":"]}\\\"{["}]`},
		"whole":                 {`return input`, input},
		"spread":                {`const { a, ...rest } = { ...input }; return [a.name.length, Object.keys(rest)]`, `[500,["b","c"]]`},
		"frozen before":         {`Object.freeze(input); return [input.a.name.length, input.a === input.a]`, `[500,true]`},
		"cloned":                {`return structuredClone(input).b[0].name.length`, `500`},
		"prototypes poisoned":   {`Object.defineProperty(Object.prototype, "name", { set() { throw 1 }, configurable: true }); return input.a.name.length`, `500`},
		"inherited and written": {`const o = Object.create(input); o.a = 1; return [o.a, typeof input.a]`, `[1,"object"]`},
		"frozen and written":    {`Object.freeze(input); try { (() => { "use strict"; input.a = 1 })() } catch (e) { return [e instanceof TypeError, typeof input.a] }`, `[true,"object"]`},
		"own once read":         {`input.a; return Object.getOwnPropertyDescriptor(input, "a").value === input.a`, `true`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := run(t, body(test.body), input, vm.Limits{})
			require.Nil(t, result.Failure)
			require.JSONEq(t, test.want, string(result.Outcome))
		})
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		script  string
		limits  vm.Limits
		kind    vm.FailureKind
		message string
	}{
		"throws":                      {body(`throw new TypeError("no")`), vm.Limits{}, vm.FailThrown, "TypeError: no"},
		"throws a string":             {body(`throw "no"`), vm.Limits{}, vm.FailThrown, "thrown: no"},
		"throws an object":            {body(`throw { a: 1 }`), vm.Limits{}, vm.FailThrown, `thrown: {"a":1}`},
		"throws nothing":              {body(`throw undefined`), vm.Limits{}, vm.FailThrown, "thrown: undefined"},
		"throws synchronously":        {`var $action = { execute() { (void 0).x } };`, vm.Limits{}, vm.FailThrown, "TypeError: Cannot read property 'x' of undefined"},
		"throws in a timer":           {body(`setTimeout(() => { throw new Error("late") }, 1); await new Promise(() => {})`), vm.Limits{}, vm.FailThrown, "Error: late"},
		"thrown value throws":         {body(`throw { get message() { throw 1 } }`), vm.Limits{}, vm.FailThrown, "the thrown value cannot be shown: reading it throws"},
		"thrown value loops":          {body(`throw { get message() { for (;;); } }`), vm.Limits{CPU: 20 * time.Millisecond}, vm.FailTimeLimit, "the action computed for more than 20ms"},
		"no entry":                    {`var $action = {};`, vm.Limits{}, vm.FailNoEntry, `the action exports no function "execute"`},
		"nothing left":                {body(`await new Promise(() => {})`), vm.Limits{}, vm.FailNeverSettles, "the promise that the action returned can never settle: nothing that it waits for is under way"},
		"loops":                       {body(`for (;;);`), vm.Limits{CPU: 20 * time.Millisecond}, vm.FailTimeLimit, "the action computed for more than 20ms"},
		"loops while it loads":        {`for (;;);`, vm.Limits{CPU: 20 * time.Millisecond}, vm.FailTimeLimit, "the action computed for more than 20ms"},
		"loops after an await":        {body(`await null; try { for (;;); } finally { for (;;); }`), vm.Limits{CPU: 20 * time.Millisecond}, vm.FailTimeLimit, "the action computed for more than 20ms"},
		"floods microtasks":           {body(`const f = () => Promise.resolve().then(f); await f()`), vm.Limits{CPU: 20 * time.Millisecond}, vm.FailTimeLimit, "the action computed for more than 20ms"},
		"loops in toJSON":             {body(`return { toJSON() { for (;;); } }`), vm.Limits{CPU: 20 * time.Millisecond}, vm.FailTimeLimit, "the action computed for more than 20ms"},
		"waits too long":              {body(`await new Promise((done) => setTimeout(done, 1e6))`), vm.Limits{Wall: 20 * time.Millisecond}, vm.FailTimeLimit, "the action took longer than 20ms"},
		"recurses":                    {body(`const f = () => f() + 1; f()`), vm.Limits{}, vm.FailStackLimit, "the action nested calls deeper than 1000"},
		"outcome too large":           {body(`return "x".repeat(300)`), vm.Limits{OutcomeBytes: 100}, vm.FailOutputLimit, "the outcome is 302 bytes of JSON; at most 100 are allowed"},
		"cyclic outcome":              {body(`const a = {}; a.a = a; return a`), vm.Limits{}, vm.FailBadOutcome, "the returned value cannot be written as JSON: TypeError: Converting circular structure to JSON"},
		"function as outcome":         {body(`return () => 1`), vm.Limits{}, vm.FailBadOutcome, "the returned value is not an outcome but a function"},
		"eval":                        {body(`eval("1")`), vm.Limits{}, vm.FailThrown, "EvalError: code from strings is not allowed in actions"},
		"new Function":                {body(`new Function("return 1")`), vm.Limits{}, vm.FailThrown, "EvalError: code from strings is not allowed in actions"},
		"constructor of a function":   {body(`(() => 1).constructor("return 1")`), vm.Limits{}, vm.FailThrown, "EvalError: code from strings is not allowed in actions"},
		"constructor of an async one": {body(`(async () => 1)["const" + "ructor"]("return 1")`), vm.Limits{}, vm.FailThrown, "EvalError: code from strings is not allowed in actions"},
		"constructor of a generator":  {body(`(function* () {}).constructor("yield 1")`), vm.Limits{}, vm.FailThrown, "EvalError: code from strings is not allowed in actions"},
		"Function as a tag":           {body("return Function`return 1`"), vm.Limits{}, vm.FailThrown, "EvalError: code from strings is not allowed in actions"},
		"class that extends Function": {body(`class F extends Function {} ; return new F("1")`), vm.Limits{}, vm.FailThrown, "EvalError: code from strings is not allowed in actions"},
		"Reflect.construct":           {body(`return Reflect.construct(Function, ["1"])`), vm.Limits{}, vm.FailThrown, "EvalError: code from strings is not allowed in actions"},
		"indirect eval":               {body(`return (0, eval)("1")`), vm.Limits{}, vm.FailThrown, "EvalError: code from strings is not allowed in actions"},
		"too many timers":             {body(`for (let i = 0; i < 20; i++) setTimeout(() => {}, 1e4)`), vm.Limits{Timers: 10}, vm.FailPendingLimit, "more than 10 timers are pending"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := run(t, test.script, `{}`, test.limits)
			require.NotNil(t, result.Failure)
			require.Equal(t, test.kind, result.Failure.Kind, result.Failure.Message)
			require.Equal(t, test.message, result.Failure.Message)
			require.Empty(t, result.Outcome)
		})
	}
}

func TestLogs(t *testing.T) {
	t.Parallel()
	result := run(t, body(`console.log("a", 1, { b: [2] }, undefined, null, Symbol("s"), () => 1); console.warn(new RangeError("r").message); console.debug("d"); const c = {}; c.c = c; console.error(c)`), `{}`, vm.Limits{LogLines: 3})
	require.Nil(t, result.Failure)
	require.Len(t, result.Logs, 3)
	require.Equal(t, `a 1 {"b":[2]} undefined null Symbol(s) [Function]`, result.Logs[0].Message)
	require.Equal(t, []string{"info", "warn", "debug"}, []string{result.Logs[0].Level, result.Logs[1].Level, result.Logs[2].Level})
	require.Equal(t, 1, result.LogsDropped)
}

func TestWaitingCostsNoCPUTime(t *testing.T) {
	t.Parallel()
	result := run(t, body(`await new Promise((done) => setTimeout(done, 60)); return {}`), `{}`, vm.Limits{CPU: 50 * time.Millisecond})
	require.Nil(t, result.Failure)
	require.GreaterOrEqual(t, result.Wall, 60*time.Millisecond)
}

func TestExecutionsShareNothing(t *testing.T) {
	t.Parallel()
	machine, digest := load(t, `globalThis.n = (globalThis.n || 0) + 1; var $action = { execute() { Array.prototype.x = (Array.prototype.x || 0) + 1; return [globalThis.n, [].x] } };`, nil)
	for range 3 {
		result := drive(machine.Start(digest, vm.Call{Entry: "execute", Input: []byte(`{}`)}))
		require.Nil(t, result.Failure)
		require.JSONEq(t, `[1,1]`, string(result.Outcome))
	}
}

// One machine computes one execution at a time, but those that wait do so together.
func TestExecutionsWaitTogether(t *testing.T) {
	t.Parallel()
	machine, digest := load(t, body(`await new Promise((done) => setTimeout(done, 30)); return input`), nil)
	var waiting []*vm.Execution
	for range 100 {
		x := machine.Start(digest, vm.Call{Entry: "execute", Input: []byte(`{"a":1}`)})
		require.False(t, x.Step())
		waiting = append(waiting, x)
	}
	for _, x := range waiting {
		require.JSONEq(t, `{"a":1}`, string(drive(x).Outcome))
	}
}

func TestPositionsAreTheAuthors(t *testing.T) {
	t.Parallel()
	// Generated line 1 column 4 is line 2 column 2 of action.ts, both from 0: the map's one segment is [4, 0, 2, 2].
	sourceMap, err := json.Marshal(map[string]any{
		"version": 3, "sources": []string{"action.ts"}, "names": []string{},
		"sourcesContent": []string{"first\nsecond\n  throw it\n"},
		"mappings":       ";IAEE",
	})
	require.NoError(t, err)
	script := "var $action = { execute() {\n    throw new Error('x')\n} };"
	machine, digest := load(t, script, sourceMap)
	result := drive(machine.Start(digest, vm.Call{Entry: "execute", Input: []byte(`{}`)}))
	require.NotNil(t, result.Failure)
	require.Equal(t, []vm.Frame{{Function: "execute", File: "action.ts", Line: 3, Column: 3, Text: "  throw it"}}, result.Failure.Stack)
	require.Equal(t, "execute (action.ts:3:3)", result.Failure.Stack[0].String())
}

func TestScriptsThatDoNotCompile(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"syntax error":        `var = 1`,
		"names a file as map": "var $action = {};\n//# sourceMappingURL=file:///etc/hostname\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, failure := vm.Compile(vm.NewProgram([]byte(script), []byte(`{"version":3,"sources":[],"names":[],"mappings":""}`)))
			if name == "syntax error" {
				require.NotNil(t, failure)
				require.Equal(t, vm.FailLoad, failure.Kind)
				return
			}
			require.Nil(t, failure) // the last comment counts, and that is ours
		})
	}
}

func BenchmarkExecution(b *testing.B) {
	machine, digest := load(b, `"use strict"; var $action = (() => { async function execute(input) {
		const domain = input.user.email.split("@").pop().toLowerCase();
		return input.config.domains.includes(domain) ? { kind: "continue" } : { kind: "block", code: "domain_not_allowed" };
	} return { execute } })();`, nil)
	input, err := os.ReadFile("testdata/login.after.json")
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		x := machine.Start(digest, vm.Call{Entry: "execute", Input: input})
		if !x.Step() || x.Result().Failure != nil {
			b.Fatal(x.Result())
		}
	}
}

// What cannot be interrupted is given up: the machine says which execution it was, and its process must end.
func TestStuckInABuiltin(t *testing.T) {
	t.Parallel()
	stuck := make(chan *vm.Failure, 1)
	machine := vm.NewMachine(func(_ *vm.Execution, f *vm.Failure) { stuck <- f }, nil)
	program := vm.NewProgram([]byte(body(`Array.prototype.indexOf.call({ length: 1e8 }, 1)`)), nil)
	machine.Load(program)
	go machine.Start(program.Digest, vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: vm.Limits{CPU: 20 * time.Millisecond}}).Step() // seconds
	failure := <-stuck
	require.Equal(t, vm.FailTimeLimit, failure.Kind)
	require.Equal(t, "cpu 20ms", failure.Limit)
}

func TestExports(t *testing.T) {
	t.Parallel()
	machine, digest := load(t, `var $action = { execute() {}, other: class {}, n: 1 };`, nil)
	result := drive(machine.Start(digest, vm.Call{Input: []byte(`{}`)}))
	require.Nil(t, result.Failure)
	require.JSONEq(t, `["execute","other"]`, string(result.Outcome))
}
