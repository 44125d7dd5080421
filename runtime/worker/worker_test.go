package worker_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// TestMain lets the test binary be its own worker process.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "worker":
			loop(worker.Serve(worker.FD, map[string]worker.Task{"echo": echo, "escape": escape}))
		case "escape":
			loop(worker.ServeWithFilter(worker.FD, map[string]worker.Task{"escape": escape}))
		case "spawner":
			loop(worker.Spawn(worker.FD))
		}
	}
	if len(os.Args) > 2 && os.Args[1] == "tool" {
		fmt.Fprintln(os.Stderr, worker.ExecTool(os.Args[2:]))
		os.Exit(worker.ExitNotConfined)
	}
	if len(os.Args) > 2 && os.Args[1] == "hostile" {
		hostile(os.Args[2])
		os.Exit(0)
	}
	if len(os.Args) > 1 && os.Args[1] == "speaks" {
		speaks()
		os.Exit(0)
	}
	code := m.Run()
	for _, dir := range leftovers {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// leftovers are folders that several tests use.
var leftovers []string

// loop ends the process as its main loop has ended.
func loop(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func echo(payload []byte) ([]byte, error) {
	switch string(payload) {
	case "fail":
		return nil, errors.New("as asked")
	case "hang":
		select {}
	case "die":
		os.Exit(9)
	case "environment":
		return []byte(strings.Join(os.Environ(), ",")), nil
	case "descriptors":
		return descriptors(), nil
	}
	return payload, nil
}

// watch counts what happens in a pool.
type watch struct {
	mu      sync.Mutex
	ended   []string
	started atomic.Int64
	retried atomic.Int64
}

func (w *watch) Started(time.Duration) { w.started.Add(1) }
func (w *watch) Retried()              { w.retried.Add(1) }
func (w *watch) StartFailed(error)     {}
func (w *watch) Ended(reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = append(w.ended, reason)
}

func (w *watch) reasons() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.ended...)
}

func newPool(t testing.TB, config worker.Config) *worker.Pool {
	t.Helper()
	if config.Command == nil {
		config.Command = []string{os.Args[0], "worker"}
	}
	pool, err := worker.New(config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

func program(body string) *vm.Program {
	return vm.NewProgram([]byte(`"use strict"; var $action = { execute: async function execute(input) { `+body+` } };`), nil)
}

func execute(t testing.TB, pool *worker.Pool, tenant string, p *vm.Program, input string, limits vm.Limits) vm.Result {
	t.Helper()
	result, err := pool.Execute(t.Context(), tenant, p, vm.Call{Entry: "execute", Input: []byte(input), Limits: limits}, nil)
	require.NoError(t, err)
	return result
}

func TestExecute(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{})
	p := program(`console.log("saw", input.n); if (input.n < 0) throw new RangeError("negative"); return { n: input.n + 1 }`)
	for n := range 10 {
		result := execute(t, pool, "a", p, fmt.Sprintf(`{"n":%d}`, n), vm.Limits{})
		require.Nil(t, result.Failure)
		require.JSONEq(t, fmt.Sprintf(`{"n":%d}`, n+1), string(result.Outcome))
		require.Equal(t, fmt.Sprintf("saw %d", n), result.Logs[0].Message)
	}
	result := execute(t, pool, "a", p, `{"n":-1}`, vm.Limits{})
	require.Equal(t, "RangeError: negative", result.Failure.Message)
	require.Positive(t, result.CPU)
	require.Empty(t, execute(t, pool, "a", program(``), `{}`, vm.Limits{}).Outcome)
}

func TestLargeProgramsAndInputs(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{})
	p := program(`/* ` + strings.Repeat("x", 3<<20) + ` */ return input.s.length`)
	input := `{"s":"` + strings.Repeat("y", 1<<20) + `"}`
	result := execute(t, pool, "a", p, input, vm.Limits{CPU: time.Minute, Wall: time.Minute}) // compiling so much takes long under the race detector
	require.Nil(t, result.Failure)
	require.Equal(t, "1048576", string(result.Outcome))
}

