package web_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/bundler/npm/npmtest"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/catalog/seal"
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/idempotency"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/store/bolt"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/web"
	"github.com/durward/durward/web/api"
)

// TestMain lets the test binary be its own worker process.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "worker" {
		tasks := map[string]worker.Task{bundler.TaskName: bundler.Task(nil), bundler.TypesTask: bundler.RunTypesTask, catalog.SchemaTask: catalog.RunSchemaTask}
		if err := worker.Serve(worker.FD, tasks); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// mostLimits are the most that an execution of the test's server may have.
var mostLimits = versions.WithDefaults(catalog.Limits{CPUMS: 2000, WallMS: 10_000, MemoryBytes: 128 << 20, Requests: 100})

const operatorKey = "the operator's key of this test"

// server is a whole Durward: a store on disk, worker processes, and the API.
type server struct {
	t        testing.TB
	web      *web.Server
	url      string
	recorder *audit.Recorder
	document *document
	log      *logBuffer
	dir      string // all that it stores
}

// change lets a test alter what a server is made with.
type change func(*web.Config)

func newServer(t testing.TB, changes ...change) *server {
	t.Helper()
	s := newUnserved(t, changes...)
	listening := httptest.NewServer(s.web)
	t.Cleanup(listening.Close)
	s.url = listening.URL
	return s
}

func newUnserved(t testing.TB, changes ...change) *server {
	t.Helper()
	ctx := t.Context()
	dir := t.TempDir()
	store, err := bolt.Open(filepath.Join(dir, "store"), bolt.Options{TenantBytes: 32 << 20})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	pool, err := worker.New(worker.Config{Command: []string{os.Args[0], "worker"}, Spares: 1})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	recorder, err := audit.NewRecorder(filepath.Join(dir, "spool"), store, audit.RecorderOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, recorder.Close(context.WithoutCancel(ctx))) })

	run := func(ctx context.Context, tenant, task string, payload []byte) ([]byte, error) {
		return pool.Task(ctx, tenant, task, payload, 20*time.Second)
	}
	schemas := catalog.RemoteSchemas{Run: run}
	keyring, err := seal.ParseKeys(seal.NewKey())
	require.NoError(t, err)
	packages := versions.NewPackages(npm.New(npm.Options{}), store)
	actions := catalog.New(ctx, store, schemas, catalog.Options{Seal: keyring, MostLimits: mostLimits, Packages: packages, Templates: map[string]catalog.Template{
		"domain-allowlist": {Release: "1.1.0", Draft: catalog.Draft{Files: map[string]string{"action.ts": "export function execute() {}"}, Triggers: []contract.TriggerID{"login.after"}}},
	}})
	settings := versions.NewSettings(ctx, actions, mostLimits)
	broker := host.New(host.Options{DurableCounters: versions.DurableCounters{Store: store}})
	t.Cleanup(broker.Close)
	engine := &runtime.Engine{Sandbox: pool, Broker: broker, Tenants: settings}
	keys, err := store.RunKeys(ctx)
	require.NoError(t, err)
	sealer, err := versions.NewSealer(keys, 0)
	require.NoError(t, err)
	log := new(logBuffer)
	queue := deliveries.New(store, deliveries.Options{Attempts: 2, Backoff: time.Millisecond})
	config := web.Config{
		Catalog:         actions,
		Accounts:        accounts.New(store, actions, accounts.Options{OperatorKeyHash: sha256.Sum256([]byte(operatorKey)), Now: standing()}),
		Flows:           &versions.Flows{Store: store, Schemas: schemas, Tenants: settings},
		Executor:        &versions.Executor{Live: versions.NewLive(ctx, store), Sealer: sealer, Engine: engine, Recorder: recorder, Tenants: actions, Deliveries: queue},
		Recorder:        recorder,
		Deliveries:      queue,
		Answers:         idempotency.New(store, idempotency.Options{}),
		Workers:         pool,
		Backup:          store.Backup,
		OperatorKeyHash: sha256.Sum256([]byte(operatorKey)),
		Templates: []api.TemplateDetail{{
			Template: api.Template{
				Slug: "domain-allowlist", Name: "Domain allow-list", Description: "Lets in users of some domains.", Version: "1.1.0", Category: "access", Icon: "shield", Triggers: []string{"login.after"},
				Releases: []api.Release{{Version: "1.1.0", Changes: "More."}}, Files: map[string]string{"action.ts": "export function execute() {}"},
			},
			Samples: []api.Sample{{Name: "anybody", Trigger: "login.after", Config: json.RawMessage(`{}`), Event: json.RawMessage(`{"user":{"id":"u1","email":"a@example.com"}}`), Outcome: json.RawMessage(`{"kind":"continue"}`)}},
		}},
		Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	config.Publisher = &versions.Publisher{Store: store, Catalog: config.Catalog, Builder: bundler.Remote{Run: run}, Schemas: schemas, Engine: engine}
	config.Publisher.Packages, config.Publisher.PackageDeclarations = packages, bundler.Remote{Run: run}
	for _, c := range changes {
		c(&config)
	}
	s := &server{t: t, recorder: recorder, log: log, dir: dir}
	s.web, err = web.New(config)
	require.NoError(t, err)
	s.document = readDocument(t, s.web)
	config.Executor.Attempted = s.web.Attempted
	running, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() { queue.Run(running, config.Executor) })
	t.Cleanup(func() { stop(); work.Wait() })
	return s
}

// standing is a clock that stands, so that an attempt to sign in comes as soon after the one before on a machine that is full.
func standing() func() time.Time {
	now := time.Now()
	return func() time.Time { return now }
}

