package catalog

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"strings"
	"time"

	"github.com/durward/durward/catalog/audit"
)

// Role is what the holder of a key may do. The roles of people and pipelines each include the one before:
// viewer, author, publisher, admin. A login flow holds an execute key, which can do nothing but execute.
type Role string

// The roles.
const (
	RoleViewer    Role = "viewer"    // reads everything but keys
	RoleAuthor    Role = "author"    // edits actions and drafts, and runs drafts
	RolePublisher Role = "publisher" // publishes versions and saves flows
	RoleAdmin     Role = "admin"     // manages keys
	RoleExecute   Role = "execute"   // calls execute, and nothing else
	// RoleOperator is the one who runs the server: creates tenants, takes backups, and may do all that an admin may do in every tenant.
	// No key in the store has it; the server's configuration gives it.
	RoleOperator Role = "operator"
)

// Roles lists the roles that a key can have.
func Roles() []Role { return []Role{RoleAdmin, RolePublisher, RoleAuthor, RoleViewer, RoleExecute} }

var rank = map[Role]int{RoleViewer: 1, RoleAuthor: 2, RolePublisher: 3, RoleAdmin: 4, RoleOperator: 5}

// Includes says whether a holder of r may do what needs the role other.
func (r Role) Includes(other Role) bool {
	if other == RoleExecute {
		return r == RoleExecute || rank[r] >= rank[RoleAdmin]
	}
	need, known := rank[other]
	return known && rank[r] >= need
}

// KeyID names a key. It is not secret.
type KeyID string

// Key is an API key as it is stored: the secret itself is not in it.
type Key struct {
	ID     KeyID
	Tenant TenantID
	Name   string
	Role   Role
	// Hash is the SHA-256 of the whole secret. The secret has 256 random bits, so a slow hash would add nothing.
	Hash      [sha256.Size]byte
	CreatedAt time.Time
	CreatedBy audit.Actor
	// RevokedAt is zero while the key works.
	RevokedAt time.Time
}

// secretPrefix starts every key's secret, so that secret scanners can find one that was committed by mistake.
const secretPrefix = "dwk_"

var secretEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// NewKey makes a key and its secret, which has the form dwk_<id>_<52 characters>. The secret is not kept anywhere: show it once.
func NewKey(tenant TenantID, name string, role Role, by audit.Actor, now time.Time) (Key, string) {
	id := randomText(10)
	secret := secretPrefix + id + "_" + randomText(32)
	return Key{
		ID: KeyID(id), Tenant: tenant, Name: name, Role: role,
		Hash: sha256.Sum256([]byte(secret)), CreatedAt: now.UTC(), CreatedBy: by,
	}, secret
}

func randomText(size int) string {
	b := make([]byte, size)
	rand.Read(b) // never fails
	return secretEncoding.EncodeToString(b)
}

// SecretID returns the id of the key that a secret belongs to, and false if the text does not have the form of a secret.
func SecretID(secret string) (KeyID, bool) {
	rest, ok := strings.CutPrefix(secret, secretPrefix)
	if !ok {
		return "", false
	}
	id, random, ok := strings.Cut(rest, "_")
	return KeyID(id), ok && len(id) == 16 && len(random) == 52
}

// Opens says whether secret is the secret of this key and the key is not revoked. It takes the same time for every wrong secret.
func (k *Key) Opens(secret string) bool {
	sum := sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(sum[:], k.Hash[:]) == 1 && k.RevokedAt.IsZero()
}
