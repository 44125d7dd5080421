package deliveries

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/idempotency"
)

// Runner makes an attempt at a delivery. An error is our own failure, such as no free worker: the attempt does not count, and the delivery is tried again soon, with what the result
// says is done.
type Runner interface {
	Attempt(ctx context.Context, d *Delivery) (Result, error)
}

// Result is how an attempt ended.
type Result struct {
	// Done are the ids of all attachments that need not run again, those of earlier attempts included.
	Done     []string
	RunState json.RawMessage
	// Failure is why there has to be another attempt; empty if all is done.
	Failure string
	// Hopeless says that no further attempt can do better.
	Hopeless bool
}

// Options are the settings of a [Queue]. The zero value works.
type Options struct {
	// Concurrency is how many attempts of one tenant run at a time, and Total how many of all. Default: 4 and 64.
	Concurrency, Total int
	// Attempts is how often a delivery is tried before it is a dead letter. Default: 20.
	Attempts int
	// Backoff is the longest wait before the second attempt; it doubles with each further one, up to MaxBackoff. The wait itself is random, from nothing to that ("full jitter"), so that
	// what failed together does not come back together. Default: 2 s and 1 h, with which 20 attempts take some five hours.
	Backoff, MaxBackoff time.Duration
	// Bounds are what a tenant may have. Default: 10,000 and 64 MiB.
	Bounds Bounds
	// Lease is for how long a claim holds; an attempt that takes longer is ended. Default: 2 min.
	Lease time.Duration
	// Poll is how often to look for what other servers have accepted or left. Default: 5 s.
	Poll time.Duration
	// Grace is how long running attempts may take to end when the queue stops. Default: 15 s.
	Grace time.Duration
	// Logger is told about dead letters, and what goes wrong. Default: slog.Default.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	o.Concurrency, o.Total, o.Attempts = orDefault(o.Concurrency, 4), orDefault(o.Total, 64), orDefault(o.Attempts, 20)
	o.Backoff, o.MaxBackoff = orDefault(o.Backoff, 2*time.Second), orDefault(o.MaxBackoff, time.Hour)
	o.Bounds.Entries, o.Bounds.Bytes = orDefault(o.Bounds.Entries, 10_000), orDefault(o.Bounds.Bytes, 64<<20)
	o.Lease, o.Poll, o.Grace = orDefault(o.Lease, 2*time.Minute), orDefault(o.Poll, 5*time.Second), orDefault(o.Grace, 15*time.Second)
	o.Logger = cmp.Or(o.Logger, slog.Default())
	return o
}

func orDefault[T ~int | ~int64](value, standard T) T {
	if value <= 0 {
		return standard
	}
	return value
}

// Queue accepts deliveries at any time, and has them attempted while [Queue.Run] runs. It is safe for concurrent use.
type Queue struct {
	store   Store
	options Options
	places  chan struct{} // of attempts, of all tenants
	alarm   chan struct{} // something is due earlier than was known; has room for one
	running atomic.Int64
	counts  counts

	mu    sync.Mutex
	lanes map[catalog.TenantID]*lane     // of tenants with something due; nil unless the queue runs
	due   map[catalog.TenantID]time.Time // when the first delivery of each other tenant is
	start func(*lane)                    // starts a lane's goroutine
}

type counts struct {
	accepted, refused, attempts, completed, retried, died, dropped atomic.Uint64
}

// New returns a queue over the store.
func New(store Store, options Options) *Queue {
	options = options.withDefaults()
	return &Queue{store: store, options: options, places: make(chan struct{}, options.Total), alarm: make(chan struct{}, 1), due: make(map[catalog.TenantID]time.Time)}
}

// Accept stores a delivery. When it returns nil, the delivery will be attempted, whatever happens to this process. [ErrFull] says that the tenant has too many waiting.
func (q *Queue) Accept(ctx context.Context, d Delivery) error {
	return q.accepted(d.Tenant, q.store.AddDelivery(ctx, d, q.options.Bounds))
}

// AcceptAnswered is [Queue.Accept] for a call with an idempotency key: it stores the answer to the call too, in the same write, so that whoever repeats the call makes no second delivery of it. If the call
// was answered before, the result says so, and neither is stored.
func (q *Queue) AcceptAnswered(ctx context.Context, d Delivery, a idempotency.Answer, b idempotency.Bounds) (idempotency.Kept, error) {
	kept, err := q.store.AddAnsweredDelivery(ctx, d, q.options.Bounds, a, b)
	if err == nil && kept.Before != nil {
		return kept, nil
	}
	return kept, q.accepted(d.Tenant, err)
}

