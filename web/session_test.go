package web_test

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web"
	"github.com/durward/durward/web/api"
)

func TestSignInWithPassword(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.tenant("acme")
	s.tenant("other")
	_, joined := s.member("acme", "Ada@Example.com", "author")
	require.Equal(t, &api.Person{ID: joined.Person.ID, Email: "ada@example.com", Name: "Person author"}, joined.Person)

	b := s.browser()
	b.do("GET", "/v1/session", nil).problem(401, "unauthenticated")
	r := b.do("POST", "/v1/session", api.SignIn{Email: " ADA@example.com ", Password: testPassword})
	var session api.Session
	r.into(201, &session)
	require.Equal(t, 7*24*60*60, requireCookie(t, r, "durward", false).MaxAge, "it lasts as long as a session that is used")
	require.Equal(t, joined.Person, session.Person)
	require.Equal(t, []api.Membership{{ID: "acme", Name: "acme", Role: "author"}}, session.Tenants)
	require.False(t, session.Operator)
	require.Nil(t, session.Key)

	var again api.Session
	b.do("GET", "/v1/session", nil).into(200, &again)
	require.Equal(t, session, again)
	b.do("GET", "/v1/tenants/acme", nil).into(200, nil)
	b.do("GET", "/v1/tenants/other", nil).problem(404, "not_found")

	first := b.cookie
	b.signIn(api.SignIn{Email: "ada@example.com", Password: testPassword})
	(&browser{s: s, cookie: first}).do("GET", "/v1/session", nil).problem(401, "unauthenticated") // a sign-in takes the place of the session that was there

	var out api.SignedOut
	last := b.cookie
	b.do("DELETE", "/v1/session", nil).into(200, &out)
	require.Equal(t, 1, out.Ended)
	require.Empty(t, b.cookie)
	(&browser{s: s, cookie: last}).do("GET", "/v1/session", nil).problem(401, "unauthenticated")
	require.NotContains(t, s.log.String(), testPassword)
	require.NotContains(t, s.log.String(), strings.TrimPrefix(last, "durward="))
}

// TestRefusedSignIns wants the same answer whatever is wrong.
func TestRefusedSignIns(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.member("acme", "ada@example.com", "admin")
	var same map[string]any
	for name, with := range map[string]api.SignIn{
		"wrong password":   {Email: "ada@example.com", Password: "wrong horse battery staple"},
		"no password":      {Email: "ada@example.com"},
		"unknown account":  {Email: "eve@example.com", Password: testPassword},
		"no address":       {Email: "ada", Password: testPassword},
		"endless password": {Email: "ada@example.com", Password: strings.Repeat("x", 5000)},
		"unknown key":      {Key: "dwk_aaaaaaaaaaaaaaaa_" + strings.Repeat("a", 52)},
		"revoked key":      {Key: s.revoked("acme")},
		"execute key":      {Key: keys["execute"]},
		"garbage key":      {Key: "x"},
		"unknown link":     {Link: "dwl_x"},
	} {
		b := s.browser()
		r := b.do("POST", "/v1/session", with)
		r.problem(401, "sign_in_failed")
		require.Empty(t, b.cookie)
		if same == nil {
			same = withoutID(t, r)
		}
		require.Equal(t, same, withoutID(t, r), name)
	}
	for name, body := range map[string]string{
		"nothing": `{}`, "two ways": `{"email":"ada@example.com","password":"x","key":"y"}`, "two keys": `{"key":"x","link":"y"}`, "more": `{"key":"x","remember":true}`,
	} {
		require.Equal(t, 422, s.browser().do("POST", "/v1/session", body).status, name)
	}
	s.browser().do("POST", "/v1/session", `{"key":"`+strings.Repeat("x", 9000)+`"}`).problem(413, "body_too_large")
	metrics := string(s.call("", "GET", "/metrics", nil).body)
	require.Contains(t, metrics, `durward_sign_ins_total{method="password",result="refused"} 5`)
	require.Contains(t, metrics, `durward_sign_ins_total{method="invitation",result="done"} 1`)
}

