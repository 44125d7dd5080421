package client

import (
	"context"
	"net/http"

	"github.com/durward/durward/web/api"
)

// Members lists the people who are members.
func (t *Tenant) Members(ctx context.Context, page Page) (api.List[api.Member], error) {
	return call[api.List[api.Member]](ctx, t.client, request{method: http.MethodGet, path: t.path("members"), query: page.query()})
}

// SetMemberRole gives a member, named by the person's id, another role. The error is a [*Problem] with the code last_admin if no other admin would be left.
func (t *Tenant) SetMemberRole(ctx context.Context, person, role string) (api.Member, error) {
	return call[api.Member](ctx, t.client, request{method: http.MethodPatch, path: t.path("members", person), body: api.MemberChange{Role: role}})
}

// RemoveMember removes a member and returns who it was; errors as of [Tenant.SetMemberRole].
func (t *Tenant) RemoveMember(ctx context.Context, person string) (api.Member, error) {
	return call[api.Member](ctx, t.client, request{method: http.MethodDelete, path: t.path("members", person)})
}

// Invite invites somebody, in place of an open invitation of the same address. The token is in the answer and cannot be had again.
func (t *Tenant) Invite(ctx context.Context, n api.NewInvitation) (api.CreatedInvitation, error) {
	return call[api.CreatedInvitation](ctx, t.client, request{method: http.MethodPost, path: t.path("invitations"), body: n})
}

// Invitations lists the invitations that are not accepted yet.
func (t *Tenant) Invitations(ctx context.Context, page Page) (api.List[api.Invitation], error) {
	return call[api.List[api.Invitation]](ctx, t.client, request{method: http.MethodGet, path: t.path("invitations"), query: page.query()})
}

// RevokeInvitation makes an invitation useless.
func (t *Tenant) RevokeInvitation(ctx context.Context, id string) (api.Invitation, error) {
	return call[api.Invitation](ctx, t.client, request{method: http.MethodDelete, path: t.path("invitations", id)})
}
