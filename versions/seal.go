package versions

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/versions/rollout"
)

// ErrInvalidRun says that a run token is forged, expired, or of another flow.
var ErrInvalidRun = errors.New("the run is not valid")

// Run is one sign-in on its way through a flow. It is sealed to the revision that it started on.
type Run struct {
	ID       uuid.UUID // of version 7
	Tenant   catalog.TenantID
	Flow     FlowSlug
	Revision int
	Started  time.Time // to the millisecond
	// Cohort is the run's part in a rollout, and Rollout that rollout's number; none and 0 if the run began while there was none.
	Cohort  rollout.Cohort
	Rollout int
	// Forced says that the run was sent to its cohort by a pass: it does not count for the rollout's figures.
	Forced bool
}

// Sealer makes run tokens and opens them. A token is signed, not encrypted: all in it is in the answer too. It is safe for concurrent use.
type Sealer struct {
	keys     atomic.Pointer[[]sealKey]
	lifetime time.Duration
}

// DefaultRunLifetime is how long a run may take. It covers a user who looks for a mail; it is the time for which old revisions must stay loadable.
const DefaultRunLifetime = 24 * time.Hour

// NewSealer returns a sealer that signs with the first of the keys and opens tokens of all of them. A lifetime of zero is the default.
func NewSealer(keys []RunKey, lifetime time.Duration) (*Sealer, error) {
	if lifetime == 0 {
		lifetime = DefaultRunLifetime
	}
	s := &Sealer{lifetime: lifetime}
	return s, s.Use(keys)
}

// Use replaces the keys.
func (s *Sealer) Use(keys []RunKey) error {
	if len(keys) == 0 {
		return errors.New("sealer: no run key")
	}
	next := make([]sealKey, len(keys))
	for i, k := range keys {
		next[i] = sealKey{id: k.ID, macs: &sync.Pool{New: func() any { return hmac.New(sha256.New, k.Secret[:]) }}}
	}
	s.keys.Store(&next)
	return nil
}

// sealKey is a key with the HMACs that were made ready with it: setting one up takes as long as what it is for.
type sealKey struct {
	id   uint32
	macs *sync.Pool // hash.Hash
}

// Start makes a new run of a flow at a revision.
func (s *Sealer) Start(ref FlowRef, revision int, now time.Time) (Run, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Run{}, fmt.Errorf("run id: %w", err)
	}
	return Run{ID: id, Tenant: ref.Tenant, Flow: ref.Flow, Revision: revision, Started: now.UTC().Truncate(time.Millisecond)}, nil
}

// A token is base64url of: format (1), key id (4), the rest of its format, tenant and flow (each a length of 1 byte and the text), and the HMAC-SHA256 of all that (32). The rest of a run is
// start in Unix milliseconds (8), revision (4), run id (16), and from format 2 on rollout (4) and cohort (1); that of a pass is its end in Unix milliseconds (8), rollout (4) and cohort (1).
// Numbers are big-endian.
const (
	runFormat1 = 1
	runFormat  = 2
	passFormat = 0x10

	tokenHead = 1 + 4
	runFixed1 = tokenHead + 8 + 4 + 16
	runFixed  = runFixed1 + 4 + 1
	passFixed = tokenHead + 8 + 4 + 1
	maxToken  = (runFixed + 2*(1+catalog.MaxSlug) + sha256.Size) * 4 / 3

	forced = 0x80 // in the byte of the cohort
)

