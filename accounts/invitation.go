package accounts

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

// InvitationID names an invitation. It is not secret.
type InvitationID string

// Invitation lets whoever has its token become a member of a tenant, once. The token itself is not in it.
type Invitation struct {
	ID     InvitationID
	Tenant catalog.TenantID
	// Email is normalized; see [NormalEmail].
	Email string
	Role  catalog.Role
	// Hash is the SHA-256 of the token, which has 256 random bits.
	Hash      [sha256.Size]byte
	CreatedAt time.Time
	CreatedBy audit.Actor
	ExpiresAt time.Time
}

const (
	invitationPrefix = "dwi_"
	invitationTime   = 7 * 24 * time.Hour
)

// Invite invites somebody to a tenant, in place of an invitation of the same address that is there already. The token is in the answer and nowhere else. The error is catalog.ErrExists
// if there is such a member.
func (a *Accounts) Invite(ctx context.Context, by audit.Actor, tenant catalog.TenantID, email string, role catalog.Role) (Invitation, string, error) {
	email, err := NormalEmail("/email", email)
	if err == nil {
		err = checkRole(role)
	}
	if err == nil {
		err = a.checkUninvited(ctx, tenant, email)
	}
	if err != nil {
		return Invitation{}, "", fmt.Errorf("invite: %w", err)
	}
	id, now := newID(), a.now().UTC()
	token := newToken(invitationPrefix + id + "_")
	i := Invitation{
		ID: InvitationID(id), Tenant: tenant, Email: email, Role: role, Hash: sha256.Sum256([]byte(token)), CreatedAt: now, CreatedBy: by, ExpiresAt: now.Add(invitationTime),
	}
	event := a.event(by, audit.InvitationCreated, tenant)
	event.Subject, event.After = id, describe(email, role)
	if err := a.store.CreateInvitation(ctx, i, event); err != nil {
		return Invitation{}, "", fmt.Errorf("invite: %w", err)
	}
	return i, token, nil
}

func (a *Accounts) checkUninvited(ctx context.Context, tenant catalog.TenantID, email string) error {
	open, err := a.store.Invitations(ctx, tenant, catalog.Page{Limit: MaxInvitations})
	if err != nil {
		return err
	}
	again := false
	for _, i := range open.Items {
		again = again || i.Email == email
	}
	if len(open.Items) == MaxInvitations && !again {
		return invalid("", "a tenant has at most %d open invitations", MaxInvitations)
	}
	p, err := a.store.PersonByEmail(ctx, email)
	if err == nil {
		if _, err = a.store.Member(ctx, tenant, p.ID); err == nil {
			return catalog.ErrExists
		}
	}
	if errors.Is(err, catalog.ErrNotFound) {
		return nil
	}
	return err
}

// Invitations lists a tenant's open invitations.
func (a *Accounts) Invitations(ctx context.Context, tenant catalog.TenantID, page catalog.Page) (catalog.List[Invitation], error) {
	return a.store.Invitations(ctx, tenant, page.Clamp())
}

// RevokeInvitation makes an invitation useless.
func (a *Accounts) RevokeInvitation(ctx context.Context, by audit.Actor, tenant catalog.TenantID, id InvitationID) (Invitation, error) {
	i, err := a.store.Invitation(ctx, id)
	if err == nil && i.Tenant != tenant {
		err = catalog.ErrNotFound
	}
	if err == nil {
		event := a.event(by, audit.InvitationRevoked, tenant)
		event.Subject, event.Before = string(id), describe(i.Email, i.Role)
		err = a.store.DeleteInvitation(ctx, tenant, id, event)
	}
	if err != nil {
		return Invitation{}, fmt.Errorf("revoke invitation: %w", err)
	}
	return i, nil
}

