package web_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/accounts/sso/ssotest"
	"github.com/durward/durward/web/api"
)

// TestWholeJob goes from an empty server to a sign-in, and through every route on the way.
func TestWholeJob(t *testing.T) {
	t.Parallel()
	issuer := ssotest.New(t)
	s := newServer(t, withRegistry(t), withIssuer(t, issuer, ""))
	keys := s.tenant("acme")
	base := "/v1/tenants/acme"

	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/v1/openapi.json", "/v1/triggers", "/v1/types", "/v1/templates", "/v1/templates/domain-allowlist"} {
		s.call("", "GET", path, nil).into(200, nil)
	}
	s.call(operatorKey, "GET", "/v1/system", nil).into(200, nil)
	s.call(operatorKey, "GET", "/v1/tenants", nil).into(200, nil)
	s.call(keys["viewer"], "GET", base, nil).into(200, nil)
	s.call(keys["admin"], "GET", base+"/keys", nil).into(200, nil)

	var created api.CreatedAction
	r := s.call(keys["author"], "POST", base+"/actions", api.NewAction{
		Slug: "domain-allowlist", Name: "Domain allow-list",
		Source: api.Source{
			Files: map[string]string{"action.ts": allowlist}, Triggers: []string{"login.after"}, ConfigSchema: json.RawMessage(allowlistSchema),
		},
	})
	r.into(201, &created)
	require.Equal(t, base+"/actions/domain-allowlist", r.header.Get("Location"))
	require.Equal(t, 1, created.Draft.Revision)
	require.Equal(t, "author", created.CreatedBy.Name)
	s.call(keys["viewer"], "GET", base+"/actions", nil).into(200, nil)
	action := base + "/actions/domain-allowlist"
	s.call(keys["author"], "PATCH", action, `{"description":"Lets in one domain."}`).into(200, nil)
	s.call(keys["viewer"], "GET", action, nil).into(200, nil)
	s.call(keys["author"], "PATCH", action+"/draft", api.DraftChange{Revision: 1, Secrets: []string{}}).into(200, nil)
	s.call(keys["viewer"], "GET", action+"/draft", nil).into(200, nil)

	var trial api.TrialResult
	s.call(keys["author"], "POST", action+"/draft/run", `{"event":{"user":{"id":"u1","email":"eve@evil.test"}}}`).into(200, &trial)
	require.JSONEq(t, `{"kind":"block","code":"domain_not_allowed","message":"Use your work address.","reason":"outside example.com"}`, string(trial.Outcome))
	require.Equal(t, "refused eve@evil.test", trial.Logs[0].Message)

	var published api.Published
	var checked api.DraftCheck
	s.call(keys["author"], "POST", action+"/draft/check", nil).into(200, &checked)
	require.Empty(t, checked.Changes.Since)
	require.Contains(t, checked.Changes.Added, api.Change{Kind: "outcome", Name: "block"})
	s.call(keys["publisher"], "POST", action+"/versions", `{"number":"1.0.0"}`).into(201, &published)
	s.call(keys["publisher"], "POST", action+"/versions", `{"number":"1.0.0"}`).into(201, nil) // the same content is the same version
	s.call(keys["viewer"], "GET", action+"/versions", nil).into(200, nil)
	var version api.Version
	s.call(keys["viewer"], "GET", action+"/versions/1.0.0", nil).into(200, &version)
	require.Equal(t, published.Digest, version.Digest)
	require.Equal(t, allowlist, version.Files["action.ts"])
	require.Empty(t, version.Bundle)
	s.call(keys["viewer"], "GET", action+"/versions/1.0.0?include=bundle", nil).into(200, &version)
	require.Contains(t, version.Bundle, "domain_not_allowed")
	require.NotEmpty(t, version.SourceMap)
	var verified api.Verification
	s.call(keys["author"], "POST", action+"/versions/1.0.0/verify", nil).into(200, &verified)
	require.True(t, verified.Same)
	require.Equal(t, published.Digest, verified.Rebuilt)
	s.call(keys["author"], "POST", action+"/draft/dependencies/update", nil).into(200, nil)

	attach := func(domain string) map[string]api.Slot {
		return map[string]api.Slot{"after": {Default: []api.Attachment{
			{Action: "domain-allowlist", Version: "1.0.0", Config: json.RawMessage(`{"domain":"` + domain + `"}`)},
		}}}
	}
	var flow api.CreatedFlow
	s.call(keys["publisher"], "POST", base+"/flows", api.NewFlow{Slug: "login", Kind: "login", Slots: attach("example.com")}).into(201, &flow)
	require.Equal(t, 1, flow.Live.Number)
	s.call(keys["viewer"], "GET", base+"/flows", nil).into(200, nil)

	execute := base + "/flows/login/slots/after/execute"
	var first api.Answer
	s.call(keys["execute"], "POST", execute, loginCall).into(200, &first)
	require.Equal(t, "continue", first.Kind)
	require.JSONEq(t, `"example.com"`, string(first.Claims.IDToken["domain"]))
	require.JSONEq(t, `{"checked":true}`, string(first.State))
	require.Equal(t, api.FlowAt{Slug: "login", Revision: 1}, first.Flow)
	require.Equal(t, "domain-allowlist", first.Actions[0].Slug)
	require.Positive(t, first.Actions[0].DurationUS)

	s.call(keys["publisher"], "PUT", base+"/flows/login", api.FlowChange{Base: 1, Slots: attach("elsewhere.test"), Message: "moved"}).into(200, nil)
	var detail api.FlowDetail
	s.call(keys["viewer"], "GET", base+"/flows/login", nil).into(200, &detail)
	require.Equal(t, 2, detail.Live.Number)
	s.call(keys["viewer"], "GET", base+"/flows/login/revisions", nil).into(200, nil)
	s.call(keys["viewer"], "GET", base+"/flows/login/revisions/1", nil).into(200, nil)

	var sealed, fresh api.Answer
	s.call(keys["execute"], "POST", execute, `{"run":"`+first.Run+`","user":{"id":"u1","email":"ada@example.com"}}`).into(200, &sealed)
	require.Equal(t, "continue", sealed.Kind)
	require.Equal(t, 1, sealed.Flow.Revision)
	r = s.call(keys["execute"], "POST", execute, loginCall)
	r.into(200, &fresh)
	require.Equal(t, "block", fresh.Kind)
	require.Equal(t, "Use your work address.", fresh.Message)
	require.NotContains(t, string(r.body), "outside elsewhere.test", "the reason is for the operator")

	require.NoError(t, s.recorder.Flush(t.Context()))
	var records api.List[api.Record]
	s.call(keys["viewer"], "GET", base+"/audit/executions?outcome=block&flow=login&user=u1", nil).into(200, &records)
	require.Len(t, records.Items, 1)
	require.Equal(t, "flow.action_executed", records.Items[0].Type)
	s.call(keys["viewer"], "GET", base+"/audit/edits?type=flow.action_executed", nil).problem(422, "invalid")
	require.Equal(t, "outside elsewhere.test", records.Items[0].Reason)
	require.Equal(t, "refused ada@example.com", records.Items[0].Actions[0].Logs[0].Message)
	s.call(keys["viewer"], "GET", base+"/audit/executions/stream", nil)
	s.call(keys["viewer"], "GET", base+"/statistics", nil).into(200, nil)
	var edits api.List[api.Event]
	s.call(keys["viewer"], "GET", base+"/audit/edits?type=flow.action_attached", nil).into(200, &edits)
	require.Len(t, edits.Items, 1)
	require.Equal(t, "publisher", edits.Items[0].Actor.Name)

	names := backupNames(t, s.call(operatorKey, "GET", "/v1/system/backup", nil))
	require.Contains(t, names, "durward.db")
	require.Equal(t, "manifest.json", names[len(names)-1])
	requireMetrics(t, s)

	var secret api.RedirectSecret
	s.call(keys["admin"], "GET", base+"/redirect-secret", nil).into(200, &secret)
	require.Len(t, secret.Secret, 52)

	setUp(s, base, keys)
	handleDeadLetter(s, base, keys)
	shareModule(s, base, keys)
	bringIn(s, base, keys)
	adoptRelease(s, base, keys)
	readTypes(s, action, keys)
	retire(s, base, keys)
	manageMembers(s, base)
	singleSignOn(s, issuer)

	var key api.CreatedKey
	s.call(keys["admin"], "POST", base+"/keys", `{"name":"lost","role":"admin"}`).into(201, &key)
	s.call(key.Secret, "GET", base, nil).into(200, nil)
	var revoked api.Key
	s.call(keys["admin"], "DELETE", base+"/keys/"+key.ID, nil).into(200, &revoked)
	require.False(t, revoked.RevokedAt.IsZero())
	s.call(key.Secret, "GET", base, nil).problem(401, "unauthenticated")

	for _, op := range s.document.operations {
		require.True(t, s.document.seen[op.id], "no answer of %s was seen", op.id)
	}
}

