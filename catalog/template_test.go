package catalog_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
)

func release(number, source string) map[string]catalog.Template {
	return map[string]catalog.Template{"gate": {Release: number, Draft: catalog.Draft{
		Files: map[string]string{"action.ts": source}, Triggers: []contract.TriggerID{"registration.after", "login.after"},
		ConfigSchema: json.RawMessage(`{ "type": "object" }`), Secrets: []string{"B", "A"}, Hosts: []string{"*"},
	}}}
}

// shipping is a catalog of a server that ships a release; the store outlives it.
func shipping(t *testing.T, store catalog.Store, templates map[string]catalog.Template) *catalog.Catalog {
	t.Helper()
	return catalog.New(t.Context(), store, here, catalog.Options{Templates: templates})
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	store := newStore(t)
	newCatalog(t, store) // with the tenant
	first := shipping(t, store, release("1.0.0", "one"))
	create := func(slug catalog.ActionSlug, kind catalog.ActionKind, draft catalog.Draft) catalog.Draft {
		_, d, err := first.CreateAction(t.Context(), alice, "acme", catalog.NewAction{Slug: slug, Kind: kind, Template: "gate", Draft: draft})
		require.NoError(t, err)
		return d
	}
	pristine := catalog.Origin{Template: "gate", Release: "1.0.0"}
	d := create("installed", catalog.ActionTemplate, catalog.Draft{})
	require.Equal(t, pristine, d.Origin)
	require.Equal(t, map[string]string{"action.ts": "one"}, d.Files)
	require.Equal(t, []string{"A", "B"}, d.Secrets)
	require.Equal(t, catalog.Origin{Template: "gate", Release: "1.0.0", Customised: true}, create("own", catalog.ActionCustom, catalog.Draft{}).Origin)
	same := release("", "one")["gate"].Draft
	same.ConfigSchema = json.RawMessage(`{"type":"object"}`)
	require.Equal(t, pristine, create("brought", catalog.ActionTemplate, same).Origin, "its sources are those of the release")
	require.Equal(t, catalog.Origin{Template: "gate", Customised: true}, create("other", catalog.ActionTemplate, catalog.Draft{Files: map[string]string{"action.ts": "x"}}).Origin)

	d, err := first.SaveDraft(t.Context(), alice, "acme", "brought", catalog.DraftChange{Files: map[string]string{"action.ts": "mine"}})
	require.NoError(t, err)
	require.Equal(t, catalog.Origin{Template: "gate", Release: "1.0.0", Customised: true}, d.Origin)
	d, err = first.SaveDraft(t.Context(), alice, "acme", "brought", catalog.DraftChange{Files: map[string]string{"action.ts": "one"}})
	require.NoError(t, err)
	require.Equal(t, pristine, d.Origin, "it is what it was")
	_, err = first.SaveDraft(t.Context(), alice, "acme", "brought", catalog.DraftChange{Files: map[string]string{"action.ts": "mine"}})
	require.NoError(t, err)

	second := shipping(t, store, release("1.1.0", "two"))
	adopted := catalog.Origin{Template: "gate", Release: "1.1.0"}
	d, err = second.Adopt(t.Context(), alice, "acme", "installed", false)
	require.NoError(t, err)
	require.Equal(t, adopted, d.Origin)
	require.Equal(t, map[string]string{"action.ts": "two"}, d.Files)
	require.Equal(t, 2, d.Revision)
	events, _, err := second.Events(t.Context(), "acme", audit.Filter{Type: audit.DraftSaved})
	require.NoError(t, err)
	require.JSONEq(t, `{"template":"gate","release":"1.1.0"}`, string(events[0].After))
	again, err := second.Adopt(t.Context(), alice, "acme", "installed", false)
	require.NoError(t, err)
	require.Equal(t, d, again, "nothing was saved")

	for _, slug := range []catalog.ActionSlug{"brought", "other"} {
		_, err = second.Adopt(t.Context(), alice, "acme", slug, false)
		require.ErrorIs(t, err, catalog.ErrCustomised, slug)
		d, err = second.Adopt(t.Context(), alice, "acme", slug, true)
		require.NoError(t, err)
		require.Equal(t, adopted, d.Origin)
	}
	_, err = second.Adopt(t.Context(), alice, "acme", "own", true)
	require.ErrorContains(t, err, "its sources are its author's own")
	_, err = shipping(t, store, nil).Adopt(t.Context(), alice, "acme", "other", true)
	require.ErrorContains(t, err, `this server ships no template "gate"`)
	_, err = second.Adopt(t.Context(), alice, "acme", "absent", true)
	require.ErrorIs(t, err, catalog.ErrNotFound)
}
