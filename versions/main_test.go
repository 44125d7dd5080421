package versions_test

import (
	"context"
	"encoding/json"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/store/bolt"
	"github.com/durward/durward/versions"
)

// TestMain lets the test binary be its own worker process.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "worker" {
		tasks := map[string]worker.Task{
			bundler.TaskName:   bundler.Task(func(*bundler.Bundle) []bundler.Diagnostic { return nil }),
			catalog.SchemaTask: catalog.RunSchemaTask,
		}
		if err := worker.Serve(worker.FD, tasks); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var alice = audit.Actor{Key: "k1", Name: "Alice", Role: "admin"}

var now = time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)

func clock() time.Time { return now }

// schemasHere do their work in this process.
var schemasHere = catalog.RemoteSchemas{Run: func(_ context.Context, _, _ string, payload []byte) ([]byte, error) {
	return catalog.RunSchemaTask(payload)
}}

// store counts the reads.
type store struct {
	*bolt.Store
	Close func() error // once, and not again when the test ends
	reads atomic.Int64
	// afterFlow is called between the read of a flow and its answer.
	afterFlow func()
}

func newStore(t testing.TB) *store {
	t.Helper()
	return openStore(t, t.TempDir())
}

func openStore(t testing.TB, dir string) *store {
	t.Helper()
	s, err := bolt.Open(dir, bolt.Options{})
	require.NoError(t, err)
	wrapped := &store{Store: s, Close: sync.OnceValue(s.Close)}
	t.Cleanup(func() { require.NoError(t, wrapped.Close()) })
	return wrapped
}

func (s *store) Flow(ctx context.Context, tenant catalog.TenantID, slug versions.FlowSlug) (versions.Flow, error) {
	s.reads.Add(1)
	f, err := s.Store.Flow(ctx, tenant, slug)
	if s.afterFlow != nil {
		s.afterFlow()
	}
	return f, err
}

func (s *store) Revision(ctx context.Context, tenant catalog.TenantID, flow versions.FlowSlug, number int) (versions.Revision, error) {
	s.reads.Add(1)
	return s.Store.Revision(ctx, tenant, flow, number)
}

func (s *store) Version(ctx context.Context, tenant catalog.TenantID, action catalog.ActionSlug, number string) (versions.Version, error) {
	s.reads.Add(1)
	return s.Store.Version(ctx, tenant, action, number)
}

// newTenant creates a tenant with the actions "a", "b" and "c" for every trigger, each published as 1.0.0 and 2.0.0; c takes a config.
func newTenant(t testing.TB, s *store, tenant catalog.TenantID) *versions.Flows {
	t.Helper()
	c := catalog.New(t.Context(), s, schemasHere, catalog.Options{Now: clock})
	_, err := c.CreateTenant(t.Context(), alice, tenant, "")
	require.NoError(t, err)
	var triggers []contract.TriggerID
	for _, trigger := range contract.Triggers() {
		triggers = append(triggers, trigger.ID)
	}
	for _, slug := range []catalog.ActionSlug{"a", "b", "c"} {
		_, _, err := c.CreateAction(t.Context(), alice, tenant, catalog.NewAction{Slug: slug, Draft: catalog.Draft{Files: map[string]string{"action.ts": ""}}})
		require.NoError(t, err)
		v := versions.Version{Tenant: tenant, Action: slug, Files: map[string]string{"action.ts": ""}, Triggers: triggers, Bundle: []byte(slug)}
		if slug == "c" {
			v.ConfigSchema = json.RawMessage(`{"type":"object","properties":{"n":{"type":"integer","default":1},"a/b":{"type":"string"}}}`)
		}
		for _, v.Number = range []string{"1.0.0", "2.0.0"} {
			require.NoError(t, s.PutVersion(t.Context(), v))
		}
	}
	return &versions.Flows{Store: s, Schemas: schemasHere, Now: clock}
}

// attach is a list of attachments of version 1.0.0, each with its action's slug as its id.
func attach(actions ...catalog.ActionSlug) []versions.Attachment {
	list := make([]versions.Attachment, len(actions))
	for i, action := range actions {
		list[i] = versions.Attachment{ID: string(action), Action: action, Version: "1.0.0"}
	}
	return list
}

type slots = map[contract.SlotName]versions.Slot

func newFlow(t testing.TB, f *versions.Flows, tenant catalog.TenantID, s slots) versions.Revision {
	t.Helper()
	_, revision, _, err := f.Create(t.Context(), alice, tenant, versions.NewFlow{Slug: "login", Kind: "login", Slots: s})
	require.NoError(t, err)
	return revision
}

func save(t testing.TB, f *versions.Flows, tenant catalog.TenantID, base int, s slots) versions.Revision {
	t.Helper()
	revision, _, err := f.Save(t.Context(), alice, tenant, "login", versions.Change{Base: base, Slots: s})
	require.NoError(t, err)
	return revision
}

// at are the errors of what must be catalog.InvalidErrors.
func at(t testing.TB, err error) []string {
	t.Helper()
	var list catalog.InvalidErrors
	require.ErrorAs(t, err, &list)
	texts := make([]string, len(list))
	for i, one := range list {
		texts[i] = one.Error()
	}
	return texts
}
