package rollout_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/versions/rollout"
)

func TestPlansThatAreRefused(t *testing.T) {
	t.Parallel()
	good := rollout.Plan{Steps: []rollout.Step{{Percent: 0}, {Percent: 1, Seconds: 60, MinRuns: 10}, {Percent: 100}}, Guards: []rollout.Guard{{Metric: rollout.ErrorRate, Max: 0.02}, {Metric: rollout.P95, MaxRatio: 1.5}}}
	require.NoError(t, good.Check())
	for name, test := range map[string]struct {
		change func(*rollout.Plan)
		want   string
	}{
		"no steps":           {func(p *rollout.Plan) { p.Steps = nil }, "/steps: a rollout has 1 to 20 steps"},
		"many steps":         {func(p *rollout.Plan) { p.Steps = make([]rollout.Step, 21) }, "/steps: "},
		"a share over all":   {func(p *rollout.Plan) { p.Steps[2].Percent = 100.1 }, "/steps/2/percent: it must be from 0 to 100"},
		"a share below none": {func(p *rollout.Plan) { p.Steps[0].Percent = -1 }, "/steps/0/percent: "},
		"no share":           {func(p *rollout.Plan) { p.Steps[2].Percent = math.NaN() }, "/steps/2/percent: "},
		"a smaller share":    {func(p *rollout.Plan) { p.Steps[2].Percent = 0.5 }, "/steps/2/percent: it must be more than that of the step before"},
		"the same share":     {func(p *rollout.Plan) { p.Steps[2].Percent = 1 }, "/steps/2/percent: "},
		"negative time":      {func(p *rollout.Plan) { p.Steps[1].Seconds = -1 }, "/steps/1/duration_seconds: "},
		"years":              {func(p *rollout.Plan) { p.Steps[1].Seconds = math.MaxInt }, "/steps/1/duration_seconds: "},
		"negative runs":      {func(p *rollout.Plan) { p.Steps[1].MinRuns = -1 }, "/steps/1/min_runs: "},
		"runs of nobody":     {func(p *rollout.Plan) { p.Steps[0].MinRuns = 1 }, "/steps/0/min_runs: a step of 0 percent has no runs that count"},
		"an unknown metric":  {func(p *rollout.Plan) { p.Guards[0].Metric = "p99" }, "/guards/0/metric: the metrics are "},
		"no bound":           {func(p *rollout.Plan) { p.Guards[0].Max = 0 }, "/guards/0: a guard has either max or max_ratio"},
		"two bounds":         {func(p *rollout.Plan) { p.Guards[0].MaxRatio = 2 }, "/guards/0: "},
		"percent for a part": {func(p *rollout.Plan) { p.Guards[0].Max = 2 }, "/guards/0/max: it is a part of the calls"},
		"not a number":       {func(p *rollout.Plan) { p.Guards[0].Max = math.NaN() }, "/guards/0/max: "},
		"better than stable": {func(p *rollout.Plan) { p.Guards[1].MaxRatio = 0.5 }, "/guards/1/max_ratio: "},
		"no time at all":     {func(p *rollout.Plan) { p.Guards[1] = rollout.Guard{Metric: rollout.P95, Max: 0.001} }, "/guards/1/max: "},
		"many guards":        {func(p *rollout.Plan) { p.Guards = slices.Repeat(p.Guards[:1], 11) }, "/guards: "},
		"a negative sample":  {func(p *rollout.Plan) { p.MinSample = -1 }, "/min_sample: "},
	} {
		p := rollout.Plan{Steps: slices.Clone(good.Steps), Guards: slices.Clone(good.Guards)}
		test.change(&p)
		var errs catalog.InvalidErrors
		require.ErrorAs(t, p.Check(), &errs, name)
		require.True(t, strings.HasPrefix(errs[0].Error(), test.want), "%s: %v", name, errs)
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	at := func(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }
	r := rollout.Start(1, 3, 4, rollout.Plan{Steps: []rollout.Step{{Percent: 5, Seconds: 60}, {Percent: 50, MinRuns: 3}, {Percent: 100}}}, began)
	var totals rollout.Totals
	require.Equal(t, 5.0, r.Percent())
	require.False(t, r.Due(&totals, at(59)))
	require.True(t, r.Due(&totals, at(60)))

	paused, err := r.Pause("lunch", at(30))
	require.NoError(t, err)
	require.Equal(t, 5.0, paused.Percent(), "nobody is moved")
	require.False(t, paused.Due(&totals, at(1000)))
	_, err = paused.Pause("", at(31))
	require.ErrorIs(t, err, rollout.ErrState)
	r, err = paused.Resume(at(1000))
	require.NoError(t, err)
	require.False(t, r.Due(&totals, at(1029)), "the pause does not count")
	require.True(t, r.Due(&totals, at(1030)))
	_, err = r.Resume(at(1031))
	require.ErrorIs(t, err, rollout.ErrState)

	r, err = r.Advance(10, at(1030))
	require.NoError(t, err)
	require.Equal(t, 50.0, r.Percent())
	totals.Candidate.Runs = 12
	require.False(t, r.Due(&totals, at(5000)), "runs of the step before do not count")
	totals.Candidate.Runs = 13
	require.True(t, r.Due(&totals, at(1030)))
	r, err = r.Advance(13, at(1031))
	require.NoError(t, err)
	require.False(t, r.Due(&totals, at(1e6)), "a step without time and runs waits for somebody")

	text, err := json.Marshal(r)
	require.NoError(t, err)
	var back rollout.Rollout
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, r, back)

	for state, percent := range map[rollout.State]float64{rollout.Aborted: 0, rollout.RolledBack: 0, rollout.Promoted: 100} {
		ended, err := r.End(state, "why", at(2000))
		require.NoError(t, err)
		require.False(t, ended.Active())
		require.Equal(t, percent, ended.Percent())
		_, err = ended.Advance(0, at(2001))
		require.ErrorIs(t, err, rollout.ErrState)
		_, err = ended.End(rollout.Aborted, "", at(2001))
		require.ErrorIs(t, err, rollout.ErrState)
	}
	r, err = r.Advance(13, at(2000))
	require.NoError(t, err)
	require.Equal(t, rollout.Promoted, r.State)
}
