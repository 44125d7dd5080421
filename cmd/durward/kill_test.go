package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// acknowledged is what the server said that it had done. Each member is written by one goroutine.
type acknowledged struct {
	versions map[string]string // number to digest
	revision int               // the last one saved
	requests map[string]bool   // request.id of every call that was answered
	answers  map[string]string // key to run of every call with an idempotency key
	accepted map[string]bool   // every delivery
	asked    []string          // the key of every call with one that nobody waits for, answered or not
	writes   atomic.Int64
}

// TestKill kills a server that publishes, saves and executes, many times, and checks after each start that all it had answered is there and that nothing is half-written.
func TestKill(t *testing.T) {
	t.Parallel()
	rounds := 20
	if testing.Short() {
		rounds = 3
	}
	data, operator := t.TempDir(), newOperatorKey()
	env := []string{"DURWARD_OPERATOR_KEY=" + operator}
	random := rand.New(rand.NewPCG(3, 9))
	seen := &acknowledged{versions: map[string]string{}, requests: map[string]bool{}, answers: map[string]string{}, accepted: map[string]bool{}}
	for round := range rounds + 1 {
		p := start(t, true, env, "serve", "--listen", "127.0.0.1:0", "--data", data)
		server := client.New(p.await(`msg=ready url=(\S+)`)[1], operator, client.Options{})
		tenant := server.Tenant("acme")
		if round == 0 {
			prepareKill(t, server, seen)
		}
		seen.check(t, tenant)
		if round == rounds {
			seen.repeatDeliveries(t, tenant)
			seen.checkDeliveries(t, tenant)
			require.Equal(t, exitOK, p.end(syscall.SIGTERM))
			break
		}
		seen.writeUntilKilled(t, p, tenant, round, int64(20+random.IntN(100)))
	}
	require.NotEmpty(t, seen.versions)
	require.Greater(t, seen.revision, 1)
	require.NotEmpty(t, seen.requests)
	require.NotEmpty(t, seen.answers)
	require.NotEmpty(t, seen.accepted)
}

func killSource(round, i int) string {
	return fmt.Sprintf("export function execute() { return { kind: \"continue\", state: { at: \"%d.%d\" } }; }", round, i)
}

func prepareKill(t *testing.T, server *client.Client, seen *acknowledged) {
	t.Helper()
	ctx := t.Context()
	_, err := server.CreateTenant(ctx, api.NewTenant{ID: "acme"})
	require.NoError(t, err)
	tenant := server.Tenant("acme")
	_, err = tenant.CreateAction(ctx, api.NewAction{
		Slug: "gate", Source: api.Source{Files: map[string]string{"action.ts": killSource(0, 0)}, Triggers: []string{"login.after"}},
	})
	require.NoError(t, err)
	v, err := tenant.Publish(ctx, "gate", api.Publication{Number: "0.0.1"})
	require.NoError(t, err)
	_, err = tenant.CreateAction(ctx, api.NewAction{
		Slug: "farewell", Source: api.Source{Files: map[string]string{"action.ts": killSource(0, 0)}, Triggers: []string{"logout.after"}},
	})
	require.NoError(t, err)
	_, err = tenant.Publish(ctx, "farewell", api.Publication{Number: "0.0.1"})
	require.NoError(t, err)
	_, err = tenant.CreateFlow(ctx, api.NewFlow{Slug: "logout", Kind: "logout", Slots: map[string]api.Slot{
		"after": {Default: []api.Attachment{{Action: "farewell", Version: "0.0.1"}}, Order: "user"},
	}})
	require.NoError(t, err)
	f, err := tenant.CreateFlow(ctx, api.NewFlow{Slug: "login", Kind: "login", Name: "Sign-in", Slots: killSlots(1)})
	require.NoError(t, err)
	seen.versions[v.Number], seen.revision = v.Digest, f.Revision
}

// killSlots tells its revision by the time budget.
func killSlots(revision int) map[string]api.Slot {
	return map[string]api.Slot{"after": {Default: []api.Attachment{{ID: "gate", Action: "gate", Version: "0.0.1", TimeoutMS: 1000 + revision}}}}
}

