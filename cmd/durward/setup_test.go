package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

// tree are the texts of all files below a folder, by path.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(text)
		return err
	}))
	return files
}

func sameTree(t *testing.T, want, have map[string]string) {
	t.Helper()
	require.Equal(t, sortedKeys(want), sortedKeys(have))
	for name := range want {
		require.Equal(t, want[name], have[name], name)
	}
}

func write(t *testing.T, s *shell, name, text string) {
	t.Helper()
	path := filepath.Join(s.dir, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

// replace changes a text in a file, which has it.
func replace(t *testing.T, s *shell, name, old, text string) {
	t.Helper()
	path := filepath.Join(s.dir, filepath.FromSlash(name))
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(before), old)
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(before), old, text, 1)), 0o600))
}

// setUp gives the demo's tenant a second flow, a module, an action that imports it, a secret and an egress policy.
func setUp(t *testing.T, s *shell) {
	t.Helper()
	s.ok("action", "create", "words", "--module")
	write(t, s, "words/index.ts", `export const word = "hello";`)
	s.ok("action", "push", "words", "words")
	s.ok("action", "publish", "words", "1.0.0")
	s.ok("action", "create", "greet", "--name", "Greeting", "--trigger", "login.after")
	write(t, s, "greet/action.ts", "import { word } from \"durward:words\";\nexport function execute() { return { kind: \"continue\", claims: { id_token: { word } } }; }\n")
	s.ok("action", "push", "greet", "greet", "--dependency", "durward:words@^1")
	for _, number := range []string{"1.2.0", "1.10.0", "2.0.0"} {
		s.ok("action", "publish", "greet", number)
	}
	s.ok("flow", "clone", "login", "partners", "--name", "Partners")
	s.ok("flow", "attach", "partners", "after", "greet@1.2.0", "--when", `has(input.user.phone)`)
	s.ok("flow", "attach", "partners", "after", "greet@1.10.0", "--method", "passkey")
	s.ok("egress", "set", "--host", "api.example.com")
}

func TestSetup(t *testing.T) {
	t.Parallel()
	d := startDemo(t, t.TempDir())
	s := d.shell(demoTenant, d.admin)
	setUp(t, s)
	require.Equal(t, "Wrote 3 actions and 2 flows to setup.\n", s.ok("export", "setup"))
	files := tree(t, filepath.Join(s.dir, "setup"))
	require.Contains(t, files, "actions/greet/versions/1.10.0/action.ts")
	require.NotContains(t, files, "actions/greet/versions/2.0.0/action.ts", "no flow pins it")
	require.Contains(t, files, "actions/words/versions/1.0.0/index.ts")
	require.Contains(t, files["egress.json"], "api.example.com")
	require.Contains(t, s.run("export", "setup").err, "is not empty")
	s.ok("export", "setup", "--force")
	sameTree(t, files, tree(t, filepath.Join(s.dir, "setup")))
	require.Equal(t, "Nothing is to be changed.\n", s.ok("plan", "setup"))

	// Another tenant gets the same.
	other := d.shell("second", d.operator)
	other.dir = s.dir
	other.ok("tenant", "create", "second")
	said := other.ok("apply", "setup")
	require.Regexp(t, `(?s)^done      save egress policy\n.*create action words.*publish words@1\.0\.0.*create action greet.*publish greet@1\.2\.0.*publish greet@1\.10\.0.*create flow partners\n`, said)
	require.Equal(t, "Nothing is to be changed.\n", other.ok("plan", "setup"))
	other.ok("export", "again")
	sameTree(t, files, tree(t, filepath.Join(s.dir, "again"))) // the digests of versions included
	require.Equal(t, "0 steps done.\n", other.ok("apply", "setup"))

	// Whoever may only look can plan, but not see the egress policy.
	var key api.CreatedKey
	s.json(&key, "key", "create", "ci", "--role", "viewer")
	viewer := d.shell(demoTenant, key.Secret)
	viewer.dir = s.dir
	require.Equal(t, "Nothing is to be changed.\nnote: the egress policy is neither compared nor saved: that takes a key with the role admin\n", viewer.ok("plan", "setup"))
}

