package web_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/store/bolt"
	"github.com/durward/durward/web"
	"github.com/durward/durward/web/api"
)

// teller is an action that answers with the secrets that it sees.
const teller = `export function execute(input) {
  return { kind: "continue", claims: { id_token: { secrets: input.secrets } } };
}
`

// publishDraft creates an action from a source and publishes it as 1.0.0.
func (s *server) publishDraft(tenant string, keys map[string]string, slug string, source api.Source) {
	s.t.Helper()
	base := "/v1/tenants/" + tenant + "/actions"
	s.call(keys["author"], "POST", base, api.NewAction{Slug: slug, Source: source}).into(201, nil)
	s.call(keys["publisher"], "POST", base+"/"+slug+"/versions", api.Publication{Number: "1.0.0"}).into(201, nil)
}

func (s *server) setSecret(tenant, key, name string, n api.NewSecret) {
	s.t.Helper()
	s.call(key, "PUT", "/v1/tenants/"+tenant+"/secrets/"+name, n).into(200, nil)
}

// secretsSeen are the secrets with which an execution of the teller answers.
func (s *server) secretsSeen(tenant, key string) string {
	s.t.Helper()
	var answer api.Answer
	s.call(key, "POST", "/v1/tenants/"+tenant+"/flows/login/slots/after/execute", loginCall).into(200, &answer)
	return string(answer.Claims.IDToken["secrets"])
}

// TestSecretsReachActions sets secrets and sees what actions get: those that a version declares, as they are now, brokered ones by reference alone, and none of another tenant.
func TestSecretsReachActions(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	acme, other := s.tenant("acme"), s.tenant("other")
	source := api.Source{Files: map[string]string{"action.ts": teller}, Triggers: []string{"login.after"}, Secrets: []string{"B", "A", "UNSET"}}
	for tenant, keys := range map[string]map[string]string{"acme": acme, "other": other} {
		s.publishDraft(tenant, keys, "teller", source)
		s.flow(tenant, keys, "login", api.Attachment{Action: "teller", Version: "1.0.0"})
	}
	require.JSONEq(t, `{}`, s.secretsSeen("acme", acme["execute"]))
	s.setSecret("acme", acme["admin"], "A", api.NewSecret{Value: "first"})
	s.setSecret("acme", acme["admin"], "B", api.NewSecret{Value: "never seen", Brokered: true, Hosts: []string{"a.example"}})
	s.setSecret("acme", acme["admin"], "UNDECLARED", api.NewSecret{Value: "never seen"})
	require.JSONEq(t, `{"A":"first","B":"secret://B"}`, s.secretsSeen("acme", acme["execute"]))
	require.JSONEq(t, `{}`, s.secretsSeen("other", other["execute"]))

	var trial api.TrialResult
	s.call(acme["author"], "POST", "/v1/tenants/acme/actions/teller/draft/run", `{"event":`+loginCall+`}`).into(200, &trial)
	require.Contains(t, string(trial.Outcome), `"A":"first"`, "a draft has what a version has")

	s.setSecret("acme", acme["admin"], "A", api.NewSecret{Value: "second"})
	require.JSONEq(t, `{"A":"second","B":"secret://B"}`, s.secretsSeen("acme", acme["execute"]), "the next execution sees the new value")
	s.call(acme["admin"], "DELETE", "/v1/tenants/acme/secrets/A", nil).into(200, nil)
	require.JSONEq(t, `{"B":"secret://B"}`, s.secretsSeen("acme", acme["execute"]))
}

// TestExecuteWhileSecretsChange wants every execution that begins after a set was answered to see its value or a later one.
func TestExecuteWhileSecretsChange(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.publishDraft("acme", keys, "teller", api.Source{Files: map[string]string{"action.ts": teller}, Triggers: []string{"login.after"}, Secrets: []string{"A"}})
	s.flow("acme", keys, "login", api.Attachment{Action: "teller", Version: "1.0.0"})
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			default:
				s.secretsSeen("acme", keys["execute"])
			}
		}
	}()
	for i := range 20 {
		value := fmt.Sprintf("value %d", i)
		s.setSecret("acme", keys["admin"], "A", api.NewSecret{Value: value})
		require.JSONEq(t, `{"A":"`+value+`"}`, s.secretsSeen("acme", keys["execute"]))
	}
	close(stop)
	<-ended
}

