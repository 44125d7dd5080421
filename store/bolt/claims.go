package bolt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/deliveries"
)

// present is the value of a key that says all by being there. A nil one would not be found by others in the same transaction.
var present = []byte{}

func hasPrefix(k, prefix key) bool { return bytes.HasPrefix(k, prefix) }

// ClaimDeliveries implements deliveries.Store. A claim is a later time at which the delivery is due: when it has expired, the delivery is due like any other.
func (s *Store) ClaimDeliveries(ctx context.Context, tenant catalog.TenantID, c deliveries.Claim) (claimed []deliveries.Delivery, next time.Time, err error) {
	err = s.write.do(ctx, func(e *edit) error {
		claimed, next = nil, time.Time{}
		prefix := textKey(string(tenant))
		for _, id := range dueIDs(e.tx, prefix, c) {
			d, err := e.claim(tenant, id, c.Until)
			if err != nil {
				return err
			}
			claimed = append(claimed, d)
		}
		next, _ = firstDue(e.bucket(bucketDeliveryDue).Cursor(), prefix)
		return nil
	})
	return claimed, next, err
}

func dueIDs(tx *bbolt.Tx, tenant key, c deliveries.Claim) (ids []string) {
	cursor := tx.Bucket(bucketDeliveryDue).Cursor()
	for k, _ := cursor.Seek(tenant); len(ids) < c.Limit && hasPrefix(k, tenant) && !dueIn(k, tenant).After(c.Now); k, _ = cursor.Next() {
		ids = append(ids, string(k[len(tenant)+8:]))
	}
	return ids
}

func (e *edit) claim(tenant catalog.TenantID, id string, until time.Time) (deliveries.Delivery, error) {
	k, d := deliveryKey(tenant, id), &storedDelivery{}
	if err := get(e.bucket(bucketDeliveries), k, d); err != nil {
		return deliveries.Delivery{}, err
	}
	d.Attempt++
	d.Tries++
	if err := e.reschedule(d, until); err != nil {
		return deliveries.Delivery{}, err
	}
	if err := e.put(bucketDeliveryClaims, k, present); err != nil {
		return deliveries.Delivery{}, err
	}
	return d.delivery(deliveries.Running, e.bucket(bucketDeliveryCalls).Get(k)), nil
}

// reschedule stores a delivery, which stands first in its line, as due at another time.
func (e *edit) reschedule(d *storedDelivery, due time.Time) error {
	if err := e.delete(bucketDeliveryDue, dueKey(d)); err != nil {
		return err
	}
	d.Due = due.UTC()
	if err := e.put(bucketDeliveryDue, dueKey(d), present); err != nil {
		return err
	}
	return e.putJSON(bucketDeliveries, deliveryKey(d.Tenant, d.ID), d)
}

// claimed returns a delivery on whose claim somebody has worked, and ends the claim.
func (e *edit) claimed(d *deliveries.Delivery) (*storedDelivery, error) {
	k, stored := deliveryKey(d.Tenant, d.ID), &storedDelivery{}
	if e.bucket(bucketDeliveryClaims).Get(k) == nil {
		return nil, deliveries.ErrLost
	}
	if err := get(e.bucket(bucketDeliveries), k, stored); err != nil {
		return nil, err
	}
	if stored.Attempt != d.Attempt {
		return nil, deliveries.ErrLost
	}
	return stored, e.delete(bucketDeliveryClaims, k)
}

// FinishDelivery implements deliveries.Store.
func (s *Store) FinishDelivery(ctx context.Context, d deliveries.Delivery) error {
	return s.write.do(ctx, func(e *edit) error {
		stored, err := e.claimed(&d)
		if err != nil {
			return err
		}
		if err := e.dequeue(stored); err != nil {
			return err
		}
		return e.delete(bucketDeliveryCalls, deliveryKey(d.Tenant, d.ID))
	})
}

// RetryDelivery implements deliveries.Store.
func (s *Store) RetryDelivery(ctx context.Context, d deliveries.Delivery) error {
	return s.write.do(ctx, func(e *edit) error {
		stored, err := e.claimed(&d)
		if err != nil {
			return err
		}
		account := e.deliveryAccount(d.Tenant)
		account.Waiting.Bytes -= stored.size()
		stored.progress(&d)
		account.Waiting.Bytes += stored.size()
		if err := e.saveDeliveryAccount(d.Tenant, account); err != nil {
			return err
		}
		return e.reschedule(stored, d.Due)
	})
}

// BuryDelivery implements deliveries.Store.
func (s *Store) BuryDelivery(ctx context.Context, d deliveries.Delivery, b deliveries.Bounds) (dropped int, err error) {
	err = s.write.do(ctx, func(e *edit) error {
		stored, err := e.claimed(&d)
		if err != nil {
			return err
		}
		if err := e.dequeue(stored); err != nil {
			return err
		}
		stored.progress(&d)
		stored.Due = d.Due.UTC()
		account := e.deliveryAccount(d.Tenant)
		account.Dead.add(1, stored.size())
		if err := e.putJSON(bucketDeadLetters, deliveryKey(d.Tenant, d.ID), stored); err != nil {
			return err
		}
		if err := e.saveDeliveryAccount(d.Tenant, account); err != nil {
			return err
		}
		dropped, err = e.dropDead(d.Tenant, b)
		return err
	})
	return dropped, err
}

