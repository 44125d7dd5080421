package versions_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/versions"
)

// recorder keeps records in memory.
type recorder struct {
	mu      sync.Mutex
	records []*audit.Record
	err     error
}

func (r *recorder) Append(record *audit.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records = append(r.records, record)
	return r.err
}

// server is what a server has for executing, with real workers.
type server struct {
	*versions.Executor
	*versions.Publisher
	flows    *versions.Flows
	recorder *recorder
}

func newServer(t testing.TB, s *store) *server {
	t.Helper()
	p := newPublisher(t, s)
	keys, err := s.RunKeys(t.Context())
	require.NoError(t, err)
	sealer, err := versions.NewSealer(keys, 0)
	require.NoError(t, err)
	r := &recorder{}
	return &server{
		Executor:  &versions.Executor{Live: versions.NewLive(t.Context(), s), Sealer: sealer, Engine: p.Engine, Recorder: r, Tenants: catalog.New(t.Context(), s, schemasHere, catalog.Options{})},
		Publisher: p, flows: &versions.Flows{Store: s, Schemas: schemasHere}, recorder: r,
	}
}

const echo = `export function execute(input) {
  if (input.user.id === "thrower") throw new TypeError("broken inside");
  return { kind: "continue", claims: { id_token: { word: input.config.word, key: input.context.idempotency_key, run: input.context.run.id, revision: input.context.flow.revision } } };
}`

// serve publishes echo and attaches it to the flow "login", saying the word.
func serve(t testing.TB, x *server, s *store, word string) {
	t.Helper()
	newSource(t, s, "acme", "echo", echo, "login.after")
	_, _, err := x.Publish(t.Context(), alice, "acme", "echo", versions.Publication{Number: "1.0.0"})
	require.NoError(t, err)
	newFlow(t, x.flows, "acme", saying(word))
}

func saying(word string) slots {
	return slots{"after": {Default: []versions.Attachment{{Action: "echo", Version: "1.0.0", Config: json.RawMessage(`{"word":"` + word + `"}`)}}}}
}

func request(run, user string) versions.Request {
	body, _ := json.Marshal(map[string]any{"run": run, "user": map[string]string{"id": user, "email": ""}, "request": map[string]string{"id": "req"}})
	return versions.Request{Tenant: "acme", Flow: "login", Slot: "after", Body: body}
}

type claims struct {
	Word, Key, Run string
	Revision       int
}

func execute(t testing.TB, x *server, q versions.Request) (versions.Response, claims) {
	t.Helper()
	response, err := x.Execute(t.Context(), q)
	require.NoError(t, err)
	var c claims
	text, err := json.Marshal(response.Answer.Outcome.Claims.IDToken)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &c))
	return response, c
}

// A run stays on the revision that it started on, after a newer one is saved and after a restart.
func TestARunStaysOnItsRevision(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openStore(t, dir)
	x := newServer(t, s)
	serve(t, x, s, "old")
	first, said := execute(t, x, request("", "u"))
	require.Equal(t, 1, first.Revision)
	require.Equal(t, contract.TriggerID("login.after"), first.Trigger)
	require.Equal(t, "old", said.Word)
	require.Equal(t, 1, said.Revision)

	save(t, x.flows, "acme", 1, saying("new"))
	second, again := execute(t, x, request(first.Run, "u"))
	require.Equal(t, 1, second.Revision)
	require.Equal(t, "old", again.Word)
	require.Equal(t, said.Run, again.Run, "the id of the run stays")
	require.NotEqual(t, said.Key, again.Key, "the key is of the call")
	fresh, said := execute(t, x, request("", "u"))
	require.Equal(t, 2, fresh.Revision)
	require.Equal(t, "new", said.Word)

	require.NoError(t, s.Close())
	s = openStore(t, dir)
	x = newServer(t, s)
	restarted, said := execute(t, x, request(second.Run, "u"))
	require.Equal(t, 1, restarted.Revision)
	require.Equal(t, "old", said.Word)
	require.Equal(t, 1, x.recorder.records[0].Revision)
}

