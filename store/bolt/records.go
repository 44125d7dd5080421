package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog/audit"
)

// blockFill is how full pages of blocks are left when they split: most blocks are written in the order of time.
const blockFill = 0.9

// WriteRecords implements audit.Store. Records of several days go to several files, each in a transaction of its own with the mark of the batch.
func (s *Store) WriteRecords(ctx context.Context, batch string, records []audit.Record) error {
	if batch == "" {
		return errors.New("write records: batch without id")
	}
	blocks, err := audit.NewBlocks(records)
	if err != nil {
		return fmt.Errorf("write records: %w", err)
	}
	byDay := make(map[string][]audit.Block)
	for _, b := range blocks {
		byDay[b.Day] = append(byDay[b.Day], b)
	}
	tallies := audit.NewTallies(records)
	for day, blocks := range byDay {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.writeDay(day, []byte(batch), blocks, tallies[day]); err != nil {
			return fmt.Errorf("write records of %s: %w", day, err)
		}
	}
	return nil
}

func (s *Store) writeDay(name string, batch []byte, blocks []audit.Block, tallies []audit.Tally) (err error) {
	day, err := s.days.acquire(name, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.days.release(day)) }()
	return day.Update(func(tx *bbolt.Tx) error {
		batches := tx.Bucket(bucketBatches)
		if batches.Get(batch) != nil {
			return nil
		}
		bucket := tx.Bucket(bucketBlocks)
		bucket.FillPercent = blockFill
		for _, b := range blocks {
			n, err := bucket.NextSequence()
			if err != nil {
				return err
			}
			if err := bucket.Put(blockKey(b.Tenant, b.Last).number(n), b.Data); err != nil {
				return err
			}
		}
		if err := putTallies(tx, tallies); err != nil {
			return err
		}
		return batches.Put(batch, []byte{})
	})
}

// blockKey is where the blocks that end at a time are. By the time of the last record, not the first, because a reader goes from new to old and must
// know that no block further on holds anything newer.
func blockKey(tenant string, last time.Time) key {
	return textKey(tenant).number(uint64(last.UnixNano()))
}

// Records implements audit.Store.
func (s *Store) Records(ctx context.Context, tenant string, f audit.Filter) ([]audit.Record, string, error) {
	selection, err := audit.NewSelection(f)
	if errors.Is(err, audit.ErrCursor) {
		return nil, "", invalidCursor()
	}
	if err != nil {
		return nil, "", err
	}
	names, err := s.days.list()
	if err != nil {
		return nil, "", err
	}
	for _, name := range slices.Backward(names) {
		if selection.Full() {
			break
		}
		if !selection.Wants(name) {
			continue
		}
		if err := s.selectDay(ctx, name, tenant, selection); err != nil {
			return nil, "", fmt.Errorf("read records of %s: %w", name, err)
		}
	}
	records, next := selection.Page()
	return records, next, nil
}

func (s *Store) selectDay(ctx context.Context, name, tenant string, selection *audit.Selection) (err error) {
	day, err := s.days.acquire(name, false)
	if day == nil {
		return err // nil if the day was removed after it was listed
	}
	defer func() { err = errors.Join(err, s.days.release(day)) }()
	return day.View(func(tx *bbolt.Tx) error {
		of := span{bucket: tx.Bucket(bucketBlocks), prefix: textKey(tenant), descending: true}
		for k, data := range of.after(blockKey(tenant, selection.Bound().Add(audit.MaxBlockSpan))) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if more, err := selection.Add(blockLast(k[len(of.prefix):]), data); !more || err != nil {
				return err
			}
		}
		return selection.Drain()
	})
}

func blockLast(rest []byte) time.Time {
	return time.Unix(0, int64(binary.BigEndian.Uint64(rest))).UTC()
}

// Retain implements audit.Store.
func (s *Store) Retain(ctx context.Context, firstDay string) error {
	if !isDay(firstDay) {
		return fmt.Errorf("retain records: %q is not a day", firstDay)
	}
	names, err := s.days.list()
	if err != nil {
		return err
	}
	kept, _ := slices.BinarySearch(names, firstDay)
	for _, name := range names[:kept] {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.days.remove(name); err != nil {
			return fmt.Errorf("remove records of %s: %w", name, err)
		}
	}
	return nil
}
