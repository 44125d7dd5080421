package storetest

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions"
)

func testEvents(t *testing.T, s Store) {
	ctx := t.Context()
	_, _, err := s.Events(ctx, "acme", audit.Filter{})
	require.ErrorIs(t, err, catalog.ErrNotFound, "no such tenant")
	tenant(t, s, "acme")
	action(t, s, "acme", "gate")
	full := audit.Event{
		Sequence: 99, Time: now, Type: audit.ActionAttached, Tenant: "other", Actor: alice, Flow: "login", Slot: "after", Method: "password", Attachment: "a1",
		Action: "gate", Version: "1.0.0", Revision: 2, Subject: "x", Before: json.RawMessage(`{"a":"<1>"}`), After: json.RawMessage(`[2]`), Previous: "forged",
	}
	a, d := catalog.Action{Tenant: "acme", Slug: "second"}, catalog.Draft{Revision: 1}
	require.NoError(t, s.CreateAction(ctx, a, d, event(audit.ActionCreated), full))

	events, next, err := s.Events(ctx, "acme", audit.Filter{})
	require.NoError(t, err)
	require.Empty(t, next)
	require.Len(t, events, 4)
	for i := range events {
		require.EqualValues(t, 4-i, events[i].Sequence, "newest first, without gaps")
		require.Equal(t, "acme", events[i].Tenant)
		require.Equal(t, i == 3, events[i].Previous == "", "all but the first carry a digest")
	}
	got := events[0]
	require.Len(t, got.Previous, 64)
	full.Sequence, full.Tenant, full.Previous = got.Sequence, "acme", got.Previous
	require.Equal(t, full, got)
}

