package accounts

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

// Members lists a tenant's members.
func (a *Accounts) Members(ctx context.Context, tenant catalog.TenantID, page catalog.Page) (catalog.List[Member], error) {
	return a.store.Members(ctx, tenant, page.Clamp())
}

// SetRole gives a member another role, from the member's next request on. The error is catalog.ErrNotFound if there is no such member, and [ErrLastAdmin] if no other admin would be left.
func (a *Accounts) SetRole(ctx context.Context, by audit.Actor, tenant catalog.TenantID, person PersonID, role catalog.Role) (Member, error) {
	if err := checkRole(role); err != nil {
		return Member{}, err
	}
	m, err := a.store.Member(ctx, tenant, person)
	if err != nil {
		return Member{}, fmt.Errorf("set role: %w", err)
	}
	if m.Role == role {
		return m, nil
	}
	event := a.event(by, audit.RoleChanged, tenant)
	event.Subject, event.Before = string(person), describe(m.Email, m.Role)
	m.Role, m.AddedBy = role, by
	event.After = describe(m.Email, m.Role)
	if err := a.store.SaveMembership(ctx, m.Membership, event); err != nil {
		return Member{}, fmt.Errorf("set role: %w", err)
	}
	return m, nil
}

// RemoveMember removes a member from a tenant, and the account with its last tenant. Errors are those of [Accounts.SetRole].
func (a *Accounts) RemoveMember(ctx context.Context, by audit.Actor, tenant catalog.TenantID, person PersonID) (Member, error) {
	m, err := a.store.Member(ctx, tenant, person)
	if err == nil {
		event := a.event(by, audit.MemberRemoved, tenant)
		event.Subject, event.Before = string(person), describe(m.Email, m.Role)
		err = a.store.RemoveMember(ctx, tenant, person, event)
	}
	if err != nil {
		return Member{}, fmt.Errorf("remove member: %w", err)
	}
	return m, nil
}

// describe is what an event shows of a member or an invitation.
func describe(email string, role catalog.Role) json.RawMessage {
	text, err := json.Marshal(struct {
		Email string       `json:"email"`
		Role  catalog.Role `json:"role"`
	}{email, role})
	if err != nil {
		return nil
	}
	return text
}
