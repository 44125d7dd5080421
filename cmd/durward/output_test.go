package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

// canned is a server that answers every request of a method and path with the same thing.
func canned(t *testing.T, answers map[string]any) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[r.Method+" "+r.URL.RequestURI()]
		if !ok {
			answer = api.Problem{Title: "no answer for " + r.Method + " " + r.URL.RequestURI(), Status: 404}
		}
		if p, isProblem := answer.(api.Problem); isProblem {
			w.Header().Set("Content-Type", api.ProblemType)
			w.WriteHeader(p.Status)
		}
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

var (
	noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	ada  = api.Actor{Key: "k1", Name: "ada's laptop", Role: "publisher"}
)

func digest(digit string) string { return strings.Repeat(digit, 64) }

// TestOutput keeps what people read as golden files: the standard output, the standard error and the exit code.
func TestOutput(t *testing.T) {
	t.Parallel()
	const acme = "/v1/tenants/acme"
	live := api.Revision{Flow: "login", Number: 7, SavedAt: noon, SavedBy: ada, Message: "stricter", Slots: map[string]api.Slot{
		"after": {
			Default: []api.Attachment{
				{ID: "gate", Action: "gate", Version: "1.0.0", Config: json.RawMessage(`{"domains":["example.com"]}`), OnFailure: "block", TimeoutMS: 1500},
				{ID: "greet", Action: "greet", Version: "2.1.0", OnFailure: "continue"},
			},
			Methods: map[string][]api.Attachment{"passkey": {}},
		},
	}}
	shippedGate := api.TemplateDetail{
		Template: api.Template{
			Slug: "gate", Name: "Gate", Description: "Lets some in.", Version: "1.1.0", Triggers: []string{"login.after"}, Hosts: []string{"*"}, Notes: []string{"It is a gate."},
			ConfigSchema: json.RawMessage(`{"required":["domains"],"properties":{"domains":{"description":"Who gets in."},"open":{"description":"Whether it is open.","default":false}}}`),
		},
		Samples: []api.Sample{{Name: "somebody", Trigger: "login.after", Config: json.RawMessage(`{"domains": ["example.com"]}`), Event: json.RawMessage(`{}`), Outcome: json.RawMessage(`{"kind":"continue"}`)}},
	}
	failure := &api.Failure{
		Kind: "thrown", Message: "TypeError: Cannot read property 'y' of undefined", Hint: "Test for it.",
		Stack: []api.Frame{{Function: "inner", File: "npm:ms@2.1.3/index.js", Line: 1, Column: 700}, {Function: "check", File: "lib/check.ts", Line: 3, Column: 9, Text: "\treturn x.y;"}, {Function: "execute", File: "action.ts", Line: 6, Column: 2}},
	}
	url := canned(t, map[string]any{
		"GET " + acme + "/keys?limit=200": api.List[api.Key]{Items: []api.Key{
			{ID: "aaaa", Name: "ci", Role: "publisher", CreatedAt: noon, CreatedBy: ada, RevokedAt: noon.Add(time.Hour)},
			{ID: "bbbb", Name: "login system\x1b[31m\n", Role: "execute", CreatedAt: noon, CreatedBy: ada},
		}},
		"GET " + acme + "/actions?limit=200":               api.List[api.Action]{Items: []api.Action{{Slug: "gate", Name: "Gate", Kind: "custom", CreatedAt: noon}}, Next: "gate"},
		"GET " + acme + "/actions?after=gate&limit=200":    api.List[api.Action]{Items: []api.Action{{Slug: "greet", Name: "Greet", Kind: "template", Latest: "2.1.0", CreatedAt: noon}}},
		"GET /v1/templates":                                api.List[api.Template]{Items: []api.Template{shippedGate.Template}},
		"GET /v1/templates/gate":                           shippedGate,
		"GET " + acme + "/actions/greet/draft":             api.Draft{Revision: 3, Origin: &api.Origin{Template: "gate", Release: "1.0.0", Customised: true, Newest: "1.1.0"}},
		"POST " + acme + "/actions/greet/draft/adopt":      api.Problem{Title: "The draft has work in it", Detail: "Its sources are not those of a release.", Status: 409, Code: "customised"},
		"GET " + acme + "/actions/gate/draft":              api.Draft{Revision: 3, Origin: &api.Origin{Template: "gate", Release: "1.0.0", Newest: "1.1.0"}},
		"POST " + acme + "/actions/gate/draft/adopt":       api.Draft{Revision: 4, Origin: &api.Origin{Template: "gate", Release: "1.1.0", Newest: "1.1.0"}},
		"GET " + acme + "/flows/login":                     api.FlowDetail{Flow: api.Flow{Slug: "login", Kind: "login", Name: "Sign-in", Revision: 7, CreatedAt: noon}, Live: live},
		"GET " + acme + "/flows/login/revisions?limit=200": api.List[api.Revision]{Items: []api.Revision{live}},
		"GET " + acme + "/audit/edits?flow=login&limit=200": api.List[api.Event]{Items: []api.Event{
			{Sequence: 9, Time: noon, Type: "flow.action_attached", Actor: ada, Flow: "login", Slot: "after", Attachment: "gate", Action: "gate", Version: "1.0.0", Revision: 7},
		}},
		"GET " + acme + "/audit/executions?limit=200&outcome=failed": api.List[api.Record]{Items: []api.Record{{
			ID: "r", Time: noon, Flow: "login", Slot: "after", Trigger: "login.after", Revision: 7, User: "u1", Outcome: "block", Code: "blocked", DurationUS: 1234,
			Actions: []api.ExecutedDetail{{Action: "gate", Version: "1.0.0", Failure: &api.RecordedFailure{Kind: "thrown", Message: "Error: boom" + strings.Repeat("!", 100)}}},
		}}},
		"POST " + acme + "/actions/gate/draft/run": api.TrialResult{
			Failure: failure, DurationUS: 953, CPUUS: 370, LogsDropped: 2, Logs: []api.Log{{Level: "info", Message: "hello", AtUS: 243}},
		},
		"POST " + acme + "/actions/good/draft/run": api.TrialResult{Outcome: json.RawMessage(`{"kind":"continue","state":{"seen":true}}`), DurationUS: 953, CPUUS: 370},
		"POST " + acme + "/actions/gate/versions": api.Problem{
			Title: "The sources cannot be built", Status: 422, Code: "build_failed", Diagnostics: []api.Diagnostic{
				{Severity: "error", File: "action.ts", Line: 2, Column: 12, Length: 5, LineText: "const 🙂 = other;", Text: "There is no \"other\"", Hint: "Declare it."},
				{Severity: "warning", File: "lib/x.ts", Text: "It is empty"},
			},
		},
		"PUT " + acme + "/flows/login": api.Problem{
			Title: "The request breaks a rule", Status: 422, Code: "invalid", Errors: []api.FieldError{{Pointer: "/slots/after/default/2/config/domains", Detail: "missing"}},
		},
		"POST " + acme + "/flows/login/slots/after/execute": api.Answer{
			Run: "TOKEN", Kind: "block", Code: "domain_not_allowed", Message: "Use your work address.", State: json.RawMessage(`{"n":1}`), Flow: api.FlowAt{Slug: "login", Revision: 7},
			Actions: []api.Executed{{Slug: "greet", Version: "2.1.0", Failure: "time_limit", DurationUS: 5000123}, {Slug: "gate", Version: "1.0.0", Kind: "block", DurationUS: 412}},
		},
		"POST " + acme + "/actions/shy/draft/run": api.Problem{
			Title: "The request breaks a rule", Status: 422, Code: "invalid", Errors: []api.FieldError{{Pointer: "/event/user", Detail: "it is missing"}},
		},
		"POST " + acme + "/actions/gate/versions/1.0.0/verify": api.Verification{Same: true, Digest: digest("a"), Rebuilt: digest("a"), Bundler: "esbuild 1.0.0"},
		"POST " + acme + "/actions/gate/versions/1.1.0/verify": api.Verification{Digest: digest("a"), Rebuilt: digest("b"), Bundler: "esbuild 1.0.0", Differences: []string{"digest", "bundler", "bundle"}},
		"POST " + acme + "/actions/gate/versions/1.2.0/verify": api.Verification{Digest: digest("a"), Rebuilt: digest("b"), Bundler: "esbuild 1.0.0", Differences: []string{"bundler", "bundle", "source_map"}},
		"POST " + acme + "/actions/gate/versions/1.3.0/verify": api.Problem{
			Title: "The server has no npm registry", Detail: "Dependencies come from the registry that the operator names: the server is started with --npmrc or DURWARD_NPMRC, a file with npm's settings.", Status: 409, Code: "no_registry",
		},
		"GET " + acme + "/actions/nobody": api.Problem{Title: "There is no such thing", Status: 404, Code: "not_found"},
		"POST " + acme + "/flows/login/slots/before/execute": api.Answer{
			Run: "TOKEN", Kind: "redirect", URL: "https://example.com/terms", Params: map[string]string{"lang": "de"}, Token: "JWT", State: json.RawMessage(`{}`), Flow: api.FlowAt{Slug: "login", Revision: 7},
		},
		"GET " + acme: api.Problem{Title: "The server has a problem", Status: 500, Code: "internal", RequestID: "req-1"},
	})
	cases := map[string][]string{
		"help":             {"--help"},
		"no-command":       {},
		"templates":        {"templates"},
		"template":         {"templates", "show", "gate"},
		"adopted":          {"action", "adopt", "gate"},
		"customised":       {"action", "adopt", "greet"},
		"unknown-command":  {"frobnicate"},
		"missing-argument": {"flow", "attach", "login"},
		"missing-tenant":   {"action", "list", "--tenant", ""},
		"inexact-pin":      {"flow", "attach", "login", "after", "gate"},
		"not-json":         {"execute", "login", "after", "--event", "{oops"},
		"no-operator-key":  {"serve"},
		"weak-key":         {"serve", "--operator-key", "secret"},
		"no-retention":     {"serve", "--retention", "0"},
		"keys":             {"key", "list"},
		"two-pages":        {"action", "list"},
		"limited":          {"action", "list", "--limit", "1"},
		"json":             {"action", "list", "-o", "json"},
		"flow":             {"flow", "show", "login"},
		"revisions":        {"flow", "revisions", "login"},
		"edits":            {"audit", "edits", "--flow", "login"},
		"executions":       {"audit", "executions", "--outcome", "failed"},
		"bad-time":         {"audit", "edits", "--from", "yesterday"},
		"run-failed":       {"action", "run", "gate"},
		"run":              {"action", "run", "good"},
		"no-event":         {"action", "run", "shy"},
		"not-found":        {"action", "show", "nobody"},
		"no-url":           {"action", "list", "--url", "localhost:8080"},
		"build-failed":     {"action", "publish", "gate", "1.0.0"},
		"invalid-config":   {"flow", "attach", "login", "after", "gate@1.0.0"},
		"no-attachment":    {"flow", "detach", "login", "nobody"},
		"verified":         {"version", "verify", "gate", "1.0.0"},
		"not-verified":     {"version", "verify", "gate", "1.1.0"},
		"other-bundler":    {"version", "verify", "gate", "1.2.0", "-o", "json"},
		"no-registry":      {"version", "verify", "gate", "1.3.0"},
		"answer":           {"execute", "login", "after"},
		"redirect":         {"execute", "login", "before"},
		"server-problem":   {"tenant", "show", "acme"},
	}
	offline := map[string]bool{"help": true, "no-command": true, "unknown-command": true, "missing-tenant": true, "no-operator-key": true, "weak-key": true, "no-retention": true, "no-url": true}
	for name, args := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !offline[name] {
				args = append(args, "--url", url, "--key", "dwk_x")
				if args[0] != "tenant" && name != "template" {
					args = append(args, "--tenant", "acme")
				}
			}
			r := runHere(t, "", args...)
			golden(t, "output/"+name, fmt.Sprintf("%s--- stderr\n%s--- exit code %d\n", r.out, r.err, r.code))
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nil)
	server.Close()
	r := runHere(t, "", "triggers", "--url", server.URL)
	require.Equal(t, exitUnreachable, r.code)
	require.Contains(t, r.err, "no server answers at "+server.URL)
}

