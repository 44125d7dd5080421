package rollout_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/versions/rollout"
)

var (
	usual = figures{errors: 0.002, blocks: 0.03, took: 40 * time.Millisecond}

	guards = []rollout.Guard{
		{Metric: rollout.ErrorRate, Max: 0.02}, {Metric: rollout.BlockRate, MaxRatio: 1.5}, {Metric: rollout.P95, MaxRatio: 1.5}, {Metric: rollout.P95, Max: 500},
		{Metric: rollout.BlockRate, Max: 0.1},
	}
	steps = []rollout.Step{
		{Percent: 1, Seconds: 600, MinRuns: 200}, {Percent: 10, Seconds: 600, MinRuns: 200}, {Percent: 50, Seconds: 600, MinRuns: 200}, {Percent: 100, Seconds: 600, MinRuns: 200},
	}
)

// What keeps to its bounds, also just at them, is rolled back less often than promised; what is far from them never.
func TestFalseAlarms(t *testing.T) {
	t.Parallel()
	worst := figures{errors: 0.02, blocks: 0.045, took: 60 * time.Millisecond}
	alarms := 0
	const rollouts = 100
	for seed := range uint64(rollouts) {
		w := newWorld(t, seed, 1_000_000, rollout.Plan{Steps: steps, Guards: guards})
		for range 2500 {
			w.second(10, usual, worst)
		}
		if w.rollout.State == rollout.RolledBack {
			alarms++
		}
	}
	require.LessOrEqual(t, alarms, 4, "of %d; one is expected at most, and more than 4 have a probability of 0.4 percent then", rollouts)
}

func TestGoodCandidate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 1_000_000, rollout.Plan{Steps: steps, Guards: guards})
	for w.rollout.Active() {
		w.second(100, usual, usual)
	}
	require.Equal(t, rollout.Promoted, w.rollout.State)
	require.Less(t, w.now.Sub(began), 3*time.Hour)
}

func TestBadCandidates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		candidate figures
		want      string
	}{
		"errors":       {figures{errors: 0.2, blocks: 0.03, took: 40 * time.Millisecond}, "error_rate at most 0.02"},
		"a few errors": {figures{errors: 0.035, blocks: 0.03, took: 40 * time.Millisecond}, "error_rate at most 0.02"},
		"blocks":       {figures{errors: 0.002, blocks: 0.09, took: 40 * time.Millisecond}, "block_rate at most 1.5 times stable's"},
		"slowness":     {figures{errors: 0.002, blocks: 0.03, took: 100 * time.Millisecond}, "p95_ms at most 1.5 times stable's"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 3, 1_000_000, rollout.Plan{Steps: steps, Guards: guards})
			for w.rollout.Active() {
				w.second(100, usual, test.candidate)
			}
			require.Equal(t, rollout.RolledBack, w.rollout.State)
			b := w.rollout.Breach
			require.Equal(t, test.want, b.Guard.String())
			require.Greater(t, b.Candidate, b.Stable)
			require.Len(t, b.Runs, 5)
			require.GreaterOrEqual(t, b.CandidateCalls, int64(50))
			require.Less(t, w.rollout.Step, 3, "before all have it")
		})
	}
}

// What goes wrong after hours in which all was well is found as soon as at the beginning.
func TestLateFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5, 1_000_000, rollout.Plan{Steps: []rollout.Step{{Percent: 10}}, Guards: guards})
	for range 6 * 60 * 60 {
		w.second(20, usual, usual)
	}
	require.Equal(t, rollout.Running, w.rollout.State)
	harmed := len(w.harmed)
	for w.rollout.Active() {
		w.second(20, usual, figures{errors: 0.5, blocks: 0.03, took: 40 * time.Millisecond})
	}
	require.Less(t, len(w.harmed)-harmed, 60)
}

