package versions_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/versions"
	"github.com/durward/durward/versions/rollout"
)

// rollOut serves "old" and rolls out "new" to a share of the users.
func rollOut(t testing.TB, x *server, s *store, percent float64) {
	t.Helper()
	serve(t, x, s, "old")
	_, _, err := x.flows.StartRollout(t.Context(), alice, login, versions.NewRollout{Base: 1, Slots: saying("new"), Plan: rollout.Plan{
		Steps: []rollout.Step{{Percent: percent}, {Percent: 100}}, Guards: []rollout.Guard{{Metric: rollout.ErrorRate, Max: 0.5}},
	}})
	require.NoError(t, err)
}

// A run has the revision of its cohort to its end, whatever becomes of the rollout meanwhile; only a recall ends that.
func TestRunsOfARollout(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	x := newServer(t, s)
	rollOut(t, x, s, 50)
	runs := map[rollout.Cohort]versions.Response{}
	for i := range 40 {
		user := fmt.Sprint("u", i)
		first, said := execute(t, x, request("", user))
		again, _ := execute(t, x, request("", user))
		require.Equal(t, first.Cohort, again.Cohort, "users stay in their cohort")
		require.Equal(t, map[rollout.Cohort]string{rollout.Stable: "old", rollout.Candidate: "new"}[first.Cohort], said.Word)
		runs[first.Cohort] = first
	}
	require.Len(t, runs, 2)
	for _, record := range x.recorder.records {
		require.Contains(t, []string{"stable", "candidate"}, record.Cohort)
	}

	_, err := x.flows.Abort(t.Context(), alice, login, "", false)
	require.NoError(t, err)
	kept, said := execute(t, x, request(runs[rollout.Candidate].Run, "u"))
	require.Equal(t, "new", said.Word)
	require.Equal(t, rollout.Candidate, kept.Cohort)
	require.Zero(t, kept.Recalled)

	_, err = x.flows.RecallRevision(t.Context(), alice, login, 2, "")
	require.NoError(t, err)
	moved, said := execute(t, x, request(kept.Run, "u"))
	require.Equal(t, "old", said.Word)
	require.Equal(t, []int{1, 2}, []int{moved.Revision, moved.Recalled})
	require.Equal(t, rollout.None, moved.Cohort)
	record := x.recorder.records[len(x.recorder.records)-1]
	require.Equal(t, []int{1, 2}, []int{record.Revision, record.Recalled})
	stays, _ := execute(t, x, request(moved.Run, "u"))
	require.Equal(t, []int{1, 0}, []int{stays.Revision, stays.Recalled}, "its new token is sealed to the live one")
}

func TestFiguresOfExecutions(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	x := newServer(t, s)
	rollOut(t, x, s, 50)
	now := time.Now()
	x.Executor.Now = func() time.Time { return now } // or calls of one subject might be in two windows
	c := &versions.Conductor{Flows: x.flows, Live: x.Live, Sealer: x.Sealer}
	// First, because a place in memory that others have had calls in would count the next ones, too.
	for range 3 {
		_, err := x.Execute(t.Context(), request("", "thrower"))
		require.NoError(t, err)
	}
	for i := range 20 {
		first, _ := execute(t, x, request("", fmt.Sprint("u", i)))
		execute(t, x, request(first.Run, fmt.Sprint("u", i)))
	}
	c.Tick(t.Context())
	status, err := x.flows.Status(t.Context(), login)
	require.NoError(t, err)
	both := []rollout.Figures{status.Totals.Stable, status.Totals.Candidate}
	require.Equal(t, int64(23), both[0].Runs+both[1].Runs)
	require.Equal(t, int64(41), both[0].Calls+both[1].Calls)
	require.Equal(t, int64(1), both[0].Errors+both[1].Errors, "a subject that failed counts once")
	require.Equal(t, int64(1), both[0].Blocks+both[1].Blocks)
	require.Positive(t, both[0].Durations.Quantile(0.95))
	require.Equal(t, int64(2), both[0].Left+both[1].Left)
}

