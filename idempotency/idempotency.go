// Package idempotency lets a caller repeat a request without repeating what it does: the answer to a request with an idempotency key is kept for a while, and returned
// again to whoever asks the same under the same key.
//
// [Answers] is the one thing to use: [Answers.Do] runs a request once and returns its [Answer], as it was the first time. The idea, and what is refused, follow
// draft-ietf-httpapi-idempotency-key-header. What a request is, and what its answer holds, is no concern of this package.
package idempotency

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	"github.com/durward/durward/catalog"
)

// ErrReused says that the key was used before, with another body.
var ErrReused = errors.New("the idempotency key was used with another body")

// Digest is a SHA-256.
type Digest [sha256.Size]byte

// Request is a request that may be repeated.
type Request struct {
	Tenant catalog.TenantID
	// Scope is what the key holds for: the same key in another scope is another key.
	Scope []string
	Key   string
	// Body is what was asked. It is compared byte by byte, by its digest.
	Body []byte
}

// Ref names the answer to a request within its tenant.
type Ref struct {
	Tenant catalog.TenantID
	Digest Digest // over scope and key
}

// Ref returns the name of the request's answer.
func (q *Request) Ref() Ref {
	h := sha256.New()
	for _, part := range append(q.Scope[:len(q.Scope):len(q.Scope)], q.Key) {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part)))) // so that no part runs into the next
		h.Write([]byte(part))
	}
	ref := Ref{Tenant: q.Tenant}
	h.Sum(ref.Digest[:0])
	return ref
}

// Answer is what a request was answered with.
type Answer struct {
	Ref
	Body    Digest // of the request's body
	At      time.Time
	Status  int // of HTTP
	Content []byte
}

// Bounds are how many answers a tenant may have, and since when.
type Bounds struct {
	Entries int
	Bytes   int64     // of content
	From    time.Time // an answer from before has expired
}

// Kept is how an answer was kept.
type Kept struct {
	// Before is the answer that was there already, and stays; nil if there was none.
	Before *Answer
	// Evicted is how many answers of the tenant went before their time, to make room.
	Evicted int
}

// Store keeps answers. All methods are safe for concurrent use.
type Store interface {
	// Answer returns the answer that is kept under a name, also an expired one; catalog.ErrNotFound if there is none.
	Answer(ctx context.Context, ref Ref) (Answer, error)
	// KeepAnswer keeps a, and returns once that is on disk. If there is an answer under its name already that has not expired, that one stays: whoever is first
	// decides for all. What is then beyond the tenant's bounds is removed, oldest first. An answer that is larger than all that the tenant may have is not kept.
	KeepAnswer(ctx context.Context, a Answer, b Bounds) (Kept, error)
	// DropAnswers removes some of the answers from before a time, of any tenant, and returns how many; zero when there are no more.
	DropAnswers(ctx context.Context, before time.Time) (int, error)
}
