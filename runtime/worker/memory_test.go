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