// accepted counts a delivery that was stored, or that was not, and has it attempted.
func (q *Queue) accepted(tenant catalog.TenantID, err error) error {
	switch {
	case errors.Is(err, ErrFull):
		q.counts.refused.Add(1)
		return err
	case err != nil:
		return fmt.Errorf("accept delivery: %w", err)
	}
	q.counts.accepted.Add(1)
	q.wake(tenant)
	return nil
}

// Delivery returns a delivery that is not done; catalog.ErrNotFound for any other.
func (q *Queue) Delivery(ctx context.Context, tenant catalog.TenantID, id string) (Delivery, error) {
	return q.store.Delivery(ctx, tenant, id)
}

// Deliveries lists a tenant's deliveries that wait or run, or its dead letters, newest first.
func (q *Queue) Deliveries(ctx context.Context, tenant catalog.TenantID, dead bool, page catalog.Page) (catalog.List[Delivery], error) {
	return q.store.Deliveries(ctx, tenant, dead, page.Clamp())
}

// Redrive has a dead letter attempted again, at a revision of its flow; zero is the one that it has. Attachments that are done do not run again. The error is catalog.ErrNotFound if there is no such
// dead letter, and [ErrFull] if too many wait.
func (q *Queue) Redrive(ctx context.Context, by audit.Actor, tenant catalog.TenantID, id string, revision int) (Delivery, error) {
	d, err := q.dead(ctx, tenant, id)
	if err != nil {
		return Delivery{}, err
	}
	event := edit(audit.DeliveryRedriven, by, &d)
	event.Revision = cmp.Or(revision, d.Revision)
	d, err = q.store.RedriveDelivery(ctx, tenant, id, event.Revision, time.Now(), q.options.Bounds, event)
	if err != nil {
		return Delivery{}, fmt.Errorf("redrive delivery: %w", err)
	}
	q.wake(tenant)
	return d, nil
}

// Discard removes a dead letter. The error is catalog.ErrNotFound if there is no such one.
func (q *Queue) Discard(ctx context.Context, by audit.Actor, tenant catalog.TenantID, id string) (Delivery, error) {
	d, err := q.dead(ctx, tenant, id)
	if err != nil {
		return Delivery{}, err
	}
	if d, err = q.store.DiscardDelivery(ctx, tenant, id, edit(audit.DeliveryDiscarded, by, &d)); err != nil {
		return Delivery{}, fmt.Errorf("discard delivery: %w", err)
	}
	return d, nil
}

func (q *Queue) dead(ctx context.Context, tenant catalog.TenantID, id string) (Delivery, error) {
	d, err := q.store.Delivery(ctx, tenant, id)
	if err == nil && d.State != Dead {
		err = catalog.ErrNotFound
	}
	if err != nil {
		return Delivery{}, fmt.Errorf("dead letter: %w", err)
	}
	return d, nil
}

func edit(kind audit.EventType, by audit.Actor, d *Delivery) audit.Event {
	return audit.Event{Time: time.Now().UTC(), Type: kind, Tenant: string(d.Tenant), Actor: by, Flow: d.Flow, Slot: string(d.Slot), Revision: d.Revision, Subject: d.ID}
}

// backoff is how long to wait before the next attempt after so many.
func (q *Queue) backoff(tries int) time.Duration {
	most := q.options.MaxBackoff
	if doublings := tries - 1; doublings < 40 && q.options.Backoff < most>>doublings {
		most = q.options.Backoff << doublings
	}
	return rand.N(most + 1)
}

// Stats counts, since the queue was made.
type Stats struct {
	Accepted  uint64 // deliveries stored
	Refused   uint64 // for which there was no room
	Attempts  uint64 // that have begun
	Completed uint64 // deliveries that are done
	Retried   uint64 // attempts after which there is another one
	Died      uint64 // deliveries that became dead letters
	Dropped   uint64 // dead letters for which there was no room
	Running   int64  // attempts, now
}

// Stats returns the counts so far.
func (q *Queue) Stats() Stats {
	c := &q.counts
	return Stats{
		Accepted: c.accepted.Load(), Refused: c.refused.Load(), Attempts: c.attempts.Load(), Completed: c.completed.Load(), Retried: c.retried.Load(), Died: c.died.Load(),
		Dropped: c.dropped.Load(), Running: q.running.Load(),
	}
}

// Counts are how many deliveries are stored.
func (q *Queue) Counts(ctx context.Context) (Counts, error) { return q.store.DeliveryCounts(ctx) }
