package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

// Assertion is what a provider of single sign-on vouches for.
type Assertion struct {
	Identity Identity
	// Email is normalized, and verified by the provider; empty if there is none.
	Email string
	Name  string
	// Newcomers are the roles of somebody who has no account and no invitation.
	Newcomers []Newcomer
}

// Newcomer is a role in a tenant that one has without an invitation.
type Newcomer struct {
	Tenant catalog.TenantID
	Role   catalog.Role
}

// SignInByProvider opens a session for somebody whom a provider vouches for. Who is known by the identity is that person, whatever the address says by now. Otherwise the account with the
// verified address is taken for theirs; or one is made, if there are invitations for the address or roles for newcomers. The error is [ErrUnverified] without a verified address, and
// [ErrUninvited] if there is neither.
func (a *Accounts) SignInByProvider(ctx context.Context, n Assertion) (Opened, error) {
	p, err := a.store.PersonByIdentity(ctx, n.Identity)
	if errors.Is(err, catalog.ErrNotFound) {
		p, err = a.recognize(ctx, n)
	}
	if err != nil {
		return Opened{}, fmt.Errorf("sign in by provider: %w", err)
	}
	return a.opened(a.open(ctx, SignedIn{Person: &p}))
}

// recognize finds or makes the account of somebody whose identity is new.
func (a *Accounts) recognize(ctx context.Context, n Assertion) (Person, error) {
	if n.Email == "" {
		return Person{}, ErrUnverified
	}
	p, err := a.store.PersonByEmail(ctx, n.Email)
	switch {
	case errors.Is(err, catalog.ErrNotFound):
		return a.welcome(ctx, n)
	case err != nil:
		return Person{}, err
	case slices.ContainsFunc(p.Identities, func(i Identity) bool { return i.Issuer == n.Identity.Issuer }):
		// For this provider the account is somebody else's, who had the address before.
		return Person{}, ErrUninvited
	}
	return p, a.link(ctx, &p, n.Identity)
}

// link gives a person an identity. The password goes, and with it all sessions: whoever had the invitation chose it, and nobody checked that the address was theirs, as the provider has.
func (a *Accounts) link(ctx context.Context, p *Person, i Identity) error {
	p.Identities = append(slices.Clone(p.Identities), i)
	p.Password = ""
	p.Epoch++
	events, err := a.tell(ctx, &SignedIn{Person: p}, audit.IdentityLinked)
	if err != nil {
		return err
	}
	return a.store.SavePerson(ctx, *p, events...)
}

// welcome makes an account for somebody who is expected.
func (a *Accounts) welcome(ctx context.Context, n Assertion) (Person, error) {
	invitations, err := a.store.InvitationsFor(ctx, n.Email)
	if err != nil {
		return Person{}, err
	}
	now := a.now().UTC()
	j := Joining{Person: newPerson(n.Email, nameOf(n), now), New: true}
	j.Person.Identities = []Identity{n.Identity}
	for _, i := range invitations {
		if now.Before(i.ExpiresAt) {
			j.Invitations = append(j.Invitations, i.ID)
			j.Memberships = append(j.Memberships, i.membership(j.Person.ID, now))
		}
	}
	for _, c := range n.Newcomers {
		if !slices.ContainsFunc(j.Memberships, func(m Membership) bool { return m.Tenant == c.Tenant }) {
			j.Memberships = append(j.Memberships, Membership{Tenant: c.Tenant, Person: j.Person.ID, Role: c.Role, JoinedAt: now, AddedBy: byProvider})
		}
	}
	if len(j.Memberships) == 0 {
		return Person{}, ErrUninvited
	}
	return j.Person, a.store.Join(ctx, j, a.joined(&j)...)
}

// byProvider is who adds newcomers.
var byProvider = audit.Actor{Name: "single sign-on", Role: audit.SystemRole}

// nameOf is what somebody is called, which a provider need not say.
func nameOf(n Assertion) string {
	if name := strings.TrimSpace(n.Name); checkName(name) == nil {
		return name
	}
	local, _, _ := strings.Cut(n.Email, "@")
	return local
}
