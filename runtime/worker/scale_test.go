//go:build linux

package worker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// family are the processes that descend from this one, and this one.
func family() []string {
	parents := map[string]string{}
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range paths {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it is gone
		}
		rest := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		parents[filepath.Base(filepath.Dir(path))] = rest[1]
	}
	self := strconv.Itoa(os.Getpid())
	all := []string{self}
	for i := 0; i < len(all); i++ {
		for pid, parent := range parents {
			if parent == all[i] {
				all = append(all, pid)
			}
		}
	}
	return all
}

// memoryOf is the memory of processes in MB: what they share is divided among them.
func memoryOf(pids []string) float64 {
	var sum int
	for _, pid := range pids {
		text, _ := os.ReadFile("/proc/" + pid + "/smaps_rollup")
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
				kb, _ := strconv.Atoi(strings.Fields(rest)[0])
				sum += kb
			}
		}
	}
	return float64(sum) / 1024
}

func openFiles(t testing.TB) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(list)
}

// After honest and hostile calls, and the end of the pool, there is nothing left of it. DURWARD_SOAK is how many calls there are.
func TestSoak(t *testing.T) { // not in parallel: it counts what other tests would have too
	calls := 150
	if n, err := strconv.Atoi(os.Getenv("DURWARD_SOAK")); err == nil {
		calls = n
	}
	newPool(t, worker.Config{}).Close() // what the first pool of a process opens for good
	open, goroutines := openFiles(t), goruntime.NumGoroutine()
	pool := newPool(t, worker.Config{Max: 12})
	bodies := []string{`return 1`, `return 1`, `await fetch("https://example.com/"); return 1`, `await new Promise((done) => setTimeout(done, 5)); return 1`, `throw new Error("no")`, `for (;;);`}
	for _, body := range killers {
		bodies = append(bodies, body)
	}
	host := outside(func(context.Context, vm.HostCall) vm.HostAnswer { return ok(200) })
	work := make(chan int)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for n := range work {
				tenant := fmt.Sprint(n % 7)
				call := vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: vm.Limits{CPU: 50 * time.Millisecond}}
				r, err := pool.Execute(context.Background(), tenant, program(bodies[n%len(bodies)]), call, host)
				if err != nil && !errors.Is(err, worker.ErrBusy) || err == nil && r.Failure == nil && string(r.Outcome) != "1" {
					t.Error(err, string(r.Outcome))
				}
			}
		})
	}
	for n := range calls {
		work <- n
	}
	close(work)
	group.Wait()
	// A call whose worker was late has been answered, and is in the worker for a moment more.
	require.Eventually(t, func() bool { return pool.Stats().Inflight == 0 }, time.Minute, time.Millisecond)
	require.Zero(t, pool.Stats().Waiting)
	pool.Close()
	require.Zero(t, pool.Stats().Workers)
	// One more, because the condition has a goroutine of its own.
	require.Eventually(t, func() bool { return goruntime.NumGoroutine() <= goroutines+1 }, 10*time.Second, 10*time.Millisecond)
	require.Equal(t, open, openFiles(t))
	require.Eventually(t, func() bool { return len(family()) == 1 }, 10*time.Second, 10*time.Millisecond, "processes are left")
}

// BenchmarkWaiting has 1,000 executions at a time, of 20 tenants, each of which waits for 200 ms: 5,000 calls a second if waiting cost nothing.
func BenchmarkWaiting(b *testing.B) {
	pool := newPool(b, worker.Config{})
	p := program(`await fetch("https://example.com/"); return 1`)
	host := outside(func(ctx context.Context, _ vm.HostCall) vm.HostAnswer {
		timer := time.NewTimer(200 * time.Millisecond)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		return ok(200)
	})
	const executions, rounds = 1000, 10
	for b.Loop() {
		began := time.Now()
		var most float64
		var group sync.WaitGroup
		for n := range executions {
			group.Go(func() {
				for range rounds {
					if r, err := pool.Execute(b.Context(), fmt.Sprint(n%20), p, vm.Call{Entry: "execute", Input: []byte(`{}`)}, host); err != nil || string(r.Outcome) != "1" {
						b.Error(err, r.Failure)
					}
				}
			})
		}
		ended := make(chan struct{})
		go func() { group.Wait(); close(ended) }()
		for running := true; running; {
			select {
			case <-ended:
				running = false
			case <-time.After(250 * time.Millisecond):
				most = max(most, memoryOf(family()))
			}
		}
		b.ReportMetric(executions*rounds/time.Since(began).Seconds(), "calls/s")
		b.ReportMetric(most, "MB")
	}
}

// BenchmarkSparse has calls of 10,000 tenants, each with a program of its own and a call in five minutes: nearly every call is its tenant's first one after idleness, and compiles.
func BenchmarkSparse(b *testing.B) {
	pool := newPool(b, worker.Config{})
	padding := strings.Repeat("function helper(a, b) { return a === b ? a : [a, b].map(String).join() }\n", 30)
	for b.Loop() {
		var mu sync.Mutex
		var took []time.Duration
		var group sync.WaitGroup
		tick := time.NewTicker(5 * time.Minute / 10_000)
		for range 1000 {
			n := rand.IntN(10_000)
			<-tick.C
			group.Go(func() {
				p := vm.NewProgram(fmt.Appendf(nil, `"use strict"; %s var $action = { execute() { return %d } }`, padding, n), nil)
				began := time.Now()
				if r, err := pool.Execute(b.Context(), fmt.Sprint(n), p, vm.Call{Entry: "execute", Input: []byte(`{}`)}, nil); err != nil || r.Failure != nil {
					b.Error(err, r.Failure)
				}
				mu.Lock()
				defer mu.Unlock()
				took = append(took, time.Since(began))
			})
		}
		group.Wait()
		tick.Stop()
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		b.ReportMetric(memoryOf(family()), "MB")
		b.ReportMetric(float64(len(family())), "processes")
	}
}
