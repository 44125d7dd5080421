package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/runtime/host/window"
	"github.com/durward/durward/versions"
)

var (
	bucketCounters      = []byte("counters")       // tenant, action, key, window
	bucketCounterEnds   = []byte("counter_ends")   // tenant, end, action, key, window: in the order in which they end
	bucketCounterTotals = []byte("counter_totals") // tenant: how many
)

// hit is one of a counter, within an edit.
type hit struct {
	tenant key
	name   key // action, key and window
	window time.Duration
	limit  int
	at     time.Duration // since 1970
}

// HitCounter implements versions.CounterStore.
func (s *Store) HitCounter(
	ctx context.Context, tenant catalog.TenantID, action catalog.ActionSlug, name string, length time.Duration, limit int, now time.Time,
) (count int, reset time.Duration, err error) {
	h := hit{
		tenant: textKey(string(tenant)), name: textKey(string(action), name).number(uint64(length)), window: length, limit: limit,
		at: time.Duration(max(now.UnixNano(), 0)), // a clock that is not set yet
	}
	err = s.write.do(ctx, func(e *edit) (err error) {
		count, reset, err = e.hitCounter(&h)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	return count, reset, nil
}

func (e *edit) hitCounter(h *hit) (count int, reset time.Duration, err error) {
	var hits window.Hits
	k := h.tenant.join(h.name)
	stored := e.bucket(bucketCounters).Get(k)
	if stored != nil {
		if err := hits.UnmarshalBinary(stored); err != nil {
			return 0, 0, err
		}
	}
	before := hits.End(h.window)
	count, counted := hits.Add(h.at, h.window, h.limit)
	end := hits.End(h.window)
	if !counted {
		return count, end - h.at, nil
	}
	if stored == nil {
		if err := e.addCounter(h); err != nil {
			return 0, 0, err
		}
	}
	value, err := hits.MarshalBinary()
	if err != nil {
		return 0, 0, err
	}
	if err := e.put(bucketCounters, k, value); err != nil {
		return 0, 0, err
	}
	return count, end - h.at, e.moveCounterEnd(h, before, end)
}

// moveCounterEnd keeps the order in which counters end. before is 0 for a new one.
func (e *edit) moveCounterEnd(h *hit, before, end time.Duration) error {
	if before == end {
		return nil
	}
	if before != 0 {
		if err := e.delete(bucketCounterEnds, h.tenant.number(uint64(before)).join(h.name)); err != nil {
			return err
		}
	}
	return e.put(bucketCounterEnds, h.tenant.number(uint64(end)).join(h.name), nil)
}

// endedAtOnce is how many counters that have ended go with each new one: two, so that they become fewer.
const endedAtOnce = 2

// addCounter makes room for a counter and counts it. It returns catalog.ErrQuota if the tenant has its number of counters that have not ended.
func (e *edit) addCounter(h *hit) error {
	total := uint64(0)
	if v := e.bucket(bucketCounterTotals).Get(h.tenant); len(v) == 8 {
		total = binary.BigEndian.Uint64(v)
	}
	for range endedAtOnce {
		ended, _ := e.bucket(bucketCounterEnds).Cursor().Seek(h.tenant)
		if !bytes.HasPrefix(ended, h.tenant) || binary.BigEndian.Uint64(ended[len(h.tenant):]) > uint64(h.at) {
			break
		}
		ended = bytes.Clone(ended)
		if err := e.delete(bucketCounterEnds, ended); err != nil {
			return err
		}
		if err := e.delete(bucketCounters, h.tenant.join(ended[len(h.tenant)+8:])); err != nil {
			return err
		}
		total--
	}
	if total >= versions.MaxCounters {
		return catalog.ErrQuota
	}
	return e.put(bucketCounterTotals, h.tenant, binary.BigEndian.AppendUint64(nil, total+1))
}
