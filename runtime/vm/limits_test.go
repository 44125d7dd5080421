package vm_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/runtime/vm"
)

// action bundles a source and runs it.
func action(t *testing.T, source string, limits vm.Limits) vm.Result {
	t.Helper()
	bundle, err := bundler.Build(bundler.Source{Entry: "action.ts", Files: map[string]string{"action.ts": source}})
	require.NoError(t, err)
	machine, digest := load(t, string(bundle.Script), bundle.SourceMap)
	return drive(machine.Start(digest, vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: limits}))
}

// Built-in functions that call the action back, each with a call of f.
var callbacks = map[string]string{
	"sort":              `[2, 1].sort(f)`,
	"map":               `[1].map(f)`,
	"from":              `Array.from([1], f)`,
	"replace":           `"a".replace(/a/g, f as any)`,
	"getter":            `({ get a() { return f() } }).a`,
	"setter":            `({ set a(_: any) { f() } }).a = 1`,
	"proxy":             `new Proxy({}, { get: f }).a`,
	"proxy's ownKeys":   `Object.keys(new Proxy({}, { ownKeys: f }))`,
	"iterator":          `[...{ [Symbol.iterator]: f } as any]`,
	"next":              `[...{ [Symbol.iterator]: () => ({ next: f }) } as any]`,
	"toJSON":            `JSON.stringify({ toJSON: f })`,
	"replacer":          `JSON.stringify({ a: 1 }, f)`,
	"reviver":           `JSON.parse("[1]", f)`,
	"toString":          "`${{ toString: f }}`",
	"valueOf":           `+({ valueOf: f } as any)`,
	"constructor":       `Reflect.construct(class { constructor() { f() } }, [])`,
	"bound":             `f.bind(null)()`,
	"apply":             `Reflect.apply(f, null, [])`,
	"instanceof":        `({}) instanceof ({ [Symbol.hasInstance]: f } as any)`,
	"typed array's map": `new Uint8Array(1).map(f)`,
	"generator":         `(function* (): any { yield f() })().next()`,
	"executor":          `new Promise(f)`,
	"clone":             `structuredClone({ get a() { return f() } })`,
	"log":               `console.log({ toJSON: f })`,
	"then":              `await { then: f }`,
	"microtask":         `await Promise.resolve().then(f)`,
	"queueMicrotask":    `await new Promise(() => queueMicrotask(f))`,
	"timer":             `await new Promise(() => setTimeout(f, 1))`,
}

// An action that computes without end in a function that a built-in function calls is stopped, and the place is that function's.
func TestTimeLimitInCallbacks(t *testing.T) {
	t.Parallel()
	for name, call := range callbacks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := action(t, "const f = (): any => {\n  for (let i = 0; ; ) i = Math.abs(i);\n};\nexport async function execute() {\n  "+call+";\n}", vm.Limits{CPU: 100 * time.Millisecond})
			require.NotNil(t, result.Failure)
			require.Equal(t, vm.FailTimeLimit, result.Failure.Kind, result.Failure.Message)
			require.Equal(t, "cpu 100ms", result.Failure.Limit)
			require.NotEmpty(t, result.Failure.Stack)
			require.Equal(t, "action.ts", result.Failure.Stack[0].File)
			require.Equal(t, 2, result.Failure.Stack[0].Line)
		})
	}
}

func TestDepthLimitInCallbacks(t *testing.T) {
	t.Parallel()
	for name, call := range callbacks {
		switch name {
		case "then", "microtask", "queueMicrotask", "timer": // these do not nest
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := action(t, "const f = (): any => {\n  "+call+";\n};\nexport async function execute() {\n  f();\n}", vm.Limits{CPU: time.Minute, Wall: time.Minute, CallDepth: 200})
			require.NotNil(t, result.Failure)
			require.Equal(t, vm.FailStackLimit, result.Failure.Kind, result.Failure.Message)
			require.Equal(t, "call depth 200", result.Failure.Limit)
			require.NotEmpty(t, result.Failure.Stack)
			require.Equal(t, "action.ts", result.Failure.Stack[0].File)
			require.Equal(t, 2, result.Failure.Stack[0].Line)
		})
	}
}

// Each limit ends with its own kind of failure, which names the limit, its value and, where there is one, the place in the author's source.
func TestLimits(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		code   string // in line 2
		limits vm.Limits
		kind   vm.FailureKind
		limit  string
		place  bool
	}{
		"cpu":            {`for (let i = 0; ; ) i = Math.abs(i);`, vm.Limits{CPU: 100 * time.Millisecond}, vm.FailTimeLimit, "cpu 100ms", true},
		"wall computing": {`for (let i = 0; ; ) i = Math.abs(i);`, vm.Limits{CPU: time.Minute, Wall: 100 * time.Millisecond}, vm.FailTimeLimit, "wall 100ms", true},
		"wall waiting":   {`await new Promise((done) => setTimeout(done, 1e5));`, vm.Limits{Wall: 100 * time.Millisecond}, vm.FailTimeLimit, "wall 100ms", false}, // it is nowhere when it waits
		"call depth":     {`const f = (): any => f() + 1; f();`, vm.Limits{CallDepth: 100}, vm.FailStackLimit, "call depth 100", true},
		"outcome":        {`return "x".repeat(100);`, vm.Limits{OutcomeBytes: 50}, vm.FailOutputLimit, "outcome 50 bytes", false}, // it has returned
		"timers":         {`for (;;) setTimeout(() => {}, 1e5);`, vm.Limits{Timers: 10}, vm.FailPendingLimit, "timers 10", true},
		"caught":         {`try { for (;;) setTimeout(() => {}, 1e5) } catch { return 1 } finally { return 2 }`, vm.Limits{Timers: 10}, vm.FailPendingLimit, "timers 10", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := action(t, "export async function execute() {\n  "+test.code+"\n}", test.limits)
			require.NotNil(t, result.Failure)
			require.Equal(t, test.kind, result.Failure.Kind, result.Failure.Message)
			require.Equal(t, test.limit, result.Failure.Limit)
			require.NotEmpty(t, result.Failure.Message)
			if !test.place {
				require.Empty(t, result.Failure.Stack)
				return
			}
			require.NotEmpty(t, result.Failure.Stack)
			require.Equal(t, "action.ts", result.Failure.Stack[0].File)
			require.Equal(t, 2, result.Failure.Stack[0].Line)
		})
	}
}

// The place of a memory limit is where the action was when it was found to hold too much.
//
//nolint:paralleltest // it measures the memory of the process
func TestMemoryLimitHasAPlace(t *testing.T) {
	result := action(t, "export async function execute() {\n  const all: any[] = []; for (let i = 0; ; i++) all.push(\"x\".repeat(1000) + i);\n}", vm.Limits{CPU: time.Minute, Wall: time.Minute, Memory: 16 << 20})
	require.NotNil(t, result.Failure)
	require.Equal(t, vm.FailMemoryLimit, result.Failure.Kind, result.Failure.Message)
	require.Equal(t, "memory 16777216 bytes", result.Failure.Limit)
	require.Equal(t, 2, result.Failure.Stack[0].Line)
}

// Lines beyond the limits are dropped and counted: what an action says about a sign-in must not decide it.
func TestLogLimits(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]vm.Limits{"lines": {LogLines: 3}, "bytes": {LogBytes: 30}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := action(t, `export function execute() { for (let i = 0; i < 10; i++) console.log("x".repeat(10)); return 1; }`, limits)
			require.Nil(t, result.Failure)
			require.Len(t, result.Logs, 3)
			require.Equal(t, 7, result.LogsDropped)
		})
	}
}