// TestNoValueLeavesTheServer sets secrets, uses them, and looks for their values in every answer, in the log, in the audit, in every file and in a backup.
func TestNoValueLeavesTheServer(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	const base = "/v1/tenants/acme"
	values := []string{"first-value-of-the-secret", "second-value-of-the-secret"}
	quiet := `export function execute(input) { return input.secrets.A ? { kind: "continue" } : { kind: "block" }; }`
	s.publishDraft("acme", keys, "quiet", api.Source{Files: map[string]string{"action.ts": quiet}, Triggers: []string{"login.after"}, Secrets: []string{"A"}})
	s.flow("acme", keys, "login", api.Attachment{Action: "quiet", Version: "1.0.0"})
	var texts []string
	call := func(method, path string, body any) {
		key := keys["admin"]
		if strings.HasPrefix(path, "/v1/system") {
			key = operatorKey
		}
		texts = append(texts, string(s.call(key, method, path, body).body))
	}
	for _, value := range values {
		call("PUT", base+"/secrets/A", api.NewSecret{Value: value})
		call("PUT", base+"/secrets/A-B", api.NewSecret{Value: value})
		call("PUT", base+"/secrets/B", map[string]any{"value": value, "hosts": 7})
		call("POST", base+"/flows/login/slots/after/execute", loginCall)
		call("GET", base+"/secrets", nil)
	}
	require.Contains(t, texts[3], `"kind":"continue"`)
	call("DELETE", base+"/secrets/B", nil)
	require.NoError(t, s.recorder.Flush(t.Context()))
	for _, path := range []string{base, base + "/audit/edits", base + "/audit/executions", base + "/actions/quiet/versions/1.0.0?include=bundle", base + "/flows/login", "/metrics", "/v1/system/backup"} {
		call("GET", path, nil)
	}
	texts = append(texts, s.log.String())
	files := 0
	require.NoError(t, filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		texts = append(texts, string(text))
		files++
		return err
	}))
	require.Greater(t, files, 1)
	for _, value := range values {
		for _, text := range texts {
			for _, form := range []string{value, base64.StdEncoding.EncodeToString([]byte(value))[:30]} {
				require.False(t, strings.Contains(text, form), "found %s in %.200q", form, text)
			}
		}
	}
}

// TestSecretsAreListed wants what is known of a secret but its value, and edits that say who did what.
func TestSecretsAreListed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.setSecret("acme", keys["admin"], "B", api.NewSecret{Value: "b", Brokered: true, Hosts: []string{"z.example.com", "*.example.com"}})
	s.setSecret("acme", keys["admin"], "A", api.NewSecret{Value: "a"})
	var list api.List[api.Secret]
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/secrets", nil).into(200, &list)
	require.Len(t, list.Items, 2)
	require.Equal(t, "A", list.Items[0].Name)
	require.WithinDuration(t, time.Now(), list.Items[0].UpdatedAt, time.Minute)
	require.Equal(t, "admin", list.Items[0].UpdatedBy.Name)
	list.Items[1].UpdatedAt, list.Items[1].UpdatedBy = time.Time{}, api.Actor{}
	require.Equal(t, api.Secret{Name: "B", Brokered: true, Hosts: []string{"*.example.com", "z.example.com"}}, list.Items[1])

	s.setSecret("acme", keys["admin"], "B", api.NewSecret{Value: "b"})
	s.call(keys["admin"], "DELETE", "/v1/tenants/acme/secrets/B", nil).into(200, nil)
	var edits api.List[api.Event]
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/audit/edits?limit=4", nil).into(200, &edits)
	var told []string
	for _, e := range edits.Items {
		told = append(told, fmt.Sprint(e.Type, " ", e.Subject, " ", string(e.Before), " ", string(e.After)))
	}
	brokered := `{"brokered":true,"hosts":["*.example.com","z.example.com"]}`
	require.Equal(t, []string{
		`secret.deleted B {"brokered":false} `, `secret.set B ` + brokered + ` {"brokered":false}`, `secret.set A  {"brokered":false}`, `secret.set B  ` + brokered,
	}, told)
}

