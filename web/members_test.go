package web_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

func TestInvitation(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.tenant("acme")
	s.tenant("other")
	admin, _ := s.member("acme", "admin@example.com", "admin")
	var created api.CreatedInvitation
	r := admin.do("POST", "/v1/tenants/acme/invitations", api.NewInvitation{Email: "Ada@Example.com", Role: "publisher"})
	r.into(201, &created)
	require.Equal(t, "/v1/tenants/acme/invitations/"+created.ID, r.header.Get("Location"))
	require.Equal(t, "ada@example.com", created.Email)
	require.Equal(t, "Person admin", created.CreatedBy.Name)
	require.NotEmpty(t, created.CreatedBy.Person)
	var list api.List[api.Invitation]
	admin.do("GET", "/v1/tenants/acme/invitations", nil).into(200, &list)
	require.Equal(t, []api.Invitation{created.Invitation}, list.Items)

	anybody := s.browser()
	var look api.InvitationLook
	anybody.do("POST", "/v1/invitations/look", api.InvitationToken{Token: created.Token}).into(200, &look)
	require.Equal(t, api.InvitationLook{
		Tenant: api.InvitingTenant{ID: "acme", Name: "acme"}, Email: "ada@example.com", Role: "publisher", ExpiresAt: created.ExpiresAt,
	}, look)
	for name, c := range map[string]struct {
		body    api.Acceptance
		pointer string
	}{
		"no name":        {api.Acceptance{Password: testPassword}, "/name"},
		"no password":    {api.Acceptance{Name: "Ada"}, "/password"},
		"short password": {api.Acceptance{Name: "Ada", Password: "short"}, "/password"},
	} {
		c.body.Token = created.Token
		p := anybody.do("POST", "/v1/invitations/accept", c.body).problem(422, "invalid")
		require.Equal(t, c.pointer, p.Errors[0].Pointer, name)
	}
	var session api.Session
	anybody.do("POST", "/v1/invitations/accept", api.Acceptance{Token: created.Token, Name: " Ada ", Password: testPassword}).into(201, &session)
	require.Equal(t, "Ada", session.Person.Name)
	require.Equal(t, []api.Membership{{ID: "acme", Name: "acme", Role: "publisher"}}, session.Tenants)
	for _, path := range []string{"look", "accept"} {
		s.browser().do("POST", "/v1/invitations/"+path, api.InvitationToken{Token: created.Token}).problem(404, "not_found")
	}
	admin.do("POST", "/v1/tenants/acme/invitations", api.NewInvitation{Email: "ADA@example.com", Role: "viewer"}).problem(409, "exists")

	var members api.List[api.Member]
	admin.do("GET", "/v1/tenants/acme/members", nil).into(200, &members)
	require.Len(t, members.Items, 2)
	s.call(operatorKey, "GET", "/v1/tenants/other/members", nil).into(200, &members)
	require.Empty(t, members.Items)
}

