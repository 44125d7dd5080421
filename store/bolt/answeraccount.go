package bolt

import (
	"bytes"
	"encoding/binary"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/idempotency"
)

// answerAccount is the answers of one tenant within an edit, and how much they are together. It must be saved.
type answerAccount struct {
	edit    *edit
	tenant  catalog.TenantID
	prefix  key
	entries int64
	bytes   int64
}

func (e *edit) answerAccount(tenant catalog.TenantID) *answerAccount {
	a := &answerAccount{edit: e, tenant: tenant, prefix: textKey(string(tenant))}
	if v := e.bucket(bucketAnswerUsages).Get(a.prefix); len(v) == 16 {
		a.entries, a.bytes = int64(binary.BigEndian.Uint64(v)), int64(binary.BigEndian.Uint64(v[8:]))
	}
	return a
}

func (a *answerAccount) save() error {
	if a.entries == 0 {
		return a.edit.delete(bucketAnswerUsages, a.prefix)
	}
	return a.edit.put(bucketAnswerUsages, a.prefix, key(nil).number(uint64(a.entries)).number(uint64(a.bytes)))
}

func (a *answerAccount) add(answer *idempotency.Answer) error {
	if err := a.edit.put(bucketAnswers, answerKey(answer.Ref), encodeAnswer(answer)); err != nil {
		return err
	}
	if err := a.edit.put(bucketAnswerAges, answerAgeKey(answer), binary.BigEndian.AppendUint64(nil, uint64(len(answer.Content)))); err != nil {
		return err
	}
	a.entries++
	a.bytes += int64(len(answer.Content))
	return nil
}

func (a *answerAccount) remove(age key, ref idempotency.Ref, size int64) error {
	if err := a.edit.delete(bucketAnswers, answerKey(ref)); err != nil {
		return err
	}
	if err := a.edit.delete(bucketAnswerAges, age); err != nil {
		return err
	}
	a.entries--
	a.bytes -= size
	return nil
}

// expiredAtOnce is how many expired answers go with each that comes: two, so that they become fewer.
const expiredAtOnce = 2

// makeRoom removes some expired answers, and the oldest until one more of size bytes is within the bounds. It returns how many of those had not expired.
func (a *answerAccount) makeRoom(size int64, b idempotency.Bounds) (evicted int, err error) {
	if _, err := a.dropBefore(b.From, expiredAtOnce); err != nil {
		return 0, err
	}
	for a.entries > 0 && (a.entries >= int64(b.Entries) || a.bytes+size > b.Bytes) {
		was, err := a.dropOldest()
		if err != nil {
			return evicted, err
		}
		if !was.Before(b.From) {
			evicted++
		}
	}
	return evicted, nil
}

// dropBefore removes up to most answers from before a time, oldest first.
func (a *answerAccount) dropBefore(before time.Time, most int) (dropped int, err error) {
	for dropped < most && a.entries > 0 {
		if age, _ := a.edit.bucket(bucketAnswerAges).Cursor().Seek(a.prefix); !ageOf(age, a.prefix).Before(before) {
			return dropped, nil
		}
		if _, err := a.dropOldest(); err != nil {
			return dropped, err
		}
		dropped++
	}
	return dropped, nil
}

func (a *answerAccount) dropOldest() (at time.Time, err error) {
	k, size := a.edit.bucket(bucketAnswerAges).Cursor().Seek(a.prefix)
	age, rest := bytes.Clone(k), k[len(a.prefix)+8:]
	ref := idempotency.Ref{Tenant: a.tenant, Digest: idempotency.Digest(rest)}
	return ageOf(age, a.prefix), a.remove(age, ref, int64(binary.BigEndian.Uint64(size)))
}

// ageOf is the time in a key of answer_ages.
func ageOf(age, tenant key) time.Time {
	return time.Unix(0, int64(binary.BigEndian.Uint64(age[len(tenant):])))
}
