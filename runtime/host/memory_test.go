package host_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
)

// result is an operation's value, which must be there.
func result(t *testing.T, s *host.Session, op string, args any) string {
	t.Helper()
	got := ask(t.Context(), t, s, op, args, nil)
	require.Nil(t, got.Err)
	return string(got.Value)
}

type object = map[string]any

func TestCache(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := granted()
		broker := host.New(w.options)
		defer broker.Close()
		s := broker.Open(&w.settings, w.grant)
		defer s.Close()
		get := func() string { return result(t, s, "cache.get", object{"key": "k"}) }
		require.JSONEq(t, `{"found":false}`, get())
		require.JSONEq(t, `{}`, result(t, s, "cache.set", object{"key": "k", "value": object{"a": []int{1}}, "ttl_seconds": 60}))
		require.JSONEq(t, `{"found":true,"value":{"a":[1]}}`, get())
		time.Sleep(59 * time.Second)
		require.JSONEq(t, `{"found":true,"value":{"a":[1]}}`, get())
		time.Sleep(time.Second)
		require.JSONEq(t, `{"found":false}`, get())
		require.JSONEq(t, `{"found":false}`, result(t, s, "cache.delete", object{"key": "k"}))

		result(t, s, "cache.set", object{"key": "k", "value": nil, "ttl_seconds": 0.5})
		require.JSONEq(t, `{"found":true,"value":null}`, get())
		for name, grant := range map[string]host.Grant{"action": {Tenant: "acme", Action: "other"}, "tenant": {Tenant: "globex", Action: "check"}, "draft": {Tenant: "acme", Action: "check", Draft: true}} {
			other := broker.Open(&w.settings, grant)
			require.JSONEq(t, `{"found":false}`, result(t, other, "cache.get", object{"key": "k"}), "another "+name)
			other.Close()
		}
		require.JSONEq(t, `{"found":true}`, result(t, s, "cache.delete", object{"key": "k"}))
		require.JSONEq(t, `{"found":false}`, get())
	})
}

func TestArgumentsOfCacheAndCounter(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("k", 257)
	for name, test := range map[string]struct {
		op   string
		args any
	}{
		"no key":            {"cache.get", object{}},
		"long key":          {"cache.get", object{"key": long}},
		"long key to set":   {"cache.set", object{"key": long, "value": 1, "ttl_seconds": 1}},
		"no value":          {"cache.set", object{"key": "k", "ttl_seconds": 1}},
		"large value":       {"cache.set", object{"key": "k", "value": strings.Repeat("x", 64<<10), "ttl_seconds": 1}},
		"no time":           {"cache.set", object{"key": "k", "value": 1}},
		"negative time":     {"cache.set", object{"key": "k", "value": 1, "ttl_seconds": -1}},
		"endless":           {"cache.set", object{"key": "k", "value": 1, "ttl_seconds": 1e300}},
		"no key to delete":  {"cache.delete", object{}},
		"no key to count":   {"counter.hit", object{"window_seconds": 1}},
		"no window":         {"counter.hit", object{"key": "k"}},
		"short window":      {"counter.hit", object{"key": "k", "window_seconds": 0.5}},
		"long window":       {"counter.hit", object{"key": "k", "window_seconds": 31 * 24 * 3600}},
		"text for durable":  {"counter.hit", object{"key": "k", "window_seconds": 1, "durable": "yes"}},
		"negative limit":    {"counter.hit", object{"key": "k", "window_seconds": 1, "limit": -1}},
		"list":              {"cache.get", []int{1}},
		"text for a number": {"counter.hit", object{"key": "k", "window_seconds": "1"}},
	} {
		got := ask(t.Context(), t, granted().open(t), test.op, test.args, nil)
		require.NotNil(t, got.Err, name)
		require.Equal(t, "invalid_request", got.Err.Code, name)
	}
}

func TestCacheIsFair(t *testing.T) {
	t.Parallel()
	cache, ctx := host.NewMemoryCache(), t.Context()
	value := json.RawMessage(`"` + strings.Repeat("x", 60<<10) + `"`)
	set := func(tenant string, n int) {
		require.NoError(t, cache.Set(ctx, host.Scope{Tenant: tenant}, fmt.Sprint(n), value, time.Hour))
	}
	has := func(tenant string, n int) bool {
		_, found, err := cache.Get(ctx, host.Scope{Tenant: tenant}, fmt.Sprint(n))
		require.NoError(t, err)
		return found
	}
	set("small", 0)
	for n := range 200 {
		set("large", n)
		require.True(t, has("large", 0), "what is used stays")
	}
	require.False(t, has("large", 1), "8 MiB are a tenant's")
	require.True(t, has("large", 199))

	for tenant := range 100 { // fill the room, which has place for 32 such tenants
		for n := range 100 {
			set(fmt.Sprint(tenant), n)
		}
	}
	require.True(t, has("small", 0), "who has little loses nothing")
	require.True(t, has("99", 99))
	require.False(t, has("0", 0), "who has most loses first")
}