// writeUntilKilled publishes, saves and executes at the same time, and kills the server behind so many answers.
func (a *acknowledged) writeUntilKilled(t *testing.T, p *process, tenant *client.Tenant, round int, writes int64) {
	t.Helper()
	a.writes.Store(0)
	var running sync.WaitGroup
	failed := make(chan error, 6)
	repeat := func(write func(i int) error) {
		running.Go(func() {
			for i := 0; ; i++ {
				if err := write(i); err != nil {
					failed <- err
					return
				}
				if a.writes.Add(1) == writes {
					_ = p.cmd.Process.Kill()
				}
			}
		})
	}
	ctx := t.Context()
	repeat(func(i int) error { return a.publish(ctx, tenant, round, i) })
	repeat(func(int) error { return a.save(ctx, tenant) })
	repeat(func(i int) error { return a.execute(ctx, tenant, fmt.Sprintf("%d-%d", round, i)) })
	repeat(func(i int) error { return a.once(ctx, tenant, fmt.Sprintf("once-%d-%d", round, i)) })
	repeat(func(i int) error { return a.deliver(ctx, tenant, i) })
	repeat(func(i int) error { return a.deliverOnce(ctx, tenant, fmt.Sprintf("deliver-%d-%d", round, i)) })
	running.Wait()
	close(failed)
	for err := range failed {
		var unreachable *client.UnreachableError
		require.True(t, errors.As(err, &unreachable), "%v", err)
	}
	p.end(syscall.SIGKILL)
}

func (a *acknowledged) publish(ctx context.Context, tenant *client.Tenant, round, i int) error {
	if _, err := tenant.SaveDraft(ctx, "gate", api.DraftChange{Files: map[string]string{"action.ts": killSource(round, i)}}); err != nil {
		return err
	}
	v, err := tenant.Publish(ctx, "gate", api.Publication{Number: fmt.Sprintf("1.%d.%d", round, i)})
	if err == nil {
		a.versions[v.Number] = v.Digest
	}
	return err
}

// save saves on top of what is live: the last save before a kill may be there though nobody was told.
func (a *acknowledged) save(ctx context.Context, tenant *client.Tenant) error {
	f, err := tenant.Flow(ctx, "login")
	if err != nil {
		return err
	}
	r, err := tenant.SaveFlow(ctx, "login", api.FlowChange{Base: f.Revision, Slots: killSlots(f.Revision + 1)})
	if err == nil {
		a.revision = r.Number
	}
	return err
}

func (a *acknowledged) execute(ctx context.Context, tenant *client.Tenant, request string) error {
	_, err := tenant.Execute(ctx, client.Execution{Flow: "login", Slot: "after", Call: api.Call{
		User: map[string]any{"id": "u1", "email": "ada@example.com"}, Request: map[string]any{"id": request},
	}})
	if err == nil {
		a.requests[request] = true
	}
	return err
}

func killCall(user string) api.Call {
	return api.Call{User: map[string]any{"id": user, "email": "ada@example.com"}}
}

// once makes a call that has an idempotency key.
func (a *acknowledged) once(ctx context.Context, tenant *client.Tenant, key string) error {
	answer, err := tenant.Execute(ctx, client.Execution{Flow: "login", Slot: "after", Call: killCall(key), IdempotencyKey: key})
	if err == nil {
		a.answers[key] = answer.Run
	}
	return err
}

// deliver makes a call that nobody waits for.
func (a *acknowledged) deliver(ctx context.Context, tenant *client.Tenant, i int) error {
	answer, err := tenant.Execute(ctx, client.Execution{Flow: "logout", Slot: "after", Call: killCall(fmt.Sprint("u", i%3))})
	if err == nil {
		a.accepted[answer.Delivery] = true
	}
	return err
}

// deliverOnce is deliver with an idempotency key. The user has the name of the key.
func (a *acknowledged) deliverOnce(ctx context.Context, tenant *client.Tenant, key string) error {
	a.asked = append(a.asked, key)
	_, err := tenant.Execute(ctx, client.Execution{Flow: "logout", Slot: "after", Call: killCall(key), IdempotencyKey: key})
	return err
}

// repeatDeliveries repeats each call that nobody waits for and that has a key: those too of which the server had perhaps stored something when it was killed.
func (a *acknowledged) repeatDeliveries(t *testing.T, tenant *client.Tenant) {
	t.Helper()
	for _, key := range a.asked {
		_, err := tenant.Execute(t.Context(), client.Execution{Flow: "logout", Slot: "after", Call: killCall(key), IdempotencyKey: key})
		require.NoError(t, err)
	}
}

