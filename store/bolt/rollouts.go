package bolt

import (
	"context"
	"encoding/json"
	"errors"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
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

// RecallVersion implements versions.Store.
func (s *Store) RecallVersion(
	ctx context.Context, tenant catalog.TenantID, action catalog.ActionSlug, number string, recall versions.Recall, events ...audit.Event,
) error {
	k, ok := actionKey(tenant, action).version(number)
	if !ok {
		return catalog.ErrNotFound
	}
	var flows []versions.FlowRef
	err := s.write.do(ctx, func(e *edit) error {
		var v storedVersion
		if err := get(e.bucket(bucketVersions), k, &v); err != nil || v.Recall != nil {
			return err
		}
		v.Recall = &recall
		e.unbounded = true
		if err := e.putJSON(bucketVersions, k, v); err != nil {
			return err
		}
		var err error
		if flows, err = tenantFlows(e.tx, tenant); err != nil {
			return err
		}
		return e.appendEvents(tenant, events)
	})
	if err == nil {
		for _, ref := range flows {
			s.flows.tell(ref)
		}
	}
	return err
}

func tenantFlows(tx *bbolt.Tx, tenant catalog.TenantID) (refs []versions.FlowRef, err error) {
	of := span{bucket: tx.Bucket(bucketFlows), name: bucketFlows, prefix: textKey(string(tenant))}
	for _, v := range of.after(nil) {
		var f storedFlow
		if err := json.Unmarshal(v, &f); err != nil {
			return nil, err
		}
		refs = append(refs, versions.FlowRef{Tenant: tenant, Flow: f.Slug})
	}
	return refs, nil
}
