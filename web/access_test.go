package web_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

// allowed says who may do what. It is written down once more, beside the table of routes, because a slip there would be a hole.
var allowed = map[string]string{
	"health": "anybody", "ready": "anybody", "metrics": "anybody", "openapi": "anybody", "triggers": "anybody", "types": "anybody", "templates": "anybody", "template": "anybody",
	"providers": "anybody", "startSingleSignOn": "anybody", "endSingleSignOn": "anybody",
	"system": "operator", "backup": "operator", "createTenant": "operator", "tenants": "operator",
	"tenant": "viewer", "actions": "viewer", "action": "viewer", "draft": "viewer", "versions": "viewer", "version": "viewer", "dependents": "viewer",
	"flows": "viewer", "flow": "viewer", "revisions": "viewer", "revision": "viewer", "edits": "viewer", "executions": "viewer", "followExecutions": "viewer", "statistics": "viewer",
	"createAction": "author", "updateAction": "author", "saveDraft": "author", "runDraft": "author", "checkDraft": "author", "updateDependencies": "author", "adopt": "author", "verifyVersion": "author",
	"publish": "publisher", "createFlow": "publisher", "saveFlow": "publisher",
	"secrets": "viewer", "setSecret": "admin", "deleteSecret": "admin", "egress": "admin", "saveEgress": "admin", "limits": "operator", "saveLimits": "operator",
	"deliveries": "viewer", "delivery": "viewer", "deadLetters": "viewer", "redriveDeadLetter": "publisher", "discardDeadLetter": "publisher",
	"draftTypes": "viewer", "packageTypes": "viewer", "publishing": "viewer", "savePublishing": "admin",
	"createKey": "admin", "keys": "admin", "revokeKey": "admin", "redirectSecret": "admin",
	"rollout": "viewer", "startRollout": "publisher", "promote": "publisher", "pauseRollout": "publisher", "resumeRollout": "publisher", "abortRollout": "publisher",
	"createPass": "publisher", "rollBack": "publisher", "saveFreezes": "publisher", "tenantFreezes": "viewer", "saveTenantFreezes": "admin", "recallRevision": "publisher", "recallVersion": "publisher",
	"deprecateVersion": "publisher", "undeprecateVersion": "publisher", "deleteAction": "publisher", "rotateRunKeys": "operator",
	"execute": "execute",
	"signIn":  "anybody", "lookAtInvitation": "anybody", "acceptInvitation": "anybody", "session": "session", "signOut": "session", "changePassword": "session",
	"members": "admin", "setMemberRole": "admin", "removeMember": "admin", "invite": "admin", "invitations": "admin", "revokeInvitation": "admin",
}

// holders are the roles that a role is included in.
var holders = map[string][]string{
	"anybody":   {"", "execute", "viewer", "author", "publisher", "admin", "operator"},
	"viewer":    {"viewer", "author", "publisher", "admin", "operator"},
	"author":    {"author", "publisher", "admin", "operator"},
	"publisher": {"publisher", "admin", "operator"},
	"admin":     {"admin", "operator"},
	"execute":   {"execute", "admin", "operator"},
	"operator":  {"operator"},
}

var braces = regexp.MustCompile(`\{[^}]*\}`)

// address is the operation's path in a tenant, where all else that it names does not exist.
func (op *operation) address(tenant string) string {
	return braces.ReplaceAllString(strings.ReplaceAll(op.path, "{tenant}", tenant), "1")
}

// emptyBody is a body for the methods that have one.
func (op *operation) emptyBody() any {
	if op.object["requestBody"] == nil {
		return nil
	}
	return "{}"
}

func TestRoles(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	keys[""] = ""
	keys["revoked"] = s.revoked("acme")
	keys["mistyped"] = keys["admin"][:len(keys["admin"])-1]
	keys["of nobody"] = "dwk_aaaaaaaaaaaaaaaa_" + strings.Repeat("a", 52)
	require.Len(t, s.document.operations, len(allowed))
	for _, op := range s.document.operations {
		for role, key := range keys {
			r := s.call(key, op.method, op.address("acme"), op.emptyBody())
			may := slices.Contains(holders[allowed[op.id]], role) || allowed[op.id] == "anybody"
			switch {
			case allowed[op.id] == "session": // which a key is not
				r.problem(401, "unauthenticated")
			case may:
				require.NotContains(t, []int{401, 403}, r.status, "%s as %q", op.id, role)
			case slices.Contains([]string{"", "revoked", "mistyped", "of nobody"}, role):
				r.problem(401, "unauthenticated")
				require.Contains(t, r.header.Get("WWW-Authenticate"), "Bearer", "%s as %q", op.id, role)
			default:
				p := r.problem(403, "forbidden")
				require.Equal(t, allowed[op.id], p.Role, "%s as %q", op.id, role)
				require.Contains(t, p.Detail, allowed[op.id])
			}
		}
	}
}

