package versions_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/versions"
)

// builder returns the same bundle for all sources.
type builder bundler.Bundle

func (b builder) Build(context.Context, string, bundler.Source) (*bundler.Bundle, error) {
	bundle := bundler.Bundle(b)
	return &bundle, nil
}

var aBundle = builder{Script: []byte("script"), SourceMap: []byte("map"), Bundler: "esbuild 1"}

// drafts is a catalog with one draft.
type drafts struct{ draft catalog.Draft }

func (d drafts) Action(context.Context, catalog.TenantID, catalog.ActionSlug) (catalog.Action, error) {
	return catalog.Action{}, nil
}

func (d drafts) Draft(context.Context, catalog.TenantID, catalog.ActionSlug) (catalog.Draft, error) {
	return d.draft, nil
}

func (d drafts) Publishing(context.Context, catalog.TenantID) (catalog.Publishing, error) {
	return catalog.Publishing{TypeCheck: catalog.TypeCheckOff}, nil
}

func aDraft() catalog.Draft {
	return catalog.Draft{
		Files: map[string]string{"action.ts": "source", "lib/b.ts": "more"}, Entry: "action.ts", Triggers: []contract.TriggerID{"login.after", "login.before"},
		ConfigSchema: json.RawMessage(`{"type":"object"}`), Secrets: []string{"A", "B"},
	}
}

func publish(t testing.TB, s *store, tenant catalog.TenantID, slug catalog.ActionSlug, d catalog.Draft, b builder, number string) (versions.Version, error) {
	t.Helper()
	p := &versions.Publisher{Store: s, Catalog: drafts{d}, Builder: b, Schemas: schemasHere, Now: clock}
	v, _, err := p.Publish(t.Context(), alice, tenant, slug, versions.Publication{Number: number, Message: "first"})
	return v, err
}

func TestPublish(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	newTenant(t, s, "acme")
	v, err := publish(t, s, "acme", "a", aDraft(), aBundle, "3.0.0")
	require.NoError(t, err)
	stored, err := s.Version(t.Context(), "acme", "a", "3.0.0")
	require.NoError(t, err)
	require.Equal(t, v, stored)
	require.Regexp(t, "^[0-9a-f]{64}$", v.Digest)
	action, err := s.Action(t.Context(), "acme", "a")
	require.NoError(t, err)
	require.Equal(t, "3.0.0", action.Latest)

	again, err := publish(t, s, "acme", "a", aDraft(), aBundle, "3.0.0")
	require.NoError(t, err, "the same again is no conflict")
	require.Equal(t, v, again)
	events, _, err := s.Events(t.Context(), "acme", audit.Filter{Type: audit.ActionPublished})
	require.NoError(t, err)
	require.Len(t, events, 1)
	require.Equal(t, "3.0.0", events[0].Version)
	require.Contains(t, string(events[0].After), v.Digest)

	changed := aDraft()
	changed.Files["action.ts"] = "other"
	_, err = publish(t, s, "acme", "a", changed, aBundle, "3.0.0")
	require.ErrorIs(t, err, catalog.ErrExists)
	require.ErrorContains(t, err, "versions never change")
	stored, err = s.Version(t.Context(), "acme", "a", "3.0.0")
	require.NoError(t, err)
	require.Equal(t, v, stored)
}

