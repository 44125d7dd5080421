package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions"
)

// lister reads the names in one of the lists.
type lister func(catalog.Page) (catalog.List[string], error)

func names[T any](name func(T) string, list catalog.List[T], err error) (catalog.List[string], error) {
	var l catalog.List[string]
	for _, item := range list.Items {
		l.Items = append(l.Items, name(item))
	}
	l.Next = list.Next
	return l, err
}

func listers(t *testing.T, s Store, owner catalog.TenantID) map[string]lister {
	ctx := t.Context()
	return map[string]lister{
		"keys": func(p catalog.Page) (catalog.List[string], error) {
			l, err := s.Keys(ctx, owner, p)
			return names(func(k catalog.Key) string { return string(k.ID) }, l, err)
		},
		"members": func(p catalog.Page) (catalog.List[string], error) {
			l, err := s.Members(ctx, owner, p)
			return names(func(m accounts.Member) string { return string(m.Person) }, l, err)
		},
		"invitations": func(p catalog.Page) (catalog.List[string], error) {
			l, err := s.Invitations(ctx, owner, p)
			return names(func(i accounts.Invitation) string { return string(i.ID) }, l, err)
		},
		"secrets": func(p catalog.Page) (catalog.List[string], error) {
			l, err := s.Secrets(ctx, owner, p)
			return names(func(s catalog.Secret) string { return s.Name }, l, err)
		},
		"actions": func(p catalog.Page) (catalog.List[string], error) {
			l, err := s.Actions(ctx, owner, p)
			return names(func(a catalog.Action) string { return string(a.Slug) }, l, err)
		},
		"flows": func(p catalog.Page) (catalog.List[string], error) {
			l, err := s.Flows(ctx, owner, p)
			return names(func(f versions.Flow) string { return string(f.Slug) }, l, err)
		},
		"revisions": func(p catalog.Page) (catalog.List[string], error) {
			l, err := s.Revisions(ctx, owner, "f-00", p)
			return names(func(r versions.Revision) string { return fmt.Sprint(r.Number) }, l, err)
		},
		"dependents": func(p catalog.Page) (catalog.List[string], error) {
			l, err := s.Dependents(ctx, owner, "a-00", p)
			return names(func(d versions.Dependent) string { return d.Number }, l, err)
		},
		"versions": func(p catalog.Page) (catalog.List[string], error) {
			l, err := s.Versions(ctx, owner, "a-00", p)
			return names(func(v versions.Version) string { return v.Number }, l, err)
		},
	}
}

// fill gives the tenant 23 of everything and returns what each list shows.
func fill(t *testing.T, s Store, owner catalog.TenantID) map[string][]string {
	t.Helper()
	tenant(t, s, owner)
	want := make(map[string][]string)
	for i := range 23 {
		k, _ := catalog.NewKey(owner, "key", catalog.RoleViewer, alice, now)
		require.NoError(t, s.CreateKey(t.Context(), k))
		name := fmt.Sprintf("S_%02d", i)
		require.NoError(t, s.PutSecret(t.Context(), secret(owner, name)))
		a := fmt.Sprintf("a-%02d", i)
		action(t, s, owner, catalog.ActionSlug(a))
		number := fmt.Sprintf("1.%d.0", i)
		require.NoError(t, s.PutVersion(t.Context(), version(owner, "a-00", number)))
		f := fmt.Sprintf("f-%02d", i)
		flow(t, s, owner, versions.FlowSlug(f))
		if i > 0 {
			require.NoError(t, saveRevision(t.Context(), s, revision(owner, "f-00", i+1)))
		}
		who := person(string(owner) + fmt.Sprintf("-%02d", i))
		join(t, s, owner, who, catalog.RoleAdmin)
		open := invitation(owner, "i"+string(who.ID), string(who.ID)+"@invited.example")
		require.NoError(t, s.CreateInvitation(t.Context(), open))
		want["members"] = append(want["members"], string(who.ID))
		want["invitations"] = append(want["invitations"], string(open.ID))
		want["keys"] = append(want["keys"], string(k.ID))
		want["secrets"] = append(want["secrets"], name)
		want["actions"] = append(want["actions"], a)
		want["flows"] = append(want["flows"], f)
		want["dependents"] = append(want["dependents"], number)
		want["versions"] = append([]string{number}, want["versions"]...)
		want["revisions"] = append([]string{fmt.Sprint(i + 1)}, want["revisions"]...)
	}
	slices.Sort(want["keys"])
	return want
}