func TestNotDurward(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	r := runHere(t, "", "triggers", "--url", server.URL)
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.err, "is it the right URL?")
}

func TestEventFromStandardInput(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]json.RawMessage
		_ = json.NewDecoder(r.Body).Decode(&body)
		_ = json.NewEncoder(w).Encode(api.Answer{Run: string(body["run"]), Kind: string(body["odd"]), State: json.RawMessage("{}")})
	}))
	t.Cleanup(server.Close)
	r := runHere(t, `{"odd":1}`, "execute", "login", "after", "--event", "-", "--run", "TOKEN", "--url", server.URL, "--tenant", "acme")
	require.Equal(t, exitOK, r.code, r.err)
	require.Contains(t, r.out, "decision  1\n", "what is not known here is sent as it is")
	require.Contains(t, r.out, `"TOKEN"`)
}

func TestKeygen(t *testing.T) {
	t.Parallel()
	one, two := runHere(t, "", "keygen").out, runHere(t, "", "keygen").out
	require.NotEqual(t, one, two)
	require.NoError(t, checkOperatorKey(one, "durward"))
}

func TestProgramVersion(t *testing.T) {
	t.Parallel()
	want := "durward " + programVersion() + "\n"
	require.Equal(t, want, runHere(t, "", "version").out)
	require.Equal(t, want, runHere(t, "", "--version").out)
}

// TestListenFrom takes the next port where the first is in use.
func TestListenFrom(t *testing.T) {
	t.Parallel()
	taken, err := listenFrom(t.Context(), 0)
	require.NoError(t, err)
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	next, err := listenFrom(t.Context(), port)
	require.NoError(t, err)
	defer next.Close()
	require.Greater(t, next.Addr().(*net.TCPAddr).Port, port)
}
