package vm_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

// spy is code that notes all that the action's own functions get to see, and finds in it what only the host may hold: the functions that its scripts work with,
// and the values behind private fields, which look like objects but inherit nothing.
const spy = `
	const seen = [], is = (v) => (typeof v === "object" && v !== null) || typeof v === "function", proto = Object.getPrototypeOf, plain = Object.prototype, apply = Reflect.apply;
	const own = Object.defineProperty, put = (o, k, value) => own(o, k, { __proto__: null, value, writable: true, configurable: true, enumerable: true });
	const note = (v) => put(seen, seen.length, v);
	const watch = (f) => function (...args) { note(this); for (let i = 0; i < args.length; i++) note(args[i]); return f && apply(f, this, args) };
	const found = () => { let n = 0; for (let i = 0; i < seen.length; i++) if (is(seen[i]) && (typeof seen[i].typeError === "function" || proto(seen[i]) === plain && seen[i].hasOwnProperty === undefined)) n++; return n };
`

// use goes through most of the host surface.
const use = `
	const signal = AbortSignal.any([new AbortController().signal]);
	const form = new FormData(); form.append("a", new File(["x"], "n")); form.append("b", "c");
	const request = new Request(new URL("https://a.example/x/?q=1"), { method: "POST", headers: { a: "1", b: "2" }, body: form, signal });
	const response = await fetch(request.clone());
	const copy = response.clone();
	const reader = copy.body.getReader();
	const first = await reader.read();
	const parsed = await response.json();
	const target = new EventTarget(); target.addEventListener("x", () => {}); target.dispatchEvent(new Event("x"));
	await durward.cache.set("k", { a: 1 });
	const names = []; for (const k = response.headers.keys(); ;) { const n = k.next(); if (n.done) break; put(names, names.length, n.value) }
	const back = await new Response(form).formData();
	const ok = parsed.n === 1 && first.value.length === 7 && names.length === 1 && (await back.get("a").text()) === "x";
`

// An action that replaces what the language has built in, before it uses the host's globals, deceives itself at most.
func TestPoisonedBuiltins(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		poison string
		fails  bool // what the action itself needs is gone
	}{
		"nothing":                   {``, false},
		"array methods":             {`for (const k of Object.getOwnPropertyNames(Array.prototype)) if (typeof Array.prototype[k] === "function" && k !== "constructor") Array.prototype[k] = watch();`, false},
		"array setters":             {`for (const k of ["0", "1", "2"]) own(Array.prototype, k, { set: watch(), get: watch(), configurable: true });`, false},
		"object setters":            {`for (const k of ["get", "set", "name", "globals", "makeFile", "value", "done", "list", "entries", "then", "method", "headers"]) { const spied = watch(); own(Object.prototype, k, { __proto__: null, set(v) { spied(this, v); put(this, k, v) }, get: spied, configurable: true }) }`, false},
		"object functions":          {`for (const k of Object.getOwnPropertyNames(Object)) if (typeof Object[k] === "function" && k !== "prototype") Object[k] = watch(Object[k]);`, false},
		"function methods":          {`for (const k of ["call", "apply", "bind"]) Function.prototype[k] = watch();`, false},
		"promises":                  {`const then = Promise.prototype.then; Promise.prototype.then = watch(then); Promise.resolve = watch(); Promise.reject = watch();`, false},
		"Promise itself":            {`globalThis.Promise = watch();`, false},
		"strings and expressions":   {`for (const C of [String, RegExp]) for (const k of Object.getOwnPropertyNames(C.prototype)) { const d = Object.getOwnPropertyDescriptor(C.prototype, k); if (typeof d.value === "function" && k !== "constructor" && k !== "toString" && k !== "valueOf") C.prototype[k] = watch() }`, false},
		"Reflect and Symbol":        {`for (const k of Object.getOwnPropertyNames(Reflect)) Reflect[k] = watch(); Symbol.for = watch(Symbol.for);`, false},
		"JSON":                      {`JSON.parse = watch(); JSON.stringify = watch();`, false},
		"errors":                    {`globalThis.Error = watch(); globalThis.TypeError = watch(); Error.prototype = {};`, false},
		"the constructor of errors": {`Object.getPrototypeOf(TypeError.prototype).constructor = class { constructor(...a) { note(this); for (let i = 0; i < a.length; i++) note(a[i]) } };`, false},
		"typed arrays are gone":     {`globalThis.Uint8Array = 1;`, true},
		"typed arrays spy":          {`const U = Uint8Array; globalThis.Uint8Array = function (b) { note(b); return new U(b) };`, false},
		"isView lies":               {`ArrayBuffer.isView = () => true;`, false},
		"the parent of AbortSignal": {`const P = Object.getPrototypeOf(AbortSignal); Object.setPrototypeOf(AbortSignal, function (...a) { note(new.target); for (let i = 0; i < a.length; i++) note(a[i]); return new P() });`, false},
		"the parent of File":        {`const P = Blob; Object.setPrototypeOf(File, function (...a) { for (let i = 0; i < a.length; i++) note(a[i]); return Reflect.construct(P, a, File) });`, false},
		"the classes' own methods":  {`for (const C of [Headers, Request, Response, FormData, Blob, URL, EventTarget]) for (const k of Object.getOwnPropertyNames(C.prototype)) { const d = Object.getOwnPropertyDescriptor(C.prototype, k); if (typeof d.value === "function" && k !== "constructor") C.prototype[k] = watch(d.value) }`, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := served(200, [][2]string{{"content-type", "application/json"}}, `{"n":1}`)
			w.answers["cache.set"] = func(vm.HostCall) *vm.HostAnswer { return value(struct{}{}) }
			result := w.run(t, body(spy+test.poison+`globalThis.x = 1; let worked = false, error; try {`+use+` worked = ok } catch (e) { error = "" + (e && e.message) } return { toJSON: undefined, worked, found: found(), error }`), vm.Limits{})
			if result.Failure != nil { // an author's error, and nothing worse
				require.Equal(t, vm.FailThrown, result.Failure.Kind, result.Failure.Message)
				require.True(t, test.fails, result.Failure.Message)
				return
			}
			var outcome struct {
				Worked bool
				Found  int
				Error  string
			}
			decode(t, result.Outcome, &outcome)
			require.Zero(t, outcome.Found)
			require.Equal(t, !test.fails, outcome.Worked, outcome.Error)
		})
	}
}

// Limits are counted where no script can reach.
func TestPoisonForgesNoLimits(t *testing.T) {
	t.Parallel()
	for name, poison := range map[string]string{
		"promises": `Promise.prototype.then = function () { return this };`,
		"numbers":  `Number.prototype.valueOf = () => 0; Object.prototype.valueOf = () => 0; Math.min = () => 1e9;`,
		"objects":  `Object.prototype.requests = -100; Object.prototype.limits = {};`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := served(200, nil).run(t, body(poison+`for (let i = 0; i < 9; i++) fetch("https://a.example");`), vm.Limits{Requests: 3})
			require.NotNil(t, result.Failure)
			require.Equal(t, vm.FailRequestLimit, result.Failure.Kind)
		})
	}
}
