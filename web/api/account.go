package api

import "time"

// SignIn is the body of POST /v1/session: an e-mail address with a password, a key, or a link.
type SignIn struct {
	Email    string `json:"email,omitempty" doc:"The address of the account."`
	Password string `json:"password,omitempty" doc:"Its password."`
	Key      string `json:"key,omitempty" doc:"The secret of a tenant's key, or the operator's key; not of one with the role execute."`
	Link     string `json:"link,omitempty" doc:"The token of a link that signs in once, as durward demo prints one."`
}

// Session is who is signed in.
type Session struct {
	Person    *Person      `json:"person,omitempty" doc:"The person; absent if it is the holder of a key."`
	Key       *SessionKey  `json:"key,omitempty" doc:"The tenant's key; absent if it is a person or the operator."`
	Operator  bool         `json:"operator" doc:"Whether it is the operator, who may do everything in all tenants."`
	Tenants   []Membership `json:"tenants" doc:"The tenants in which there is a role; empty for the operator."`
	CreatedAt time.Time    `json:"created_at" doc:"When the session began."`
	ExpiresAt time.Time    `json:"expires_at" doc:"When it ends unless it is used before."`
}

// Person is somebody with an account.
type Person struct {
	ID    string `json:"id" doc:"Names the person; it is no secret."`
	Email string `json:"email" doc:"The address of the account, in lower case."`
	Name  string `json:"name" doc:"What the person is called."`
}

// SessionKey is the key in whose place a session stands.
type SessionKey struct {
	ID   string `json:"id" doc:"Names the key; it is no secret."`
	Name string `json:"name" doc:"What the key is for."`
}

// Membership is a tenant with one's role in it.
type Membership struct {
	ID   string `json:"id" doc:"The tenant's slug."`
	Name string `json:"name" doc:"What people call the tenant."`
	Role string `json:"role" enum:"role" doc:"What one may do there."`
}

// Provider is a provider of single sign-on.
type Provider struct {
	ID   string `json:"id" doc:"Names the provider: a sign-in begins at /auth/oidc/{id}/start."`
	Name string `json:"name" doc:"What people call the provider."`
}

// SignedOut is the answer to DELETE /v1/session.
type SignedOut struct {
	Ended int `json:"ended" doc:"How many sessions have ended."`
}

// PasswordChange is the body of PUT /v1/session/password.
type PasswordChange struct {
	Current string `json:"current" doc:"The password as it is."`
	New     string `json:"new" doc:"The new one: at least 12 characters, at least 5 different ones, at most 256 bytes."`
}

// Member is a person in a tenant.
type Member struct {
	Person   Person    `json:"person" doc:"Who it is."`
	Role     string    `json:"role" enum:"person_role" doc:"What the member may do."`
	JoinedAt time.Time `json:"joined_at" doc:"When the invitation was accepted."`
	AddedBy  Actor     `json:"added_by" doc:"Who has invited the member, or given the role."`
}

// MemberChange is the body of PATCH /v1/tenants/{tenant}/members/{person}.
type MemberChange struct {
	Role string `json:"role" enum:"person_role" doc:"What the member may do from now on."`
}

// NewInvitation is the body of POST /v1/tenants/{tenant}/invitations.
type NewInvitation struct {
	Email string `json:"email" doc:"Who is invited."`
	Role  string `json:"role" enum:"person_role" doc:"What the member will be allowed to do."`
}

// Invitation is an invitation without its token.
type Invitation struct {
	ID        string    `json:"id" doc:"Names the invitation; it is no secret."`
	Email     string    `json:"email" doc:"Who is invited, in lower case."`
	Role      string    `json:"role" enum:"person_role" doc:"What the member will be allowed to do."`
	CreatedAt time.Time `json:"created_at" doc:"When it was made."`
	CreatedBy Actor     `json:"created_by" doc:"Who made it."`
	ExpiresAt time.Time `json:"expires_at" doc:"When it ends."`
}

// CreatedInvitation is the answer to NewInvitation, the only one that has the token.
type CreatedInvitation struct {
	Invitation
	Token string `json:"token" doc:"What makes its holder a member, once. It is shown here and never again; the link is the page /invitation with the token behind a number sign."`
	Link  string `json:"link,omitempty" doc:"That page; absent if the server was not told how browsers reach it."`
}

// InvitationToken is the body of POST /v1/invitations/look.
type InvitationToken struct {
	Token string `json:"token" doc:"The token of the invitation."`
}

// InvitationLook is what the holder of an invitation's token may know before accepting.
type InvitationLook struct {
	Tenant    InvitingTenant `json:"tenant" doc:"The tenant that invites."`
	Email     string         `json:"email" doc:"Who is invited."`
	Role      string         `json:"role" enum:"person_role" doc:"What the member will be allowed to do."`
	ExpiresAt time.Time      `json:"expires_at" doc:"When the invitation ends."`
	Account   bool           `json:"account" doc:"Whether there is an account with the address, whose password is asked for then."`
}

// InvitingTenant is a tenant, as somebody sees it who is not in it yet.
type InvitingTenant struct {
	ID   string `json:"id" doc:"The tenant's slug."`
	Name string `json:"name" doc:"What people call the tenant."`
}

// Acceptance is the body of POST /v1/invitations/accept.
type Acceptance struct {
	Token    string `json:"token" doc:"The token of the invitation."`
	Name     string `json:"name,omitempty" doc:"What the person is called, for a new account."`
	Password string `json:"password,omitempty" doc:"The password that a new account will have (at least 12 characters, at least 5 different ones, at most 256 bytes), or that of the account that is there. Not needed by whoever is signed in with that account."`
}
