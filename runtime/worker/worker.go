// Package worker runs tenants' code in processes of their own.
//
// A [Pool] keeps worker processes: blank spares, started ahead of need, and workers that belong to one tenant each, for their whole life. It sends them
// programs and calls over a socket and takes results back; what does not answer in time is killed. [Serve] is the other end, the worker's own main loop.
//
// A worker holds many executions at once, of which one computes while the others wait. When a worker dies, the execution that killed it fails. Executions that were
// beside it in the worker have had no effect outside it, and so each is run once more, in a process of its own.
//
// Every byte from a worker is hostile: its tenant's code may have taken it over. The most that it can do is to give wrong answers to its own tenant's calls.
package worker

import (
	"context"
	"errors"
	"time"

	"github.com/durward/durward/runtime/vm"
)

// ErrBusy says that no worker was free for the call in time. The caller may try again after a moment.
var ErrBusy = errors.New("no worker is free")

// ErrClosed says that the pool is closed.
var ErrClosed = errors.New("the worker pool is closed")

// Host does for one execution what its worker asks of the world outside.
type Host interface {
	// Serve does what is asked for and waits for it. ctx ends when the execution has ended or gives the call up. What c says is hostile.
	Serve(ctx context.Context, c vm.HostCall) vm.HostAnswer
}

// Config is how a pool works. Command is required; every other field has a default.
type Config struct {
	// Command is the path and the arguments that start a worker process, which calls [Serve]. It gets an empty environment.
	Command []string
	// Spares is how many blank workers wait ready. Default: 2.
	Spares int
	// PerTenant is how many workers that take calls one tenant may have. Beside them it may have an eighth of Max, and as many as PerTenant at least, that end what they
	// hold, or run one call alone. Default: the number of CPUs.
	PerTenant int
	// Max is how many workers there may be in all; a tenant's first call then takes the place of the worker that has been idle longest. Default: 64.
	Max int
	// Inflight is how many executions one worker may hold, computing or waiting. Default: 128.
	Inflight int
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
	// Observe gets the pool's events. Default: none are reported.
	Observe Observer
}

// maxEnding is how many workers that take no more calls a tenant may have before it gets others: one whose actions break workers must not use up what there is for all.
func (c *Config) maxEnding() int { return max(c.PerTenant, c.Max/8) }

// Observer gets what happens in a pool, for metrics and logs. Its methods are called from several goroutines and must not block.
type Observer interface {
	// Started reports a process that is ready, and how long that took.
	Started(took time.Duration)
	// Ended reports a process that is gone. The reason is "retired", "idle", "closed", "killed", "stack_limit", "memory_limit" or "crashed".
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
