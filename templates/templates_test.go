package templates_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/vm"
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

func newPool(t *testing.T) *worker.Pool {
	t.Helper()
	pool, err := worker.New(worker.Config{Command: []string{os.Args[0], "worker"}})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// Every sample runs through the real bundler and a real worker, with its config checked against the schema.
func TestSamples(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	run := func(ctx context.Context, tenant, task string, payload []byte) ([]byte, error) {
		return pool.Task(ctx, tenant, task, payload, time.Minute)
	}
	engine := &runtime.Engine{Sandbox: pool}
	schemas := catalog.RemoteSchemas{Run: run}
	for _, template := range templates.All() {
		bundle, err := bundler.Remote{Run: run}.Build(t.Context(), "tenant", bundler.Source{Files: template.Files, Entry: "action.ts"})
		require.NoError(t, err, template.Name)
		require.Empty(t, bundle.Warnings, template.Name)
		program := vm.NewProgram(bundle.Script, bundle.SourceMap)
		require.NotEmpty(t, template.Samples, template.Name)
		for _, sample := range template.Samples {
			t.Run(template.Name+"/"+sample.Name, func(t *testing.T) {
				t.Parallel()
				require.Contains(t, template.Triggers, sample.Trigger)
				trigger, ok := contract.Lookup(contract.TriggerID(sample.Trigger))
				require.True(t, ok)
				config, err := schemas.Apply(t.Context(), "tenant", template.ConfigSchema, sample.Config)
				require.NoError(t, err)
				event, err := contract.DecodeCall(sample.Event, trigger)
				require.NoError(t, err)
				var outcome json.RawMessage
				answer, err := engine.Run(t.Context(), &runtime.Call{
					Tenant: "tenant", Trigger: trigger, Event: event, Flow: "flow", Revision: 1, Run: "run",
					Steps: []runtime.Step{{Attachment: "a", Action: template.Name, Version: "1.0.0", Program: program, Config: config, OnFailure: runtime.Block}},
				})
				require.NoError(t, err)
				require.Nil(t, answer.Executions[0].Result.Failure)
				outcome = answer.Executions[0].Result.Outcome
				require.JSONEq(t, string(sample.Outcome), string(outcome))
			})
		}
	}
}

func TestManifests(t *testing.T) {
	t.Parallel()
	for _, template := range templates.All() {
		require.NoError(t, catalog.CheckSlug("", template.Name))
		require.NotEmpty(t, template.Title, template.Name)
		require.NotEmpty(t, template.Purpose, template.Name)
		require.NotEmpty(t, template.Category, template.Name)
		require.NotEmpty(t, template.Icon, template.Name)
		for _, id := range template.Triggers {
			_, ok := contract.Lookup(contract.TriggerID(id))
			require.True(t, ok, "%s: %s", template.Name, id)
		}
		found, ok := templates.Lookup(template.Name)
		require.True(t, ok)
		require.Equal(t, template.Name, found.Name)
	}
	_, ok := templates.Lookup("none")
	require.False(t, ok)
}

func TestConfigsThatAreRefused(t *testing.T) {
	t.Parallel()
	pool := newPool(t)
	schemas := catalog.RemoteSchemas{Run: func(ctx context.Context, tenant, task string, payload []byte) ([]byte, error) {
		return pool.Task(ctx, tenant, task, payload, time.Minute)
	}}
	tests := map[string]struct{ template, config, pointer string }{
		"no domains":              {"domain-allowlist", `{}`, ""},
		"an address for a domain": {"domain-allowlist", `{"domains":["example.com","ada@example.com"]}`, "/domains/1"},
		"an unknown setting":      {"domain-allowlist", `{"domains":["example.com"],"mesage":"x"}`, ""},
		"a reserved claim":        {"decorate-token", `{"claims":[{"name":"sub","value":"root"}]}`, "/claims/0/name"},
		"a path to secrets":       {"decorate-token", `{"claims":[{"name":"x","from":"secrets.KEY"}]}`, "/claims/0/from"},
		"no value":                {"decorate-token", `{"claims":[{"name":"x"}]}`, "/claims/0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			template, _ := templates.Lookup(test.template)
			_, err := schemas.Apply(t.Context(), "tenant", template.ConfigSchema, json.RawMessage(test.config))
			var list catalog.InvalidErrors
			require.True(t, errors.As(err, &list), "%v", err)
			require.Equal(t, test.pointer, list[0].Pointer, "%v", err)
		})
	}
}