func TestPublishRace(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	newTenant(t, s, "acme")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := publish(t, s, "acme", "a", aDraft(), aBundle, "3.0.0"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	events, _, err := s.Events(t.Context(), "acme", audit.Filter{Type: audit.ActionPublished})
	require.NoError(t, err)
	require.Len(t, events, 1)
}

// The digest is over each part of a version, and over where one ends and the next begins.
func TestDigest(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	newTenant(t, s, "acme")
	newTenant(t, s, "other")
	first, err := publish(t, s, "acme", "a", aDraft(), aBundle, "3.0.0")
	require.NoError(t, err)
	spaced := aDraft()
	spaced.ConfigSchema = json.RawMessage("{\n  \"type\": \"object\"\n}")
	same, err := publish(t, s, "other", "a", spaced, aBundle, "3.0.0")
	require.NoError(t, err)
	require.Equal(t, first.Digest, same.Digest, "the tenant is no part of it, nor is white space in the schema")

	seen := map[string]string{first.Digest: "the first"}
	differs := func(name string, slug catalog.ActionSlug, number string, draft func(*catalog.Draft), bundle func(*builder)) {
		tenant := catalog.TenantID("t" + strings.ReplaceAll(name, " ", "-"))
		newTenant(t, s, tenant)
		d, b := aDraft(), aBundle
		if draft != nil {
			draft(&d)
		}
		if bundle != nil {
			bundle(&b)
		}
		v, err := publish(t, s, tenant, slug, d, b, number)
		require.NoError(t, err, name)
		require.NotContains(t, seen, v.Digest, "%s is as %s", name, seen[v.Digest])
		seen[v.Digest] = name
	}
	files := func(change func(map[string]string)) func(*catalog.Draft) {
		return func(d *catalog.Draft) { d.Files = maps.Clone(d.Files); change(d.Files) }
	}
	differs("action", "b", "3.0.0", nil, nil)
	differs("number", "a", "3.0.1", nil, nil)
	differs("text", "a", "3.0.0", files(func(f map[string]string) { f["lib/b.ts"] = "moree" }), nil)
	differs("path", "a", "3.0.0", files(func(f map[string]string) { f["lib/c.ts"] = f["lib/b.ts"]; delete(f, "lib/b.ts") }), nil)
	differs("one file less", "a", "3.0.0", files(func(f map[string]string) { delete(f, "lib/b.ts") }), nil)
	differs("text across files", "a", "3.0.0", files(func(f map[string]string) { f["action.ts"], f["lib/b.ts"] = "sourcem", "ore" }), nil)
	differs("entry", "a", "3.0.0", func(d *catalog.Draft) { d.Entry = "lib/b.ts" }, nil)
	differs("triggers", "a", "3.0.0", func(d *catalog.Draft) { d.Triggers = d.Triggers[:1] }, nil)
	differs("schema", "a", "3.0.0", func(d *catalog.Draft) { d.ConfigSchema = json.RawMessage(`{"type":"object","title":""}`) }, nil)
	differs("no schema", "a", "3.0.0", func(d *catalog.Draft) { d.ConfigSchema = nil }, nil)
	differs("secrets", "a", "3.0.0", func(d *catalog.Draft) { d.Secrets = []string{"AB"} }, nil)
	differs("no secrets", "a", "3.0.0", func(d *catalog.Draft) { d.Secrets = nil }, nil)
	differs("script", "a", "3.0.0", nil, func(b *builder) { b.Script = []byte("script2") })
	differs("script and map", "a", "3.0.0", nil, func(b *builder) { b.Script, b.SourceMap = []byte("scriptm"), []byte("ap") })
	differs("map", "a", "3.0.0", nil, func(b *builder) { b.SourceMap = nil })
	differs("bundler", "a", "3.0.0", nil, func(b *builder) { b.Bundler = "esbuild 2" })
}

func TestPublicationsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	newTenant(t, s, "acme")
	for _, number := range []string{"", "1", "1.0", "v1.0.0", "1.0.0 ", "01.0.0", "1.0.0-", "latest", "1.0.0-" + strings.Repeat("a", 64)} {
		_, err := publish(t, s, "acme", "a", aDraft(), aBundle, number)
		require.True(t, strings.HasPrefix(at(t, err)[0], "/number: "), number)
	}
	for name, test := range map[string]struct {
		change func(*catalog.Draft)
		want   string
	}{
		"no trigger":  {func(d *catalog.Draft) { d.Triggers = nil }, "the draft names no trigger"},
		"no files":    {func(d *catalog.Draft) { d.Files = nil }, "/files: the draft has no files"},
		"which entry": {func(d *catalog.Draft) { d.Entry, d.Files = "", map[string]string{"a.ts": "", "b.ts": ""} }, "/entry: which of the files"},
	} {
		d := aDraft()
		test.change(&d)
		_, err := publish(t, s, "acme", "a", d, aBundle, "3.0.0")
		require.True(t, strings.HasPrefix(at(t, err)[0], test.want), name)
	}
	_, err := s.Version(t.Context(), "acme", "a", "3.0.0")
	require.ErrorIs(t, err, catalog.ErrNotFound)
}

// newPublisher publishes and tries with real workers.
func newPublisher(t testing.TB, s *store) *versions.Publisher {
	t.Helper()
	pool, err := worker.New(worker.Config{Command: []string{os.Args[0], "worker"}, Spares: 1, PerTenant: 1})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	run := func(ctx context.Context, tenant, task string, payload []byte) ([]byte, error) {
		return pool.Task(ctx, tenant, task, payload, time.Minute)
	}
	schemas := catalog.RemoteSchemas{Run: run}
	return &versions.Publisher{
		Store: s, Catalog: catalog.New(t.Context(), s, schemas, catalog.Options{}), Builder: bundler.Remote{Run: run}, Schemas: schemas, Engine: &runtime.Engine{Sandbox: pool},
	}
}

// newSource makes a tenant's action with a draft of one file.
func newSource(t testing.TB, s *store, tenant catalog.TenantID, slug catalog.ActionSlug, text string, triggers ...contract.TriggerID) {
	t.Helper()
	c := catalog.New(t.Context(), s, schemasHere, catalog.Options{})
	_, err := c.CreateTenant(t.Context(), alice, tenant, "")
	if !errors.Is(err, catalog.ErrExists) {
		require.NoError(t, err)
	}
	_, _, err = c.CreateAction(t.Context(), alice, tenant, catalog.NewAction{Slug: slug, Draft: catalog.Draft{
		Files: map[string]string{"action.ts": text}, Triggers: triggers, ConfigSchema: json.RawMessage(`{"type":"object","properties":{"word":{"type":"string","default":"hello"}}}`),
	}})
	require.NoError(t, err)
}

