package audit_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/audit"
)

// discard is a store that takes everything and keeps nothing.
type discard struct{ audit.Store }

func (discard) WriteRecords(context.Context, string, []audit.Record) error { return nil }
func (discard) Retain(context.Context, string) error                       { return nil }

func BenchmarkAppend(b *testing.B) {
	for _, goroutines := range []int{1, 64} {
		b.Run(fmt.Sprintf("goroutines=%d", goroutines), func(b *testing.B) {
			r, err := audit.NewRecorder(b.TempDir(), discard{}, audit.RecorderOptions{})
			require.NoError(b, err)
			b.Cleanup(func() { require.NoError(b, r.Close(context.Background())) })
			template := record("acme", time.Now())
			b.SetParallelism(max(1, goroutines/2))
			b.ReportAllocs()
			b.ResetTimer()
			if goroutines == 1 {
				for b.Loop() {
					rec := template
					if err := r.Append(&rec); err != nil {
						b.Fatal(err)
					}
				}
				return
			}
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					rec := template
					if err := r.Append(&rec); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// record makes one as a sign-in through two actions leaves it.
func record(tenant string, at time.Time) audit.Record {
	return audit.Record{
		ID: uuid.Must(uuid.NewV7()).String(), Time: at.UTC(), Tenant: tenant, Flow: "login", Slot: "after", Trigger: "login.after",
		Method: "password", Revision: 12, Run: uuid.NewString(), Request: "req-8f2a41", User: "auth0|64f1c2d9e8", Outcome: "continue", DurationUS: 911,
		Actions: []audit.Executed{
			{Attachment: "a1", Action: "domain-allowlist", Version: "1.0.0", Outcome: "continue", DurationUS: 402, CPUUS: 180},
			{Attachment: "a2", Action: "decorate-token", Version: "2.1.0", Outcome: "continue", DurationUS: 380, CPUUS: 150,
				Logs: []audit.Log{{Level: "info", Message: "added 3 claims", AtUS: 120}}},
		},
	}
}
