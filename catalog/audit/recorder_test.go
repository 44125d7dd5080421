package audit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/audit"
)

var errStore = errors.New("disk full")

// memory is a store at the edge of these tests. It keeps what it is given and fails when told to.
type memory struct {
	mu       sync.Mutex
	err      error         // what writes return
	wait     chan struct{} // if set, writes wait for it
	attempts []time.Time
	batches  map[string][]audit.Record
	order    []string
	retained []string
}

func (m *memory) WriteRecords(ctx context.Context, batch string, records []audit.Record) error {
	m.mu.Lock()
	wait := m.wait
	m.attempts = append(m.attempts, time.Now())
	m.mu.Unlock()
	if wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	if m.batches == nil {
		m.batches = make(map[string][]audit.Record)
	}
	if _, stored := m.batches[batch]; !stored {
		m.batches[batch] = slices.Clone(records)
		m.order = append(m.order, batch)
	}
	return nil
}

func (m *memory) Records(context.Context, string, audit.Filter) ([]audit.Record, string, error) {
	return m.all(), "", nil
}

func (m *memory) Statistics(context.Context, string, audit.Question) ([]audit.Course, error) {
	return nil, nil
}

func (m *memory) Retain(_ context.Context, firstDay string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.retained = append(m.retained, firstDay)
	return m.err
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func (m *memory) retentions() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.retained)
}

func (m *memory) tries() []time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.attempts)
}

func (m *memory) all() []audit.Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []audit.Record
	for _, batch := range m.order {
		all = append(all, m.batches[batch]...)
	}
	return all
}

func quiet(opts audit.RecorderOptions) audit.RecorderOptions {
	opts.Logger = slog.New(slog.DiscardHandler)
	return opts
}

func recorder(t testing.TB, dir string, s audit.Store, opts audit.RecorderOptions) *audit.Recorder {
	t.Helper()
	r, err := audit.NewRecorder(dir, s, quiet(opts))
	require.NoError(t, err)
	return r
}

func appendAll(t testing.TB, r *audit.Recorder, n int) []audit.Record {
	t.Helper()
	records := make([]audit.Record, n)
	for i := range records {
		records[i] = record("acme", time.Now())
		require.NoError(t, r.Append(&records[i]))
	}
	return records
}

func spool(t testing.TB, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	return paths
}

// abandon closes a recorder as if its process had died: what the store has not taken stays in the spool.
func abandon(t testing.TB, r *audit.Recorder) {
	t.Helper()
	ended, end := context.WithCancel(context.Background())
	end()
	require.ErrorIs(t, r.Close(ended), context.Canceled)
}

func TestRecordsAreFlushedInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s memory
		dir := t.TempDir()
		r := recorder(t, dir, &s, audit.RecorderOptions{})
		want := appendAll(t, r, 3)
		require.Len(t, spool(t, dir), 1)
		time.Sleep(50*time.Millisecond - 1)
		synctest.Wait()
		require.Empty(t, s.all())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		require.Equal(t, want, s.all())
		require.Empty(t, spool(t, dir))
		require.NoError(t, r.Close(t.Context()))
	})
}

func TestRecordsAreFlushedByCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s memory
		r := recorder(t, t.TempDir(), &s, audit.RecorderOptions{})
		want := appendAll(t, r, 2500)
		synctest.Wait()
		require.Len(t, s.all(), 2000)
		require.Len(t, s.order, 2)
		require.Equal(t, audit.Stats{Appended: 2500, Flushed: 2000, Buffered: 500, BufferedBytes: r.Stats().BufferedBytes}, r.Stats())
		require.NoError(t, r.Close(t.Context()))
		require.Equal(t, want, s.all())
		require.Equal(t, audit.Stats{Appended: 2500, Flushed: 2500}, r.Stats())
	})
}

func TestFlushAndReadOwnWrites(t *testing.T) {
	t.Parallel()
	var s memory
	r := recorder(t, t.TempDir(), &s, audit.RecorderOptions{})
	require.NoError(t, r.Flush(t.Context()), "of nothing")
	want := appendAll(t, r, 3)
	got, _, err := r.Records(t.Context(), "acme", audit.Filter{})
	require.NoError(t, err)
	require.Equal(t, want, got)

	s.fail(errStore)
	appendAll(t, r, 1)
	require.ErrorIs(t, r.Flush(t.Context()), errStore)
	got, _, err = r.Records(t.Context(), "acme", audit.Filter{})
	require.NoError(t, err, "what there is can be read while the store takes nothing")
	require.Equal(t, want, got)
	s.fail(nil)
	require.NoError(t, r.Close(t.Context()))
	require.Len(t, s.all(), 4)
	require.NoError(t, r.Close(t.Context()), "again")
	require.ErrorIs(t, r.Append(&want[0]), audit.ErrClosed)
	require.NoError(t, r.Flush(t.Context()))
}

