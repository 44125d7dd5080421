// Package password keeps passwords as Argon2id hashes (RFC 9106), and bounds how many are computed at a time.
//
// A hash is kept in the PHC string format, $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH, so that one of other parameters can still be verified.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	goruntime "runtime"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// The parameters of new hashes: the minimum of OWASP's Password Storage Cheat Sheet. More memory would be taken from executions.
const (
	memory  = 19 << 10 // KiB
	passes  = 2
	threads = 1

	saltBytes = 16
	hashBytes = 32
)

// Bounds of what is computed at a time: each hash takes memory KiB and tens of milliseconds of a processor that executions need, too.
const (
	atOnce  = 2
	waiting = 62
)

// ErrBusy says that too many hashes wait to be computed already.
var ErrBusy = errors.New("too many passwords are being checked")

// ErrDamaged says that a stored hash is none.
var ErrDamaged = errors.New("the stored hash of a password is damaged")

// Hasher makes and verifies hashes. It is safe for concurrent use.
type Hasher struct {
	running chan struct{}
	all     chan struct{} // those that run, and those that wait
	decoy   string
	done    atomic.Uint64 // hashes
}

// New returns a hasher.
func New() *Hasher {
	return &Hasher{
		running: make(chan struct{}, atOnce), all: make(chan struct{}, atOnce+waiting),
		decoy: encode(parameters{memory, passes, threads}, make([]byte, saltBytes), make([]byte, hashBytes)),
	}
}

// Hash returns the hash of a password, with a salt of its own. The error is [ErrBusy] or that of ctx.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails
	p := parameters{memory, passes, threads}
	sum, err := h.compute(ctx, p, password, salt, hashBytes)
	if err != nil {
		return "", err
	}
	return encode(p, salt, sum), nil
}

// Verify says whether a hash is that of the password. For an empty hash, of nobody, it says no after the work that any other takes. The error is [ErrBusy], [ErrDamaged] or that of ctx.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (bool, error) {
	nobody := hash == ""
	if nobody {
		hash = h.decoy
	}
	p, salt, want, err := decode(hash)
	if err != nil {
		return false, err
	}
	sum, err := h.compute(ctx, p, password, salt, uint32(len(want)))
	return err == nil && subtle.ConstantTimeCompare(sum, want) == 1 && !nobody, err
}

func (h *Hasher) compute(ctx context.Context, p parameters, password string, salt []byte, size uint32) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case h.all <- struct{}{}:
		defer func() { <-h.all }()
	default:
		return nil, ErrBusy
	}
	select {
	case h.running <- struct{}{}:
		defer func() { <-h.running }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	// The same password can be typed as different code points, depending on the keyboard.
	sum := argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, p.passes, p.memory, p.threads, size)
	if h.done.Add(1)%collectEvery == 0 {
		goruntime.GC()
	}
	return sum, nil
}

// collectEvery is after how many hashes their memory is collected. A server that lets its heap grow to several times of what it needs would let it grow by that many of these, too: by hundreds of
// megabytes, at the request of anybody.
const collectEvery = 4

type parameters struct {
	memory, passes uint32
	threads        uint8
}

func encode(p parameters, salt, sum []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(sum))
}

// Bounds of what a stored hash may ask for.
const (
	mostMemory = 256 << 10 // KiB
	mostPasses = 16
	mostBytes  = 64
)

func decode(hash string) (p parameters, salt, sum []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, ErrDamaged
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.threads); err != nil {
		return p, nil, nil, ErrDamaged
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	sum, sumErr := base64.RawStdEncoding.DecodeString(parts[5])
	switch {
	case saltErr != nil, sumErr != nil, len(salt) < 8, len(salt) > mostBytes, len(sum) < 16, len(sum) > mostBytes,
		p.memory < 8*uint32(p.threads), p.memory > mostMemory, p.passes < 1, p.passes > mostPasses, p.threads < 1,
		encode(p, salt, sum) != hash: // also what is spelt in another way
		return p, nil, nil, ErrDamaged
	}
	return p, salt, sum, nil
}
