package bolt

import (
	"crypto/rand"
	"encoding/binary"
	"strconv"

	bbolt "go.etcd.io/bbolt"
)

// mainBuckets are those of the main file.
var mainBuckets = [][]byte{
	bucketTenants, bucketKeys, bucketTenantKeys, bucketSecrets, bucketEgress, bucketLimits, bucketActions, bucketDrafts, bucketVersions, bucketBlobs,
	bucketDependents, bucketFlows, bucketRevisions, bucketEvents, bucketHeads, bucketRunKeys, bucketUsage,
	bucketAnswers, bucketAnswerAges, bucketAnswerUsages,
	bucketDeliveries, bucketDeadLetters, bucketDeliveryCalls, bucketDeliveryDue, bucketDeliveryClaims, bucketDeliveryLines, bucketDeliveryAccounts,
	bucketFigures, bucketUnfinished,
	bucketPublishing, bucketFreezes,
	bucketPeople, bucketPersonEmails, bucketPersonIdentities, bucketMembers, bucketMemberships,
	bucketInvitations, bucketTenantInvitations, bucketInvitationEmails, bucketSessions, bucketOwnerSessions,
	bucketCounters, bucketCounterEnds, bucketCounterTotals,
}

// initMain lays out a new main file, with the first of the keys that seal runs.
func initMain(tx *bbolt.Tx) error {
	for _, name := range mainBuckets {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	return tx.Bucket(bucketRunKeys).Put(binary.BigEndian.AppendUint32(nil, 1), secret)
}

// upgradeMain brings a main file of an older format to this one. Format 2 added buckets, and redirect secrets that may be sealed: an older program would sign with the sealed text.
// Format 3 added the accounts of what each tenant has stored, which an older program would not keep. Formats 4 to 6 added buckets. Format 7 added rollouts, which an older program would
// drop from the flows that it saves. Formats 8 and 9 added buckets. Format 10 added freezes of all flows of a tenant, which an older program would not keep to. Format 11 added buckets.
// Day files are the same in all.
func upgradeMain(db *bbolt.DB) error {
	current := false
	err := db.View(func(tx *bbolt.Tx) error {
		current = string(tx.Bucket(bucketMeta).Get(keyFormat)) == strconv.Itoa(format)
		return nil
	})
	if err != nil || current {
		return err
	}
	return db.Update(func(tx *bbolt.Tx) error {
		for _, name := range mainBuckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		if err := countAll(tx); err != nil {
			return err
		}
		return tx.Bucket(bucketMeta).Put(keyFormat, []byte(strconv.Itoa(format)))
	})
}
