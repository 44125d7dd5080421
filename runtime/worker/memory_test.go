//go:build linux && !race

package worker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// An action that takes more and more memory ends its worker long before the machine's memory ends. (The race detector needs minutes for this.)
func TestMemory(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{PerTenant: 1})
	for _, body := range []string{
		`const all = []; for (;;) all.push("x".repeat(2 ** 25) + all.length)`,
		`const all = []; for (;;) all.push(new Uint8Array(2 ** 24).fill(1))`,
	} {
		result := execute(t, pool, "a", program(body), `{}`, vm.Limits{CPU: time.Minute, Wall: time.Minute})
		require.NotNil(t, result.Failure)
		require.Equal(t, vm.FailMemoryLimit, result.Failure.Kind, result.Failure.Message)
	}
	require.Equal(t, "1", string(execute(t, pool, "a", program(`return 1`), `{}`, vm.Limits{}).Outcome))
}

// holds120 keeps 120 MiB, and computes on without taking more.
const holds120 = `const all = []; for (let n = 0; n < 120; n++) all.push(new Uint8Array(2 ** 20).fill(1)); for (;;);`

// The server ends a worker beyond the hard limit, blames what it computed, and runs again what was beside it. The worker stays below twice the limit: there the kernel refuses it more, and on a full machine that may come
// before the server looks.
func TestHardMemory(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{PerTenant: 1, HardMemory: 100 << 20})
	wait := background(t, pool, "a", program(`await new Promise((done) => setTimeout(done, 300)); return "survived"`), `{}`, vm.Limits{Wall: time.Minute})
	result := execute(t, pool, "a", program(holds120), `{}`, vm.Limits{CPU: time.Minute, Wall: time.Minute, Memory: 256 << 20})
	require.NotNil(t, result.Failure)
	require.Equal(t, vm.FailMemoryLimit, result.Failure.Kind, result.Failure.Message)
	require.Equal(t, "hard memory 104857600 bytes", result.Failure.Limit)
	require.Contains(t, result.Failure.Message, "of memory, and may have 100 MiB")
	require.Equal(t, `"survived"`, string(wait().Outcome))
	require.Equal(t, uint64(1), pool.Stats().Ended["memory_limit"])
}
