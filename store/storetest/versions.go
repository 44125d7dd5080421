package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions"
)

func testVersions(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	v := version("acme", "gate", "1.0.0")
	require.ErrorIs(t, s.PutVersion(ctx, v), catalog.ErrNotFound, "no such action")
	_, err := s.Versions(ctx, "acme", "gate", catalog.Page{})
	require.ErrorIs(t, err, catalog.ErrNotFound, "no such action")
	action(t, s, "acme", "gate")
	for _, number := range []string{"1.0.0", "1", "", "latest", "v1.0.0"} {
		_, err := s.Version(ctx, "acme", "gate", number)
		require.ErrorIs(t, err, catalog.ErrNotFound, number)
	}

	require.NoError(t, s.PutVersion(ctx, v, event(audit.ActionPublished)))
	got, err := s.Version(ctx, "acme", "gate", "1.0.0")
	require.NoError(t, err)
	require.Equal(t, v, got, "to the byte: the digest is over it")
	again := v
	again.Bundle = []byte("other")
	require.ErrorIs(t, s.PutVersion(ctx, again), catalog.ErrExists)
	got, err = s.Version(ctx, "acme", "gate", "1.0.0")
	require.NoError(t, err)
	require.Equal(t, v, got)

	list, err := s.Versions(ctx, "acme", "gate", catalog.Page{})
	require.NoError(t, err)
	v.Files, v.Bundle, v.SourceMap, v.Lock = nil, nil, nil, nil
	require.Equal(t, []versions.Version{v}, list.Items)

	v.Number = "not-a-version"
	require.ErrorAs(t, s.PutVersion(ctx, v), new(catalog.InvalidErrors))
}

func testVersionOrder(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	action(t, s, "acme", "gate")
	action(t, s, "acme", "gate-2")
	newestFirst := []string{
		"10.0.0", "2.10.0", "2.9.1", "2.9.0", "1.0.0", "1.0.0-rc.1", "1.0.0-beta.11", "1.0.0-beta.2", "1.0.0-beta",
		"1.0.0-alpha.beta", "1.0.0-alpha.1", "1.0.0-alpha", "1.0.0-99", "1.0.0-2", "0.9.9",
	}
	for i := range newestFirst { // in an order that is neither of the two
		number := newestFirst[i*7%len(newestFirst)]
		require.NoError(t, s.PutVersion(ctx, version("acme", "gate", number)))
		a, err := s.Action(ctx, "acme", "gate")
		require.NoError(t, err)
		require.Equal(t, number, a.Latest, "the one published last")
	}
	require.NoError(t, s.PutVersion(ctx, version("acme", "gate-2", "5.0.0")))
	for _, limit := range []int{1, 4, 200} {
		var got []string
		for _, v := range all(t, limit, func(p catalog.Page) (catalog.List[versions.Version], error) {
			return s.Versions(ctx, "acme", "gate", p)
		}) {
			got = append(got, v.Number)
		}
		require.Equal(t, newestFirst, got)
	}
}

func testVersionRace(t *testing.T, s Store) {
	tenant(t, s, "acme")
	action(t, s, "acme", "gate")
	oneWins(t, catalog.ErrExists, func() error {
		return s.PutVersion(t.Context(), version("acme", "gate", "1.0.0"), event(audit.ActionPublished))
	})
	events, _, err := s.Events(t.Context(), "acme", audit.Filter{Type: audit.ActionPublished})
	require.NoError(t, err)
	require.Len(t, events, 1)
}

func testDependents(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	_, err := s.Dependents(ctx, "acme", "crm", catalog.Page{})
	require.ErrorIs(t, err, catalog.ErrNotFound, "no such module")
	for _, slug := range []catalog.ActionSlug{"crm", "crm-2", "gate", "a"} {
		action(t, s, "acme", slug)
	}
	list, err := s.Dependents(ctx, "acme", "crm", catalog.Page{})
	require.NoError(t, err)
	require.Empty(t, list.Items)
	put := func(slug catalog.ActionSlug, number string, modules ...string) {
		v := version("acme", slug, number)
		v.Modules = nil
		for _, m := range modules {
			v.Modules = append(v.Modules, versions.ModulePin{Module: "crm", Number: m})
		}
		v.Modules = append(v.Modules, versions.ModulePin{Module: "crm-2", Number: "1.0.0"})
		require.NoError(t, s.PutVersion(ctx, v))
		require.ErrorIs(t, s.PutVersion(ctx, v), catalog.ErrExists)
	}
	put("gate", "10.0.0", "1.10.0", "1.9.0")
	put("gate", "2.0.0", "1.10.0")
	put("gate", "3.0.0")
	put("a", "1.0.0", "1.10.0", "1.10.0-rc.1")
	var got []string
	for _, d := range all(t, 2, func(p catalog.Page) (catalog.List[versions.Dependent], error) {
		return s.Dependents(ctx, "acme", "crm", p)
	}) {
		got = append(got, d.Pin.String()+" in "+string(d.Action)+"@"+d.Number)
	}
	require.Equal(t, []string{"crm@1.9.0 in gate@10.0.0", "crm@1.10.0-rc.1 in a@1.0.0", "crm@1.10.0 in a@1.0.0", "crm@1.10.0 in gate@2.0.0", "crm@1.10.0 in gate@10.0.0"}, got)

	v := version("acme", "gate", "4.0.0")
	v.Modules = []versions.ModulePin{{Module: "crm", Number: "latest"}}
	require.ErrorAs(t, s.PutVersion(ctx, v), new(catalog.InvalidErrors))
}

