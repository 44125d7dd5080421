package rollout

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
)

// Cohort is the part of a rollout that a run belongs to.
type Cohort uint8

// The cohorts.
const (
	None      Cohort = iota // the run began while there was no rollout
	Stable                  // the run has the stable revision
	Candidate               // the run has the candidate
)

// String is the cohort's word, empty for [None].
func (c Cohort) String() string {
	switch c {
	case Stable:
		return "stable"
	case Candidate:
		return "candidate"
	}
	return ""
}

// Salt makes the cohorts of one rollout independent of those of all others: else the same users would meet every candidate first. Its text is hexadecimal.
type Salt [16]byte

// NewSalt returns a random one.
func NewSalt() Salt {
	var s Salt
	rand.Read(s[:]) // never fails
	return s
}

// MarshalText implements [encoding.TextMarshaler].
func (s Salt) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, s[:]), nil }

var errSalt = errors.New("a salt is 32 hexadecimal digits")

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Salt) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(s)) {
		return errSalt
	}
	if _, err := hex.Decode(s[:], text); err != nil {
		return fmt.Errorf("%w: %w", errSalt, err)
	}
	return nil
}

// Subject is whom a run is about, as far as the call says it: the user, or else the device, or else the address.
type Subject struct {
	kind byte
	id   string
}

// SubjectOf picks the first that is known. If nothing is, each run is a subject of its own.
func SubjectOf(user, device, ip, run string) Subject {
	switch {
	case user != "":
		return Subject{'u', user}
	case device != "":
		return Subject{'d', device}
	case ip != "":
		return Subject{'i', ip}
	}
	return Subject{'r', run}
}

// Place is where a subject stands among all, evenly spread over the whole range. It stays the same for the whole rollout; the candidate's share is taken from the low end, so that a
// larger share contains every smaller one.
type Place uint64

// Place returns the subject's. It needs no memory for ids of ordinary length.
func (s *Salt) Place(of Subject) Place {
	var buffer [256]byte
	b := append(append(append(buffer[:0], s[:]...), of.kind), of.id...)
	sum := sha256.Sum256(b)
	return Place(binary.BigEndian.Uint64(sum[:]))
}

// Cohort is the subject's at a share of the candidate in percent.
func (p Place) Cohort(percent float64) Cohort {
	// The comparison is made in 53 bits, which a float64 holds exactly; the share is then right to 1 in 10^15.
	if float64(p>>11) < percent/100*(1<<53) {
		return Candidate
	}
	return Stable
}
