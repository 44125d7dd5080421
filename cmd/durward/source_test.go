package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

func TestReadSource(t *testing.T) {
	t.Parallel()
	entry := "main.ts"
	cases := map[string]struct {
		files map[string]string
		paths []string
		want  api.DraftChange
		err   string
	}{
		"a folder with a manifest": {
			files: map[string]string{
				"a/main.ts": "1", "a/lib/x.ts": "2", "a/lib/data.json": "3",
				"a/action.json": `{"entry":"main.ts","triggers":["login.after"],"secrets":["TOKEN"],"schema":"config.json"}`, "a/config.json": "{}",
			},
			paths: []string{"a"},
			want: api.DraftChange{
				Files: map[string]string{"main.ts": "1", "lib/x.ts": "2", "lib/data.json": "3"}, Entry: &entry,
				Triggers: []string{"login.after"}, Secrets: []string{"TOKEN"}, ConfigSchema: []byte("{}"),
			},
		},
		"a folder as editors leave it": {
			files: map[string]string{
				"a/action.ts": "1", "a/durward.d.ts": "x", "a/package.json": "{}", "a/tsconfig.json": "{}", "a/node_modules/x/index.js": "x", "a/.git/x.js": "x",
				"a/.hidden.json": "x", "a/README.md": "x", "a/schema.json": `{"type":"object"}`,
			},
			paths: []string{"a"},
			want:  api.DraftChange{Files: map[string]string{"action.ts": "1"}, ConfigSchema: []byte(`{"type":"object"}`)},
		},
		"a folder in which a demo was started": {
			files: map[string]string{"a/action.ts": "1", "a/durward-data/demo/durward.db": "x", "a/durward-data/demo/demo-keys.json": "{}"},
			paths: []string{"a"},
			want:  api.DraftChange{Files: map[string]string{"action.ts": "1"}},
		},
		"the data of a server":           {files: map[string]string{"a/durward.db": "x", "a/demo-keys.json": "{}"}, paths: []string{"a"}, err: "holds no sources"},
		"a file":                         {files: map[string]string{"a/b/action.ts": "1"}, paths: []string{"a/b/action.ts"}, want: api.DraftChange{Files: map[string]string{"action.ts": "1"}}},
		"files in different folders":     {files: map[string]string{"a/b/x.ts": "1", "a/y.ts": "2"}, paths: []string{"a/b/x.ts", "a/y.ts"}, want: api.DraftChange{Files: map[string]string{"b/x.ts": "1", "y.ts": "2"}}},
		"a folder without sources":       {files: map[string]string{"a/README.md": "1"}, paths: []string{"a"}, err: "holds no sources"},
		"a manifest with a misspelling":  {files: map[string]string{"a/action.ts": "1", "a/action.json": `{"trigger":"login.after"}`}, paths: []string{"a"}, err: `unknown field "trigger"`},
		"a manifest with more behind it": {files: map[string]string{"a/action.ts": "1", "a/action.json": `{} {}`}, paths: []string{"a"}, err: "more after"},
		"a schema that is not there":     {files: map[string]string{"a/action.ts": "1", "a/action.json": `{"schema":"no.json"}`}, paths: []string{"a"}, err: "no.json"},
		"a path that is not there":       {paths: []string{"nothing"}, err: "nothing"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeFiles(t, dir, c.files)
			var paths []string
			for _, p := range c.paths {
				paths = append(paths, filepath.Join(dir, p))
			}
			got, err := readSource(paths)
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

// TestPushNeedsAnEntry refuses the folder above those of actions, before anything is sent.
func TestPushNeedsAnEntry(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"one/action.ts": "1", "two/action.ts": "2", "package/data.json": "{}"})
	url := canned(t, map[string]any{
		"GET /v1/tenants/acme/actions/gate":         api.Action{Slug: "gate"},
		"PATCH /v1/tenants/acme/actions/gate/draft": api.Draft{Revision: 2, Source: api.Source{Triggers: []string{"login.after"}}},
	})
	push := func(args ...string) result {
		return runHere(t, "", append([]string{"action", "push", "gate", "--url", url, "--tenant", "acme"}, args...)...)
	}
	r := push(dir)
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.err, "is no action's folder")
	r = push(filepath.Join(dir, "one"))
	require.Equal(t, exitOK, r.code, r.err)
	require.Equal(t, exitOK, push(dir, "--entry", "one/action.ts").code)
}

// TestWriteSourceStaysInside pulls a draft whose paths lead out of the folder.
func TestWriteSourceStaysInside(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../out.ts", "/out.ts", "a/../../out.ts"} {
		dir := t.TempDir()
		require.Error(t, writeSource(filepath.Join(dir, "in"), api.Draft{Source: api.Source{Files: map[string]string{name: "x"}}}), name)
		require.NoFileExists(t, filepath.Join(dir, "out.ts"))
	}
	dir := t.TempDir()
	inside := filepath.Join(dir, "in")
	require.NoError(t, os.MkdirAll(inside, 0o755))
	require.NoError(t, os.Symlink(dir, filepath.Join(inside, "link")))
	require.Error(t, writeSource(inside, api.Draft{Source: api.Source{Files: map[string]string{"link/out.ts": "x"}}}))
	require.NoFileExists(t, filepath.Join(dir, "out.ts"))
	require.NoError(t, os.Symlink(filepath.Join(dir, "out.ts"), filepath.Join(inside, "action.ts")))
	require.Error(t, writeSource(inside, api.Draft{Source: api.Source{Files: map[string]string{"action.ts": "x"}}}))
	require.NoFileExists(t, filepath.Join(dir, "out.ts"))
}

// TestSourceRoundTrip writes a draft and reads it back.
func TestSourceRoundTrip(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := api.Draft{Source: api.Source{
		Files: map[string]string{"action.ts": "1", "lib/x.ts": "2"}, Triggers: []string{"login.after"}, Secrets: []string{"A"}, ConfigSchema: []byte(`{"type":"object"}`),
	}}
	require.NoError(t, writeSource(dir, d))
	got, err := readSource([]string{dir})
	require.NoError(t, err)
	require.JSONEq(t, string(d.ConfigSchema), string(got.ConfigSchema))
	got.ConfigSchema = nil
	require.Equal(t, api.DraftChange{Files: d.Files, Triggers: d.Triggers, Secrets: d.Secrets}, got)
}
