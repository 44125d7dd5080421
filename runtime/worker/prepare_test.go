//go:build !race

package worker_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// A program that is called again and again is loaded between the calls, and each call gets a runtime that none had before.
func TestLoadedBetweenCalls(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{})
	p := vm.NewProgram([]byte(`"use strict"; var $action = (() => { let calls = 0; const all = new Array(2e4).fill(0); return { execute() { return ++calls } } })();`), nil)
	const loading = 16 * 20_000 // bytes, at least
	first := execute(t, pool, "a", p, `{}`, vm.Limits{})
	require.Greater(t, first.Allocated, int64(loading))
	require.Eventually(t, func() bool {
		result := execute(t, pool, "a", p, `{}`, vm.Limits{})
		require.Equal(t, "1", string(result.Outcome))
		return result.Allocated < loading/4
	}, 30*time.Second, 10*time.Millisecond)
}

// A program that takes a while to load is loaded ahead although its calls follow each other without a pause, in two workers that take turns; and still no runtime is used twice.
func TestLoadedWithoutPause(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{PerTenant: 2, Spares: 2})
	p := vm.NewProgram([]byte(`"use strict"; var $action = (() => { let calls = 0; const all = []; for (let i = 0; i < 4000; i++) all.push({ i }); return { execute() { return ++calls } } })();`), nil)
	const loading = 16 * 4_000 // bytes, at least
	ahead := 0
	require.Eventually(t, func() bool {
		for range 20 {
			result := execute(t, pool, "a", p, `{}`, vm.Limits{})
			require.Equal(t, "1", string(result.Outcome))
			if result.Allocated < loading/4 {
				ahead++
			}
		}
		stats := pool.Stats()
		return ahead > 10 && stats.Workers-stats.Spares == 2
	}, 30*time.Second, time.Millisecond)
	require.Empty(t, pool.Stats().Ended)
}

// BenchmarkLargeProgram is a call of a program of 300 KB, with some time between two calls.
func BenchmarkLargeProgram(b *testing.B) {
	var script bytes.Buffer
	script.WriteString(`"use strict"; var $action = (() => { const parts = {};`)
	for i := range 3500 {
		fmt.Fprintf(&script, "parts.f%d = class F%d { constructor(a) { this.a = a } get b() { return this.a * %d } };\n", i, i, i)
	}
	script.WriteString(`return { execute() { return new parts.f7(6).b } } })();`)
	p := vm.NewProgram(script.Bytes(), nil)
	pool := newPool(b, worker.Config{})
	execute(b, pool, "a", p, `{}`, vm.Limits{})
	for b.Loop() {
		b.StopTimer()
		time.Sleep(40 * time.Millisecond)
		b.StartTimer()
		require.Equal(b, "42", string(execute(b, pool, "a", p, `{}`, vm.Limits{}).Outcome))
	}
}
