package bolt_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/store/bolt"
	"github.com/durward/durward/versions"
)

// BenchmarkSaveRevision saves into a flow of its own per goroutine.
func BenchmarkSaveRevision(b *testing.B) {
	for _, parallel := range []int{1, 64} {
		b.Run(fmt.Sprintf("goroutines=%d", parallel), func(b *testing.B) {
			s := openIn(b, b.TempDir())
			b.Cleanup(func() { require.NoError(b, s.Close()) })
			ctx := context.Background()
			require.NoError(b, s.CreateTenant(ctx, catalog.Tenant{ID: "acme"}))
			var flows atomic.Int32
			b.SetParallelism(max(1, parallel/2))
			b.ResetTimer()
			save := func(next func() bool) {
				slug := versions.FlowSlug(fmt.Sprint("flow-", flows.Add(1)))
				if err := s.CreateFlow(ctx, versions.Flow{Tenant: "acme", Slug: slug, Edition: 1}, versions.Revision{Number: 1}); err != nil {
					b.Error(err)
				}
				for n := 2; next(); n++ {
					r := versions.Revision{Tenant: "acme", Flow: slug, Number: n}
					if err := saveRevision(ctx, s, r, audit.Event{Type: audit.FlowSaved}); err != nil {
						b.Error(err)
					}
				}
			}
			if parallel == 1 {
				save(b.Loop)
				return
			}
			b.RunParallel(func(p *testing.PB) { save(p.Next) })
		})
	}
}

// BenchmarkRecords reads pages of 100 from two minutes at 1,000 records a second, a block each 50 ms.
func BenchmarkRecords(b *testing.B) {
	s := openIn(b, b.TempDir())
	b.Cleanup(func() { require.NoError(b, s.Close()) })
	ctx := context.Background()
	const blocks, each = 2400, 50
	for i := range blocks {
		var records []audit.Record
		for j := range each {
			n := i*each + j
			records = append(records, benchRecord(now.Add(time.Duration(n)*time.Millisecond), n))
		}
		require.NoError(b, s.WriteRecords(ctx, fmt.Sprint(i), records))
	}
	for name, f := range map[string]audit.Filter{
		"newest":  {},
		"flow":    {Flow: "rare"},
		"user":    {User: "user-777"},
		"nothing": {User: "nobody"},
	} {
		b.Run(name, func(b *testing.B) {
			f.Limit = 100
			for b.Loop() {
				if _, _, err := s.Records(ctx, "acme", f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAppend appends through a recorder that flushes into a real store.
func BenchmarkAppend(b *testing.B) {
	for _, parallel := range []int{1, 64} {
		b.Run(fmt.Sprintf("goroutines=%d", parallel), func(b *testing.B) {
			dir := b.TempDir()
			s, err := bolt.Open(dir, bolt.Options{})
			require.NoError(b, err)
			r, err := audit.NewRecorder(filepath.Join(dir, "spool"), s, audit.RecorderOptions{})
			require.NoError(b, err)
			b.Cleanup(func() {
				require.NoError(b, r.Close(context.Background()))
				require.NoError(b, s.Close())
			})
			var n atomic.Int64
			b.SetParallelism(max(1, parallel/2))
			b.ReportAllocs()
			b.ResetTimer()
			run := func(next func() bool) {
				for next() {
					rec := benchRecord(time.Now(), int(n.Add(1)))
					if err := r.Append(&rec); err != nil {
						b.Error(err)
					}
				}
			}
			if parallel == 1 {
				run(b.Loop)
				return
			}
			b.RunParallel(func(p *testing.PB) { run(p.Next) })
		})
	}
}

func benchRecord(at time.Time, i int) audit.Record {
	flow := "login"
	if i%5000 == 0 {
		flow = "rare"
	}
	return audit.Record{
		ID: uuid.Must(uuid.NewV7()).String(), Time: at.UTC(), Tenant: "acme", Flow: flow, Slot: "after", Trigger: "login.after", Method: "password",
		Revision: 12, Run: uuid.NewString(), Request: fmt.Sprint("req-", i), User: fmt.Sprint("user-", i%1000), Outcome: "continue", DurationUS: 911,
		Actions: []audit.Executed{
			{Attachment: "a1", Action: "domain-allowlist", Version: "1.0.0", Outcome: "continue", DurationUS: 402, CPUUS: 180},
			{Attachment: "a2", Action: "decorate-token", Version: "2.1.0", Outcome: "continue", DurationUS: 380, CPUUS: 150},
		},
	}
}
