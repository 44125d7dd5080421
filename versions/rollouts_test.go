package versions_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/versions/rollout"
)

func after(actions ...catalog.ActionSlug) slots { return slots{"after": {Default: attach(actions...)}} }

var twoSteps = rollout.Plan{Steps: []rollout.Step{{Percent: 50, Seconds: 60}, {Percent: 100, Seconds: 60}}}

// start saves b as the candidate of a flow that has a.
func start(t testing.TB, f *versions.Flows, plan rollout.Plan) versions.Flow {
	t.Helper()
	flow, _, err := f.StartRollout(t.Context(), alice, login, versions.NewRollout{Base: 1, Slots: after("b"), Message: "b is better", Plan: plan})
	require.NoError(t, err)
	return flow
}

func eventTypes(t testing.TB, s *store) []audit.EventType {
	t.Helper()
	events, _, err := s.Events(t.Context(), "acme", audit.Filter{Limit: 200, Flow: "login"})
	require.NoError(t, err)
	var types []audit.EventType
	for _, e := range events {
		types = append([]audit.EventType{e.Type}, types...)
	}
	return types
}

func TestRolloutByHand(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	newFlow(t, flows, "acme", after("a"))
	live := versions.NewLive(t.Context(), s)
	flow := start(t, flows, twoSteps)
	require.Equal(t, []int{1, 2, 1, 1, 2}, []int{flow.Revision, flow.Latest, flow.Rollout.Number, flow.Rollout.Stable, flow.Rollout.Candidate})

	users := map[rollout.Cohort]int{}
	current, err := live.Current(t.Context(), login)
	require.NoError(t, err)
	for i := range 1000 {
		cohort, revision := current.Cohort(rollout.SubjectOf(fmt.Sprint(i), "", "", ""))
		users[cohort]++
		require.Equal(t, map[rollout.Cohort]string{rollout.Stable: "a@1.0.0 ", rollout.Candidate: "b@1.0.0 "}[cohort], names(revision.Chain("after", "").Steps))
	}
	require.InDelta(t, 500, users[rollout.Candidate], 80)

	_, _, err = flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: 1, Slots: after("c")})
	require.ErrorIs(t, err, versions.ErrRolling)
	_, _, err = flows.StartRollout(t.Context(), alice, login, versions.NewRollout{Base: 1, Slots: after("c"), Plan: twoSteps})
	require.ErrorIs(t, err, versions.ErrRolling)
	_, err = flows.Pause(t.Context(), alice, login, "lunch")
	require.NoError(t, err)
	_, err = flows.Pause(t.Context(), alice, login, "")
	require.ErrorIs(t, err, rollout.ErrState)
	_, err = flows.Resume(t.Context(), alice, login)
	require.NoError(t, err)
	flow, err = flows.Promote(t.Context(), alice, login, false)
	require.NoError(t, err)
	require.Equal(t, 1, flow.Rollout.Step)
	require.Equal(t, 1, flow.Revision)
	flow, err = flows.Promote(t.Context(), alice, login, false)
	require.NoError(t, err)
	require.Equal(t, rollout.Promoted, flow.Rollout.State)
	require.Equal(t, 2, flow.Revision)
	require.Equal(t, 1, flow.Previous)
	_, err = flows.Promote(t.Context(), alice, login, false)
	require.ErrorIs(t, err, versions.ErrNoRollout)
	current, err = live.Current(t.Context(), login)
	require.NoError(t, err)
	require.Nil(t, current.Rollout)
	require.Equal(t, "b@1.0.0 ", names(current.Chain("after", "").Steps))
	save(t, flows, "acme", 2, after("c"))

	flow, _, err = flows.StartRollout(t.Context(), alice, login, versions.NewRollout{Base: 3, Candidate: 1, Plan: twoSteps})
	require.NoError(t, err)
	require.Equal(t, []int{2, 3, 1, 3}, []int{flow.Rollout.Number, flow.Rollout.Stable, flow.Rollout.Candidate, flow.Latest})
	flow, err = flows.Promote(t.Context(), alice, login, true)
	require.NoError(t, err)
	require.Equal(t, 1, flow.Revision, "all at once")
	require.Equal(t, []audit.EventType{
		audit.FlowCreated, audit.ActionAttached,
		audit.RolloutStarted, audit.ActionAttached, audit.ActionDetached, audit.RolloutPaused, audit.RolloutResumed, audit.RolloutPromoted, audit.RolloutPromoted,
		audit.FlowSaved, audit.ActionAttached, audit.ActionDetached, audit.RolloutStarted, audit.RolloutPromoted,
	}, eventTypes(t, s))
	require.Equal(t, 4, save(t, flows, "acme", 1, after("b")).Number, "numbers go on")
}

func TestRolloutsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	newFlow(t, flows, "acme", after("a"))
	for name, test := range map[string]struct {
		change func(*versions.NewRollout)
		want   string
	}{
		"no steps":              {func(n *versions.NewRollout) { n.Plan.Steps = nil }, "/steps: "},
		"no URL":                {func(n *versions.NewRollout) { n.Plan.Notify = "ftp://example.com" }, "/notify: "},
		"a long message":        {func(n *versions.NewRollout) { n.Message = strings.Repeat("x", 2001) }, "/message: "},
		"a wrong slot":          {func(n *versions.NewRollout) { n.Slots = slots{"during": {}} }, "/slots/during: "},
		"an unknown revision":   {func(n *versions.NewRollout) { n.Candidate = 9 }, "/candidate: there is no revision 9 beside the live one"},
		"the live one, as both": {func(n *versions.NewRollout) { n.Candidate = 1 }, "/candidate: "},
	} {
		n := versions.NewRollout{Base: 1, Slots: after("b"), Plan: twoSteps}
		test.change(&n)
		_, _, err := flows.StartRollout(t.Context(), alice, login, n)
		require.True(t, strings.HasPrefix(at(t, err)[0], test.want), "%s: %v", name, err)
	}
	_, _, err := flows.StartRollout(t.Context(), alice, login, versions.NewRollout{Base: 2, Slots: after("b"), Plan: twoSteps})
	require.ErrorIs(t, err, catalog.ErrConflict)
	_, err = flows.Status(t.Context(), login)
	require.ErrorIs(t, err, catalog.ErrNotFound)
	for _, change := range []func() error{
		func() error { _, err := flows.Abort(t.Context(), alice, login, "", false); return err },
		func() error { _, err := flows.Resume(t.Context(), alice, login); return err },
	} {
		require.ErrorIs(t, change(), versions.ErrNoRollout)
	}
}

func TestRollBack(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	newFlow(t, flows, "acme", after("a"))
	live := versions.NewLive(t.Context(), s)
	_, err := flows.RollBack(t.Context(), alice, login, 0, "")
	require.Equal(t, "/to: there is no revision 0 to go back to", at(t, err)[0])
	save(t, flows, "acme", 1, after("b"))
	flow, err := flows.RollBack(t.Context(), alice, login, 0, "b is broken")
	require.NoError(t, err)
	require.Equal(t, 3, flow.Revision)
	r, err := flows.Revision(t.Context(), "acme", "login", 3)
	require.NoError(t, err)
	require.Equal(t, "roll back to revision 1: b is broken", r.Message)
	current, err := live.Current(t.Context(), login)
	require.NoError(t, err)
	require.Equal(t, "a@1.0.0 ", names(current.Chain("after", "").Steps))

	start := versions.NewRollout{Base: 3, Slots: after("c"), Plan: twoSteps}
	_, _, err = flows.StartRollout(t.Context(), alice, login, start)
	require.NoError(t, err)
	flow, err = flows.RollBack(t.Context(), alice, login, 0, "")
	require.NoError(t, err)
	require.Equal(t, rollout.Aborted, flow.Rollout.State)
	require.Equal(t, 3, flow.Revision, "stable was live all the time")
	_, _, err = flows.StartRollout(t.Context(), alice, login, start)
	require.NoError(t, err)
	flow, err = flows.RollBack(t.Context(), alice, login, 2, "")
	require.NoError(t, err)
	require.Equal(t, rollout.Aborted, flow.Rollout.State)
	require.Equal(t, 6, flow.Revision)

	_, err = flows.RecallRevision(t.Context(), alice, login, 5, "")
	require.NoError(t, err)
	_, err = flows.RollBack(t.Context(), alice, login, 5, "")
	require.Equal(t, "/to: revision 5 was recalled", at(t, err)[0])
	_, err = flows.RecallVersion(t.Context(), alice, "acme", versions.VersionRef{Action: "a", Number: "1.0.0"}, "", false)
	require.NoError(t, err)
	_, err = flows.RollBack(t.Context(), alice, login, 1, "")
	require.Equal(t, "/to: a@1.0.0, which revision 1 has, was recalled", at(t, err)[0])
}

