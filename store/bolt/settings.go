package bolt

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

var (
	bucketSecrets = []byte("secrets") // tenant, name
	bucketEgress  = []byte("egress")  // tenant
	bucketLimits  = []byte("limits")  // tenant

	bucketPublishing = []byte("publishing") // tenant
)

func secretKey(tenant catalog.TenantID, name string) key { return textKey(string(tenant), name) }

// writeTenant runs an edit of what a tenant has set up, and tells those who watch tenants.
func (s *Store) writeTenant(ctx context.Context, tenant catalog.TenantID, events []audit.Event, apply func(*edit) error) error {
	err := s.write.do(ctx, func(e *edit) error {
		if err := needTenant(e.tx, tenant); err != nil {
			return err
		}
		if err := apply(e); err != nil {
			return err
		}
		return e.appendEvents(tenant, events)
	})
	if err == nil {
		s.tenants.tell(tenant)
	}
	return err
}

// PutSecret implements catalog.Store.
func (s *Store) PutSecret(ctx context.Context, secret catalog.Secret, events ...audit.Event) error {
	return s.writeTenant(ctx, secret.Tenant, events, func(e *edit) error {
		return e.putJSON(bucketSecrets, secretKey(secret.Tenant, secret.Name), storedSecret(secret))
	})
}

// Secret implements catalog.Store.
func (s *Store) Secret(ctx context.Context, tenant catalog.TenantID, name string) (catalog.Secret, error) {
	var stored storedSecret
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		return get(tx.Bucket(bucketSecrets), secretKey(tenant, name), &stored)
	})
	return catalog.Secret(stored), err
}

// Secrets implements catalog.Store.
func (s *Store) Secrets(ctx context.Context, tenant catalog.TenantID, p catalog.Page) (list catalog.List[catalog.Secret], err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		if err := needTenant(tx, tenant); err != nil {
			return err
		}
		of := span{bucket: tx.Bucket(bucketSecrets), name: bucketSecrets, prefix: textKey(string(tenant))}
		list, err = page(of, p, func(_, v []byte) (catalog.Secret, error) {
			var stored storedSecret
			err := json.Unmarshal(v, &stored)
			return catalog.Secret(stored), err
		})
		return err
	})
	return list, err
}

// DeleteSecret implements catalog.Store.
func (s *Store) DeleteSecret(ctx context.Context, tenant catalog.TenantID, name string, events ...audit.Event) error {
	return s.writeTenant(ctx, tenant, events, func(e *edit) error {
		k := secretKey(tenant, name)
		if e.bucket(bucketSecrets).Get(k) == nil {
			return catalog.ErrNotFound
		}
		return e.delete(bucketSecrets, k)
	})
}

// ResealSecret implements catalog.Store.
func (s *Store) ResealSecret(ctx context.Context, secret catalog.Secret, from []byte) error {
	return s.writeTenant(ctx, secret.Tenant, nil, func(e *edit) error {
		k := secretKey(secret.Tenant, secret.Name)
		var stored storedSecret
		if err := get(e.bucket(bucketSecrets), k, &stored); err != nil {
			return err
		}
		if !bytes.Equal(stored.Sealed, from) {
			return catalog.ErrConflict
		}
		stored.Sealed = secret.Sealed
		return e.putJSON(bucketSecrets, k, stored)
	})
}

// ResealTenant implements catalog.Store.
func (s *Store) ResealTenant(ctx context.Context, t catalog.Tenant, from string) error {
	return s.writeTenant(ctx, t.ID, nil, func(e *edit) error {
		k := textKey(string(t.ID))
		var stored storedTenant
		if err := get(e.bucket(bucketTenants), k, &stored); err != nil {
			return err
		}
		if stored.RedirectSecret != from {
			return catalog.ErrConflict
		}
		stored.RedirectSecret = t.RedirectSecret
		return e.putJSON(bucketTenants, k, stored)
	})
}

// Egress implements catalog.Store.
func (s *Store) Egress(ctx context.Context, tenant catalog.TenantID) (catalog.Egress, error) {
	stored, err := readSetting[storedEgress](ctx, s, bucketEgress, tenant)
	return catalog.Egress(stored), err
}

// SaveEgress implements catalog.Store.
func (s *Store) SaveEgress(ctx context.Context, tenant catalog.TenantID, policy catalog.Egress, events ...audit.Event) error {
	return saveSetting(ctx, s, bucketEgress, tenant, storedEgress(policy), events)
}

// TenantLimits implements catalog.Store.
func (s *Store) TenantLimits(ctx context.Context, tenant catalog.TenantID) (catalog.TenantLimits, error) {
	stored, err := readSetting[storedLimits](ctx, s, bucketLimits, tenant)
	return catalog.TenantLimits(stored), err
}

// SaveTenantLimits implements catalog.Store.
func (s *Store) SaveTenantLimits(ctx context.Context, tenant catalog.TenantID, limits catalog.TenantLimits, events ...audit.Event) error {
	return saveSetting(ctx, s, bucketLimits, tenant, storedLimits(limits), events)
}

// Publishing implements catalog.Store.
func (s *Store) Publishing(ctx context.Context, tenant catalog.TenantID) (catalog.Publishing, error) {
	stored, err := readSetting[storedPublishing](ctx, s, bucketPublishing, tenant)
	return catalog.Publishing(stored), err
}

// SavePublishing implements catalog.Store.
func (s *Store) SavePublishing(ctx context.Context, tenant catalog.TenantID, p catalog.Publishing, events ...audit.Event) error {
	return saveSetting(ctx, s, bucketPublishing, tenant, storedPublishing(p), events)
}

// setting is something of which a tenant has one, with a revision.
type setting interface{ revision() int }

func (e storedEgress) revision() int { return e.Revision }
func (l storedLimits) revision() int { return l.Revision }

func (p storedPublishing) revision() int { return p.Revision }

// readSetting returns the zero value if nothing was saved yet.
func readSetting[T setting](ctx context.Context, s *Store, bucket []byte, tenant catalog.TenantID) (stored T, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		if err := needTenant(tx, tenant); err != nil {
			return err
		}
		stored, err = getSetting[T](tx, bucket, tenant)
		return err
	})
	return stored, err
}

func getSetting[T setting](tx *bbolt.Tx, bucket []byte, tenant catalog.TenantID) (stored T, err error) {
	if err = get(tx.Bucket(bucket), textKey(string(tenant)), &stored); errors.Is(err, catalog.ErrNotFound) {
		err = nil
	}
	return stored, err
}

func saveSetting[T setting](ctx context.Context, s *Store, bucket []byte, tenant catalog.TenantID, next T, events []audit.Event) error {
	return s.writeTenant(ctx, tenant, events, func(e *edit) error {
		stored, err := getSetting[T](e.tx, bucket, tenant)
		if err != nil {
			return err
		}
		if stored.revision() != next.revision()-1 {
			return catalog.ErrConflict
		}
		return e.putJSON(bucket, textKey(string(tenant)), next)
	})
}