// handleDeadLetter goes from a call that nobody waits for to a dead letter, and to its end.
func handleDeadLetter(s *server, base string, keys map[string]string) {
	s.t.Helper()
	s.logoutFlow("acme", keys, map[string]string{"hopeless": hopeless}, "hopeless")
	accepted := s.logout(keys, "u1")
	s.call(keys["viewer"], "GET", base+"/deliveries", nil).into(200, nil)
	s.awaitDead(keys, accepted.Delivery)
	s.call(keys["viewer"], "GET", base+"/dead-letters", nil).into(200, nil)
	s.call(keys["publisher"], "POST", base+"/dead-letters/"+accepted.Delivery+"/redrive", `{}`).into(200, nil)
	s.awaitDead(keys, accepted.Delivery)
	s.call(keys["publisher"], "DELETE", base+"/dead-letters/"+accepted.Delivery, nil).into(200, nil)
}

// shareModule publishes a shared module and an action that imports it.
func shareModule(s *server, base string, keys map[string]string) {
	s.t.Helper()
	module := api.NewAction{Slug: "crm", Kind: "module", Source: api.Source{Files: map[string]string{"index.ts": "export const plan = 'gold';"}}}
	s.call(keys["author"], "POST", base+"/actions", module).into(201, nil)
	s.call(keys["publisher"], "POST", base+"/actions/crm/versions", api.Publication{Number: "1.2.0"}).into(201, nil)
	s.call(keys["author"], "POST", base+"/actions", api.NewAction{Slug: "decorate", Source: api.Source{
		Files:    map[string]string{"action.ts": "import { plan } from 'durward:crm'; export const execute = () => ({ kind: 'continue', state: { plan } });"},
		Triggers: []string{"login.after"}, Dependencies: map[string]string{"durward:crm": "^1"},
	}}).into(201, nil)
	var published api.Published
	s.call(keys["publisher"], "POST", base+"/actions/decorate/versions", api.Publication{Number: "1.0.0"}).into(201, &published)
	require.Equal(s.t, []api.ModulePin{{Module: "crm", Version: "1.2.0"}}, published.Modules)
	require.Contains(s.t, published.Files, "durward:crm@1.2.0/index.ts")
	var dependents api.List[api.Dependent]
	s.call(keys["viewer"], "GET", base+"/actions/crm/dependents", nil).into(200, &dependents)
	require.Equal(s.t, []api.Dependent{{Action: "decorate", Version: "1.0.0", ModuleVersion: "1.2.0"}}, dependents.Items)
	problem := s.call(keys["author"], "PATCH", base+"/actions/crm/draft", `{"dependencies":{"durward:crm":"*"}}`).problem(422, "invalid")
	require.Equal(s.t, "/dependencies/durward:crm", problem.Errors[0].Pointer)
}