func testPaging(t *testing.T, s Store) {
	want := fill(t, s, "acme")
	fill(t, s, "acme-2")
	fill(t, s, "ac")
	for name, list := range listers(t, s, "acme") {
		for _, limit := range []int{1, 5, 23, 24, 200} {
			require.Equal(t, want[name], all(t, limit, list), "%s, %d at a time", name, limit)
		}
		l, err := list(catalog.Page{Limit: 100000})
		require.NoError(t, err)
		require.Len(t, l.Items, 23)
	}
	tenants := all(t, 1, func(p catalog.Page) (catalog.List[catalog.Tenant], error) { return s.Tenants(t.Context(), p) })
	require.Len(t, tenants, 3)
	require.Equal(t, catalog.TenantID("ac"), tenants[0].ID)
}

func testCursors(t *testing.T, s Store) {
	fill(t, s, "acme")
	fill(t, s, "other")
	first, err := s.Actions(t.Context(), "other", catalog.Page{Limit: 2})
	require.NoError(t, err)
	lists := listers(t, s, "acme")
	lists["tenants"] = func(p catalog.Page) (catalog.List[string], error) {
		l, err := s.Tenants(t.Context(), p)
		return names(func(t catalog.Tenant) string { return string(t.ID) }, l, err)
	}
	lists["events"] = func(p catalog.Page) (catalog.List[string], error) {
		_, _, err := s.Events(t.Context(), "acme", audit.Filter{After: p.After})
		return catalog.List[string]{}, err
	}
	lists["records"] = func(p catalog.Page) (catalog.List[string], error) {
		_, _, err := s.Records(t.Context(), "acme", audit.Filter{After: p.After})
		return catalog.List[string]{}, err
	}
	for name, list := range lists {
		for _, garbage := range []string{"x", "garbage", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAA", "%%%", "\x00", first.Next} {
			_, err := list(catalog.Page{After: garbage})
			require.ErrorAs(t, err, new(catalog.InvalidErrors), "%s after %q", name, garbage)
		}
	}
}

func testIsolation(t *testing.T, s Store) {
	ctx := t.Context()
	fill(t, s, "acme")
	tenant(t, s, "other")
	for name, list := range listers(t, s, "other") {
		l, err := list(catalog.Page{})
		if name == "revisions" || name == "versions" || name == "dependents" {
			require.ErrorIs(t, err, catalog.ErrNotFound, name)
			continue
		}
		require.NoError(t, err)
		require.Empty(t, l.Items, name)
	}
	for name, list := range listers(t, s, "nobody") {
		_, err := list(catalog.Page{})
		require.ErrorIs(t, err, catalog.ErrNotFound, name)
	}
	// A name that would be another tenant's key if keys were merely joined.
	for _, sly := range []catalog.TenantID{"", "acme\x00", "acme\x00a-00", "acme\x00\x01a-00", "acme/a-00"} {
		_, err := s.Action(ctx, sly, "")
		require.ErrorIs(t, err, catalog.ErrNotFound)
		_, err = s.Action(ctx, sly, "a-00")
		require.ErrorIs(t, err, catalog.ErrNotFound)
	}
	_, err := s.Draft(ctx, "other", "a-00")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = s.Version(ctx, "other", "a-00", "1.0.0")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = s.Flow(ctx, "other", "f-00")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = s.Revision(ctx, "other", "f-00", 1)
	require.ErrorIs(t, err, catalog.ErrNotFound)
	require.ErrorIs(t, saveRevision(ctx, s, revision("other", "f-00", 24)), catalog.ErrNotFound)
	require.ErrorIs(t, s.PutVersion(ctx, version("other", "a-00", "9.0.0")), catalog.ErrNotFound)
	events, _, err := s.Events(ctx, "other", audit.Filter{})
	require.NoError(t, err)
	require.Len(t, events, 1)
	action(t, s, "other", "a-00") // a slug is taken for its tenant only

	require.NoError(t, s.WriteRecords(ctx, "b", []audit.Record{record("acme", now), record("acme-2", now), record("ac", now)}))
	for owner, want := range map[string]int{"acme": 1, "acme-2": 1, "ac": 1, "other": 0, "": 0, "acme\x00": 0} {
		records, _, err := s.Records(ctx, owner, audit.Filter{})
		require.NoError(t, err)
		require.Len(t, records, want, "%q", owner)
	}
}
