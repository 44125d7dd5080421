package bolt

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

var (
	bucketEvents = []byte("events") // tenant, sequence
	bucketHeads  = []byte("heads")  // tenant: sequence and digest of its last event, so that cutting off the end shows
)

// ErrChain says that the events of a tenant are not those that were written.
var ErrChain = errors.New("the chain of events is broken")

// head is the end of a tenant's chain of events.
type head struct {
	Sequence uint64 `json:"sequence"`
	Sum      string `json:"sum"`
}

func readHead(tx *bbolt.Tx, tenant catalog.TenantID) (head, error) {
	var h head
	err := get(tx.Bucket(bucketHeads), textKey(string(tenant)), &h)
	if errors.Is(err, catalog.ErrNotFound) {
		return head{}, nil
	}
	return h, err
}

// appendEvents chains the events to those of the tenant. The tenant is the edit's, whatever they say.
func (e *edit) appendEvents(tenant catalog.TenantID, events []audit.Event) error {
	if len(events) == 0 {
		return nil
	}
	h, err := readHead(e.tx, tenant)
	if err != nil {
		return err
	}
	for _, event := range events {
		event.Tenant, event.Sequence, event.Previous = string(tenant), h.Sequence+1, h.Sum
		stored, err := encode(event)
		if err != nil {
			return fmt.Errorf("encode event %s: %w", event.Type, err)
		}
		if err := e.put(bucketEvents, textKey(string(tenant)).number(event.Sequence), stored); err != nil {
			return err
		}
		h = chain(event.Sequence, stored)
	}
	return e.putJSON(bucketHeads, textKey(string(tenant)), h)
}

func chain(sequence uint64, stored []byte) head {
	sum := audit.Sum(stored)
	return head{Sequence: sequence, Sum: hex.EncodeToString(sum[:])}
}

// Events implements catalog.Store.
func (s *Store) Events(ctx context.Context, tenant catalog.TenantID, f audit.Filter) ([]audit.Event, string, error) {
	var events []audit.Event
	var next string
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		if err := needTenant(tx, tenant); err != nil {
			return err
		}
		of := span{bucket: tx.Bucket(bucketEvents), name: bucketEvents, prefix: textKey(string(tenant)), descending: true}
		last, err := of.parseCursor(f.After)
		if err != nil {
			return err
		}
		limit := catalog.Page{Limit: f.Limit}.Clamp().Limit
		size := 0
		for k, v := range of.after(last) {
			if err := ctx.Err(); err != nil {
				return err
			}
			var event audit.Event
			if err := json.Unmarshal(v, &event); err != nil {
				return fmt.Errorf("read event %q: %w", k, err)
			}
			if !f.MatchesEvent(&event) {
				continue
			}
			if size += len(v); len(events) == limit || len(events) > 0 && size > audit.MaxPage {
				next = of.cursor(last)
				return nil
			}
			events, last = append(events, event), k
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	return events, next, nil
}

// VerifyEvents reads all events of a tenant and returns an [ErrChain] with the first place that is not as it was written, or nil.
func (s *Store) VerifyEvents(ctx context.Context, tenant catalog.TenantID) error {
	return s.view(ctx, func(tx *bbolt.Tx) error {
		if err := needTenant(tx, tenant); err != nil {
			return err
		}
		var h head
		of := span{bucket: tx.Bucket(bucketEvents), name: bucketEvents, prefix: textKey(string(tenant))}
		for k, v := range of.after(nil) {
			if err := ctx.Err(); err != nil {
				return err
			}
			var event audit.Event
			if err := json.Unmarshal(v, &event); err != nil {
				return fmt.Errorf("%w: event after %d: %w", ErrChain, h.Sequence, err)
			}
			place := binary.BigEndian.Uint64(k[len(of.prefix):])
			if place != h.Sequence+1 || event.Sequence != place || event.Previous != h.Sum {
				return fmt.Errorf("%w: event %d does not follow event %d", ErrChain, event.Sequence, h.Sequence)
			}
			h = chain(place, v)
		}
		end, err := readHead(tx, tenant)
		if err != nil {
			return err
		}
		if h != end {
			return fmt.Errorf("%w: it ends with event %d, not with %d as written", ErrChain, h.Sequence, end.Sequence)
		}
		return nil
	})
}