// bringIn rolls a revision out, steers it, and takes things back.
func bringIn(s *server, base string, keys map[string]string) {
	s.t.Helper()
	flow := base + "/flows/login"
	s.call(keys["publisher"], "POST", flow+"/rollout", `{"base":2,"candidate":1,"steps":[{"percent":0},{"percent":50}],"guards":[{"metric":"error_rate","max":0.02}]}`).into(200, nil)
	s.call(keys["viewer"], "GET", flow+"/rollout", nil).into(200, nil)
	s.call(keys["publisher"], "POST", flow+"/rollout/passes", `{"cohort":"candidate"}`).into(200, nil)
	s.call(keys["publisher"], "POST", flow+"/rollout/pause", `{"reason":"lunch"}`).into(200, nil)
	s.call(keys["publisher"], "POST", flow+"/rollout/resume", nil).into(200, nil)
	s.call(keys["publisher"], "POST", flow+"/rollout/promote", `{}`).into(200, nil)
	s.call(keys["publisher"], "POST", flow+"/rollout/abort", `{}`).into(200, nil)
	s.call(keys["publisher"], "POST", flow+"/rollback", `{"to":1}`).into(200, nil)
	s.call(keys["publisher"], "POST", flow+"/revisions/2/recall", `{}`).into(200, nil)
	s.call(keys["publisher"], "PUT", flow+"/freezes", `{"freezes":[]}`).into(200, nil)
	s.call(keys["admin"], "PUT", base+"/freezes", `{"freezes":[]}`).into(200, nil)
	s.call(keys["viewer"], "GET", base+"/freezes", nil).into(200, nil)
	s.call(keys["publisher"], "POST", base+"/actions/domain-allowlist/versions", `{"number":"1.0.1"}`).into(201, nil)
	s.call(keys["publisher"], "POST", base+"/actions/domain-allowlist/versions/1.0.1/recall", `{}`).into(200, nil)
	s.call(operatorKey, "POST", "/v1/system/run-keys", `{}`).into(200, nil)
}

