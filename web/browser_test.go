package web_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

// browser sends requests as the server's own pages do in a browser.
type browser struct {
	s      *server
	cookie string // as it is sent; empty: none
}

const testPassword = "correct horse battery staple"

// do sends a request with the cookie, and takes the one that the answer sets.
func (b *browser) do(method, path string, body any, headers ...string) *reply {
	b.s.t.Helper()
	sent := []string{"Sec-Fetch-Site", "same-origin", "Content-Type", "application/json"}
	if b.cookie != "" {
		sent = append(sent, "Cookie", b.cookie)
	}
	r := b.s.call("", method, path, body, append(sent, headers...)...)
	answer := http.Response{Header: r.header}
	for _, c := range answer.Cookies() {
		b.cookie = ""
		if c.MaxAge >= 0 {
			b.cookie = c.Name + "=" + c.Value
		}
	}
	return r
}

// hosted sends a request as if the browser had reached the server under another host.
func (s *server) hosted(host, method, path string, body any, headers ...string) *reply {
	s.t.Helper()
	return s.call("", method, path, body, append([]string{"Host", host, "Content-Type", "application/json"}, headers...)...)
}

// signIn signs in and requires that it works.
func (b *browser) signIn(with api.SignIn) api.Session {
	b.s.t.Helper()
	var session api.Session
	b.do("POST", "/v1/session", with).into(201, &session)
	require.NotEmpty(b.s.t, b.cookie)
	return session
}

func (s *server) browser() *browser { return &browser{s: s} }

// invite returns the token of an invitation.
func (s *server) invite(tenant, email, role string) string {
	s.t.Helper()
	var i api.CreatedInvitation
	s.call(operatorKey, "POST", "/v1/tenants/"+tenant+"/invitations", api.NewInvitation{Email: email, Role: role}).into(201, &i)
	return i.Token
}

// member makes a new account that is a member of a tenant, and returns a browser in which it is signed in.
func (s *server) member(tenant, email, role string) (*browser, api.Session) {
	s.t.Helper()
	b, session := s.browser(), api.Session{}
	b.do("POST", "/v1/invitations/accept", api.Acceptance{Token: s.invite(tenant, email, role), Name: "Person " + role, Password: testPassword}).into(201, &session)
	return b, session
}

// signedIn are browsers in which all who can sign in are signed in, by their role: members, and with the suffix " key" holders of keys.
func (s *server) signedIn(tenant string, keys map[string]string) map[string]*browser {
	s.t.Helper()
	all := map[string]*browser{}
	for _, role := range []string{"viewer", "author", "publisher", "admin"} {
		all[role], _ = s.member(tenant, role+"@"+tenant+".example", role)
		all[role+" key"] = s.browser()
		all[role+" key"].signIn(api.SignIn{Key: keys[role]})
	}
	all["operator"] = s.browser()
	all["operator"].signIn(api.SignIn{Key: operatorKey})
	return all
}

func requireCookie(t *testing.T, r *reply, name string, secure bool) *http.Cookie {
	t.Helper()
	answer := http.Response{Header: r.header}
	require.Len(t, answer.Cookies(), 1)
	c := answer.Cookies()[0]
	require.Equal(t, name, c.Name)
	require.True(t, c.HttpOnly)
	require.Equal(t, secure, c.Secure)
	require.Equal(t, "/", c.Path)
	require.Empty(t, c.Domain)
	require.Equal(t, http.SameSiteStrictMode, c.SameSite)
	return c
}