func TestPlanAndApply(t *testing.T) {
	t.Parallel()
	d := startDemo(t, t.TempDir())
	s := d.shell(demoTenant, d.admin)
	setUp(t, s)
	s.ok("export", "setup")
	replace(t, s, "setup/flows/partners.json", `"version": "1.2.0"`, `"version": "2.1.0"`)
	replace(t, s, "setup/flows/login.json", `example.com`, `example.net`)
	write(t, s, "setup/secrets.json", `[{"name": "TOKEN"}]`)
	require.NoError(t, os.CopyFS(filepath.Join(s.dir, "setup/actions/greet/versions/2.1.0"), os.DirFS(filepath.Join(s.dir, "setup/actions/greet/draft"))))
	replace(t, s, "setup/actions/greet/versions/2.1.0/action.ts", `id_token: { word }`, `id_token: { word, more: 1 }`)
	require.Equal(t, `publish greet@2.1.0
save draft of greet
  ~ action.ts
save flow login
  ~ after: domain-allowlist, {"action":"domain-allowlist","config":{"domains":["example.com"],"message":"Please use your work address."},"id":"domain-allowlist","on_failure":"block","version":"1.0.0"} → {"action":"domain-allowlist","config":{"domains":["example.net"],"message":"Please use your work address."},"id":"domain-allowlist","on_failure":"block","version":"1.0.0"}
save flow partners
  ~ after: greet, greet@1.2.0 → greet@2.1.0
note: secret TOKEN is not set: "durward secret set TOKEN" sets it
`, s.ok("plan", "setup"))

	// A step that is refused ends it; what was done stays, and the next apply goes on from there.
	replace(t, s, "setup/flows/partners.json", `has(input.user.phone)`, `has(input.user.fone)`)
	said := s.refused("apply", "setup")
	require.Contains(t, said, "done      publish greet@2.1.0\ndone      save draft of greet\ndone      save flow login\nfailed    save flow partners\n")
	require.Contains(t, said, `there is no member "fone" (is it "phone"?)`)
	replace(t, s, "setup/flows/partners.json", `has(input.user.fone)`, `has(input.user.phone)`)
	require.Equal(t, "done      save flow partners\n1 steps done.\n", s.ok("apply", "setup"))

	// What can never be is found before anything is done.
	replace(t, s, "setup/flows/login.json", `example.net`, `example.org`)
	replace(t, s, "setup/actions/greet/versions/1.2.0/action.ts", `word`, `other`)
	said = s.refused("apply", "setup")
	require.Contains(t, said, "conflict: version 1.2.0 of greet is published with other content (~ action.ts), and versions never change: publish another number\n")
	require.Contains(t, said, "Nothing was changed.")
	require.NotContains(t, s.ok("flow", "show", "login"), "example.org")
	require.Contains(t, s.refused("plan", "setup"), "save flow login")
}

func TestSetupsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := &shell{t: t, dir: t.TempDir(), env: []string{"DURWARD_TENANT=a"}}
	write(t, s, "empty/README.md", "")
	write(t, s, "typo/flows/login.json", `{"kind": "login", "slot": {}}`)
	write(t, s, "nothing/actions/a/versions/1.0.0/README.md", "")
	for dir, want := range map[string]string{
		"none": "none is no folder", "empty": "empty holds no set-up", "typo": `unknown field "slot"`, "nothing": "holds no sources",
	} {
		r := s.run("plan", dir)
		require.NotZero(t, r.code, dir)
		require.Contains(t, r.err, want)
	}
	bad := &setup{flows: map[string]*flowSetup{"../out": {}}}
	require.ErrorContains(t, writeSetup(t.TempDir(), bad), "is no name for a file")
}

func TestSlotChanges(t *testing.T) {
	t.Parallel()
	attached := func(ids ...string) []api.Attachment {
		var list []api.Attachment
		for _, id := range ids {
			list = append(list, api.Attachment{ID: id, Action: id, Version: "1.0.0"})
		}
		return list
	}
	after := func(ids ...string) map[string]api.Slot {
		return map[string]api.Slot{"after": {Default: attached(ids...)}}
	}
	for name, test := range map[string]struct {
		have, want map[string]api.Slot
		changes    []string
	}{
		"the same":        {after("a", "b"), after("a", "b"), nil},
		"one more":        {after("a"), after("b", "a"), []string{"+ after: b@1.0.0"}},
		"one less":        {after("a", "b"), after("b"), []string{"- after: a (a@1.0.0)"}},
		"another order":   {after("a", "b"), after("b", "a"), []string{"~ after: order [a b] → [b a]"}},
		"a list for none": {after("a"), map[string]api.Slot{"after": {Default: attached("a"), Methods: map[string][]api.Attachment{"sms": {}}}}, []string{"+ after/sms: an empty list"}},
		"no list any more": {
			map[string]api.Slot{"after": {Methods: map[string][]api.Attachment{"sms": {}, "totp": attached("a")}}}, nil, []string{"- after/sms: an empty list", "- after/totp: a (a@1.0.0)"},
		},
		"a budget": {after("a"), map[string]api.Slot{"after": {Default: attached("a"), TimeoutMS: 500}}, []string{`~ after: timeout_ms 0 → 500, order "" → ""`}},
		"filled in": {
			map[string]api.Slot{"after": {Default: []api.Attachment{{ID: "a", Action: "a", Version: "1.0.0", OnFailure: "block"}}}},
			map[string]api.Slot{"after": {Default: []api.Attachment{{Action: "a", Version: "1.0.0"}}}}, nil,
		},
	} {
		fill(test.have, test.want)
		require.Equal(t, test.changes, slotChanges(test.have, test.want), name)
	}
}

// TestExportHasNoSecrets looks for what must not be in the files in all of them.
func TestExportHasNoSecrets(t *testing.T) {
	t.Parallel()
	d := startDemo(t, t.TempDir())
	s := d.shell(demoTenant, d.admin)
	cmd := exec.CommandContext(t.Context(), program, "secret", "set", "TOKEN")
	cmd.Env, cmd.Stdin = s.env, strings.NewReader("very-secret-value")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	s.ok("export", "setup")
	files := tree(t, filepath.Join(s.dir, "setup"))
	require.Contains(t, files["secrets.json"], `"name": "TOKEN"`)
	for name, text := range files {
		require.NotContains(t, text, "very-secret-value", name)
		require.NotContains(t, text, "dwk_", name)
	}
}
