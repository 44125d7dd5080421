package bolt

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions"
)

// DeprecateVersion implements versions.Store.
func (s *Store) DeprecateVersion(
	ctx context.Context, tenant catalog.TenantID, action catalog.ActionSlug, number string, deprecation *versions.Deprecation, events ...audit.Event,
) error {
	k, ok := actionKey(tenant, action).version(number)
	if !ok {
		return catalog.ErrNotFound
	}
	return s.write.do(ctx, func(e *edit) error {
		var v storedVersion
		if err := get(e.bucket(bucketVersions), k, &v); err != nil {
			return err
		}
		v.Deprecation = deprecation
		if err := e.putJSON(bucketVersions, k, v); err != nil {
			return err
		}
		return e.appendEvents(tenant, events)
	})
}

// DeleteAction implements versions.Store.
func (s *Store) DeleteAction(ctx context.Context, tenant catalog.TenantID, action catalog.ActionSlug, events ...audit.Event) error {
	k := actionKey(tenant, action)
	return s.write.do(ctx, func(e *edit) error {
		if e.bucket(bucketActions).Get(k) == nil {
			return catalog.ErrNotFound
		}
		pinned, err := pinsOf(e.tx, tenant, action)
		if err != nil {
			return err
		}
		if len(pinned.Flows)+len(pinned.Dependents) > 0 {
			return pinned
		}
		if err := e.deleteDependents(k); err != nil {
			return err
		}
		for _, bucket := range [][]byte{bucketBlobs, bucketVersions, bucketDrafts, bucketActions} {
			for _, key := range keysBelow(e.bucket(bucket), k) {
				if err := e.delete(bucket, key); err != nil {
					return err
				}
			}
		}
		return e.appendEvents(tenant, events)
	})
}

// deleteDependents removes what an action's versions are among the dependents of modules for.
func (e *edit) deleteDependents(action key) error {
	for _, k := range keysBelow(e.bucket(bucketVersions), action) {
		var v storedVersion
		if err := get(e.bucket(bucketVersions), k, &v); err != nil {
			return err
		}
		for _, pin := range v.Modules {
			if k, ok := dependentKey(v.Tenant, v.Action, v.Number, pin); ok {
				if err := e.delete(bucketDependents, k); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// keysBelow are the keys that begin so.
func keysBelow(b *bbolt.Bucket, prefix key) []key {
	var keys []key
	c := b.Cursor()
	for k, _ := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		keys = append(keys, bytes.Clone(k))
	}
	return keys
}

// pinsOf finds what has a version of an action.
func pinsOf(tx *bbolt.Tx, tenant catalog.TenantID, action catalog.ActionSlug) (*versions.PinnedError, error) {
	pinned := &versions.PinnedError{}
	dependents := span{bucket: tx.Bucket(bucketDependents), name: bucketDependents, prefix: actionKey(tenant, action)}
	for _, v := range dependents.after(nil) {
		var d storedDependent
		if err := json.Unmarshal(v, &d); err != nil {
			return nil, err
		}
		if pinned.Dependents = append(pinned.Dependents, versions.Dependent(d)); len(pinned.Dependents) == versions.MaxPins {
			break
		}
	}
	flows := span{bucket: tx.Bucket(bucketFlows), name: bucketFlows, prefix: textKey(string(tenant))}
	for _, v := range flows.after(nil) {
		var f storedFlow
		if err := json.Unmarshal(v, &f); err != nil {
			return nil, err
		}
		pin, err := flowPin(tx, f.flow(), action)
		if err != nil {
			return nil, err
		}
		if pin != nil {
			pinned.Flows = append(pinned.Flows, *pin)
		}
		if len(pinned.Flows) == versions.MaxPins {
			break
		}
	}
	return pinned, nil
}

// flowPin finds the newest revision of a flow that has an action, or the one with it that runs; nil if there is none. Revisions are many, and few are taken apart: only those whose text has the action's name.
func flowPin(tx *bbolt.Tx, f versions.Flow, action catalog.ActionSlug) (*versions.FlowPin, error) {
	named, err := json.Marshal(string(action))
	if err != nil {
		return nil, err
	}
	var pin *versions.FlowPin
	of := span{bucket: tx.Bucket(bucketRevisions), name: bucketRevisions, prefix: flowKey(f.Tenant, f.Slug), descending: true}
	for _, v := range of.after(nil) {
		if !bytes.Contains(v, named) {
			continue
		}
		var stored storedRevision
		if err := json.Unmarshal(v, &stored); err != nil {
			return nil, err
		}
		r := versions.Revision(stored)
		if !slices.ContainsFunc(slices.Collect(r.Pins()), func(pin versions.VersionRef) bool { return pin.Action == action }) {
			continue
		}
		if r.Number == f.Revision || f.Rolling() && r.Number == f.Rollout.Candidate {
			return &versions.FlowPin{Flow: f.Slug, Revision: r.Number, Live: true}, nil
		}
		if pin == nil {
			pin = &versions.FlowPin{Flow: f.Slug, Revision: r.Number}
		}
	}
	return pin, nil
}
