package storetest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/idempotency"
)

// answer is the answer number n of a tenant, given n seconds after now.
func answer(owner catalog.TenantID, n int) idempotency.Answer {
	q := idempotency.Request{Tenant: owner, Scope: []string{"login"}, Key: fmt.Sprint(n)}
	return idempotency.Answer{
		Ref: q.Ref(), Body: idempotency.Digest{1, byte(n)}, At: now.Add(time.Duration(n) * time.Second), Status: 202, Content: []byte("content\x00\xff"),
	}
}

var roomy = idempotency.Bounds{Entries: 100, Bytes: 10_000, From: now.Add(-time.Hour)}

func testAnswers(t *testing.T, s Store) {
	ctx := t.Context()
	a := answer("acme", 1)
	_, err := s.Answer(ctx, a.Ref)
	require.ErrorIs(t, err, catalog.ErrNotFound)
	kept, err := s.KeepAnswer(ctx, a, roomy)
	require.NoError(t, err)
	require.Equal(t, idempotency.Kept{}, kept)
	got, err := s.Answer(ctx, a.Ref)
	require.NoError(t, err)
	require.Equal(t, a, got)

	again := a
	again.Content, again.At = []byte("another"), a.At.Add(time.Minute)
	kept, err = s.KeepAnswer(ctx, again, roomy)
	require.NoError(t, err)
	require.Equal(t, a, *kept.Before, "the first one stays")
	_, err = s.Answer(ctx, answer("other", 1).Ref)
	require.ErrorIs(t, err, catalog.ErrNotFound, "a tenant's own")

	late := roomy
	late.From = a.At.Add(time.Nanosecond)
	kept, err = s.KeepAnswer(ctx, again, late)
	require.NoError(t, err)
	require.Nil(t, kept.Before, "an expired one gives way")
	got, err = s.Answer(ctx, a.Ref)
	require.NoError(t, err)
	require.Equal(t, again, got)
}

func testAnswerBounds(t *testing.T, s Store) {
	ctx := t.Context()
	has := func(owner catalog.TenantID) (have []int) {
		for n := range 30 {
			if _, err := s.Answer(ctx, answer(owner, n).Ref); err == nil {
				have = append(have, n)
			}
		}
		return have
	}
	keep := func(a idempotency.Answer, b idempotency.Bounds) int {
		kept, err := s.KeepAnswer(ctx, a, b)
		require.NoError(t, err)
		return kept.Evicted
	}
	few := idempotency.Bounds{Entries: 3, Bytes: 10_000, From: now.Add(-time.Hour)}
	evicted := 0
	for n := range 5 {
		keep(answer("other", n), roomy)
		evicted += keep(answer("acme", n), few)
	}
	require.Equal(t, 2, evicted)
	require.Equal(t, []int{2, 3, 4}, has("acme"))
	require.Equal(t, []int{0, 1, 2, 3, 4}, has("other"))

	large := answer("acme", 5)
	large.Content = []byte(strings.Repeat("x", 95))
	small := idempotency.Bounds{Entries: 3, Bytes: 110, From: few.From}
	require.Equal(t, 2, keep(large, small))
	require.Equal(t, []int{4, 5}, has("acme"))
	large = answer("acme", 6)
	large.Content = make([]byte, 111)
	require.Zero(t, keep(large, small), "what never fits makes no room")
	require.Equal(t, []int{4, 5}, has("acme"))

	early := answer("acme", 0)
	early.At = now.Add(-time.Minute)
	require.Equal(t, 1, keep(early, idempotency.Bounds{Entries: 2, Bytes: 1000, From: few.From}))
	require.Equal(t, []int{0, 5}, has("acme"), "one that comes stays, also after the clock was set back")
}

func testAnswerExpiry(t *testing.T, s Store) {
	ctx := t.Context()
	keep := func(owner catalog.TenantID, n int, from time.Time) {
		kept, err := s.KeepAnswer(ctx, answer(owner, n), idempotency.Bounds{Entries: 100, Bytes: 10_000, From: from})
		require.NoError(t, err)
		require.Zero(t, kept.Evicted, "an expired one has had its time")
	}
	for n := range 10 {
		for _, owner := range []catalog.TenantID{"acme", "acme\x00", "b"} {
			keep(owner, n, now)
		}
	}
	keep("acme", 10, now.Add(5*time.Second))
	there := func(owner catalog.TenantID) (n int) {
		for i := range 20 {
			if _, err := s.Answer(ctx, answer(owner, i).Ref); err == nil {
				n++
			}
		}
		return n
	}
	require.Less(t, there("acme"), 11, "who keeps on asking does not pile up what has expired")
	dropped := 0
	for n := 1; n > 0; dropped += n {
		var err error
		n, err = s.DropAnswers(ctx, now.Add(7*time.Second))
		require.NoError(t, err)
	}
	require.Greater(t, dropped, 14)
	require.Equal(t, 4, there("acme"))
	require.Equal(t, 3, there("acme\x00"))
	require.Equal(t, 3, there("b"))
	n, err := s.DropAnswers(ctx, now.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, 10, n)
	require.Zero(t, there("acme"))
}

func testAnswerRace(t *testing.T, s Store) {
	ctx := t.Context()
	const callers = 16
	var all sync.WaitGroup
	first := make(chan string, callers)
	for i := range callers {
		all.Go(func() {
			a := answer("acme", 1)
			a.Content = fmt.Append(nil, i)
			kept, err := s.KeepAnswer(ctx, a, roomy)
			if err != nil {
				t.Error(err)
			}
			if kept.Before == nil {
				kept.Before = &a
			}
			first <- string(kept.Before.Content)
		})
	}
	all.Wait()
	got, err := s.Answer(ctx, answer("acme", 1).Ref)
	require.NoError(t, err)
	for range callers {
		require.Equal(t, string(got.Content), <-first, "all have the same")
	}
}