func TestFlushEndsWithContext(t *testing.T) {
	t.Parallel()
	s := memory{wait: make(chan struct{})}
	r := recorder(t, t.TempDir(), &s, audit.RecorderOptions{})
	appendAll(t, r, 1)
	ended, end := context.WithCancel(t.Context())
	end()
	require.ErrorIs(t, r.Flush(ended), context.Canceled)
	_, _, err := r.Records(ended, "acme", audit.Filter{})
	require.ErrorIs(t, err, context.Canceled)
	close(s.wait)
	require.NoError(t, r.Close(t.Context()))
}

func TestFailedWritesAreRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memory{err: errStore}
		var log bytes.Buffer
		r, err := audit.NewRecorder(t.TempDir(), &s, audit.RecorderOptions{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		require.NoError(t, err)
		want := appendAll(t, r, 2)
		time.Sleep(30 * time.Second)
		synctest.Wait()
		var gaps []time.Duration
		tries := s.tries()
		for i := 1; i < len(tries); i++ {
			gaps = append(gaps, tries[i].Sub(tries[i-1]))
		}
		require.Equal(t, 50*time.Millisecond, gaps[0])
		require.Equal(t, 100*time.Millisecond, gaps[1])
		require.Equal(t, 5*time.Second, gaps[len(gaps)-1])
		require.EqualValues(t, len(tries), r.Stats().FlushErrors)
		require.Equal(t, 2, r.Stats().Buffered)
		s.fail(nil)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		require.Equal(t, want, s.all())
		require.NoError(t, r.Close(t.Context()))
		require.Contains(t, log.String(), errStore.Error())
	})
}

func TestRecovery(t *testing.T) {
	t.Parallel()
	broken := memory{err: errStore}
	dir := t.TempDir()
	r := recorder(t, dir, &broken, audit.RecorderOptions{})
	want := appendAll(t, r, 2100)
	abandon(t, r)
	require.Len(t, spool(t, dir), 3)

	r = recorder(t, dir, &broken, audit.RecorderOptions{}) // dies again before it could store anything
	want = append(want, appendAll(t, r, 1)...)
	abandon(t, r)

	var s memory
	r = recorder(t, dir, &s, audit.RecorderOptions{})
	require.EqualValues(t, 2101, r.Stats().Recovered)
	require.NoError(t, r.Flush(t.Context()))
	require.Equal(t, want, s.all())
	require.Equal(t, audit.Stats{Recovered: 2101, Flushed: 2101}, r.Stats())
	require.Empty(t, spool(t, dir))
	require.NoError(t, r.Close(t.Context()))
}

// TestRecoveryOfStoredBatch puts a segment back that the store has already, as a process does that dies between storing and removing.
func TestRecoveryOfStoredBatch(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := recorder(t, dir, &memory{err: errStore}, audit.RecorderOptions{})
	want := appendAll(t, r, 3)
	abandon(t, r)
	segments := spool(t, dir)
	saved, err := os.ReadFile(segments[0])
	require.NoError(t, err)
	var s memory
	for range 3 {
		require.NoError(t, os.WriteFile(segments[0], saved, 0o600))
		r = recorder(t, dir, &s, audit.RecorderOptions{})
		require.NoError(t, r.Close(t.Context()))
	}
	require.Equal(t, want, s.all())
}

func TestRecoveryOfTornSegment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := recorder(t, dir, &memory{err: errStore}, audit.RecorderOptions{})
	want := appendAll(t, r, 3)
	abandon(t, r)
	segments := spool(t, dir)
	whole, err := os.ReadFile(segments[0])
	require.NoError(t, err)
	frame := (len(whole) - 8) / 3 // the records are equally long

	recovered := func(spooled []byte) []audit.Record {
		require.NoError(t, os.WriteFile(segments[0], spooled, 0o600))
		var s memory
		r := recorder(t, dir, &s, audit.RecorderOptions{})
		require.NoError(t, r.Close(t.Context()))
		require.Empty(t, spool(t, dir))
		return s.all()
	}
	for size := 0; size <= len(whole); size += 13 {
		require.Equal(t, want[:max(0, size-8)/frame], append([]audit.Record{}, recovered(whole[:size])...), "%d bytes", size)
	}
	require.Equal(t, want, recovered(append(slices.Clone(whole), make([]byte, 4096)...)), "zeros behind it")
	flipped := slices.Clone(whole)
	flipped[8+frame+40] ^= 1
	require.Equal(t, want[:1], recovered(flipped), "a damaged byte")
}

func TestUnreadableSegmentIsSetAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "0190.spool")
	require.NoError(t, os.WriteFile(path, []byte("durspl9\nof a newer version"), 0o600))
	var s memory
	var log bytes.Buffer
	r, err := audit.NewRecorder(dir, &s, audit.RecorderOptions{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, err)
	require.NoError(t, r.Close(t.Context()))
	require.Empty(t, s.all())
	require.FileExists(t, path+".unreadable")
	require.Contains(t, log.String(), path)
}

func TestSpoolInUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := recorder(t, dir, &memory{}, audit.RecorderOptions{})
	_, err := audit.NewRecorder(dir, &memory{}, audit.RecorderOptions{})
	require.ErrorIs(t, err, audit.ErrSpoolInUse)
	require.NoError(t, r.Close(t.Context()))
	r = recorder(t, dir, &memory{}, audit.RecorderOptions{})
	require.NoError(t, r.Close(t.Context()))
}

func TestFullBufferBlocks(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]audit.RecorderOptions{
		"records": {MaxRecords: 10, TenantPercent: 100},
		"bytes":   {MaxBytes: 10 * 600, TenantPercent: 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := memory{wait: make(chan struct{})}
				r := recorder(t, t.TempDir(), &s, opts)
				var done sync.WaitGroup
				for range 20 {
					done.Go(func() {
						rec := record("acme", time.Now())
						if err := r.Append(&rec); err != nil {
							t.Error(err)
						}
					})
				}
				time.Sleep(time.Second)
				synctest.Wait()
				full := r.Stats().Buffered
				require.GreaterOrEqual(t, full, 8)
				require.LessOrEqual(t, full, 12)
				close(s.wait)
				done.Wait()
				require.NoError(t, r.Close(t.Context()))
				require.Len(t, s.all(), 20)
				require.Zero(t, r.Dropped())
			})
		})
	}
}

// A store that takes nothing holds a call up for a while, not for ever.
func TestWaitingForRoomEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memory{wait: make(chan struct{})}
		r := recorder(t, t.TempDir(), &s, audit.RecorderOptions{MaxRecords: 1, TenantPercent: 100, Wait: time.Second})
		want := appendAll(t, r, 1)
		began := time.Now()
		rec := record("acme", time.Now())
		require.ErrorIs(t, r.Append(&rec), audit.ErrFull)
		require.Equal(t, time.Second, time.Since(began))
		close(s.wait)
		require.NoError(t, r.Flush(t.Context()))
		want = append(want, appendAll(t, r, 1)...)
		require.NoError(t, r.Close(t.Context()))
		require.Equal(t, want, s.all())
	})
}

func TestCloseEndsWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memory{wait: make(chan struct{})}
		r := recorder(t, t.TempDir(), &s, audit.RecorderOptions{MaxRecords: 1, TenantPercent: 100})
		appendAll(t, r, 1)
		result := make(chan error)
		go func() {
			rec := record("acme", time.Now())
			result <- r.Append(&rec)
		}()
		synctest.Wait()
		ended, end := context.WithCancel(t.Context())
		end()
		require.ErrorContains(t, r.Close(ended), "1 execution records stay in the spool")
		require.ErrorIs(t, <-result, audit.ErrClosed)
	})
}

