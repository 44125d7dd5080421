package web_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

func TestTemplates(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	var shipped api.TemplateDetail
	s.call("", "GET", "/v1/templates/domain-allowlist", nil).into(200, &shipped)
	require.Len(t, shipped.Samples, 1)
	s.call("", "GET", "/v1/templates/none", nil).problem(404, "not_found")

	var made api.CreatedAction
	s.call(keys["author"], "POST", "/v1/tenants/acme/actions", `{"slug":"gate","kind":"template","template":"domain-allowlist","files":{},"triggers":[]}`).into(201, &made)
	require.Equal(t, shipped.Files, made.Draft.Files)
	require.Equal(t, &api.Origin{Template: "domain-allowlist", Release: "1.1.0", Newest: "1.1.0"}, made.Draft.Origin)

	const draft = "/v1/tenants/acme/actions/gate/draft"
	s.call(keys["author"], "PATCH", draft, `{"files":{"action.ts":"export function execute() { return {}; }"}}`).into(200, &made.Draft)
	require.True(t, made.Draft.Origin.Customised)
	s.call(keys["author"], "POST", draft+"/adopt", `{}`).problem(409, "customised")
	var adopted api.Draft
	s.call(keys["author"], "POST", draft+"/adopt", `{"overwrite":true}`).into(200, &adopted)
	require.Equal(t, shipped.Files, adopted.Files)
	require.Equal(t, &api.Origin{Template: "domain-allowlist", Release: "1.1.0", Newest: "1.1.0"}, adopted.Origin)

	s.call(keys["author"], "POST", "/v1/tenants/acme/actions", `{"slug":"own","template":"domain-allowlist","files":{},"triggers":[]}`).into(201, &made)
	require.True(t, made.Draft.Origin.Customised)
	s.call(keys["author"], "POST", "/v1/tenants/acme/actions/own/draft/adopt", `{}`).problem(422, "invalid")
}

// adoptRelease makes an action from a template, and adopts the release that it has.
func adoptRelease(s *server, base string, keys map[string]string) {
	s.call(keys["author"], "POST", base+"/actions", `{"slug":"shipped","kind":"template","template":"domain-allowlist","files":{},"triggers":[]}`).into(201, nil)
	s.call(keys["author"], "POST", base+"/actions/shipped/draft/adopt", `{}`).into(200, nil)
}
