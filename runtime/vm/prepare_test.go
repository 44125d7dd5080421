package vm_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

// ready runs a program often enough for it to be loaded ahead, and loads it ahead if that is wanted.
func ready(t testing.TB, machine *vm.Machine, digest vm.Digest, call vm.Call) (loaded bool) {
	t.Helper()
	for range 2 {
		_, wanted := machine.Wanted()
		require.False(t, wanted)
		drive(machine.Start(digest, call))
	}
	_, wanted := machine.Wanted()
	require.True(t, wanted)
	machine.Prepare()
	_, wanted = machine.Wanted()
	require.False(t, wanted)
	// Where it has been loaded ahead another one is wanted once that has been taken.
	result := drive(machine.Start(digest, call))
	_, loaded = machine.Wanted()
	require.Equal(t, drive(machine.Start(digest, call)).Failure, result.Failure)
	return loaded
}

// loading is a script that does something when it loads.
func loading(code string) string {
	return `"use strict"; var $action = (() => { ` + code + `; return { execute() { return 1 } } })();`
}

func TestLoadedAhead(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"nothing":               ``,
		"built-ins":             `const a = [3, 1].sort().map(String), b = new Map(), c = JSON.parse("{}"), d = /x/.test("x"), e = new Date(0).toISOString()`,
		"replaces built-ins":    `Array.prototype.at = 1; Date = 2; delete Math.max`,
		"host's classes":        `const u = new URL("https://a.example/?x=1"), h = new Headers({ a: "b" }), e = new TextEncoder().encode("x"), a = new AbortController()`,
		"host's functions":      `const { random } = Math, now = Date.now, uuid = crypto.randomUUID, { log } = console, get = fetch, { subtle } = crypto, later = setTimeout`,
		"microtasks":            `Promise.resolve().then(() => {}); queueMicrotask(() => {}); Promise.reject(1).catch(() => {})`,
		"error that is handled": `try { null.x } catch (e) { e.stack }`,
	}
	for name, code := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			machine, digest := load(t, loading(code), nil)
			require.True(t, ready(t, machine, digest, vm.Call{Entry: "execute", Input: []byte(`{}`)}))
		})
	}
}

// What comes out differently at another time, or is heard of outside, happens in each execution.
func TestNotLoadedAhead(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"Date.now":            `Date.now()`,
		"new Date":            `new Date()`,
		"Date":                `Date()`,
		"Reflect.construct":   `Reflect.construct(Date, [])`,
		"Math.random":         `Math.random()`,
		"caught":              `try { Math.random() } catch {} finally { }`,
		"in a microtask":      `Promise.resolve().then(Date.now)`,
		"in an accessor":      `+({ get x() { return Date.now() } }).x`,
		"randomUUID":          `crypto.randomUUID()`,
		"getRandomValues":     `crypto.getRandomValues(new Uint8Array(8))`,
		"subtle":              `crypto.subtle.digest("SHA-256", new Uint8Array(8)).catch(() => {})`,
		"console":             `console.log("x")`,
		"durward.log":         `durward.log("info", "x")`,
		"timeout":             `setTimeout(() => {}, 1)`,
		"AbortSignal.timeout": `AbortSignal.timeout(1)`,
		"event":               `new Event("x").timeStamp`,
		"file":                `new File([], "x").lastModified`,
		"form":                `const f = new FormData(); f.append("a", "b"); new Response(f)`,
		"fetch":               `fetch("https://a.example").catch(() => {})`,
		"cache":               `durward.cache.get("x").catch(() => {})`,
		"throws":              `throw new Error("x")`,
		"throws in microtask": `queueMicrotask(() => { throw new Error("x") })`,
		"recurses":            `const f = () => f() + 1; f()`,
		"gives up":            `"x".repeat(2 ** 62)`,
		"much memory":         `globalThis.all = []; for (let i = 0; i < 12000; i++) all.push(new Array(100).fill(i))`,
	}
	for name, code := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			machine := vm.NewMachine(nil, func(x *vm.Execution, c vm.HostCall) {
				asked++
				x.Answer(c.ID, vm.HostAnswer{Err: &vm.HostError{Message: "no"}})
			})
			program := vm.NewProgram([]byte(loading(code)), nil)
			machine.Load(program)
			require.False(t, ready(t, machine, program.Digest, vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: long}))
			if name == "fetch" || name == "cache" {
				require.Equal(t, 4, asked, "once for each execution")
			}
		})
	}
}

