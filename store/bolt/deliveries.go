package bolt

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"time"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/idempotency"
)

var (
	bucketDeliveries       = []byte("deliveries")        // tenant, id: those that wait or run
	bucketDeadLetters      = []byte("dead_letters")      // tenant, id
	bucketDeliveryCalls    = []byte("delivery_calls")    // tenant, id: the body of both, which a list must not read
	bucketDeliveryDue      = []byte("delivery_due")      // tenant, time, id: those that may be claimed from then on
	bucketDeliveryClaims   = []byte("delivery_claims")   // tenant, id: those that run
	bucketDeliveryLines    = []byte("delivery_lines")    // tenant, digest of the line, sequence: id
	bucketDeliveryAccounts = []byte("delivery_accounts") // tenant
)

func deliveryKey(tenant catalog.TenantID, id string) key { return textKey(string(tenant), id) }

func dueKey(d *storedDelivery) key {
	return append(textKey(string(d.Tenant)).number(uint64(d.Due.UnixNano())), d.ID...)
}

// AddDelivery implements deliveries.Store.
func (s *Store) AddDelivery(ctx context.Context, d deliveries.Delivery, b deliveries.Bounds) error {
	return s.write.do(ctx, func(e *edit) error { return e.addDelivery(&d, b) })
}

// AddAnsweredDelivery implements deliveries.Store.
func (s *Store) AddAnsweredDelivery(
	ctx context.Context, d deliveries.Delivery, b deliveries.Bounds, a idempotency.Answer, ab idempotency.Bounds,
) (kept idempotency.Kept, err error) {
	err = s.write.do(ctx, func(e *edit) (err error) {
		if kept, err = e.keepAnswer(&a, ab); err != nil || kept.Before != nil {
			return err
		}
		return e.addDelivery(&d, b)
	})
	return kept, err
}

func (e *edit) addDelivery(d *deliveries.Delivery, b deliveries.Bounds) error {
	if err := needTenant(e.tx, d.Tenant); err != nil {
		return err
	}
	k := deliveryKey(d.Tenant, d.ID)
	if e.bucket(bucketDeliveries).Get(k) != nil || e.bucket(bucketDeadLetters).Get(k) != nil {
		return catalog.ErrExists
	}
	if err := e.put(bucketDeliveryCalls, k, d.Call); err != nil {
		return err
	}
	return e.enqueue(storeDelivery(d), b)
}

// enqueue makes a delivery wait at the end of its line.
func (e *edit) enqueue(d *storedDelivery, b deliveries.Bounds) error {
	account := e.deliveryAccount(d.Tenant)
	if account.Waiting.Entries+1 > int64(b.Entries) || account.Waiting.Bytes+d.size() > b.Bytes {
		return deliveries.ErrFull
	}
	account.Sequence++
	d.Sequence = account.Sequence
	first, err := e.standInLine(d)
	if err != nil {
		return err
	}
	if first {
		if err := e.put(bucketDeliveryDue, dueKey(d), present); err != nil {
			return err
		}
	}
	account.Waiting.add(1, d.size())
	if err := e.putJSON(bucketDeliveries, deliveryKey(d.Tenant, d.ID), d); err != nil {
		return err
	}
	return e.saveDeliveryAccount(d.Tenant, account)
}

// DueDeliveries implements deliveries.Store.
func (s *Store) DueDeliveries(ctx context.Context) (map[catalog.TenantID]time.Time, error) {
	due := make(map[catalog.TenantID]time.Time)
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(bucketDeliveryDue).Cursor()
		return tx.Bucket(bucketDeliveryAccounts).ForEach(func(tenant, _ []byte) error {
			if at, ok := firstDue(cursor, tenant); ok {
				due[catalog.TenantID(textOf(tenant))] = at
			}
			return nil
		})
	})
	return due, err
}

// firstDue is when the first delivery of a tenant can be claimed, if there is one.
func firstDue(cursor *bbolt.Cursor, tenant key) (time.Time, bool) {
	k, _ := cursor.Seek(tenant)
	if !hasPrefix(k, tenant) {
		return time.Time{}, false
	}
	return dueIn(k, tenant), true
}

func dueIn(k, tenant key) time.Time {
	return time.Unix(0, int64(binary.BigEndian.Uint64(k[len(tenant):]))).UTC()
}

