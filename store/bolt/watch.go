package bolt

import (
	"context"
	"sync"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/versions"
)

// watchers are told about writes by the goroutine that wrote, after the transaction and before the write returns. They may use the store.
type watchers[T any] struct {
	mu  sync.Mutex
	all map[*func(T)]context.Context
}

func (w *watchers[T]) add(ctx context.Context, changed func(T)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = make(map[*func(T)]context.Context)
	}
	w.all[&changed] = ctx
	context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.all, &changed)
	})
}

func (w *watchers[T]) tell(v T) {
	w.mu.Lock()
	tell := make([]func(T), 0, len(w.all))
	for changed, ctx := range w.all {
		if ctx.Err() == nil {
			tell = append(tell, *changed)
		}
	}
	w.mu.Unlock()
	for _, changed := range tell {
		changed(v)
	}
}

// WatchKeys implements catalog.Store.
func (s *Store) WatchKeys(ctx context.Context, changed func(catalog.KeyID)) { s.keys.add(ctx, changed) }

// WatchTenants implements catalog.Store.
func (s *Store) WatchTenants(ctx context.Context, changed func(catalog.TenantID)) {
	s.tenants.add(ctx, changed)
}

// WatchFlows implements versions.Store.
func (s *Store) WatchFlows(ctx context.Context, changed func(versions.FlowRef)) {
	s.flows.add(ctx, changed)
}
