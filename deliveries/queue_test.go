package deliveries_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/store/bolt"
)

func openIn(t testing.TB, dir string) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(dir, bolt.Options{})
	require.NoError(t, err)
	return s
}

func newStore(t testing.TB, tenants ...catalog.TenantID) *bolt.Store {
	t.Helper()
	s := openIn(t, t.TempDir())
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	for _, id := range tenants {
		require.NoError(t, s.CreateTenant(context.Background(), catalog.Tenant{ID: id}))
	}
	return s
}

func delivery(tenant catalog.TenantID, n int) deliveries.Delivery {
	return deliveries.Delivery{ID: fmt.Sprintf("id-%04d", n), Tenant: tenant, Flow: "logout", Slot: "after", Revision: 1, AcceptedAt: time.Now(), Due: time.Now(), Call: []byte("{}")}
}

// run is what a test does in place of an action.
type run func(ctx context.Context, d *deliveries.Delivery) (deliveries.Result, error)

func (r run) Attempt(ctx context.Context, d *deliveries.Delivery) (deliveries.Result, error) {
	return r(ctx, d)
}

// serve runs a queue until the test has ended, or until stop has returned.
func serve(t testing.TB, q *deliveries.Queue, r run) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { q.Run(ctx, r) })
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	t.Cleanup(stop)
	return stop
}

func accept(t testing.TB, q *deliveries.Queue, list ...deliveries.Delivery) {
	t.Helper()
	for _, d := range list {
		require.NoError(t, q.Accept(context.Background(), d))
	}
}

// TestBackoff lets a delivery fail until it is dead, and looks at the waits between the attempts.
func TestBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := deliveries.New(newStore(t, "acme"), deliveries.Options{Attempts: 8, Backoff: 2 * time.Second, MaxBackoff: time.Minute})
		var mu sync.Mutex
		started := map[string][]time.Time{}
		stop := serve(t, q, func(_ context.Context, d *deliveries.Delivery) (deliveries.Result, error) {
			mu.Lock()
			defer mu.Unlock()
			started[d.ID] = append(started[d.ID], time.Now())
			require.Equal(t, len(started[d.ID]), d.Attempt)
			require.Equal(t, "key", d.IdempotencyKey)
			return deliveries.Result{Failure: "no"}, nil
		})
		const n = 40
		for i := range n {
			d := delivery("acme", i)
			d.IdempotencyKey = "key"
			accept(t, q, d)
		}
		time.Sleep(10 * time.Minute) // of the test's own clock
		stop()
		require.EqualValues(t, n, q.Stats().Died)
		longest := make([]time.Duration, 7)
		for id, times := range started {
			require.Len(t, times, 8, id)
			for i := range longest {
				wait := times[i+1].Sub(times[i])
				require.LessOrEqual(t, wait, min(2*time.Second<<i, time.Minute)+time.Second)
				longest[i] = max(longest[i], wait)
			}
		}
		for i, wait := range longest {
			require.Greater(t, wait, min(2*time.Second<<i, time.Minute)/2, "after attempt %d: the waits are spread", i+1)
		}
	})
}

// TestOwnFailures lets attempts be impossible for a while, which costs no tries.
func TestOwnFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := deliveries.New(newStore(t, "acme"), deliveries.Options{Attempts: 2})
		var attempts atomic.Int64
		serve(t, q, func(_ context.Context, d *deliveries.Delivery) (deliveries.Result, error) {
			if attempts.Add(1) <= 20 {
				return deliveries.Result{Done: []string{"a"}}, errors.New("no worker is free")
			}
			require.Equal(t, []string{"a"}, d.Done, "what is done is not forgotten")
			return deliveries.Result{}, nil
		})
		accept(t, q, delivery("acme", 1))
		time.Sleep(5 * time.Minute)
		require.EqualValues(t, 21, attempts.Load())
		s := q.Stats()
		require.Equal(t, []uint64{1, 0, 20}, []uint64{s.Completed, s.Died, s.Retried})
	})
}

func TestHopeless(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := deliveries.New(newStore(t, "acme"), deliveries.Options{})
		serve(t, q, func(context.Context, *deliveries.Delivery) (deliveries.Result, error) {
			return deliveries.Result{Failure: "there is no such revision", Hopeless: true}, nil
		})
		accept(t, q, delivery("acme", 1))
		time.Sleep(time.Minute)
		require.EqualValues(t, 1, q.Stats().Attempts)
		d, err := q.Delivery(t.Context(), "acme", "id-0001")
		require.NoError(t, err)
		require.Equal(t, deliveries.Dead, d.State)
		require.Equal(t, "there is no such revision", d.Failure)
		_, err = q.Redrive(t.Context(), audit.Actor{Name: "Alice"}, "acme", "id-0001", 0)
		require.NoError(t, err)
		time.Sleep(time.Minute)
		require.EqualValues(t, 2, q.Stats().Attempts)
	})
}

