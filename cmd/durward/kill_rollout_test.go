package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// steering is what was acknowledged of a flow whose live revision is changed in every way that there is, while it is called. edits is written by one goroutine, seen by another one.
type steering struct {
	random *rand.Rand
	edits  map[string]int // acknowledged edits by the type of their event
	live   int            // the live revision after the last of them
	seen   map[int]string // revision to the mark that its calls were answered with
	writes atomic.Int64
}

// TestKillWhileSteering kills a server that saves, rolls out, promotes, aborts, rolls back and recalls, many times. After each start the flow is what its audit says, to the last acknowledged edit, and
// all that was ever answered came from a whole revision.
func TestKillWhileSteering(t *testing.T) {
	t.Parallel()
	rounds := 15
	if testing.Short() {
		rounds = 3
	}
	data, operator := t.TempDir(), newOperatorKey()
	env := []string{"DURWARD_OPERATOR_KEY=" + operator}
	s := &steering{random: rand.New(rand.NewPCG(5, 8)), edits: map[string]int{}, live: 1, seen: map[int]string{}}
	for round := range rounds + 1 {
		p := start(t, true, env, "serve", "--listen", "127.0.0.1:0", "--data", data)
		server := client.New(p.await(`msg=ready url=(\S+)`)[1], operator, client.Options{})
		tenant := server.Tenant("acme")
		if round == 0 {
			prepareSteering(t, server)
		}
		s.check(t, tenant)
		if round == rounds {
			require.Equal(t, exitOK, p.end(syscall.SIGTERM))
			break
		}
		s.steerUntilKilled(t, p, tenant, int64(10+s.random.IntN(80)))
	}
	for _, edit := range []string{"flow.saved", "rollout.started", "rollout.promoted", "rollout.aborted", "flow.rolled_back", "flow.revision_recalled"} {
		require.NotZero(t, s.edits[edit], edit)
	}
	require.Greater(t, len(s.seen), 1)
}

func prepareSteering(t *testing.T, server *client.Client) {
	t.Helper()
	ctx := t.Context()
	_, err := server.CreateTenant(ctx, api.NewTenant{ID: "acme"})
	require.NoError(t, err)
	tenant := server.Tenant("acme")
	_, err = tenant.CreateAction(ctx, api.NewAction{Slug: "mark", Source: api.Source{
		Files:    map[string]string{"action.js": `export function execute(input) { return { kind: "continue", state: { mark: input.config.mark } }; }`},
		Triggers: []string{"login.after"}, ConfigSchema: json.RawMessage(`{"type": "object", "properties": {"mark": {"type": "string"}}}`),
	}})
	require.NoError(t, err)
	_, err = tenant.Publish(ctx, "mark", api.Publication{Number: "1.0.0"})
	require.NoError(t, err)
	_, err = tenant.CreateFlow(ctx, api.NewFlow{Slug: "login", Kind: "login", Slots: marked("first")})
	require.NoError(t, err)
}

func marked(mark string) map[string]api.Slot {
	return map[string]api.Slot{"after": {Default: []api.Attachment{{ID: "mark", Action: "mark", Version: "1.0.0", Config: json.RawMessage(`{"mark":"` + mark + `"}`)}}}}
}

func (s *steering) steerUntilKilled(t *testing.T, p *process, tenant *client.Tenant, writes int64) {
	t.Helper()
	s.writes.Store(0)
	var running sync.WaitGroup
	failed := make(chan error, 2)
	repeat := func(do func() error) {
		running.Go(func() {
			for {
				if err := do(); err != nil {
					failed <- err
					return
				}
				if s.writes.Add(1) == writes {
					_ = p.cmd.Process.Kill()
				}
			}
		})
	}
	ctx := t.Context()
	repeat(func() error { return s.steer(ctx, tenant) })
	repeat(func() error { return s.call(ctx, tenant) })
	running.Wait()
	close(failed)
	for err := range failed {
		var unreachable *client.UnreachableError
		require.True(t, errors.As(err, &unreachable), "%v", err)
	}
	p.end(syscall.SIGKILL)
}

