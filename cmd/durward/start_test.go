package main

import (
	"bytes"
	"os/exec"
	goruntime "runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/runtime/worker/child"
)

// A process that runs actions starts before the packages that take long to be initialised, as package child promises. If this fails, something that a worker needs imports a package that comes late in the order.
func TestWorkersStartBeforeTheRest(t *testing.T) {
	t.Parallel()
	for _, argument := range []string{child.Worker, child.Spawner} {
		cmd := exec.Command(program, argument)
		cmd.Env = []string{"GODEBUG=inittrace=1"}
		var out bytes.Buffer
		cmd.Stderr = &out
		_ = cmd.Run() // it has no socket, and ends
		require.Contains(t, out.String(), "init github.com/durward/durward/runtime/vm @")
		for _, late := range []string{"github.com/santhosh-tekuri/jsonschema", "github.com/prometheus/client_golang/prometheus @", "github.com/durward/durward/web", "cel.dev/cel-go/cel @"} {
			require.NotContains(t, out.String(), "init "+late)
		}
	}
}

// starts collects how long workers took to start.
type starts struct{ took chan time.Duration }

func (s starts) Started(took time.Duration) { s.took <- took }
func (s starts) Ended(string)               {}
func (s starts) Retried()                   {}
func (s starts) StartFailed(error)          {}

// BenchmarkStart measures the median time from the start of a worker process until it is ready: of one that runs actions, and of one that builds, which is initialised whole.
func BenchmarkStart(b *testing.B) {
	for _, memory := range []struct {
		name  string
		bytes int
	}{{"small server", 0}, {"server of 500 MB", 500 << 20}} {
		ballast := bytes.Repeat([]byte{1}, memory.bytes)
		for _, argument := range []string{child.Worker, builderCommand} {
			for way, spawner := range map[string][]string{"direct": nil, "namespaces": {program, child.Spawner}} {
				b.Run(memory.name+"/"+argument+"/"+way, func(b *testing.B) {
					benchmarkStart(b, worker.Config{Command: []string{program, argument}, Spawner: spawner})
				})
			}
		}
		goruntime.KeepAlive(ballast)
	}
}

func benchmarkStart(b *testing.B, config worker.Config) {
	seen := starts{make(chan time.Duration, 8)}
	config.Spares, config.Executions, config.Observe = 1, 1, seen
	pool, err := worker.New(config)
	require.NoError(b, err)
	defer pool.Close()
	<-seen.took
	p := vm.NewProgram([]byte(`"use strict"; var $action = { execute() {} };`), nil)
	var all []time.Duration
	for b.Loop() {
		_, err := pool.Execute(b.Context(), "a", p, vm.Call{Entry: "execute", Input: []byte("{}")}, nil)
		require.NoError(b, err)
		all = append(all, <-seen.took)
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "ms/start-p50")
}