func TestBadInvitations(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	evil := s.tenant("evil")
	for name, c := range map[string]struct{ body, pointer string }{
		"no address":       {`{"email":"","role":"viewer"}`, "/email"},
		"half an address":  {`{"email":"ada@","role":"viewer"}`, "/email"},
		"two addresses":    {`{"email":"ada@example.com,eve@example.com","role":"viewer"}`, "/email"},
		"a name besides":   {`{"email":"Ada <ada@example.com>","role":"viewer"}`, "/email"},
		"a line break":     {`{"email":"ada@example.com\nbcc: x@y.z","role":"viewer"}`, "/email"},
		"a hidden letter":  {`{"email":"ada\u200b@example.com","role":"viewer"}`, "/email"},
		"too long":         {`{"email":"` + strings.Repeat("a", 300) + `@example.com","role":"viewer"}`, "/email"},
		"execute":          {`{"email":"ada@example.com","role":"execute"}`, "/role"},
		"operator":         {`{"email":"ada@example.com","role":"operator"}`, "/role"},
		"nothing to be":    {`{"email":"ada@example.com"}`, "/role"},
		"member too many":  {`{"email":"ada@example.com","role":"viewer","days":700}`, "/days"},
		"of another sort":  {`{"email":7,"role":"viewer"}`, "/email"},
		"nothing to do so": {`{"role":"viewer"}`, "/email"},
	} {
		p := s.call(keys["admin"], "POST", "/v1/tenants/acme/invitations", c.body).problem(422, "invalid")
		require.Equal(t, c.pointer, p.Errors[0].Pointer, name)
	}
	var i api.CreatedInvitation
	s.call(keys["admin"], "POST", "/v1/tenants/acme/invitations", api.NewInvitation{Email: "ada@example.com", Role: "viewer"}).into(201, &i)
	s.call(evil["admin"], "DELETE", "/v1/tenants/evil/invitations/"+i.ID, nil).problem(404, "not_found")
	forged := i.Token[:len(i.Token)-1] + map[bool]string{true: "B", false: "A"}[strings.HasSuffix(i.Token, "A")]
	for _, token := range []string{"", "x", "dwi_", "dwi__", "dwi_" + i.ID, "dwi_" + i.ID + "_", i.Token + "A", forged, strings.ToLower(i.Token)} {
		s.browser().do("POST", "/v1/invitations/look", api.InvitationToken{Token: token}).problem(404, "not_found")
		s.browser().do("POST", "/v1/invitations/accept", api.Acceptance{Token: token, Name: "Eve", Password: testPassword}).problem(404, "not_found")
	}
	s.call(keys["admin"], "DELETE", "/v1/tenants/acme/invitations/"+i.ID, nil).into(200, nil)
	s.browser().do("POST", "/v1/invitations/accept", api.Acceptance{Token: i.Token, Name: "Ada", Password: testPassword}).problem(404, "not_found")
}

// TestInvitationOfAnAccount wants whoever holds an invitation's token to prove that the account is theirs.
func TestInvitationOfAnAccount(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.tenant("acme")
	s.tenant("other")
	s.tenant("third")
	ada, session := s.member("acme", "ada@example.com", "viewer")
	eve, _ := s.member("acme", "eve@example.com", "viewer")

	token := s.invite("other", "ada@example.com", "admin")
	var look api.InvitationLook
	eve.do("POST", "/v1/invitations/look", api.InvitationToken{Token: token}).into(200, &look)
	require.True(t, look.Account)
	for name, b := range map[string]*browser{"somebody else": eve, "nobody": s.browser()} {
		for _, password := range []string{"", "a password of my own choice"} {
			before := b.cookie
			b.do("POST", "/v1/invitations/accept", api.Acceptance{Token: token, Name: "Eve", Password: password}).problem(401, "sign_in_failed")
			require.Equal(t, before, b.cookie, name)
		}
	}
	var joined api.Session
	s.browser().do("POST", "/v1/invitations/accept", api.Acceptance{Token: token, Password: testPassword}).into(201, &joined)
	require.Equal(t, session.Person, joined.Person)
	require.Len(t, joined.Tenants, 2)

	former := ada.cookie
	ada.do("POST", "/v1/invitations/accept", api.Acceptance{Token: s.invite("third", "ada@example.com", "author")}).into(201, &joined)
	require.Len(t, joined.Tenants, 3)
	require.NotEqual(t, former, ada.cookie)
	(&browser{s: s, cookie: former}).do("GET", "/v1/session", nil).problem(401, "unauthenticated")
	ada.do("GET", "/v1/tenants/third", nil).into(200, nil)
}

// TestRolesHoldAtOnce changes what somebody may do while they are signed in.
func TestRolesHoldAtOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.tenant("acme")
	s.tenant("other")
	admin, first := s.member("acme", "admin@example.com", "admin")
	ada, session := s.member("acme", "ada@example.com", "admin")
	path := "/v1/tenants/acme/members/" + session.Person.ID
	ada.do("GET", "/v1/tenants/acme/keys", nil).into(200, nil)

	var m api.Member
	admin.do("PATCH", path, api.MemberChange{Role: "viewer"}).into(200, &m)
	require.Equal(t, "viewer", m.Role)
	ada.do("GET", "/v1/tenants/acme/keys", nil).problem(403, "forbidden")
	ada.do("GET", "/v1/tenants/acme", nil).into(200, nil)
	admin.do("PATCH", path, api.MemberChange{Role: "execute"}).problem(422, "invalid")
	admin.do("PATCH", "/v1/tenants/acme/members/nobody", api.MemberChange{Role: "viewer"}).problem(404, "not_found")

	boss := "/v1/tenants/acme/members/" + first.Person.ID
	admin.do("PATCH", boss, api.MemberChange{Role: "viewer"}).problem(409, "last_admin")
	admin.do("DELETE", boss, nil).problem(409, "last_admin")

	ada.do("POST", "/v1/invitations/accept", api.Acceptance{Token: s.invite("other", "ada@example.com", "viewer")}).into(201, nil)
	admin.do("DELETE", path, nil).into(200, &m)
	require.Equal(t, "ada@example.com", m.Person.Email)
	ada.do("GET", "/v1/tenants/acme", nil).problem(404, "not_found")
	ada.do("GET", "/v1/tenants/other", nil).into(200, nil)
}

