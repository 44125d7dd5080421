package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog/audit"
)

var (
	bucketCalls      = []byte("calls")      // tenant, flow, slot, revision, interval
	bucketExecutions = []byte("executions") // tenant, action, version, interval
)

// putTallies adds to the figures of a day.
func putTallies(tx *bbolt.Tx, tallies []audit.Tally) error {
	for i := range tallies {
		t := &tallies[i]
		name, k := tallyKey(t)
		bucket, err := tx.CreateBucketIfNotExists(name)
		if err != nil {
			return err
		}
		figures := t.Figures
		if stored := bucket.Get(k); stored != nil {
			before, err := audit.ParseFigures(stored)
			if err != nil {
				return fmt.Errorf("read %s %q: %w", name, k, err)
			}
			figures.Add(&before)
		}
		if err := bucket.Put(k, figures.Append(nil)); err != nil {
			return err
		}
	}
	return nil
}

func tallyKey(t *audit.Tally) (bucket []byte, k key) {
	s := &t.Series
	interval := uint64(t.Time.Unix())
	if s.Flow == "" {
		return bucketExecutions, textKey(t.Tenant, s.Action, s.Version).number(interval)
	}
	return bucketCalls, textKey(t.Tenant, s.Flow, s.Slot).number(uint64(s.Revision)).number(interval)
}

// Statistics implements audit.Store.
func (s *Store) Statistics(ctx context.Context, tenant string, q audit.Question) ([]audit.Course, error) {
	names, err := s.days.list()
	if err != nil {
		return nil, err
	}
	statistics := audit.NewStatistics(q)
	for _, name := range names {
		if !q.Wants(name) {
			continue
		}
		if err := s.addDay(ctx, name, tenant, q, statistics); err != nil {
			return nil, fmt.Errorf("read figures of %s: %w", name, err)
		}
	}
	return statistics.Courses(), nil
}

func (s *Store) addDay(ctx context.Context, name, tenant string, q audit.Question, to *audit.Statistics) (err error) {
	day, err := s.days.acquire(name, false)
	if day == nil {
		return err // nil if the day was removed after it was listed
	}
	defer func() { err = errors.Join(err, s.days.release(day)) }()
	return day.View(func(tx *bbolt.Tx) error {
		list := span{bucket: tx.Bucket(bucketExecutions), prefix: textKey(tenant)}
		picked := q.Action
		if q.By.Calls() {
			list.bucket, picked = tx.Bucket(bucketCalls), q.Flow
		}
		if list.bucket == nil {
			return nil // nothing, or from before there were figures
		}
		of := list
		if picked != "" {
			of.prefix = textKey(tenant, picked)
		}
		for k, stored := range of.after(nil) {
			if err := ctx.Err(); err != nil {
				return err
			}
			series, at, err := parseTallyKey(k[len(list.prefix):], q.By.Calls())
			if err == nil {
				err = to.Add(series, at, stored)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// parseTallyKey reads the rest of a key after the tenant.
func parseTallyKey(rest []byte, calls bool) (series audit.Series, at time.Time, err error) {
	first, rest, ok := cutText(rest)
	second, rest, ok2 := cutText(rest)
	numbers := 8
	if calls {
		numbers = 16
	}
	if !ok || !ok2 || len(rest) != numbers {
		return audit.Series{}, time.Time{}, audit.ErrFigures
	}
	if calls {
		series = audit.Series{Flow: first, Slot: second, Revision: int(binary.BigEndian.Uint64(rest))}
	} else {
		series = audit.Series{Action: first, Version: second}
	}
	return series, time.Unix(int64(binary.BigEndian.Uint64(rest[numbers-8:])), 0).UTC(), nil
}

// cutText splits a key after its first text, whose end is the first 00 that is not followed by ff.
func cutText(k []byte) (text string, rest []byte, ok bool) {
	for i := 0; i+1 < len(k); i++ {
		if k[i] != 0 {
			continue
		}
		if k[i+1] == 1 {
			return strings.ReplaceAll(string(k[:i]), "\x00\xff", "\x00"), k[i+2:], true
		}
		i++ // a 00 of the text itself
	}
	return "", nil, false
}
