// Package worker runs tenants' code in processes of their own.
//
// A [Pool] keeps worker processes: blank spares, started ahead of need, and workers that belong to one tenant each, for their whole life. It sends them
// programs and calls over a socket and takes results back; what does not answer in time, or grows too large, is killed. [Serve] is the other end, the worker's own main loop.
//
// A worker holds many executions at once, of which one computes while the others wait. The worker writes on a [board], a page of memory that it shares with the server, which one that is. When it
// dies, that execution fails. Those that were beside it have had no effect outside unless they asked the server for one, and so the others are run once more.
//
// Calls that find no worker wait in a queue per tenant. Tenants take turns in getting new workers, and none can have more than its part of what there is.
//
// Every byte from a worker is hostile: its tenant's code may have taken it over. The most that it can do is to give wrong answers to its own tenant's calls.
package worker

import (
	"cmp"
	"context"
	"errors"
	goruntime "runtime"
	"time"

	"github.com/durward/durward/runtime/vm"
)

// ErrBusy says that no worker was free for the call in time. The caller may try again after a moment. The error is a [*BusyError], which tells more.
var ErrBusy = errors.New("no worker is free")

// ErrClosed says that the pool is closed.
var ErrClosed = errors.New("the worker pool is closed")

// Why calls are refused.
const (
	BusyQueue       = "queue"       // the tenant's queue is full
	BusyConcurrency = "concurrency" // the tenant had as many executions as it may have, for too long
	BusyDeaths      = "deaths"      // the tenant's actions kill their workers faster than these are replaced
	BusyWorkers     = "workers"     // there was no worker process for it
)

// BusyError is an [ErrBusy] with its reason.
type BusyError struct {
	Reason string // one of the Busy constants
}

func (e *BusyError) Error() string { return ErrBusy.Error() }

// Is makes every BusyError an ErrBusy.
func (e *BusyError) Is(target error) bool { return target == ErrBusy }

// Host does for one execution what its worker asks of the world outside.
type Host interface {
	// Serve does what is asked for and waits for it. ctx ends when the execution has ended or gives the call up. What c says is hostile.
	Serve(ctx context.Context, c vm.HostCall) vm.HostAnswer
}

// Config is how a pool works. Command is required; every other field has a default.
type Config struct {
	// Command is the path and the arguments that start a worker process, which calls [Serve]. It gets an empty environment.
	Command []string
	// Spawner is the path and the argument that start a process which calls [Spawn]: it puts the workers into namespaces, on Linux and where that is allowed. Default: none.
	Spawner []string
	// Sandbox is the least level that a worker must have reached when it is ready. Default: LevelBestEffort.
	Sandbox Level
	// Spares is how many blank workers wait ready, at most half of Max. Default: 2.
	Spares int
	// PerTenant is how many workers that take calls one tenant may have. Beside them it may have an eighth of Max, and as many as PerTenant at least, that only end what
	// they hold. Default: the number of CPUs, and a quarter of Max at most.
	PerTenant int
	// Max is how many workers there may be in all; a tenant's first call then takes the place of the worker that has been idle longest. Default: 64.
	Max int
	// Inflight is how many executions one worker may hold, computing or waiting. Default: 128.
	Inflight int
	// Concurrency is how many executions a tenant may have in all its workers. Default: what PerTenant workers hold.
	Concurrency int
	// Queue is how many calls of a tenant may wait for a worker. Default: 1,000, which short actions work off within Wait.
	Queue int
	// HardMemory is how many bytes of memory a worker process may have before it is killed, on Linux. Default: 128 MiB.
	HardMemory int64
	// Idle is how long a worker without work is kept. Default: 5 minutes.
	Idle time.Duration
	// Executions is after how many executions a worker is replaced. Default: 100,000.
	Executions int
	// Wait is how long a call waits for a worker before it gets ErrBusy. Default: 1 s.
	Wait time.Duration
	// Grace is how long after its own limits a call may take before its worker is killed. It covers the wait behind the other executions in the worker. Default: 1 s.
	Grace time.Duration
	// StartTimeout is how long a process may take until it is ready. Default: 10 s.
	StartTimeout time.Duration
	// Background makes all workers give way to whatever else wants a processor, on Linux. Default: only those of a tenant give way that has computed for long, or whose actions kill workers, a few seconds ago.
	Background bool
	// Observe gets the pool's events. Default: none are reported.
	Observe Observer
}

func (c *Config) fill() {
	c.Max = max(cmp.Or(c.Max, 64), 1)
	c.Spares = min(cmp.Or(c.Spares, 2), max(c.Max/2, 1))
	c.PerTenant = cmp.Or(c.PerTenant, max(1, min(goruntime.NumCPU(), c.Max/4)))
	c.Inflight = cmp.Or(c.Inflight, 128)
	c.Concurrency = cmp.Or(c.Concurrency, c.Inflight*c.PerTenant)
	c.Queue = cmp.Or(c.Queue, 1000)
	c.HardMemory = cmp.Or(c.HardMemory, 128<<20)
	c.Idle = cmp.Or(c.Idle, 5*time.Minute)
	c.Executions = cmp.Or(c.Executions, 100_000)
	c.Wait = cmp.Or(c.Wait, time.Second)
	c.Grace = cmp.Or(c.Grace, time.Second)
	c.StartTimeout = cmp.Or(c.StartTimeout, 10*time.Second)
	if c.Observe == nil {
		c.Observe = noObserver{}
	}
}

// maxEnding is how many workers that take no more calls a tenant may have before it gets others: one whose actions break workers must not use up what there is for all.
func (c *Config) maxEnding() int { return max(c.PerTenant, c.Max/8) }

// Observer gets what happens in a pool, for metrics and logs. Its methods are called from several goroutines and must not block.
type Observer interface {
	// Started reports a process that is ready, and how long that took.
	Started(took time.Duration)
	// Ended reports a process that is gone. The reason is "retired", "idle", "closed", "killed", "stack_limit", "memory_limit",
	// "policy_violation" or "crashed".
	Ended(reason string)
	// Retried reports a call that is run again because its worker died.
	Retried()
	// StartFailed reports a process that did not become ready.
	StartFailed(err error)
}

type noObserver struct{}

func (noObserver) Started(time.Duration) {}
func (noObserver) Ended(string)          {}
func (noObserver) Retried()              {}
func (noObserver) StartFailed(error)     {}
