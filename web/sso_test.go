package web_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/accounts/sso"
	"github.com/durward/durward/accounts/sso/ssotest"
	"github.com/durward/durward/web"
	"github.com/durward/durward/web/api"
)

// withIssuer has the server sign people in by an issuer, as provider corp; more are further settings as JSON members.
func withIssuer(t *testing.T, issuer *ssotest.Issuer, more string) change {
	t.Helper()
	text := fmt.Sprintf(`[{"id":"corp","name":"Corp","issuer":%q,"client_id":%q,"client_secret_file":"x"%s}]`, issuer.URL, ssotest.ClientID, more)
	settings, err := sso.Parse([]byte(text), func(string) ([]byte, error) { return []byte(ssotest.ClientSecret), nil })
	require.NoError(t, err)
	return func(c *web.Config) { c.Providers = []*sso.Provider{sso.New(settings[0])} }
}

// ssoBrowser is a browser that goes to a provider and comes back.
type ssoBrowser struct {
	browser
	kept string // the cookie that it has while it is away
}

// start leaves for the provider and returns where the provider sends it back to.
func (b *ssoBrowser) start(back string) string {
	b.s.t.Helper()
	r := b.s.call("", "GET", "/auth/oidc/corp/start?"+url.Values{"return": {back}}.Encode(), nil, "Sec-Fetch-Site", "same-origin")
	require.Equal(b.s.t, 303, r.status, string(r.body))
	answer := http.Response{Header: r.header}
	require.Len(b.s.t, answer.Cookies(), 1)
	c := answer.Cookies()[0]
	require.Equal(b.s.t, http.SameSiteLaxMode, c.SameSite)
	require.True(b.s.t, c.HttpOnly)
	b.kept = c.Name + "=" + c.Value
	there, err := noRedirects.Get(r.header.Get("Location"))
	require.NoError(b.s.t, err)
	require.NoError(b.s.t, there.Body.Close())
	target := there.Header.Get("Location")
	require.True(b.s.t, strings.HasPrefix(target, b.s.url+"/auth/oidc/corp/callback?"), target)
	return strings.TrimPrefix(target, b.s.url)
}

// finish comes back from the provider and returns where it is led to. The browser sends no cookie that is SameSite=Strict then.
func (b *ssoBrowser) finish(path string) string {
	b.s.t.Helper()
	r := b.s.call("", "GET", path, nil, "Cookie", b.kept, "Sec-Fetch-Site", "cross-site")
	require.Equal(b.s.t, 303, r.status, string(r.body))
	answer := http.Response{Header: r.header}
	for _, c := range answer.Cookies() {
		switch {
		case c.Name == "durward":
			require.Equal(b.s.t, http.SameSiteStrictMode, c.SameSite)
			b.cookie = c.Name + "=" + c.Value
		case c.MaxAge < 0:
			b.kept = ""
		}
	}
	require.Empty(b.s.t, b.kept)
	return r.header.Get("Location")
}

// session requires that one is signed in.
func (b *ssoBrowser) session() api.Session {
	b.s.t.Helper()
	var session api.Session
	b.do("GET", "/v1/session", nil).into(200, &session)
	return session
}

func (s *server) ssoBrowser() *ssoBrowser { return &ssoBrowser{browser: browser{s: s}} }

// enter signs in by the provider and returns where one is led to.
func (s *server) enter() (*ssoBrowser, string) {
	s.t.Helper()
	b := s.ssoBrowser()
	return b, b.finish(b.start("/t/acme"))
}

func claims(subject, email string) jwt.MapClaims {
	return jwt.MapClaims{"sub": subject, "email": email, "email_verified": true, "name": "Ada"}
}

