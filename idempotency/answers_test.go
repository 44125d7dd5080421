package idempotency_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/idempotency"
	"github.com/durward/durward/store/bolt"
)

func openIn(t *testing.T, dir string) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(dir, bolt.Options{})
	require.NoError(t, err)
	return s
}

func newAnswers(t *testing.T, options idempotency.Options) *idempotency.Answers {
	t.Helper()
	s := openIn(t, t.TempDir())
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return idempotency.New(s, options)
}

func question(key, body string) *idempotency.Request {
	return &idempotency.Request{Tenant: "acme", Scope: []string{"login", "after"}, Key: key, Body: []byte(body)}
}

// counted answers with how often it was asked.
func counted(n *atomic.Int64) idempotency.Work {
	return func(context.Context) (idempotency.Done, error) {
		return idempotency.Done{Status: 200, Content: fmt.Append(nil, n.Add(1))}, nil
	}
}

func TestDo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var worked atomic.Int64
	ask := func(a *idempotency.Answers, q *idempotency.Request) (string, bool) {
		answer, replayed, err := a.Do(t.Context(), q, counted(&worked))
		require.NoError(t, err)
		require.Equal(t, 200, answer.Status)
		return string(answer.Content), replayed
	}
	s := openIn(t, dir)
	a := idempotency.New(s, idempotency.Options{})
	content, replayed := ask(a, question("k", "body"))
	require.Equal(t, "1", content)
	require.False(t, replayed)
	require.NoError(t, s.Close())

	s = openIn(t, dir)
	defer func() { require.NoError(t, s.Close()) }()
	a = idempotency.New(s, idempotency.Options{})
	content, replayed = ask(a, question("k", "body"))
	require.Equal(t, "1", content, "it outlives the process")
	require.True(t, replayed)
	require.Equal(t, idempotency.Stats{Replayed: 1}, a.Stats())

	_, _, err := a.Do(t.Context(), question("k", "Body"), counted(&worked))
	require.ErrorIs(t, err, idempotency.ErrReused)
	for name, other := range map[string]*idempotency.Request{
		"another key":       question("K", "body"),
		"another tenant":    {Tenant: "other", Scope: []string{"login", "after"}, Key: "k", Body: []byte("body")},
		"another scope":     {Tenant: "acme", Scope: []string{"login", "before"}, Key: "k", Body: []byte("body")},
		"parts that differ": {Tenant: "acme", Scope: []string{"login", "afterk"}, Key: "", Body: []byte("body")},
	} {
		_, replayed = ask(a, other)
		require.False(t, replayed, name)
	}
	require.EqualValues(t, 5, worked.Load())
}

func TestWindow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	a := newAnswers(t, idempotency.Options{Window: time.Hour, Now: func() time.Time { return now }})
	var worked atomic.Int64
	ask := func(body string) {
		_, _, err := a.Do(t.Context(), question("k", body), counted(&worked))
		require.NoError(t, err)
	}
	ask("1")
	now = now.Add(time.Hour)
	ask("1")
	require.EqualValues(t, 1, worked.Load())
	now = now.Add(time.Nanosecond)
	ask("2")
	require.EqualValues(t, 2, worked.Load(), "an expired key may be used for something else")
}

// TestDuplicates sends many requests with one key at once: one is worked on, and all have its answer.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	a := newAnswers(t, idempotency.Options{})
	var worked atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			answer, _, err := a.Do(t.Context(), question("k", "body"), counted(&worked))
			if err != nil || string(answer.Content) != "1" {
				t.Error(err, string(answer.Content))
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, worked.Load())
	require.EqualValues(t, 49, a.Stats().Replayed)
}

// brokenStore reads nothing.
type brokenStore struct {
	idempotency.Store
	err error
}

func (s brokenStore) Answer(context.Context, idempotency.Ref) (idempotency.Answer, error) {
	return idempotency.Answer{}, s.err
}

func TestWaiting(t *testing.T) {
	t.Parallel()
	failed := errors.New("no worker")
	synctest.Test(t, func(t *testing.T) {
		a := newAnswers(t, idempotency.Options{})
		release := make(chan struct{})
		var all sync.WaitGroup
		errs := make(chan error, 3)
		first := func(ctx context.Context) (idempotency.Done, error) {
			<-release
			return idempotency.Done{}, errors.Join(failed, ctx.Err())
		}
		gone, leave := context.WithCancel(t.Context())
		all.Go(func() {
			_, _, err := a.Do(gone, question("k", "body"), first)
			errs <- err
		})
		synctest.Wait()
		all.Go(func() {
			_, _, err := a.Do(t.Context(), question("k", "body"), first)
			errs <- err
		})
		impatient, give := context.WithCancel(t.Context())
		all.Go(func() {
			_, _, err := a.Do(impatient, question("k", "body"), first)
			errs <- err
		})
		synctest.Wait()
		require.Empty(t, errs, "they wait")
		_, _, err := a.Do(t.Context(), question("k", "other"), first)
		require.ErrorIs(t, err, idempotency.ErrReused, "which needs no waiting")
		give()
		require.ErrorIs(t, <-errs, context.Canceled)
		leave()
		synctest.Wait()
		require.Empty(t, errs, "what has begun goes on without its caller")
		close(release)
		for range 2 {
			err := <-errs
			require.ErrorIs(t, err, failed, "who has waited shares the error")
			require.NotErrorIs(t, err, context.Canceled)
		}
		all.Wait()
		answer, replayed, err := a.Do(t.Context(), question("k", "body"), counted(new(atomic.Int64)))
		require.NoError(t, err)
		require.False(t, replayed, "a request that failed may be repeated")
		require.Equal(t, "1", string(answer.Content))
	})
}

func TestStoreFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk")
	a := idempotency.New(brokenStore{err: broken}, idempotency.Options{})
	var worked atomic.Int64
	_, _, err := a.Do(t.Context(), question("k", "body"), counted(&worked))
	require.ErrorIs(t, err, broken)
	require.Zero(t, worked.Load(), "what might have run already does not run")
}

func TestPanic(t *testing.T) {
	t.Parallel()
	a := newAnswers(t, idempotency.Options{})
	require.Panics(t, func() {
		_, _, _ = a.Do(t.Context(), question("k", "body"), func(context.Context) (idempotency.Done, error) { panic("x") })
	})
	_, replayed, err := a.Do(t.Context(), question("k", "body"), counted(new(atomic.Int64)))
	require.NoError(t, err)
	require.False(t, replayed)
}

func TestRun(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := openIn(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
	a := idempotency.New(s, idempotency.Options{Window: time.Hour, Now: func() time.Time { return now }})
	_, _, err := a.Do(t.Context(), question("k", "body"), counted(new(atomic.Int64)))
	require.NoError(t, err)
	now = now.Add(2 * time.Hour)
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { a.Run(ctx); close(ended) }()
	require.Eventually(t, func() bool {
		_, err := s.Answer(t.Context(), question("k", "body").Ref())
		return err != nil
	}, time.Minute, time.Millisecond)
	end()
	<-ended
}