func TestRecords(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	x := newServer(t, s)
	serve(t, x, s, "hello")
	q := request("", "u")
	_, said := execute(t, x, q)
	record := x.recorder.records[0]
	require.Equal(t, record.ID+"/echo", said.Key, "without a key of the caller's it is the call's own")
	require.Equal(t, record.Run, said.Run)
	id, err := uuid.Parse(record.ID)
	require.NoError(t, err)
	require.EqualValues(t, 7, id.Version())
	require.WithinDuration(t, time.Now(), record.Time, time.Minute)
	require.Positive(t, record.DurationUS)
	require.Len(t, record.Actions, 1)
	require.Positive(t, record.Actions[0].DurationUS)
	require.Positive(t, record.Actions[0].AllocatedBytes)
	require.Equal(t, audit.Record{
		ID: record.ID, Time: record.Time, Tenant: "acme", Flow: "login", Slot: "after", Trigger: "login.after", Revision: 1, Run: said.Run, Request: "req", User: "u",
		Outcome: "continue", DurationUS: record.DurationUS,
		Actions: []audit.Executed{{Attachment: "echo", Action: "echo", Version: "1.0.0", Outcome: "continue", DurationUS: record.Actions[0].DurationUS, CPUUS: record.Actions[0].CPUUS, AllocatedBytes: record.Actions[0].AllocatedBytes}},
	}, *record)

	q.IdempotencyKey = "mine"
	_, said = execute(t, x, q)
	require.Equal(t, "mine/echo", said.Key)

	response, err := x.Execute(t.Context(), request("", "thrower"))
	require.NoError(t, err, "what an action does wrong is no error")
	require.Equal(t, contract.Block, response.Answer.Outcome.Kind)
	record = x.recorder.records[2]
	require.Equal(t, "block", record.Outcome)
	require.Equal(t, "action_failed", record.Code)
	require.Equal(t, "echo 1.0.0 failed, and its policy is to block", record.Reason)
	failed := record.Actions[0]
	require.Empty(t, failed.Outcome)
	require.Equal(t, "block", failed.Policy)
	require.Equal(t, "thrown", failed.Failure.Kind)
	require.Contains(t, failed.Failure.Message, "broken inside")
	require.Equal(t, "action.ts", failed.Failure.File)
	require.Equal(t, 2, failed.Failure.Line)

	x.recorder.err = errors.New("disk full")
	_, err = x.Execute(t.Context(), request("", "u"))
	require.ErrorIs(t, err, x.recorder.err, "no answer without a record")
}

// A call that gets no decision is recorded with what ran of it.
func TestRecordOfACallWithoutAnswer(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	x := newServer(t, s)
	serve(t, x, s, "hello")
	x.Executor.Engine = &runtime.Engine{Sandbox: busy{}}
	_, err := x.Execute(t.Context(), request("", "u"))
	require.ErrorIs(t, err, worker.ErrBusy)
	require.Len(t, x.recorder.records, 1)
	require.Equal(t, "none", x.recorder.records[0].Outcome)
	require.Equal(t, worker.ErrBusy.Error(), x.recorder.records[0].Reason)
	require.Empty(t, x.recorder.records[0].Actions)
}

// busy is a sandbox without a free worker.
type busy struct{}

func (busy) Execute(context.Context, string, *runtime.Program, vm.Call, worker.Host) (vm.Result, error) {
	return vm.Result{}, worker.ErrBusy
}

const away = `export function execute(input) {
  return { kind: "redirect", url: "https://terms.example/", token: { claims: { plan: "gold", iss: "me", sub: "root", exp: 9e9 }, expires_in_seconds: input.config.seconds } };
}`