// checkAnswers repeats the calls of one round, and wants what they were answered.
func (a *acknowledged) checkAnswers(t *testing.T, tenant *client.Tenant) {
	t.Helper()
	for key, run := range a.answers {
		answer, err := tenant.Execute(t.Context(), client.Execution{Flow: "login", Slot: "after", Call: killCall(key), IdempotencyKey: key})
		require.NoError(t, err)
		require.True(t, answer.Replayed && answer.Run == run, "the answer under %s", key)
	}
}

// checkDeliveries waits until nothing waits, and looks for an attempt at each delivery that was accepted.
func (a *acknowledged) checkDeliveries(t *testing.T, tenant *client.Tenant) {
	t.Helper()
	ctx := t.Context()
	require.Eventually(t, func() bool {
		list, err := tenant.Deliveries(ctx, client.Page{})
		return err == nil && len(list.Items) == 0
	}, patience, 20*time.Millisecond)
	dead, err := tenant.DeadLetters(ctx, client.Page{})
	require.NoError(t, err)
	require.Empty(t, dead.Items)
	done, of := map[string]bool{}, map[string]string{}
	for r, err := range client.All(ctx, tenant.Executions(client.ExecutionFilter{Flow: "logout", Outcome: "continue"})) {
		require.NoError(t, err)
		done[r.Delivery] = true
		if slices.Contains(a.asked, r.User) {
			require.Contains(t, []string{"", r.Delivery}, of[r.User], "the calls under %s are one delivery", r.User)
			of[r.User] = r.Delivery
		}
	}
	require.Len(t, of, len(a.asked))
	for id := range a.accepted {
		require.True(t, done[id], "delivery %s was run", id)
	}
}

// check looks for all that was acknowledged, and for what is there in part.
func (a *acknowledged) check(t *testing.T, tenant *client.Tenant) {
	t.Helper()
	ctx := t.Context()
	published, saved := map[string]bool{}, map[int]bool{}
	next := uint64(0)
	for e, err := range client.All(ctx, tenant.Edits(client.EditFilter{})) {
		require.NoError(t, err)
		require.True(t, next == 0 || e.Sequence == next, "the audit has no gap")
		next = e.Sequence - 1
		switch e.Type {
		case "flow.action_published":
			published[e.Version] = true
		case "flow.saved", "flow.created":
			saved[e.Revision] = true
		}
	}
	a.checkAnswers(t, tenant)
	a.checkVersions(t, tenant, published)
	a.checkRevisions(t, tenant, saved)
	found := map[string]bool{}
	for r, err := range client.All(ctx, tenant.Executions(client.ExecutionFilter{})) {
		require.NoError(t, err)
		if r.Request == "" { // a delivery, of which an attempt may be made again, or a call with an idempotency key
			continue
		}
		require.False(t, found[r.Request], "a call is recorded once")
		found[r.Request] = true
	}
	for request := range a.requests {
		require.True(t, found[request], "the answered call %s is recorded", request)
	}
}

func (a *acknowledged) checkVersions(t *testing.T, tenant *client.Tenant, published map[string]bool) {
	t.Helper()
	there := map[string]string{}
	for info, err := range client.All(t.Context(), tenant.Versions("gate")) {
		require.NoError(t, err)
		there[info.Number] = info.Digest
		require.True(t, published[info.Number], "version %s has its event", info.Number)
		if _, known := a.versions[info.Number]; known {
			continue // it was whole when it was acknowledged, and was looked at then
		}
		v, err := tenant.Version(t.Context(), "gate", info.Number, true)
		require.NoError(t, err)
		require.True(t, v.Bundle != "" && len(v.Files) == 1 && json.Valid(v.SourceMap), "version %s is whole", info.Number)
	}
	require.Len(t, published, len(there), "each event has its version")
	for number, digest := range a.versions {
		require.Equal(t, digest, there[number], "version %s", number)
	}
}

func (a *acknowledged) checkRevisions(t *testing.T, tenant *client.Tenant, saved map[int]bool) {
	t.Helper()
	f, err := tenant.Flow(t.Context(), "login")
	require.NoError(t, err)
	require.GreaterOrEqual(t, f.Revision, a.revision)
	require.Len(t, saved, f.Revision, "each revision has its event, and each event its revision")
	want := f.Revision
	for r, err := range client.All(t.Context(), tenant.Revisions("login")) {
		require.NoError(t, err)
		require.Equal(t, want, r.Number)
		require.Equal(t, 1000+want, r.Slots["after"].Default[0].TimeoutMS, "the content of revision %d", want)
		want--
	}
	require.Zero(t, want, "without gaps")
}
