package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/versions"
)

const hour = time.Hour

// hits counts a hit of a counter of acme's action "invite".
func hits(t *testing.T, s Store, key string, limit int, at time.Time) (int, time.Duration) {
	t.Helper()
	count, reset, err := s.HitCounter(t.Context(), "acme", "invite", key, hour, limit, at)
	require.NoError(t, err)
	return count, reset
}

func testCounters(t *testing.T, s Store) {
	ctx, start := t.Context(), now.Truncate(hour)
	for want := 1; want <= 3; want++ {
		count, reset := hits(t, s, "k", 3, start)
		require.Equal(t, want, count)
		require.Equal(t, hour+hour/16, reset)
	}
	for range 3 {
		count, _ := hits(t, s, "k", 3, start.Add(time.Minute))
		require.Equal(t, 4, count, "a hit beyond the limit is not counted")
	}
	for name, other := range map[string]struct {
		tenant catalog.TenantID
		action catalog.ActionSlug
		key    string
		window time.Duration
	}{
		"key": {"acme", "invite", "k\x00", hour}, "action": {"acme", "other", "k", hour}, "tenant": {"acme\x00", "invite", "k", hour}, "window": {"acme", "invite", "k", 2 * hour},
	} {
		count, _, err := s.HitCounter(ctx, other.tenant, other.action, other.key, other.window, 3, start)
		require.NoError(t, err)
		require.Equal(t, 1, count, "another "+name)
	}

	count, _ := hits(t, s, "k", 0, start.Add(30*time.Minute))
	require.Equal(t, 4, count)
	count, reset := hits(t, s, "k", 4, start.Add(hour+hour/16-1))
	require.Equal(t, 5, count, "the window has not ended")
	require.Equal(t, 30*time.Minute+1, reset)
	count, _ = hits(t, s, "k", 4, start.Add(hour+hour/16))
	require.Equal(t, 2, count, "the first three have left it")
	count, reset = hits(t, s, "k", 1, start.Add(48*hour))
	require.Equal(t, 1, count)
	require.Equal(t, hour+hour/16, reset)
}

// testCounterClock sets the clock back: what was used stays used.
func testCounterClock(t *testing.T, s Store) {
	hits(t, s, "used", 1, now)
	for _, at := range []time.Time{now.Add(-time.Second), now.Add(-1000 * hour), time.Unix(-5, 0), now} {
		count, reset := hits(t, s, "used", 1, at)
		require.Equal(t, 2, count)
		require.Positive(t, reset)
		count, _ = hits(t, s, fmt.Sprint("new at ", at), 1, at)
		require.Equal(t, 1, count)
	}
}

func testCounterRace(t *testing.T, s Store) {
	for _, limit := range []int{1, 7} {
		var all sync.WaitGroup
		var got atomic.Int64
		for range 20 {
			all.Go(func() {
				count, _, err := s.HitCounter(t.Context(), "acme", "invite", fmt.Sprint(limit), hour, limit, now)
				if err != nil {
					t.Error(err)
				}
				if count <= limit {
					got.Add(1)
				}
			})
		}
		all.Wait()
		require.EqualValues(t, limit, got.Load())
	}
}

func testCounterBounds(t *testing.T, s Store) {
	hit := func(tenant catalog.TenantID, n int, at time.Time) (int, error) {
		count, _, err := s.HitCounter(t.Context(), tenant, "invite", fmt.Sprint(n), hour, 1, at)
		return count, err
	}
	var all sync.WaitGroup
	for from := range 250 { // at once, because each waits for the disk
		all.Go(func() {
			for n := from; n < versions.MaxCounters; n += 250 {
				if count, err := hit("acme", n, now); err != nil || count != 1 {
					t.Error(count, err)
				}
			}
		})
	}
	all.Wait()
	_, err := hit("acme", versions.MaxCounters, now.Add(time.Minute))
	require.ErrorIs(t, err, catalog.ErrQuota)
	for _, n := range []int{0, 1, versions.MaxCounters - 1} {
		count, err := hit("acme", n, now.Add(time.Minute))
		require.NoError(t, err)
		require.Equal(t, 2, count, "nothing was forgotten")
	}
	_, err = hit("other", 0, now)
	require.NoError(t, err)

	later := now.Add(2 * hour)
	for n := range 3 {
		count, err := hit("acme", versions.MaxCounters+n, later)
		require.NoError(t, err)
		require.Equal(t, 1, count, "those that have ended make room")
	}
	count, err := hit("acme", versions.MaxCounters, later)
	require.NoError(t, err)
	require.Equal(t, 2, count)
}
