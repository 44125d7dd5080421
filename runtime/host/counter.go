package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/durward/durward/runtime/host/window"
	"github.com/durward/durward/runtime/vm"
)

// Counters count hits within sliding windows, for actions that limit rates. They must be safe for concurrent use.
type Counters interface {
	// Hit counts one hit and returns how many there were within the window that ends now, this one included, and how long it is until all of them are forgotten if no more come.
	// With a limit above 0, a hit that would pass it is not counted, and the answer is limit+1: who goes on trying does not lock himself out for longer.
	Hit(ctx context.Context, in Scope, key string, window time.Duration, limit int) (count int, reset time.Duration, err error)
}

// ErrCountersFull is what [Counters] that forget nothing return for a new key when there is no room for another.
var ErrCountersFull = errors.New("no room for another counter")

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
	shelf *shelf[counterKey, *window.Hits]
}

type counterKey struct {
	scopedKey
	window time.Duration
}

// NewMemoryCounters returns counters that are all zero.
func NewMemoryCounters() *MemoryCounters {
	return &MemoryCounters{start: time.Now(), shelf: newShelf[counterKey, *window.Hits](counterQuota, counterRoom)}
}

// Hit implements [Counters].
func (m *MemoryCounters) Hit(_ context.Context, in Scope, key string, length time.Duration, limit int) (int, time.Duration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := counterKey{scopedKey{in.Action, key}, length}
	hits, there := m.shelf.get(in.owner(), at)
	if !there {
		hits = &window.Hits{}
		m.shelf.put(in.owner(), at, hits, counterSize)
	}
	now := time.Since(m.start)
	count, _ := hits.Add(now, length, limit)
	return count, hits.End(length) - now, nil
}

func (s *Session) counterHit(ctx context.Context, args json.RawMessage) (vm.HostAnswer, error) {
	var a struct {
		keyArgs
		Window  float64 `json:"window_seconds"`
		Limit   int     `json:"limit"`
		Durable bool    `json:"durable"`
	}
	if err := readArgs(args, &a); err != nil {
		return vm.HostAnswer{}, err
	}
	length, ok := duration(a.Window, minWindow, maxWindow)
	switch err := a.check(); {
	case err != nil:
		return vm.HostAnswer{}, err
	case !ok:
		return vm.HostAnswer{}, refuse(codeInvalid, "window_seconds is from %d to %d", minWindow/time.Second, maxWindow/time.Second)
	case a.Limit < 0 || a.Limit >= window.Most:
		return vm.HostAnswer{}, refuse(codeInvalid, "limit is from 1 to %d", window.Most-1)
	}
	counters, err := s.counters(a.Durable)
	if err != nil {
		return vm.HostAnswer{}, err
	}
	count, reset, err := counters.Hit(ctx, s.scope(), a.Key, length, a.Limit)
	switch {
	case errors.Is(err, ErrCountersFull):
		return vm.HostAnswer{}, refuse(codeFull, "the tenant has as many durable counters as it may: a new one is refused until the window of another has ended")
	case err != nil:
		return vm.HostAnswer{}, refuse(codeUnavailable, "the counter does not answer")
	}
	return answerValue(struct {
		Count int `json:"count"`
		Reset int `json:"reset_in_seconds"`
	}{count, int((reset + time.Second - 1) / time.Second)}) // rounded up: who comes back then is not too early
}

// maxDurableHits is how many durable hits one execution may have: each waits for the disk, and others wait with it.
const maxDurableHits = 100

// counters are those that a hit is for. Drafts never get durable ones: a test must not use up what is kept.
func (s *Session) counters(durable bool) (Counters, error) {
	options := &s.broker.options
	switch {
	case !durable || s.grant.Draft:
		return options.Counters, nil
	case options.DurableCounters == nil:
		return nil, refuse(codeUnavailable, "this server has no store for durable counters")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.durable >= maxDurableHits {
		return nil, exceeded("durable_hits", maxDurableHits, fmt.Sprintf("the action has more than %d hits of durable counters", maxDurableHits))
	}
	s.durable++
	return options.DurableCounters, nil
}