// TestRemovedFromTheLastTenant wants the account, and whatever was signed in with it, to be gone.
func TestRemovedFromTheLastTenant(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.tenant("acme")
	s.member("acme", "admin@example.com", "admin")
	ada, session := s.member("acme", "ada@example.com", "viewer")
	s.call(operatorKey, "DELETE", "/v1/tenants/acme/members/"+session.Person.ID, nil).into(200, nil)
	ada.do("GET", "/v1/session", nil).problem(401, "unauthenticated")
	s.browser().do("POST", "/v1/session", api.SignIn{Email: "ada@example.com", Password: testPassword}).problem(401, "sign_in_failed")
	_, again := s.member("acme", "ada@example.com", "viewer")
	require.NotEqual(t, session.Person.ID, again.Person.ID)
}

// TestEditsByPeople wants the audit to name the person, and each sign-in to be in it.
func TestEditsByPeople(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	ada, session := s.member("acme", "ada@example.com", "author")
	ada.do("POST", "/v1/tenants/acme/actions", api.NewAction{Slug: "gate", Source: api.Source{Files: map[string]string{"action.ts": "export function execute() {}"}, Triggers: []string{"login.after"}}}).into(201, nil)
	ada.do("DELETE", "/v1/session", nil).into(200, nil)
	var events api.List[api.Event]
	r := s.call(keys["viewer"], "GET", "/v1/tenants/acme/audit/edits?limit=5", nil)
	r.into(200, &events)
	var kinds []string
	for _, e := range events.Items {
		kinds = append(kinds, e.Type)
	}
	require.Equal(t, []string{"session.ended", "action.created", "session.started", "member.joined", "invitation.created"}, kinds)
	person := api.Actor{Person: session.Person.ID, Name: "Person author", Role: "author"}
	for _, e := range events.Items[:4] {
		require.Equal(t, person, e.Actor, e.Type)
	}
	require.JSONEq(t, `{"email":"ada@example.com","role":"author"}`, string(events.Items[3].After))
	require.NotContains(t, string(r.body), "dwi_")
	text, err := json.Marshal(events.Items[4].Actor)
	require.NoError(t, err)
	require.JSONEq(t, `{"name":"operator","role":"operator"}`, string(text))
}

// manageMembers is the part of a whole job that is about people.
func manageMembers(s *server, base string) {
	s.member("acme", "boss@example.com", "admin")
	b, session := s.member("acme", "carl@example.com", "author")
	b.do("GET", "/v1/session", nil).into(200, nil)
	b.do("PUT", "/v1/session/password", api.PasswordChange{Current: testPassword, New: testPassword + "!"}).into(200, nil)
	b.do("DELETE", "/v1/session", nil).into(200, nil)
	b.signIn(api.SignIn{Email: "carl@example.com", Password: testPassword + "!"})
	var i api.CreatedInvitation
	s.call(operatorKey, "POST", base+"/invitations", api.NewInvitation{Email: "dora@example.com", Role: "viewer"}).into(201, &i)
	s.call("", "POST", "/v1/invitations/look", api.InvitationToken{Token: i.Token}).into(200, nil)
	s.call(operatorKey, "GET", base+"/invitations", nil).into(200, nil)
	s.call(operatorKey, "DELETE", base+"/invitations/"+i.ID, nil).into(200, nil)
	s.call(operatorKey, "GET", base+"/members", nil).into(200, nil)
	s.call(operatorKey, "PATCH", base+"/members/"+session.Person.ID, api.MemberChange{Role: "viewer"}).into(200, nil)
	s.call(operatorKey, "DELETE", base+"/members/"+session.Person.ID, nil).into(200, nil)
}
