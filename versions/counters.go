package versions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/runtime/host"
)

// CounterStore keeps the counters of actions that must outlive the server.
type CounterStore interface {
	// HitCounter counts one hit of an action's counter, which is named by key and window together, and has stored it when it returns. count are the hits within the window that ends now, this one included;
	// it is never too low, and may include hits that are older by a sixteenth of the window. reset is how long the latest of them still counts. With a limit above 0, a hit that would pass it is not
	// stored, and count is limit+1; of several at once, exactly as many are counted as there is room for.
	//
	// A tenant has [MaxCounters]; a hit of a new one beyond that is refused with catalog.ErrQuota. Nothing is forgotten before its window has ended, and a time before that of the latest hit
	// stands for the latest.
	HitCounter(ctx context.Context, tenant catalog.TenantID, action catalog.ActionSlug, key string, window time.Duration, limit int, now time.Time) (count int, reset time.Duration, err error)
}

// MaxCounters is how many counters of a [CounterStore] a tenant has, those not counted whose windows have ended.
const MaxCounters = 10_000

// DurableCounters are the [host.Counters] of a store.
type DurableCounters struct{ Store CounterStore }

// Hit implements [host.Counters] for scopes that are no draft's.
func (d DurableCounters) Hit(ctx context.Context, in host.Scope, key string, window time.Duration, limit int) (int, time.Duration, error) {
	count, reset, err := d.Store.HitCounter(ctx, catalog.TenantID(in.Tenant), catalog.ActionSlug(in.Action), key, window, limit, time.Now())
	if errors.Is(err, catalog.ErrQuota) {
		return 0, 0, fmt.Errorf("%w: %w", host.ErrCountersFull, err)
	}
	return count, reset, err
}