func testFlows(t *testing.T, s Store) {
	ctx := t.Context()
	require.ErrorIs(t, s.CreateFlow(ctx, versions.Flow{Tenant: "acme", Slug: "login"}, revision("acme", "login", 1)), catalog.ErrNotFound, "no such tenant")
	tenant(t, s, "acme")
	_, err := s.Flow(ctx, "acme", "login")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = s.Revision(ctx, "acme", "login", 1)
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = s.Revisions(ctx, "acme", "login", catalog.Page{})
	require.ErrorIs(t, err, catalog.ErrNotFound)
	require.ErrorIs(t, saveRevision(ctx, s, revision("acme", "login", 2)), catalog.ErrNotFound)

	f, r := flow(t, s, "acme", "login")
	require.ErrorIs(t, s.CreateFlow(ctx, f, r), catalog.ErrExists)
	requireRevision(t, s, r)
	for _, wrong := range []int{-1, 0, 1, 3} {
		require.ErrorIs(t, saveRevision(ctx, s, revision("acme", "login", wrong)), catalog.ErrConflict)
	}
	second := revision("acme", "login", 2)
	require.NoError(t, saveRevision(ctx, s, second, event(audit.FlowSaved)))
	requireRevision(t, s, r)
	requireRevision(t, s, second)
	f.Revision, f.Latest, f.Edition = 2, 2, 2
	got, err := s.Flow(ctx, "acme", "login")
	require.NoError(t, err)
	require.Equal(t, f, got)
	for _, missing := range []int{-1, 0, 3} {
		_, err = s.Revision(ctx, "acme", "login", missing)
		require.ErrorIs(t, err, catalog.ErrNotFound)
	}
}

func requireRevision(t *testing.T, s Store, want versions.Revision) {
	t.Helper()
	got, err := s.Revision(t.Context(), want.Tenant, want.Flow, want.Number)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func testRevisionRace(t *testing.T, s Store) {
	tenant(t, s, "acme")
	flow(t, s, "acme", "login")
	for n := 2; n < 6; n++ {
		oneWins(t, catalog.ErrConflict, func() error {
			return saveRevision(t.Context(), s, revision("acme", "login", n), event(audit.FlowSaved))
		})
	}
	f, err := s.Flow(t.Context(), "acme", "login")
	require.NoError(t, err)
	require.Equal(t, 5, f.Revision)
	events, _, err := s.Events(t.Context(), "acme", audit.Filter{Type: audit.FlowSaved})
	require.NoError(t, err)
	require.Len(t, events, 4)
}

func testWatchFlows(t *testing.T, s Store) {
	tenant(t, s, "acme")
	ctx, stop := context.WithCancel(t.Context())
	var seen []int
	s.WatchFlows(ctx, func(ref versions.FlowRef) {
		f, err := s.Flow(t.Context(), ref.Tenant, ref.Flow)
		require.NoError(t, err)
		seen = append(seen, f.Revision)
	})
	flow(t, s, "acme", "login")
	require.Equal(t, []int{1}, seen)
	require.NoError(t, saveRevision(t.Context(), s, revision("acme", "login", 2)))
	require.Equal(t, []int{1, 2}, seen)
	require.Error(t, saveRevision(t.Context(), s, revision("acme", "login", 2)))
	require.Len(t, seen, 2, "nothing was written")
	stop()
	require.NoError(t, saveRevision(t.Context(), s, revision("acme", "login", 3)))
	require.Len(t, seen, 2, "nobody watches any more")
}

func testRunKeys(t *testing.T, s Store) {
	ctx := t.Context()
	keys, err := s.RunKeys(ctx)
	require.NoError(t, err)
	require.NotEmpty(t, keys)
	require.NotZero(t, keys[0].Secret)
	again, err := s.RunKeys(ctx)
	require.NoError(t, err)
	require.Equal(t, keys, again)

	next := versions.RunKey{ID: keys[0].ID + 1, Secret: [32]byte{1, 31: 9}, CreatedAt: now.Truncate(time.Millisecond)}
	require.NoError(t, s.AddRunKey(ctx, next))
	require.ErrorIs(t, s.AddRunKey(ctx, versions.RunKey{ID: next.ID}), catalog.ErrExists)
	again, err = s.RunKeys(ctx)
	require.NoError(t, err)
	require.Equal(t, append([]versions.RunKey{next}, keys...), again)
	for range 2 {
		require.NoError(t, s.DeleteRunKey(ctx, keys[0].ID))
	}
	again, err = s.RunKeys(ctx)
	require.NoError(t, err)
	require.Equal(t, []versions.RunKey{next}, again)
}
