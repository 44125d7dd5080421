//go:build linux && !race

package main

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bench/hostile"
)

// watcher looks at a server's processes all the time: a worker that takes much memory does not live for long.
type watcher struct {
	t   *testing.T
	pid int

	mu             sync.Mutex
	last           []hostile.Process
	worker, server int64 // the most memory that one of them had
}

// usage is what a server holds at a moment.
type usage struct{ processes, descriptors int }

func watch(t *testing.T, pid int) *watcher {
	t.Helper()
	w := &watcher{t: t, pid: pid}
	stop := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				w.look()
			}
		}
	})
	t.Cleanup(func() {
		close(stop)
		running.Wait()
	})
	return w
}

func (w *watcher) look() {
	family, err := hostile.Processes(w.pid)
	if err != nil {
		return // the server has ended
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = family
	for _, p := range family {
		_, peak, err := p.RSS()
		switch {
		case err != nil: // it has just ended
		case p.PID == w.pid:
			w.server = max(w.server, peak)
		default:
			w.worker = max(w.worker, peak)
		}
	}
}

func (w *watcher) family() []hostile.Process {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

func (w *watcher) peaks() (worker, server int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.worker, w.server
}

// settle returns what the server holds once that is the same for a while: workers that were started or killed a moment ago have come or gone by then.
func (w *watcher) settle() usage {
	w.t.Helper()
	var same int
	var last usage
	require.Eventually(w.t, func() bool {
		now := w.usage()
		if now != last {
			last, same = now, 0
		}
		same++
		return same > 10
	}, time.Minute, 50*time.Millisecond)
	return last
}

func (w *watcher) usage() usage {
	family, err := hostile.Processes(w.pid)
	if err != nil {
		return usage{}
	}
	descriptors, err := family[0].Descriptors()
	if err != nil {
		return usage{}
	}
	return usage{processes: len(family), descriptors: descriptors}
}
