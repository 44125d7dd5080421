package host

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/durward/durward/runtime/vm"
)

// Counters count hits within sliding windows, for actions that limit rates. They must be safe for concurrent use.
type Counters interface {
	// Hit counts one hit and returns how many there were within the window that ends now, this one included, and how long it is until all of them are forgotten if no more come.
	// With a limit above 0, a hit that would pass it is not counted, and the answer is limit+1: who goes on trying does not lock himself out for longer.
	Hit(ctx context.Context, in Scope, key string, window time.Duration, limit int) (count int, reset time.Duration, err error)
}

// The windows that there may be.
const (
	minWindow = time.Second
	maxWindow = 30 * 24 * time.Hour
)

// Bounds of [MemoryCounters]: keys of a tenant, and in all.
var (
	counterQuota = bound{entries: 10_000, bytes: 10_000 * counterSize}
	counterRoom  = bound{entries: 500_000, bytes: 500_000 * counterSize}
)

// counterSize is about what a counter takes up at most, in bytes.
const counterSize = 512

// slots is into how many parts a window is divided.
const slots = 16

// MemoryCounters are [Counters] in this process: other nodes do not see them, and they end with the process.
//
// A window is counted in 16 parts, so that a counter has the same small size however many hits there are. Hits in the part in which the window begins are counted as a whole: a
// count is never less than the true one, and contains hits that are too old by a sixteenth of the window at most.
//
// A tenant has 10,000 keys, and its drafts as many; all of them share 500,000. Beyond that the key that was not hit for the longest time is forgotten, and counts from 1 again: a flood of new keys cannot push
// out one that is under attack itself.
type MemoryCounters struct {
	mu    sync.Mutex
	start time.Time // slots are numbered from here, by the monotonic clock
	shelf *shelf[counterKey, *counted]
}

type counterKey struct {
	scopedKey
	window time.Duration
}

// counted are the hits of the window's slots, in a ring, and of the one that is not over yet.
type counted struct {
	slot int64 // the number of the latest slot that was hit
	hits [slots + 1]int32
}

// NewMemoryCounters returns counters that are all zero.
func NewMemoryCounters() *MemoryCounters {
	return &MemoryCounters{start: time.Now(), shelf: newShelf[counterKey, *counted](counterQuota, counterRoom)}
}

// Hit implements [Counters].
func (m *MemoryCounters) Hit(_ context.Context, in Scope, key string, window time.Duration, limit int) (int, time.Duration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := counterKey{scopedKey{in.Action, key}, window}
	c, there := m.shelf.get(in.owner(), at)
	if !there {
		c = &counted{}
		m.shelf.put(in.owner(), at, c, counterSize)
	}
	since, part := time.Since(m.start), window/slots
	now := int64(since / part)
	c.advance(now)
	total := c.total()
	if limit > 0 && total >= limit {
		return limit + 1, c.reset(since, part), nil
	}
	if total < maxCount {
		c.hits[now%int64(len(c.hits))]++
		total++
	}
	return total, c.reset(since, part), nil
}

// maxCount is where counting ends. It keeps the sum within 32 bits.
const maxCount = 1 << 30

// advance forgets the slots that have left the window.
func (c *counted) advance(now int64) {
	for ; c.slot < now; c.slot++ {
		if now-c.slot > int64(len(c.hits)) {
			c.slot = now - int64(len(c.hits)) - 1
			continue
		}
		c.hits[(c.slot+1)%int64(len(c.hits))] = 0
	}
}

func (c *counted) total() int {
	total := 0
	for _, n := range c.hits {
		total += int(n)
	}
	return total
}

// reset is how long the latest hit still counts.
func (c *counted) reset(since, part time.Duration) time.Duration {
	for back := range int64(len(c.hits)) {
		slot := c.slot - back
		if slot >= 0 && c.hits[slot%int64(len(c.hits))] > 0 {
			return time.Duration(slot+int64(len(c.hits)))*part - since
		}
	}
	return 0
}

func (s *Session) counterHit(ctx context.Context, args json.RawMessage) (vm.HostAnswer, error) {
	var a struct {
		keyArgs
		Window float64 `json:"window_seconds"`
		Limit  int     `json:"limit"`
	}
	if err := readArgs(args, &a); err != nil {
		return vm.HostAnswer{}, err
	}
	window, ok := duration(a.Window, minWindow, maxWindow)
	switch err := a.check(); {
	case err != nil:
		return vm.HostAnswer{}, err
	case !ok:
		return vm.HostAnswer{}, refuse(codeInvalid, "window_seconds is from %d to %d", minWindow/time.Second, maxWindow/time.Second)
	case a.Limit < 0 || a.Limit >= maxCount:
		return vm.HostAnswer{}, refuse(codeInvalid, "limit is from 1 to %d", maxCount-1)
	}
	count, reset, err := s.broker.options.Counters.Hit(ctx, s.scope(), a.Key, window, a.Limit)
	if err != nil {
		return vm.HostAnswer{}, refuse(codeUnavailable, "the counter does not answer")
	}
	return answerValue(struct {
		Count int `json:"count"`
		Reset int `json:"reset_in_seconds"`
	}{count, int((reset + time.Second - 1) / time.Second)}) // rounded up: who comes back then is not too early
}