func TestCounter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		counters, ctx, in := host.NewMemoryCounters(), t.Context(), host.Scope{Tenant: "acme", Action: "check"}
		hit := func(limit int) (int, time.Duration) {
			count, reset, err := counters.Hit(ctx, in, "ip", 16*time.Second, limit)
			require.NoError(t, err)
			return count, reset
		}
		for want := 1; want <= 5; want++ {
			count, reset := hit(0)
			require.Equal(t, want, count)
			require.Equal(t, 17*time.Second, reset)
		}
		time.Sleep(16 * time.Second)
		count, _ := hit(0)
		require.Equal(t, 6, count, "a hit counts for the window at least")
		time.Sleep(time.Second)
		count, _ = hit(0)
		require.Equal(t, 2, count, "and for a sixteenth of it more at most")

		time.Sleep(time.Hour)
		for want := range 3 {
			count, _ = hit(3)
			require.Equal(t, want+1, count)
		}
		for range 100 {
			count, reset := hit(3)
			require.Equal(t, 4, count)
			require.Equal(t, 17*time.Second, reset)
		}
		time.Sleep(17 * time.Second)
		count, _ = hit(3)
		require.Equal(t, 1, count, "hits beyond the limit do not count")

		for _, other := range []host.Scope{{Tenant: "globex", Action: "check"}, {Tenant: "acme", Action: "other"}, {Tenant: "acme", Action: "check", Draft: true}} {
			count, _, err := counters.Hit(ctx, other, "ip", 16*time.Second, 0)
			require.NoError(t, err)
			require.Equal(t, 1, count)
		}
		count, _, err := counters.Hit(ctx, in, "ip", time.Minute, 0)
		require.NoError(t, err)
		require.Equal(t, 1, count, "each window is a counter of its own")
	})
}

// TestCounterKeepsItsPromise compares with an exact log of hits: never less, and at most what a window of 17/16 has.
func TestCounterKeepsItsPromise(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		counters := host.NewMemoryCounters()
		const window = 10 * time.Second
		var hits []time.Time
		since := func(d time.Duration) (n int) {
			for _, at := range hits {
				if time.Since(at) <= d {
					n++
				}
			}
			return n
		}
		pause := uint32(1)
		for range 2000 {
			pause = pause*1664525 + 1013904223 // any sequence of short and long pauses will do
			time.Sleep(time.Duration(pause>>20) * time.Millisecond >> (pause & 7))
			hits = append(hits, time.Now())
			count, _, err := counters.Hit(t.Context(), host.Scope{}, "k", window, 0)
			require.NoError(t, err)
			require.GreaterOrEqual(t, count, since(window-1))
			require.LessOrEqual(t, count, since(window+window/16))
		}
	})
}

func TestCounterAnswersInWholeSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := granted()
		broker := host.New(w.options)
		defer broker.Close()
		s := broker.Open(&w.settings, w.grant)
		defer s.Close()
		hit := object{"key": "k", "window_seconds": 60, "limit": 1}
		require.JSONEq(t, `{"count":1,"reset_in_seconds":64}`, result(t, s, "counter.hit", hit)) // 60 s and a sixteenth
		require.JSONEq(t, `{"count":2,"reset_in_seconds":64}`, result(t, s, "counter.hit", hit))
	})
}

// shelfOf are durable counters that have room for one key.
type shelfOf struct {
	*host.MemoryCounters
	key string
}

func (c shelfOf) Hit(ctx context.Context, in host.Scope, key string, window time.Duration, limit int) (int, time.Duration, error) {
	switch {
	case key == "broken":
		return 0, 0, errors.New("disk")
	case key != c.key:
		return 0, 0, fmt.Errorf("acme: %w", host.ErrCountersFull)
	}
	return c.MemoryCounters.Hit(ctx, in, key, window, limit)
}

