package versions

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// ErrNumber says that a text is not a semantic version.
var ErrNumber = errors.New("not a semantic version such as 1.2.0")

// Number is a semantic version (semver.org, 2.0.0) without its build metadata, which has no precedence.
type Number struct {
	Major, Minor, Patch uint64
	Pre                 []string // the identifiers of a pre-release; none of a release
}

// maxNumber is how many bytes a semantic version may have. The standard has no bound, but advises this one.
const maxNumber = 255

// ParseNumber reads a semantic version of at most 255 bytes, all of it: a text with a "v" in front, or with only two numbers, is none. The error is ErrNumber; so it is of a number that 64 bits do not hold.
func ParseNumber(text string) (Number, error) {
	if len(text) > maxNumber {
		return Number{}, ErrNumber
	}
	text, build, built := strings.Cut(text, "+")
	core, pre, preliminary := strings.Cut(text, "-")
	if built && identifiers(build) == nil {
		return Number{}, ErrNumber
	}
	var n Number
	if preliminary {
		if n.Pre = identifiers(pre); n.Pre == nil || slices.ContainsFunc(n.Pre, padded) {
			return Number{}, ErrNumber
		}
	}
	parts := strings.Split(core, ".")
	if len(parts) != 3 {
		return Number{}, ErrNumber
	}
	for i, to := range []*uint64{&n.Major, &n.Minor, &n.Patch} {
		value, err := strconv.ParseUint(parts[i], 10, 64)
		if err != nil || padded(parts[i]) {
			return Number{}, ErrNumber
		}
		*to = value
	}
	return n, nil
}

// identifiers takes a text apart at its dots; nil if a part is empty or has other characters than identifiers may have.
func identifiers(text string) []string {
	parts := strings.Split(text, ".")
	for _, part := range parts {
		if part == "" || strings.Trim(part, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
			return nil
		}
	}
	return parts
}

// padded says whether a text is a number with zeros in front.
func padded(text string) bool { return numeric(text) && len(text) > 1 && text[0] == '0' }

func numeric(text string) bool { return strings.Trim(text, "0123456789") == "" }

// Compare orders by precedence (semver.org, section 11): it returns a number below, of or above 0.
func (n Number) Compare(other Number) int {
	byCore := cmp.Or(cmp.Compare(n.Major, other.Major), cmp.Compare(n.Minor, other.Minor), cmp.Compare(n.Patch, other.Patch))
	switch {
	case byCore != 0:
		return byCore
	case len(n.Pre) == 0 || len(other.Pre) == 0:
		return cmp.Compare(len(other.Pre), len(n.Pre)) // a release comes after its pre-releases
	}
	return slices.CompareFunc(n.Pre, other.Pre, compareIdentifiers)
}

// compareIdentifiers puts numbers before words. Numbers have no zeros in front, so a longer one is larger.
func compareIdentifiers(a, b string) int {
	switch one, two := numeric(a), numeric(b); {
	case one && two:
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	case one:
		return -1
	case two:
		return 1
	}
	return cmp.Compare(a, b)
}