// Delivery implements deliveries.Store.
func (s *Store) Delivery(ctx context.Context, tenant catalog.TenantID, id string) (d deliveries.Delivery, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		stored, state, err := findDelivery(tx, tenant, id)
		if err != nil {
			return err
		}
		d = stored.delivery(state, tx.Bucket(bucketDeliveryCalls).Get(deliveryKey(tenant, id)))
		return nil
	})
	return d, err
}

func findDelivery(tx *bbolt.Tx, tenant catalog.TenantID, id string) (*storedDelivery, deliveries.State, error) {
	k, d := deliveryKey(tenant, id), &storedDelivery{}
	if v := tx.Bucket(bucketDeadLetters).Get(k); v != nil {
		return d, deliveries.Dead, json.Unmarshal(v, d)
	}
	return d, liveState(tx, k), get(tx.Bucket(bucketDeliveries), k, d)
}

func liveState(tx *bbolt.Tx, k key) deliveries.State {
	if tx.Bucket(bucketDeliveryClaims).Get(k) != nil {
		return deliveries.Running
	}
	return deliveries.Waiting
}

// Deliveries implements deliveries.Store.
func (s *Store) Deliveries(ctx context.Context, tenant catalog.TenantID, dead bool, p catalog.Page) (list catalog.List[deliveries.Delivery], err error) {
	name := bucketDeliveries
	if dead {
		name = bucketDeadLetters
	}
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		if err := needTenant(tx, tenant); err != nil {
			return err
		}
		of := span{bucket: tx.Bucket(name), name: name, prefix: textKey(string(tenant)), descending: true}
		list, err = page(of, p, func(k, v []byte) (deliveries.Delivery, error) {
			var d storedDelivery
			err := json.Unmarshal(v, &d)
			if dead {
				return d.delivery(deliveries.Dead, nil), err
			}
			return d.delivery(liveState(tx, k), nil), err
		})
		return err
	})
	return list, err
}

// RedriveDelivery implements deliveries.Store.
func (s *Store) RedriveDelivery(
	ctx context.Context, tenant catalog.TenantID, id string, revision int, due time.Time, b deliveries.Bounds, events ...audit.Event,
) (redriven deliveries.Delivery, err error) {
	err = s.write.do(ctx, func(e *edit) error {
		d, err := e.exhume(tenant, id)
		if err != nil {
			return err
		}
		d.Revision, d.Due, d.Tries = revision, due.UTC(), 0
		if err := e.enqueue(d, b); err != nil {
			return err
		}
		redriven = d.delivery(deliveries.Waiting, nil)
		return e.appendEvents(tenant, events)
	})
	return redriven, err
}

// DiscardDelivery implements deliveries.Store.
func (s *Store) DiscardDelivery(ctx context.Context, tenant catalog.TenantID, id string, events ...audit.Event) (discarded deliveries.Delivery, err error) {
	err = s.write.do(ctx, func(e *edit) error {
		d, err := e.exhume(tenant, id)
		if err != nil {
			return err
		}
		discarded = d.delivery(deliveries.Dead, nil)
		if err := e.delete(bucketDeliveryCalls, deliveryKey(tenant, id)); err != nil {
			return err
		}
		return e.appendEvents(tenant, events)
	})
	return discarded, err
}

// exhume takes a dead letter out, all but its call.
func (e *edit) exhume(tenant catalog.TenantID, id string) (*storedDelivery, error) {
	k, d := deliveryKey(tenant, id), &storedDelivery{}
	if err := get(e.bucket(bucketDeadLetters), k, d); err != nil {
		return nil, err
	}
	account := e.deliveryAccount(tenant)
	account.Dead.add(-1, -d.size())
	if err := e.delete(bucketDeadLetters, k); err != nil {
		return nil, err
	}
	return d, e.saveDeliveryAccount(tenant, account)
}

// DeliveryCounts implements deliveries.Store.
func (s *Store) DeliveryCounts(ctx context.Context) (c deliveries.Counts, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketDeliveryAccounts).ForEach(func(_, v []byte) error {
			a := readDeliveryAccount(v)
			c.Waiting += a.Waiting.Entries
			c.WaitingBytes += a.Waiting.Bytes
			c.Dead += a.Dead.Entries
			c.DeadBytes += a.Dead.Bytes
			return nil
		})
	})
	return c, err
}
