package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/audit"
)

// allRecords reads what passes the filter, a few records at a time.
func allRecords(t *testing.T, s Store, owner string, f audit.Filter, limit int) []audit.Record {
	t.Helper()
	var all []audit.Record
	for f.Limit = limit; ; {
		records, next, err := s.Records(t.Context(), owner, f)
		require.NoError(t, err)
		require.LessOrEqual(t, len(records), limit)
		all = append(all, records...)
		if f.After = next; next == "" {
			return all
		}
		require.Len(t, records, limit, "only the last page may be short")
	}
}

func ids(records []audit.Record) []string {
	all := make([]string, len(records))
	for i := range records {
		all[i] = records[i].ID
	}
	return all
}

// requireSame is require.Equal for long lists: it shows the first difference only.
func requireSame(t *testing.T, want, got []string, format string, args ...any) {
	t.Helper()
	what := fmt.Sprintf(format, args...)
	for i := range min(len(want), len(got)) {
		require.Equal(t, want[i], got[i], "%s: entry %d", what, i)
	}
	require.Equal(t, len(want), len(got), what)
}

func testRecords(t *testing.T, s Store) {
	none, next, err := s.Records(t.Context(), "acme", audit.Filter{})
	require.NoError(t, err)
	require.Empty(t, none)
	require.Empty(t, next)
	require.NoError(t, s.WriteRecords(t.Context(), "nothing", nil))

	r := record("acme", now)
	r.Code, r.Reason = "blocked", "because"
	r.Actions = append(r.Actions, audit.Executed{
		Attachment: "a2", Action: "other", Version: "2.0.0", Policy: "block", LogsDropped: 4,
		Failure: &audit.Failure{Kind: "thrown", Message: "Error: x", File: "action.ts", Line: 3, Column: 7},
	})
	require.NoError(t, s.WriteRecords(t.Context(), "b1", []audit.Record{r}))
	got, next, err := s.Records(t.Context(), "acme", audit.Filter{})
	require.NoError(t, err)
	require.Empty(t, next)
	require.Equal(t, []audit.Record{r}, got)
}

func testRecordFilter(t *testing.T, s Store) {
	var written []audit.Record
	for i := range 60 {
		r := record("acme", now.Add(time.Duration(i-30)*time.Hour))
		r.Flow = []string{"login", "token", "registration"}[i%3]
		r.Outcome = []string{"continue", "block"}[i%2]
		r.User, r.Request, r.Run = fmt.Sprintf("u%d", i%7), fmt.Sprintf("q%d", i), fmt.Sprintf("run%d", i/2)
		r.Actions[0].Action = fmt.Sprintf("action-%d", i%5)
		if i%10 == 0 {
			r.Actions[0].Failure = &audit.Failure{Kind: "timeout"}
		}
		written = append(written, r)
	}
	for i := range 6 { // six blocks of mixed records, and then some
		require.NoError(t, s.WriteRecords(t.Context(), fmt.Sprint("b", i), written[i*10:i*10+10]))
	}
	slices.Reverse(written)
	for name, f := range map[string]audit.Filter{
		"all":                     {},
		"by flow":                 {Flow: "token"},
		"by action":               {Action: "action-3"},
		"by outcome":              {Outcome: "block"},
		"failed":                  {Outcome: "failed"},
		"by user":                 {User: "u3"},
		"by request":              {Request: "q17"},
		"by run":                  {Run: "run8"},
		"from":                    {From: now},
		"to":                      {To: now},
		"times":                   {From: now.Add(-3 * time.Hour), To: now.Add(2 * time.Hour)},
		"times, no hit":           {From: now.Add(time.Minute), To: now.Add(time.Hour)},
		"days":                    {From: now.Truncate(24 * time.Hour), To: now.Truncate(24 * time.Hour).Add(24 * time.Hour)},
		"backwards":               {From: now, To: now.Add(-time.Hour)},
		"everything":              {Flow: "login", Action: "action-0", Outcome: "block", User: "u1", From: now.Add(-29 * time.Hour)},
		"unknown":                 {Flow: "nothing"},
		"before all times":        {To: time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC)},
		"after all times":         {From: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)},
		"type is not for records": {Type: audit.FlowSaved},
	} {
		want := []string{}
		for i := range written {
			if f.Matches(&written[i]) {
				want = append(want, written[i].ID)
			}
		}
		for _, limit := range []int{1, 3, 200} {
			requireSame(t, want, ids(allRecords(t, s, "acme", f, limit)), "%s, %d at a time", name, limit)
		}
	}
}

