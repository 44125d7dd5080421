package bolt

import (
	"encoding/binary"
	"strings"

	"github.com/durward/durward/versions"
)

// Keys are made of parts, the tenant first, so that what belongs together is adjacent and a list is a range. Texts end with a mark that cannot occur in
// them, which makes keys unambiguous whatever the texts are, and keeps the order of the texts.
type key []byte

func textKey(parts ...string) key {
	var k key
	for _, p := range parts {
		k = append(k, strings.ReplaceAll(p, "\x00", "\x00\xff")...)
		k = append(k, 0, 1)
	}
	return k
}

// textOf is the text of a key that has no other part.
func textOf(k key) string { return strings.ReplaceAll(string(k[:len(k)-2]), "\x00\xff", "\x00") }

// number appends a number, in its order.
func (k key) number(n uint64) key { return binary.BigEndian.AppendUint64(k[:len(k):len(k)], n) }

// join appends what is made of parts itself.
func (k key) join(rest key) key { return append(k[:len(k):len(k)], rest...) }

// version appends a semantic version in the order of precedence (semver.org, section 11); versions that differ in build metadata only, which has no
// precedence, are in the order of their text. It is false for what is not a version.
func (k key) version(number string) (key, bool) {
	v, err := versions.ParseNumber(number)
	if err != nil {
		return nil, false
	}
	k = k.number(v.Major).number(v.Minor).number(v.Patch)
	for _, id := range v.Pre {
		k = k.identifier(id)
	}
	if len(v.Pre) == 0 {
		k = append(k, released)
	} else {
		k = append(k, prereleaseEnd)
	}
	return append(k, number...), true
}

// The marks in front of a pre-release identifier, in their order: fewer identifiers come before more, numbers before words, and a release after all of its pre-releases.
const (
	prereleaseEnd = iota
	numericIdentifier
	wordIdentifier
	released
)

func (k key) identifier(id string) key {
	if strings.Trim(id, "0123456789") == "" {
		return append(append(k, numericIdentifier, byte(len(id))), id...) // no leading zeros, so a longer one is larger
	}
	return append(append(append(k, wordIdentifier), id...), 0)
}
