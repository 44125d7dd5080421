package versions

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/durward/durward/versions/rollout"
)

// ErrInvalidPass says that a pass is forged, expired, or of another rollout.
var ErrInvalidPass = errors.New("the pass is not valid")

// Pass sends runs to a cohort of a rollout, whoever their user is: to try a candidate at a share of 0 percent, for example.
type Pass struct {
	FlowRef
	Rollout int // its number
	Cohort  rollout.Cohort
	Expires time.Time // to the millisecond
}

// MaxPassLifetime is the longest life of a pass.
const MaxPassLifetime = 24 * time.Hour

// SealPass returns the pass as a text that [Sealer.OpenPass] knows again.
func (s *Sealer) SealPass(p Pass) string {
	b, key := s.begin(passFormat, p.FlowRef)
	b = binary.BigEndian.AppendUint64(b, uint64(p.Expires.UnixMilli()))
	b = binary.BigEndian.AppendUint32(b, uint32(p.Rollout))
	return finish(append(b, byte(p.Cohort)), p.FlowRef, key)
}

// OpenPass returns the cohort that a pass is for. The error is ErrInvalidPass, with the reason, unless it is for this rollout and valid now.
func (s *Sealer) OpenPass(text string, ref FlowRef, number int, now time.Time) (rollout.Cohort, error) {
	b, ok := s.verify(text)
	if !ok || b[0] != passFormat || len(b) < passFixed {
		return rollout.None, fmt.Errorf("%w: it was not made here, or it has been changed", ErrInvalidPass)
	}
	p := Pass{
		Expires: time.UnixMilli(int64(binary.BigEndian.Uint64(b[tokenHead:]))),
		Rollout: int(binary.BigEndian.Uint32(b[tokenHead+8:])), Cohort: rollout.Cohort(b[passFixed-1]),
	}
	p.FlowRef, ok = cutRef(b[passFixed:])
	switch {
	case !ok || p.FlowRef != ref:
		return rollout.None, fmt.Errorf("%w: it belongs to another flow", ErrInvalidPass)
	case !now.Before(p.Expires):
		return rollout.None, fmt.Errorf("%w: it has expired", ErrInvalidPass)
	case p.Rollout != number:
		return rollout.None, fmt.Errorf("%w: its rollout is over", ErrInvalidPass)
	}
	return p.Cohort, nil
}
