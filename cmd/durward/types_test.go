package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/npm/npmtest"
	"github.com/durward/durward/bundler/typecheck/typechecktest"
	"github.com/durward/durward/web/api"
)

// TestTypesJob takes types through the real program: to an editor's folder, and to a check at publish by the real compiler in its sandbox.
func TestTypesJob(t *testing.T) {
	t.Parallel()
	tsc := typechecktest.Compiler(t)
	registry := npmtest.New(t)
	registry.Add("greet", "1.0.0", map[string]any{"types": "index.d.ts"}, map[string]string{"index.js": "exports.greet = (name) => name;", "index.d.ts": "export declare function greet(name: string): string;\n"})
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside.ts")
	writeFiles(t, dir, map[string]string{
		"npmrc":      "registry=" + registry.URL() + "/\n",
		"outside.ts": "type OfTheHost = \"a secret\";\n",
		"greet/action.ts": "/// <reference path=\"" + outside + "\" />\nimport type { LoginAfter } from \"durward\";\nimport { greet } from \"greet\";\n\n" +
			"export async function execute(input: LoginAfter.Input): Promise<LoginAfter.Outcome> {\n  greet(input.config.times);\n  const s: OfTheHost = 1;\n  return { kind: \"continue\" };\n}\n",
		"greet/action.json": `{"triggers": ["login.after"], "secrets": ["KEY"], "dependencies": {"greet": "^1"}}`,
		"greet/schema.json": `{"type": "object", "properties": {"times": {"type": "integer", "default": 1}}}`,
	})
	operator := newOperatorKey()
	server := start(t, true, []string{"DURWARD_OPERATOR_KEY=" + operator, "PWD=" + dir}, "serve", "--listen", "127.0.0.1:0", "--sandbox", "best-effort",
		"--data", filepath.Join(dir, "data"), "--npmrc", filepath.Join(dir, "npmrc"), "--tsc", tsc)
	s := &shell{t: t, dir: dir, env: []string{"DURWARD_URL=" + server.await(`msg=ready url=(\S+)`)[1], "DURWARD_TENANT=acme", "DURWARD_KEY=" + operator}}
	s.ok("tenant", "create", "acme")
	s.ok("action", "create", "greet")
	s.ok("action", "push", "greet", "greet")

	require.Contains(t, s.ok("action", "types", "greet", "greet"), "greet@1.0.0")
	text, err := os.ReadFile(filepath.Join(dir, "greet", "durward.d.ts"))
	require.NoError(t, err)
	require.Contains(t, string(text), "times: number;")
	require.Contains(t, string(text), "readonly KEY?: string;")
	require.FileExists(t, filepath.Join(dir, "greet", "tsconfig.json"))
	require.FileExists(t, filepath.Join(dir, "greet", "node_modules/greet/index.d.ts"))
	require.Contains(t, s.ok("action", "push", "greet", "greet"), "action.ts", "and nothing else")

	require.Contains(t, s.ok("action", "publish", "greet", "1.0.0"), "Published")
	require.NotContains(t, s.ok("publishing", "set", "--type-check", "refuse"), "no TypeScript compiler")
	refused := s.refused("action", "publish", "greet", "1.1.0")
	require.Contains(t, refused, "action.ts:6:9: error: Argument of type 'number' is not assignable to parameter of type 'string'. (TS2345)")
	require.Contains(t, refused, "Cannot find name 'OfTheHost'.", "the compiler cannot read what is outside")
	s.ok("publishing", "set", "--type-check", "warn")
	warned := s.run("action", "publish", "greet", "1.1.0")
	require.Equal(t, exitOK, warned.code)
	require.Contains(t, warned.err, "action.ts:6:9: warning: Argument of type 'number'")
	left, err := os.ReadDir(filepath.Join(dir, "data", "checks"))
	require.NoError(t, err)
	require.Empty(t, left)
	require.Equal(t, exitOK, server.end(syscall.SIGTERM))
}

func TestCompilerThatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"script": "#!/usr/bin/env node\n", "text": "hello"})
	require.NoError(t, os.Chmod(filepath.Join(dir, "text"), 0o755))
	for name, want := range map[string]string{"script": "is no program but a script", "text": "exec format error", "none": "none"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := runHere(t, "", "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--sandbox", "best-effort", "--operator-key", newOperatorKey(), "--tsc", filepath.Join(dir, name))
			require.NotEqual(t, exitOK, r.code)
			require.Contains(t, r.err, want)
		})
	}
}

func TestPackageTypesInAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	write := func(files map[string]string) bool {
		wrote, err := writePackageTypes(root, api.PackageTypes{Files: files})
		require.NoError(t, err)
		return wrote
	}
	require.True(t, write(nil))
	require.NoDirExists(t, filepath.Join(dir, "node_modules"))
	require.True(t, write(map[string]string{"node_modules/a/index.d.ts": "1", "node_modules/b/lib/x.d.ts": "2"}))
	require.True(t, write(map[string]string{"node_modules/a/index.d.ts": "3"}))
	require.NoDirExists(t, filepath.Join(dir, "node_modules/b"), "what is no longer there goes")
	text, err := os.ReadFile(filepath.Join(dir, "node_modules/a/index.d.ts"))
	require.NoError(t, err)
	require.Equal(t, "3", string(text))
	require.True(t, write(nil))
	require.NoDirExists(t, filepath.Join(dir, "node_modules"))

	writeFiles(t, dir, map[string]string{"node_modules/a/index.js": "npm's"})
	require.False(t, write(map[string]string{"node_modules/a/index.js": "ours"}), "what npm made stays")
	text, err = os.ReadFile(filepath.Join(dir, "node_modules/a/index.js"))
	require.NoError(t, err)
	require.Equal(t, "npm's", string(text))
	_, err = writePackageTypes(root, api.PackageTypes{Files: map[string]string{}})
	require.NoError(t, err)
}