func TestSignInWithKey(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	b := s.browser()
	session := b.signIn(api.SignIn{Key: keys["admin"]})
	require.Nil(t, session.Person)
	require.Equal(t, "admin", session.Key.Name)
	require.Equal(t, []api.Membership{{ID: "acme", Name: "acme", Role: "admin"}}, session.Tenants)
	b.do("PUT", "/v1/session/password", api.PasswordChange{Current: "x", New: testPassword}).problem(401, "sign_in_failed")

	b.do("DELETE", "/v1/tenants/acme/keys/"+session.Key.ID, nil).into(200, nil)
	b.do("GET", "/v1/session", nil).problem(401, "unauthenticated") // the key has revoked itself

	operator := s.browser()
	session = operator.signIn(api.SignIn{Key: operatorKey})
	require.True(t, session.Operator)
	require.Empty(t, session.Tenants)
	operator.do("GET", "/v1/tenants", nil).into(200, nil)
	var out api.SignedOut
	other := s.browser()
	other.signIn(api.SignIn{Key: operatorKey})
	operator.do("DELETE", "/v1/session?everywhere=true", nil).into(200, &out)
	require.Equal(t, 2, out.Ended)
	other.do("GET", "/v1/session", nil).problem(401, "unauthenticated")
	other.do("DELETE", "/v1/session?everywhere=1", nil).problem(401, "unauthenticated")
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.tenant("acme")
	b, _ := s.member("acme", "ada@example.com", "viewer")
	other := s.browser()
	other.signIn(api.SignIn{Email: "ada@example.com", Password: testPassword})
	const next = "another horse, another staple"
	b.do("PUT", "/v1/session/password", api.PasswordChange{Current: "no", New: next}).problem(401, "sign_in_failed")
	for name, c := range map[string]struct{ password, detail string }{
		"short":       {"eleven char", "at least 12 characters"},
		"long":        {strings.Repeat("abcdefgh", 40), "at most 256 bytes"},
		"monotonous":  {"abababababab", "different characters"},
		"the address": {"ADA@example.com", "e-mail address"},
	} {
		p := b.do("PUT", "/v1/session/password", api.PasswordChange{Current: testPassword, New: c.password}).problem(422, "invalid")
		require.Equal(t, "/new", p.Errors[0].Pointer, name)
		require.Contains(t, p.Errors[0].Detail, c.detail, name)
	}
	former := b.cookie
	b.do("PUT", "/v1/session/password", api.PasswordChange{Current: testPassword, New: next}).into(200, nil)
	require.NotEqual(t, former, b.cookie)
	b.do("GET", "/v1/session", nil).into(200, nil)
	other.do("GET", "/v1/session", nil).problem(401, "unauthenticated")
	(&browser{s: s, cookie: former}).do("GET", "/v1/session", nil).problem(401, "unauthenticated")
	s.browser().do("POST", "/v1/session", api.SignIn{Email: "ada@example.com", Password: testPassword}).problem(401, "sign_in_failed")
	s.browser().signIn(api.SignIn{Email: "ada@example.com", Password: next})
}

func TestSignInsAreLimited(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *web.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	s.tenant("acme")
	s.member("acme", "ada@example.com", "viewer")
	from := func(address string, with api.SignIn) *reply {
		return s.browser().do("POST", "/v1/session", with, "X-Forwarded-For", address)
	}
	wrong := api.SignIn{Email: "ada@example.com", Password: "wrong"}
	for i := range 10 {
		from([]string{"192.0.2.1", "192.0.2.2"}[i%2], wrong).problem(401, "sign_in_failed")
	}
	r := from("192.0.2.3", api.SignIn{Email: "ADA@example.com", Password: testPassword})
	r.problem(429, "too_many_sign_ins")
	require.Regexp(t, `^([1-5]\d|60|[1-9])$`, r.header.Get("Retry-After"))

	// Unknown accounts are limited as known ones are.
	for range 10 {
		from("192.0.2.4", api.SignIn{Email: "eve@example.com", Password: "wrong"}).problem(401, "sign_in_failed")
	}
	from("192.0.2.5", api.SignIn{Email: "eve@example.com", Password: "wrong"}).problem(429, "too_many_sign_ins")

	// An address is limited whatever it asks for, and the client cannot make up another one. Of version 6, 64 bits are one address.
	for i := range 30 {
		from("198.51.100.7, 2001:db8::"+string(rune('1'+i%9)), api.SignIn{Key: "x"}).problem(401, "sign_in_failed")
	}
	from("203.0.113.9, 2001:db8::ffff", api.SignIn{Key: operatorKey}).problem(429, "too_many_sign_ins")
	from("2001:db8:0:1::1", api.SignIn{Key: operatorKey}).into(201, nil)
	require.Contains(t, string(s.call("", "GET", "/metrics", nil).body), `durward_sign_ins_total{method="password",result="throttled"} 2`)
}

