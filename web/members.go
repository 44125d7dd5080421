package web

import (
	"net/http"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/web/api"
)

func memberRoutes() []route {
	return []route{
		{
			method: get, path: "/v1/tenants/{tenant}/members", id: "members", summary: "List the members", role: catalog.RoleAdmin,
			query: pages(), answer: api.List[api.Member]{}, handle: (*Server).members,
		},
		{
			method: patch, path: "/v1/tenants/{tenant}/members/{person}", id: "setMemberRole", summary: "Give a member another role", role: catalog.RoleAdmin,
			body: api.MemberChange{}, answer: api.Member{}, problems: []code{lastAdmin}, handle: (*Server).setMemberRole,
		},
		{
			method: del, path: "/v1/tenants/{tenant}/members/{person}", id: "removeMember", summary: "Remove a member, and the account with its last tenant", role: catalog.RoleAdmin,
			answer: api.Member{}, problems: []code{lastAdmin}, handle: (*Server).removeMember,
		},
		{
			method: post, path: "/v1/tenants/{tenant}/invitations", id: "invite", summary: "Invite somebody, in place of an open invitation of the same address; the token is shown once",
			role: catalog.RoleAdmin, body: api.NewInvitation{}, answer: api.CreatedInvitation{}, status: http.StatusCreated, problems: []code{exists}, handle: (*Server).invite,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/invitations", id: "invitations", summary: "List the invitations that are not accepted yet", role: catalog.RoleAdmin,
			query: pages(), answer: api.List[api.Invitation]{}, handle: (*Server).invitations,
		},
		{
			method: del, path: "/v1/tenants/{tenant}/invitations/{invitation}", id: "revokeInvitation", summary: "Make an invitation useless", role: catalog.RoleAdmin,
			answer: api.Invitation{}, handle: (*Server).revokeInvitation,
		},
	}
}

func (s *Server) members(r *request) (any, error) {
	page, err := r.page()
	if err != nil {
		return nil, err
	}
	list, err := s.config.Accounts.Members(r.context(), r.tenant, page)
	return listOf(list, memberOf), err
}

func (s *Server) setMemberRole(r *request) (any, error) {
	var body api.MemberChange
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	m, err := s.config.Accounts.SetRole(r.context(), r.actor, r.tenant, accounts.PersonID(r.Param("person")), catalog.Role(body.Role))
	return memberOf(m), err
}

func (s *Server) removeMember(r *request) (any, error) {
	m, err := s.config.Accounts.RemoveMember(r.context(), r.actor, r.tenant, accounts.PersonID(r.Param("person")))
	return memberOf(m), err
}

func (s *Server) invite(r *request) (any, error) {
	var body api.NewInvitation
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	i, token, err := s.config.Accounts.Invite(r.context(), r.actor, r.tenant, body.Email, catalog.Role(body.Role))
	if err != nil {
		return nil, err
	}
	r.created("/v1/tenants/%s/invitations/%s", r.tenant, i.ID)
	created := api.CreatedInvitation{Invitation: invitationOf(i), Token: token}
	if public := s.config.PublicURL; public != nil {
		created.Link = public.Scheme + "://" + public.Host + "/invitation#" + token
	}
	return created, nil
}

func (s *Server) invitations(r *request) (any, error) {
	page, err := r.page()
	if err != nil {
		return nil, err
	}
	list, err := s.config.Accounts.Invitations(r.context(), r.tenant, page)
	return listOf(list, invitationOf), err
}

func (s *Server) revokeInvitation(r *request) (any, error) {
	i, err := s.config.Accounts.RevokeInvitation(r.context(), r.actor, r.tenant, accounts.InvitationID(r.Param("invitation")))
	return invitationOf(i), err
}

func memberOf(m accounts.Member) api.Member {
	return api.Member{
		Person: api.Person{ID: string(m.Person), Email: m.Email, Name: m.Name}, Role: string(m.Role), JoinedAt: m.JoinedAt, AddedBy: actorOf(m.AddedBy),
	}
}

func invitationOf(i accounts.Invitation) api.Invitation {
	return api.Invitation{
		ID: string(i.ID), Email: i.Email, Role: string(i.Role), CreatedAt: i.CreatedAt, CreatedBy: actorOf(i.CreatedBy), ExpiresAt: i.ExpiresAt,
	}
}
