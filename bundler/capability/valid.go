package capability

import (
	"errors"
	"slices"
	"strings"
)

// ErrInvalid says that something cannot have come out of [Of].
var ErrInvalid = errors.New("no capabilities of a script")

// maxName is the longest name that is noted, in bytes.
const maxName = 300

// Check makes sure that what came from a process which a hostile script may have taken over is of the form that [Of] returns; has says which files are the action's.
func (f *Found) Check(has func(file string) bool) error {
	if err := f.Code.check(); err != nil {
		return err
	}
	places := slices.Concat(f.Secrets, f.Hosts)
	if f.Fetch != nil {
		places = append(places, *f.Fetch)
	}
	for _, m := range places {
		if !validName(m.Name) || !has(m.File) || m.Line < 1 || m.Column < 1 {
			return ErrInvalid
		}
	}
	if max(len(f.Secrets), len(f.Hosts)) > MaxMentions {
		return ErrInvalid
	}
	return nil
}

func (c *Code) check() error {
	known := append(APIs(), Any)
	for i, use := range c.APIs {
		if !slices.Contains(known, use.API) || i > 0 && c.APIs[i-1].API >= use.API || !validUsers(use.By) || len(use.By) == 0 {
			return ErrInvalid
		}
	}
	if !validUsers(c.DynamicCode) {
		return ErrInvalid
	}
	if slices.Equal(c.Outcomes, []string{Any}) {
		return nil
	}
	for i, kind := range c.Outcomes {
		if !isKind(kind) || i > 0 && c.Outcomes[i-1] >= kind {
			return ErrInvalid
		}
	}
	return nil
}

func validUsers(names []string) bool {
	return len(names) <= MaxUsers && slices.IsSorted(names) && !slices.ContainsFunc(names, func(name string) bool { return !validName(name) })
}

// validName says whether a name is short and of printable ASCII characters, as those of packages, hosts and secrets are.
func validName(name string) bool {
	return name != "" && len(name) <= maxName && !strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c > '~' })
}