func testEventFilter(t *testing.T, s Store) {
	tenant(t, s, "acme")
	add := func(slug string, e audit.Event) {
		require.NoError(t, s.CreateAction(t.Context(), catalog.Action{Tenant: "acme", Slug: catalog.ActionSlug(slug)}, catalog.Draft{Revision: 1}, e))
	}
	for i := range 9 {
		add(fmt.Sprintf("action-%d", i), audit.Event{
			Time: now.Add(time.Duration(i) * time.Hour), Type: []audit.EventType{audit.FlowSaved, audit.ActionAttached}[i%2],
			Flow: []string{"login", "token", ""}[i%3], Action: fmt.Sprintf("action-%d", i),
		})
	}
	for name, c := range map[string]struct {
		filter audit.Filter
		want   []uint64
	}{
		"all":           {audit.Filter{}, []uint64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
		"by flow":       {audit.Filter{Flow: "login"}, []uint64{8, 5, 2}},
		"by type":       {audit.Filter{Type: audit.ActionAttached}, []uint64{9, 7, 5, 3}},
		"by action":     {audit.Filter{Action: "action-4"}, []uint64{6}},
		"by time":       {audit.Filter{From: now.Add(2 * time.Hour), To: now.Add(4 * time.Hour)}, []uint64{5, 4}},
		"flow and type": {audit.Filter{Flow: "login", Type: audit.ActionAttached}, []uint64{5}},
		"none":          {audit.Filter{Flow: "logout"}, nil},
	} {
		for _, limit := range []int{1, 2, 200} {
			var got []uint64
			for f := c.filter; ; {
				f.Limit = limit
				events, next, err := s.Events(t.Context(), "acme", f)
				require.NoError(t, err)
				for _, e := range events {
					got = append(got, e.Sequence)
				}
				if f.After = next; next == "" {
					break
				}
				require.Len(t, events, limit)
			}
			require.Equal(t, c.want, got, "%s, %d at a time", name, limit)
		}
	}
}

func testEventChain(t *testing.T, s Store) {
	tenant(t, s, "acme")
	tenant(t, s, "other")
	const writers, each = 16, 8
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				a := catalog.Action{Tenant: []catalog.TenantID{"acme", "other"}[i%2], Slug: catalog.ActionSlug(fmt.Sprintf("a-%d-%d", w, i))}
				if err := s.CreateAction(t.Context(), a, catalog.Draft{Revision: 1}, event(audit.ActionCreated), event(audit.DraftSaved)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for _, owner := range []catalog.TenantID{"acme", "other"} {
		events, _, err := s.Events(t.Context(), owner, audit.Filter{Limit: 200})
		require.NoError(t, err)
		require.Len(t, events, 1+writers*each)
		sums := make(map[string]bool)
		for i, e := range events {
			require.EqualValues(t, len(events)-i, e.Sequence)
			require.False(t, sums[e.Previous], "every event has a different one before it")
			sums[e.Previous] = true
		}
	}
}

// badEvent cannot be stored.
func badEvent() audit.Event {
	e := event(audit.ActionUpdated)
	e.After = json.RawMessage("{")
	return e
}

func testFailedWrite(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	action(t, s, "acme", "gate")
	flow(t, s, "acme", "login")
	k, _ := catalog.NewKey("acme", "CI", catalog.RoleAdmin, alice, now)
	require.NoError(t, s.PutSecret(ctx, secret("acme", "OLD")))
	for name, write := range map[string]func(...audit.Event) error{
		"tenant":   func(e ...audit.Event) error { return s.CreateTenant(ctx, catalog.Tenant{ID: "new"}, e...) },
		"key":      func(e ...audit.Event) error { return s.CreateKey(ctx, k, e...) },
		"version":  func(e ...audit.Event) error { return s.PutVersion(ctx, version("acme", "gate", "1.0.0"), e...) },
		"revision": func(e ...audit.Event) error { return saveRevision(ctx, s, revision("acme", "login", 2), e...) },
		"draft": func(e ...audit.Event) error {
			return s.SaveDraft(ctx, "acme", "gate", catalog.Draft{Revision: 2}, e...)
		},
		"secret":         func(e ...audit.Event) error { return s.PutSecret(ctx, secret("acme", "NEW"), e...) },
		"deleted secret": func(e ...audit.Event) error { return s.DeleteSecret(ctx, "acme", "OLD", e...) },
		"egress":         func(e ...audit.Event) error { return s.SaveEgress(ctx, "acme", catalog.Egress{Revision: 1}, e...) },
		"limits": func(e ...audit.Event) error {
			return s.SaveTenantLimits(ctx, "acme", catalog.TenantLimits{Revision: 1}, e...)
		},
		"action": func(e ...audit.Event) error {
			return s.UpdateAction(ctx, catalog.Action{Tenant: "acme", Slug: "gate", Name: "x"}, e...)
		},
	} {
		require.Error(t, write(event(audit.ActionUpdated), badEvent()), name)
	}
	require.Error(t, saveRevision(ctx, s, revision("acme", "login", 9), event(audit.FlowSaved)), "a conflict")

	_, err := s.Tenant(ctx, "new")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = s.Key(ctx, k.ID)
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = s.Version(ctx, "acme", "gate", "1.0.0")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = s.Revision(ctx, "acme", "login", 2)
	require.ErrorIs(t, err, catalog.ErrNotFound)
	f, err := s.Flow(ctx, "acme", "login")
	require.NoError(t, err)
	require.Equal(t, 1, f.Revision)
	d, err := s.Draft(ctx, "acme", "gate")
	require.NoError(t, err)
	require.Equal(t, 1, d.Revision)
	a, err := s.Action(ctx, "acme", "gate")
	require.NoError(t, err)
	require.Equal(t, "Action", a.Name)
	require.Empty(t, a.Latest)
	secrets, err := s.Secrets(ctx, "acme", catalog.Page{})
	require.NoError(t, err)
	require.Equal(t, []catalog.Secret{secret("acme", "OLD")}, secrets.Items)
	e, err := s.Egress(ctx, "acme")
	require.NoError(t, err)
	require.Zero(t, e)
	l, err := s.TenantLimits(ctx, "acme")
	require.NoError(t, err)
	require.Zero(t, l)
	events, _, err := s.Events(ctx, "acme", audit.Filter{})
	require.NoError(t, err)
	require.Len(t, events, 3, "those of the set-up")
}

// testFailedWriteAmongOthers mixes writes that fail halfway into many that may share a transaction with them.
func testFailedWriteAmongOthers(t *testing.T, s Store) {
	tenant(t, s, "acme")
	pinned(t, s, "acme")
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			f := versions.Flow{Tenant: "acme", Slug: versions.FlowSlug(fmt.Sprintf("flow-%d", i)), Revision: 1}
			e := event(audit.FlowCreated)
			if i%3 == 0 {
				e = badEvent()
			}
			if err := s.CreateFlow(t.Context(), f, revision("acme", f.Slug, 1), e); (err != nil) != (i%3 == 0) {
				t.Errorf("flow %d: %v", i, err)
			}
		})
	}
	all.Wait()
	for i := range 64 {
		_, err := s.Flow(t.Context(), "acme", versions.FlowSlug(fmt.Sprintf("flow-%d", i)))
		if i%3 == 0 {
			require.ErrorIs(t, err, catalog.ErrNotFound)
		} else {
			require.NoError(t, err)
		}
	}
	events, _, err := s.Events(t.Context(), "acme", audit.Filter{Limit: 200})
	require.NoError(t, err)
	require.Len(t, events, 1+42)
}
