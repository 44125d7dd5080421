package templates_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/templates"
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

// workshop is what makes programs of templates, checks configs, and runs them: the real things, in worker processes.
type workshop struct {
	pool    *worker.Pool
	schemas catalog.RemoteSchemas
	builder bundler.Remote
}

func newWorkshop(t testing.TB) *workshop {
	t.Helper()
	pool, err := worker.New(worker.Config{Command: []string{os.Args[0], "worker"}})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	run := func(ctx context.Context, tenant, task string, payload []byte) ([]byte, error) {
		return pool.Task(ctx, tenant, task, payload, time.Minute)
	}
	return &workshop{pool: pool, schemas: catalog.RemoteSchemas{Run: run}, builder: bundler.Remote{Run: run}}
}

func (w *workshop) bundle(t testing.TB, template templates.Template) *bundler.Bundle {
	t.Helper()
	bundle, err := w.builder.Build(t.Context(), template.Name, bundler.Source{Files: template.Files, Entry: "action.ts"})
	require.NoError(t, err, template.Name)
	require.Empty(t, bundle.Warnings, template.Name)
	return bundle
}
