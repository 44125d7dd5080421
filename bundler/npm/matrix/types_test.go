//go:build !race

package matrix_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
)

// untyped are the packages of the matrix that bring no types; what is of @types has to be declared for them.
var untyped = []string{}

// TestTypes gathers the types of each package as the server does.
func TestTypes(t *testing.T) {
	t.Parallel()
	all := findInstalled(t)
	registry := all.serve(t)
	settings, err := npm.ParseSettings("registry="+registry.URL()+"/", os.LookupEnv)
	require.NoError(t, err)
	client := npm.New(npm.Options{Settings: settings, Cache: t.TempDir(), HTTP: registry.Client()})
	remote := bundler.Remote{Run: func(_ context.Context, _, task string, payload []byte) ([]byte, error) {
		require.Equal(t, bundler.TypesTask, task)
		return bundler.RunTypesTask(payload)
	}}
	declared := dependencies(t)
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		t.Run(name, func(t *testing.T) {
			lock, err := client.Resolve(t.Context(), map[string]string{name: declared[name]}, nil)
			require.NoError(t, err)
			packages, err := client.Fetch(t.Context(), lock, nil)
			require.NoError(t, err)
			got, err := remote.Types(t.Context(), "acme", &bundler.Packages{Lock: lock, ByKey: packages})
			require.NoError(t, err)
			size := 0
			for _, text := range got.Files {
				size += len(text)
			}
			t.Log(name, len(got.Files), size>>10, got.Complete, got.Packages)
			if dir := os.Getenv("TYPES_OUT"); dir != "" {
				for f, text := range got.Files {
					p := filepath.Join(dir, name, f)
					require.NoError(t, os.MkdirAll(filepath.Dir(p), 0o755))
					require.NoError(t, os.WriteFile(p, []byte(text), 0o600))
				}
				require.NoError(t, os.WriteFile(filepath.Join(dir, name, "action.ts"), []byte("import * as all from \""+name+"\";\nexport const x: typeof all = all;\n"), 0o600))
			}
		})
	}
}
