package bolt

import (
	"context"
	"encoding/binary"
	"encoding/json"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions"
)

var (
	bucketFlows     = []byte("flows")     // tenant, slug
	bucketRevisions = []byte("revisions") // tenant, slug, number
	bucketRunKeys   = []byte("run_keys")  // id
)

func flowKey(tenant catalog.TenantID, slug versions.FlowSlug) key {
	return textKey(string(tenant), string(slug))
}

// CreateFlow implements versions.Store. The revision is stored as the flow's, whatever it says it belongs to.
func (s *Store) CreateFlow(ctx context.Context, f versions.Flow, r versions.Revision, events ...audit.Event) error {
	f.Revision, r.Tenant, r.Flow = r.Number, f.Tenant, f.Slug
	return s.saveFlow(ctx, r, events, func(e *edit) (storedFlow, error) {
		if err := needTenant(e.tx, f.Tenant); err != nil {
			return storedFlow{}, err
		}
		if e.bucket(bucketFlows).Get(flowKey(f.Tenant, f.Slug)) != nil {
			return storedFlow{}, catalog.ErrExists
		}
		return storedFlow(f), nil
	})
}

// SaveRevision implements versions.Store.
func (s *Store) SaveRevision(ctx context.Context, r versions.Revision, events ...audit.Event) error {
	return s.saveFlow(ctx, r, events, func(e *edit) (storedFlow, error) {
		var f storedFlow
		if err := get(e.bucket(bucketFlows), flowKey(r.Tenant, r.Flow), &f); err != nil {
			return f, err
		}
		if f.Revision != r.Number-1 {
			return f, catalog.ErrConflict
		}
		f.Revision = r.Number
		return f, nil
	})
}

// saveFlow stores a revision and the flow, as next says it is with the revision live.
func (s *Store) saveFlow(ctx context.Context, r versions.Revision, events []audit.Event, next func(*edit) (storedFlow, error)) error {
	err := s.write.do(ctx, func(e *edit) error {
		f, err := next(e)
		if err != nil {
			return err
		}
		k := flowKey(r.Tenant, r.Flow)
		if err := e.putJSON(bucketFlows, k, f); err != nil {
			return err
		}
		if err := e.putJSON(bucketRevisions, k.number(uint64(r.Number)), storedRevision(r)); err != nil {
			return err
		}
		return e.appendEvents(r.Tenant, events)
	})
	if err == nil {
		s.flows.tell(versions.FlowRef{Tenant: r.Tenant, Flow: r.Flow})
	}
	return err
}

// Flow implements versions.Store.
func (s *Store) Flow(ctx context.Context, tenant catalog.TenantID, slug versions.FlowSlug) (versions.Flow, error) {
	var f storedFlow
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		return get(tx.Bucket(bucketFlows), flowKey(tenant, slug), &f)
	})
	return versions.Flow(f), err
}

// Flows implements versions.Store.
func (s *Store) Flows(ctx context.Context, tenant catalog.TenantID, p catalog.Page) (list catalog.List[versions.Flow], err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		if err := needTenant(tx, tenant); err != nil {
			return err
		}
		of := span{bucket: tx.Bucket(bucketFlows), name: bucketFlows, prefix: textKey(string(tenant))}
		list, err = page(of, p, func(_, v []byte) (versions.Flow, error) {
			var f storedFlow
			err := json.Unmarshal(v, &f)
			return versions.Flow(f), err
		})
		return err
	})
	return list, err
}

// Revision implements versions.Store.
func (s *Store) Revision(ctx context.Context, tenant catalog.TenantID, flow versions.FlowSlug, number int) (versions.Revision, error) {
	var r storedRevision
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		return get(tx.Bucket(bucketRevisions), flowKey(tenant, flow).number(uint64(number)), &r)
	})
	return versions.Revision(r), err
}

// Revisions implements versions.Store.
func (s *Store) Revisions(ctx context.Context, tenant catalog.TenantID, flow versions.FlowSlug, p catalog.Page) (list catalog.List[versions.Revision], err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		k := flowKey(tenant, flow)
		if tx.Bucket(bucketFlows).Get(k) == nil {
			return catalog.ErrNotFound
		}
		of := span{bucket: tx.Bucket(bucketRevisions), name: bucketRevisions, prefix: k, descending: true}
		list, err = page(of, p, func(_, v []byte) (versions.Revision, error) {
			var r storedRevision
			err := json.Unmarshal(v, &r)
			return versions.Revision(r), err
		})
		return err
	})
	return list, err
}

// RunKeys implements versions.Store.
func (s *Store) RunKeys(ctx context.Context) ([]versions.RunKey, error) {
	var keys []versions.RunKey
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketRunKeys).Cursor()
		for k, v := c.Last(); k != nil; k, v = c.Prev() {
			rk := versions.RunKey{ID: binary.BigEndian.Uint32(k)}
			copy(rk.Secret[:], v)
			keys = append(keys, rk)
		}
		return nil
	})
	return keys, err
}