func TestDurableCounter(t *testing.T) {
	t.Parallel()
	w := granted()
	durable := host.NewMemoryCounters()
	w.options.DurableCounters = shelfOf{durable, "k"}
	s := w.open(t)
	hit := func(s *host.Session, key string) vm.HostAnswer {
		return ask(t.Context(), t, s, "counter.hit", object{"key": key, "window_seconds": 60, "limit": 1, "durable": true}, nil)
	}
	require.Contains(t, string(hit(s, "k").Value), `"count":1`)
	require.Contains(t, string(hit(s, "k").Value), `"count":2`)
	require.Equal(t, "counters_full", hit(s, "other").Err.Code)
	require.Equal(t, "unavailable", hit(s, "broken").Err.Code)
	require.Contains(t, result(t, s, "counter.hit", object{"key": "k", "window_seconds": 60}), `"count":1`, "one in memory is another")

	w.grant.Draft = true
	draft := w.open(t)
	require.Contains(t, string(hit(draft, "other").Value), `"count":1`, "a draft has its own, in memory")

	w = granted()
	none := hit(w.open(t), "k").Err
	require.Equal(t, "unavailable", none.Code)
	require.Equal(t, "this server has no store for durable counters", none.Message)
	require.Nil(t, none.Failure)
}

func TestDurableHitsOfAnExecution(t *testing.T) {
	t.Parallel()
	w := granted()
	w.options.DurableCounters = host.NewMemoryCounters()
	s := w.open(t)
	args := object{"key": "k", "window_seconds": 60, "durable": true}
	for range 100 {
		result(t, s, "counter.hit", args)
	}
	got := ask(t.Context(), t, s, "counter.hit", args, nil)
	require.NotNil(t, got.Err)
	require.NotNil(t, got.Err.Failure)
	require.Equal(t, "durable_hits 100", got.Err.Failure.Limit)
}

func TestCounterUnderFlood(t *testing.T) {
	t.Parallel()
	counters, ctx := host.NewMemoryCounters(), t.Context()
	in := host.Scope{Tenant: "acme"}
	for n := range 30_000 {
		_, _, err := counters.Hit(ctx, in, fmt.Sprint(n), time.Hour, 0)
		require.NoError(t, err)
		if n%5_000 == 0 {
			count, _, err := counters.Hit(ctx, in, "victim", time.Hour, 0)
			require.NoError(t, err)
			require.Equal(t, n/5_000+1, count, "what is hit stays")
		}
	}
	count, _, err := counters.Hit(ctx, in, "0", time.Hour, 0)
	require.NoError(t, err)
	require.Equal(t, 1, count, "the coldest was forgotten")
}

// TestDraftsPushNothingOut has a draft keep more than a tenant may have.
func TestDraftsPushNothingOut(t *testing.T) {
	t.Parallel()
	cache, counters, ctx := host.NewMemoryCache(), host.NewMemoryCounters(), t.Context()
	version, draft := host.Scope{Tenant: "acme", Action: "check"}, host.Scope{Tenant: "acme", Action: "check", Draft: true}
	require.NoError(t, cache.Set(ctx, version, "k", json.RawMessage(`1`), time.Hour))
	_, _, err := counters.Hit(ctx, version, "k", time.Hour, 0)
	require.NoError(t, err)
	for n := range 10_001 {
		require.NoError(t, cache.Set(ctx, draft, fmt.Sprint(n), json.RawMessage(`1`), time.Hour))
		_, _, err = counters.Hit(ctx, draft, fmt.Sprint(n), time.Hour, 0)
		require.NoError(t, err)
	}
	_, found, err := cache.Get(ctx, version, "k")
	require.NoError(t, err)
	require.True(t, found)
	count, _, err := counters.Hit(ctx, version, "k", time.Hour, 0)
	require.NoError(t, err)
	require.Equal(t, 2, count)
}

func TestMemoryAtTheSameTime(t *testing.T) {
	t.Parallel()
	cache, counters := host.NewMemoryCache(), host.NewMemoryCounters()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			ctx, in := context.Background(), host.Scope{Tenant: fmt.Sprint(i % 3)}
			for n := range 500 {
				key := fmt.Sprint(n % 7)
				cache.Set(ctx, in, key, json.RawMessage(`1`), time.Hour)
				cache.Get(ctx, in, key)
				cache.Delete(ctx, in, key)
				counters.Hit(ctx, in, key, time.Hour, n%2)
			}
		})
	}
	all.Wait()
}
