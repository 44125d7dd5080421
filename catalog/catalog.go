// Package catalog holds what a tenant has set up: the tenant itself, its keys, its actions and their drafts, and the one
// table of triggers that every other part of the product derives from.
//
// It stores nothing and runs nothing. [Store] is what a backend has to provide; [Catalog] is the set of rules over it.
// What has been published, and which flow uses it, belongs to package versions.
package catalog

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Errors that callers tell apart with errors.Is.
var (
	// ErrNotFound says that the thing named does not exist for this tenant. It is also the answer for a thing that exists
	// for another tenant: its existence is not told.
	ErrNotFound = errors.New("not found")
	// ErrExists says that a slug is taken.
	ErrExists = errors.New("already exists")
	// ErrConflict says that somebody else saved first: the revision that the caller read is no longer the newest.
	ErrConflict = errors.New("changed by somebody else in the meantime")
	// ErrQuota says that the tenant has stored as much as it may.
	ErrQuota = errors.New("the tenant has stored as much as it may")
)

// InvalidError is input that breaks a rule. Its text is written for users.
type InvalidError struct {
	// Pointer is the JSON pointer (RFC 6901) of the member at fault within the body that the caller sent; empty for the whole body.
	Pointer string
	// Detail is one sentence that says what is wrong and, where possible, what would be right.
	Detail string
	// Line and Column, both from 1, say where in a member that is an expression; columns are UTF-16 code units. They are 0 for any other.
	Line, Column int
	// Hint says what may be meant, where that is known.
	Hint string
}

func (e *InvalidError) Error() string {
	text := e.Pointer
	if e.Line > 0 {
		text += fmt.Sprintf(":%d:%d", e.Line, e.Column)
	}
	if text != "" {
		text += ": "
	}
	text += e.Detail
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	return text
}

// InvalidErrors is several rules broken by one body; it is never empty.
type InvalidErrors []*InvalidError

func (e InvalidErrors) Error() string {
	if len(e) == 1 {
		return e[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", e[0].Error(), len(e)-1)
}

func invalid(pointer, format string, args ...any) error {
	return InvalidErrors{{Pointer: pointer, Detail: fmt.Sprintf(format, args...)}}
}

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// MaxSlug is the longest slug, in bytes: a slug fits into one DNS label.
const MaxSlug = 63

// CheckSlug says whether s can be a slug: lower-case letters and digits in words joined by single hyphens, at most [MaxSlug] bytes.
// The error is an [InvalidErrors] at the pointer.
func CheckSlug(pointer, s string) error {
	if len(s) > MaxSlug || !slugPattern.MatchString(s) {
		return invalid(pointer, "%q is not a slug: use lower-case letters, digits and single hyphens, at most %d characters", clip(s, 80), MaxSlug)
	}
	return nil
}

// MaxName is the longest display name, in bytes.
const MaxName = 200

func checkName(pointer, s string) error {
	if s == "" || len(s) > MaxName {
		return invalid(pointer, "a name has 1 to %d bytes", MaxName)
	}
	return nil
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// Page asks for a part of a list. The zero value is the first page at the default length.
type Page struct {
	// After is the cursor that the page before returned; empty for the first page.
	After string
	// Limit is the most entries to return, 1 to 200. Default: 50. A page also ends, with at least one entry, before it would have more than [audit.MaxPage] bytes.
	Limit int
}

// Limits of Page.Limit.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// Clamp returns p with its limit in range.
func (p Page) Clamp() Page {
	switch {
	case p.Limit <= 0:
		p.Limit = DefaultLimit
	case p.Limit > MaxLimit:
		p.Limit = MaxLimit
	}
	return p
}

// List is one page of entries. Next is the cursor for the page after it, empty on the last.
type List[T any] struct {
	Items []T
	Next  string
}
