package bolt

import (
	"context"
	"encoding/json"
	"errors"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/versions/rollout"
)

var (
	bucketFigures    = []byte("figures")    // tenant, slug: of the flow's last rollout
	bucketUnfinished = []byte("unfinished") // tenant, slug: flows of which something is to be done; the value is the reference
)

// noteUnfinished keeps the list of flows that the conductor looks after.
func (e *edit) noteUnfinished(k key, f *versions.Flow) error {
	if f.Rolling() || f.Notice.Waits() {
		return e.putJSON(bucketUnfinished, k, versions.FlowRef{Tenant: f.Tenant, Flow: f.Slug})
	}
	return e.delete(bucketUnfinished, k)
}

// Unfinished implements versions.Store.
func (s *Store) Unfinished(ctx context.Context) (refs []versions.FlowRef, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketUnfinished).ForEach(func(_, v []byte) error {
			var ref versions.FlowRef
			if err := json.Unmarshal(v, &ref); err != nil {
				return err
			}
			refs = append(refs, ref)
			return nil
		})
	})
	return refs, err
}

// Figures implements versions.Store.
func (s *Store) Figures(ctx context.Context, ref versions.FlowRef) (rollout.Totals, error) {
	var t rollout.Totals
	err := s.view(ctx, func(tx *bbolt.Tx) (err error) {
		t, err = getFigures(tx, ref)
		return err
	})
	return t, err
}

func getFigures(tx *bbolt.Tx, ref versions.FlowRef) (rollout.Totals, error) {
	var t rollout.Totals
	err := get(tx.Bucket(bucketFigures), flowKey(ref.Tenant, ref.Flow), &t)
	if errors.Is(err, catalog.ErrNotFound) {
		err = nil
	}
	return t, err
}

// UpdateFigures implements versions.Store.
func (s *Store) UpdateFigures(ctx context.Context, ref versions.FlowRef, update func(*rollout.Totals)) (t rollout.Totals, err error) {
	err = s.write.do(ctx, func(e *edit) error {
		if t, err = getFigures(e.tx, ref); err != nil {
			return err
		}
		update(&t)
		return e.putJSON(bucketFigures, flowKey(ref.Tenant, ref.Flow), t)
	})
	return t, err
}
