package web_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

func TestRetire(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	const actions, gate = "/v1/tenants/acme/actions", "/v1/tenants/acme/actions/gate"
	s.call(keys["author"], "POST", actions, `{"slug":"gate","triggers":["login.after"],"files":{"action.ts":"export const execute = () => {}"}}`).into(201, nil)
	s.call(keys["publisher"], "POST", gate+"/versions", `{"number":"1.0.0"}`).into(201, nil)

	s.call(keys["author"], "PUT", gate+"/versions/1.0.0/deprecation", `{"reason":"old"}`).problem(403, "forbidden")
	wrong := s.call(keys["publisher"], "PUT", gate+"/versions/1.0.0/deprecation", `{"reason":" "}`).problem(422, "invalid")
	require.Equal(t, "/reason", wrong.Errors[0].Pointer)
	s.call(keys["publisher"], "PUT", gate+"/versions/2.0.0/deprecation", `{"reason":"old"}`).problem(404, "not_found")
	var v api.VersionInfo
	s.call(keys["publisher"], "PUT", gate+"/versions/1.0.0/deprecation", `{"reason":"old"}`).into(200, &v)
	require.Equal(t, "old", v.Deprecation.Reason)
	s.call(keys["publisher"], "PUT", gate+"/versions/1.0.0/deprecation", `{"reason":"old"}`).into(200, &v)
	var list api.List[api.VersionInfo]
	s.call(keys["viewer"], "GET", gate+"/versions", nil).into(200, &list)
	require.Equal(t, "old", list.Items[0].Deprecation.Reason)

	var saved api.CreatedFlow
	s.call(keys["publisher"], "POST", "/v1/tenants/acme/flows", `{"slug":"login","kind":"login","slots":{"after":{"default":[{"action":"gate","version":"1.0.0"}]}}}`).into(201, &saved)
	require.Contains(t, saved.Warnings, api.Warning{Pointer: "/slots/after/default/0/version", Detail: "gate@1.0.0 is deprecated: old"})

	s.call(keys["author"], "DELETE", gate, nil).problem(403, "forbidden")
	require.Equal(t, "It cannot be deleted: it is attached in flow login (revision 1, which runs).", s.call(keys["publisher"], "DELETE", gate, nil).problem(409, "in_use").Detail)
	s.call(keys["publisher"], "DELETE", gate+"/versions/1.0.0/deprecation", nil).into(200, &v)
	v.Deprecation = nil
	s.call(keys["viewer"], "GET", gate+"/versions/1.0.0", nil).into(200, &v)
	require.Nil(t, v.Deprecation)

	s.call(keys["author"], "POST", actions, `{"slug":"typo","triggers":["login.after"],"files":{"action.ts":"export const execute = () => {}"}}`).into(201, nil)
	var gone api.Action
	s.call(keys["publisher"], "DELETE", actions+"/typo", nil).into(200, &gone)
	require.Equal(t, "typo", gone.Slug)
	s.call(keys["publisher"], "DELETE", actions+"/typo", nil).problem(404, "not_found")
	var edits api.List[api.Event]
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/audit/edits?action=typo&type=action.deleted", nil).into(200, &edits)
	require.Len(t, edits.Items, 1)
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/audit/edits?action=gate&type=action.version_deprecated", nil).into(200, &edits)
	require.Len(t, edits.Items, 1, "the second time changed nothing")
	require.JSONEq(t, `{"reason":"old"}`, string(edits.Items[0].After))
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/audit/edits?action=gate&type=action.version_undeprecated", nil).into(200, &edits)
	require.Len(t, edits.Items, 1)
}

// retire deprecates a version, takes that back, and deletes an action.
func retire(s *server, base string, keys map[string]string) {
	s.call(keys["author"], "POST", base+"/actions", `{"slug":"typo","triggers":["login.after"],"files":{"action.ts":"export const execute = () => {}"}}`).into(201, nil)
	s.call(keys["publisher"], "POST", base+"/actions/typo/versions", `{"number":"1.0.0"}`).into(201, nil)
	s.call(keys["publisher"], "PUT", base+"/actions/typo/versions/1.0.0/deprecation", `{"reason":"a slip"}`).into(200, nil)
	s.call(keys["publisher"], "DELETE", base+"/actions/typo/versions/1.0.0/deprecation", nil).into(200, nil)
	s.call(keys["publisher"], "DELETE", base+"/actions/typo", nil).into(200, nil)
}
