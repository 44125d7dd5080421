package bolt

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions"
)

// RecallVersions implements versions.Store.
func (s *Store) RecallVersions(ctx context.Context, tenant catalog.TenantID, recall versions.Recall, list []versions.VersionRecall) error {
	var flows []versions.FlowRef
	err := s.write.do(ctx, func(e *edit) (err error) {
		e.unbounded = true
		targets := make(map[versions.VersionRef]bool, len(list))
		for _, r := range list {
			targets[r.VersionRef] = true
		}
		if flows, err = e.notInUse(tenant, targets); err != nil {
			return err
		}
		for _, r := range list {
			if err := e.recallVersion(tenant, &recall, &r); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		for _, ref := range flows {
			s.flows.tell(ref)
		}
	}
	return err
}

func (e *edit) recallVersion(tenant catalog.TenantID, recall *versions.Recall, r *versions.VersionRecall) error {
	k, ok := actionKey(tenant, r.Action).version(r.Number)
	if !ok {
		return catalog.ErrNotFound
	}
	var v storedVersion
	if err := get(e.bucket(bucketVersions), k, &v); err != nil || v.Recall != nil {
		return err
	}
	v.Recall = recall
	if err := e.putJSON(bucketVersions, k, v); err != nil {
		return err
	}
	return e.appendEvents(tenant, []audit.Event{r.Event})
}

// notInUse returns the flows of a tenant if none of them has one of the versions in what new runs get.
func (e *edit) notInUse(tenant catalog.TenantID, targets map[versions.VersionRef]bool) (refs []versions.FlowRef, err error) {
	of := span{bucket: e.bucket(bucketFlows), name: bucketFlows, prefix: textKey(string(tenant))}
	for _, v := range of.after(nil) {
		var stored storedFlow
		if err := json.Unmarshal(v, &stored); err != nil {
			return nil, err
		}
		f := stored.flow()
		for _, number := range inUse(&f) {
			var r storedRevision
			if err := get(e.bucket(bucketRevisions), flowKey(tenant, f.Slug).number(uint64(number)), &r); err != nil {
				return nil, err
			}
			for pin := range (*versions.Revision)(&r).Pins() {
				if targets[pin] {
					return nil, catalog.ErrConflict
				}
			}
		}
		refs = append(refs, versions.FlowRef{Tenant: tenant, Flow: f.Slug})
	}
	return refs, nil
}

// inUse are the revisions that new runs of a flow get.
func inUse(f *versions.Flow) []int {
	if f.Rolling() {
		return []int{f.Revision, f.Rollout.Candidate}
	}
	return []int{f.Revision}
}

// checkPins refuses to give new runs a revision that they did not get before, if a version in it was recalled, or deleted with its action, since somebody looked at it.
func (e *edit) checkPins(before, after *versions.Flow, revisions []versions.Revision) error {
	known := inUse(before)
	for _, number := range inUse(after) {
		if slices.Contains(known, number) {
			continue
		}
		var r storedRevision
		if i := slices.IndexFunc(revisions, func(r versions.Revision) bool { return r.Number == number }); i >= 0 {
			r = storedRevision(revisions[i])
		} else if err := get(e.bucket(bucketRevisions), flowKey(after.Tenant, after.Slug).number(uint64(number)), &r); err != nil {
			return err
		}
		for pin := range (*versions.Revision)(&r).Pins() {
			if k, ok := actionKey(after.Tenant, pin.Action).version(pin.Number); !ok || e.bucket(bucketVersions).Get(k) == nil {
				return catalog.ErrConflict
			}
			if err := notRecalled(e.tx, after.Tenant, pin); err != nil {
				return err
			}
		}
	}
	return nil
}

// notRecalled is catalog.ErrConflict if a version was recalled. Whether it is there is not its question: who stores what names it has looked for it.
func notRecalled(tx *bbolt.Tx, tenant catalog.TenantID, ref versions.VersionRef) error {
	k, ok := actionKey(tenant, ref.Action).version(ref.Number)
	if !ok {
		return nil
	}
	var v storedVersion
	switch err := get(tx.Bucket(bucketVersions), k, &v); {
	case errors.Is(err, catalog.ErrNotFound):
		return nil
	case err != nil:
		return err
	case v.Recall != nil:
		return catalog.ErrConflict
	}
	return nil
}