// A wave of attacks hits both cohorts: it is no reason to take the candidate back, whatever the bounds are, also right after the share was raised.
func TestAttackWave(t *testing.T) {
	t.Parallel()
	wave := figures{errors: 0.3, blocks: 0.7, took: 400 * time.Millisecond}
	stricter := wave
	stricter.blocks *= 1.2 // within its bound of 1.5 times
	for seed, candidate := range []figures{wave, stricter} {
		w := newWorld(t, uint64(seed), 1_000_000, rollout.Plan{Steps: []rollout.Step{{Percent: 1, Seconds: 3000}, {Percent: 50, Seconds: 100_000}, {Percent: 60}}, Guards: guards})
		for range 3060 {
			w.second(200, usual, usual)
		}
		require.Equal(t, 1, w.rollout.Step)
		for range 600 {
			w.second(1000, wave, candidate)
		}
		require.Equal(t, rollout.Running, w.rollout.State, "%+v", w.rollout.Breach)
	}
}

// One user is in one cohort with all calls, and must not be able to take a candidate back.
func TestHammeringUser(t *testing.T) {
	t.Parallel()
	for _, rate := range []float64{10, 100} {
		w := newWorld(t, 9, 1_000_000, rollout.Plan{Steps: []rollout.Step{{Percent: 10}}, Guards: guards})
		attacker := 0
		for w.rollout.Salt.Place(rollout.SubjectOf(fmt.Sprint("user-", attacker), "", "", "")).Cohort(10) != rollout.Candidate {
			attacker++
		}
		for range 7200 {
			for range 50 {
				w.signIn(attacker, usual, figures{blocks: 1})
			}
			w.second(rate, usual, usual)
		}
		require.Equal(t, rollout.Running, w.rollout.State, "%+v", w.rollout.Breach)
		require.Greater(t, w.totals.Candidate.Left, int64(300_000))
	}
}

// Little traffic decides nothing: neither three bad calls nor three good ones.
func TestLowTraffic(t *testing.T) {
	t.Parallel()
	for name, candidate := range map[string]figures{"all wrong": {errors: 1}, "all well": {}} {
		w := newWorld(t, 11, 1000, rollout.Plan{Steps: []rollout.Step{{Percent: 50, Seconds: 10}, {Percent: 100}}, Guards: guards})
		for w.totals.Candidate.Calls < 49 {
			w.second(0.5, figures{}, candidate)
			require.Equal(t, rollout.Running, w.rollout.State, name)
			require.Zero(t, w.rollout.Step, name)
			for _, v := range w.rollout.Judge(&w.totals) {
				require.Equal(t, rollout.Waiting, v.Standing, name)
			}
		}
	}
}

// Where the candidate has everybody there is nobody to compare with, and the absolute bounds hold alone.
func TestBadForEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 13, 1_000_000, rollout.Plan{Steps: []rollout.Step{{Percent: 100, Seconds: 600}}, Guards: guards})
	for w.rollout.Active() {
		w.second(10, usual, figures{errors: 0.3})
	}
	require.Equal(t, rollout.RolledBack, w.rollout.State)
	require.Less(t, len(w.harmed), 60)
}

// However the calls are spread over nodes, the figures are the same, and what is known of a rollout does not reach into the next one.
func TestNodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 17, 1000, rollout.Plan{Steps: []rollout.Step{{Percent: 50}}, Guards: guards})
	var nodes [3]rollout.Counter
	var one rollout.Counter
	for i := range 900 {
		call := w.draw(figures{errors: 0.5, blocks: 0.2, took: time.Second})
		call.Cohort, call.Place, call.Run = rollout.Cohort(1+i%2), rollout.Place(i), fmt.Sprint(i)
		nodes[i%3].Count(&call, began)
		one.Count(&call, began)
	}
	var all, single rollout.Totals
	for i := range nodes {
		d := nodes[i].Take()
		if i == 1 { // storing it did not work the first time
			nodes[i].Return(d)
			d = nodes[i].Take()
		}
		all.Add(&w.rollout, &d)
	}
	d := one.Take()
	single.Add(&w.rollout, &d)
	require.Equal(t, single.Stable, all.Stable)
	require.Equal(t, single.Candidate, all.Candidate)
	require.Equal(t, int64(450), all.Candidate.Calls)
	d = one.Take()
	require.True(t, d.Empty())

	next := rollout.Start(2, 3, 5, w.rollout.Plan, began)
	all.Add(&next, &d)
	require.Equal(t, 2, all.Rollout)
	require.Zero(t, all.Candidate.Calls)
}