// testRecordPaging writes batches whose times overlap in every way, with many equal times.
func testRecordPaging(t *testing.T, s Store) {
	random := rand.New(rand.NewPCG(1, 2))
	midnight := now.Truncate(24 * time.Hour)
	var written []audit.Record
	for batch := range 40 {
		var records []audit.Record
		for range 1 + random.IntN(30) {
			at := midnight.Add(time.Duration(random.IntN(600)-300) * time.Second)
			if batch%4 == 0 {
				at = midnight.Add(time.Duration(random.IntN(3)) * time.Second)
			}
			records = append(records, record("acme", at), record("noise", at))
		}
		require.NoError(t, s.WriteRecords(t.Context(), fmt.Sprint(batch), records))
		for _, r := range records {
			if r.Tenant == "acme" {
				written = append(written, r)
			}
		}
	}
	slices.SortFunc(written, func(a, b audit.Record) int {
		if c := b.Time.Compare(a.Time); c != 0 {
			return c
		}
		return strings.Compare(b.ID, a.ID)
	})
	for _, limit := range []int{1, 7, 50, 200} {
		requireSame(t, ids(written), ids(allRecords(t, s, "acme", audit.Filter{}, limit)), "%d at a time", limit)
	}
	first, _, err := s.Records(t.Context(), "acme", audit.Filter{})
	require.NoError(t, err)
	require.Len(t, first, 50, "the default")
	most, _, err := s.Records(t.Context(), "acme", audit.Filter{Limit: 10000})
	require.NoError(t, err)
	require.Len(t, most, 200, "the limit")
}

func testRecordStability(t *testing.T, s Store) {
	write := func(batch string, from time.Time) {
		var records []audit.Record
		for i := range 20 {
			records = append(records, record("acme", from.Add(time.Duration(i)*time.Second)))
		}
		require.NoError(t, s.WriteRecords(t.Context(), batch, records))
	}
	write("old", now)
	before := allRecords(t, s, "acme", audit.Filter{}, 200)
	page, cursor, err := s.Records(t.Context(), "acme", audit.Filter{Limit: 8})
	require.NoError(t, err)
	write("new", now.Add(time.Minute))
	write("tomorrow", now.Add(24*time.Hour))
	rest := allRecords(t, s, "acme", audit.Filter{After: cursor}, 5)
	requireSame(t, ids(before), ids(append(page, rest...)), "over a page")
}

func testRecordBatches(t *testing.T, s Store) {
	ctx := t.Context()
	records := []audit.Record{record("acme", now), record("acme", now.Add(24*time.Hour)), record("other", now)}
	for range 3 {
		require.NoError(t, s.WriteRecords(ctx, "batch-1", records))
	}
	require.Len(t, allRecords(t, s, "acme", audit.Filter{}, 10), 2)
	require.Len(t, allRecords(t, s, "other", audit.Filter{}, 10), 1)
	require.NoError(t, s.WriteRecords(ctx, "batch-2", []audit.Record{record("acme", now)}))
	require.Len(t, allRecords(t, s, "acme", audit.Filter{}, 10), 3)
	require.Error(t, s.WriteRecords(ctx, "", records), "a batch needs an id")
}

func testRetention(t *testing.T, s Store) {
	ctx := t.Context()
	midnight := now.Truncate(24 * time.Hour)
	for i, at := range []time.Time{midnight.Add(-24 * time.Hour), midnight.Add(-1), midnight, midnight.Add(time.Hour), midnight.Add(24 * time.Hour)} {
		require.NoError(t, s.WriteRecords(ctx, fmt.Sprint(i), []audit.Record{record("acme", at)}))
	}
	late := record("acme", midnight.Add(-time.Hour))
	require.NoError(t, s.WriteRecords(ctx, "late", []audit.Record{late, record("acme", midnight.Add(2*time.Hour))}))
	require.Len(t, allRecords(t, s, "acme", audit.Filter{}, 10), 7)
	require.Contains(t, ids(allRecords(t, s, "acme", audit.Filter{To: midnight}, 10)), late.ID)

	require.NoError(t, s.Retain(ctx, "2026-01-01"))
	require.Len(t, allRecords(t, s, "acme", audit.Filter{}, 10), 7)
	require.NoError(t, s.Retain(ctx, "2026-11-20"))
	require.Len(t, allRecords(t, s, "acme", audit.Filter{}, 10), 4)
	require.NoError(t, s.Retain(ctx, "2026-11-20"))
	require.NoError(t, s.Retain(ctx, "2027-01-01"))
	require.Empty(t, allRecords(t, s, "acme", audit.Filter{}, 10))
	for _, bad := range []string{"", "yesterday", "2026-1-1", "2026-11-31", "../../etc"} {
		require.Error(t, s.Retain(ctx, bad), bad)
	}
	require.NoError(t, s.WriteRecords(ctx, "again", []audit.Record{record("acme", now)}), "a day that was removed can begin again")
	require.Len(t, allRecords(t, s, "acme", audit.Filter{}, 10), 1)
}

func testOddRecords(t *testing.T, s Store) {
	ctx := t.Context()
	odd := record("acme", now.In(time.FixedZone("", 5*3600)))
	odd.User = "bad \xff\xfe utf-8 \u2028 \x00"
	odd.Actions[0].Logs[0].Message = strings.Repeat("long\n", 100_000)
	require.NoError(t, s.WriteRecords(ctx, "odd", []audit.Record{odd}))
	got := allRecords(t, s, "acme", audit.Filter{}, 10)
	require.Len(t, got, 1)
	require.True(t, odd.Time.Equal(got[0].Time))
	require.Equal(t, odd.Actions, got[0].Actions)
	require.Equal(t, "bad \ufffd\ufffd utf-8 \u2028 \x00", got[0].User)

	require.Error(t, s.WriteRecords(ctx, "no time", []audit.Record{record("acme", time.Time{})}))
	require.Error(t, s.WriteRecords(ctx, "no tenant", []audit.Record{record("", now)}))
}
