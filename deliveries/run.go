package deliveries

import (
	"context"
	"sync"
	"time"

	"github.com/durward/durward/catalog"
)

// Run has deliveries attempted until ctx ends: those that this server accepts, and those that it finds in the store, from before its start or from other servers. Then it claims no more, and
// returns when running attempts have ended, or were cut off after the grace. What was not done waits in the store. It must not be called twice.
func (q *Queue) Run(ctx context.Context, runner Runner) {
	// Attempts do not end with ctx, but with the grace behind it.
	working, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(q.options.Grace, cut) })
	defer stop()
	var all sync.WaitGroup
	q.mu.Lock()
	q.lanes = make(map[catalog.TenantID]*lane)
	q.start = func(l *lane) { all.Go(func() { l.drive(ctx, working, runner, &all) }) }
	q.mu.Unlock()

	q.watch(ctx)

	q.mu.Lock()
	q.lanes = nil // nobody starts another one
	q.mu.Unlock()
	all.Wait()
}

// watch wakes tenants when something of theirs is due.
func (q *Queue) watch(ctx context.Context) {
	poll := time.NewTicker(q.options.Poll)
	defer poll.Stop()
	q.poll(ctx)
	for {
		timer := time.NewTimer(q.wakeDue(time.Now()))
		select {
		case <-timer.C:
		case <-q.alarm:
		case <-poll.C:
			q.poll(ctx)
		case <-ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

func (q *Queue) poll(ctx context.Context) {
	due, err := q.store.DueDeliveries(ctx)
	if err != nil {
		if ctx.Err() == nil {
			q.options.Logger.Error("look for deliveries", "error", err)
		}
		return
	}
	for tenant, at := range due {
		q.schedule(tenant, at)
	}
}

// schedule notes that something of the tenant is due, unless something else is earlier.
func (q *Queue) schedule(tenant catalog.TenantID, at time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if known, ok := q.due[tenant]; ok && !at.Before(known) {
		return
	}
	q.due[tenant] = at
	select {
	case q.alarm <- struct{}{}:
	default:
	}
}

// maxSleep bounds how long a clock that was set forward goes unnoticed.
const maxSleep = time.Minute

// wakeDue wakes the tenants for which it is time, and returns how long it is until the next.
func (q *Queue) wakeDue(now time.Time) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	sleep := maxSleep
	for tenant, at := range q.due {
		if wait := at.Sub(now); wait > 0 {
			sleep = min(sleep, wait)
			continue
		}
		delete(q.due, tenant)
		q.wakeLocked(tenant)
	}
	return sleep
}

// wake lets a tenant's lane look for what is due.
func (q *Queue) wake(tenant catalog.TenantID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.wakeLocked(tenant)
}

func (q *Queue) wakeLocked(tenant catalog.TenantID) {
	if q.lanes == nil {
		return // Run will find it
	}
	l := q.lanes[tenant]
	if l == nil {
		l = &lane{queue: q, tenant: tenant, places: make(chan struct{}, q.options.Concurrency), look: make(chan struct{}, 1)}
		q.lanes[tenant] = l
		q.start(l)
	}
	l.notify()
}
