//go:build !race

package matrix_test

import (
	"context"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/bundler/typecheck"
	"github.com/durward/durward/bundler/typecheck/typechecktest"
)

// untyped are the packages of the matrix that have no types; those of @types have to be declared for them.
var untyped = strings.Fields("crypto-js ip jsonwebtoken lodash luxon ms mustache qs semver validator")

// TestTypes gathers the types of each package as the server does, and has the compiler use them.
func TestTypes(t *testing.T) {
	t.Parallel()
	all := findInstalled(t)
	registry := all.serve(t)
	settings, err := npm.ParseSettings("registry="+registry.URL()+"/", os.LookupEnv)
	require.NoError(t, err)
	client := npm.New(npm.Options{Settings: settings, Cache: t.TempDir(), HTTP: registry.Client()})
	remote := bundler.Remote{Run: func(_ context.Context, _, _ string, payload []byte) ([]byte, error) {
		return bundler.RunTypesTask(payload)
	}}
	checker := typechecktest.NewChecker(t)
	declared := dependencies(t)
	var none []string
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		t.Run(name, func(t *testing.T) {
			lock, err := client.Resolve(t.Context(), map[string]string{name: declared[name]})
			require.NoError(t, err)
			packages, err := client.Fetch(t.Context(), lock)
			require.NoError(t, err)
			got, err := remote.Types(t.Context(), "acme", &bundler.Packages{Lock: &bundler.Lock{Lock: *lock}, ByKey: packages}, nil)
			require.NoError(t, err)
			require.True(t, got.Complete)
			require.Len(t, got.Packages, 1)
			if got.Packages[0].Types == npm.TypesNone {
				none = append(none, name)
			}
			source := "import * as all from \"" + name + "\";\nexport const x: typeof all = all;\n"
			found, err := checker.Check(t.Context(), "acme", typecheck.Project{Files: map[string]string{"action.ts": source}, Packages: got})
			require.NoError(t, err)
			require.Empty(t, found)
		})
	}
	require.Equal(t, untyped, none)
}