// revoked returns the secret of a key that worked and no longer does.
func (s *server) revoked(tenant string) string {
	var key api.CreatedKey
	s.call(operatorKey, "POST", "/v1/tenants/"+tenant+"/keys", `{"name":"old","role":"admin"}`).into(201, &key)
	s.call(key.Secret, "GET", "/v1/tenants/"+tenant, nil).into(200, nil)
	s.call(operatorKey, "DELETE", "/v1/tenants/"+tenant+"/keys/"+key.ID, nil).into(200, nil)
	return key.Secret
}

// TestTenantsDoNotSeeEachOther asks for each thing of a tenant with the keys of another one, and wants the answer that a tenant gets which does not exist.
func TestTenantsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.tenant("acme")
	strangers := s.tenant("evil")
	delete(strangers, "operator")
	tested := 0
	for _, op := range s.document.operations {
		if !strings.Contains(op.path, "{tenant}") {
			continue
		}
		tested++
		for role, key := range strangers {
			foreign := s.call(key, op.method, op.address("acme"), op.emptyBody())
			unknown := s.call(key, op.method, op.address("nobody"), op.emptyBody())
			foreign.problem(404, "not_found")
			require.Equal(t, withoutID(t, unknown), withoutID(t, foreign), "%s as %s", op.id, role)
			require.ElementsMatch(t, slices.Collect(maps.Keys(unknown.header)), slices.Collect(maps.Keys(foreign.header)))
			require.NotContains(t, string(foreign.body), "acme")
		}
	}
	require.Greater(t, tested, 20)
}

func withoutID(t *testing.T, r *reply) map[string]any {
	t.Helper()
	var body map[string]any
	require.NoError(t, json.Unmarshal(r.body, &body))
	delete(body, "request_id")
	return body
}

// TestThingsOfOtherTenantsAreNotFound names things of another tenant within one's own.
func TestThingsOfOtherTenantsAreNotFound(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	acme, evil := s.tenant("acme"), s.tenant("evil")
	s.allowlistFlow("acme", acme)
	var keys api.List[api.Key]
	s.call(acme["admin"], "GET", "/v1/tenants/acme/keys", nil).into(200, &keys)
	s.call(evil["admin"], "DELETE", "/v1/tenants/evil/keys/"+keys.Items[0].ID, nil).problem(404, "not_found")
	for _, path := range []string{"/actions/domain-allowlist", "/actions/domain-allowlist/draft", "/actions/domain-allowlist/versions/1.0.0", "/flows/login", "/flows/login/revisions/1"} {
		s.call(acme["admin"], "GET", "/v1/tenants/acme"+path, nil).into(200, nil)
		s.call(evil["admin"], "GET", "/v1/tenants/evil"+path, nil).problem(404, "not_found")
	}
	s.call(evil["execute"], "POST", "/v1/tenants/evil/flows/login/slots/after/execute", loginCall).problem(404, "not_found")
	p := s.call(evil["publisher"], "POST", "/v1/tenants/evil/flows", api.NewFlow{
		Slug: "login", Kind: "login", Slots: map[string]api.Slot{"after": {Default: []api.Attachment{{Action: "domain-allowlist", Version: "1.0.0"}}}},
	}).problem(422, "invalid")
	require.Equal(t, "/slots/after/default/0/version", p.Errors[0].Pointer)
}

// TestOperatorAndUnknownTenant wants 404 from every route, also from those that list.
func TestOperatorAndUnknownTenant(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, op := range s.document.operations {
		if strings.Contains(op.path, "{tenant}") && op.method == "GET" {
			s.call(operatorKey, op.method, op.address("nobody"), nil).problem(404, "not_found")
		}
	}
	s.call(operatorKey, "POST", "/v1/tenants/nobody/keys", `{"name":"k","role":"viewer"}`).problem(404, "not_found")
	s.call(operatorKey, "POST", "/v1/tenants/nobody/flows/login/slots/after/execute", loginCall).problem(404, "not_found")
}
