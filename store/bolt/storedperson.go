package bolt

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

type storedPerson struct {
	ID         accounts.PersonID `json:"id"`
	Email      string            `json:"email"`
	Name       string            `json:"name"`
	Password   string            `json:"password,omitempty"`
	Identities []storedIdentity  `json:"identities,omitempty"`
	CreatedAt  time.Time         `json:"created_at"`
	Epoch      int               `json:"epoch"`
}

type storedIdentity struct {
	Issuer  string `json:"issuer"`
	Subject string `json:"subject"`
}

func storePerson(p *accounts.Person) storedPerson {
	stored := storedPerson{p.ID, p.Email, p.Name, p.Password, nil, p.CreatedAt, p.Epoch}
	for _, i := range p.Identities {
		stored.Identities = append(stored.Identities, storedIdentity(i))
	}
	return stored
}

func (s *storedPerson) person() accounts.Person {
	p := accounts.Person{ID: s.ID, Email: s.Email, Name: s.Name, Password: s.Password, CreatedAt: s.CreatedAt, Epoch: s.Epoch}
	for _, i := range s.Identities {
		p.Identities = append(p.Identities, accounts.Identity(i))
	}
	return p
}

type storedMembership struct {
	Tenant   catalog.TenantID  `json:"tenant"`
	Person   accounts.PersonID `json:"person"`
	Role     catalog.Role      `json:"role"`
	JoinedAt time.Time         `json:"joined_at"`
	AddedBy  audit.Actor       `json:"added_by"`
}

type storedInvitation struct {
	ID        accounts.InvitationID `json:"id"`
	Tenant    catalog.TenantID      `json:"tenant"`
	Email     string                `json:"email"`
	Role      catalog.Role          `json:"role"`
	Hash      string                `json:"hash"`
	CreatedAt time.Time             `json:"created_at"`
	CreatedBy audit.Actor           `json:"created_by"`
	ExpiresAt time.Time             `json:"expires_at"`
}

func storeInvitation(i *accounts.Invitation) storedInvitation {
	return storedInvitation{i.ID, i.Tenant, i.Email, i.Role, hex.EncodeToString(i.Hash[:]), i.CreatedAt, i.CreatedBy, i.ExpiresAt}
}

func (s *storedInvitation) invitation() (accounts.Invitation, error) {
	i := accounts.Invitation{ID: s.ID, Tenant: s.Tenant, Email: s.Email, Role: s.Role, CreatedAt: s.CreatedAt, CreatedBy: s.CreatedBy, ExpiresAt: s.ExpiresAt}
	hash, err := hex.DecodeString(s.Hash)
	if err != nil || len(hash) != sha256.Size {
		return accounts.Invitation{}, fmt.Errorf("damaged hash of invitation %s", s.ID)
	}
	copy(i.Hash[:], hash)
	return i, nil
}

// storedSession is a session without its id, which is its key.
type storedSession struct {
	Person    accounts.PersonID `json:"person,omitempty"`
	Key       catalog.KeyID     `json:"key,omitempty"`
	Operator  string            `json:"operator,omitempty"`
	Epoch     int               `json:"epoch,omitempty"`
	CreatedAt time.Time         `json:"created_at"`
	SeenAt    time.Time         `json:"seen_at"`
}

func storeSession(s *accounts.Session) storedSession {
	return storedSession{s.Owner.Person, s.Owner.Key, s.Owner.Operator, s.Epoch, s.CreatedAt, s.SeenAt}
}

func (s *storedSession) session(id accounts.SessionID) accounts.Session {
	return accounts.Session{
		ID: id, Owner: accounts.Owner{Person: s.Person, Key: s.Key, Operator: s.Operator}, Epoch: s.Epoch, CreatedAt: s.CreatedAt, SeenAt: s.SeenAt,
	}
}
