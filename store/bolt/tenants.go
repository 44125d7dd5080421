package bolt

import (
	"context"
	"encoding/json"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

var (
	bucketTenants    = []byte("tenants")
	bucketKeys       = []byte("keys")        // by id, because a caller shows its key before its tenant is known
	bucketTenantKeys = []byte("tenant_keys") // tenant, id: which keys a tenant has
)

// CreateTenant implements catalog.Store.
func (s *Store) CreateTenant(ctx context.Context, t catalog.Tenant, events ...audit.Event) error {
	return s.write.do(ctx, func(e *edit) error {
		k := textKey(string(t.ID))
		if e.bucket(bucketTenants).Get(k) != nil {
			return catalog.ErrExists
		}
		if err := e.putJSON(bucketTenants, k, storedTenant(t)); err != nil {
			return err
		}
		return e.appendEvents(t.ID, events)
	})
}

// Tenant implements catalog.Store.
func (s *Store) Tenant(ctx context.Context, id catalog.TenantID) (catalog.Tenant, error) {
	var t storedTenant
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		return get(tx.Bucket(bucketTenants), textKey(string(id)), &t)
	})
	return catalog.Tenant(t), err
}

// Tenants implements catalog.Store.
func (s *Store) Tenants(ctx context.Context, p catalog.Page) (list catalog.List[catalog.Tenant], err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		list, err = page(span{bucket: tx.Bucket(bucketTenants), name: bucketTenants}, p, func(_, v []byte) (catalog.Tenant, error) {
			var t storedTenant
			err := json.Unmarshal(v, &t)
			return catalog.Tenant(t), err
		})
		return err
	})
	return list, err
}

// needTenant is catalog.ErrNotFound if there is no such tenant.
func needTenant(tx *bbolt.Tx, id catalog.TenantID) error {
	if tx.Bucket(bucketTenants).Get(textKey(string(id))) == nil {
		return catalog.ErrNotFound
	}
	return nil
}

// CreateKey implements catalog.Store.
func (s *Store) CreateKey(ctx context.Context, k catalog.Key, events ...audit.Event) error {
	return s.putKey(ctx, &k, events, func(e *edit) error {
		if err := needTenant(e.tx, k.Tenant); err != nil {
			return err
		}
		if e.bucket(bucketKeys).Get(textKey(string(k.ID))) != nil {
			return catalog.ErrExists
		}
		return nil
	})
}

// UpdateKey implements catalog.Store.
func (s *Store) UpdateKey(ctx context.Context, k catalog.Key, events ...audit.Event) error {
	return s.putKey(ctx, &k, events, func(e *edit) error {
		if e.bucket(bucketTenantKeys).Get(textKey(string(k.Tenant), string(k.ID))) == nil {
			return catalog.ErrNotFound
		}
		return nil
	})
}

func (s *Store) putKey(ctx context.Context, k *catalog.Key, events []audit.Event, check func(*edit) error) error {
	err := s.write.do(ctx, func(e *edit) error {
		if err := check(e); err != nil {
			return err
		}
		if err := e.putJSON(bucketKeys, textKey(string(k.ID)), storeKey(k)); err != nil {
			return err
		}
		if err := e.put(bucketTenantKeys, textKey(string(k.Tenant), string(k.ID)), []byte{}); err != nil {
			return err
		}
		return e.appendEvents(k.Tenant, events)
	})
	if err == nil {
		s.keys.tell(k.ID)
	}
	return err
}

// Key implements catalog.Store.
func (s *Store) Key(ctx context.Context, id catalog.KeyID) (k catalog.Key, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		k, err = getKey(tx, id)
		return err
	})
	return k, err
}

func getKey(tx *bbolt.Tx, id catalog.KeyID) (catalog.Key, error) {
	var stored storedKey
	if err := get(tx.Bucket(bucketKeys), textKey(string(id)), &stored); err != nil {
		return catalog.Key{}, err
	}
	return stored.key()
}

// Keys implements catalog.Store.
func (s *Store) Keys(ctx context.Context, tenant catalog.TenantID, p catalog.Page) (list catalog.List[catalog.Key], err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		if err := needTenant(tx, tenant); err != nil {
			return err
		}
		of := span{bucket: tx.Bucket(bucketTenantKeys), name: bucketTenantKeys, prefix: textKey(string(tenant))}
		list, err = page(of, p, func(k, _ []byte) (catalog.Key, error) {
			var stored storedKey
			// The rest of the key after the tenant is the whole key in the other bucket.
			if err := get(tx.Bucket(bucketKeys), k[len(of.prefix):], &stored); err != nil {
				return catalog.Key{}, err
			}
			return stored.key()
		})
		return err
	})
	return list, err
}
