package deliveries

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/durward/durward/catalog"
)

// lane is the deliveries of one tenant while some are due or run.
type lane struct {
	queue  *Queue
	tenant catalog.TenantID
	places chan struct{} // of attempts
	look   chan struct{} // something may be due; has room for one
}

func (l *lane) notify() {
	select {
	case l.look <- struct{}{}:
	default:
	}
}

// drive starts attempts until nothing is due and none runs, or ctx ends. The attempts run under working, and all waits for them.
func (l *lane) drive(ctx, working context.Context, runner Runner, all *sync.WaitGroup) {
	for {
		select {
		case <-l.look:
		case <-ctx.Done():
			return
		}
		for more := true; more; {
			places := l.enter(ctx)
			if places == 0 {
				return
			}
			claimed := l.claim(ctx, places)
			for range places - len(claimed) {
				l.leave()
			}
			for _, d := range claimed {
				all.Go(func() {
					l.attempt(working, runner, d)
					l.leave()
					l.queue.wake(l.tenant) // the next one in its line may be due, and this lane may have ended
				})
			}
			more = len(claimed) == places
		}
		if l.end() {
			return
		}
	}
}

// enter waits for a place of the tenant and one of all, and takes as many further ones as are free. It returns none if ctx ends.
func (l *lane) enter(ctx context.Context) (places int) {
	select {
	case l.places <- struct{}{}:
	case <-ctx.Done():
		return 0
	}
	select {
	case l.queue.places <- struct{}{}:
	case <-ctx.Done():
		<-l.places
		return 0
	}
	for places = 1; ; places++ {
		select {
		case l.places <- struct{}{}:
		default:
			return places
		}
		select {
		case l.queue.places <- struct{}{}:
		default:
			<-l.places
			return places
		}
	}
}

func (l *lane) leave() {
	<-l.queue.places
	<-l.places
}

// end forgets the lane if nothing runs and nobody has called it in the meantime.
func (l *lane) end() bool {
	l.queue.mu.Lock()
	defer l.queue.mu.Unlock()
	if len(l.places) > 0 || len(l.look) > 0 {
		return false // who leaves wakes it
	}
	delete(l.queue.lanes, l.tenant)
	return true
}

// claimAgain is when to look again after the store has failed.
const claimAgain = time.Second

func (l *lane) claim(ctx context.Context, limit int) []Delivery {
	now := time.Now()
	claimed, next, err := l.queue.store.ClaimDeliveries(ctx, l.tenant, Claim{Now: now, Until: now.Add(l.queue.options.Lease), Limit: limit})
	if err != nil {
		if ctx.Err() == nil {
			l.queue.options.Logger.Error("claim deliveries", "tenant", l.tenant, "error", err)
		}
		next = now.Add(claimAgain)
	}
	if !next.IsZero() {
		l.queue.schedule(l.tenant, next)
	}
	return claimed
}

// attempt makes one attempt, and stores how it ended.
func (l *lane) attempt(working context.Context, runner Runner, d Delivery) {
	q := l.queue
	q.counts.attempts.Add(1)
	q.running.Add(1)
	defer q.running.Add(-1)
	ctx, cancel := context.WithDeadline(working, d.Due.Add(-q.options.Lease/10)) // so that there is time to store how it ended
	defer cancel()
	result, err := runner.Attempt(ctx, &d)
	if err = q.settle(context.WithoutCancel(working), &d, &result, err); err != nil && !errors.Is(err, ErrLost) {
		q.options.Logger.Error("store how an attempt at a delivery ended: it runs again when its claim expires", "tenant", d.Tenant, "delivery", d.ID, "error", err)
	}
	if d.State == Waiting {
		q.schedule(d.Tenant, d.Due)
	}
}

// ownBackoff is the longest wait after a failure of our own.
const ownBackoff = 2 * time.Second

func (q *Queue) settle(ctx context.Context, d *Delivery, r *Result, failed error) error {
	now := time.Now()
	d.Done, d.RunState, d.Failure = r.Done, r.RunState, r.Failure
	if failed != nil {
		q.options.Logger.Warn("attempt at a delivery could not be made", "tenant", d.Tenant, "delivery", d.ID, "error", failed)
		d.Tries--
		d.Failure = "the attempt could not be made"
		return q.again(ctx, d, now.Add(rand.N(ownBackoff)))
	}
	switch {
	case r.Failure == "":
		err := q.store.FinishDelivery(ctx, *d)
		if err == nil {
			q.counts.completed.Add(1)
		}
		return err
	case r.Hopeless || d.Tries >= q.options.Attempts:
		return q.bury(ctx, d, now)
	}
	return q.again(ctx, d, now.Add(q.backoff(d.Tries)))
}

func (q *Queue) again(ctx context.Context, d *Delivery, due time.Time) error {
	d.Due, d.State = due, Waiting
	err := q.store.RetryDelivery(ctx, *d)
	if err == nil {
		q.counts.retried.Add(1)
	}
	return err
}

func (q *Queue) bury(ctx context.Context, d *Delivery, now time.Time) error {
	d.Due, d.State = now, Dead
	dropped, err := q.store.BuryDelivery(ctx, *d, q.options.Bounds)
	if err != nil {
		return err
	}
	q.counts.died.Add(1)
	q.counts.dropped.Add(uint64(dropped))
	q.options.Logger.Warn("delivery is a dead letter", "tenant", d.Tenant, "flow", d.Flow, "delivery", d.ID, "attempt", d.Attempt, "dropped", dropped)
	return nil
}
