package accounts

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

// Store keeps people, members, invitations and sessions. Every write takes the audit events of the edit, each with its tenant, and stores all in one transaction. All methods
// are safe for concurrent use.
//
// Errors: catalog.ErrNotFound, catalog.ErrExists and catalog.ErrConflict as each method says, ErrNotFound also from a list whose tenant does not exist, and catalog.InvalidErrors for a cursor that
// the list did not return; anything else is the backend's own trouble.
type Store interface {
	Person(ctx context.Context, id PersonID) (Person, error)
	// PersonByEmail takes a normalized address.
	PersonByEmail(ctx context.Context, email string) (Person, error)
	PersonByIdentity(ctx context.Context, i Identity) (Person, error)
	// SavePerson replaces a person, whose Epoch is one more than that of the person it was made from; ErrConflict if the stored one is not that one, ErrExists if an identity is
	// another person's.
	SavePerson(ctx context.Context, p Person, events ...audit.Event) error

	// Member returns ErrNotFound if the person is no member of the tenant.
	Member(ctx context.Context, tenant catalog.TenantID, person PersonID) (Member, error)
	// Members lists a tenant's members in the order of their ids.
	Members(ctx context.Context, tenant catalog.TenantID, page catalog.Page) (catalog.List[Member], error)
	// Memberships returns all memberships of a person, at most [MaxMemberships], in the order of the tenants' ids.
	Memberships(ctx context.Context, person PersonID) ([]Membership, error)
	// SaveMembership replaces a membership; ErrNotFound if there is none, [ErrLastAdmin] if no other admin would be left.
	SaveMembership(ctx context.Context, m Membership, events ...audit.Event) error
	// RemoveMember removes a membership, and with the last one the person and all sessions; errors as of SaveMembership.
	RemoveMember(ctx context.Context, tenant catalog.TenantID, person PersonID, events ...audit.Event) error
	// Join makes somebody a member; see [Joining].
	Join(ctx context.Context, j Joining, events ...audit.Event) error

	// CreateInvitation stores an invitation in place of the tenant's others for the same address; ErrNotFound if the tenant does not exist.
	CreateInvitation(ctx context.Context, i Invitation, events ...audit.Event) error
	// Invitation finds an invitation by its id alone.
	Invitation(ctx context.Context, id InvitationID) (Invitation, error)
	Invitations(ctx context.Context, tenant catalog.TenantID, page catalog.Page) (catalog.List[Invitation], error)
	// InvitationsFor returns the invitations for a normalized address, at most [MaxMemberships].
	InvitationsFor(ctx context.Context, email string) ([]Invitation, error)
	// DeleteInvitation returns ErrNotFound if the tenant has no such invitation.
	DeleteInvitation(ctx context.Context, tenant catalog.TenantID, id InvitationID, events ...audit.Event) error

	// CreateSession stores a session, and removes the oldest of the same owner beyond [MaxSessions].
	CreateSession(ctx context.Context, s Session, events ...audit.Event) error
	Session(ctx context.Context, id SessionID) (Session, error)
	// TouchSession notes when a session was used. One that is not there, or was used later, stays as it is.
	TouchSession(ctx context.Context, id SessionID, seen time.Time) error
	// DeleteSession does nothing if there is no such session.
	DeleteSession(ctx context.Context, id SessionID, events ...audit.Event) error
	// DeleteSessions deletes all sessions of an owner and returns how many there were.
	DeleteSessions(ctx context.Context, owner Owner, events ...audit.Event) (int, error)
	// Sweep removes what is over.
	Sweep(ctx context.Context, stale Stale) error
}

// Stale says what is over.
type Stale struct {
	// Created and Seen: sessions that were created, or last used, before.
	Created, Seen time.Time
	// Expired: invitations that ended before.
	Expired time.Time
}

// Joining is how somebody becomes a member. All of it happens or nothing.
type Joining struct {
	// Invitations are used up; catalog.ErrNotFound if one of them is not there.
	Invitations []InvitationID
	Person      Person
	// New says that the person is to be stored; catalog.ErrExists if the address or an identity is taken. Otherwise the person must be there, and stays as stored.
	New bool
	// Memberships are the new ones; catalog.ErrExists if there is one already, catalog.ErrNotFound if there is no such tenant, [ErrFull] beyond [MaxMembers] or [MaxMemberships].
	Memberships []Membership
}

// SessionID is the SHA-256 of a session's token. It is what the store has, and opens nothing.
type SessionID [sha256.Size]byte

// Bounds.
const (
	MaxMembers     = 1000 // of a tenant
	MaxMemberships = 200  // of a person
	MaxInvitations = 200  // of a tenant, open ones
	MaxSessions    = 20   // of an owner
)
