package worker_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// killers are programs that end their worker, each in another way.
var killers = map[string]string{
	"stack":   `JSON.parse("[".repeat(1e7))`,
	"memory":  `"x".repeat(2 ** 40)`,
	"endless": `Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)`,
}

// besiege has a tenant make calls of a program, so many at a time, until the returned function is called. Its calls end with one of the failures, or find the pool busy.
func besiege(tb testing.TB, pool *worker.Pool, tenant string, p *vm.Program, at int, cpu time.Duration, failures ...vm.FailureKind) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	for range at {
		group.Go(func() {
			for ctx.Err() == nil {
				r, err := pool.Execute(ctx, tenant, p, vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: vm.Limits{CPU: cpu}}, nil)
				switch {
				case ctx.Err() != nil || errors.Is(err, worker.ErrBusy):
				case err != nil:
					tb.Error(err)
				case r.Failure == nil || !slices.Contains(failures, r.Failure.Kind):
					tb.Errorf("%+v", r.Failure)
				}
			}
		})
	}
	stop = func() { cancel(); group.Wait() }
	tb.Cleanup(stop)
	return stop
}

// A tenant whose every call kills its worker keeps no other one from being served. The calls die of memory, which takes no time: for what computes its way to death, a worker that gives way gets too little on a full machine.
func TestATenantThatKillsItsWorkers(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{Max: 8})
	stop := besiege(t, pool, "hostile", program(killers["memory"]), 64, time.Minute, vm.FailMemoryLimit, vm.FailTimeLimit, vm.FailSandboxLost)
	require.Eventually(t, func() bool { return pool.Stats().Ended["memory_limit"] > 6 }, 30*time.Second, time.Millisecond)
	for n := range 300 {
		tenant := []string{"a", "b", "c"}[n%3]
		require.Equal(t, "1", string(execute(t, pool, tenant, program(`return 1`), `{}`, patient).Outcome))
	}
	stop()
	require.Zero(t, pool.Stats().Waiting)
}

// BenchmarkNeighbour measures a tenant with 200 calls a second, alone and beside another one whose 64 calls at a time kill their workers.
func BenchmarkNeighbour(b *testing.B) {
	p := program(`return { kind: "continue" }`)
	measure := func(pool *worker.Pool, calls int) (p50, p99 time.Duration) {
		took := make([]time.Duration, calls)
		var group sync.WaitGroup
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for n := range took {
			<-tick.C
			group.Go(func() {
				began := time.Now()
				if r, err := pool.Execute(b.Context(), "a", p, vm.Call{Entry: "execute", Input: []byte(`{}`)}, nil); err != nil || r.Failure != nil {
					b.Error(err, r.Failure)
				}
				took[n] = time.Since(began)
			})
		}
		group.Wait()
		slices.Sort(took)
		return took[calls/2], took[calls*99/100]
	}
	for name, body := range killers {
		b.Run(name, func(b *testing.B) {
			pool := newPool(b, worker.Config{})
			for b.Loop() {
				p50, p99 := measure(pool, 1000)
				stop := besiege(b, pool, "hostile", program(body), 64, 50*time.Millisecond, vm.FailMemoryLimit, vm.FailStackLimit, vm.FailTimeLimit, vm.FailSandboxLost)
				beside50, beside99 := measure(pool, 1000)
				stop()
				b.ReportMetric(float64(p50.Microseconds()), "alone-p50-µs")
				b.ReportMetric(float64(p99.Microseconds()), "alone-p99-µs")
				b.ReportMetric(float64(beside50.Microseconds()), "beside-p50-µs")
				b.ReportMetric(float64(beside99.Microseconds()), "beside-p99-µs")
				b.ReportMetric(float64(beside99)/float64(p99), "ratio-p99")
			}
		})
	}
}
