package main

import (
	"context"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// startServer starts a server in this process. The function ends it gracefully and returns what Run returned.
func startServer(t *testing.T, data, operator string) (c *client.Client, stop func() error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s, err := newServer(serverConfig{
		Data: data, OperatorKey: operator, Listener: listener, Workers: worker.Config{Spares: 1}, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stopped := false
	stop = func() error {
		stopped = true
		cancel()
		return <-ended
	}
	t.Cleanup(func() {
		if !stopped {
			require.NoError(t, stop())
		}
	})
	return client.New(s.URL(), operator, client.Options{}), stop
}

// TestGracefulEnd ends a server while an action waits: the call is answered, and its record is there after the next start.
func TestGracefulEnd(t *testing.T) {
	t.Parallel()
	data, operator := t.TempDir(), newOperatorKey()
	c, stop := startServer(t, data, operator)
	ctx := t.Context()
	_, err := c.CreateTenant(ctx, api.NewTenant{ID: "acme"})
	require.NoError(t, err)
	tenant := c.Tenant("acme")
	slow := `export async function execute() { await new Promise((done) => setTimeout(done, 1000)); return { kind: "continue", state: { waited: true } }; }`
	_, err = tenant.CreateAction(ctx, api.NewAction{Slug: "slow", Source: api.Source{Files: map[string]string{"action.ts": slow}, Triggers: []string{"login.before"}}})
	require.NoError(t, err)
	_, err = tenant.Publish(ctx, "slow", api.Publication{Number: "1.0.0"})
	require.NoError(t, err)
	_, err = tenant.CreateFlow(ctx, api.NewFlow{Slug: "login", Kind: "login", Name: "Sign-in", Slots: map[string]api.Slot{
		"before": {Default: []api.Attachment{{Action: "slow", Version: "1.0.0"}}},
	}})
	require.NoError(t, err)

	answered := make(chan error, 1)
	go func() {
		a, err := tenant.Execute(ctx, client.Execution{Flow: "login", Slot: "before"})
		if err == nil && string(a.State) != `{"waited":true}` {
			err = context.Canceled
		}
		answered <- err
	}()
	require.Eventually(t, func() bool {
		system, err := c.System(ctx)
		return err == nil && system.Workers.Inflight == 1
	}, 10*time.Second, time.Millisecond)
	require.NoError(t, stop())
	require.NoError(t, <-answered)

	c, _ = startServer(t, data, operator)
	records, err := c.Tenant("acme").Executions(client.ExecutionFilter{})(ctx, client.Page{})
	require.NoError(t, err)
	require.Len(t, records.Items, 1)
}

func TestServerInUse(t *testing.T) {
	t.Parallel()
	data, operator := t.TempDir(), newOperatorKey()
	startServer(t, data, operator)
	r := runHere(t, "", "serve", "--data", data, "--listen", "127.0.0.1:0", "--operator-key", operator)
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.err, "in use by another process")
}
