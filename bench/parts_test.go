package main

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/store/bolt"
	"github.com/durward/durward/templates"
)

// TestMain lets the test binary be its own worker process.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "worker" {
		if err := worker.Serve(worker.FD, map[string]worker.Task{"echo": func(payload []byte) ([]byte, error) { return nil, nil }}); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// The event of the benchmark is answered as the benchmark expects.
func TestEvent(t *testing.T) {
	t.Parallel()
	answer, err := (&runtime.Engine{Sandbox: newPool(t)}).Run(t.Context(), call(t))
	require.NoError(t, err)
	require.Equal(t, contract.Continue, answer.Outcome.Kind)
	require.Equal(t, contract.Continue, answer.Executions[0].Kind)
	require.Len(t, event, 2048)
}

func newPool(tb testing.TB) *worker.Pool {
	tb.Helper()
	pool, err := worker.New(worker.Config{Command: []string{os.Args[0], "worker"}})
	require.NoError(tb, err)
	tb.Cleanup(pool.Close)
	return pool
}

func program(tb testing.TB) *vm.Program {
	tb.Helper()
	t, _ := templates.Lookup("domain-allowlist")
	bundle, err := bundler.Build(bundler.Source{Files: t.Files, Entry: "action.ts"})
	require.NoError(tb, err)
	return vm.NewProgram(bundle.Script, bundle.SourceMap)
}

func call(tb testing.TB) *runtime.Call {
	tb.Helper()
	trigger, _ := contract.Lookup("login.after")
	decoded, err := contract.DecodeCall([]byte(event), trigger)
	require.NoError(tb, err)
	return &runtime.Call{
		Tenant: "bench", Trigger: trigger, Event: decoded, Flow: "login", Revision: 1, Run: "run", RunStarted: time.Now(),
		Steps: []runtime.Step{{
			Attachment: "a", Action: "domain-allowlist", Version: "1.0.0", Program: program(tb), OnFailure: runtime.Block,
			Config: vm.NewConfig([]byte(`{"domains":["example.org","example.com"],"message":"Please use your work address."}`)),
		}},
	}
}

// capture is a sandbox that keeps the input of the last call.
type capture struct{ input []byte }

func (c *capture) Execute(_ context.Context, _ string, _ *vm.Program, call vm.Call, _ worker.Host) (vm.Result, error) {
	c.input = call.Input
	return vm.Result{Outcome: []byte(`{"kind":"continue"}`)}, nil
}

// BenchmarkParts splits an execute call into its parts. What HTTP costs is the difference between their sum and the whole that the command measures.
func BenchmarkParts(b *testing.B) {
	trigger, _ := contract.Lookup("login.after")
	b.Run("decode the call", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := contract.DecodeCall([]byte(event), trigger); err != nil {
				b.Fatal(err)
			}
		}
	})
	c, seen := call(b), &capture{}
	_, err := (&runtime.Engine{Sandbox: seen}).Run(b.Context(), c)
	require.NoError(b, err)
	b.Run("build the input and read the outcome", func(b *testing.B) {
		b.ReportAllocs()
		engine := &runtime.Engine{Sandbox: seen}
		for b.Loop() {
			if _, err := engine.Run(b.Context(), c); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("dispatch to a worker and back, nothing run", func(b *testing.B) {
		pool := newPool(b)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := pool.Task(b.Context(), "bench", "echo", seen.input, time.Minute); err != nil {
				b.Fatal(err)
			}
		}
	})
	inProcess := func(p *vm.Program) func(b *testing.B) {
		return func(b *testing.B) {
			machine := vm.NewMachine(func(*vm.Execution, *vm.Failure) {}, nil)
			machine.Load(p)
			b.ReportAllocs()
			for b.Loop() {
				x := machine.Start(p.Digest, vm.Call{Entry: "execute", Input: seen.input})
				if !x.Step() || x.Result().Failure != nil {
					b.Fatal(x.Result().Failure)
				}
			}
		}
	}
	b.Run("fresh runtime, with an action that does nothing", inProcess(empty))
	b.Run("fresh runtime, with the action", inProcess(c.Steps[0].Program))
	b.Run("the action in a worker", func(b *testing.B) {
		pool := newPool(b)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := pool.Execute(b.Context(), "bench", c.Steps[0].Program, vm.Call{Entry: "execute", Input: seen.input}, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("record", func(b *testing.B) {
		store, err := bolt.Open(b.TempDir(), bolt.Options{})
		require.NoError(b, err)
		recorder, err := audit.NewRecorder(b.TempDir(), store, audit.RecorderOptions{})
		require.NoError(b, err)
		b.Cleanup(func() {
			require.NoError(b, recorder.Close(context.Background()))
			require.NoError(b, store.Close())
		})
		b.ReportAllocs()
		for b.Loop() {
			r := &audit.Record{
				ID: "0192f0c1-2222-7000-8000-000000000000", Time: time.Now().UTC(), Tenant: "bench", Flow: "login", Slot: "after", Trigger: "login.after", Revision: 1,
				Run: "0192f0c1-1111-7000-8000-000000000000", User: "u1", Outcome: "continue", DurationUS: 100,
				Actions: []audit.Executed{{Attachment: "a", Action: "domain-allowlist", Version: "1.0.0", Outcome: "continue", DurationUS: 90, CPUUS: 60}},
			}
			if err := recorder.Append(r); err != nil {
				b.Fatal(err)
			}
		}
	})
}

var empty = vm.NewProgram([]byte(`"use strict"; var $action = { execute() {} };`), nil)
