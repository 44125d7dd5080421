package accounts

import (
	"crypto/rand"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

// PersonID names a person. It is not secret.
type PersonID string

// Person is somebody with an account, which is one for all tenants.
type Person struct {
	ID PersonID
	// Email is normalized; see [NormalEmail].
	Email string
	Name  string
	// Password is the hash of the password; empty for somebody who signs in by a provider.
	Password string
	// Identities are who the person is for providers of single sign-on.
	Identities []Identity
	CreatedAt  time.Time
	// Epoch counts the changes of what the person signs in with. A session of an earlier one is over.
	Epoch int
}

// Identity is how a provider of single sign-on names somebody (OpenID Connect Core 1.0, section 2): the subject never changes and is not given away again, as addresses are.
type Identity struct {
	Issuer, Subject string
}

func newPerson(email, name string, now time.Time) Person {
	return Person{ID: PersonID(newID()), Email: email, Name: name, CreatedAt: now, Epoch: 1}
}

// newID returns 80 random bits as 16 lower-case letters and digits.
func newID() string { return strings.ToLower(rand.Text()[:16]) }

// actor is the person in the audit, in a role.
func (p *Person) actor(role catalog.Role) audit.Actor {
	return audit.Actor{Person: string(p.ID), Name: p.Name, Role: string(role)}
}

// Membership is a person's role in a tenant.
type Membership struct {
	Tenant   catalog.TenantID
	Person   PersonID
	Role     catalog.Role
	JoinedAt time.Time
	// AddedBy is who has invited the person, or given the role that it has.
	AddedBy audit.Actor
}

// Member is a membership with the person.
type Member struct {
	Membership
	Email, Name string
}

// Roles lists the roles that a person can have: those of keys but execute.
func Roles() []catalog.Role {
	return []catalog.Role{catalog.RoleAdmin, catalog.RolePublisher, catalog.RoleAuthor, catalog.RoleViewer}
}

func checkRole(role catalog.Role) error {
	for _, r := range Roles() {
		if r == role {
			return nil
		}
	}
	return invalid("/role", "a person's role is admin, publisher, author or viewer")
}

const maxEmail = 254 // bytes, RFC 5321

// NormalEmail returns an address in the form in which addresses are compared: without spaces around it, in lower case and in Unicode's form NFC. The error is catalog.InvalidErrors at the pointer.
func NormalEmail(pointer, email string) (string, error) {
	email = norm.NFC.String(strings.ToLower(strings.TrimSpace(email)))
	local, domain, ok := strings.Cut(email, "@")
	odd := func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r) || strings.ContainsRune(`@<>()[],;:\"`, r)
	}
	if !ok || local == "" || domain == "" || len(email) > maxEmail || len(local) > 64 || strings.ContainsFunc(local, odd) || strings.ContainsFunc(domain, odd) ||
		strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || !utf8.ValidString(email) {
		return "", invalid(pointer, "it is not an e-mail address such as ada@example.com")
	}
	return email, nil
}

func checkName(name string) error {
	if strings.TrimSpace(name) == "" || len(name) > catalog.MaxName {
		return invalid("/name", "a name has 1 to %d bytes", catalog.MaxName)
	}
	return nil
}

// Bounds of a password. What is longer than the upper one would make a hash of what somebody else decides take long.
const (
	minPassword = 12  // characters
	maxPassword = 256 // bytes
	minDistinct = 5   // characters that differ
)

func checkPassword(pointer, password, email string) error {
	distinct := make(map[rune]bool)
	for _, r := range password {
		distinct[r] = true
	}
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		return invalid(pointer, "a password has at least %d characters", minPassword)
	case len(password) > maxPassword:
		return invalid(pointer, "a password has at most %d bytes", maxPassword)
	case len(distinct) < minDistinct:
		return invalid(pointer, "a password has at least %d different characters", minDistinct)
	case strings.EqualFold(strings.TrimSpace(password), email):
		return invalid(pointer, "it is the e-mail address")
	}
	return nil
}
