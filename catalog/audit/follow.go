package audit

import (
	"context"
	"slices"
	"sync"
)

// maxFollowed is how many records wait for one who follows. The oldest go first.
const maxFollowed = 2000

// Follower gets the records of one tenant as they are stored. It must be closed.
type Follower struct {
	hub    *followers
	tenant string
	filter Filter
	wake   chan struct{}

	mu      sync.Mutex
	pending []Record
	missed  int
}

// Follow begins to follow the records of a tenant that pass the filter, its times and page aside. Only what this recorder stores is seen, each record at least once and within the moment that
// storing takes.
func (r *Recorder) Follow(tenant string, filter Filter) *Follower {
	return r.followers.add(&Follower{
		hub: &r.followers, tenant: tenant, wake: make(chan struct{}, 1),
		filter: Filter{Flow: filter.Flow, Action: filter.Action, Outcome: filter.Outcome, Run: filter.Run, Request: filter.Request, User: filter.User, Delivery: filter.Delivery},
	})
}

// Next waits for records and returns them, oldest first, and how many others there was no room for since the last call. The error is that of ctx.
func (f *Follower) Next(ctx context.Context) (records []Record, missed int, err error) {
	select {
	case <-f.wake:
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	records, missed = f.pending, f.missed
	f.pending, f.missed = nil, 0
	return records, missed, nil
}

// Close ends the following.
func (f *Follower) Close() { f.hub.remove(f) }

// take keeps those of the records that are followed.
func (f *Follower) take(records []Record) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range records {
		if records[i].Tenant == f.tenant && f.filter.Matches(&records[i]) {
			f.pending = append(f.pending, records[i])
		}
	}
	if over := len(f.pending) - maxFollowed; over > 0 {
		f.missed += over
		f.pending = slices.Clone(f.pending[over:])
	}
	if len(f.pending) > 0 {
		notify(f.wake)
	}
}

// followers are those of one recorder.
type followers struct {
	mu      sync.Mutex
	tenants map[string]map[*Follower]struct{}
}

func (h *followers) add(f *Follower) *Follower {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.tenants == nil {
		h.tenants = make(map[string]map[*Follower]struct{})
	}
	if h.tenants[f.tenant] == nil {
		h.tenants[f.tenant] = make(map[*Follower]struct{})
	}
	h.tenants[f.tenant][f] = struct{}{}
	return f
}

func (h *followers) remove(f *Follower) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.tenants[f.tenant], f)
	if len(h.tenants[f.tenant]) == 0 {
		delete(h.tenants, f.tenant)
	}
}

// tell hands on what has been stored.
func (h *followers) tell(records []Record) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, of := range h.tenants {
		for f := range of {
			f.take(records)
		}
	}
}
