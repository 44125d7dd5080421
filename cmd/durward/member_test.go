package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

// page is what a page in a browser does: it posts, and keeps cookies.
func page(t *testing.T, c *http.Client, url string, body, answer any) int {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	r, err := c.Post(url, "application/json", bytes.NewReader(text))
	require.NoError(t, err)
	defer r.Body.Close()
	if answer != nil {
		require.NoError(t, json.NewDecoder(r.Body).Decode(answer))
	}
	return r.StatusCode
}

func newBrowser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &http.Client{Jar: jar}
}

// TestMembers invites somebody by command, who accepts in a browser.
func TestMembers(t *testing.T) {
	t.Parallel()
	d := startDemo(t, t.TempDir())
	s := d.shell(demoTenant, d.admin)
	for _, email := range []string{"ada@example.com", "bob@example.com"} {
		var invited api.CreatedInvitation
		s.json(&invited, "member", "invite", email, "--role", "admin")
		answer := api.Acceptance{Token: invited.Token, Name: "\x1b]0;evil\x07" + email, Password: "correct horse battery staple"}
		require.Equal(t, http.StatusCreated, page(t, newBrowser(t), d.url+"/v1/invitations/accept", answer, nil))
	}
	out := s.ok("member", "list")
	require.Contains(t, out, "ada@example.com")
	require.NotContains(t, out, "\x1b")
	require.Equal(t, "ada@example.com has the role viewer.\n", s.ok("member", "role", "ADA@example.com", "viewer"))
	require.Contains(t, s.refused("member", "remove", "bob@example.com"), "Make another member an admin first")
	require.Contains(t, s.refused("member", "remove", "eve@example.com"), "there is no member eve@example.com")
	require.Equal(t, "Removed ada@example.com.\n", s.ok("member", "remove", "ada@example.com"))

	out = s.ok("member", "invite", "eve@example.com", "--role", "viewer")
	require.Contains(t, out, d.url+"/invitation#dwi_")
	id := strings.Fields(strings.Split(s.ok("member", "invited"), "\n")[1])[0]
	require.Equal(t, "Revoked the invitation of eve@example.com.\n", s.ok("member", "revoke", id))
	require.Contains(t, s.refused("member", "revoke", "eve@example.com"), "no open invitation")
}

// TestDemoLink signs in by the link that the demo prints.
func TestDemoLink(t *testing.T) {
	t.Parallel()
	d := startDemo(t, t.TempDir())
	browser := newBrowser(t)
	var session api.Session
	require.Equal(t, http.StatusCreated, page(t, browser, d.url+"/v1/session", api.SignIn{Link: d.link}, &session))
	require.Equal(t, []api.Membership{{ID: demoTenant, Name: "Demo", Role: "admin"}}, session.Tenants)
	r, err := browser.Get(d.url + "/v1/tenants/" + demoTenant + "/keys")
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	require.Equal(t, http.StatusOK, r.StatusCode)
	require.Equal(t, http.StatusUnauthorized, page(t, newBrowser(t), d.url+"/v1/session", api.SignIn{Link: d.link}, nil), "once")
}

// TestPublicURL refuses what browsers could not use, or not safely.
func TestPublicURL(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"no host":              {"--public-url", "durward.example.com"},
		"a path":               {"--public-url", "https://durward.example.com/editor"},
		"a user":               {"--public-url", "https://ada@durward.example.com"},
		"http":                 {"--public-url", "http://durward.example.com"},
		"a proxy by name":      {"--trusted-proxy", "proxy.example.com"},
		"a lifetime too short": {"--session-idle", "2h", "--session-lifetime", "1h"},
	} {
		r := runHere(t, "", append([]string{"serve", "--operator-key", strings.Repeat("k", 40)}, args...)...)
		require.Equal(t, exitUsage, r.code, "%s: %s", name, r.err)
	}
}