func TestFreezes(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	newFlow(t, flows, "acme", after("a"))
	save(t, flows, "acme", 1, after("b"))
	_, err := flows.SetFreezes(t.Context(), alice, login, []versions.Freeze{{From: now, To: now}})
	require.Equal(t, "/freezes/0/to: it must be after from", at(t, err)[0])
	_, err = flows.SetFreezes(t.Context(), alice, login, make([]versions.Freeze, 51))
	require.Equal(t, "/freezes: there can be at most 50 freezes", at(t, err)[0])
	_, err = flows.SetFreezes(t.Context(), alice, login, []versions.Freeze{{From: now, To: now.Add(time.Hour), Reason: "sale"}})
	require.NoError(t, err)

	_, _, err = flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: 2, Slots: after("c")})
	require.ErrorIs(t, err, versions.ErrFrozen)
	require.ErrorContains(t, err, "the flow is frozen until 2026-11-20T10:30:00Z: sale")
	n := versions.NewRollout{Base: 2, Slots: after("c"), Plan: twoSteps}
	_, _, err = flows.StartRollout(t.Context(), alice, login, n)
	require.ErrorIs(t, err, versions.ErrFrozen)
	flow, err := flows.RollBack(t.Context(), alice, login, 1, "what takes back is allowed")
	require.NoError(t, err)
	require.Equal(t, 3, flow.Revision)

	flows.Now = func() time.Time { return now.Add(time.Hour) }
	n.Base = 3
	_, _, err = flows.StartRollout(t.Context(), alice, login, n)
	require.NoError(t, err)
	flows.Now = clock
	_, err = flows.Promote(t.Context(), alice, login, false)
	require.ErrorIs(t, err, versions.ErrFrozen)
	_, err = flows.Abort(t.Context(), alice, login, "", true)
	require.NoError(t, err)
}

func TestFreezesOfATenant(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	newFlow(t, flows, "acme", after("a"))
	require.Equal(t, "/freezes: there can be at most 50 freezes", at(t, flows.SetTenantFreezes(t.Context(), alice, "acme", make([]versions.Freeze, 51)))[0])
	_, _, err := flows.StartRollout(t.Context(), alice, login, versions.NewRollout{Base: 1, Slots: after("b"), Plan: twoSteps})
	require.NoError(t, err)
	require.NoError(t, flows.SetTenantFreezes(t.Context(), alice, "acme", []versions.Freeze{{From: now, To: now.Add(time.Hour), Reason: "sale"}}))

	_, err = flows.Promote(t.Context(), alice, login, true)
	require.ErrorContains(t, err, "all flows of the tenant are frozen until 2026-11-20T10:30:00Z: sale")
	_, _, _, err = flows.Create(t.Context(), alice, "acme", versions.NewFlow{Slug: "other", Kind: "login"})
	require.ErrorIs(t, err, versions.ErrFrozen)
	_, err = flows.RollBack(t.Context(), alice, login, 0, "what takes back is allowed")
	require.NoError(t, err)
	_, _, err = flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: 1, Slots: after("c")})
	require.ErrorIs(t, err, versions.ErrFrozen)

	other := newTenant(t, s, "other")
	newFlow(t, other, "other", after("a"))
	save(t, other, "other", 1, after("b"))
	require.NoError(t, flows.SetTenantFreezes(t.Context(), alice, "acme", nil))
	save(t, flows, "acme", 1, after("c"))
}

