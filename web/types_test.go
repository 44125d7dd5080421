package web_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/typecheck"
	"github.com/durward/durward/web"
	"github.com/durward/durward/web/api"
)

// checker is a type checker that answers as a test wants.
type checker struct {
	found []bundler.Diagnostic
	err   error
	seen  *typecheck.Project
}

func (c checker) Check(_ context.Context, _ string, p typecheck.Project) ([]bundler.Diagnostic, error) {
	*c.seen = p
	return c.found, c.err
}

// publishChecked publishes the allow-list where the tenant's type check is so, and the server has such a checker.
func publishChecked(t *testing.T, mode string, c *checker) *reply {
	t.Helper()
	s := newServer(t, withRegistry(t), func(config *web.Config) {
		if c != nil {
			config.Publisher.TypeChecker = c
		}
	})
	keys := s.tenant("acme")
	s.call(keys["author"], "POST", "/v1/tenants/acme/actions", api.NewAction{
		Slug: "gate", Source: api.Source{
			Files: map[string]string{"action.ts": `import { n } from "@acme/typed"; export const execute = () => ({ kind: "continue", state: { n } });`}, Triggers: []string{"login.after"},
			Secrets: []string{"KEY"}, Dependencies: map[string]string{"@acme/typed": "*"},
		},
	}).into(201, nil)
	var p api.Publishing
	s.call(keys["admin"], "PUT", "/v1/tenants/acme/publishing", api.PublishingChange{TypeCheck: mode}).into(200, &p)
	require.Equal(t, c != nil, p.TypeCheckAvailable)
	return s.call(keys["publisher"], "POST", "/v1/tenants/acme/actions/gate/versions", api.Publication{Number: "1.0.0"})
}

func TestTypeCheckAtPublish(t *testing.T) {
	t.Parallel()
	wrong := []bundler.Diagnostic{{Severity: bundler.SeverityError, File: "action.ts", Line: 1, Column: 2, Length: 3, LineText: "import", Text: "Wrong. (TS1)"}}
	for name, test := range map[string]struct {
		mode    string
		checker *checker
		status  int
		code    string // of a problem
		says    string // the first warning or diagnostic
	}{
		"off":                       {"off", &checker{found: wrong}, 201, "", ""},
		"right, refuse":             {"refuse", &checker{}, 201, "", ""},
		"wrong, warn":               {"warn", &checker{found: wrong}, 201, "", "warning action.ts:1:2 Wrong. (TS1)"},
		"wrong, refuse":             {"refuse", &checker{found: wrong}, 422, "build_failed", "error action.ts:1:2 Wrong. (TS1)"},
		"too much, warn":            {"warn", &checker{err: &typecheck.LimitError{Reason: "it is slow"}}, 201, "", "warning :0:0 The types cannot be checked: it is slow"},
		"too much, refuse":          {"refuse", &checker{err: &typecheck.LimitError{Reason: "it is slow"}}, 422, "build_failed", "error :0:0 The types cannot be checked: it is slow"},
		"busy":                      {"warn", &checker{err: typecheck.ErrBusy}, 503, "busy", ""},
		"no compiler, off":          {"off", nil, 201, "", ""},
		"no compiler, warn":         {"warn", nil, 201, "", "warning :0:0 The types were not checked: the server has no TypeScript compiler"},
		"no compiler, refuse":       {"refuse", nil, 409, "no_type_check", ""},
		"trouble with the compiler": {"refuse", &checker{err: context.DeadlineExceeded}, 500, "internal", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := new(typecheck.Project)
			if test.checker != nil {
				test.checker.seen = seen
			}
			r := publishChecked(t, test.mode, test.checker)
			var said []api.Diagnostic
			if test.code != "" {
				said = r.problem(test.status, test.code).Diagnostics
			} else {
				var v api.Published
				r.into(test.status, &v)
				said = v.Warnings
			}
			if test.says == "" {
				require.Empty(t, said)
			} else {
				require.Equal(t, test.says, said[0].Severity+" "+place(said[0])+" "+said[0].Text)
			}
			if test.checker != nil && test.mode != "off" {
				require.Contains(t, seen.Files, "action.ts")
				require.Equal(t, []string{"KEY"}, seen.Action.Secrets)
				require.Contains(t, seen.Packages.Files, "node_modules/@acme/typed/index.d.ts")
			}
		})
	}
}

func TestPublishing(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	at := "/v1/tenants/acme/publishing"
	var p api.Publishing
	s.call(keys["viewer"], "GET", at, nil).into(200, &p)
	require.Equal(t, api.Publishing{TypeCheck: "off"}, p, "before the first save")
	s.call(keys["admin"], "PUT", at, `{"revision":0,"type_check":"warn"}`).into(200, &p)
	require.Equal(t, "warn", p.TypeCheck)
	require.Equal(t, 1, p.Revision)
	s.call(keys["admin"], "PUT", at, `{"revision":0,"type_check":"off"}`).problem(409, "conflict")
	wrong := s.call(keys["admin"], "PUT", at, `{"type_check":"maybe"}`).problem(422, "invalid")
	require.Equal(t, "/type_check", wrong.Errors[0].Pointer)
	s.call(keys["admin"], "PUT", at, `{}`).into(200, &p)
	require.Equal(t, "off", p.TypeCheck)
	var edits api.List[api.Event]
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/audit/edits?type=publishing.saved", nil).into(200, &edits)
	require.Len(t, edits.Items, 2)
	require.JSONEq(t, `{"type_check":"warn"}`, string(edits.Items[0].Before))
	require.JSONEq(t, `{"type_check":"off"}`, string(edits.Items[0].After))
}

func place(d api.Diagnostic) string { return fmt.Sprintf("%s:%d:%d", d.File, d.Line, d.Column) }

func TestNoRegistry(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	body := `{"slug":"gate","triggers":["login.after"],"files":{"action.ts":"export const execute = () => {}"},"dependencies":{"axios":"^1"}}`
	require.Contains(t, s.call(keys["author"], "POST", "/v1/tenants/acme/actions", body).problem(409, "no_registry").Detail, "--npmrc")
}
