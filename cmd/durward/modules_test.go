package main

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

// TestModulesJob takes a shared module through the real program: written, published, imported by an action and by one for Auth0, failing in its own place, upgraded, and listed with what has it.
func TestModulesJob(t *testing.T) {
	t.Parallel()
	operator := newOperatorKey()
	server := start(t, true, []string{"DURWARD_OPERATOR_KEY=" + operator}, "serve", "--listen", "127.0.0.1:0", "--data", t.TempDir())
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"crm/index.ts": "export interface Customer { plan: string }\n\nimport { plans } from \"./lib/plans\";\n\n" +
			"export function find(email: string): Customer {\n  const plan = plans[email];\n  if (!plan) throw new Error(\"no customer \" + email);\n  return { plan };\n}\n",
		"crm/lib/plans.ts":   "export const plans: Record<string, string> = { \"ada@example.com\": \"gold\" };\n",
		"login/action.ts":    "import { find } from \"durward:crm\";\n\nexport const execute = (input) => ({ kind: \"continue\", claims: { id_token: { plan: find(input.user.email).plan } } });\n",
		"login/action.json":  `{"triggers": ["login.after"], "dependencies": {"durward:crm": "^1.0.0"}}`,
		"auth0/action.js":    "const { find } = require(\"actions:crm\");\nexports.execute = (input) => ({ kind: \"continue\", state: find(input.user.email) });\n",
		"broken/index.ts":    "export const find = ;\n",
		"throwing/index.ts":  "export const find = null.find;\n",
		"undeclared/main.js": "import \"durward:crm\";\n",
	})
	s := &shell{t: t, dir: dir, env: []string{"DURWARD_URL=" + server.await(`msg=ready url=(\S+)`)[1], "DURWARD_TENANT=acme", "DURWARD_KEY=" + operator}}
	s.ok("tenant", "create", "acme")
	require.Contains(t, s.ok("action", "create", "crm", "--module"), "action push crm FOLDER\n")
	require.NotContains(t, s.ok("action", "push", "crm", "crm"), "trigger")
	require.Contains(t, s.refused("action", "push", "crm", "crm", "--trigger", "login.after"), "/triggers")
	require.Contains(t, s.refused("action", "run", "crm"), "does not run by itself")
	s.ok("action", "publish", "crm", "1.0.0")
	require.Contains(t, s.ok("version", "verify", "crm", "1.0.0"), "crm@1.0.0 is what its sources make")

	s.ok("action", "create", "login")
	require.Contains(t, s.ok("action", "push", "login", "login"), "dependencies durward:crm@1.0.0\n")
	const ada = `{"user":{"id":"u1","email":"ada@example.com"}}`
	require.Contains(t, s.ok("action", "run", "login", "--event", ada), `"plan": "gold"`)
	failed := s.run("action", "run", "login", "--event", `{"user":{"id":"u2","email":"bob@example.com"}}`)
	require.Contains(t, failed.err+failed.out, "durward:crm@1.0.0/index.ts:7:20: failed (thrown): Error: no customer bob@example.com\n      if (!plan) throw new Error")
	require.Contains(t, failed.err+failed.out, "action.ts:3:")
	s.ok("action", "publish", "login", "1.0.0")
	s.ok("action", "create", "auth0", "--trigger", "login.after")
	s.ok("action", "push", "auth0", "auth0", "--dependency", "durward:crm")
	require.Contains(t, s.ok("action", "run", "auth0", "--event", ada), "continue")
	s.ok("action", "publish", "auth0", "1.0.0")
	require.Contains(t, s.refused("action", "push", "auth0", "auth0", "--dependency", "durward:crm@^2"), "the newest is 1.0.0")
	s.ok("action", "push", "auth0", "undeclared", "--dependency", "durward:crm")

	s.ok("action", "push", "crm", "broken")
	require.Contains(t, s.refused("action", "publish", "crm", "2.0.0"), "index.ts:1:21: error: Unexpected")
	s.ok("action", "push", "crm", "throwing")
	require.Contains(t, s.refused("action", "publish", "crm", "2.0.0"), "index.ts:1:")

	writeFiles(t, dir, map[string]string{"crm/lib/plans.ts": "export const plans: Record<string, string> = { \"ada@example.com\": \"lead\" };\n"})
	s.ok("action", "push", "crm", "crm")
	s.ok("action", "publish", "crm", "1.1.0")
	s.ok("flow", "create", "login")
	require.Contains(t, s.refused("flow", "attach", "login", "after", "crm@1.1.0"), "shared module")
	s.ok("flow", "attach", "login", "after", "login@1.0.0")
	require.Contains(t, s.ok("execute", "login", "after", "--event", ada), "gold")
	require.Contains(t, s.ok("version", "verify", "login", "1.0.0"), "is what its sources make")
	require.Contains(t, s.ok("action", "upgrade", "login"), "durward:crm@1.1.0")
	s.ok("action", "publish", "login", "1.1.0")
	require.Contains(t, s.ok("execute", "login", "after", "--event", ada), "gold", "an upgrade of a draft changes nothing that is live")
	require.Contains(t, s.ok("version", "show", "login", "1.1.0"), "durward:crm@1.1.0/lib/plans.ts")

	var list api.List[api.Dependent]
	s.json(&list, "action", "dependents", "crm")
	var has []string
	for _, d := range list.Items {
		has = append(has, d.ModuleVersion+" in "+d.Action+"@"+d.Version)
	}
	require.Equal(t, []string{"1.0.0 in auth0@1.0.0", "1.0.0 in login@1.0.0", "1.1.0 in login@1.1.0"}, has)
	require.Regexp(t, `crm@1\.1\.0 +login +1\.1\.0`, s.ok("action", "dependents", "crm"))
	require.Equal(t, exitOK, server.end(syscall.SIGTERM))
}