// What a redirect tells its target is signed with the tenant's secret, and the action cannot say who it is from, whom it is about and how long it holds.
func TestRedirectToken(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	x := newServer(t, s)
	newSource(t, s, "acme", "echo", away, "login.after")
	_, _, err := x.Publish(t.Context(), alice, "acme", "echo", versions.Publication{Number: "1.0.0"})
	require.NoError(t, err)
	tenant, err := s.Tenant(t.Context(), "acme")
	require.NoError(t, err)
	newFlow(t, x.flows, "acme", slots{"after": {Default: []versions.Attachment{{Action: "echo", Version: "1.0.0", Config: json.RawMessage(`{"seconds":60}`)}}}})
	response, err := x.Execute(t.Context(), request("", "u"))
	require.NoError(t, err)
	require.Equal(t, contract.Redirect, response.Answer.Outcome.Kind)
	claims := jwt.MapClaims{}
	_, err = jwt.ParseWithClaims(response.RedirectToken, claims, func(*jwt.Token) (any, error) { return []byte(tenant.RedirectSecret), nil }, jwt.WithValidMethods([]string{"HS256"}))
	require.NoError(t, err)
	require.Equal(t, "durward:acme", claims["iss"])
	require.Equal(t, "u", claims["sub"])
	require.Equal(t, "gold", claims["plan"])
	require.Equal(t, x.recorder.records[0].Run, claims["jti"])
	require.InDelta(t, 60, claims["exp"].(float64)-claims["iat"].(float64), 0)
	require.Len(t, tenant.RedirectSecret, 52)
}

func TestCallsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	x := newServer(t, s)
	serve(t, x, s, "hello")
	good, _ := execute(t, x, request("", "u"))
	_, _, _, err := x.flows.Create(t.Context(), alice, "acme", versions.NewFlow{Slug: "partners", Kind: "login"})
	require.NoError(t, err)
	keys, err := s.RunKeys(t.Context())
	require.NoError(t, err)
	sealer, err := versions.NewSealer(keys, 0)
	require.NoError(t, err)
	gone := sealer.Seal(versions.Run{Tenant: "acme", Flow: "login", Revision: 99, Started: time.Now()})
	for name, test := range map[string]struct {
		change func(*versions.Request)
		want   error
	}{
		"an unknown tenant":            {func(q *versions.Request) { q.Tenant = "none" }, catalog.ErrNotFound},
		"an unknown flow":              {func(q *versions.Request) { q.Flow = "none" }, catalog.ErrNotFound},
		"an unknown slot":              {func(q *versions.Request) { q.Slot = "during" }, catalog.ErrNotFound},
		"another kind's slot":          {func(q *versions.Request) { q.Slot = "submitted" }, catalog.ErrNotFound},
		"a slot that looks like a way": {func(q *versions.Request) { q.Slot = "after/../before" }, catalog.ErrNotFound},
		"a run of another flow":        {func(q *versions.Request) { q.Flow, q.Body = "partners", request(good.Run, "u").Body }, versions.ErrInvalidRun},
		"a forged run":                 {func(q *versions.Request) { q.Body = request(good.Run+"AAAA", "u").Body }, versions.ErrInvalidRun},
		"a run of a lost revision":     {func(q *versions.Request) { q.Body = request(gone, "u").Body }, versions.ErrInvalidRun},
	} {
		t.Run(name, func(t *testing.T) {
			q := request("", "u")
			test.change(&q)
			_, err := x.Execute(t.Context(), q)
			require.ErrorIs(t, err, test.want)
		})
	}
	var malformed *contract.MalformedError
	_, err = x.Execute(t.Context(), versions.Request{Tenant: "acme", Flow: "login", Slot: "after", Body: []byte(`{"user":`)})
	require.ErrorAs(t, err, &malformed)
	var fields contract.FieldErrors
	_, err = x.Execute(t.Context(), versions.Request{Tenant: "acme", Flow: "login", Slot: "after", Body: []byte(`{}`)})
	require.ErrorAs(t, err, &fields)
	require.Len(t, x.recorder.records, 1, "what did not run is not recorded")

	x.Executor.Now = func() time.Time { return time.Now().Add(25 * time.Hour) }
	_, err = x.Execute(t.Context(), request(good.Run, "u"))
	require.ErrorIs(t, err, versions.ErrInvalidRun)
	require.ErrorContains(t, err, "expired")
}

func TestAnEmptySlot(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	x := newServer(t, s)
	serve(t, x, s, "hello")
	response, err := x.Execute(t.Context(), versions.Request{Tenant: "acme", Flow: "login", Slot: "before", Body: []byte(`{"state":{"a":1}}`)})
	require.NoError(t, err)
	require.Equal(t, contract.Continue, response.Answer.Outcome.Kind)
	require.Equal(t, `{"a":1}`, string(response.Answer.State))
	require.NotEmpty(t, response.Run)
	require.NotNil(t, x.recorder.records[0].Actions)
}