// A program whose loading depends on the limits is loaded under those of its calls, and again when they change.
func TestLoadedAheadUnderLimits(t *testing.T) {
	t.Parallel()
	machine, digest := load(t, loading(`const f = (n) => n && f(n - 1) + 1; f(100)`), nil)
	call := vm.Call{Entry: "execute", Input: []byte(`{}`)}
	require.True(t, ready(t, machine, digest, call))
	machine.Prepare()
	call.Limits.CallDepth = 50
	require.Equal(t, vm.FailStackLimit, drive(machine.Start(digest, call)).Failure.Kind)
	_, wanted := machine.Wanted()
	require.False(t, wanted)
}

// What loading ahead has used counts for no execution.
//
//nolint:paralleltest // it measures the process
func TestLoadingAheadIsNobodys(t *testing.T) {
	machine, digest := load(t, loading(`globalThis.all = []; for (let i = 0; i < 5000; i++) all.push({ i })`), nil)
	call := vm.Call{Entry: "execute", Input: []byte(`{}`)}
	require.True(t, ready(t, machine, digest, call))
	fresh := drive(machine.Start(digest, call))
	machine.Prepare()
	ahead := drive(machine.Start(digest, call))
	require.Less(t, ahead.CPU, fresh.CPU)
	require.Less(t, ahead.Allocated, fresh.Allocated/4)
}

// Few runtimes are held at a time, and one that nobody takes makes room.
func TestFewAreLoadedAhead(t *testing.T) {
	t.Parallel()
	machine, first := load(t, loading(""), nil)
	call := vm.Call{Entry: "execute", Input: []byte(`{}`)}
	made := 0
	for i := range 6 {
		program := vm.NewProgram([]byte(loading(fmt.Sprint(i))), nil)
		machine.Load(program)
		drive(machine.Start(program.Digest, call))
		drive(machine.Start(program.Digest, call))
		if _, wanted := machine.Wanted(); wanted {
			made++
			machine.Prepare()
		}
	}
	require.Equal(t, 4, made)
	for range 120 {
		drive(machine.Start(first, call))
	}
	_, wanted := machine.Wanted()
	require.True(t, wanted)
}

// BenchmarkAhead is an execution of a large script, loaded when it is called and loaded before.
func BenchmarkAhead(b *testing.B) {
	var script bytes.Buffer
	script.WriteString(`"use strict"; var $action = (() => { const parts = {};`)
	for i := range 3000 {
		fmt.Fprintf(&script, "parts.f%d = class F%d { constructor(a) { this.a = a } get b() { return this.a * %d } };\n", i, i, i)
	}
	script.WriteString(`return { execute() { return new parts.f7(6).b } } })();`)
	for name, ahead := range map[string]bool{"when called": false, "before": true} {
		b.Run(name, func(b *testing.B) {
			machine, digest := load(b, script.String(), nil)
			call := vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: long}
			for b.Loop() {
				if ahead {
					b.StopTimer()
					machine.Prepare()
					b.StartTimer()
				}
				if f := drive(machine.Start(digest, call)).Failure; f != nil {
					b.Fatal(f)
				}
			}
		})
	}
}

// What is to be warm is loaded before its first execution, which finds it as it would have found it in any other one.
func TestWarm(t *testing.T) {
	t.Parallel()
	call := vm.Call{Entry: "execute", Input: []byte(`{}`)}
	counting := `"use strict"; var $action = (() => { let calls = 0; const all = new Array(2e4).fill(0); return { execute() { return ++calls } } })();`
	machine, digest := load(t, counting, nil)
	machine.Warm(digest, vm.Limits{})
	require.Equal(t, []vm.Digest{digest}, slices.Collect(machine.Ready()))
	result := drive(machine.Start(digest, call))
	require.Equal(t, "1", string(result.Outcome))
	require.Empty(t, slices.Collect(machine.Ready()))
	require.Equal(t, 1, machine.Streak())
	require.Equal(t, "1", string(drive(machine.Start(digest, call)).Outcome))
	require.Equal(t, 2, machine.Streak())

	for name, script := range map[string]string{"reads the clock": loading(`Date.now()`), "throws": loading(`throw 1`), "no program": `x y`} {
		machine, digest := load(t, script, nil)
		machine.Warm(digest, vm.Limits{})
		require.Empty(t, slices.Collect(machine.Ready()), name)
		_, wanted := machine.Wanted()
		require.False(t, wanted, name)
	}
	machine.Warm(vm.Digest{1}, vm.Limits{})
	require.Empty(t, slices.Collect(machine.Ready()))
}