// Executions that wait share a worker, and do not wait for each other.
func TestManyWaitInOneWorker(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{PerTenant: 1})
	p := program(`await new Promise((done) => setTimeout(done, 50)); return input`)
	var group sync.WaitGroup
	for n := range 100 {
		group.Go(func() {
			input := fmt.Sprintf(`{"n":%d}`, n)
			result, err := pool.Execute(context.Background(), "a", p, vm.Call{Entry: "execute", Input: []byte(input)}, nil)
			if err != nil || string(result.Outcome) != input {
				t.Errorf("%d: %s %v %v", n, result.Outcome, result.Failure, err)
			}
		})
	}
	group.Wait()
	require.Equal(t, 1, pool.Stats().Tenants)
}

// A worker that dies fails the execution that killed it, and no other: neither of the same tenant nor of another one.
func TestDeathOfAWorker(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body string
		cpu  time.Duration
		kind vm.FailureKind
	}{
		"stack overflow in a built-in": {`JSON.parse("[".repeat(1e7))`, time.Minute, vm.FailStackLimit},
		"memory, in one call":          {`"x".repeat(2 ** 40)`, time.Minute, vm.FailMemoryLimit},
		"endless built-in":             {`Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)`, 100 * time.Millisecond, vm.FailTimeLimit},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events := &watch{}
			pool := newPool(t, worker.Config{PerTenant: 1, Observe: events})
			slow := program(`await new Promise((done) => setTimeout(done, 1000)); return "survived"`)
			var group sync.WaitGroup
			for _, tenant := range []string{"a", "a", "b"} {
				group.Go(func() {
					result, err := pool.Execute(context.Background(), tenant, slow, vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: vm.Limits{Wall: time.Minute}}, nil)
					if err != nil || string(result.Outcome) != `"survived"` {
						t.Errorf("%s: %s %v %v", tenant, result.Outcome, result.Failure, err)
					}
				})
			}
			require.Eventually(t, func() bool { return pool.Stats().Inflight == 3 }, 10*time.Second, time.Millisecond)
			result := execute(t, pool, "a", program(test.body), `{}`, vm.Limits{CPU: test.cpu, Wall: time.Minute})
			group.Wait()
			require.NotNil(t, result.Failure)
			require.Equal(t, test.kind, result.Failure.Kind, result.Failure.Message)
			require.GreaterOrEqual(t, events.retried.Load(), int64(1))
			require.Equal(t, `1`, string(execute(t, pool, "a", program(`return 1`), `{}`, vm.Limits{}).Outcome), "the worker has been replaced")
		})
	}
}

func TestAWorkerServesOneTenant(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{PerTenant: 1})
	p := program(`return 1`)
	for _, tenant := range []string{"a", "b", "a", "c", "b"} {
		execute(t, pool, tenant, p, `{}`, vm.Limits{})
	}
	require.Equal(t, 3, pool.Stats().Tenants)
}

// Where there may be no more workers, the one that is idle longest makes room; while none is idle, a call waits, and not for ever.
func TestNoMoreWorkersThanAllowed(t *testing.T) {
	t.Parallel()
	events := &watch{}
	pool := newPool(t, worker.Config{Max: 2, Spares: 1, PerTenant: 1, Wait: time.Second, Observe: events})
	for _, tenant := range []string{"a", "b", "c", "d"} {
		execute(t, pool, tenant, program(`return 1`), `{}`, vm.Limits{})
		require.LessOrEqual(t, pool.Stats().Workers, 2)
	}
	require.Contains(t, events.reasons(), "idle")

	var group sync.WaitGroup
	for _, tenant := range []string{"x", "y"} {
		group.Go(func() {
			_, _ = pool.Execute(context.Background(), tenant, program(`await new Promise((done) => setTimeout(done, 4000))`), vm.Call{Entry: "execute", Input: []byte(`{}`)}, nil)
		})
	}
	require.Eventually(t, func() bool { return pool.Stats().Inflight == 2 }, 10*time.Second, time.Millisecond)
	_, err := pool.Execute(t.Context(), "z", program(`return 1`), vm.Call{Entry: "execute", Input: []byte(`{}`)}, nil)
	require.ErrorIs(t, err, worker.ErrBusy)
	require.Equal(t, map[string]uint64{worker.BusyWorkers: 1}, pool.Stats().Busy)
	require.Zero(t, pool.Stats().Waiting)
	group.Wait()
	execute(t, pool, "z", program(`return 1`), `{}`, vm.Limits{})
}

