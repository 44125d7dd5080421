package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/versions/rollout"
)

func aRollout(number int) rollout.Rollout {
	return rollout.Start(number, 1, 2, rollout.Plan{
		Steps: []rollout.Step{{Percent: 0.5, Seconds: 60, MinRuns: 7}, {Percent: 100}}, Guards: []rollout.Guard{{Metric: rollout.ErrorRate, Max: 0.02}, {Metric: rollout.P95, MaxRatio: 1.5}},
		Notify: "https://example.com/hook",
	}, now)
}

func testRollouts(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	f, _ := flow(t, s, "acme", "login")
	flow(t, s, "acme", "other")
	unfinished := func() []versions.FlowRef {
		refs, err := s.Unfinished(ctx)
		require.NoError(t, err)
		return refs
	}
	require.Empty(t, unfinished())

	r := aRollout(1)
	f.Edition, f.Latest, f.Rollout, f.Freezes = 2, 2, &r, []versions.Freeze{{From: now, To: now.Add(time.Hour), Reason: "sale"}}
	require.NoError(t, s.SaveFlow(ctx, f, []versions.Revision{revision("acme", "login", 2)}, event(audit.RolloutStarted)))
	got, err := s.Flow(ctx, "acme", "login")
	require.NoError(t, err)
	require.Equal(t, f, got)
	require.Equal(t, []versions.FlowRef{{Tenant: "acme", Flow: "login"}}, unfinished())
	require.ErrorIs(t, s.SaveFlow(ctx, f, nil), catalog.ErrConflict)
	requireRevision(t, s, revision("acme", "login", 2))

	ended, err := r.End(rollout.RolledBack, "why", now)
	require.NoError(t, err)
	ended.Breach = &rollout.Breach{Verdict: rollout.Verdict{Guard: r.Plan.Guards[0], Standing: rollout.Breached, Stable: 0.001, Candidate: 0.2}, StableCalls: 9000, CandidateCalls: 60, Runs: []string{"a"}}
	f.Rollout, f.Edition = &ended, 3
	f.Notice = &versions.Notice{ID: "n", URL: r.Plan.Notify, At: now, Attempts: 1, NextAt: now.Add(time.Second), Error: "no answer"}
	require.NoError(t, s.SaveFlow(ctx, f, nil))
	require.Len(t, unfinished(), 1, "the notice waits")
	got, err = s.Flow(ctx, "acme", "login")
	require.NoError(t, err)
	require.Equal(t, f, got)

	f.Edition, f.Notice = 4, nil
	require.NoError(t, s.SaveFlow(ctx, f, nil))
	require.Empty(t, unfinished())
}

func testFigures(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	flow(t, s, "acme", "login")
	ref := versions.FlowRef{Tenant: "acme", Flow: "login"}
	none, err := s.Figures(ctx, ref)
	require.NoError(t, err)
	require.Zero(t, none)

	r := aRollout(1)
	var nodes sync.WaitGroup
	const count, each = 8, 20
	for range count {
		nodes.Go(func() {
			var c rollout.Counter
			for i := range each {
				c.Count(&rollout.Call{Cohort: rollout.Candidate, Place: rollout.Place(i), Run: "r", First: true, Failed: i%2 == 0, Took: time.Millisecond}, now)
			}
			d := c.Take()
			if _, err := s.UpdateFigures(ctx, ref, func(t *rollout.Totals) { t.Add(&r, &d) }); err != nil {
				t.Error(err)
			}
		})
	}
	nodes.Wait()
	totals, err := s.Figures(ctx, ref)
	require.NoError(t, err)
	require.Equal(t, int64(count*each), totals.Candidate.Runs)
	require.Equal(t, int64(count*each/2), totals.Candidate.Errors)
	require.Equal(t, []string{"r"}, totals.Samples[rollout.ErrorRate])
	again, err := s.UpdateFigures(ctx, ref, func(*rollout.Totals) {})
	require.NoError(t, err)
	require.Equal(t, totals, again)
}

func testTenantFreezes(t *testing.T, s Store) {
	ctx := t.Context()
	freezes := []versions.Freeze{{From: now, To: now.Add(time.Hour), Reason: "sale"}, {From: now.Add(2 * time.Hour), To: now.Add(3 * time.Hour)}}
	_, err := s.TenantFreezes(ctx, "acme")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	require.ErrorIs(t, s.SaveTenantFreezes(ctx, "acme", freezes), catalog.ErrNotFound)
	tenant(t, s, "acme")
	tenant(t, s, "other")
	require.NoError(t, s.SaveTenantFreezes(ctx, "acme", freezes, event(audit.TenantFreezesSaved)))
	got, err := s.TenantFreezes(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, freezes, got)
	got, err = s.TenantFreezes(ctx, "other")
	require.NoError(t, err)
	require.Empty(t, got)
	require.NoError(t, s.SaveTenantFreezes(ctx, "acme", nil))
	got, err = s.TenantFreezes(ctx, "acme")
	require.NoError(t, err)
	require.Empty(t, got)
	events, _, err := s.Events(ctx, "acme", audit.Filter{Type: audit.TenantFreezesSaved})
	require.NoError(t, err)
	require.Len(t, events, 1)
}

