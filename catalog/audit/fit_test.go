package audit_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/audit"
)

// noisy is a record whose actions log as much as their limits allow, in characters that are six bytes of JSON each.
func noisy(tenant string, actions int) audit.Record {
	rec := record(tenant, time.Now())
	rec.Actions = nil
	for range actions {
		e := audit.Executed{Action: "noisy", Requests: []audit.Request{{Method: "GET", Host: "example.com"}}}
		for range 64 {
			e.Logs = append(e.Logs, audit.Log{Level: "info", Message: strings.Repeat("\x01", 1000)})
		}
		rec.Actions = append(rec.Actions, e)
	}
	return rec
}

func TestLogsAreCutToFit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		actions, kept int
	}{
		"one action":  {1, 43},
		"two actions": {2, 21},
		"twenty":      {20, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s memory
			r := recorder(t, t.TempDir(), &s, audit.RecorderOptions{})
			rec := noisy("acme", test.actions)
			require.NoError(t, r.Append(&rec))
			require.Len(t, rec.Actions[0].Logs, 64, "the caller's record is left alone")
			require.NoError(t, r.Close(t.Context()))
			got := last(s.all())
			for _, e := range got.Actions {
				require.Len(t, e.Logs, test.kept)
				require.Equal(t, 64-test.kept, e.LogsDropped)
				require.Len(t, e.Requests, 1)
			}
			text, err := json.Marshal(got)
			require.NoError(t, err)
			require.Less(t, len(text), 300<<10)
		})
	}
}

func TestRecordTooLargeWithItsDetails(t *testing.T) {
	t.Parallel()
	var s memory
	r := recorder(t, t.TempDir(), &s, audit.RecorderOptions{})
	rec := record("acme", time.Now())
	rec.Actions[1].Requests = []audit.Request{{Path: strings.Repeat("x", audit.MaxRecord)}}
	require.NoError(t, r.Append(&rec))
	require.NoError(t, r.Close(t.Context()))
	got := last(s.all())
	require.Equal(t, rec.ID, got.ID)
	require.Empty(t, got.Actions[1].Requests)
	require.Equal(t, 1, got.Actions[1].RequestsDropped)
	require.Equal(t, 1, got.Actions[1].LogsDropped)
	require.EqualValues(t, 1, r.Stats().Stripped)
}

// A tenant that fills its part of the buffer waits, and nobody else does.
func TestTenantsShareTheBuffer(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]audit.RecorderOptions{
		"records": {MaxRecords: 16, Wait: time.Second},
		"bytes":   {MaxBytes: 10_000, Wait: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := memory{wait: make(chan struct{})}
				r := recorder(t, t.TempDir(), &s, opts)
				taken := 0
				for {
					rec := record("greedy", time.Now())
					if err := r.Append(&rec); err != nil {
						require.ErrorIs(t, err, audit.ErrFull)
						break
					}
					taken++
				}
				require.LessOrEqual(t, taken, 6)
				began := time.Now()
				rec := record("honest", began)
				require.NoError(t, r.Append(&rec))
				require.Zero(t, time.Since(began))

				close(s.wait)
				require.NoError(t, r.Flush(t.Context()))
				rec = record("greedy", time.Now())
				require.NoError(t, r.Append(&rec), "what is stored is off its account")
				require.NoError(t, r.Close(t.Context()))
			})
		})
	}
}

func TestBytesOfATenantsDay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s memory
		r := recorder(t, t.TempDir(), &s, audit.RecorderOptions{TenantDayBytes: 1000})
		logs := func(tenant string) int {
			rec := record(tenant, time.Now())
			require.NoError(t, r.Append(&rec))
			require.NoError(t, r.Flush(t.Context()))
			got := last(s.all())
			require.Equal(t, rec.ID, got.ID, "each call has its record")
			require.Equal(t, 1, len(got.Actions[1].Logs)+got.Actions[1].LogsDropped)
			return len(got.Actions[1].Logs)
		}
		require.Equal(t, 1, logs("acme"))
		require.Equal(t, 1, logs("acme"))
		require.Equal(t, 0, logs("acme"))
		require.Equal(t, 1, logs("other"))
		time.Sleep(24 * time.Hour)
		require.Equal(t, 1, logs("acme"), "a new day")
		require.EqualValues(t, 1, r.Stats().Stripped)
		require.NoError(t, r.Close(t.Context()))
	})
}