func TestRecall(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	newFlow(t, flows, "acme", after("a"))
	save(t, flows, "acme", 1, after("b"))
	live := versions.NewLive(t.Context(), s)
	recalled := func(number int) bool {
		r, err := live.Revision(t.Context(), login, number)
		require.NoError(t, err)
		return r.Recalled
	}
	require.False(t, recalled(1))
	_, err := flows.RecallRevision(t.Context(), alice, login, 2, "")
	require.ErrorIs(t, err, versions.ErrLive)
	_, err = flows.RecallVersion(t.Context(), alice, "acme", versions.VersionRef{Action: "b", Number: "1.0.0"}, "", false)
	require.ErrorIs(t, err, versions.ErrLive)
	require.EqualError(t, err, "revision 2, which is live in flow login, has b@1.0.0")
	r, err := flows.RecallRevision(t.Context(), alice, login, 1, "it leaks")
	require.NoError(t, err)
	require.Equal(t, &versions.Recall{At: now, By: alice, Reason: "it leaks"}, r.Recall)
	require.True(t, recalled(1), "at once")
	_, err = flows.RecallRevision(t.Context(), alice, login, 9, "")
	require.ErrorIs(t, err, catalog.ErrNotFound)

	save(t, flows, "acme", 2, after("c"))
	require.False(t, recalled(2))
	flow, _, err := flows.StartRollout(t.Context(), alice, login, versions.NewRollout{Base: 3, Candidate: 2, Plan: twoSteps})
	require.NoError(t, err)
	require.True(t, flow.Rolling())
	_, err = flows.RecallVersion(t.Context(), alice, "acme", versions.VersionRef{Action: "b", Number: "1.0.0"}, "it leaks too", false)
	require.NoError(t, err)
	flow, err = flows.Flow(t.Context(), "acme", "login")
	require.NoError(t, err)
	require.Equal(t, rollout.Aborted, flow.Rollout.State, "the candidate has it")
	require.True(t, recalled(2))
	require.False(t, recalled(3))
	_, _, err = flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: 3, Slots: after("b")})
	require.Equal(t, "/slots/after/default/0/version: b@1.0.0 was recalled", at(t, err)[0])
}

// Everybody who asks sees one of the states that were stored, whole, and after a change has returned no state from before it.
func TestRolloutHammer(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	newFlow(t, flows, "acme", after("a"))
	live := versions.NewLive(t.Context(), s)
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for ctx.Err() == nil {
				c, err := live.Current(context.Background(), login)
				if err != nil {
					t.Error(err)
					return
				}
				cohort, revision := c.Cohort(rollout.SubjectOf(fmt.Sprint(i), "", "", ""))
				if (c.Rollout == nil) != (cohort == rollout.None) || len(revision.Chain("after", "").Steps) != 1 {
					t.Errorf("cohort %v of %+v", cohort, c.Rollout)
				}
			}
		})
	}
	for range 3 { // conflicting editors
		all.Go(func() {
			for range 15 {
				_, _, _ = flows.StartRollout(context.Background(), alice, login, versions.NewRollout{Base: 1, Slots: after("b"), Plan: twoSteps})
				_, _ = flows.Abort(context.Background(), alice, login, "", false)
			}
		})
	}
	for n := range 15 {
		flow, err := flows.Flow(t.Context(), "acme", "login")
		require.NoError(t, err)
		if flow.Rolling() {
			_, _ = flows.Pause(t.Context(), alice, login, fmt.Sprint(n))
		}
	}
	time.AfterFunc(300*time.Millisecond, stop)
	all.Wait()
	require.NoError(t, s.VerifyEvents(t.Context(), "acme"))
	flow, err := flows.Flow(t.Context(), "acme", "login")
	require.NoError(t, err)
	list, err := flows.Revisions(t.Context(), "acme", "login", catalog.Page{Limit: 200})
	require.NoError(t, err)
	require.Len(t, list.Items, flow.Latest, "every revision that was numbered is there")
}
