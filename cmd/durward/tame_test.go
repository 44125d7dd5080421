package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

// What a tenant wrote reaches the terminal as text, in every form of output, and a program that reads the JSON gets it as it is.
func TestTerminalIsNotCommanded(t *testing.T) {
	t.Parallel()
	const evil = "a\u009b31m\u0085\u202e\u2066\u200f\x7fz"
	text, err := json.Marshal(map[string]string{"kind": "continue", "reason": evil})
	require.NoError(t, err)
	url := canned(t, map[string]any{
		"GET /v1/tenants/acme/actions?limit=200": api.List[api.Action]{Items: []api.Action{{Slug: "a", Name: evil}}},
		"POST /v1/tenants/acme/actions/a/draft/run": api.TrialResult{
			Outcome: text, Logs: []api.Log{{Level: "info", Message: evil, Fields: json.RawMessage(`{"x":"` + "\u009b" + `"}`)}},
		},
		"GET /v1/tenants/acme/actions/b": api.Problem{Title: evil, Detail: evil, Status: 422, Code: "invalid", Errors: []api.FieldError{{Pointer: "/" + evil, Detail: evil}}},
	})
	for name, args := range map[string][]string{
		"a list": {"action", "list"}, "JSON": {"action", "list", "-o", "json"}, "an outcome": {"action", "run", "a"}, "a trial as JSON": {"action", "run", "a", "-o", "json"},
		"a refusal": {"action", "show", "b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := runHere(t, "", append(args, "--url", url, "--key", "dwk_x", "--tenant", "acme")...)
			require.NotEmpty(t, r.out+r.err)
			for _, c := range r.out + r.err {
				require.False(t, commands(c), "%q", r.out+r.err)
			}
		})
	}
	r := runHere(t, "", "action", "list", "-o", "json", "--url", url, "--key", "dwk_x", "--tenant", "acme")
	var list api.List[api.Action]
	require.NoError(t, json.Unmarshal([]byte(r.out), &list))
	require.Equal(t, evil, list.Items[0].Name)
}