// Seal returns the run's token.
func (s *Sealer) Seal(r Run) string {
	b, key := s.begin(runFormat, FlowRef{r.Tenant, r.Flow})
	b = binary.BigEndian.AppendUint64(b, uint64(r.Started.UnixMilli()))
	b = binary.BigEndian.AppendUint32(b, uint32(r.Revision))
	b = append(b, r.ID[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(r.Rollout))
	cohort := byte(r.Cohort)
	if r.Forced {
		cohort |= forced
	}
	return finish(append(b, cohort), FlowRef{r.Tenant, r.Flow}, key)
}

func (s *Sealer) begin(format byte, ref FlowRef) ([]byte, *sealKey) {
	key := &(*s.keys.Load())[0]
	b := make([]byte, 0, runFixed+2+len(ref.Tenant)+len(ref.Flow)+sha256.Size)
	return binary.BigEndian.AppendUint32(append(b, format), key.id), key
}

func finish(b []byte, ref FlowRef, key *sealKey) string {
	b = append(append(b, byte(len(ref.Tenant))), ref.Tenant...)
	b = append(append(b, byte(len(ref.Flow))), ref.Flow...)
	return base64.RawURLEncoding.EncodeToString(key.sign(b, b))
}

func (k *sealKey) sign(message, appendTo []byte) []byte {
	mac := k.macs.Get().(hash.Hash)
	defer k.macs.Put(mac)
	mac.Reset()
	mac.Write(message)
	return mac.Sum(appendTo)
}

// Open returns the run that a token seals. The error is ErrInvalidRun, with the reason, if it is not a token of this flow that is valid now.
func (s *Sealer) Open(token string, ref FlowRef, now time.Time) (Run, error) {
	r, err := s.openRun(token)
	switch {
	case err != nil:
		return Run{}, err
	case r.Tenant != ref.Tenant || r.Flow != ref.Flow:
		return Run{}, fmt.Errorf("%w: it belongs to another flow", ErrInvalidRun)
	case now.Sub(r.Started) > s.lifetime:
		return Run{}, fmt.Errorf("%w: it has expired", ErrInvalidRun)
	case r.Started.Sub(now) > s.lifetime: // clocks of nodes differ, but not by this much
		return Run{}, fmt.Errorf("%w: it is from the future", ErrInvalidRun)
	}
	return r, nil
}

var errForged = fmt.Errorf("%w: it was not made here, or it has been changed", ErrInvalidRun)

func (s *Sealer) openRun(token string) (Run, error) {
	b, ok := s.verify(token)
	if !ok || len(b) < runFixed1 {
		return Run{}, errForged
	}
	r := Run{
		Started:  time.UnixMilli(int64(binary.BigEndian.Uint64(b[tokenHead:]))).UTC(),
		Revision: int(binary.BigEndian.Uint32(b[tokenHead+8:])),
		ID:       uuid.UUID(b[tokenHead+12 : runFixed1]),
	}
	names := b[runFixed1:]
	switch {
	case b[0] == runFormat && len(b) >= runFixed:
		cohort := b[runFixed-1]
		r.Rollout, r.Cohort, r.Forced = int(binary.BigEndian.Uint32(b[runFixed1:])), rollout.Cohort(cohort&^forced), cohort&forced != 0
		names = b[runFixed:]
	case b[0] != runFormat1: // which programs from before there were rollouts have made
		return Run{}, errForged
	}
	ref, ok := cutRef(names)
	if !ok {
		return Run{}, errForged
	}
	r.Tenant, r.Flow = ref.Tenant, ref.Flow
	return r, nil
}

// verify returns what was signed here.
func (s *Sealer) verify(token string) ([]byte, bool) {
	if len(token) > max(maxToken, maxMark)+4 || strings.ContainsAny(token, "\r\n") { // which the decoder would skip
		return nil, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) < tokenHead+sha256.Size {
		return nil, false
	}
	message, mac := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	id := binary.BigEndian.Uint32(message[1:])
	keys := *s.keys.Load()
	var sum [sha256.Size]byte
	for i := range keys {
		if keys[i].id == id && hmac.Equal(keys[i].sign(message, sum[:0]), mac) {
			return message, true
		}
	}
	return nil, false
}

// cutRef reads the names at the end of a token.
func cutRef(b []byte) (FlowRef, bool) {
	tenant, rest, ok1 := cutText(b)
	flow, rest, ok2 := cutText(rest)
	return FlowRef{catalog.TenantID(tenant), FlowSlug(flow)}, ok1 && ok2 && len(rest) == 0
}

func cutText(b []byte) (text string, rest []byte, ok bool) {
	if len(b) == 0 || len(b)-1 < int(b[0]) {
		return "", nil, false
	}
	return string(b[1 : 1+int(b[0])]), b[1+int(b[0]):], true
}
