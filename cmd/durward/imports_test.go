package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// anything, in a rule, allows all packages.
const anything = "*"

// mayImport says which packages of this module each of its packages may import. A package that is not here may import none, and a rule for a/* is one for all below a.
var mayImport = map[string][]string{
	"bundler":             {"bundler/npm", "bundler/node", "bundler/capability"},
	"bundler/capability":  {},
	"bundler/npm":         {"progress"},
	"bundler/npm/*":       {},
	"bundler/node":        {},
	"bundler/types":       {"catalog/contract"},
	"bundler/typecheck":   {"bundler", "bundler/npm", "bundler/types"},
	"bundler/typecheck/*": {"bundler/typecheck"},
	"catalog":             {"netaddr", "catalog/audit", "catalog/contract", "catalog/seal", "progress"},
	"catalog/seal":        {},
	"catalog/audit":       {"catalog/histogram"},
	"catalog/histogram":   {},
	"catalog/contract":    {},
	"accounts":            {"accounts/password", "catalog", "catalog/audit"},
	"accounts/password":   {},
	"accounts/sso":        {"accounts", "catalog"},
	"accounts/sso/*":      {},
	"idempotency":         {"catalog"},
	"deliveries":          {"catalog", "catalog/audit", "catalog/contract", "idempotency"},
	"templates":           {},
	"netaddr":             {},
	"progress":            {},
	"runtime/vm":          {"netaddr", "runtime/vm/late", "runtime/vm/nodecrypto", "runtime/vm/subtle", "runtime/vm/syntax"},
	"runtime/vm/*":        {},
	"runtime/vm/late":     {"runtime/vm/syntax"},
	"runtime/vm/subtle":   {},
	"runtime/worker":      {"runtime/vm"},
	"runtime/worker/*":    {"runtime/worker"},
	"runtime/host":        {"runtime/host/window", "runtime/vm"},
	"runtime/host/window": {},
	"runtime/condition":   {"catalog/contract"},
	"runtime":             {"catalog/contract", "runtime/condition", "runtime/host", "runtime/vm", "runtime/worker"},
	"versions/rollout":    {"catalog", "catalog/histogram"},
	"versions":            {"versions/rollout", "catalog", "catalog/audit", "catalog/contract", "deliveries", "runtime", "runtime/condition", "runtime/host", "runtime/vm", "bundler", "bundler/npm", "bundler/typecheck", "bundler/types", "progress", "bundler/capability"},
	"store/*":             {"accounts", "catalog", "catalog/audit", "catalog/contract", "deliveries", "idempotency", "runtime/host/window", "versions", "versions/rollout", "bundler/capability"},
	"web/api":             {},
	"web/client":          {"web/api"},
	"web/ui":              {},
	"web/ui/document":     {"web"},
	"web": {
		"accounts", "accounts/password", "accounts/sso", "versions", "versions/rollout", "catalog", "catalog/audit", "catalog/contract", "catalog/seal", "bundler", "bundler/npm", "bundler/typecheck", "bundler/types", "deliveries", "idempotency", "progress", "runtime", "runtime/host", "runtime/vm", "runtime/worker", "templates", "web/api", "bundler/capability",
	},
	"cmd/*":         {anything},
	"bench":         {anything},
	"bench/hostile": {"web/api", "web/client"},
}

// TestImports holds the directions in which packages depend on each other. It reads the files itself: a test that asks the go command passes from the cache after a file has changed.
func TestImports(t *testing.T) {
	t.Parallel()
	module := os.DirFS("../..")
	found := map[string]bool{}
	err := fs.WalkDir(module, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || entry.Name() == "node_modules"):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		from := path.Dir(name)
		found[from] = true
		allowed, known := rule(from)
		require.True(t, known, "there is no rule for package %s: decide what it may import, and add it here", from)
		for _, to := range ownImports(t, module, name) {
			require.True(t, slices.Contains(allowed, to) || slices.Contains(allowed, anything), "%s imports %s, and may import only %v", name, to, allowed)
		}
		return nil
	})
	require.NoError(t, err)
	require.True(t, found["cmd/durward"] && found["runtime/worker"], "the files were found")
}

func rule(pkg string) (allowed []string, known bool) {
	if allowed, known = mayImport[pkg]; known {
		return allowed, true
	}
	allowed, known = mayImport[path.Dir(pkg)+"/*"]
	return allowed, known
}

// ownImports are the packages of this module that a file imports, without the module's path.
func ownImports(t *testing.T, module fs.FS, name string) []string {
	t.Helper()
	text, err := fs.ReadFile(module, name)
	require.NoError(t, err)
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
	require.NoError(t, err)
	var own []string
	for _, spec := range file.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		if rest, ok := strings.CutPrefix(target, "github.com/durward/durward/"); ok {
			own = append(own, rest)
		}
	}
	return own
}
