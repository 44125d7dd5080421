package bolt

import (
	"crypto/rand"
	"encoding/binary"

	bbolt "go.etcd.io/bbolt"
)

// initMain lays out a new main file, with the first of the keys that seal runs.
func initMain(tx *bbolt.Tx) error {
	for _, name := range [][]byte{
		bucketTenants, bucketKeys, bucketTenantKeys, bucketActions, bucketDrafts, bucketVersions, bucketBlobs,
		bucketFlows, bucketRevisions, bucketEvents, bucketHeads, bucketRunKeys,
	} {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	return tx.Bucket(bucketRunKeys).Put(binary.BigEndian.AppendUint32(nil, 1), secret)
}