// TestConcurrency counts the attempts that run at a time, of one tenant and of all.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := deliveries.New(newStore(t, "a", "b", "c"), deliveries.Options{Concurrency: 3, Total: 7})
		var mu sync.Mutex
		now, most, done := map[catalog.TenantID]int{}, map[catalog.TenantID]int{}, 0
		count := func(tenant catalog.TenantID, n int) {
			mu.Lock()
			defer mu.Unlock()
			for _, of := range []catalog.TenantID{tenant, "all"} {
				now[of] += n
				most[of] = max(most[of], now[of])
			}
			if n < 0 {
				done++
			}
		}
		for i := range 60 {
			for _, tenant := range []catalog.TenantID{"a", "b", "c"} {
				accept(t, q, delivery(tenant, i))
			}
		}
		began := time.Now()
		stop := serve(t, q, func(_ context.Context, d *deliveries.Delivery) (deliveries.Result, error) {
			count(d.Tenant, 1)
			defer count(d.Tenant, -1)
			time.Sleep(time.Second)
			return deliveries.Result{}, nil
		})
		for q.Stats().Completed < 180 {
			time.Sleep(time.Second)
		}
		stop()
		require.Equal(t, map[catalog.TenantID]int{"a": 3, "b": 3, "c": 3, "all": 7}, most)
		require.Equal(t, 180, done)
		require.Less(t, time.Since(began), 180/7*time.Second*3/2, "the places are used")
	})
}

// TestOrder fails attempts at random: the deliveries of each line are done in the order in which they were accepted, and none runs beside another of its line.
func TestOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := deliveries.New(newStore(t, "acme"), deliveries.Options{Concurrency: 8, Attempts: 1000})
		random, failing := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(3, 4))
		var mu sync.Mutex
		running, done, want := map[string]bool{}, map[string][]string{}, map[string][]string{}
		stop := serve(t, q, func(_ context.Context, d *deliveries.Delivery) (deliveries.Result, error) {
			mu.Lock()
			require.False(t, running[d.Line], "beside another of its line")
			running[d.Line] = true
			mu.Unlock()
			time.Sleep(time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			running[d.Line] = false
			if failing.IntN(3) == 0 {
				return deliveries.Result{Failure: "no"}, nil
			}
			done[d.Line] = append(done[d.Line], d.ID)
			return deliveries.Result{}, nil
		})
		const n = 200
		for i := range n {
			d := delivery("acme", rand.IntN(1000)*n+i) // ids do not say the order
			d.Line = fmt.Sprint("user ", random.IntN(6))
			accept(t, q, d)
			want[d.Line] = append(want[d.Line], d.ID)
		}
		for q.Stats().Completed < n {
			time.Sleep(time.Second)
		}
		stop()
		require.Equal(t, want, done)
	})
}

// TestStop ends a queue while attempts run: they may end, what has not begun stays for the next queue, and so does what takes longer than the grace.
func TestStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newStore(t, "acme")
		q := deliveries.New(store, deliveries.Options{Concurrency: 2, Grace: 10 * time.Second})
		var began atomic.Int64
		stop := serve(t, q, func(ctx context.Context, d *deliveries.Delivery) (deliveries.Result, error) {
			began.Add(1)
			if d.ID == "id-0000" {
				<-ctx.Done() // it takes as long as it may
				return deliveries.Result{}, ctx.Err()
			}
			time.Sleep(5 * time.Second)
			return deliveries.Result{}, nil
		})
		accept(t, q, delivery("acme", 0), delivery("acme", 1), delivery("acme", 2))
		time.Sleep(time.Second)
		stopped := time.Now()
		stop()
		require.Equal(t, 10*time.Second, time.Since(stopped), "the grace")
		require.EqualValues(t, 2, began.Load(), "nothing begins any more")
		require.EqualValues(t, 1, q.Stats().Completed)
		accept(t, q, delivery("acme", 3))

		var seen sync.Map
		next := deliveries.New(store, deliveries.Options{})
		serve(t, next, func(_ context.Context, d *deliveries.Delivery) (deliveries.Result, error) {
			seen.Store(d.ID, d.Attempt)
			return deliveries.Result{}, nil
		})
		time.Sleep(10 * time.Second)
		require.EqualValues(t, 3, next.Stats().Completed)
		for id, attempt := range map[string]int{"id-0000": 2, "id-0002": 1, "id-0003": 1} {
			got, _ := seen.Load(id)
			require.Equal(t, attempt, got, id)
		}
	})
}

