package catalog_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
)

// settler settles everything but "none", to something new each time.
type settler struct{ times int }

func (s *settler) Settle(_ context.Context, _ catalog.TenantID, _ catalog.ActionSlug, dependencies map[string]string) (json.RawMessage, error) {
	if _, ok := dependencies["none"]; ok {
		return nil, catalog.InvalidErrors{{Pointer: "/none", Detail: "it is not there"}}
	}
	s.times++
	return json.RawMessage(fmt.Sprintf(`{"n":%d}`, s.times)), nil
}

func TestDependencies(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := catalog.New(ctx, newStore(t), here, catalog.Options{Packages: new(settler)})
	_, err := c.CreateTenant(ctx, alice, "acme", "")
	require.NoError(t, err)
	_, draft, err := c.CreateAction(ctx, alice, "acme", catalog.NewAction{Slug: "a", Draft: catalog.Draft{Dependencies: map[string]string{"axios": "^1"}}})
	require.NoError(t, err)
	require.JSONEq(t, `{"n":1}`, string(draft.Lock))
	for _, step := range []struct {
		change catalog.DraftChange
		lock   string
	}{
		{catalog.DraftChange{Files: map[string]string{"action.ts": ""}}, `{"n":1}`},
		{catalog.DraftChange{Dependencies: map[string]string{"axios": "^1"}}, `{"n":1}`},
		{catalog.DraftChange{Dependencies: map[string]string{"axios": "^2"}}, `{"n":2}`},
		{catalog.DraftChange{Update: true}, `{"n":3}`},
		{catalog.DraftChange{Dependencies: map[string]string{}}, ``},
		{catalog.DraftChange{Update: true}, ``},
	} {
		draft, err = c.SaveDraft(ctx, alice, "acme", "a", step.change)
		require.NoError(t, err)
		require.Equal(t, step.lock, string(draft.Lock))
	}
	_, err = c.SaveDraft(ctx, alice, "acme", "a", catalog.DraftChange{Dependencies: map[string]string{"none": "*"}})
	require.ErrorContains(t, err, "/dependencies/none: it is not there")
	_, err = c.SaveDraft(ctx, alice, "acme", "a", catalog.DraftChange{Dependencies: map[string]string{"long": strings.Repeat("x", 300)}})
	require.ErrorContains(t, err, "/dependencies/long")
	many := map[string]string{}
	for i := range catalog.MaxDependencies + 1 {
		many[fmt.Sprint("p", i)] = "*"
	}
	_, err = c.SaveDraft(ctx, alice, "acme", "a", catalog.DraftChange{Dependencies: many})
	require.ErrorContains(t, err, "at most 100")
	kept, err := c.Draft(ctx, "acme", "a")
	require.NoError(t, err)
	require.Equal(t, draft, kept)
}

func TestDependenciesNeedARegistry(t *testing.T) {
	t.Parallel()
	c := newCatalog(t, newStore(t))
	_, _, err := c.CreateAction(t.Context(), alice, "acme", catalog.NewAction{Slug: "a", Draft: catalog.Draft{Dependencies: map[string]string{"axios": "^1"}}})
	require.ErrorIs(t, err, catalog.ErrNoRegistry)
}
