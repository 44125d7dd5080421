package accounts

import (
	"hash/maphash"
	"sync"
	"time"
)

// How often one may try to sign in. A success gives its attempt back, and counts for its owner: each is an event in the audit, which nobody must be able to fill.
const (
	accountBurst = 10 // attempts at an account before pauses begin
	accountPause = time.Minute
	addressBurst = 30 // attempts from an address
	addressPause = 10 * time.Second
	ownerBurst   = 30 // sessions of an owner
	ownerPause   = 10 * time.Second
)

// throttle bounds attempts by the generic cell rate algorithm (ITU-T I.371): a burst, and then one per pause. It has a fixed number of cells, which names share
// by a hash with a random seed, so that its memory is bounded and no flood of names makes it forget one. Two names in one cell share its attempts; nobody can choose
// a name that shares the cell of another.
type throttle struct {
	seed  maphash.Seed
	burst time.Duration
	pause time.Duration

	mu    sync.Mutex
	cells []time.Time // when each has all of its attempts again
}

const throttleCells = 1 << 15

func newThrottle(burst int, pause time.Duration) *throttle {
	return &throttle{seed: maphash.MakeSeed(), burst: time.Duration(burst) * pause, pause: pause, cells: make([]time.Time, throttleCells)}
}

// take takes an attempt of a name, or returns how long to wait for the next one.
func (t *throttle) take(name string, now time.Time) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	cell := t.cell(name)
	full := *cell
	if full.Before(now) {
		full = now
	}
	full = full.Add(t.pause)
	if wait := full.Sub(now) - t.burst; wait > 0 {
		return wait
	}
	*cell = full
	return 0
}

// give gives an attempt back.
func (t *throttle) give(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	cell := t.cell(name)
	*cell = cell.Add(-t.pause)
}

func (t *throttle) cell(name string) *time.Time {
	return &t.cells[maphash.String(t.seed, name)%uint64(len(t.cells))]
}