func TestNoSealKey(t *testing.T) {
	t.Parallel()
	store, err := bolt.Open(t.TempDir(), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	s := newServer(t, func(c *web.Config) { c.Catalog = catalog.New(t.Context(), store, nil, catalog.Options{}) })
	var key api.CreatedKey
	s.call(operatorKey, "POST", "/v1/tenants", `{"id":"acme"}`).into(201, nil)
	s.call(operatorKey, "POST", "/v1/tenants/acme/keys", `{"name":"k","role":"admin"}`).into(201, &key)
	p := s.call(key.Secret, "PUT", "/v1/tenants/acme/secrets/A", `{"value":"v"}`).problem(409, "no_seal_key")
	require.Contains(t, p.Detail, "DURWARD_SEAL_KEY")
	require.Contains(t, p.Detail, "durward keygen seal")
	s.call(key.Secret, "GET", "/v1/tenants/acme/secrets", nil).into(200, nil)
	s.call(key.Secret, "PUT", "/v1/tenants/acme/egress", `{}`).into(200, nil)
	var secret api.RedirectSecret
	s.call(key.Secret, "GET", "/v1/tenants/acme/redirect-secret", nil).into(200, &secret)
	require.Len(t, secret.Secret, 52)
}

func TestEgressPolicy(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	var e api.Egress
	s.call(keys["admin"], "GET", "/v1/tenants/acme/egress", nil).into(200, &e)
	require.Equal(t, api.Egress{Hosts: []string{}, Methods: []string{}, Schemes: []string{}}, e, "every public host, before the first save")
	s.call(keys["admin"], "PUT", "/v1/tenants/acme/egress", `{"revision":0,"hosts":["b.example","*.a.example:8443"],"methods":["POST","GET"],"schemes":["https"]}`).into(200, &e)
	require.Equal(t, 1, e.Revision)
	require.Equal(t, []string{"*.a.example:8443", "b.example"}, e.Hosts)
	require.Equal(t, "admin", e.UpdatedBy.Name)
	s.call(keys["admin"], "PUT", "/v1/tenants/acme/egress", `{"revision":0}`).problem(409, "conflict")
	s.call(keys["admin"], "PUT", "/v1/tenants/acme/egress", `{"revision":1}`).into(200, nil)
	s.call(keys["admin"], "PUT", "/v1/tenants/acme/egress", `{"hosts":["c.example"]}`).into(200, &e)
	require.Equal(t, 3, e.Revision)
	require.Empty(t, e.Schemes, "what is not said is not restricted")
	var edits api.List[api.Event]
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/audit/edits?type=egress.saved", nil).into(200, &edits)
	require.Len(t, edits.Items, 3)
	require.Equal(t, 3, edits.Items[0].Revision)
	require.JSONEq(t, `{"hosts":["c.example"],"methods":null,"schemes":null}`, string(edits.Items[0].After))
}

// limitedSandbox runs nothing, and notes what it is allowed.
type limitedSandbox struct{ cpu atomic.Int64 }

func (l *limitedSandbox) Execute(_ context.Context, _ string, _ *runtime.Program, c vm.Call, _ worker.Host) (vm.Result, error) {
	l.cpu.Store(int64(c.Limits.CPU))
	return vm.Result{Outcome: []byte(`{"kind":"continue"}`)}, nil
}

// TestLimits lowers and raises what executions may have, from the default to the most that the operator allows.
func TestLimits(t *testing.T) {
	t.Parallel()
	sandbox := new(limitedSandbox)
	s := newServer(t, func(c *web.Config) { c.Executor.Engine.Sandbox = sandbox })
	keys := s.tenant("acme")
	s.publishDraft("acme", keys, "busy", api.Source{Files: map[string]string{"action.ts": `export function execute() { for (;;); }`}, Triggers: []string{"login.after"}})
	slots := func(cpu int) map[string]api.Slot {
		return map[string]api.Slot{"after": {Default: []api.Attachment{{Action: "busy", Version: "1.0.0", Limits: api.Limits{CPUMS: cpu}}}}}
	}
	s.call(keys["publisher"], "POST", "/v1/tenants/acme/flows", api.NewFlow{Slug: "login", Kind: "login", Slots: slots(0)}).into(201, nil)
	allowed := func() time.Duration {
		s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/login/slots/after/execute", loginCall).into(200, nil)
		return time.Duration(sandbox.cpu.Load())
	}
	require.Equal(t, 500*time.Millisecond, allowed(), "the default")
	var saved api.SavedRevision
	s.call(keys["publisher"], "PUT", "/v1/tenants/acme/flows/login", api.FlowChange{Base: 1, Slots: slots(600)}).into(200, &saved)
	require.Equal(t, 600, saved.Slots["after"].Default[0].Limits.CPUMS)
	require.Equal(t, 600*time.Millisecond, allowed(), "an attachment may have more than the default, up to the server's maximum")

	s.call(operatorKey, "PUT", "/v1/tenants/acme/limits", `{"cpu_ms":300}`).into(200, nil)
	require.Equal(t, 300*time.Millisecond, allowed(), "the tenant's maximum is lower than what is attached")
	p := s.call(keys["publisher"], "PUT", "/v1/tenants/acme/flows/login", api.FlowChange{Base: 2, Slots: slots(301)}).problem(422, "invalid")
	require.Equal(t, "/slots/after/default/0/limits/cpu_ms", p.Errors[0].Pointer)
	require.Equal(t, "it is 301, and the most that is allowed here is 300", p.Errors[0].Detail)

	p = s.call(operatorKey, "PUT", "/v1/tenants/acme/limits", `{"cpu_ms":2001,"wall_ms":-1,"internal_hosts":["billing.internal"]}`).problem(422, "invalid")
	require.Equal(t, []api.FieldError{
		{Pointer: "/cpu_ms", Detail: "it is 2001, and the most that is allowed here is 2000"}, {Pointer: "/wall_ms", Detail: "it must not be negative"},
		{Pointer: "/internal_hosts/0", Detail: `"billing.internal" is no single target: say host:port, for example billing.internal:8080`},
	}, p.Errors)
}

// TestWarningsOfReach saves a flow whose action needs what the tenant does not have.
func TestWarningsOfReach(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.publishDraft("acme", keys, "needy", api.Source{
		Files: map[string]string{"action.ts": "export function execute() {}"}, Triggers: []string{"login.after"}, Secrets: []string{"B", "A"}, Hosts: []string{"api.example.com", "10.0.0.1:80"},
	})
	var version api.Version
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/actions/needy/versions/1.0.0", nil).into(200, &version)
	require.Equal(t, []string{"10.0.0.1:80", "api.example.com"}, version.Hosts)
	require.Equal(t, &api.Capabilities{
		Hosts: version.Hosts, Secrets: []string{"A", "B"}, Outcomes: []string{"continue"}, APIs: []api.HostAPI{}, DynamicCode: []string{},
	}, version.Capabilities)
	s.setSecret("acme", keys["admin"], "A", api.NewSecret{Value: "a"})
	var flow api.CreatedFlow
	slots := map[string]api.Slot{"after": {Default: []api.Attachment{{Action: "needy", Version: "1.0.0"}}}}
	s.call(keys["publisher"], "POST", "/v1/tenants/acme/flows", api.NewFlow{Slug: "login", Kind: "login", Slots: slots}).into(201, &flow)
	at := "/slots/after/default/0"
	require.Equal(t, []api.Warning{
		{Pointer: at, Detail: "needy 1.0.0 reads secrets that are not set: B"},
		{Pointer: at, Detail: "needy 1.0.0 sends requests to hosts that the tenant's egress policy does not allow: 10.0.0.1:80"},
	}, flow.Warnings)

	s.setSecret("acme", keys["admin"], "B", api.NewSecret{Value: "b"})
	s.call(operatorKey, "PUT", "/v1/tenants/acme/limits", `{"internal_hosts":["10.0.0.1:80"]}`).into(200, nil)
	var saved api.SavedRevision
	s.call(keys["publisher"], "PUT", "/v1/tenants/acme/flows/login", api.FlowChange{Base: 1, Slots: slots}).into(200, &saved)
	require.Empty(t, saved.Warnings)
	s.call(keys["admin"], "PUT", "/v1/tenants/acme/egress", `{"hosts":["*.example.org"]}`).into(200, nil)
	s.call(keys["publisher"], "PUT", "/v1/tenants/acme/flows/login", api.FlowChange{Base: 2, Slots: slots}).into(200, &saved)
	require.Len(t, saved.Warnings, 1)
	require.Contains(t, saved.Warnings[0].Detail, "does not allow: api.example.com")
}
