package versions

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/durward/durward/catalog"
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
}

// Sealer makes run tokens and opens them. A token is signed, not encrypted: all in it is in the answer too. It is safe for concurrent use.
type Sealer struct {
	keys     []RunKey
	lifetime time.Duration
}

// DefaultRunLifetime is how long a run may take. It covers a user who looks for a mail; it is the time for which old revisions must stay loadable.
const DefaultRunLifetime = 24 * time.Hour

// NewSealer returns a sealer that signs with the first of the keys and opens tokens of all of them. A lifetime of zero is the default.
func NewSealer(keys []RunKey, lifetime time.Duration) (*Sealer, error) {
	if len(keys) == 0 {
		return nil, errors.New("sealer: no run key")
	}
	if lifetime == 0 {
		lifetime = DefaultRunLifetime
	}
	return &Sealer{keys: slices.Clone(keys), lifetime: lifetime}, nil
}

// Start makes a new run.
func (s *Sealer) Start(ref FlowRef, revision int, now time.Time) (Run, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Run{}, fmt.Errorf("run id: %w", err)
	}
	return Run{ID: id, Tenant: ref.Tenant, Flow: ref.Flow, Revision: revision, Started: now.UTC().Truncate(time.Millisecond)}, nil
}

// The token is base64url of: format (1), key id (4), start in Unix milliseconds (8), revision (4), run id (16), tenant and flow (each a length of 1 byte and the text), and the
// HMAC-SHA256 of all that (32). Numbers are big-endian.
const (
	tokenFormat = 1
	tokenFixed  = 1 + 4 + 8 + 4 + 16
	maxToken    = (tokenFixed + 2*(1+catalog.MaxSlug) + sha256.Size) * 4 / 3
)

// Seal returns the run's token.
func (s *Sealer) Seal(r Run) string {
	key := &s.keys[0]
	b := make([]byte, 0, tokenFixed+2+len(r.Tenant)+len(r.Flow)+sha256.Size)
	b = append(b, tokenFormat)
	b = binary.BigEndian.AppendUint32(b, key.ID)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Started.UnixMilli()))
	b = binary.BigEndian.AppendUint32(b, uint32(r.Revision))
	b = append(b, r.ID[:]...)
	b = append(append(b, byte(len(r.Tenant))), r.Tenant...)
	b = append(append(b, byte(len(r.Flow))), r.Flow...)
	return base64.RawURLEncoding.EncodeToString(key.sign(b, b))
}

func (k *RunKey) sign(message, appendTo []byte) []byte {
	mac := hmac.New(sha256.New, k.Secret[:])
	mac.Write(message)
	return mac.Sum(appendTo)
}

// Open returns the run that a token seals. The error is ErrInvalidRun, with the reason, if it is not a token of this flow that is valid now.
func (s *Sealer) Open(token string, ref FlowRef, now time.Time) (Run, error) {
	r, err := s.verify(token)
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

func (s *Sealer) verify(token string) (Run, error) {
	if len(token) > maxToken+4 || strings.ContainsAny(token, "\r\n") { // which the decoder would skip
		return Run{}, errForged
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) < tokenFixed+2+sha256.Size || b[0] != tokenFormat {
		return Run{}, errForged
	}
	message, mac := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	id := binary.BigEndian.Uint32(message[1:])
	for i := range s.keys {
		if s.keys[i].ID == id && hmac.Equal(s.keys[i].sign(message, nil), mac) {
			return parseRun(message)
		}
	}
	return Run{}, errForged
}

// parseRun reads what was signed here.
func parseRun(message []byte) (Run, error) {
	r := Run{
		Started:  time.UnixMilli(int64(binary.BigEndian.Uint64(message[5:]))).UTC(),
		Revision: int(binary.BigEndian.Uint32(message[13:])),
		ID:       uuid.UUID(message[17:33]),
	}
	tenant, rest, ok1 := cutText(message[tokenFixed:])
	flow, rest, ok2 := cutText(rest)
	if !ok1 || !ok2 || len(rest) > 0 {
		return Run{}, errForged
	}
	r.Tenant, r.Flow = catalog.TenantID(tenant), FlowSlug(flow)
	return r, nil
}

func cutText(b []byte) (text string, rest []byte, ok bool) {
	if len(b) == 0 || len(b)-1 < int(b[0]) {
		return "", nil, false
	}
	return string(b[1 : 1+int(b[0])]), b[1+int(b[0]):], true
}
