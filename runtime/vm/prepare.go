package vm

import (
	"iter"
	"math/rand"
	"slices"
	"time"

	"github.com/dop251/goja"
)

// A program that is run again and again has a runtime made ahead, between two calls: with the host's globals in it, and loaded. The next execution takes it, and so no runtime is ever used twice.
//
// An action cannot tell, for what it does while it loads comes out the same at any time: one that reads the clock then, wants something random, or is heard of outside, is never loaded ahead. Nor is
// one that fails: an execution of its own has to say how.

// Bounds of what is made ahead.
const (
	maxAheadCPU    = 100 * time.Millisecond
	maxAheadWall   = time.Second
	maxAheadMemory = 16 << 20 // bytes allocated by one
	maxAhead       = 4        // runtimes, or fewer that have allocated maxAheadMemory
	// staleAhead is how many executions may begin without taking a runtime before another program may have its place.
	staleAhead = 100
)

// ahead is what a machine knows of a program in order to load it ahead.
type ahead struct {
	runs   int           // under the same limits
	limits Limits        // those that loading is subject to
	took   time.Duration // to load, the last time
	used   []*global     // late ones that executions have named
	never  bool          // it cannot be loaded ahead
	ready  *Execution    // one that has no call yet, nil if there is none
	since  int           // how many executions had begun when it was made
}

// loading are the limits on which it depends how loading ends.
func (l Limits) loading() Limits { return Limits{CPU: l.CPU, CallDepth: l.CallDepth, Memory: l.Memory} }

// take notes that a program is run, and returns what was made ahead for it, or nil.
func (m *Machine) take(d Digest, limits Limits) *Execution {
	p, known := m.programs[d]
	if !known {
		return nil
	}
	m.started++
	if m.last != p {
		m.last, m.streak = p, 0
	}
	m.streak++
	if limits = limits.loading(); p.limits != limits {
		m.drop(p)
		p.runs, p.limits = 0, limits
	}
	p.runs++
	x := p.ready
	m.unready(p)
	return x
}

func (m *Machine) unready(p *program) {
	if p.ready != nil {
		p.ready = nil
		m.ready = slices.DeleteFunc(m.ready, func(other *program) bool { return other == p })
	}
}

// drop throws away what was made ahead for a program.
func (m *Machine) drop(p *program) {
	if p.ready != nil {
		m.release(p.ready)
		m.unready(p)
	}
}

// release notes that a runtime that was made ahead becomes garbage.
func (m *Machine) release(x *Execution) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.memory.waiting -= x.allocated
}

// Wanted says whether [Machine.Prepare] would make something, and how long that takes.
func (m *Machine) Wanted() (takes time.Duration, wanted bool) {
	p := m.last
	if p == nil || p.ready != nil || p.never || p.runs < 2 || p.code == nil {
		return 0, false
	}
	return p.took, !m.full() || m.started-m.ready[0].since > staleAhead
}

// Streak is how many executions in a row were of the program that [Machine.Prepare] would load.
func (m *Machine) Streak() int { return m.streak }

// Ready names the programs that have a runtime made ahead, at most four.
func (m *Machine) Ready() iter.Seq[Digest] {
	return func(yield func(Digest) bool) {
		for _, p := range m.ready {
			if !yield(p.digest) {
				return
			}
		}
	}
}

// Warm compiles a loaded program and makes a runtime ahead for it, before it has run here. What it takes counts for no execution, and so another machine must have run the program under the same limits.
func (m *Machine) Warm(d Digest, limits Limits) {
	p, known := m.programs[d]
	if !known || p.ready != nil {
		return
	}
	limits = limits.WithDefaults()
	x := &Execution{machine: m, digest: d, limits: limits, deadline: time.Now().Add(limits.Wall), rt: goja.New()}
	m.enter(x)
	m.code(d)
	m.leave()
	p.runs, p.limits = 2, limits.loading()
	m.last, m.streak = p, 0
	m.Prepare()
}

// full says that one of the runtimes that were made ahead must go before another one is made.
func (m *Machine) full() bool {
	held := int64(0)
	for _, p := range m.ready {
		held += p.ready.allocated
	}
	return len(m.ready) == maxAhead || held > maxAheadMemory
}

// Prepare makes a runtime ahead for the program that was run last, if that is wanted. What it takes counts for no execution.
func (m *Machine) Prepare() {
	if _, wanted := m.Wanted(); !wanted {
		return
	}
	p := m.last
	if m.full() {
		m.drop(m.ready[0])
	}
	x := &Execution{machine: m, digest: p.digest, limits: p.limits.WithDefaults(), deadline: time.Now().Add(maxAheadWall), rt: goja.New(), early: true}
	x.limits.CPU = min(x.limits.CPU, maxAheadCPU)
	m.enter(x)
	x.ended = !x.loadAhead(p.used)
	m.leave()
	switch {
	case x.ended:
		p.never = true
	case x.interrupted != nil || x.allocated > maxAheadMemory:
		p.never = true
		m.release(x)
	default:
		x.early, x.loaded, x.cpu = false, x.allocated, 0
		p.ready, p.since = x, m.started
		m.ready = append(m.ready, p)
	}
}

// loadAhead loads the script and reports whether that has gone well.
func (x *Execution) loadAhead(used []*global) (done bool) {
	defer func() {
		if recover() != nil {
			done = false
		}
	}()
	x.rt.SetTimeSource(func() time.Time { x.notAhead(); return time.Now() })
	x.rt.SetRandSource(func() float64 { x.notAhead(); return rand.Float64() })
	return x.load(used) == nil
}

// notAhead ends the loading of a script ahead: what the script is about to do must happen within a call.
func (x *Execution) notAhead() {
	if x.early {
		x.exceeded(&Failure{})
	}
}
