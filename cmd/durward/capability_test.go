package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

// TestCapabilities publishes versions that can do more and more, and sees that this is told, and that what is not declared fails when it runs.
func TestCapabilities(t *testing.T) {
	t.Parallel()
	d := startDemo(t, t.TempDir())
	run := func(args ...string) result { return d.here(t, d.admin, "", args...) }
	ok := func(args ...string) string {
		t.Helper()
		r := run(args...)
		require.Equal(t, exitOK, r.code, r.err)
		return r.out + r.err
	}
	source := t.TempDir()
	writeFiles(t, source, map[string]string{
		"quiet.ts": `export function execute() { return { kind: "continue" }; }`,
		"action.ts": `export async function execute(input: any) {
  const token = input.config ? input.secrets.CRM_TOKEN : "";
  const answer = await fetch("https://api.crm.example/" + input.user.id, { headers: { token } });
  return answer.ok ? { kind: "continue" } : { kind: "block" };
}`,
	})
	quiet, calls := filepath.Join(source, "quiet.ts"), filepath.Join(source, "action.ts")
	ok("action", "create", "crm", "--trigger", "login.after")
	ok("action", "push", "crm", quiet)
	require.Contains(t, ok("action", "publish", "crm", "1.0.0"), "\nIts capabilities: can continue.\n")
	require.Contains(t, ok("action", "publish", "crm", "1.0.1"), "\nIts capabilities are those of 1.0.0.\n")

	event := []string{"action", "run", "crm", "--event", `{"user":{"id":"u1","email":"ada@example.com"}}`}
	ok("action", "push", "crm", calls)
	r := run(event...)
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.out+r.err, "action.ts:2:46: warning: The secret CRM_TOKEN is not declared, and reading it throws")
	require.Contains(t, r.out+r.err, "action.ts:3:24: warning: Requests are sent, but no host is declared: all of them are refused")
	require.Contains(t, r.out+r.err, `action.ts:2:46: failed (thrown): TypeError: the secret CRM_TOKEN is not declared`)

	ok("action", "push", "crm", calls, "--secret", "CRM_TOKEN")
	require.Contains(t, run(event...).out, `the version declares no hosts, and may not send requests to api.crm.example: add "api.crm.example" to "hosts" of its draft`)
	ok("action", "push", "crm", calls, "--secret", "CRM_TOKEN", "--host", "other.example")
	require.Contains(t, run(event...).out, `the version does not declare the host api.crm.example`)

	ok("action", "push", "crm", calls, "--secret", "CRM_TOKEN", "--host", "api.crm.example")
	require.Contains(t, ok("action", "publish", "crm", "1.1.0"), "\nNew since 1.0.1: calls api.crm.example, uses secret CRM_TOKEN, can now block, touches fetch.\n")
	require.Regexp(t, `(?m)^outcomes   block continue\ncalls      api.crm.example\nsecrets    CRM_TOKEN\ntouches    fetch\n`, ok("version", "show", "crm", "1.1.0"))
	ok("action", "push", "crm", quiet, "--host", "*")
	require.Contains(t, ok("action", "publish", "crm", "1.2.0"),
		"\nNew since 1.1.0: calls any host that the tenant allows.\nNo longer: calls api.crm.example, can block, touches fetch.\n")
}

func TestCapabilitiesInWords(t *testing.T) {
	t.Parallel()
	require.Equal(t, "may touch any host API, can now answer any outcome, can now demand MFA, makes code from strings, which is refused (lodash@4.17.21), later x", inWords([]api.Change{
		{Kind: "api", Name: "*"}, {Kind: "outcome", Name: "*"}, {Kind: "outcome", Name: "demand_mfa"}, {Kind: "dynamic_code", Name: "lodash@4.17.21"}, {Kind: "later", Name: "x"},
	}, "can now"))
	require.Equal(t, []string{"calls", "a.example", "secrets", "A", "outcomes", "not known"}, capabilityFacts(&api.Version{VersionInfo: api.VersionInfo{Hosts: []string{"a.example"}, Secrets: []string{"A"}}}))
	require.Equal(t, []string{"outcomes", "any", "calls", "", "secrets", "", "touches", "perhaps others (dayjs@1.0.0), fetch, timers (action, got@1.0.0)", "dynamic code", ""}, capabilityFacts(&api.Version{VersionInfo: api.VersionInfo{
		Capabilities: &api.Capabilities{Outcomes: []string{"*"}, APIs: []api.HostAPI{{API: "*", By: []string{"dayjs@1.0.0"}}, {API: "fetch", By: []string{"action"}}, {API: "timers", By: []string{"action", "got@1.0.0"}}}},
	}}))
}
