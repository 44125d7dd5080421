package worker_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// patient are the limits of calls that are not about time, and may take as long as a full machine makes them.
var patient = vm.Limits{CPU: time.Minute, Wall: time.Minute}

// background runs a call beside the test and returns when it is in a worker. What it returns waits for the call's end.
func background(t *testing.T, pool *worker.Pool, tenant string, p *vm.Program, input string, limits vm.Limits) (wait func() vm.Result) {
	t.Helper()
	before := pool.Stats().Inflight
	var result vm.Result
	var group sync.WaitGroup
	group.Go(func() {
		result, _ = pool.Execute(context.Background(), tenant, p, vm.Call{Entry: "execute", Input: []byte(input), Limits: limits}, nil)
	})
	require.Eventually(t, func() bool { return pool.Stats().Inflight == before+1 }, 10*time.Second, time.Millisecond)
	return func() vm.Result { group.Wait(); return result }
}

// The members of the input that are made late are made from the execution's own input, also after others have come in.
func TestInputOfAnExecutionThatWaits(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{PerTenant: 1})
	input := func(letter string) string { return `{"user":{"name":"` + strings.Repeat(letter, 500) + `"}}` }
	wait := background(t, pool, "a", program(`await new Promise((done) => setTimeout(done, 200)); return input.user.name`), input("a"), vm.Limits{})
	for range 3 {
		execute(t, pool, "a", program(`return 1`), input("b"), vm.Limits{})
	}
	require.Equal(t, `"`+strings.Repeat("a", 500)+`"`, string(wait().Outcome))
}

// Where there may be no more workers, a call gets the place of one that becomes idle while the call waits.
func TestThePlaceOfAWorkerThatBecomesIdle(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{Max: 1, Spares: 1, PerTenant: 1, Wait: 10 * time.Second})
	wait := background(t, pool, "a", program(`await new Promise((done) => setTimeout(done, 200))`), `{}`, vm.Limits{})
	require.Equal(t, "1", string(execute(t, pool, "b", program(`return 1`), `{}`, vm.Limits{}).Outcome))
	wait()
}

// A worker that takes no more calls, and still holds some, does not keep its tenant from getting another one.
func TestAWornWorkerIsReplacedAtOnce(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{PerTenant: 1, Executions: 2, Wait: 30 * time.Second})
	wait := background(t, pool, "a", program(`await new Promise((done) => setTimeout(done, 3_600_000)); return 1`), `{}`, vm.Limits{Wall: time.Hour})
	for range 2 {
		execute(t, pool, "a", program(`return 1`), `{}`, patient)
	}
	require.Equal(t, 1, pool.Stats().Inflight, "the first call is in the worn worker still")
	pool.Close()
	wait()
}

// The calls that are run again after a death do not take the places of other tenants.
func TestManyCallsThatRunAgain(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{PerTenant: 1, Max: 4, Spares: 1, Wait: 30 * time.Second})
	for range 6 { // until the pool is closed
		background(t, pool, "a", program(`await new Promise((done) => setTimeout(done, 3_600_000))`), `{}`, vm.Limits{Wall: time.Hour})
	}
	background(t, pool, "a", program(`await new Promise((done) => setTimeout(done, 200)); `+killers["memory"]), `{}`, patient)
	require.Eventually(t, func() bool { return pool.Stats().Retried > 0 }, 10*time.Second, time.Millisecond)
	for _, tenant := range []string{"b", "c"} {
		require.Equal(t, "1", string(execute(t, pool, tenant, program(`return 1`), `{}`, patient).Outcome))
	}
}

// The server notices a worker that breaks off, long before the limit of the call in it.
func TestWorkersThatBreakOff(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"closes its socket and lives on", "prints for ever"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := newPool(t, worker.Config{Command: []string{os.Args[0], "hostile", name}})
			result := execute(t, pool, "a", program(``), `{}`, vm.Limits{Wall: time.Hour})
			require.Equal(t, vm.FailSandboxLost, result.Failure.Kind)
		})
	}
}

// A call whose worker does not read it ends at its limit, also if the worker still answers others.
func TestAWorkerThatDoesNotRead(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{PerTenant: 1, Command: []string{os.Args[0], "hostile", "answers one call and reads no other"}})
	wait := background(t, pool, "a", program(``), `{}`, vm.Limits{})
	large := program(`/* ` + strings.Repeat("x", 8<<20) + ` */`)
	ended := make(chan vm.Result, 1)
	go func() {
		result, _ := pool.Execute(context.Background(), "a", large, vm.Call{Entry: "execute", Limits: vm.Limits{Wall: 50 * time.Millisecond}}, nil)
		ended <- result
	}()
	require.Equal(t, "1", string(wait().Outcome))
	select {
	case result := <-ended:
		require.Equal(t, vm.FailTimeLimit, result.Failure.Kind)
	case <-time.After(20 * time.Second):
		t.Fatal("the call hangs")
	}
}

// What a worker reports is text that can be sent on, also where it had to be cut.
func TestReportsAreCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{})
	name := strings.Repeat("é", 300)
	p := vm.NewProgram([]byte(`"use strict"; function x`+name+`() { throw new Error("no") }; var $action = { execute() { x`+name+`() } }`),
		[]byte(`{"version":3,"sources":["action.ts"],"sourcesContent":["x"],"names":[],"mappings":"AAAA"}`))
	result := execute(t, pool, "a", p, `{}`, vm.Limits{})
	require.NotEmpty(t, result.Failure.Stack)
	for _, frame := range result.Failure.Stack {
		require.True(t, utf8.ValidString(frame.Function), "%q", frame.Function)
	}
}
