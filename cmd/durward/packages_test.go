package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/npm/npmtest"
	"github.com/durward/durward/web/api"
)

// TestPackagesJob takes npm packages through the real program: declared, saved, run, published, attached, executed with no registry left, verified, and upgraded.
func TestPackagesJob(t *testing.T) {
	t.Parallel()
	registry := npmtest.New(t)
	registry.Add("@acme/greet", "1.0.0", map[string]any{"dependencies": map[string]string{"shout": "^2.0.0"}, "main": "./lib"},
		map[string]string{"lib/index.js": `"use strict"; var shout = require("shout"); exports.greet = function (name) { if (name === "no@example.com") { throw new Error("nobody to greet") } return shout("hello " + name) };`})
	registry.Add("shout", "2.1.0", map[string]any{"main": "shout"}, map[string]string{"shout.js": `module.exports = function (text) { return text.toUpperCase() };`, "shout.d.ts": "nothing"})

	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"npmrc": "registry=" + registry.URL() + "/\n//localhost/:_authToken=${DURWARD_TEST_TOKEN}\n",
		"greet/action.ts": "import { greet } from \"@acme/greet\";\n\nexport async function execute(input) {\n" +
			"  return { kind: \"continue\", claims: { id_token: { greeting: greet(input.user.email) } } };\n}\n",
		"greet/action.json":  `{"triggers": ["login.after"]}`,
		"greet/package.json": `{"name": "greet", "private": true, "dependencies": {"@acme/greet": "^1.0.0"}, "devDependencies": {"typescript": "^5"}}`,
	})
	operator := newOperatorKey()
	serve := func() *process {
		return start(t, true, []string{"DURWARD_OPERATOR_KEY=" + operator, "DURWARD_NPMRC=npmrc", "DURWARD_TEST_TOKEN=secret", "PWD=" + dir},
			"serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(dir, "data"), "--npmrc", filepath.Join(dir, "npmrc"))
	}
	server := serve()
	s := &shell{t: t, dir: dir}
	login := func() {
		s.env = []string{"DURWARD_URL=" + server.await(`msg=ready url=(\S+)`)[1], "DURWARD_TENANT=acme", "DURWARD_KEY=" + operator}
	}
	login()
	s.ok("tenant", "create", "acme")
	s.ok("action", "create", "greet")
	require.Contains(t, s.refused("action", "push", "greet", "greet", "--dependency", "nowhere@^1"), "/dependencies/nowhere")
	require.Contains(t, s.ok("action", "push", "greet", "greet"), "dependencies @acme/greet@1.0.0 (and 1 that they need)")
	require.Contains(t, s.ok("action", "run", "greet", "--event", `{"user":{"id":"u1","email":"ada@example.com"}}`), "HELLO ADA@EXAMPLE.COM")
	failed := s.run("action", "run", "greet", "--event", `{"user":{"id":"u1","email":"no@example.com"}}`)
	require.Contains(t, failed.out+failed.err, "npm:@acme/greet@1.0.0/lib/index.js:1:")
	require.Contains(t, failed.out+failed.err, "action.ts:4:")
	s.ok("action", "publish", "greet", "1.0.0")

	asked := len(registry.Asked())
	s.ok("action", "push", "greet", "greet")
	require.Len(t, registry.Asked(), asked, "the same dependencies keep their lock")
	registry.Add("shout", "2.2.0", nil, map[string]string{"index.js": `module.exports = function (text) { return text + "!" };`})
	require.Contains(t, s.ok("action", "show", "greet"), "@acme/greet@1.0.0 (and 1 that they need)")
	require.Equal(t, exitOK, server.end(syscall.SIGTERM)) // what a registry says is believed for a while
	server = serve()
	login()
	s.ok("action", "upgrade", "greet")
	var draft api.CreatedAction
	s.json(&draft, "action", "show", "greet")
	require.Contains(t, string(draft.Draft.Lock), "shout@2.2.0")
	require.Contains(t, s.ok("action", "run", "greet", "--event", `{"user":{"id":"u1","email":"ada@example.com"}}`), "hello ada@example.com!")

	require.Equal(t, exitOK, server.end(syscall.SIGTERM))
	registry.Close()
	server = serve()
	login()
	s.ok("flow", "create", "login")
	s.ok("flow", "attach", "login", "after", "greet@1.0.0")
	require.Contains(t, s.ok("execute", "login", "after", "--event", `{"user":{"id":"u1","email":"ada@example.com"}}`), "HELLO ADA@EXAMPLE.COM")
	require.Contains(t, s.ok("version", "verify", "greet", "1.0.0"), "greet@1.0.0 is what its sources make")
	require.Contains(t, s.refused("action", "upgrade", "greet"), "does not answer as it should")
	require.Contains(t, s.ok("version", "show", "greet", "1.0.0"), "@acme/greet@1.0.0")
	require.Equal(t, exitOK, server.end(syscall.SIGTERM))
}