// withRegistry has the server get packages from a registry that has one, @acme/typed.
func withRegistry(t testing.TB) change {
	t.Helper()
	registry := npmtest.New(t)
	registry.Add("@acme/typed", "1.0.0", map[string]any{"types": "index.d.ts"}, map[string]string{"index.js": "exports.n = 1;", "index.d.ts": "export declare const n: number;\n"})
	settings, err := npm.ParseSettings("registry="+registry.URL()+"/", os.LookupEnv)
	require.NoError(t, err)
	client := npm.New(npm.Options{Settings: settings, Cache: t.TempDir(), HTTP: registry.Client()})
	return func(config *web.Config) {
		config.Publisher.Packages.(*versions.Packages).Client = client // the catalog has the same ones
	}
}

// logBuffer keeps what a server logs.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// reply is an answer that was checked against the OpenAPI document.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// noRedirects takes a redirect for the answer that it is.
var noRedirects = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// call sends a request with a key and checks the answer against the document. A body is JSON text, or a value to make it of; nil sends none.
func (s *server) call(key, method, path string, body any, headers ...string) *reply {
	s.t.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(b)
	case io.Reader:
		content = b
	default:
		text, err := json.Marshal(b)
		require.NoError(s.t, err)
		content = bytes.NewReader(text)
	}
	q, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, content)
	require.NoError(s.t, err)
	if content != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		q.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			q.Host = headers[i+1]
		}
	}
	answer, err := noRedirects.Do(q)
	require.NoError(s.t, err)
	defer answer.Body.Close()
	text, err := readAnswer(answer)
	require.NoError(s.t, err)
	r := &reply{t: s.t, status: answer.StatusCode, header: answer.Header, body: text}
	s.document.check(s.t, method, path, r)
	return r
}

// readAnswer reads all of an answer, but only what comes at once of one that has no end.
func readAnswer(answer *http.Response) ([]byte, error) {
	if answer.Header.Get("Content-Type") != "text/event-stream" {
		return io.ReadAll(answer.Body)
	}
	b := make([]byte, 64<<10)
	n, err := answer.Body.Read(b)
	return b[:n], err
}

// into requires a status and decodes the answer.
func (r *reply) into(status int, value any) {
	r.t.Helper()
	require.Equal(r.t, status, r.status, string(r.body))
	if value != nil {
		require.NoError(r.t, json.Unmarshal(r.body, value))
	}
}

// problem requires a status and a code and returns the problem.
func (r *reply) problem(status int, code string) api.Problem {
	r.t.Helper()
	var p api.Problem
	r.into(status, &p)
	require.Equal(r.t, code, p.Code, string(r.body))
	require.Equal(r.t, "urn:durward:problem:"+code, p.Type)
	require.Equal(r.t, status, p.Status)
	require.Equal(r.t, api.ProblemType, r.header.Get("Content-Type"))
	require.Equal(r.t, r.header.Get("X-Request-Id"), p.RequestID)
	return p
}

// tenant creates a tenant with a key for each role.
func (s *server) tenant(id string) map[string]string {
	s.t.Helper()
	s.call(operatorKey, "POST", "/v1/tenants", api.NewTenant{ID: id}).into(201, nil)
	keys := map[string]string{"operator": operatorKey}
	for _, role := range catalog.Roles() {
		var key api.CreatedKey
		s.call(operatorKey, "POST", "/v1/tenants/"+id+"/keys", api.NewKey{Name: string(role), Role: string(role)}).into(201, &key)
		keys[string(role)] = key.Secret
	}
	return keys
}

const allowlist = `import type { LoginAfter } from "durward";

export async function execute(input: LoginAfter.Input): Promise<LoginAfter.Outcome> {
  if (!input.user.email.endsWith("@" + input.config.domain)) {
    console.log("refused", input.user.email);
    return { kind: "block", code: "domain_not_allowed", message: "Use your work address.", reason: "outside " + input.config.domain };
  }
  return { kind: "continue", claims: { id_token: { domain: input.config.domain } }, state: { checked: true } };
}
`

const allowlistSchema = `{"type":"object","properties":{"domain":{"type":"string","default":"example.com"}},"additionalProperties":false}`

// allowlistFlow publishes the allow-list and attaches it to the flow login.
func (s *server) allowlistFlow(tenant string, keys map[string]string) {
	s.t.Helper()
	s.publish(tenant, keys, "domain-allowlist", allowlist, json.RawMessage(allowlistSchema))
	s.flow(tenant, keys, "login", api.Attachment{Action: "domain-allowlist", Version: "1.0.0"})
}

// publish creates an action and publishes it as 1.0.0.
func (s *server) publish(tenant string, keys map[string]string, slug, source string, schema json.RawMessage) {
	s.t.Helper()
	base := "/v1/tenants/" + tenant + "/actions"
	s.call(keys["author"], "POST", base, api.NewAction{
		Slug: slug, Source: api.Source{Files: map[string]string{"action.ts": source}, Triggers: []string{"login.after"}, ConfigSchema: schema},
	}).into(201, nil)
	s.call(keys["publisher"], "POST", base+"/"+slug+"/versions", api.Publication{Number: "1.0.0"}).into(201, nil)
}

func (s *server) flow(tenant string, keys map[string]string, slug string, attachments ...api.Attachment) {
	s.t.Helper()
	s.call(keys["publisher"], "POST", "/v1/tenants/"+tenant+"/flows", api.NewFlow{
		Slug: slug, Kind: "login", Slots: map[string]api.Slot{"after": {Default: attachments}},
	}).into(201, nil)
}

const loginCall = `{"user":{"id":"u1","email":"ada@example.com"},"request":{"id":"r1","ip":"192.0.2.1"}}`