// TestUntrustedProxies wants a header that anybody can send to be of no effect.
func TestUntrustedProxies(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for i := range 31 {
		r := s.browser().do("POST", "/v1/session", api.SignIn{Key: "x"}, "X-Forwarded-For", "192.0.2."+string(rune('0'+i%10)))
		require.Equal(t, map[bool]int{true: 401, false: 429}[i < 30], r.status)
	}
}

func TestTransport(t *testing.T) {
	t.Parallel()
	key := api.SignIn{Key: operatorKey}
	public := func(text string) change {
		u, err := url.Parse(text)
		require.NoError(t, err)
		return func(c *web.Config) { c.PublicURL = u }
	}
	for name, c := range map[string]struct {
		change change
		host   string
		status int
		cookie string
		secure bool
	}{
		"this machine":            {nil, "127.0.0.1:8080", 201, "durward", false},
		"this machine, by name":   {nil, "localhost:8080", 201, "durward", false},
		"this machine, version 6": {nil, "[::1]:8080", 201, "durward", false},
		"another machine":         {nil, "durward.example.com", 403, "", false},
		"a name that looks local": {nil, "localhost.example.com", 403, "", false},
		"https":                   {public("https://durward.example.com"), "durward.example.com", 201, "__Host-durward", true},
		"https, behind a proxy":   {public("https://durward.example.com"), "10.0.0.7:8080", 201, "__Host-durward", true},
		"http, allowed":           {func(c *web.Config) { c.InsecureHTTP = true }, "durward.example.com", 201, "durward", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var changes []change
			if c.change != nil {
				changes = append(changes, c.change)
			}
			s := newServer(t, changes...)
			r := s.hosted(c.host, "POST", "/v1/session", key)
			if c.status != 201 {
				r.problem(403, "insecure_transport")
				s.hosted(c.host, "POST", "/v1/invitations/accept", api.Acceptance{Token: "x"}).problem(403, "insecure_transport")
				return
			}
			cookie := requireCookie(t, r, c.cookie, c.secure)
			s.hosted(c.host, "GET", "/v1/session", nil, "Cookie", cookie.Name+"="+cookie.Value).into(200, nil)
		})
	}
}

// TestOriginBehindProxy lets the server's own pages in where a proxy passes on another Host.
func TestOriginBehindProxy(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *web.Config) { c.PublicURL = &url.URL{Scheme: "https", Host: "durward.example.com"} })
	s.hosted("10.0.0.7", "POST", "/v1/session", api.SignIn{Key: operatorKey}, "Origin", "https://durward.example.com").into(201, nil)
	s.hosted("10.0.0.7", "POST", "/v1/session", api.SignIn{Key: operatorKey}, "Origin", "http://durward.example.com").problem(403, "cross_origin")
	s.hosted("10.0.0.7", "POST", "/v1/session", api.SignIn{Key: operatorKey}, "Origin", "https://durward.example.org").problem(403, "cross_origin")
	s.tenant("acme")
	var i api.CreatedInvitation
	s.call(operatorKey, "POST", "/v1/tenants/acme/invitations", api.NewInvitation{Email: "ada@example.com", Role: "viewer"}).into(201, &i)
	require.Equal(t, "https://durward.example.com/invitation#"+i.Token, i.Link)
}
