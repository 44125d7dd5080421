package catalog_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/store/bolt"
)

// TestMain lets the test binary be its own worker process.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "worker" {
		if err := worker.Serve(worker.FD, map[string]worker.Task{catalog.SchemaTask: catalog.RunSchemaTask}); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// workers are schemas in real worker processes.
func workers(t testing.TB, limit time.Duration) catalog.RemoteSchemas {
	t.Helper()
	pool, err := worker.New(worker.Config{Command: []string{os.Args[0], "worker"}, Spares: 1, PerTenant: 1})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return catalog.RemoteSchemas{Run: func(ctx context.Context, tenant, task string, payload []byte) ([]byte, error) {
		return pool.Task(ctx, tenant, task, payload, limit)
	}}
}

// here are schemas that do their work in this process.
var here = catalog.RemoteSchemas{Run: func(_ context.Context, _, _ string, payload []byte) ([]byte, error) {
	return catalog.RunSchemaTask(payload)
}}

func newStore(t testing.TB) *bolt.Store {
	t.Helper()
	store, err := bolt.Open(t.TempDir(), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

var alice = audit.Actor{Key: "k1", Name: "Alice", Role: "admin"}

// newCatalog is a catalog with the tenant acme.
func newCatalog(t testing.TB, store catalog.Store) *catalog.Catalog {
	t.Helper()
	c := catalog.New(t.Context(), store, here, catalog.Options{})
	_, err := c.CreateTenant(t.Context(), alice, "acme", "")
	require.NoError(t, err)
	return c
}

// at are the pointers of an error that must be catalog.InvalidErrors.
func at(t testing.TB, err error) []string {
	t.Helper()
	var list catalog.InvalidErrors
	require.ErrorAs(t, err, &list)
	require.NotEmpty(t, list)
	pointers := make([]string, len(list))
	for i, one := range list {
		require.NotEmpty(t, one.Detail)
		pointers[i] = one.Pointer
	}
	return pointers
}
