// Package npm brings npm packages to the bundler without Node: it resolves what an action declares to exact versions, downloads those from the registry that the operator has
// configured, checks every archive against its digest, and unpacks what a script can use.
//
// A [Client] does this; a [Lock] is what it settled on, and all that is needed to get the same packages again. Nothing of a package is ever run here. Registries and packages are
// hostile: sizes, counts, depths and names are bounded and checked.
package npm

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// ErrNoRegistry says that the operator has configured no registry.
var ErrNoRegistry = errors.New("no npm registry is configured")

// Error is a dependency that cannot be had. Its text is written for the author.
type Error struct {
	// Dependency is the declared dependency at fault, or the one that brings the package at fault; empty if it is none in particular.
	Dependency string
	Detail     string
	Hint       string // what would be right, where that is known
}

func (e *Error) Error() string {
	if e.Dependency == "" {
		return e.Detail
	}
	return e.Dependency + ": " + e.Detail
}

func refuse(dependency, format string, args ...any) *Error {
	return &Error{Dependency: dependency, Detail: fmt.Sprintf(format, args...)}
}

var namePattern = regexp.MustCompile(`^(@[a-z0-9~-][a-z0-9._~-]*/)?[a-zA-Z0-9~_-][a-zA-Z0-9._~-]*$`)

// maxName is the longest package name, in bytes (npm's own rule).
const maxName = 214

// ValidName says whether s can be the name of a package.
func ValidName(s string) bool { return len(s) <= maxName && namePattern.MatchString(s) }

// Split takes the name, the subpath and whether there is one from an import of a package: "@a/b/c.js" is "@a/b" and "c.js".
func Split(specifier string) (name, subpath string) {
	parts := 1
	if strings.HasPrefix(specifier, "@") {
		parts = 2
	}
	fields := strings.SplitN(specifier, "/", parts+1)
	if len(fields) <= parts {
		return specifier, ""
	}
	return strings.Join(fields[:parts], "/"), fields[parts]
}
