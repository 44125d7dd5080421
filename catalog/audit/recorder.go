package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// ErrClosed says that the recorder takes no more records.
var ErrClosed = errors.New("recorder is closed")

// ErrFull says that there was no room for a record in time.
var ErrFull = errors.New("the buffer of execution records is full")

// Overflow is what happens to a call when the recorder has no room for its record.
type Overflow int

// The policies.
const (
	// OverflowBlock makes Append wait for room, and fail if there is none in time or the spool cannot be written: no call is answered without a record.
	OverflowBlock Overflow = iota
	// OverflowShed makes Append drop the record and count it: calls go on being answered.
	OverflowShed
)

// RecorderOptions are the settings of a [Recorder]. The zero value works.
type RecorderOptions struct {
	// MaxRecords and MaxBytes bound what waits for the store, in memory and in the spool. A record counts as many bytes as its JSON.
	// Default: 100,000 records, 64 MiB.
	MaxRecords int
	MaxBytes   int64
	// TenantPercent is the part of both that the records of one tenant may take; a tenant that has taken its part waits alone. What a dead process left counts for
	// no tenant. Default: 25.
	TenantPercent int
	// TenantDayBytes is how many bytes of JSON the records of one tenant and one UTC day may have before logs and requests are left out of further ones, and counted. The count begins
	// again with each recorder. Default: 1 GiB.
	TenantDayBytes int64
	// Overflow is what to do beyond them. Default: OverflowBlock.
	Overflow Overflow
	// Wait is how long Append waits for room with OverflowBlock. Default: 3 s.
	Wait time.Duration
	// Days is for how many days records are kept; today's come on top. Default: 30.
	Days int
	// Logger is told about what cannot be returned to anybody: a store that fails, a torn record, shedding. Default: slog.Default.
	Logger *slog.Logger
}