// dropDead removes the oldest dead letters until the bounds hold, but for the last one.
func (e *edit) dropDead(tenant catalog.TenantID, b deliveries.Bounds) (dropped int, err error) {
	prefix := textKey(string(tenant))
	for {
		account := e.deliveryAccount(tenant)
		if account.Dead.Entries <= 1 || account.Dead.Entries <= int64(b.Entries) && account.Dead.Bytes <= b.Bytes {
			return dropped, nil
		}
		k, _ := e.bucket(bucketDeadLetters).Cursor().Seek(prefix)
		id := textOf(k[len(prefix):])
		if _, err := e.exhume(tenant, id); err != nil {
			return dropped, err
		}
		if err := e.delete(bucketDeliveryCalls, deliveryKey(tenant, id)); err != nil {
			return dropped, err
		}
		dropped++
	}
}

// dequeue takes a delivery out of those that wait, all but its call, and lets the next one in its line be claimed.
func (e *edit) dequeue(d *storedDelivery) error {
	if err := e.delete(bucketDeliveryDue, dueKey(d)); err != nil {
		return err
	}
	if err := e.delete(bucketDeliveries, deliveryKey(d.Tenant, d.ID)); err != nil {
		return err
	}
	account := e.deliveryAccount(d.Tenant)
	account.Waiting.add(-1, -d.size())
	if err := e.saveDeliveryAccount(d.Tenant, account); err != nil {
		return err
	}
	return e.leaveLine(d)
}

func lineKey(d *storedDelivery) key {
	sum := sha256.Sum256([]byte(d.Line))
	return append(textKey(string(d.Tenant)), sum[:]...)
}

// standInLine puts a delivery at the end of its line, and says whether it is the first there. One without a line is first in its own.
func (e *edit) standInLine(d *storedDelivery) (first bool, err error) {
	if d.Line == "" {
		return true, nil
	}
	line := lineKey(d)
	k, _ := e.bucket(bucketDeliveryLines).Cursor().Seek(line)
	return !hasPrefix(k, line), e.put(bucketDeliveryLines, line.number(d.Sequence), []byte(d.ID))
}

func (e *edit) leaveLine(d *storedDelivery) error {
	if d.Line == "" {
		return nil
	}
	line := lineKey(d)
	if err := e.delete(bucketDeliveryLines, line.number(d.Sequence)); err != nil {
		return err
	}
	k, id := e.bucket(bucketDeliveryLines).Cursor().Seek(line)
	if !hasPrefix(k, line) {
		return nil
	}
	var next storedDelivery
	if err := get(e.bucket(bucketDeliveries), deliveryKey(d.Tenant, string(id)), &next); err != nil {
		return err
	}
	return e.put(bucketDeliveryDue, dueKey(&next), present)
}

// releaseClaims makes what a dead process had claimed due at once: there is one process at a time, and this is another one.
func releaseClaims(db *bbolt.DB) error {
	var claims []key
	err := db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketDeliveryClaims).ForEach(func(k, _ []byte) error {
			claims = append(claims, bytes.Clone(k))
			return nil
		})
	})
	if err != nil || len(claims) == 0 {
		return err
	}
	return db.Update(func(tx *bbolt.Tx) error {
		e := &edit{tx: tx}
		for _, k := range claims {
			var d storedDelivery
			if err := get(tx.Bucket(bucketDeliveries), k, &d); err != nil {
				return err
			}
			if err := e.reschedule(&d, d.AcceptedAt); err != nil {
				return err
			}
			if err := e.delete(bucketDeliveryClaims, k); err != nil {
				return err
			}
		}
		return nil
	})
}

// holdings are a number of deliveries and how large they are together.
type holdings struct{ Entries, Bytes int64 }

func (h *holdings) add(entries, bytes int64) {
	h.Entries += entries
	h.Bytes += bytes
}

// deliveryAccount is what a tenant has of deliveries. It is stored as five numbers.
type deliveryAccount struct {
	Sequence      uint64 // of the last one that began to wait
	Waiting, Dead holdings
}

func (e *edit) deliveryAccount(tenant catalog.TenantID) deliveryAccount {
	return readDeliveryAccount(e.bucket(bucketDeliveryAccounts).Get(textKey(string(tenant))))
}

func readDeliveryAccount(v []byte) (a deliveryAccount) {
	if len(v) != 40 {
		return a
	}
	n := func(i int) int64 { return int64(binary.BigEndian.Uint64(v[8*i:])) }
	return deliveryAccount{uint64(n(0)), holdings{n(1), n(2)}, holdings{n(3), n(4)}}
}

func (e *edit) saveDeliveryAccount(tenant catalog.TenantID, a deliveryAccount) error {
	v := key(nil).number(a.Sequence)
	for _, n := range []int64{a.Waiting.Entries, a.Waiting.Bytes, a.Dead.Entries, a.Dead.Bytes} {
		v = v.number(uint64(n))
	}
	return e.put(bucketDeliveryAccounts, textKey(string(tenant)), v)
}
