package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

func testTenants(t *testing.T, s Store) {
	ctx := t.Context()
	list, err := s.Tenants(ctx, catalog.Page{})
	require.NoError(t, err)
	require.Empty(t, list.Items)
	_, err = s.Tenant(ctx, "acme")
	require.ErrorIs(t, err, catalog.ErrNotFound)

	tenant(t, s, "acme")
	got, err := s.Tenant(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, catalog.Tenant{ID: "acme", Name: "Tenant acme", CreatedAt: now}, got)
	require.ErrorIs(t, s.CreateTenant(ctx, catalog.Tenant{ID: "acme", Name: "again"}), catalog.ErrExists)
	got, err = s.Tenant(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, "Tenant acme", got.Name)
}

func testKeys(t *testing.T, s Store) {
	ctx := t.Context()
	k, secret := catalog.NewKey("acme", "CI", catalog.RolePublisher, alice, now)
	require.ErrorIs(t, s.CreateKey(ctx, k), catalog.ErrNotFound, "no such tenant")
	_, err := s.Key(ctx, k.ID)
	require.ErrorIs(t, err, catalog.ErrNotFound)

	tenant(t, s, "acme")
	tenant(t, s, "other")
	require.NoError(t, s.CreateKey(ctx, k, event(audit.KeyCreated)))
	require.ErrorIs(t, s.CreateKey(ctx, k), catalog.ErrExists)
	got, err := s.Key(ctx, k.ID)
	require.NoError(t, err)
	require.Equal(t, k, got)
	require.True(t, got.Opens(secret))

	foreign := k
	foreign.Tenant = "other"
	require.ErrorIs(t, s.UpdateKey(ctx, foreign), catalog.ErrNotFound)
	require.ErrorIs(t, s.CreateKey(ctx, foreign), catalog.ErrExists, "an id belongs to one tenant")
	k.RevokedAt = now
	require.NoError(t, s.UpdateKey(ctx, k, event(audit.KeyRevoked)))
	got, err = s.Key(ctx, k.ID)
	require.NoError(t, err)
	require.Equal(t, k, got)
	require.False(t, got.Opens(secret))
}

func testWatchKeys(t *testing.T, s Store) {
	tenant(t, s, "acme")
	ctx, stop := context.WithCancel(t.Context())
	var seen []catalog.KeyID
	s.WatchKeys(ctx, func(id catalog.KeyID) { seen = append(seen, id) })
	k, _ := catalog.NewKey("acme", "CI", catalog.RoleAdmin, alice, now)
	require.NoError(t, s.CreateKey(t.Context(), k))
	require.Equal(t, []catalog.KeyID{k.ID}, seen)
	require.NoError(t, s.UpdateKey(t.Context(), k))
	require.Equal(t, []catalog.KeyID{k.ID, k.ID}, seen)
	require.Error(t, s.CreateKey(t.Context(), k))
	require.Len(t, seen, 2, "nothing was written")
	stop()
	require.NoError(t, s.UpdateKey(t.Context(), k))
	require.Len(t, seen, 2, "nobody watches any more")
}

func testActions(t *testing.T, s Store) {
	ctx := t.Context()
	require.ErrorIs(t, s.CreateAction(ctx, catalog.Action{Tenant: "acme", Slug: "gate"}, catalog.Draft{}), catalog.ErrNotFound, "no such tenant")
	tenant(t, s, "acme")
	_, err := s.Action(ctx, "acme", "gate")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	require.ErrorIs(t, s.UpdateAction(ctx, catalog.Action{Tenant: "acme", Slug: "gate"}), catalog.ErrNotFound)

	a, d := action(t, s, "acme", "gate")
	got, err := s.Action(ctx, "acme", "gate")
	require.NoError(t, err)
	require.Equal(t, a, got)
	require.ErrorIs(t, s.CreateAction(ctx, a, d), catalog.ErrExists)

	require.NoError(t, s.PutVersion(ctx, version("acme", "gate", "1.0.0")))
	stale := a // has no Latest
	stale.Name, stale.Description, stale.Kind = "New name", "New text", "other"
	require.NoError(t, s.UpdateAction(ctx, stale, event(audit.ActionUpdated)))
	got, err = s.Action(ctx, "acme", "gate")
	require.NoError(t, err)
	a.Name, a.Description, a.Latest = "New name", "New text", "1.0.0"
	require.Equal(t, a, got, "only name and description change")
}

func testDrafts(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	_, err := s.Draft(ctx, "acme", "gate")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	require.ErrorIs(t, s.SaveDraft(ctx, "acme", "gate", catalog.Draft{Revision: 1}), catalog.ErrNotFound)

	_, d := action(t, s, "acme", "gate")
	got, err := s.Draft(ctx, "acme", "gate")
	require.NoError(t, err)
	require.Equal(t, d, got, "the schema included, to the byte")

	for _, wrong := range []int{0, 1, 3} {
		d.Revision = wrong
		require.ErrorIs(t, s.SaveDraft(ctx, "acme", "gate", d), catalog.ErrConflict)
	}
	next := catalog.Draft{Revision: 2, Files: map[string]string{"index.js": "x"}, UpdatedAt: now, UpdatedBy: alice}
	require.NoError(t, s.SaveDraft(ctx, "acme", "gate", next, event(audit.DraftSaved)))
	got, err = s.Draft(ctx, "acme", "gate")
	require.NoError(t, err)
	require.Equal(t, next, got)
}

func testDraftRace(t *testing.T, s Store) {
	tenant(t, s, "acme")
	action(t, s, "acme", "gate")
	for n := 2; n < 6; n++ {
		oneWins(t, catalog.ErrConflict, func() error {
			return s.SaveDraft(t.Context(), "acme", "gate", catalog.Draft{Revision: n}, event(audit.DraftSaved))
		})
	}
	events, _, err := s.Events(t.Context(), "acme", audit.Filter{Type: audit.DraftSaved})
	require.NoError(t, err)
	require.Len(t, events, 4)
}

// oneWins calls write from many goroutines at once; one must succeed and the others must get the error.
func oneWins(t *testing.T, lost error, write func() error) {
	t.Helper()
	var won atomic.Int32
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			err := write()
			if err == nil {
				won.Add(1)
				return
			}
			if !errors.Is(err, lost) {
				t.Errorf("got %v, not %v", err, lost)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, won.Load())
}

func testWatcherUsesStore(t *testing.T, s Store) {
	tenant(t, s, "acme")
	k, _ := catalog.NewKey("acme", "first", catalog.RoleAdmin, alice, now)
	var once sync.Once
	s.WatchKeys(t.Context(), func(id catalog.KeyID) {
		_, err := s.Key(t.Context(), id)
		require.NoError(t, err, "what was written can be read")
		once.Do(func() {
			require.NoError(t, s.CreateAction(t.Context(), catalog.Action{Tenant: "acme", Slug: "from-watcher"}, catalog.Draft{Revision: 1}))
		})
	})
	require.NoError(t, s.CreateKey(t.Context(), k))
	_, err := s.Action(t.Context(), "acme", "from-watcher")
	require.NoError(t, err)
}

func testContext(t *testing.T, s Store) {
	tenant(t, s, "acme")
	ended, end := context.WithCancel(t.Context())
	end()
	require.ErrorIs(t, s.CreateTenant(ended, catalog.Tenant{ID: "other"}), context.Canceled)
	_, err := s.Tenant(t.Context(), "other")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = s.Tenants(ended, catalog.Page{})
	require.ErrorIs(t, err, context.Canceled)
}
