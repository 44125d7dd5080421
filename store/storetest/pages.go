package storetest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions"
)

// testPageBytes walks through lists whose entries are so large that a page ends by its bytes.
func testPageBytes(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	flow(t, s, "acme", "f")
	const entries, size = 12, 900 << 10
	large := json.RawMessage(`"` + strings.Repeat("x", size) + `"`)
	var records []audit.Record
	for i := range entries {
		r := revision("acme", "f", i+2)
		r.Slots["after"].Default[0].Config = large
		changed := event(audit.FlowSaved)
		changed.After = large
		require.NoError(t, saveRevision(ctx, s, r, changed))
		rec := record("acme", now.Add(time.Duration(i)*time.Second))
		rec.Actions[0].Logs[0].Message = string(large)
		records = append(records, rec)
	}
	require.NoError(t, s.WriteRecords(ctx, "b", records))

	for name, read := range map[string]func(after string) (int, string, error){
		"revisions": func(after string) (int, string, error) {
			var l catalog.List[versions.Revision]
			l, err := s.Revisions(ctx, "acme", "f", catalog.Page{After: after, Limit: 200})
			return len(l.Items), l.Next, err
		},
		"events": func(after string) (int, string, error) {
			events, next, err := s.Events(ctx, "acme", audit.Filter{After: after, Limit: 200})
			return len(events), next, err
		},
		"records": func(after string) (int, string, error) {
			records, next, err := s.Records(ctx, "acme", audit.Filter{After: after, Limit: 200})
			return len(records), next, err
		},
	} {
		seen, after := 0, ""
		for page := 0; page == 0 || after != ""; page++ {
			n, next, err := read(after)
			require.NoError(t, err)
			require.Positive(t, n, name)
			require.LessOrEqual(t, n, audit.MaxPage/size+2, "%s, page %d: there are two small events", name, page)
			seen, after = seen+n, next
		}
		require.GreaterOrEqual(t, seen, entries, name)
		require.LessOrEqual(t, seen, entries+4, name)
	}

	l, err := s.Revisions(ctx, "acme", "f", catalog.Page{Limit: 200})
	require.NoError(t, err)
	require.Len(t, l.Items, 4)
}