// steer makes one edit that the flow's state allows.
func (s *steering) steer(ctx context.Context, tenant *client.Tenant) error {
	f, err := tenant.Flow(ctx, "login")
	if err != nil {
		return err
	}
	mark := fmt.Sprintf("%d after %d", s.random.Uint32(), f.Revision)
	switch choice := s.random.IntN(4); {
	case f.Candidate != 0 && choice < 2:
		_, err = tenant.Promote(ctx, "login", true)
		return s.acknowledge("rollout.promoted", f.Candidate, err)
	case f.Candidate != 0:
		_, err = tenant.AbortRollout(ctx, "login", api.Abortion{Recall: choice == 2})
		if choice == 2 && err == nil {
			s.edits["flow.revision_recalled"]++
		}
		return s.acknowledge("rollout.aborted", f.Revision, err)
	case choice == 0:
		r, err := tenant.SaveFlow(ctx, "login", api.FlowChange{Base: f.Revision, Slots: marked(mark)})
		return s.acknowledge("flow.saved", r.Number, err)
	case choice == 1 && f.Revision > 1:
		f, err = tenant.RollBack(ctx, "login", api.RollBack{To: 1})
		return s.acknowledge("flow.rolled_back", f.Revision, err)
	default:
		plan := api.RolloutPlan{Steps: []api.RolloutStep{{Percent: 50}}}
		_, err = tenant.StartRollout(ctx, "login", api.NewRollout{Base: f.Revision, Slots: marked(mark), RolloutPlan: plan})
		return s.acknowledge("rollout.started", f.Revision, err)
	}
}

func (s *steering) acknowledge(edit string, live int, err error) error {
	if err == nil {
		s.edits[edit]++
		s.live = live
	}
	return err
}

// call calls the flow, for another user each time, and notes what it was answered with.
func (s *steering) call(ctx context.Context, tenant *client.Tenant) error {
	answer, err := tenant.Execute(ctx, client.Execution{Flow: "login", Slot: "after", Call: killCall(fmt.Sprint("u", s.writes.Load()))})
	if err != nil {
		return err
	}
	var state struct{ Mark string }
	if err := json.Unmarshal(answer.State, &state); err != nil {
		return err
	}
	if before, known := s.seen[answer.Flow.Revision]; known && before != state.Mark {
		return fmt.Errorf("revision %d answered %q, and before %q", answer.Flow.Revision, state.Mark, before)
	}
	s.seen[answer.Flow.Revision] = state.Mark
	return nil
}

// told is what the events of a flow tell.
type told struct {
	edits           map[string]int
	live, candidate int
	saved, recalled map[int]bool
}

func tellFlow(t *testing.T, tenant *client.Tenant) told {
	t.Helper()
	var events []api.Event
	for e, err := range client.All(t.Context(), tenant.Edits(client.EditFilter{Flow: "login"})) {
		require.NoError(t, err)
		events = append(events, e)
	}
	s := told{edits: map[string]int{}, saved: map[int]bool{}, recalled: map[int]bool{}}
	for i := len(events) - 1; i >= 0; i-- { // the oldest first
		e := &events[i]
		s.edits[e.Type]++
		switch e.Type {
		case "flow.created", "flow.saved", "flow.rolled_back":
			s.live, s.saved[e.Revision] = e.Revision, true
		case "rollout.started":
			s.candidate, s.saved[e.Revision] = e.Revision, true
		case "rollout.promoted":
			s.live, s.candidate = s.candidate, 0
		case "rollout.aborted":
			s.candidate = 0
		case "flow.revision_recalled":
			s.recalled[e.Revision] = true
		}
	}
	return s
}

// check compares the flow with its events, and those with what was acknowledged.
func (s *steering) check(t *testing.T, tenant *client.Tenant) {
	t.Helper()
	events := tellFlow(t, tenant)
	more := 0
	for edit, acknowledged := range s.edits {
		require.GreaterOrEqual(t, events.edits[edit], acknowledged, "%s", edit)
		more += events.edits[edit] - acknowledged
	}
	f, err := tenant.Flow(t.Context(), "login")
	require.NoError(t, err)
	require.Equal(t, events.live, f.Revision)
	require.Equal(t, events.candidate, f.Candidate)
	if more == 0 {
		require.Equal(t, s.live, f.Revision, "the last edit was acknowledged")
	}
	there := 0
	for r, err := range client.All(t.Context(), tenant.Revisions("login")) {
		require.NoError(t, err)
		there++
		require.True(t, events.saved[r.Number], "revision %d has its event", r.Number)
		require.Equal(t, events.recalled[r.Number], r.Recall != nil, "the recall of revision %d", r.Number)
		if mark, called := s.seen[r.Number]; called {
			require.JSONEq(t, `{"mark":"`+mark+`"}`, string(r.Slots["after"].Default[0].Config), "what revision %d answered", r.Number)
		}
		delete(events.saved, r.Number)
	}
	require.Empty(t, events.saved, "each event has its revision")
	for revision := range s.seen {
		require.LessOrEqual(t, revision, there, "a revision that has answered is there")
	}
	s.edits = events.edits
	require.NoError(t, s.call(t.Context(), tenant), "what is live runs")
}
