package main

import (
	"encoding/json"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// TestInvitationsAreUsedOnce uses an invitation of the shipped template, kills the server, and tries the invitation again.
func TestInvitationsAreUsedOnce(t *testing.T) {
	t.Parallel()
	ctx, data, operator := t.Context(), t.TempDir(), newOperatorKey()
	serve := func() (*process, *client.Client) {
		p := start(t, true, []string{"DURWARD_OPERATOR_KEY=" + operator}, "serve", "--listen", "127.0.0.1:0", "--data", data)
		return p, client.New(p.await(`msg=ready url=(\S+)`)[1], operator, client.Options{})
	}
	register := func(tenant *client.Tenant, code string) string {
		answer, err := tenant.Execute(ctx, client.Execution{Flow: "join", Slot: "submitted", Call: api.Call{
			User: map[string]any{"email": "ada@example.com"}, Request: map[string]any{"body": map[string]any{"invite_code": code}},
		}})
		require.NoError(t, err)
		return answer.Kind
	}

	p, server := serve()
	_, err := server.CreateTenant(ctx, api.NewTenant{ID: "acme"})
	require.NoError(t, err)
	tenant := server.Tenant("acme")
	_, err = tenant.CreateAction(ctx, api.NewAction{Slug: "invited", Template: "invite-only-registration"})
	require.NoError(t, err)
	_, err = tenant.Publish(ctx, "invited", api.Publication{Number: "1.0.0"})
	require.NoError(t, err)
	tomorrow := time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
	config := json.RawMessage(fmt.Sprintf(`{"codes":[{"code":"the-first-code","expires_at":%q},{"code":"the-second-code","expires_at":%[1]q}]}`, tomorrow))
	_, err = tenant.CreateFlow(ctx, api.NewFlow{Slug: "join", Kind: "registration", Slots: map[string]api.Slot{
		"submitted": {Default: []api.Attachment{{Action: "invited", Version: "1.0.0", Config: config}}},
	}})
	require.NoError(t, err)
	require.Equal(t, "continue", register(tenant, "the-first-code"))
	require.NotZero(t, p.end(syscall.SIGKILL))

	p, server = serve()
	tenant = server.Tenant("acme")
	require.Equal(t, "block", register(tenant, "the-first-code"))
	require.Equal(t, "continue", register(tenant, "the-second-code"))
	require.Equal(t, exitOK, p.end(syscall.SIGTERM))
}