func TestAPassForcesACohort(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	x := newServer(t, s)
	rollOut(t, x, s, 0)
	pass := func(number int, cohort rollout.Cohort) string {
		return x.Sealer.SealPass(versions.Pass{FlowRef: login, Rollout: number, Cohort: cohort, Expires: time.Now().Add(time.Minute)})
	}
	q := request("", "u")
	plain, said := execute(t, x, q)
	require.Equal(t, "old", said.Word)
	require.Equal(t, rollout.Stable, plain.Cohort)
	q.Pass = pass(1, rollout.Candidate)
	forced, said := execute(t, x, q)
	require.Equal(t, "new", said.Word)
	require.Equal(t, rollout.Candidate, forced.Cohort)
	_, said = execute(t, x, request(forced.Run, "u"))
	require.Equal(t, "new", said.Word, "the run is sealed to it")
	q.Pass = pass(2, rollout.Candidate)
	_, err := x.Execute(t.Context(), q)
	require.ErrorIs(t, err, versions.ErrInvalidPass)

	(&versions.Conductor{Flows: x.flows, Live: x.Live, Sealer: x.Sealer}).Tick(t.Context())
	status, err := x.flows.Status(t.Context(), login)
	require.NoError(t, err)
	require.Zero(t, status.Totals.Candidate.Calls, "what was forced does not count")
	require.Equal(t, int64(1), status.Totals.Stable.Calls)
	_, err = x.flows.Abort(t.Context(), alice, login, "", false)
	require.NoError(t, err)
	_, err = x.Execute(t.Context(), q)
	require.ErrorIs(t, err, versions.ErrInvalidPass, "there is no rollout")
}

// Without a user it is the device or the address that is sticky.
func TestSubjectsOfCalls(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	x := newServer(t, s)
	rollOut(t, x, s, 50)
	cohorts := map[rollout.Cohort]bool{}
	for i := range 30 {
		for _, of := range []map[string]any{{"device": map[string]string{"id": fmt.Sprint("d", i)}}, {"ip": fmt.Sprint("192.0.2.", i)}} {
			body, err := json.Marshal(map[string]any{"request": of})
			require.NoError(t, err)
			q := versions.Request{Tenant: "acme", Flow: "login", Slot: "before", Body: body}
			first, err := x.Execute(t.Context(), q)
			require.NoError(t, err)
			second, err := x.Execute(t.Context(), q)
			require.NoError(t, err)
			require.Equal(t, first.Cohort, second.Cohort)
			cohorts[first.Cohort] = true
		}
	}
	require.Len(t, cohorts, 2)
}

// BenchmarkResolve goes from a call's flow and user to its steps, with 10,000 tenants of 10 flows each, a tenth of which roll something out.
func BenchmarkResolve(b *testing.B) {
	s := newManyFlows(b, 10_000, 10)
	live := versions.NewLive(b.Context(), s)
	ctx := b.Context()
	refs := s.refs()
	for _, ref := range refs {
		if _, err := live.Current(ctx, ref); err != nil {
			b.Fatal(err)
		}
	}
	reads := s.reads.Load()
	user := "9f1c2f0e-6c5e-4f39-9f6b-0d6f1d3b1a52"
	b.Run("a new run", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			c, err := live.Current(ctx, refs[i*7919%len(refs)])
			if err != nil {
				b.Fatal(err)
			}
			_, revision := c.Cohort(rollout.SubjectOf(user, "", "", ""))
			if len(revision.Chain("after", "password").Steps) != 1 {
				b.Fatal("no steps")
			}
		}
	})
	b.Run("a run that goes on", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			revision, err := live.Revision(ctx, refs[i*7919%len(refs)], 1)
			if err != nil || len(revision.Chain("after", "password").Steps) != 1 {
				b.Fatal("no steps")
			}
		}
	})
	b.Run("opening its token", func(b *testing.B) {
		sealer := newSealer(b, runKey(1, 1))
		token := sealer.Seal(versions.Run{Tenant: "tenant-1", Flow: "flow-1", Revision: 1, Started: now})
		b.ReportAllocs()
		for b.Loop() {
			if _, err := sealer.Open(token, versions.FlowRef{Tenant: "tenant-1", Flow: "flow-1"}, now); err != nil {
				b.Fatal(err)
			}
		}
	})
	if s.reads.Load() != reads {
		b.Fatal("a resolution read the store")
	}
}
