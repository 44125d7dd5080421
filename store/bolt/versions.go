package bolt

import (
	"bytes"
	"context"
	"encoding/json"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions"
)

var (
	bucketVersions = []byte("versions") // tenant, action, number by precedence
	bucketBlobs    = []byte("blobs")    // the same and which: what a list of versions must not read
)

// The blobs of a version.
const (
	blobFiles     = 'f' // JSON object, text by path
	blobBundle    = 'b'
	blobSourceMap = 'm'
	blobLock      = 'l' // only of versions with dependencies
)

func blobKey(version key, which byte) key {
	return append(version[:len(version):len(version)], 0, which)
}

// PutVersion implements versions.Store.
func (s *Store) PutVersion(ctx context.Context, v versions.Version, events ...audit.Event) error {
	k, ok := actionKey(v.Tenant, v.Action).version(v.Number)
	if !ok {
		return catalog.InvalidErrors{{Pointer: "/version", Detail: "a version is a semantic version such as 1.4.0"}}
	}
	return s.write.do(ctx, func(e *edit) error {
		var a storedAction
		if err := get(e.bucket(bucketActions), actionKey(v.Tenant, v.Action), &a); err != nil {
			return err
		}
		if e.bucket(bucketVersions).Get(k) != nil {
			return catalog.ErrExists
		}
		for _, pin := range v.Modules {
			if err := notRecalled(e.tx, v.Tenant, versions.VersionRef{Action: pin.Module, Number: pin.Number}); err != nil {
				return err
			}
		}
		a.Latest = v.Number
		if err := e.putJSON(bucketActions, actionKey(v.Tenant, v.Action), a); err != nil {
			return err
		}
		if err := e.putVersion(k, &v); err != nil {
			return err
		}
		return e.appendEvents(v.Tenant, events)
	})
}

func (e *edit) putVersion(k key, v *versions.Version) error {
	if err := e.putJSON(bucketVersions, k, storeVersion(v)); err != nil {
		return err
	}
	for _, pin := range v.Modules {
		if err := e.putDependent(v, pin); err != nil {
			return err
		}
	}
	if err := e.putJSON(bucketBlobs, blobKey(k, blobFiles), v.Files); err != nil {
		return err
	}
	if err := e.put(bucketBlobs, blobKey(k, blobBundle), v.Bundle); err != nil {
		return err
	}
	if len(v.Lock) > 0 {
		if err := e.put(bucketBlobs, blobKey(k, blobLock), v.Lock); err != nil {
			return err
		}
	}
	return e.put(bucketBlobs, blobKey(k, blobSourceMap), v.SourceMap)
}

// Version implements versions.Store.
func (s *Store) Version(ctx context.Context, tenant catalog.TenantID, action catalog.ActionSlug, number string) (v versions.Version, err error) {
	k, ok := actionKey(tenant, action).version(number)
	if !ok {
		return v, catalog.ErrNotFound
	}
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		var stored storedVersion
		if err := get(tx.Bucket(bucketVersions), k, &stored); err != nil {
			return err
		}
		v = stored.version()
		blobs := tx.Bucket(bucketBlobs)
		// What bbolt returns is gone with the transaction.
		v.Bundle = bytes.Clone(blobs.Get(blobKey(k, blobBundle)))
		v.SourceMap = bytes.Clone(blobs.Get(blobKey(k, blobSourceMap)))
		v.Lock = bytes.Clone(blobs.Get(blobKey(k, blobLock)))
		return get(blobs, blobKey(k, blobFiles), &v.Files)
	})
	return v, err
}

// Versions implements versions.Store.
func (s *Store) Versions(ctx context.Context, tenant catalog.TenantID, action catalog.ActionSlug, p catalog.Page) (list catalog.List[versions.Version], err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		k := actionKey(tenant, action)
		if tx.Bucket(bucketActions).Get(k) == nil {
			return catalog.ErrNotFound
		}
		of := span{bucket: tx.Bucket(bucketVersions), name: bucketVersions, prefix: k, descending: true}
		list, err = page(of, p, func(_, v []byte) (versions.Version, error) {
			var stored storedVersion
			err := json.Unmarshal(v, &stored)
			return stored.version(), err
		})
		return err
	})
	return list, err
}
