package deliveries_test

import (
	"context"
	"fmt"
	goruntime "runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/deliveries"
)

var unbounded = deliveries.Bounds{Entries: 1 << 30, Bytes: 1 << 40}

// BenchmarkAccept stores deliveries with a call of 2 KB, from one caller and from 64 at a time.
func BenchmarkAccept(b *testing.B) {
	var n atomic.Int64
	next := func() deliveries.Delivery {
		d := delivery("acme", 0)
		d.ID, d.Call = fmt.Sprintf("%020d", n.Add(1)), make([]byte, 2048)
		return d
	}
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			q := deliveries.New(newStore(b, "acme"), deliveries.Options{Bounds: unbounded})
			b.SetParallelism(max(1, callers/goruntime.GOMAXPROCS(0)))
			if callers == 1 {
				for b.Loop() {
					accept(b, q, next())
				}
				return
			}
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if err := q.Accept(context.Background(), next()); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// BenchmarkDrain works off deliveries whose attempts take no time: those of one tenant, and of 32.
func BenchmarkDrain(b *testing.B) {
	for _, tenants := range []int{1, 32} {
		b.Run(fmt.Sprintf("tenants=%d", tenants), func(b *testing.B) {
			var names []catalog.TenantID
			for i := range tenants {
				names = append(names, catalog.TenantID(fmt.Sprint("t", i)))
			}
			store := newStore(b, names...)
			for i := range b.N {
				d := delivery(names[i%tenants], i)
				d.Call = make([]byte, 2048)
				require.NoError(b, store.AddDelivery(b.Context(), d, unbounded))
			}
			done := make(chan struct{})
			var left atomic.Int64
			left.Store(int64(b.N))
			b.ResetTimer()
			q := deliveries.New(store, deliveries.Options{Poll: time.Hour})
			serve(b, q, func(context.Context, *deliveries.Delivery) (deliveries.Result, error) {
				if left.Add(-1) == 0 {
					close(done)
				}
				return deliveries.Result{}, nil
			})
			<-done
		})
	}
}