// LookUp returns the invitation that a token belongs to, and whether somebody has an account with its address. The error is catalog.ErrNotFound if the invitation was used, revoked or is over.
func (a *Accounts) LookUp(ctx context.Context, token string) (i Invitation, account bool, err error) {
	if i, err = a.findInvitation(ctx, token); err != nil {
		return Invitation{}, false, err
	}
	_, err = a.store.PersonByEmail(ctx, i.Email)
	if errors.Is(err, catalog.ErrNotFound) {
		return i, false, nil
	}
	return i, err == nil, err
}

func (a *Accounts) findInvitation(ctx context.Context, token string) (Invitation, error) {
	rest, _ := strings.CutPrefix(token, invitationPrefix)
	id, _, ok := strings.Cut(rest, "_")
	if !ok || len(id) != len(newID()) {
		return Invitation{}, catalog.ErrNotFound
	}
	i, err := a.store.Invitation(ctx, InvitationID(id))
	if err != nil {
		return Invitation{}, err
	}
	if sum := sha256.Sum256([]byte(token)); subtle.ConstantTimeCompare(sum[:], i.Hash[:]) != 1 || !a.now().Before(i.ExpiresAt) {
		return Invitation{}, catalog.ErrNotFound
	}
	return i, nil
}

// Acceptance is how an invitation is accepted.
type Acceptance struct {
	Token string
	// Name and Password are those of the new account; where there is an account with the invited address, Password is the one that it has.
	Name, Password string
	// As is who is signed in already; with the account that is invited no password is needed. Nil: nobody.
	As *SignedIn
	// Address is where the request comes from.
	Address string
}

// Accept makes somebody a member by an invitation, and signs in. Errors: catalog.ErrNotFound as of [Accounts.LookUp], catalog.ErrExists for who is a member already, catalog.InvalidErrors for the name or the
// password of a new account, and for an account that is there already those of [Accounts.SignIn].
func (a *Accounts) Accept(ctx context.Context, n Acceptance) (Opened, error) {
	i, err := a.findInvitation(ctx, n.Token)
	if err != nil {
		return Opened{}, fmt.Errorf("accept invitation: %w", err)
	}
	j := Joining{Invitations: []InvitationID{i.ID}}
	j.Person, err = a.store.PersonByEmail(ctx, i.Email)
	switch {
	case errors.Is(err, catalog.ErrNotFound):
		j.New = true
		j.Person, err = a.create(ctx, i.Email, n.Name, n.Password)
	case err == nil && (n.As == nil || n.As.Person == nil || n.As.Person.ID != j.Person.ID):
		j.Person, err = a.prove(ctx, n.Address, i.Email, n.Password)
	}
	if err != nil {
		return Opened{}, fmt.Errorf("accept invitation: %w", err)
	}
	j.Memberships = []Membership{i.membership(j.Person.ID, a.now().UTC())}
	if err := a.store.Join(ctx, j, a.joined(&j)...); err != nil {
		return Opened{}, fmt.Errorf("accept invitation: %w", err)
	}
	return a.opened(a.open(ctx, SignedIn{Person: &j.Person}))
}

// create makes a person who is not stored yet.
func (a *Accounts) create(ctx context.Context, email, name, password string) (Person, error) {
	if err := checkName(name); err != nil {
		return Person{}, err
	}
	if err := checkPassword("/password", password, email); err != nil {
		return Person{}, err
	}
	p := newPerson(email, strings.TrimSpace(name), a.now().UTC())
	var err error
	p.Password, err = a.hasher.Hash(ctx, password)
	return p, err
}

func (i *Invitation) membership(person PersonID, now time.Time) Membership {
	return Membership{Tenant: i.Tenant, Person: person, Role: i.Role, JoinedAt: now, AddedBy: i.CreatedBy}
}

// joined are the events of a joining.
func (a *Accounts) joined(j *Joining) []audit.Event {
	var events []audit.Event
	for _, m := range j.Memberships {
		event := a.event(j.Person.actor(m.Role), audit.MemberJoined, m.Tenant)
		event.Subject, event.After = string(j.Person.ID), describe(j.Person.Email, m.Role)
		events = append(events, event)
	}
	return events
}
