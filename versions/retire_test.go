package versions_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/versions"
)

// TestModulesThatAreDeprecated settles ranges where the newest version in them is deprecated.
func TestModulesThatAreDeprecated(t *testing.T) {
	t.Parallel()
	s := withoutRegistry(t)
	s.share("crm", "1.0.0", `export const n = 1;`)
	s.share("crm", "1.1.0", `export const n = 2;`)
	_, err := s.publisher.Deprecate(t.Context(), alice, "acme", "crm", "1.1.0", "it is slow")
	require.NoError(t, err)
	chosen := func(requirement string) string {
		t.Helper()
		require.NoError(t, s.save("on-login", `import { n } from "durward:crm"; export const execute = () => ({ kind: "continue", state: { n } });`, "crm@"+requirement))
		draft, err := s.catalog.Draft(t.Context(), "acme", "on-login")
		require.NoError(t, err)
		require.NotEmpty(t, draft.Lock)
		if v := s.publish("on-login", requirement[1:]+"-rc.1"); len(v.Modules) == 1 {
			return v.Modules[0].Number
		}
		return ""
	}
	require.Equal(t, "1.0.0", chosen("^1.0.0"))
	require.Equal(t, "1.1.0", chosen("^1.1.0"), "where there is no other")

	_, err = s.publisher.DeleteAction(t.Context(), alice, "acme", "crm")
	var pinned *versions.PinnedError
	require.ErrorAs(t, err, &pinned)
	require.Equal(t, "it is imported by on-login@1.0.0-rc.1, imported by on-login@1.1.0-rc.1", pinned.Error())
	_, err = s.publisher.DeleteAction(t.Context(), alice, "acme", "on-login")
	require.NoError(t, err)
	_, err = s.publisher.DeleteAction(t.Context(), alice, "acme", "crm")
	require.NoError(t, err, "nothing imports it any more")
	_, err = s.publisher.DeleteAction(t.Context(), alice, "acme", "crm")
	require.ErrorIs(t, err, catalog.ErrNotFound)
}
