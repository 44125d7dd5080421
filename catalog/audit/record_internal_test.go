package audit

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
)

// What is written by hand is what the struct's tags say.
func FuzzAppendRecord(f *testing.F) {
	f.Add("id", "tenant", "user \"\\\n\u2028<é", "", int64(7), int64(-1), true, true)
	f.Add("", "\xff", "\x00", "reason", int64(0), int64(1<<62), false, false)
	f.Fuzz(func(t *testing.T, id, tenant, user, reason string, n, nanos int64, failed, logged bool) {
		r := Record{
			ID: id, Time: time.Unix(n%4_000_000_000, nanos%1_000_000_000).UTC(), Tenant: tenant, Flow: user, Slot: id, Trigger: reason, Method: user, Revision: int(n), Cohort: reason, Recalled: int(n), Run: id,
			Request: reason, User: user, Outcome: "block", Code: id, Reason: reason, DurationUS: n,
		}
		if y := r.Time.Year(); y < 0 || y > 9999 {
			t.Skip()
		}
		for range uint8(n) % 3 {
			e := Executed{Attachment: user, Action: id, Version: tenant, Outcome: reason, DurationUS: nanos, CPUUS: n, Policy: reason, LogsDropped: int(n % 2), RequestsDropped: int(n % 5), AllocatedBytes: n % 3}
			if failed {
				e.Failure = &Failure{Kind: id, Message: user, Limit: reason, Line: int(n)}
				e.Requests = []Request{{Method: id, Host: user, Path: tenant, Status: int(n), Sent: n, Received: nanos, DurationUS: n, Error: reason}}
			}
			if logged {
				e.Logs = []Log{{Level: "info", Message: user, AtUS: n, Fields: []byte(`{"n":1}`)}}
			}
			r.Actions = append(r.Actions, e)
		}
		want, err := json.Marshal(&r, recordOptions)
		require.NoError(t, err)
		got, err := appendRecord([]byte("x"), &r)
		require.NoError(t, err)
		require.Equal(t, "x"+string(want), string(got))
	})
}
