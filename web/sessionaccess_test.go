package web_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRolesOfSessions asks for each route with the session of each role: a session may what a key of its role may, but not execute.
func TestRolesOfSessions(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	browsers := s.signedIn("acme", s.tenant("acme"))
	for _, op := range s.document.operations {
		need := allowed[op.id]
		if need == "session" || need == "anybody" {
			continue
		}
		for name, b := range browsers {
			role := strings.TrimSuffix(name, " key")
			r := b.do(op.method, op.address("acme"), op.emptyBody())
			if slices.Contains(holders[need], role) && need != "execute" {
				require.NotContains(t, []int{401, 403}, r.status, "%s as %s: %s", op.id, name, r.body)
				continue
			}
			p := r.problem(403, "forbidden")
			require.Equal(t, need, p.Role, "%s as %s", op.id, name)
			require.Contains(t, p.Detail, need)
		}
		for name, cookie := range map[string]string{"none": "", "mistyped": "durward=dws_AAAA", "empty": "durward=", "another name": "session=x"} {
			b := &browser{s: s, cookie: cookie}
			require.Equal(t, "unauthenticated", b.do(op.method, op.address("acme"), op.emptyBody()).problem(401, "unauthenticated").Code, "%s, %s", op.id, name)
		}
	}
}

// TestSessionsOfOtherTenants asks for each thing of a tenant with sessions of another one, and wants the answer that a tenant gets which does not exist.
func TestSessionsOfOtherTenants(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.tenant("acme")
	strangers := s.signedIn("evil", s.tenant("evil"))
	delete(strangers, "operator")
	tested := 0
	for _, op := range s.document.operations {
		if !strings.Contains(op.path, "{tenant}") {
			continue
		}
		tested++
		for name, b := range strangers {
			foreign := b.do(op.method, op.address("acme"), op.emptyBody())
			unknown := b.do(op.method, op.address("nobody"), op.emptyBody())
			foreign.problem(404, "not_found")
			require.Equal(t, withoutID(t, unknown), withoutID(t, foreign), "%s as %s", op.id, name)
			require.NotContains(t, string(foreign.body), "acme")
		}
	}
	require.Greater(t, tested, 20)
}

// TestOtherSites asks for each route that changes something as another site's page would have a browser do.
func TestOtherSites(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.signedIn("acme", s.tenant("acme"))["operator"]
	for _, op := range s.document.operations {
		if op.method == "GET" || allowed[op.id] == "execute" || op.id == "lookAtInvitation" {
			continue
		}
		for name, headers := range map[string][]string{
			"another site":              {"Sec-Fetch-Site", "cross-site"},
			"a neighbouring host":       {"Sec-Fetch-Site", "same-site"},
			"an old browser":            {"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
			"an opaque origin":          {"Sec-Fetch-Site", "", "Origin", "null"},
			"the same host, other port": {"Sec-Fetch-Site", "", "Origin", "http://127.0.0.1:1"},
		} {
			require.Equal(t, 403, b.do(op.method, op.address("acme"), op.emptyBody(), headers...).status, "%s from %s", op.id, name)
		}
		b.do(op.method, op.address("acme"), op.emptyBody(), "Sec-Fetch-Site", "cross-site").problem(403, "cross_origin")
		if op.method != "DELETE" {
			for _, form := range []string{"application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "application/json-patch+json", ""} {
				b.do(op.method, op.address("acme"), op.emptyBody(), "Content-Type", form).problem(415, "unsupported_media_type")
			}
		}
	}
	b.do("GET", "/v1/session", nil, "Sec-Fetch-Site", "cross-site").into(200, nil)
}

// TestKeyBesideCookie wants a request that shows a key to be that key's, whatever cookie a browser adds, and from wherever.
func TestKeyBesideCookie(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.allowlistFlow("acme", keys)
	b := s.signedIn("acme", keys)["admin"]
	b.do("GET", "/v1/tenants/acme/keys", nil).into(200, nil)
	b.do("GET", "/v1/tenants/acme/keys", nil, "Authorization", "Bearer "+keys["viewer"]).problem(403, "forbidden")
	b.do("GET", "/v1/tenants/acme/keys", nil, "Authorization", "Basic xyz").problem(401, "unauthenticated")
	b.do("POST", "/v1/tenants/acme/flows/login/slots/after/execute", loginCall, "Authorization", "Bearer "+keys["execute"], "Sec-Fetch-Site", "cross-site").into(200, nil)
}