func (o RecorderOptions) withDefaults() RecorderOptions {
	if o.MaxRecords <= 0 {
		o.MaxRecords = 100_000
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 64 << 20
	}
	if o.TenantPercent <= 0 {
		o.TenantPercent = 25
	}
	if o.TenantDayBytes <= 0 {
		o.TenantDayBytes = 1 << 30
	}
	if o.Wait <= 0 {
		o.Wait = 3 * time.Second
	}
	if o.Days <= 0 {
		o.Days = 30
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o
}

const (
	flushAfter   = 50 * time.Millisecond
	flushRecords = 1000
	flushBytes   = 4 << 20
	minBackoff   = 50 * time.Millisecond
	maxBackoff   = 5 * time.Second
	retainAgain  = 10 * time.Minute
)

// Recorder takes records on the path of a call and stores them behind it. A record that Append took survives the death of the process: it is in
// the spool, and the next recorder on the same directory stores it, once. All methods are safe for concurrent use.
type Recorder struct {
	dir   string
	store Store
	opts  RecorderOptions
	lock  *os.File

	cancel  context.CancelFunc // ends attempts to store
	running sync.WaitGroup
	wake    chan struct{} // something became due, or will
	retry   chan struct{} // somebody waits: try again now
	buffers sync.Pool     // *[]byte, for frames

	followers followers

	mu       sync.Mutex
	room     *sync.Cond // broadcast when records were stored, on Close, and when a wait has been long enough
	closed   bool
	current  *segment   // takes the next record; nil if none has come since the last was sealed
	waiting  []*segment // sealed, oldest first
	tenants  map[string]*account
	accepted uint64 // records ever taken, those of the spool included
	stored   uint64 // of these, in the same order
	stats    Stats
	lastErr  error         // of the last failed attempt
	attempt  chan struct{} // closed and replaced after every attempt
	shedding bool
}

// Stats counts, since the recorder was made.
type Stats struct {
	Appended    uint64 // records taken by Append
	Recovered   uint64 // records found in the spool
	Flushed     uint64 // records stored
	Dropped     uint64 // records shed
	Stripped    uint64 // records taken without their logs and requests, because they were too large or their tenant had too many bytes on that day
	FlushErrors uint64 // failed attempts to store
	// Buffered records wait for the store now, and have BufferedBytes of JSON.
	Buffered      int
	BufferedBytes int64
}

// NewRecorder takes dir as its spool, which is made if it is not there, and begins to store what a killed process left in it. It returns
// [ErrSpoolInUse] if another process has the directory. The caller must [Recorder.Close] it.
func NewRecorder(dir string, store Store, opts RecorderOptions) (*Recorder, error) {
	lock, err := lockSpool(dir)
	if err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	r := &Recorder{
		dir: dir, store: store, opts: opts.withDefaults(), lock: lock,
		wake: make(chan struct{}, 1), retry: make(chan struct{}, 1), attempt: make(chan struct{}),
		buffers: sync.Pool{New: func() any { return new([]byte) }}, tenants: make(map[string]*account),
	}
	r.room = sync.NewCond(&r.mu)
	if err := r.recover(); err != nil {
		lock.Close()
		return nil, fmt.Errorf("read spool %s: %w", dir, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	r.running.Go(func() {
		defer cancel() // Close waits for the flushing; the retention has nothing to finish
		r.flush(ctx)
	})
	r.running.Go(func() { r.retain(ctx) })
	return r, nil
}

// recover queues the segments that a dead process left.
func (r *Recorder) recover() error {
	paths, err := spooled(r.dir)
	if err != nil {
		return err
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		records, torn, err := readSegment(b)
		if err != nil {
			if err := r.setAside(path, err); err != nil {
				return err
			}
			continue
		}
		if torn > 0 {
			r.opts.Logger.Warn("cut off a record that was torn when the process died", "segment", path, "bytes", torn)
		}
		if len(records) == 0 {
			if err := os.Remove(path); err != nil {
				return err
			}
			continue
		}
		s := &segment{batch: batchOf(path), path: path, records: records, size: int64(len(b) - torn)}
		r.waiting = append(r.waiting, s)
		r.count(len(records), s.size-int64(len(spoolMagic)))
		r.stats.Recovered += uint64(len(records))
	}
	if r.stats.Recovered > 0 {
		r.opts.Logger.Info("recovered execution records of a process that died", "records", r.stats.Recovered)
	}
	return nil
}

func (r *Recorder) setAside(path string, reason error) error {
	aside := path + ".unreadable"
	r.opts.Logger.Error("set aside a spool segment that cannot be read", "segment", aside, "error", reason)
	return os.Rename(path, aside)
}

func (r *Recorder) count(records int, size int64) {
	r.accepted += uint64(records)
	r.stats.Buffered += records
	r.stats.BufferedBytes += size
}

// Append takes a record before the call that it is about is answered. When it returns nil the record survives the death of the process, or was
// shed and counted. It returns [ErrClosed] after Close, [ErrFull], and another error for a record that cannot be stored (without tenant, with an impossible time, over
// [MaxRecord] even without logs and requests) or a spool that cannot be written. Logs beyond 256 KiB of JSON are left out and counted. The caller must not change what rec refers
// to afterwards.
func (r *Recorder) Append(rec *Record) error {
	if err := rec.check(); err != nil {
		return err
	}
	rec = rec.fit()
	buffer := r.buffers.Get().(*[]byte)
	defer r.buffers.Put(buffer)
	frame, err := appendFrame((*buffer)[:0], rec)
	stripped := errors.Is(err, errTooLarge)
	if stripped {
		rec = rec.stripped()
		frame, err = appendFrame((*buffer)[:0], rec)
	}
	if err != nil {
		return fmt.Errorf("encode record %s: %w", rec.ID, err)
	}
	*buffer = frame

	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.account(rec.Tenant)
	if taken, err := r.waitForRoom(a); !taken {
		return err
	}
	if a.dayBytes(rec.Time) >= r.opts.TenantDayBytes && rec.hasDetails() {
		// What is left is short enough to be written under the lock.
		stripped, rec = true, rec.stripped()
		if frame, err = appendFrame(frame[:0], rec); err != nil {
			return fmt.Errorf("encode record %s: %w", rec.ID, err)
		}
	}
	if stripped {
		r.stats.Stripped++
	}
	if err := r.spool(a, rec, frame); err != nil {
		if r.opts.Overflow == OverflowShed {
			r.shed(err)
			return nil
		}
		return fmt.Errorf("spool record %s: %w", rec.ID, err)
	}
	return nil
}

// waitForRoom returns true when there is room. Otherwise the record was shed, or the error says why it cannot be taken.
func (r *Recorder) waitForRoom(a *account) (bool, error) {
	if !r.closed && r.full(a) && r.opts.Overflow == OverflowShed {
		r.shed(ErrFull)
		return false, nil
	}
	if !r.closed && r.full(a) && !r.awaitRoom(a) {
		return false, ErrFull
	}
	if r.closed {
		return false, ErrClosed
	}
	return true, nil
}

// full says whether there is no room, for anybody or for the tenant.
func (r *Recorder) full(a *account) bool {
	return r.stats.Buffered >= r.opts.MaxRecords || r.stats.BufferedBytes >= r.opts.MaxBytes || a.records*100 >= r.opts.MaxRecords*r.opts.TenantPercent ||
		a.bytes*100 >= r.opts.MaxBytes*int64(r.opts.TenantPercent)
}

// awaitRoom returns false if there is none in time: calls must not pile up behind a store that takes nothing.
func (r *Recorder) awaitRoom(a *account) bool {
	end := false
	timer := time.AfterFunc(r.opts.Wait, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		end = true
		r.room.Broadcast()
	})
	defer timer.Stop()
	for !r.closed && r.full(a) && !end {
		r.room.Wait()
	}
	return r.closed || !r.full(a)
}

func (r *Recorder) shed(reason error) {
	r.stats.Dropped++
	if !r.shedding {
		r.shedding = true
		r.opts.Logger.Error("shedding execution records", "reason", reason)
	}
}

func (r *Recorder) spool(a *account, rec *Record, frame []byte) error {
	if r.current == nil {
		s, err := createSegment(r.dir)
		if err != nil {
			return err
		}
		r.current = s
		notify(r.wake)
	}
	s := r.current
	if err := s.write(frame); err != nil {
		return err
	}
	s.records = append(s.records, *rec)
	r.count(1, int64(len(frame)))
	s.charge(a, int64(len(frame)))
	r.stats.Appended++
	if len(s.records) >= flushRecords || s.size >= flushBytes {
		r.seal()
	}
	return nil
}

// seal makes the current segment wait for the store. r.mu is held.
func (r *Recorder) seal() {
	s := r.current
	if s == nil {
		return
	}
	r.current = nil
	if err := s.seal(); err != nil {
		r.opts.Logger.Error("close spool segment", "segment", s.path, "error", err)
	}
	r.waiting = append(r.waiting, s)
	notify(r.wake)
}

func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Flush stores everything that was appended before it was called. If an attempt fails it returns the store's error; the records are kept and
// tried again.
func (r *Recorder) Flush(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seal()
	notify(r.retry)
	want, failed := r.accepted, r.stats.FlushErrors
	for r.stored < want {
		if r.stats.FlushErrors > failed {
			return fmt.Errorf("store execution records: %w", r.lastErr)
		}
		attempt := r.attempt
		r.mu.Unlock()
		var err error
		select {
		case <-attempt:
		case <-ctx.Done():
			err = ctx.Err()
		}
		r.mu.Lock()
		if err != nil {
			return err
		}
	}
	return nil
}

// Records reads from the store, after flushing if the first page is asked for: who makes a call and then lists sees the call. While
// the store takes no records, those that it has are still shown.
func (r *Recorder) Records(ctx context.Context, tenant string, filter Filter) ([]Record, string, error) {
	if filter.After == "" {
		if err := r.Flush(ctx); err != nil && ctx.Err() != nil {
			return nil, "", err
		}
	}
	return r.store.Records(ctx, tenant, filter)
}

// Statistics reads figures from the store, after flushing: they include the calls that were made before.
func (r *Recorder) Statistics(ctx context.Context, tenant string, q Question) ([]Course, error) {
	if err := r.Flush(ctx); err != nil && ctx.Err() != nil {
		return nil, err
	}
	return r.store.Statistics(ctx, tenant, q)
}

// Stats returns the counts so far.
func (r *Recorder) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stats
}

// Dropped returns how many records were shed.
func (r *Recorder) Dropped() uint64 { return r.Stats().Dropped }

// Close takes no more records and stores those that it has. If ctx ends before that, the rest stays in the spool for the next recorder
// and the error says how many records that is.
func (r *Recorder) Close(ctx context.Context) error {
	r.mu.Lock()
	r.closed = true
	r.seal()
	r.room.Broadcast()
	r.mu.Unlock()
	notify(r.wake)
	notify(r.retry)

	stop := context.AfterFunc(ctx, r.cancel)
	defer stop()
	r.running.Wait()
	if err := r.lock.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if left := r.stats.Buffered; left > 0 {
		return fmt.Errorf("%d execution records stay in the spool %s: %w", left, r.dir, errors.Join(ctx.Err(), r.lastErr))
	}
	return nil
}

// flush stores segments as they become due, until the recorder is closed and has none left or ctx ends.
func (r *Recorder) flush(ctx context.Context) {
	backoff := minBackoff
	for {
		s, wait := r.due()
		if s == nil {
			if !r.idle(ctx, wait) {
				return
			}
			continue
		}
		err := r.store.WriteRecords(ctx, s.batch, s.records)
		r.settle(s, err)
		if err == nil {
			r.followers.tell(s.records)
			backoff = minBackoff
			continue
		}
		if ctx.Err() != nil {
			return
		}
		r.opts.Logger.Error("store execution records; trying again", "records", len(s.records), "after", backoff, "error", err)
		select {
		case <-time.After(backoff):
		case <-r.retry:
		case <-ctx.Done():
			return
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

// due returns the oldest segment if it is due, and else after what time one will be (zero: not before r.wake). After Close, it returns a negative
// time if there is none.
func (r *Recorder) due() (*segment, time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.waiting) == 0 && r.current != nil {
		if wait := flushAfter - time.Since(r.current.started); wait > 0 {
			return nil, wait
		}
		r.seal()
	}
	if len(r.waiting) > 0 {
		return r.waiting[0], 0
	}
	if r.closed {
		return nil, -1
	}
	return nil, 0
}

// idle waits until something may be due; false is for ever.
func (r *Recorder) idle(ctx context.Context, wait time.Duration) bool {
	if wait < 0 {
		return false
	}
	var timer <-chan time.Time
	if wait > 0 {
		timer = time.After(wait)
	}
	select {
	case <-r.wake:
	case <-timer:
	case <-ctx.Done():
		return false
	}
	return true
}

// settle notes the end of an attempt to store the oldest segment.
func (r *Recorder) settle(s *segment, err error) {
	if err == nil {
		// If the process dies before this, the next one offers the batch to the store again, which knows it by its id.
		if err := os.Remove(s.path); err != nil {
			r.opts.Logger.Error("remove spool segment", "segment", s.path, "error", err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.attempt)
	r.attempt = make(chan struct{})
	if err != nil {
		r.stats.FlushErrors++
		r.lastErr = err
		return
	}
	r.waiting[0] = nil
	r.waiting = r.waiting[1:]
	r.stored += uint64(len(s.records))
	r.stats.Flushed += uint64(len(s.records))
	r.stats.Buffered -= len(s.records)
	r.stats.BufferedBytes -= s.size - int64(len(spoolMagic))
	s.settle()
	if r.shedding {
		r.shedding = false
		r.opts.Logger.Info("no longer shedding execution records", "dropped", r.stats.Dropped)
	}
	r.room.Broadcast()
}

// retain removes the records of days that are no longer kept, now and after each midnight.
func (r *Recorder) retain(ctx context.Context) {
	for {
		now := time.Now().UTC()
		next := now.Truncate(24 * time.Hour).Add(24 * time.Hour)
		if err := r.store.Retain(ctx, Day(now.AddDate(0, 0, -r.opts.Days))); err != nil {
			if ctx.Err() != nil {
				return
			}
			r.opts.Logger.Error("remove execution records that are no longer kept", "error", err)
			next = now.Add(retainAgain)
		}
		select {
		case <-time.After(time.Until(next)):
		case <-ctx.Done():
			return
		}
	}
}
