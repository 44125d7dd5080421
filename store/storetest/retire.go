package storetest

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/versions/rollout"
)

func testDeprecations(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	action(t, s, "acme", "gate")
	v := version("acme", "gate", "1.0.0")
	require.NoError(t, s.PutVersion(ctx, v))
	v.Deprecation = &versions.Deprecation{At: now, By: alice, Reason: "use 2.0.0"}
	for _, missing := range []string{"2.0.0", "latest"} {
		require.ErrorIs(t, s.DeprecateVersion(ctx, "acme", "gate", missing, v.Deprecation), catalog.ErrNotFound)
	}
	require.NoError(t, s.DeprecateVersion(ctx, "acme", "gate", "1.0.0", v.Deprecation, event(audit.Deprecated)))
	got, err := s.Version(ctx, "acme", "gate", "1.0.0")
	require.NoError(t, err)
	require.Equal(t, v, got)
	list, err := s.Versions(ctx, "acme", "gate", catalog.Page{})
	require.NoError(t, err)
	require.Equal(t, v.Deprecation, list.Items[0].Deprecation)
	require.NoError(t, s.DeprecateVersion(ctx, "acme", "gate", "1.0.0", nil, event(audit.Undeprecated)))
	got, err = s.Version(ctx, "acme", "gate", "1.0.0")
	require.NoError(t, err)
	require.Nil(t, got.Deprecation)
}

func testDeleteAction(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	tenant(t, s, "other")
	action(t, s, "acme", "gat")
	action(t, s, "other", pinnedAction)
	f, _ := flow(t, s, "acme", "login") // it has the pinned action, whose versions import it besides
	importer := version("acme", "gat", "3.0.0")
	require.NoError(t, s.PutVersion(ctx, importer))
	require.NoError(t, s.PutVersion(ctx, version("other", pinnedAction, "1.0.0")))

	pinnedBy := func() *versions.PinnedError {
		t.Helper()
		var pinned *versions.PinnedError
		require.ErrorAs(t, s.DeleteAction(ctx, "acme", pinnedAction), &pinned)
		return pinned
	}
	require.Equal(t, []versions.FlowPin{{Flow: "login", Revision: 1, Live: true}}, pinnedBy().Flows)
	require.Contains(t, pinnedBy().Dependents, versions.Dependent{Action: "gat", Number: "3.0.0", Pin: versions.ModulePin{Module: pinnedAction, Number: "1.0.0"}})
	empty := versions.Revision{Tenant: "acme", Flow: "login", Number: 2, SavedAt: now, SavedBy: alice, Message: pinnedAction}
	f.Revision, f.Latest, f.Edition = 2, 2, 2
	require.NoError(t, s.SaveFlow(ctx, f, []versions.Revision{empty}))
	require.Equal(t, []versions.FlowPin{{Flow: "login", Revision: 1}}, pinnedBy().Flows, "it can be rolled back to")
	f.Rollout, f.Edition = &rollout.Rollout{State: rollout.Running, Candidate: 1}, 3
	require.NoError(t, s.SaveFlow(ctx, f, nil))
	require.Equal(t, []versions.FlowPin{{Flow: "login", Revision: 1, Live: true}}, pinnedBy().Flows, "a candidate")

	require.NoError(t, s.DeleteAction(ctx, "acme", "gat", event(audit.ActionDeleted)))
	require.ErrorIs(t, s.DeleteAction(ctx, "acme", "gat"), catalog.ErrNotFound)
	_, err := s.Action(ctx, "acme", "gat")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = s.Draft(ctx, "acme", "gat")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = s.Version(ctx, "acme", "gat", "3.0.0")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	for _, d := range pinnedBy().Dependents {
		require.NotEqual(t, catalog.ActionSlug("gat"), d.Action, "it imports nothing any more")
	}
	_, err = s.Version(ctx, "other", pinnedAction, "1.0.0")
	require.NoError(t, err)
	action(t, s, "acme", "gat")
	versions, err := s.Versions(ctx, "acme", "gat", catalog.Page{})
	require.NoError(t, err)
	require.Empty(t, versions.Items, "the name is free, and nothing of the old one is there")
	events, _, err := s.Events(ctx, "acme", audit.Filter{Type: audit.ActionDeleted})
	require.NoError(t, err)
	require.Len(t, events, 1)
}

// testDeleteRace attaches and deletes an action at a time: one of them fails.
func testDeleteRace(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	action(t, s, "acme", pinnedAction)
	v := version("acme", pinnedAction, "1.0.0")
	v.Modules = nil
	require.NoError(t, s.PutVersion(ctx, v))
	var both sync.WaitGroup
	var deleted, attached error
	both.Go(func() { deleted = s.DeleteAction(ctx, "acme", pinnedAction) })
	both.Go(func() {
		attached = s.CreateFlow(ctx, versions.Flow{Tenant: "acme", Slug: "login", Revision: 1}, revision("acme", "login", 1))
	})
	both.Wait()
	if deleted == nil {
		require.ErrorIs(t, attached, catalog.ErrConflict)
	} else {
		require.ErrorAs(t, deleted, new(*versions.PinnedError))
		require.NoError(t, attached)
	}
}
