package bolt

import (
	"context"
	"encoding/json"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/versions"
)

var bucketDependents = []byte("dependents") // tenant, module, its number by precedence, action, its number by precedence: what has a shared module in it

type storedDependent struct {
	Action catalog.ActionSlug `json:"action"`
	Number string             `json:"number"`
	Pin    versions.ModulePin `json:"pin"`
}

func (e *edit) putDependent(v *versions.Version, pin versions.ModulePin) error {
	k, ok := dependentKey(v.Tenant, v.Action, v.Number, pin)
	if !ok {
		return catalog.InvalidErrors{{Pointer: "/modules", Detail: "a version is a semantic version such as 1.4.0"}}
	}
	return e.putJSON(bucketDependents, k, storedDependent{v.Action, v.Number, pin})
}

func dependentKey(tenant catalog.TenantID, action catalog.ActionSlug, number string, pin versions.ModulePin) (key, bool) {
	k, ok := actionKey(tenant, pin.Module).version(pin.Number)
	if !ok {
		return nil, false
	}
	k = append(append(k, 0, 1), textKey(string(action))...)
	return k.version(number)
}

// Dependents implements versions.Store.
func (s *Store) Dependents(
	ctx context.Context, tenant catalog.TenantID, module catalog.ActionSlug, p catalog.Page,
) (list catalog.List[versions.Dependent], err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		k := actionKey(tenant, module)
		if tx.Bucket(bucketActions).Get(k) == nil {
			return catalog.ErrNotFound
		}
		list, err = page(span{bucket: tx.Bucket(bucketDependents), name: bucketDependents, prefix: k}, p, func(_, v []byte) (versions.Dependent, error) {
			var d storedDependent
			err := json.Unmarshal(v, &d)
			return versions.Dependent(d), err
		})
		return err
	})
	return list, err
}