// TestServers lets two queues work on one store: each delivery is done once, also those that one of them has claimed and dropped.
func TestServers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newStore(t, "acme", "other")
		lost, _, err := store.ClaimDeliveries(t.Context(), "acme", deliveries.Claim{})
		require.NoError(t, err)
		require.Empty(t, lost)
		first := deliveries.New(store, deliveries.Options{Poll: time.Second})
		accept(t, first, delivery("acme", 1000))
		lost, _, err = store.ClaimDeliveries(t.Context(), "acme", deliveries.Claim{Now: time.Now(), Until: time.Now().Add(time.Minute), Limit: 1})
		require.NoError(t, err)
		require.Len(t, lost, 1, "by a server that does not come back")

		var mu sync.Mutex
		ran := map[string]int{}
		work := func(_ context.Context, d *deliveries.Delivery) (deliveries.Result, error) {
			mu.Lock()
			defer mu.Unlock()
			ran[string(d.Tenant)+d.ID]++
			return deliveries.Result{}, nil
		}
		second := deliveries.New(store, deliveries.Options{Poll: time.Second})
		stopFirst, stopSecond := serve(t, first, work), serve(t, second, work)
		for i := range 100 {
			accept(t, first, delivery("acme", i))
			accept(t, second, delivery("other", i))
		}
		time.Sleep(2 * time.Minute)
		stopFirst()
		stopSecond()
		require.Len(t, ran, 201)
		for id, n := range ran {
			require.Equal(t, 1, n, id)
		}
		require.EqualValues(t, 201, first.Stats().Completed+second.Stats().Completed)
	})
}

// TestLostClaim lets an attempt take longer than its claim: another one makes it, and the first changes nothing any more.
func TestLostClaim(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := deliveries.New(newStore(t, "acme"), deliveries.Options{Lease: 10 * time.Second})
		var mu sync.Mutex
		var ends []int
		stop := serve(t, q, func(ctx context.Context, d *deliveries.Delivery) (deliveries.Result, error) {
			if d.Attempt == 1 {
				<-ctx.Done()
				time.Sleep(2 * time.Second) // it does not hear
			}
			mu.Lock()
			defer mu.Unlock()
			ends = append(ends, d.Attempt)
			return deliveries.Result{}, nil
		})
		accept(t, q, delivery("acme", 1))
		time.Sleep(time.Minute)
		stop()
		require.Equal(t, []int{2, 1}, ends)
		require.EqualValues(t, 1, q.Stats().Completed)
	})
}

func TestFull(t *testing.T) {
	t.Parallel()
	q := deliveries.New(newStore(t, "acme"), deliveries.Options{Bounds: deliveries.Bounds{Entries: 2}})
	accept(t, q, delivery("acme", 1), delivery("acme", 2))
	require.ErrorIs(t, q.Accept(t.Context(), delivery("acme", 3)), deliveries.ErrFull)
	require.EqualValues(t, 1, q.Stats().Refused)
	list, err := q.Deliveries(t.Context(), "acme", false, catalog.Page{})
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(list.Items, func(d deliveries.Delivery) bool { return d.ID == "id-0002" }))
	_, err = q.Discard(t.Context(), audit.Actor{}, "acme", "id-0001")
	require.ErrorIs(t, err, catalog.ErrNotFound, "what waits is no dead letter")
}

// TestRestart closes the store under an attempt, as a killed process does, and opens it again.
func TestRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openIn(t, dir)
	require.NoError(t, s.CreateTenant(t.Context(), catalog.Tenant{ID: "acme"}))
	q := deliveries.New(s, deliveries.Options{})
	accept(t, q, delivery("acme", 1))
	claimed, _, err := s.ClaimDeliveries(t.Context(), "acme", deliveries.Claim{Now: time.Now(), Until: time.Now().Add(time.Hour), Limit: 1})
	require.NoError(t, err)
	require.Len(t, claimed, 1)
	require.NoError(t, s.Close())

	s = openIn(t, dir)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	attempts := make(chan int, 1)
	serve(t, deliveries.New(s, deliveries.Options{}), func(_ context.Context, d *deliveries.Delivery) (deliveries.Result, error) {
		attempts <- d.Attempt
		return deliveries.Result{}, nil
	})
	require.Equal(t, 2, <-attempts, "at once, and not when the claim of the dead would have expired")
}