func TestNpmrcThatIsWrong(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"a variable that is not set": {"registry=https://example.com/\n//example.com/:_authToken=${NO_SUCH_TOKEN}", "line 2: //example.com/:_authToken: the environment has no NO_SUCH_TOKEN"},
		"an address that is none":    {"registry=nowhere", `line 1: registry: "nowhere" is not the address of a registry`},
		"no registry":                {"always-auth=true", "names no registry"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeFiles(t, dir, map[string]string{"npmrc": test.text})
			r := runHere(t, "", "serve", "--data", filepath.Join(dir, "data"), "--listen", "127.0.0.1:0", "--operator-key", newOperatorKey(), "--npmrc", filepath.Join(dir, "npmrc"))
			require.NotEqual(t, exitOK, r.code)
			require.Contains(t, r.err, test.want)
		})
	}
	r := runHere(t, "", "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--operator-key", newOperatorKey(), "--npmrc", filepath.Join(t.TempDir(), "none"))
	require.NotEqual(t, exitOK, r.code)
	require.True(t, strings.Contains(r.err, "none"), r.err)
}

func TestDependencyFlags(t *testing.T) {
	t.Parallel()
	got, err := dependencies([]string{"axios@^1", "@acme/x", "@acme/y@1 || 2", "old@npm:new@^3"})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"axios": "^1", "@acme/x": "*", "@acme/y": "1 || 2", "old": "npm:new@^3"}, got)
	for _, wrong := range [][]string{{""}, {"a@"}, {"a@1", "a@2"}} {
		_, err := dependencies(wrong)
		require.Error(t, err, wrong)
	}
}

// TestDependenciesOfAFolder reads them from action.json, and from package.json where that has none.
func TestDependenciesOfAFolder(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		files map[string]string
		want  map[string]string
	}{
		"neither":                       {map[string]string{}, nil},
		"action.json":                   {map[string]string{"action.json": `{"dependencies":{"a":"1"}}`, "package.json": `{"dependencies":{"b":"2"}}`}, map[string]string{"a": "1"}},
		"action.json that wants none":   {map[string]string{"action.json": `{"dependencies":{}}`, "package.json": `{"dependencies":{"b":"2"}}`}, map[string]string{}},
		"package.json":                  {map[string]string{"action.json": `{}`, "package.json": `{"dependencies":{"b":"2"},"devDependencies":{"c":"3"}}`}, map[string]string{"b": "2"}},
		"package.json that has nothing": {map[string]string{"package.json": `{"name":"x"}`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			test.files["action.ts"] = ""
			writeFiles(t, dir, test.files)
			change, err := readSource([]string{dir})
			require.NoError(t, err)
			require.Equal(t, test.want, change.Dependencies)
		})
	}
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"action.ts": "", "package.json": `{"dependencies":[]}`})
	_, err := readSource([]string{dir})
	require.ErrorContains(t, err, "package.json")
}
