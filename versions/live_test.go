package versions_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/versions"
)

var login = versions.FlowRef{Tenant: "acme", Flow: "login"}

func names(steps []runtime.Step) string {
	text := ""
	for _, s := range steps {
		text += s.Attachment + "@" + s.Version + " "
	}
	return text
}

func TestLive(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	newFlow(t, flows, "acme", slots{"after": {
		Default: attach("a", "b"), Methods: map[contract.Method][]versions.Attachment{"totp": {{ID: "only", Action: "c", Version: "2.0.0", TimeoutMS: 7}}, "sms": {}},
	}})
	live := versions.NewLive(t.Context(), s)
	for i := range 2 {
		r, err := live.Current(t.Context(), login)
		require.NoError(t, err)
		require.Equal(t, contract.FlowKind("login"), r.Kind)
		require.Equal(t, 1, r.Revision)
		require.Equal(t, "a@1.0.0 b@1.0.0 ", names(r.Chain("after", "").Steps))
		require.Equal(t, "a@1.0.0 b@1.0.0 ", names(r.Chain("after", "password").Steps))
		require.Equal(t, "only@2.0.0 ", names(r.Chain("after", "totp").Steps))
		require.Empty(t, r.Chain("after", "sms").Steps, "an empty list runs nothing")
		require.Empty(t, r.Chain("before", "").Steps)
		require.Empty(t, r.Chain("none", "none").Steps)
		step := r.Chain("after", "totp").Steps[0]
		require.Equal(t, "7ms", step.Limits.Wall.String())
		require.Equal(t, `{"n":1}`, string(step.Config.Text))
		require.Equal(t, runtime.Block, step.OnFailure)
		require.Equal(t, "c", string(step.Program.Script))
		if read := s.reads.Swap(0); i > 0 {
			require.Zero(t, read, "the second call did I/O")
		} else {
			require.Positive(t, read)
		}
	}
}

func TestLiveOfWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	newFlow(t, newTenant(t, s, "acme"), "acme", nil)
	live := versions.NewLive(t.Context(), s)
	for _, ref := range []versions.FlowRef{{}, {Tenant: "acme"}, {Tenant: "acme", Flow: "none"}, {Tenant: "none", Flow: "login"}} {
		_, err := live.Current(t.Context(), ref)
		require.ErrorIs(t, err, catalog.ErrNotFound)
		_, err = live.Revision(t.Context(), ref, 1)
		require.ErrorIs(t, err, catalog.ErrNotFound)
	}
	for _, number := range []int{0, -1, 2} {
		_, err := live.Revision(t.Context(), login, number)
		require.ErrorIs(t, err, catalog.ErrNotFound)
	}
}

func TestOldRevisions(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	newFlow(t, flows, "acme", slots{"after": {Default: attach("a")}})
	live := versions.NewLive(t.Context(), s)
	save(t, flows, "acme", 1, slots{"after": {Default: attach("b")}})
	for number, want := range map[int]string{1: "a@1.0.0 ", 2: "b@1.0.0 "} {
		for range 2 {
			r, err := live.Revision(t.Context(), login, number)
			require.NoError(t, err)
			require.Equal(t, number, r.Revision)
			require.Equal(t, want, names(r.Chain("after", "").Steps))
		}
	}
	s.reads.Store(0)
	_, err := live.Revision(t.Context(), login, 1)
	require.NoError(t, err)
	require.Zero(t, s.reads.Load())
}

func TestProgramsAreShared(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	newFlow(t, newTenant(t, s, "acme"), "acme", slots{"after": {Default: attach("a")}})
	newFlow(t, newTenant(t, s, "other"), "other", slots{"before": {Default: attach("a", "b")}})
	live := versions.NewLive(t.Context(), s)
	one, err := live.Current(t.Context(), login)
	require.NoError(t, err)
	two, err := live.Current(t.Context(), versions.FlowRef{Tenant: "other", Flow: "login"})
	require.NoError(t, err)
	require.Same(t, one.Chain("after", "").Steps[0].Program, two.Chain("before", "").Steps[0].Program)
	require.NotSame(t, one.Chain("after", "").Steps[0].Program, two.Chain("before", "").Steps[1].Program)
}

// A revision that was read before a save, and is put into the table after, must not be what the next call sees.
func TestSaveBetweenReadAndTable(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	newFlow(t, flows, "acme", nil)
	live := versions.NewLive(t.Context(), s)
	s.afterFlow = func() {
		s.afterFlow = nil
		save(t, flows, "acme", 1, nil)
	}
	_, err := live.Current(t.Context(), login) // began before: either revision is right
	require.NoError(t, err)
	r, err := live.Current(t.Context(), login)
	require.NoError(t, err)
	require.Equal(t, 2, r.Revision)
}

// Whoever asks after Save has returned sees its revision or a later one.
func TestLiveWhileSaving(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	newFlow(t, flows, "acme", slots{"after": {Default: attach("a")}})
	live := versions.NewLive(t.Context(), s)
	var saved atomic.Int64
	saved.Store(1)
	const last = 100
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for {
				least := int(saved.Load())
				r, err := live.Current(context.Background(), login)
				if err != nil || r.Revision < least {
					t.Errorf("revision %+v after %d was saved: %v", r, least, err)
					return
				}
				if least == last {
					return
				}
			}
		})
	}
	for base := 1; base < last; base++ {
		save(t, flows, "acme", base, slots{"after": {Default: attach("a")}})
		saved.Store(int64(base + 1))
	}
	all.Wait()
}

func TestLiveDoesNotAllocate(t *testing.T) {
	s := newStore(t)
	newFlow(t, newTenant(t, s, "acme"), "acme", slots{"after": {Default: attach("a")}})
	live := versions.NewLive(t.Context(), s)
	ctx := t.Context()
	require.Zero(t, testing.AllocsPerRun(100, func() {
		r, err := live.Current(ctx, login)
		if err != nil || len(r.Chain("after", "password").Steps) != 1 {
			t.Error("no steps")
		}
	}))
}

func BenchmarkLive(b *testing.B) {
	s := newStore(b)
	newFlow(b, newTenant(b, s, "acme"), "acme", slots{"after": {Default: attach("a")}})
	live := versions.NewLive(b.Context(), s)
	ctx := b.Context()
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			r, err := live.Current(ctx, login)
			if err != nil || len(r.Chain("after", "password").Steps) != 1 {
				b.Error("no steps")
			}
		}
	})
}
