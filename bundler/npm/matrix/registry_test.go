//go:build !race

package matrix_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/npm/npmtest"
)

// installed are the packages that npm ci has installed: their folders by name and version.
type installed map[[2]string]string

// findInstalled looks for them. Without them there is no matrix, which in CI is a failure.
func findInstalled(t testing.TB) installed {
	t.Helper()
	if _, err := os.Stat("node_modules"); err != nil {
		message := "the packages are not installed: run npm ci in bundler/npm/matrix"
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	found := installed{}
	require.NoError(t, filepath.WalkDir("node_modules", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		parent := filepath.Dir(path)
		if strings.HasPrefix(filepath.Base(parent), "@") {
			parent = filepath.Dir(parent)
		}
		if filepath.Base(parent) != "node_modules" {
			return nil
		}
		var about struct{ Name, Version string }
		if text, err := os.ReadFile(filepath.Join(path, "package.json")); err == nil {
			require.NoError(t, json.Unmarshal(text, &about))
			found[[2]string{about.Name, about.Version}] = path // the folder of an alias has another name
		}
		return nil
	}))
	return found
}

// serve starts a registry with the packages.
func (all installed) serve(t testing.TB) *npmtest.Registry {
	t.Helper()
	registry := npmtest.New(t)
	for id, folder := range all {
		files := map[string]string{}
		require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "node_modules":
				return fs.SkipDir
			case d.IsDir() || !d.Type().IsRegular():
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			inside, err := filepath.Rel(folder, path)
			files[filepath.ToSlash(inside)] = string(text)
			return err
		}))
		var manifest map[string]any
		require.NoError(t, json.Unmarshal([]byte(files["package.json"]), &manifest), folder)
		registry.Add(id[0], id[1], manifest, files)
	}
	return registry
}
