package npm

import (
	"encoding/json"
	"maps"
	"slices"
)

// Lock is an exact set of packages and which of them each import means. It is stored with a version.
type Lock struct {
	// Dependencies are what the action declares: package names, or aliases, and ranges.
	Dependencies map[string]string `json:"dependencies"`
	// Root leads from a declared name to the key of its package.
	Root map[string]string `json:"root"`
	// Packages are all packages by key, which is name@version; a package that is there twice with other dependencies has #2 and so on behind.
	Packages map[string]Locked `json:"packages"`
}

// Locked is one package of a lock.
type Locked struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Integrity is the SHA-512 of the package's archive, as in subresource integrity: "sha512-" and base64.
	Integrity string `json:"integrity"`
	// Dependencies leads from the names that the package imports to keys of packages.
	Dependencies map[string]string `json:"dependencies,omitempty"`
}

// Encode writes the lock. The same lock has the same bytes always.
func (l *Lock) Encode() []byte {
	text, err := json.MarshalIndent(l, "", "  ") // maps are written in the order of their keys
	if err != nil {
		panic(err) // strings always encode
	}
	return text
}

// Keys are the keys of the packages, sorted.
func (l *Lock) Keys() []string { return slices.Sorted(maps.Keys(l.Packages)) }