func TestWorkersRetire(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		config worker.Config
		reason string
	}{
		"after their executions": {worker.Config{Executions: 3}, "retired"},
		"when idle":              {worker.Config{Idle: 20 * time.Millisecond}, "idle"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events := &watch{}
			test.config.Observe = events
			pool := newPool(t, test.config)
			for range 10 {
				require.Nil(t, execute(t, pool, "a", program(`return 1`), `{}`, vm.Limits{}).Failure)
			}
			require.Eventually(t, func() bool { return len(events.reasons()) > 0 }, 10*time.Second, time.Millisecond)
			require.Equal(t, test.reason, events.reasons()[0])
			require.Positive(t, pool.Stats().Ended[test.reason])
		})
	}
}

func TestTask(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{})
	body, err := pool.Task(t.Context(), "a", "echo", []byte("hello"), time.Minute)
	require.NoError(t, err)
	require.Equal(t, "hello", string(body))

	environment, err := pool.Task(t.Context(), "a", "echo", []byte("environment"), time.Minute)
	require.NoError(t, err)
	require.Empty(t, environment, "a worker has no environment")

	for input, want := range map[string]string{
		"fail": "echo: as asked",
		"die":  "echo: the worker process crashed",
		"hang": "echo: echo took longer than 50ms",
	} {
		_, err = pool.Task(t.Context(), "a", "echo", []byte(input), 50*time.Millisecond)
		var failed *worker.TaskError
		require.ErrorAs(t, err, &failed, input)
		require.EqualError(t, err, want)
	}
	_, err = pool.Task(t.Context(), "a", "none", nil, time.Minute)
	require.EqualError(t, err, `none: no task "none"`)
}

// A worker whose tenant has taken it over can send anything. The server takes no harm and serves the other tenants.
func TestHostileWorkers(t *testing.T) {
	t.Parallel()
	for name := range hostileFrames {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limits, want := vm.Limits{Wall: time.Hour}, vm.FailSandboxLost // what is wrong is noticed, and not only that nothing comes
			if silent[name] {
				limits, want = vm.Limits{Wall: 50 * time.Millisecond}, vm.FailTimeLimit
			}
			pool := newPool(t, worker.Config{Command: []string{os.Args[0], "hostile", name}, Grace: 50 * time.Millisecond})
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			result, err := pool.Execute(ctx, "a", program(``), vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: limits}, nil)
			require.NoError(t, err)
			require.NotNil(t, result.Failure)
			require.Equal(t, want, result.Failure.Kind)
		})
	}
}

func TestClosedPool(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{})
	pool.Close()
	_, err := pool.Execute(t.Context(), "a", program(``), vm.Call{Entry: "execute", Input: []byte(`{}`)}, nil)
	require.ErrorIs(t, err, worker.ErrClosed)
	require.Zero(t, pool.Stats().Workers)
}

func TestCommandThatDoesNotStart(t *testing.T) {
	t.Parallel()
	_, err := worker.New(worker.Config{Command: []string{"/nonexistent"}})
	require.Error(t, err)
	_, err = worker.New(worker.Config{Command: []string{"/bin/sh", "-c", "echo out of order >&2"}})
	require.ErrorContains(t, err, "out of order")
	_, err = worker.New(worker.Config{})
	require.Error(t, err)
}

func BenchmarkExecute(b *testing.B) {
	pool := newPool(b, worker.Config{})
	p := program(`return input.user.email.endsWith("@example.com") ? { kind: "continue" } : { kind: "block" }`)
	input, err := os.ReadFile("../vm/testdata/login.after.json")
	require.NoError(b, err)
	call := vm.Call{Entry: "execute", Input: input}
	b.Run("one", func(b *testing.B) {
		for b.Loop() {
			if r, err := pool.Execute(b.Context(), "a", p, call, nil); err != nil || r.Failure != nil {
				b.Fatal(r.Failure, err)
			}
		}
	})
	b.Run("many", func(b *testing.B) {
		b.SetParallelism(32)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if r, err := pool.Execute(b.Context(), "a", p, call, nil); err != nil || r.Failure != nil {
					b.Error(r.Failure, err)
				}
			}
		})
	})
}