// setUp sets what actions may use, and reads it.
func setUp(s *server, base string, keys map[string]string) {
	s.t.Helper()
	s.call(keys["admin"], "PUT", base+"/secrets/API_KEY", `{"value":"v","brokered":true,"hosts":["api.example.com"]}`).into(200, nil)
	s.call(keys["viewer"], "GET", base+"/secrets", nil).into(200, nil)
	s.call(keys["admin"], "DELETE", base+"/secrets/API_KEY", nil).into(200, nil)
	s.call(keys["admin"], "PUT", base+"/egress", `{"hosts":["api.example.com"]}`).into(200, nil)
	s.call(keys["admin"], "GET", base+"/egress", nil).into(200, nil)
	s.call(keys["admin"], "PUT", base+"/publishing", `{}`).into(200, nil)
	s.call(keys["viewer"], "GET", base+"/publishing", nil).into(200, nil)
	s.call(operatorKey, "PUT", base+"/limits", `{"cpu_ms":1000}`).into(200, nil)
	s.call(operatorKey, "GET", base+"/limits", nil).into(200, nil)
}

// readTypes gives the action a package, and reads the types of both.
func readTypes(s *server, action string, keys map[string]string) {
	s.t.Helper()
	s.call(keys["author"], "PATCH", action+"/draft", `{"dependencies":{"@acme/typed":"^1"},"secrets":["API_KEY"]}`).into(200, nil)
	var draft api.DraftTypes
	r := s.call(keys["viewer"], "GET", action+"/draft/types", nil)
	r.into(200, &draft)
	require.Contains(s.t, draft.Files["durward.d.ts"], "readonly API_KEY?: string;")
	require.Contains(s.t, draft.Files["durward.d.ts"], "domain: string;")
	require.Equal(s.t, "private, no-cache", r.header.Get("Cache-Control"))
	require.Equal(s.t, 304, s.call(keys["viewer"], "GET", action+"/draft/types", nil, "If-None-Match", `"other", W/`+r.header.Get("Etag")).status)

	var packages api.PackageTypes
	at := action + "/draft/types/" + draft.Packages
	r = s.call(keys["viewer"], "GET", at, nil)
	r.into(200, &packages)
	require.Equal(s.t, []api.TypedPackage{{Name: "@acme/typed", Version: "1.0.0", Types: "own"}}, packages.Packages)
	require.Equal(s.t, "export declare const n: number;\n", packages.Files["node_modules/@acme/typed/index.d.ts"])
	require.True(s.t, packages.Complete)
	require.Equal(s.t, draft.Packages, packages.Digest)
	require.Equal(s.t, `"`+draft.Packages+`"`, r.header.Get("Etag"))
	require.Contains(s.t, r.header.Get("Cache-Control"), "immutable")
	again := s.call(keys["viewer"], "GET", at, nil, "If-None-Match", r.header.Get("Etag"))
	require.Equal(s.t, 304, again.status)
	require.Empty(s.t, again.body)
	s.call(keys["viewer"], "GET", action+"/draft/types/"+strings.Repeat("0", 64), nil).problem(404, "not_found")

	s.call(keys["author"], "PATCH", action+"/draft", `{"secrets":[]}`).into(200, nil)
	var changed api.DraftTypes
	s.call(keys["viewer"], "GET", action+"/draft/types", nil).into(200, &changed)
	require.NotEqual(s.t, draft.Files, changed.Files)
	require.Equal(s.t, draft.Packages, changed.Packages, "the same lock has the same document")
	s.call(keys["author"], "PATCH", action+"/draft", `{"dependencies":{}}`).into(200, nil)
	s.call(keys["viewer"], "GET", action+"/draft/types", nil).into(200, &changed)
	s.call(keys["viewer"], "GET", at, nil).problem(404, "not_found")
}

// TestBackupHasTheLastCalls takes a backup before the records of a call would have been stored.
func TestBackupHasTheLastCalls(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.flow("acme", keys, "login")
	s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/login/slots/after/execute", loginCall).into(200, nil)
	names := backupNames(t, s.call(operatorKey, "GET", "/v1/system/backup", nil))
	require.True(t, slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, "executions/") }), names)
}

// backupNames are the names of the files in a backup, in order.
func backupNames(t *testing.T, r *reply) []string {
	t.Helper()
	r.into(200, nil)
	var names []string
	archive := tar.NewReader(bytes.NewReader(r.body))
	for {
		entry, err := archive.Next()
		if err == io.EOF {
			return names
		}
		require.NoError(t, err)
		names = append(names, entry.Name)
	}
}

func requireMetrics(t *testing.T, s *server) {
	t.Helper()
	text := string(s.call("", "GET", "/metrics", nil).body)
	for _, line := range []string{
		`durward_executions_total{outcome="block",trigger="login.after"} 1`,
		`durward_executions_total{outcome="continue",trigger="login.after"} 2`,
		`durward_http_requests_total{method="PUT",route="/v1/tenants/{tenant}/flows/{flow}",status="200"} 1`,
		"durward_audit_records_total 3",
		"durward_worker_tenants 1",
	} {
		require.Contains(t, text, line+"\n")
	}
	require.NotContains(t, text, "acme", "no series may name a tenant")
}
