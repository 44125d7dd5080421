package bolt

import (
	"bytes"
	"encoding/binary"
	"slices"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
)

var bucketUsage = []byte("usage") // tenant: bytes of keys and values in the buckets that count

// counted are the buckets that grow with what authors do. Little is ever removed from them. The audit of edits counts, because it shows what was changed, but only what
// bounded names is refused: a key can be revoked and a secret deleted at any time.
var (
	counted = [][]byte{bucketDrafts, bucketVersions, bucketBlobs, bucketDependents, bucketRevisions, bucketEvents}
	bounded = counted[:5]
)

func among(list [][]byte, bucket []byte) bool {
	return slices.ContainsFunc(list, func(b []byte) bool { return bytes.Equal(b, bucket) })
}

// tenantPart is the beginning of a key that says whose it is.
func tenantPart(k key) key { return k[:bytes.Index(k, []byte{0, 1})+2] }

func readUsage(b *bbolt.Bucket, tenant key) int64 {
	if v := b.Get(tenant); v != nil {
		return int64(binary.BigEndian.Uint64(v))
	}
	return 0
}

func putUsage(b *bbolt.Bucket, tenant key, bytes int64) error {
	return b.Put(tenant, binary.BigEndian.AppendUint64(nil, uint64(bytes)))
}

// count adds what a value takes to its tenant's account, less what the one in its place took. It returns catalog.ErrQuota if that is more than the tenant may have.
func (e *edit) count(bucket []byte, k key, value []byte) error {
	if !among(counted, bucket) {
		return nil
	}
	grown := int64(len(value))
	if old := e.bucket(bucket).Get(k); old != nil {
		grown -= int64(len(old))
	} else {
		grown += int64(len(k))
	}
	usage, tenant := e.bucket(bucketUsage), tenantPart(k)
	total := readUsage(usage, tenant) + grown
	if grown > 0 && total > e.quota && !e.unbounded && among(bounded, bucket) {
		return catalog.ErrQuota
	}
	return putUsage(usage, tenant, total)
}

// discount takes a value that is to be deleted off its tenant's account.
func (e *edit) discount(bucket []byte, k key) error {
	old := e.bucket(bucket).Get(k)
	if old == nil || !among(counted, bucket) {
		return nil
	}
	usage, tenant := e.bucket(bucketUsage), tenantPart(k)
	return putUsage(usage, tenant, readUsage(usage, tenant)-int64(len(k)+len(old)))
}

// countAll makes the accounts from what is stored.
func countAll(tx *bbolt.Tx) error {
	totals := make(map[string]int64)
	for _, name := range counted {
		err := tx.Bucket(name).ForEach(func(k, v []byte) error {
			totals[string(tenantPart(k))] += int64(len(k) + len(v))
			return nil
		})
		if err != nil {
			return err
		}
	}
	for tenant, total := range totals {
		if err := putUsage(tx.Bucket(bucketUsage), key(tenant), total); err != nil {
			return err
		}
	}
	return nil
}
