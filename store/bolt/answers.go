package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/idempotency"
)

var (
	bucketAnswers      = []byte("answers")       // tenant, digest of the key
	bucketAnswerAges   = []byte("answer_ages")   // tenant, time, digest of the key: in the order in which they expire
	bucketAnswerUsages = []byte("answer_usages") // tenant: how many, and how many bytes of content
)

// An answer is stored as: format (1), time in Unix nanoseconds (8), status (2), digest of the request's body (32), content. Numbers are big-endian.
const (
	answerFormat = 1
	answerHead   = 1 + 8 + 2 + len(idempotency.Digest{})
)

var errAnswerFormat = errors.New("an answer under an idempotency key is not stored as this program stores them")

func encodeAnswer(a *idempotency.Answer) []byte {
	b := make([]byte, 0, answerHead+len(a.Content))
	b = append(b, answerFormat)
	b = binary.BigEndian.AppendUint64(b, uint64(a.At.UnixNano()))
	b = binary.BigEndian.AppendUint16(b, uint16(a.Status))
	return append(append(b, a.Body[:]...), a.Content...)
}

// decodeAnswer copies what it returns.
func decodeAnswer(ref idempotency.Ref, stored []byte) (idempotency.Answer, error) {
	if len(stored) < answerHead || stored[0] != answerFormat {
		return idempotency.Answer{}, errAnswerFormat
	}
	return idempotency.Answer{
		Ref: ref, At: time.Unix(0, int64(binary.BigEndian.Uint64(stored[1:]))).UTC(), Status: int(binary.BigEndian.Uint16(stored[9:])),
		Body: idempotency.Digest(stored[11:answerHead]), Content: append([]byte{}, stored[answerHead:]...),
	}, nil
}

func answerKey(ref idempotency.Ref) key { return append(textKey(string(ref.Tenant)), ref.Digest[:]...) }

func answerAgeKey(a *idempotency.Answer) key {
	return append(textKey(string(a.Tenant)).number(uint64(a.At.UnixNano())), a.Digest[:]...)
}

// Answer implements idempotency.Store.
func (s *Store) Answer(ctx context.Context, ref idempotency.Ref) (a idempotency.Answer, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		stored := tx.Bucket(bucketAnswers).Get(answerKey(ref))
		if stored == nil {
			return catalog.ErrNotFound
		}
		a, err = decodeAnswer(ref, stored)
		return err
	})
	return a, err
}

// KeepAnswer implements idempotency.Store.
func (s *Store) KeepAnswer(ctx context.Context, a idempotency.Answer, b idempotency.Bounds) (kept idempotency.Kept, err error) {
	err = s.write.do(ctx, func(e *edit) (err error) {
		kept, err = e.keepAnswer(&a, b)
		return err
	})
	return kept, err
}

func (e *edit) keepAnswer(a *idempotency.Answer, b idempotency.Bounds) (kept idempotency.Kept, err error) {
	if int64(len(a.Content)) > b.Bytes || b.Entries < 1 {
		return kept, nil
	}
	account := e.answerAccount(a.Tenant)
	if stored := e.bucket(bucketAnswers).Get(answerKey(a.Ref)); stored != nil {
		before, err := decodeAnswer(a.Ref, stored)
		if err != nil {
			return kept, err
		}
		if !before.At.Before(b.From) {
			kept.Before = &before
			return kept, nil
		}
		if err := account.remove(answerAgeKey(&before), a.Ref, int64(len(before.Content))); err != nil {
			return kept, err
		}
	}
	if kept.Evicted, err = account.makeRoom(int64(len(a.Content)), b); err != nil {
		return kept, err
	}
	if err := account.add(a); err != nil {
		return kept, err
	}
	return kept, account.save()
}

// DropAnswers implements idempotency.Store.
func (s *Store) DropAnswers(ctx context.Context, before time.Time) (dropped int, err error) {
	err = s.write.do(ctx, func(e *edit) error {
		dropped = 0
		tenants, err := expired(e.tx, before)
		if err != nil {
			return err
		}
		for _, tenant := range tenants {
			account := e.answerAccount(tenant)
			n, err := account.dropBefore(before, maxDropped-dropped)
			if err := errors.Join(err, account.save()); err != nil {
				return err
			}
			if dropped += n; dropped == maxDropped {
				break
			}
		}
		return nil
	})
	return dropped, err
}

// maxDropped is how many answers go in one transaction, for which others wait.
const maxDropped = 1000

// expired are the tenants that have an answer from before.
func expired(tx *bbolt.Tx, before time.Time) (tenants []catalog.TenantID, err error) {
	ages := tx.Bucket(bucketAnswerAges).Cursor()
	err = tx.Bucket(bucketAnswerUsages).ForEach(func(tenant, _ []byte) error {
		if oldest, _ := ages.Seek(tenant); oldest != nil && ageOf(oldest, tenant).Before(before) {
			tenants = append(tenants, catalog.TenantID(textOf(tenant)))
		}
		return nil
	})
	return tenants, err
}
