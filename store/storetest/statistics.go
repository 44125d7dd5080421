package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/audit"
)

func testStatistics(t *testing.T, s Store) {
	ctx, midnight := t.Context(), now.Truncate(24*time.Hour)
	var want audit.Figures
	for batch := range 4 {
		var records []audit.Record
		for i := range 50 { // over two days, every 20 minutes
			r := record("acme", midnight.Add(time.Duration(i*4+batch-100)*5*time.Minute+time.Minute))
			r.Flow, r.Slot, r.Revision = []string{"login", "log"}[i%2], "after", 1+i%3
			r.Outcome = []string{"continue", "block", "demand_mfa", "redirect", audit.NoAnswer}[i%5]
			r.DurationUS = int64(1000 * i)
			r.Actions[0].Action, r.Actions[0].Version = "gate", fmt.Sprintf("1.%d.0", i%2)
			if i%10 == 0 {
				r.Actions[0].Outcome, r.Actions[0].Failure = "", &audit.Failure{Kind: "thrown"}
			}
			r.Actions = append(r.Actions, audit.Executed{Action: "skipped", Version: "1.0.0", Skipped: true})
			records = append(records, r)
		}
		require.NoError(t, s.WriteRecords(ctx, fmt.Sprint("b", batch), records))
		require.NoError(t, s.WriteRecords(ctx, fmt.Sprint("b", batch), records), "a batch counts once")
		for _, tally := range flatten(audit.NewTallies(records)) {
			if tally.Series.Flow != "" {
				want.Add(&tally.Figures)
			}
		}
	}
	require.NoError(t, s.WriteRecords(ctx, "other", []audit.Record{record("acme-2", now), record("ac", now)}))

	ask := func(q audit.Question) []audit.Course {
		q.From, q.To, q.Step = midnight.AddDate(0, 0, -1), midnight.AddDate(0, 0, 1), 24*time.Hour
		courses, err := s.Statistics(ctx, "acme", q)
		require.NoError(t, err)
		return courses
	}
	flows := ask(audit.Question{By: audit.ByFlow})
	require.Len(t, flows, 2)
	require.Equal(t, audit.Series{Flow: "log"}, flows[0].Series)
	require.Equal(t, audit.Series{Flow: "login"}, flows[1].Series)
	var got audit.Figures
	for _, f := range flows {
		require.Len(t, f.Points, 2)
		require.Equal(t, midnight, f.Points[1].Time)
		for _, p := range f.Points {
			got.Add(&p.Figures)
		}
	}
	require.Equal(t, want, got)
	require.EqualValues(t, 200, got.Count)
	require.EqualValues(t, 40, got.None)
	require.EqualValues(t, 20, got.Failed)

	login := ask(audit.Question{By: audit.ByRevision, Flow: "log"})
	require.Len(t, login, 3, "and none of the flow whose name begins the same way")
	require.Equal(t, audit.Series{Flow: "log", Revision: 1}, login[0].Series)
	versions := ask(audit.Question{By: audit.ByVersion})
	require.Len(t, versions, 2, "nothing of what was skipped")
	require.Equal(t, audit.Series{Action: "gate", Version: "1.0.0"}, versions[0].Series)
	require.EqualValues(t, 20, versions[0].Total.Failed)
	require.EqualValues(t, 200, ask(audit.Question{By: audit.ByAction, Action: "gate"})[0].Total.Count)
	require.Empty(t, ask(audit.Question{By: audit.ByAction, Action: "gat"}))

	from := midnight.Add(-time.Hour)
	hour, err := s.Statistics(ctx, "acme", audit.Question{By: audit.BySlot, From: from, To: midnight, Step: audit.Interval})
	require.NoError(t, err)
	count := 0
	for _, course := range hour {
		for _, p := range course.Points {
			require.False(t, p.Time.Before(from) || !p.Time.Before(midnight))
			count += int(p.Figures.Count)
		}
	}
	require.Equal(t, 12, count)

	require.NoError(t, s.Retain(ctx, audit.Day(midnight)))
	require.Len(t, ask(audit.Question{By: audit.ByFlow})[0].Points, 1, "figures go with the records of their day")
}

func flatten(days map[string][]audit.Tally) []audit.Tally {
	var all []audit.Tally
	for _, tallies := range days {
		all = append(all, tallies...)
	}
	return all
}