func TestFullBufferSheds(t *testing.T) {
	t.Parallel()
	s := memory{err: errStore}
	var log bytes.Buffer
	r, err := audit.NewRecorder(t.TempDir(), &s, audit.RecorderOptions{
		MaxRecords: 10, TenantPercent: 100, Overflow: audit.OverflowShed, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	require.NoError(t, err)
	want := appendAll(t, r, 25)[:10]
	require.EqualValues(t, 15, r.Dropped())
	s.fail(nil)
	require.NoError(t, r.Flush(t.Context()))
	want = append(want, appendAll(t, r, 5)...)
	require.NoError(t, r.Close(t.Context()))
	require.Equal(t, want, s.all())
	require.EqualValues(t, 15, r.Dropped())
	require.Equal(t, 1, strings.Count(log.String(), "level=ERROR msg=\"shedding"))
	require.Contains(t, log.String(), "dropped=15")
}

func TestSpoolThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for overflow, dropped := range map[audit.Overflow]uint64{audit.OverflowBlock: 0, audit.OverflowShed: 1} {
		dir := filepath.Join(t.TempDir(), "spool")
		var s memory
		r := recorder(t, dir, &s, audit.RecorderOptions{Overflow: overflow})
		require.NoError(t, os.Remove(dir))
		rec := record("acme", time.Now())
		err := r.Append(&rec)
		require.Equal(t, overflow == audit.OverflowBlock, err != nil)
		require.Equal(t, dropped, r.Dropped())
		require.NoError(t, os.Mkdir(dir, 0o700))
		appendAll(t, r, 1)
		require.NoError(t, r.Close(t.Context()))
		require.Len(t, s.all(), 1)
	}
}

func TestAppendRefuses(t *testing.T) {
	t.Parallel()
	var s memory
	r := recorder(t, t.TempDir(), &s, audit.RecorderOptions{})
	for name, change := range map[string]func(*audit.Record){
		"no tenant":     func(r *audit.Record) { r.Tenant = "" },
		"a long tenant": func(r *audit.Record) { r.Tenant = strings.Repeat("x", 256) },
		"no time":       func(r *audit.Record) { r.Time = time.Time{} },
		"a late time":   func(r *audit.Record) { r.Time = time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC) },
		"a huge one":    func(r *audit.Record) { r.Reason = strings.Repeat("x", audit.MaxRecord) },
	} {
		rec := record("acme", time.Now())
		change(&rec)
		require.Error(t, r.Append(&rec), name)
	}
	odd := record("acme", time.Now())
	odd.User = "\xff"
	require.NoError(t, r.Append(&odd), "invalid UTF-8 must not keep a call from being recorded")
	require.NoError(t, r.Close(t.Context()))
	require.Len(t, s.all(), 1)
}

func TestRetention(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // begins at midnight of 2000-01-01
		time.Sleep(9 * time.Hour)
		var s memory
		r := recorder(t, t.TempDir(), &s, audit.RecorderOptions{Days: 7})
		synctest.Wait()
		require.Equal(t, []string{"1999-12-25"}, s.retentions())
		time.Sleep(15*time.Hour - 1)
		synctest.Wait()
		require.Len(t, s.retentions(), 1)
		s.fail(errStore)
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		require.Equal(t, []string{"1999-12-25", "1999-12-26"}, s.retentions())
		s.fail(nil)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		require.Equal(t, []string{"1999-12-25", "1999-12-26", "1999-12-26"}, s.retentions(), "again after it failed")
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		require.Equal(t, "1999-12-27", last(s.retentions()))
		require.NoError(t, r.Close(t.Context()))

		r = recorder(t, t.TempDir(), &s, audit.RecorderOptions{})
		synctest.Wait()
		require.Equal(t, "1999-12-04", last(s.retentions()), "30 days by default")
		require.NoError(t, r.Close(t.Context()))
	})
}

func last[T any](s []T) T { return s[len(s)-1] }

func TestManyAppend(t *testing.T) {
	t.Parallel()
	var s memory
	r := recorder(t, t.TempDir(), &s, audit.RecorderOptions{MaxRecords: 700, TenantPercent: 100})
	const goroutines, each = 64, 100
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			for i := range each {
				rec := record("acme", time.Now())
				rec.Request = fmt.Sprint(g, " ", i)
				if err := r.Append(&rec); err != nil {
					t.Error(err)
				}
				if i%50 == 0 {
					if err := r.Flush(t.Context()); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	require.NoError(t, r.Close(t.Context()))
	seen := make(map[string]bool)
	for _, rec := range s.all() {
		require.False(t, seen[rec.Request])
		seen[rec.Request] = true
	}
	require.Len(t, seen, goroutines*each)
	require.Equal(t, audit.Stats{Appended: goroutines * each, Flushed: goroutines * each}, r.Stats())
}

// FuzzReadSegment reads any bytes as a segment: what comes back are whole records, in as many bytes as there are.
func FuzzReadSegment(f *testing.F) {
	dir := f.TempDir()
	r := recorder(f, dir, &memory{err: errStore}, audit.RecorderOptions{})
	appendAll(f, r, 2)
	abandon(f, r)
	whole, err := os.ReadFile(spool(f, dir)[0])
	require.NoError(f, err)
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add(whole[:8])
	f.Add([]byte("durspl1\n\x00\x00\x00\x02\x00\x00\x00\x00{}"))
	f.Add([]byte("durspl1\n\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, segment []byte) {
		records, torn, err := audit.ReadSegment(segment)
		if err != nil {
			require.Empty(t, records)
			return
		}
		require.GreaterOrEqual(t, torn, 0)
		require.LessOrEqual(t, torn, len(segment))
		for _, rec := range records {
			require.NotEmpty(t, rec.Tenant)
		}
		again, rest, err := audit.ReadSegment(segment[:len(segment)-torn])
		require.NoError(t, err)
		require.Zero(t, rest)
		require.Equal(t, records, again)
	})
}
