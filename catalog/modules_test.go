package catalog_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
)

// TestModulesDeclareNoReach refuses in a shared module what the actions that import it declare.
func TestModulesDeclareNoReach(t *testing.T) {
	t.Parallel()
	c := newCatalog(t, newStore(t))
	reach := catalog.Draft{
		Triggers: []contract.TriggerID{"login.after"}, ConfigSchema: json.RawMessage(`{}`), Secrets: []string{"TOKEN"}, Hosts: []string{"api.example.com"},
	}
	want := []string{"/triggers", "/config_schema", "/secrets", "/hosts"}
	_, _, err := c.CreateAction(t.Context(), alice, "acme", catalog.NewAction{Slug: "crm", Kind: catalog.ActionModule, Draft: reach})
	require.Equal(t, want, at(t, err))

	a, _, err := c.CreateAction(t.Context(), alice, "acme", catalog.NewAction{Slug: "crm", Kind: catalog.ActionModule})
	require.NoError(t, err)
	require.Equal(t, catalog.ActionModule, a.Kind)
	_, err = c.SaveDraft(t.Context(), alice, "acme", "crm", catalog.DraftChange{Triggers: reach.Triggers, ConfigSchema: reach.ConfigSchema, Secrets: reach.Secrets, Hosts: reach.Hosts})
	require.Equal(t, want, at(t, err))
	d, err := c.SaveDraft(t.Context(), alice, "acme", "crm", catalog.DraftChange{Files: map[string]string{"index.ts": ""}})
	require.NoError(t, err)
	require.Equal(t, 2, d.Revision)
}
