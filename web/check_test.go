package web_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

// TestCheckOfADraft asks what publishing would say, before and after there is a version, and of a draft that does not build.
func TestCheckOfADraft(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	const actions, gate = "/v1/tenants/acme/actions", "/v1/tenants/acme/actions/gate"
	s.call(keys["author"], "POST", actions, `{"slug":"gate","triggers":["login.after"],"files":{"action.ts":"export const execute = () => ({ kind: \"continue\" })"}}`).into(201, nil)
	var found api.DraftCheck
	s.call(keys["author"], "POST", gate+"/draft/check", nil).into(200, &found)
	require.Equal(t, api.Changes{Added: []api.Change{{Kind: "outcome", Name: "continue"}}, Removed: []api.Change{}}, found.Changes)
	for _, number := range []string{"1.0.0", "2.0.0-rc.1"} {
		s.call(keys["publisher"], "POST", gate+"/versions", api.Publication{Number: number}).into(201, nil)
	}
	s.call(keys["author"], "PATCH", gate+"/draft", `{"files":{"action.ts":"export const execute = (input) => ({ kind: \"block\", reason: input.secrets.KEY })"},"hosts":["api.example.com"]}`).into(200, nil)
	s.call(keys["author"], "POST", gate+"/draft/check", nil).into(200, &found)
	require.Equal(t, "2.0.0-rc.1", found.Changes.Since, "the newest one")
	require.Equal(t, []api.Change{{Kind: "host", Name: "api.example.com"}, {Kind: "outcome", Name: "block"}}, found.Changes.Added)
	require.Equal(t, []api.Change{{Kind: "outcome", Name: "continue"}}, found.Changes.Removed)
	require.Contains(t, found.Warnings[0].Text, "KEY is not declared")
	s.call(keys["author"], "PATCH", gate+"/draft", `{"files":{"action.ts":"export const"}}`).into(200, nil)
	broken := s.call(keys["author"], "POST", gate+"/draft/check", nil).problem(422, "build_failed")
	require.Equal(t, "action.ts", broken.Diagnostics[0].File)
	var list api.List[api.VersionInfo]
	s.call(keys["viewer"], "GET", gate+"/versions", nil).into(200, &list)
	require.Len(t, list.Items, 2, "nothing was stored")
}
