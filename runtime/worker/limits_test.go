package worker_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// A tenant's executions and its queue are bounded, and another tenant finds its place all the same.
func TestBoundsOfATenant(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{PerTenant: 1, Concurrency: 1, Queue: 1, Wait: time.Minute})
	held := make(chan struct{})
	host := outside(func(context.Context, vm.HostCall) vm.HostAnswer { <-held; return ok(200) })
	ended := make(chan error, 2)
	call := vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: vm.Limits{Wall: time.Minute}}
	for range 2 {
		go func() {
			_, err := pool.Execute(context.Background(), "a", program(`await fetch("https://example.com/")`), call, host)
			ended <- err
		}()
	}
	require.Eventually(t, func() bool { s := pool.Stats(); return s.Inflight == 1 && s.Waiting == 1 }, 10*time.Second, time.Millisecond)
	_, err := pool.Execute(t.Context(), "a", program(``), call, nil)
	require.ErrorIs(t, err, worker.ErrBusy)
	var busy *worker.BusyError
	require.ErrorAs(t, err, &busy)
	require.Equal(t, worker.BusyQueue, busy.Reason)
	require.Equal(t, "1", string(execute(t, pool, "b", program(`return 1`), `{}`, vm.Limits{}).Outcome))
	close(held)
	require.NoError(t, <-ended)
	require.NoError(t, <-ended)
}

// A call that runs again has only what is left of its time, and its failure names the limit that it was given.
func TestTimeOfACallThatRunsAgain(t *testing.T) {
	t.Parallel()
	events := &watch{}
	pool := newPool(t, worker.Config{PerTenant: 1, Observe: events})
	wait := background(t, pool, "a", program(`await new Promise((done) => setTimeout(done, 60_000))`), `{}`, vm.Limits{Wall: 5 * time.Second})
	execute(t, pool, "a", program(`await new Promise((done) => setTimeout(done, 2000)); `+killers["memory"]), `{}`, vm.Limits{CPU: time.Minute, Wall: time.Minute})
	result := wait()
	require.Equal(t, int64(1), events.retried.Load())
	require.Equal(t, vm.FailTimeLimit, result.Failure.Kind)
	require.Equal(t, "wall 5s", result.Failure.Limit)
	require.Less(t, result.Wall, 5*time.Second, "the second run got only what the first one had left")
}
