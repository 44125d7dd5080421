package web

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/durward/durward/catalog"
)

// What one tenant, and all together, may have under way at a time. Bodies of calls and of everything else are counted apart, so that large sources never
// keep a login waiting. A body takes up to three times its bytes of memory while it is worked on.
const (
	tenantCallBytes  = 16 << 20
	allCallBytes     = 64 << 20
	tenantOtherBytes = 24 << 20
	allOtherBytes    = 64 << 20
	tenantReads      = 4
	readWait         = time.Second
)

var (
	errTenantBusy = errors.New("the tenant has too much under way")
	errBodiesFull = errors.New("too many bytes of bodies are under way")
)

// budget bounds the bytes of bodies in memory.
type budget struct {
	tenantMost, most int64

	mu      sync.Mutex
	tenants map[catalog.TenantID]int64
	all     int64
}

func newBudget(tenantMost, most int64) *budget {
	return &budget{tenantMost: tenantMost, most: most, tenants: make(map[catalog.TenantID]int64)}
}

// take does not wait: two bodies that each have half of what they need would wait for each other.
func (b *budget) take(tenant catalog.TenantID, n int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.tenants[tenant]+n > b.tenantMost:
		return errTenantBusy
	case b.all+n > b.most:
		return errBodiesFull
	}
	b.tenants[tenant] += n
	b.all += n
	return nil
}

func (b *budget) give(tenant catalog.TenantID, n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all -= n
	if b.tenants[tenant] -= n; b.tenants[tenant] == 0 {
		delete(b.tenants, tenant)
	}
}

// intake reads a body and takes its bytes from the budget as they arrive, not as they are announced.
type intake struct {
	from   io.Reader
	budget *budget
	tenant catalog.TenantID
	held   int64
}

func (i *intake) Read(p []byte) (int, error) {
	n, err := i.from.Read(p)
	if n > 0 {
		if err := i.budget.take(i.tenant, int64(n)); err != nil {
			return 0, err
		}
		i.held += int64(n)
	}
	return n, err
}

// release gives back what the body took.
func (i *intake) release() {
	if i.held > 0 {
		i.budget.give(i.tenant, i.held)
	}
}

// gate bounds how many answers are read from the store at a time for one tenant: each may be some megabytes, several times over.
type gate struct {
	mu      sync.Mutex
	tenants map[catalog.TenantID]*places
}

type places struct {
	taken chan struct{}
	users int // those who wait included
}

// enter waits a moment for a place, and returns errTenantBusy if there is none. The caller must leave.
func (g *gate) enter(ctx context.Context, tenant catalog.TenantID) (leave func(), err error) {
	p := g.places(tenant)
	timer := time.NewTimer(readWait)
	defer timer.Stop()
	select {
	case p.taken <- struct{}{}:
		return func() { <-p.taken; g.forget(tenant, p) }, nil
	case <-timer.C:
		err = errTenantBusy
	case <-ctx.Done():
		err = ctx.Err()
	}
	g.forget(tenant, p)
	return nil, err
}

func (g *gate) places(tenant catalog.TenantID) *places {
	g.mu.Lock()
	defer g.mu.Unlock()
	p, ok := g.tenants[tenant]
	if !ok {
		p = &places{taken: make(chan struct{}, tenantReads)}
		g.tenants[tenant] = p
	}
	p.users++
	return p
}

func (g *gate) forget(tenant catalog.TenantID, p *places) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.users--; p.users == 0 {
		delete(g.tenants, tenant)
	}
}
