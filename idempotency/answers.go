package idempotency

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/durward/durward/catalog"
)

// Options are the settings of [Answers]. The zero value works.
type Options struct {
	// Window is for how long an answer is kept. Default: 24 h.
	Window time.Duration
	// TenantEntries and TenantBytes bound the answers of one tenant; beyond them the oldest goes before its time. Default: 100,000 and 64 MiB.
	TenantEntries int
	TenantBytes   int64
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Logger is told about expired answers that cannot be removed. Default: slog.Default.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Window <= 0 {
		o.Window = 24 * time.Hour
	}
	if o.TenantEntries <= 0 {
		o.TenantEntries = 100_000
	}
	if o.TenantBytes <= 0 {
		o.TenantBytes = 64 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o
}

// Answers answers a repeated request as it was answered before. It is safe for concurrent use.
type Answers struct {
	store    Store
	options  Options
	replayed atomic.Uint64
	evicted  atomic.Uint64

	mu       sync.Mutex
	underway map[Ref]*attempt
}

// attempt is the first of some requests with one key, while it runs. All but body is written before done is closed.
type attempt struct {
	body   Digest
	done   chan struct{}
	answer Answer
	err    error
}

// New returns answers that are kept in the store.
func New(store Store, options Options) *Answers {
	return &Answers{store: store, options: options.withDefaults(), underway: make(map[Ref]*attempt)}
}

// Work does what a request asks for.
type Work func(ctx context.Context) (Done, error)

// Done is what work has come to.
type Done struct {
	Status  int // of the answer
	Content []byte
	// Keep keeps the answer as [Store] says of KeepAnswer, together with what the work has left to be stored: both or neither. If there is an answer already, neither. Default: the store's.
	Keep func(context.Context, Answer, Bounds) (Kept, error)
}

// Do returns the answer to a request, and whether it was given before. If it was not, it lets work find it, and keeps it before it returns. A request that comes while another one with
// the same key is worked on waits for it, and shares its answer or its error. An error of work is returned as it is, and nothing is kept: the request may be repeated. [ErrReused] says
// that the key was used with another body.
//
// The context of work does not end with ctx: the caller who goes away is the one who will come back and ask again. Nobody may change the answer's content.
func (a *Answers) Do(ctx context.Context, q *Request, work Work) (answer Answer, replayed bool, err error) {
	ref, body := q.Ref(), Digest(sha256.Sum256(q.Body))
	t, first := a.join(ref, body)
	if t.body != body {
		return Answer{}, false, ErrReused
	}
	if first {
		answer, replayed, err = a.lead(ctx, ref, t, work)
	} else {
		select {
		case <-t.done:
			answer, replayed, err = t.answer, true, t.err
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if err != nil {
		return Answer{}, false, err
	}
	if replayed {
		a.replayed.Add(1)
	}
	return answer, replayed, nil
}

func (a *Answers) join(ref Ref, body Digest) (t *attempt, first bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t := a.underway[ref]; t != nil {
		return t, false
	}
	t = &attempt{body: body, done: make(chan struct{}), err: errPanic}
	a.underway[ref] = t
	return t, true
}

// errPanic is what those who wait get if the first one does not come back.
var errPanic = errors.New("the first request with this idempotency key panicked")

// lead finds the answer for all who have joined.
func (a *Answers) lead(ctx context.Context, ref Ref, t *attempt, work Work) (Answer, bool, error) {
	replayed := false
	defer func() {
		a.mu.Lock()
		delete(a.underway, ref)
		a.mu.Unlock()
		close(t.done)
	}()
	t.answer, replayed, t.err = a.find(context.WithoutCancel(ctx), ref, t.body, work)
	return t.answer, replayed, t.err
}

func (a *Answers) find(ctx context.Context, ref Ref, body Digest, work Work) (Answer, bool, error) {
	known, err := a.store.Answer(ctx, ref)
	switch {
	case err == nil && !known.At.Before(a.expiry()):
		return a.same(known, body)
	case err != nil && !errors.Is(err, catalog.ErrNotFound):
		return Answer{}, false, fmt.Errorf("read the answer under an idempotency key: %w", err)
	}
	done, err := work(ctx)
	if err != nil {
		return Answer{}, false, err
	}
	keep := done.Keep
	if keep == nil {
		keep = a.store.KeepAnswer
	}
	own := Answer{Ref: ref, Body: body, At: a.options.Now().UTC(), Status: done.Status, Content: done.Content}
	kept, err := keep(ctx, own, Bounds{Entries: a.options.TenantEntries, Bytes: a.options.TenantBytes, From: a.expiry()})
	if err != nil {
		return Answer{}, false, fmt.Errorf("keep the answer under an idempotency key: %w", err)
	}
	a.evicted.Add(uint64(kept.Evicted))
	if kept.Before != nil { // another server was faster
		return a.same(*kept.Before, body)
	}
	return own, false, nil
}

func (a *Answers) expiry() time.Time { return a.options.Now().Add(-a.options.Window) }

func (a *Answers) same(known Answer, body Digest) (Answer, bool, error) {
	if known.Body != body {
		return Answer{}, false, ErrReused
	}
	return known, true, nil
}

// Stats counts, since the answers were made.
type Stats struct {
	Replayed uint64 // requests that were answered with what was answered before
	Evicted  uint64 // answers that went before their time because of a bound
}

// Stats returns the counts so far.
func (a *Answers) Stats() Stats {
	return Stats{Replayed: a.replayed.Load(), Evicted: a.evicted.Load()}
}

// Run removes expired answers from time to time until ctx ends.
func (a *Answers) Run(ctx context.Context) {
	every := time.NewTicker(max(a.options.Window/24, time.Minute))
	defer every.Stop()
	for {
		if err := a.drop(ctx); err != nil && ctx.Err() == nil {
			a.options.Logger.Error("remove expired answers under idempotency keys", "error", err)
		}
		select {
		case <-every.C:
		case <-ctx.Done():
			return
		}
	}
}

func (a *Answers) drop(ctx context.Context) error {
	for {
		if n, err := a.store.DropAnswers(ctx, a.expiry()); n == 0 || err != nil {
			return err
		}
	}
}