func TestBrokenSourcesAreNotPublished(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	newSource(t, s, "acme", "broken", "export function execute( {\n", "login.after")
	_, _, err := newPublisher(t, s).Publish(t.Context(), alice, "acme", "broken", versions.Publication{Number: "1.0.0"})
	broken, ok := errors.AsType[*bundler.BuildError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, "action.ts", broken.Diagnostics[0].File)
	_, err = s.Version(t.Context(), "acme", "broken", "1.0.0")
	require.ErrorIs(t, err, catalog.ErrNotFound)
}

// TestTriesDoNotTouchWhatVersionsKeep runs a draft that counts and remembers, and then what was published of it.
func TestTriesDoNotTouchWhatVersionsKeep(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	newSource(t, s, "acme", "limit", `export async function execute() {
  const { count } = await durward.counter.hit("k", { window_seconds: 3600 });
  const remembered = await durward.cache.get("k");
  await durward.cache.set("k", count, { ttl_seconds: 3600 });
  return { kind: "continue", state: { count, remembered: remembered ?? 0 } };
}`, "login.after")
	p := newPublisher(t, s)
	p.Engine.Broker = host.New(host.Options{})
	t.Cleanup(p.Engine.Broker.Close)
	try := func() string {
		result, err := p.Try(t.Context(), "acme", "limit", versions.Trial{Event: json.RawMessage(`{"user":{"id":"u","email":""}}`)})
		require.NoError(t, err)
		return string(result.State)
	}
	require.JSONEq(t, `{"count":1,"remembered":0}`, try())
	require.JSONEq(t, `{"count":2,"remembered":1}`, try(), "drafts have their own")

	v, _, err := p.Publish(t.Context(), alice, "acme", "limit", versions.Publication{Number: "1.0.0"})
	require.NoError(t, err)
	trigger, _ := contract.Lookup("login.after")
	answer, err := p.Engine.Run(t.Context(), &runtime.Call{
		Tenant: "acme", Trigger: trigger, Steps: []runtime.Step{{Action: "limit", Version: v.Number, Program: vm.NewProgram(v.Bundle, v.SourceMap)}},
	})
	require.NoError(t, err)
	require.JSONEq(t, `{"count":1,"remembered":0}`, string(answer.State))
	require.JSONEq(t, `{"count":3,"remembered":2}`, try())
}

func TestTry(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	newSource(t, s, "acme", "echo", `export function execute(input) {
  console.log("seen");
  if (input.config.word === "throw") throw new Error("no");
  return { kind: "continue", state: { word: input.config.word, key: input.context.idempotency_key, version: input.context.action.version, request: input.request } };
}`, "login.after")
	p := newPublisher(t, s)
	event := json.RawMessage(`{"user":{"id":"u","email":""},"state":{"old":1}}`)
	result, err := p.Try(t.Context(), "acme", "echo", versions.Trial{Event: event})
	require.NoError(t, err)
	require.Nil(t, result.Execution.Result.Failure)
	var state struct {
		Word, Key, Version string
		Request            map[string]any
		Old                int
	}
	require.NoError(t, json.Unmarshal(result.State, &state))
	require.NotEmpty(t, state.Key, "the contract promises one")
	require.Equal(t, "hello", state.Word)
	require.Equal(t, "0.0.0-draft", state.Version)
	require.Equal(t, 1, state.Old)
	require.NotNil(t, state.Request)
	require.Equal(t, "seen", result.Execution.Result.Logs[0].Message)

	result, err = p.Try(t.Context(), "acme", "echo", versions.Trial{Event: event, Config: json.RawMessage(`{"word":"throw"}`)})
	require.NoError(t, err)
	require.Equal(t, vm.FailThrown, result.Execution.Result.Failure.Kind)
	require.Equal(t, 3, result.Execution.Result.Failure.Stack[0].Line)
	require.Equal(t, contract.Block, result.Outcome.Kind)

	for name, test := range map[string]struct {
		trial versions.Trial
		want  string
	}{
		"a wrong event":      {versions.Trial{Event: json.RawMessage(`{"user":{"id":1,"email":""}}`)}, "/event/user/id: "},
		"no event":           {versions.Trial{}, "/event/user: it is missing"},
		"a wrong config":     {versions.Trial{Event: event, Config: json.RawMessage(`{"word":1}`)}, "/config/word: "},
		"an unknown trigger": {versions.Trial{Event: event, Trigger: "x"}, "/trigger: "},
	} {
		_, err := p.Try(t.Context(), "acme", "echo", test.trial)
		require.True(t, strings.HasPrefix(at(t, err)[0], test.want), "%s: %v", name, err)
	}
	_, err = p.Try(t.Context(), "acme", "echo", versions.Trial{Event: json.RawMessage(`{`)})
	var malformed *contract.MalformedError
	require.ErrorAs(t, err, &malformed)
	_, err = p.Try(t.Context(), "acme", "none", versions.Trial{})
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = s.Version(t.Context(), "acme", "echo", "0.0.0-draft")
	require.ErrorIs(t, err, catalog.ErrNotFound)
}
