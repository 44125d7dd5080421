package bolt

import (
	"context"
	"encoding/json"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

var (
	bucketActions = []byte("actions") // tenant, slug
	bucketDrafts  = []byte("drafts")  // tenant, slug
)

func actionKey(tenant catalog.TenantID, slug catalog.ActionSlug) key {
	return textKey(string(tenant), string(slug))
}

// CreateAction implements catalog.Store.
func (s *Store) CreateAction(ctx context.Context, a catalog.Action, d catalog.Draft, events ...audit.Event) error {
	return s.write.do(ctx, func(e *edit) error {
		if err := needTenant(e.tx, a.Tenant); err != nil {
			return err
		}
		k := actionKey(a.Tenant, a.Slug)
		if e.bucket(bucketActions).Get(k) != nil {
			return catalog.ErrExists
		}
		if err := e.putJSON(bucketActions, k, storedAction(a)); err != nil {
			return err
		}
		if err := e.putJSON(bucketDrafts, k, storeDraft(&d)); err != nil {
			return err
		}
		return e.appendEvents(a.Tenant, events)
	})
}

// Action implements catalog.Store.
func (s *Store) Action(ctx context.Context, tenant catalog.TenantID, slug catalog.ActionSlug) (catalog.Action, error) {
	var a storedAction
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		return get(tx.Bucket(bucketActions), actionKey(tenant, slug), &a)
	})
	return catalog.Action(a), err
}

// Actions implements catalog.Store.
func (s *Store) Actions(ctx context.Context, tenant catalog.TenantID, p catalog.Page) (list catalog.List[catalog.Action], err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		if err := needTenant(tx, tenant); err != nil {
			return err
		}
		of := span{bucket: tx.Bucket(bucketActions), name: bucketActions, prefix: textKey(string(tenant))}
		list, err = page(of, p, func(_, v []byte) (catalog.Action, error) {
			var a storedAction
			err := json.Unmarshal(v, &a)
			return catalog.Action(a), err
		})
		return err
	})
	return list, err
}

// UpdateAction implements catalog.Store.
func (s *Store) UpdateAction(ctx context.Context, a catalog.Action, events ...audit.Event) error {
	return s.write.do(ctx, func(e *edit) error {
		k := actionKey(a.Tenant, a.Slug)
		var stored storedAction
		if err := get(e.bucket(bucketActions), k, &stored); err != nil {
			return err
		}
		stored.Name, stored.Description = a.Name, a.Description
		if err := e.putJSON(bucketActions, k, stored); err != nil {
			return err
		}
		return e.appendEvents(a.Tenant, events)
	})
}

// Draft implements catalog.Store.
func (s *Store) Draft(ctx context.Context, tenant catalog.TenantID, slug catalog.ActionSlug) (catalog.Draft, error) {
	var d storedDraft
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		return get(tx.Bucket(bucketDrafts), actionKey(tenant, slug), &d)
	})
	return d.draft(), err
}

// SaveDraft implements catalog.Store.
func (s *Store) SaveDraft(ctx context.Context, tenant catalog.TenantID, slug catalog.ActionSlug, d catalog.Draft, events ...audit.Event) error {
	return s.write.do(ctx, func(e *edit) error {
		k := actionKey(tenant, slug)
		var stored storedDraft
		if err := get(e.bucket(bucketDrafts), k, &stored); err != nil {
			return err
		}
		if stored.Revision != d.Revision-1 {
			return catalog.ErrConflict
		}
		if err := e.putJSON(bucketDrafts, k, storeDraft(&d)); err != nil {
			return err
		}
		return e.appendEvents(tenant, events)
	})
}
