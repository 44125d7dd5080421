package bolt

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"time"

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
	return s.putFlow(ctx, f, []versions.Revision{r}, events, func(e *edit) (*versions.Flow, error) {
		if err := needTenant(e.tx, f.Tenant); err != nil {
			return nil, err
		}
		if e.bucket(bucketFlows).Get(flowKey(f.Tenant, f.Slug)) != nil {
			return nil, catalog.ErrExists
		}
		return &versions.Flow{}, nil
	})
}

// SaveFlow implements versions.Store.
func (s *Store) SaveFlow(ctx context.Context, f versions.Flow, revisions []versions.Revision, events ...audit.Event) error {
	return s.putFlow(ctx, f, revisions, events, func(e *edit) (*versions.Flow, error) {
		var stored storedFlow
		if err := get(e.bucket(bucketFlows), flowKey(f.Tenant, f.Slug), &stored); err != nil {
			return nil, err
		}
		if stored.Edition != f.Edition-1 {
			return nil, catalog.ErrConflict
		}
		before := stored.flow()
		return &before, nil
	})
}

// putFlow stores a flow and revisions of it, if check allows it, which returns the flow as it was.
func (s *Store) putFlow(ctx context.Context, f versions.Flow, revisions []versions.Revision, events []audit.Event, check func(*edit) (*versions.Flow, error)) error {
	k := flowKey(f.Tenant, f.Slug)
	err := s.write.do(ctx, func(e *edit) error {
		before, err := check(e)
		if err != nil {
			return err
		}
		if err := e.checkPins(before, &f, revisions); err != nil {
			return err
		}
		if err := e.putJSON(bucketFlows, k, storedFlow(f)); err != nil {
			return err
		}
		for _, r := range revisions {
			e.unbounded = r.Recall != nil
			if err := e.putJSON(bucketRevisions, k.number(uint64(r.Number)), storedRevision(r)); err != nil {
				return err
			}
		}
		if err := e.noteUnfinished(k, &f); err != nil {
			return err
		}
		return e.appendEvents(f.Tenant, events)
	})
	if err == nil {
		s.flows.tell(versions.FlowRef{Tenant: f.Tenant, Flow: f.Slug})
	}
	return err
}

// Flow implements versions.Store.
func (s *Store) Flow(ctx context.Context, tenant catalog.TenantID, slug versions.FlowSlug) (versions.Flow, error) {
	var f storedFlow
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		return get(tx.Bucket(bucketFlows), flowKey(tenant, slug), &f)
	})
	return f.flow(), err
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
			return f.flow(), err
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
			if n := copy(rk.Secret[:], v); len(v) == n+8 { // the first key has no time
				rk.CreatedAt = time.UnixMilli(int64(binary.BigEndian.Uint64(v[n:]))).UTC()
			}
			keys = append(keys, rk)
		}
		return nil
	})
	return keys, err
}

// AddRunKey implements versions.Store.
func (s *Store) AddRunKey(ctx context.Context, key versions.RunKey) error {
	k := binary.BigEndian.AppendUint32(nil, key.ID)
	return s.write.do(ctx, func(e *edit) error {
		if e.bucket(bucketRunKeys).Get(k) != nil {
			return catalog.ErrExists
		}
		return e.put(bucketRunKeys, k, binary.BigEndian.AppendUint64(key.Secret[:], uint64(key.CreatedAt.UnixMilli())))
	})
}

// DeleteRunKey implements versions.Store.
func (s *Store) DeleteRunKey(ctx context.Context, id uint32) error {
	return s.write.do(ctx, func(e *edit) error {
		return e.delete(bucketRunKeys, binary.BigEndian.AppendUint32(nil, id))
	})
}
