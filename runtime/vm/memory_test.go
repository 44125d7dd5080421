package vm_test

import (
	"fmt"
	goruntime "runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

// The tests of this file measure the memory of the whole process, and so they run alone.

// long is enough time for what a test computes on a busy machine, with the race detector.
var long = vm.Limits{CPU: time.Minute, Wall: time.Minute}

// small are limits with less memory for a build that takes long to fill it.
var small = vm.Limits{CPU: time.Minute, Wall: time.Minute, Memory: 64 << 20 / raceFactor}

//nolint:paralleltest // see above
func TestMemoryLimit(t *testing.T) {
	for name, code := range map[string]string{
		"strings in an array":   `const all = []; for (let i = 0; ; i++) all.push("x".repeat(1000) + i)`,
		"objects in a map":      `const all = new Map(); for (let i = 0; ; i++) all.set(i, { i, s: [i] })`,
		"typed arrays":          `const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1))`,
		"closures":              `let f = () => 1; for (;;) { const g = f; f = () => [g, new Array(10).fill(g)] }`,
		"a growing string":      `let s = "x"; for (;;) s = (s + s).slice(0, 1 << 20) + s`,
		"over many microtasks":  `const all = []; for (let i = 0; ; i++) { all.push("x".repeat(1000) + i); await null }`,
		"over many timers":      `const all = []; for (let i = 0; ; i++) { for (let j = 0; j < 1e4; j++) all.push("x".repeat(1000) + j); await new Promise((done) => setTimeout(done, 1)) }`,
		"in a getter":           `const all = []; return { get kind() { for (let i = 0; ; i++) all.push("x".repeat(1000) + i) } }`,
		"in a sort's comparing": `const all = []; [2, 1].sort(() => { for (let i = 0; ; i++) all.push("x".repeat(1000) + i) })`,
	} {
		t.Run(name, func(t *testing.T) {
			goruntime.GC() // what there is when a machine is made counts as its process's own
			result := run(t, body(code), `{}`, small)
			require.NotNil(t, result.Failure)
			require.Equal(t, vm.FailMemoryLimit, result.Failure.Kind, result.Failure.Message)
			require.Equal(t, fmt.Sprintf("memory %d bytes", small.Memory), result.Failure.Limit)
			t.Log(result.Allocated>>20, result.CPU)
		})
	}
}

// What an execution has dropped does not count.
//
//nolint:paralleltest // see above
func TestGarbageIsNoMemory(t *testing.T) {
	result := run(t, body(`let n = 0; for (let i = 0; i < input.n; i++) n += ("x".repeat(1000) + i).length; return n > 0`), fmt.Sprintf(`{"n":%d}`, 500_000/raceFactor), small)
	require.Nil(t, result.Failure)
	require.Greater(t, result.Allocated, int64(500<<20/raceFactor))
}

// Nor does what an execution before has left behind, and the last collection has found alive.
//
//nolint:paralleltest // see above
func TestGarbageOfOthers(t *testing.T) {
	machine, digest := load(t, body(`if (!input.bomb) for (;;); const all = []; for (let i = 0; ; i++) all.push("x".repeat(1000) + i)`), nil)
	for range 4 {
		bomb := drive(machine.Start(digest, vm.Call{Entry: "execute", Input: []byte(`{"bomb":true}`), Limits: small}))
		require.Equal(t, vm.FailMemoryLimit, bomb.Failure.Kind)
		result := drive(machine.Start(digest, vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: vm.Limits{CPU: 50 * time.Millisecond, Memory: small.Memory}}))
		require.Equal(t, vm.FailTimeLimit, result.Failure.Kind, result.Failure.Message)
	}
}

// What others hold does not count.
//
//nolint:paralleltest // see above
func TestMemoryOfOthers(t *testing.T) {
	hold := func(megabytes, wait string) string {
		return `const all = []; for (let i = 0; i < ` + megabytes + ` * 1000 / input.less; i++) all.push("x".repeat(1000) + i); await new Promise((done) => setTimeout(done, ` + wait + `)); return all.length`
	}
	machine, digest := load(t, body(`if (input.n) { `+hold("input.n", "1e4")+` } let n = 0; for (let i = 0; i < 1e5 / input.less; i++) n += ("x".repeat(1000) + i).length; `+hold("10", "1")), nil)
	var waiting []*vm.Execution
	for range 50 {
		x := machine.Start(digest, vm.Call{Entry: "execute", Input: fmt.Appendf(nil, `{"n":4,"less":%d}`, raceFactor), Limits: small})
		require.False(t, x.Step())
		waiting = append(waiting, x)
	}
	result := drive(machine.Start(digest, vm.Call{Entry: "execute", Input: fmt.Appendf(nil, `{"less":%d}`, raceFactor), Limits: small}))
	require.Nil(t, result.Failure)
	require.Len(t, waiting, 50)
}