func testRecalls(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	action(t, s, "acme", pinnedAction)
	for _, number := range []string{"1.0.0", "2.0.0", "3.0.0"} {
		require.NoError(t, s.PutVersion(ctx, version("acme", pinnedAction, number)))
	}
	f, _ := flow(t, s, "acme", "login") // with 1.0.0
	flow(t, s, "acme", "other")
	recall := versions.Recall{At: now, By: alice, Reason: "leaks"}
	call := func(recall versions.Recall, numbers ...string) error {
		var list []versions.VersionRecall
		for _, number := range numbers {
			list = append(list, versions.VersionRecall{VersionRef: versions.VersionRef{Action: pinnedAction, Number: number}, Event: event(audit.VersionRecall)})
		}
		return s.RecallVersions(ctx, "acme", recall, list)
	}
	recalled := func(number string) bool {
		v, err := s.Version(ctx, "acme", pinnedAction, number)
		require.NoError(t, err)
		return v.Recall != nil
	}
	for _, missing := range []string{"9.0.0", "latest"} {
		require.ErrorIs(t, call(recall, "2.0.0", missing), catalog.ErrNotFound)
	}
	require.ErrorIs(t, call(recall, "2.0.0", "1.0.0"), catalog.ErrConflict, "it is live")
	require.False(t, recalled("2.0.0"), "all or none")

	var told []versions.FlowRef
	s.WatchFlows(ctx, func(ref versions.FlowRef) { told = append(told, ref) })
	require.NoError(t, call(recall, "2.0.0"))
	require.ElementsMatch(t, []versions.FlowRef{{Tenant: "acme", Flow: "login"}, {Tenant: "acme", Flow: "other"}}, told)
	require.NoError(t, call(versions.Recall{At: now.Add(time.Hour)}, "2.0.0"))
	v := version("acme", pinnedAction, "2.0.0")
	v.Recall = &recall
	got, err := s.Version(ctx, "acme", pinnedAction, "2.0.0")
	require.NoError(t, err)
	require.Equal(t, v, got, "the first recall counts")
	events, _, err := s.Events(ctx, "acme", audit.Filter{Type: audit.VersionRecall})
	require.NoError(t, err)
	require.Len(t, events, 1)

	testPinsOfRecalled(t, s, f, call)
}

// testPinsOfRecalled shows that no run gets what was recalled, whoever was first.
func testPinsOfRecalled(t *testing.T, s Store, f versions.Flow, recall func(versions.Recall, ...string) error) {
	ctx := t.Context()
	with := func(number int, pin string) versions.Revision {
		r := revision("acme", "login", number)
		r.Slots["after"].Default[0].Version = pin
		return r
	}
	save := func(change func(*versions.Flow), revisions ...versions.Revision) error {
		next := f
		next.Edition++
		change(&next)
		err := s.SaveFlow(ctx, next, revisions)
		if err == nil {
			f = next
		}
		return err
	}
	goLive := func(number int) func(*versions.Flow) {
		return func(f *versions.Flow) { f.Revision, f.Latest = number, number }
	}
	roll := func(f *versions.Flow) {
		r := aRollout(1)
		f.Rollout, f.Latest = &r, 2
	}
	require.ErrorIs(t, save(goLive(2), with(2, "2.0.0")), catalog.ErrConflict)
	require.ErrorIs(t, save(roll, with(2, "2.0.0")), catalog.ErrConflict)
	require.NoError(t, save(roll, with(2, "3.0.0")))
	require.ErrorIs(t, recall(versions.Recall{At: now}, "3.0.0"), catalog.ErrConflict, "the candidate has it")
	require.NoError(t, save(func(f *versions.Flow) {
		ended, err := f.Rollout.End(rollout.Aborted, "", now)
		require.NoError(t, err)
		f.Rollout = &ended
	}))
	require.NoError(t, recall(versions.Recall{At: now}, "3.0.0"))
	require.ErrorIs(t, save(goLive(2)), catalog.ErrConflict, "a revision that is stored")
	r := with(2, "3.0.0")
	r.Recall = &versions.Recall{At: now, By: alice}
	require.NoError(t, save(func(*versions.Flow) {}, r))
	requireRevision(t, s, r)
	v := version("acme", pinnedAction, "4.0.0")
	v.Modules = []versions.ModulePin{{Module: pinnedAction, Number: "2.0.0"}}
	require.ErrorIs(t, s.PutVersion(ctx, v), catalog.ErrConflict, "nor is a recalled module published again")
}
