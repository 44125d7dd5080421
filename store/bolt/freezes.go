package bolt

import (
	"context"
	"errors"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions"
)

var bucketFreezes = []byte("freezes") // tenant: of all its flows

// TenantFreezes implements versions.Store.
func (s *Store) TenantFreezes(ctx context.Context, tenant catalog.TenantID) (freezes []versions.Freeze, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		if err := needTenant(tx, tenant); err != nil {
			return err
		}
		err := get(tx.Bucket(bucketFreezes), textKey(string(tenant)), &freezes)
		if errors.Is(err, catalog.ErrNotFound) {
			err = nil
		}
		return err
	})
	return freezes, err
}

// SaveTenantFreezes implements versions.Store.
func (s *Store) SaveTenantFreezes(ctx context.Context, tenant catalog.TenantID, freezes []versions.Freeze, events ...audit.Event) error {
	return s.write.do(ctx, func(e *edit) error {
		if err := needTenant(e.tx, tenant); err != nil {
			return err
		}
		if err := e.putJSON(bucketFreezes, textKey(string(tenant)), freezes); err != nil {
			return err
		}
		return e.appendEvents(tenant, events)
	})
}