func TestSingleSignOnOfTheInvited(t *testing.T) {
	t.Parallel()
	issuer := ssotest.New(t)
	s := newServer(t, withIssuer(t, issuer, ""))
	s.tenant("acme")
	s.tenant("other")
	var list api.List[api.Provider]
	s.call("", "GET", "/v1/session/providers", nil).into(200, &list)
	require.Equal(t, []api.Provider{{ID: "corp", Name: "Corp"}}, list.Items)

	issuer.Claims = claims("1", "ada@example.com")
	_, to := s.enter()
	require.Equal(t, "/sign-in?problem=sso_no_account&to=%2Ft%2Facme", to)
	s.invite("acme", "ada@example.com", "author")
	s.invite("other", "ada@example.com", "viewer")
	issuer.Claims["email_verified"] = false
	_, to = s.enter()
	require.Equal(t, "/sign-in?problem=sso_email&to=%2Ft%2Facme", to)
	issuer.Claims["email_verified"] = true
	b, to := s.enter()
	require.Equal(t, "/t/acme", to)
	first := b.session()
	require.Equal(t, "ada@example.com", first.Person.Email)
	require.Equal(t, []api.Membership{{ID: "acme", Name: "acme", Role: "author"}, {ID: "other", Name: "other", Role: "viewer"}}, first.Tenants)
	b.do("GET", "/v1/tenants/acme", nil).into(200, nil)

	// From then on the subject counts, and not the address.
	issuer.Claims = jwt.MapClaims{"sub": "1"}
	b, _ = s.enter()
	require.Equal(t, first.Person, b.session().Person)
	b.do("PUT", "/v1/session/password", api.PasswordChange{Current: "", New: testPassword}).problem(401, "sign_in_failed")

	// The address is given to somebody else.
	issuer.Claims = claims("2", "ada@example.com")
	_, to = s.enter()
	require.Contains(t, to, "sso_no_account")
	require.Contains(t, string(s.call("", "GET", "/metrics", nil).body), `durward_sign_ins_total{method="sso",result="refused"} 3`)
}

// TestSingleSignOnTakesOverAnAccount wants whoever chose the password of an account, by whatever invitation, to be out once a provider vouches for the address.
func TestSingleSignOnTakesOverAnAccount(t *testing.T) {
	t.Parallel()
	issuer := ssotest.New(t)
	s := newServer(t, withIssuer(t, issuer, ""))
	keys := s.tenant("acme")
	squatter, session := s.member("acme", "ada@example.com", "viewer")
	issuer.Claims = claims("1", "Ada@Example.com")
	b, _ := s.enter()
	require.Equal(t, session.Person.ID, b.session().Person.ID)
	squatter.do("GET", "/v1/session", nil).problem(401, "unauthenticated")
	s.browser().do("POST", "/v1/session", api.SignIn{Email: "ada@example.com", Password: testPassword}).problem(401, "sign_in_failed")
	var events api.List[api.Event]
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/audit/edits?type=person.identity_linked", nil).into(200, &events)
	require.Len(t, events.Items, 1)
	require.Equal(t, session.Person.ID, events.Items[0].Actor.Person)
}

func TestSingleSignOnOfNewcomers(t *testing.T) {
	t.Parallel()
	issuer := ssotest.New(t)
	s := newServer(t, withIssuer(t, issuer, `,"domains":["example.com"],"newcomers":[{"tenant":"acme","role":"viewer"},{"tenant":"other","role":"author"}]`))
	s.tenant("acme")
	s.tenant("other")
	s.invite("acme", "ada@example.com", "publisher")
	issuer.Claims = claims("1", "ada@example.com")
	b, _ := s.enter()
	require.Equal(t, []api.Membership{{ID: "acme", Name: "acme", Role: "publisher"}, {ID: "other", Name: "other", Role: "author"}}, b.session().Tenants)
	issuer.Claims = claims("2", "eve@example.org")
	_, to := s.enter()
	require.Contains(t, to, "problem=sso_denied")
	issuer.Error = "access_denied"
	_, to = s.enter()
	require.Contains(t, to, "problem=sso_denied")
	issuer.Error = "temporarily_unavailable"
	_, to = s.enter()
	require.Contains(t, to, "problem=sso_failed")
}

// TestForgedCallbacks brings a browser to the callback that has not begun there, or with what another one has begun.
func TestForgedCallbacks(t *testing.T) {
	t.Parallel()
	issuer := ssotest.New(t)
	issuer.Claims = claims("1", "ada@example.com")
	s := newServer(t, withIssuer(t, issuer, ""))
	s.tenant("acme")
	s.invite("acme", "ada@example.com", "viewer")
	attacker := s.ssoBrowser()
	path := attacker.start("/")
	for name, kept := range map[string]string{
		"nothing": "", "garbage": "durward-sso=%%%", "no JSON": "durward-sso=AAAA", "empty": "durward-sso=e30", "another one": func() string { b := s.ssoBrowser(); b.start("/"); return b.kept }(),
	} {
		victim := s.ssoBrowser()
		victim.kept = kept
		require.Equal(t, "/sign-in?problem=sso_failed", strings.TrimSuffix(victim.finish(path), "&to=%2F"), name)
		require.Empty(t, victim.cookie)
	}
	evil := s.ssoBrowser()
	back := evil.start("/")
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(evil.kept, "durward-sso="))
	require.NoError(t, err)
	changed := strings.Replace(string(text), `"return":"/"`, `"return":"//evil.example"`, 1)
	require.NotEqual(t, string(text), changed)
	evil.kept = "durward-sso=" + base64.RawURLEncoding.EncodeToString([]byte(changed))
	require.Equal(t, "/", evil.finish(back))
}

func TestReturnPaths(t *testing.T) {
	t.Parallel()
	issuer := ssotest.New(t)
	s := newServer(t, withIssuer(t, issuer, ""))
	for _, good := range []string{"", "/", "/t/acme/actions?q=a%20b#c", "/" + strings.Repeat("x", 1999)} {
		r := s.call("", "GET", "/auth/oidc/corp/start?"+url.Values{"return": {good}}.Encode(), nil)
		require.Equal(t, 303, r.status, good)
	}
	for _, evil := range []string{
		"//evil.example", `/\evil.example`, `\\evil.example`, "https://evil.example", "javascript:alert(1)", "evil.example", "/\t/evil.example", "/\n/evil.example", " //evil.example",
		"/x\x00", "/x\x7f", "/ü", "/" + strings.Repeat("x", 2000),
	} {
		p := s.call("", "GET", "/auth/oidc/corp/start?"+url.Values{"return": {evil}}.Encode(), nil).problem(422, "invalid")
		require.Equal(t, "?return", p.Errors[0].Pointer, evil)
	}
	s.call("", "GET", "/auth/oidc/nobody/start", nil).problem(404, "not_found")
	s.call("", "GET", "/auth/oidc/nobody/callback?state=x", nil).problem(404, "not_found")
	s.hosted("durward.example.com", "GET", "/auth/oidc/corp/start", nil).problem(403, "insecure_transport")
	s.hosted("durward.example.com", "GET", "/auth/oidc/corp/callback", nil).problem(403, "insecure_transport")
}

// TestPublicCallback names the address by which browsers come, and not the one by which the proxy does.
func TestPublicCallback(t *testing.T) {
	t.Parallel()
	issuer := ssotest.New(t)
	s := newServer(t, withIssuer(t, issuer, ""), func(c *web.Config) { c.PublicURL = &url.URL{Scheme: "https", Host: "durward.example.com"} })
	r := s.hosted("10.0.0.7:8080", "GET", "/auth/oidc/corp/start", nil)
	target, err := url.Parse(r.header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, "https://durward.example.com/auth/oidc/corp/callback", target.Query().Get("redirect_uri"))
	require.Equal(t, "S256", target.Query().Get("code_challenge_method"))
	require.Equal(t, "code", target.Query().Get("response_type"))
	c := (&http.Response{Header: r.header}).Cookies()[0]
	require.Equal(t, "__Host-durward-sso", c.Name)
	require.True(t, c.Secure)
	require.Equal(t, "/", c.Path)
}

// singleSignOn is the part of a whole job that begins at a provider.
func singleSignOn(s *server, issuer *ssotest.Issuer) {
	issuer.Claims = claims("1", "erin@example.com")
	s.invite("acme", "erin@example.com", "viewer")
	s.enter()
	s.call("", "GET", "/v1/session/providers", nil).into(200, nil)
}
