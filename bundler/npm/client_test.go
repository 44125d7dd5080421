package npm_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/bundler/npm/npmtest"
	"github.com/durward/durward/progress"
)

// client returns a client of a registry, with its cache.
func client(t *testing.T, r *npmtest.Registry, settings string) (*npm.Client, string) {
	t.Helper()
	s, err := npm.ParseSettings("registry="+r.URL()+"\n"+settings, environment)
	require.NoError(t, err)
	dir := t.TempDir()
	return npm.New(npm.Options{Settings: s, Cache: dir, HTTP: r.Client()}), dir
}

func needs(list ...string) map[string]any {
	all := map[string]string{}
	for i := 0; i < len(list); i += 2 {
		all[list[i]] = list[i+1]
	}
	return map[string]any{"dependencies": all}
}

func script(text string) map[string]string { return map[string]string{"index.js": text} }

// install resolves and fetches.
func install(c *npm.Client, declared map[string]string) (*npm.Lock, map[string]*npm.Package, error) {
	lock, err := c.Resolve(context.Background(), declared)
	if err != nil {
		return nil, nil, err
	}
	packages, err := c.Fetch(context.Background(), lock)
	return lock, packages, err
}

// TestProgress follows an installation of two packages, of which one is large, and then one that finds one of them in the cache.
func TestProgress(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	noise := make([]byte, 600<<10)
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise)
	r.Add("large", "1.0.0", nil, script("// "+hex.EncodeToString(noise)))
	r.Add("small", "1.0.0", needs("large", "^1"), script(""))
	c, dir := client(t, r, "")
	var mu sync.Mutex
	var steps []progress.Step
	ctx := progress.Watch(t.Context(), func(s progress.Step) {
		mu.Lock()
		defer mu.Unlock()
		steps = append(steps, s)
	})
	lock, err := c.Resolve(ctx, map[string]string{"small": "*"})
	require.NoError(t, err)
	require.Equal(t, []progress.Step{{Stage: progress.Resolve, Package: "small", Done: 1}, {Stage: progress.Resolve, Package: "large", Done: 2}}, steps)

	steps = nil
	_, err = c.Fetch(ctx, lock)
	require.NoError(t, err)
	most := map[progress.Stage]progress.Step{} // two packages at a time tell in any order
	between := false
	for _, s := range steps {
		require.Equal(t, 2, s.Total)
		between = between || s.Bytes > 256<<10 && s.Package == "large@1.0.0" && s.Done < 2
		m := most[s.Stage]
		most[s.Stage] = progress.Step{Done: max(m.Done, s.Done), Bytes: max(m.Bytes, s.Bytes)}
	}
	require.True(t, between, "a large archive tells of itself while it comes: %v", steps)
	require.Equal(t, progress.Step{Done: 2, Bytes: int64(c.Stats().Bytes)}, most[progress.Download])
	require.Equal(t, 2, most[progress.Unpack].Done)

	steps = nil
	_, err = c.Fetch(ctx, lock)
	require.NoError(t, err)
	require.Empty(t, steps, "they are in memory")
	_, err = npm.New(npm.Options{Cache: dir}).Fetch(ctx, lock)
	require.NoError(t, err)
	require.Len(t, steps, 2)
	require.Equal(t, progress.Unpack, steps[0].Stage)
}

func TestInstall(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	r.Add("a", "1.0.0", nil, script("old"))
	r.Add("a", "1.2.0", map[string]any{
		"dependencies": map[string]string{"@x/b": "^2.0.0"}, "optionalDependencies": map[string]string{"none": "*"}, "peerDependencies": map[string]string{"c": "*", "d": "*"},
		"peerDependenciesMeta": map[string]any{"d": map[string]any{"optional": true}},
	}, map[string]string{"index.js": "new", "README.md": "left out", "index.d.ts": "kept"})
	r.Add("a", "2.0.0", nil, script("newest"))
	r.Add("@x/b", "2.0.1", map[string]any{"dependencies": []string{}}, script("b"))
	r.Add("c", "1.0.0", nil, script("c"))
	c, _ := client(t, r, "")
	lock, packages, err := install(c, map[string]string{"a": "^1.0.0", "c": "*"})
	require.NoError(t, err)
	require.Equal(t, []string{"@x/b@2.0.1", "a@1.2.0", "c@1.0.0"}, lock.Keys())
	require.Equal(t, map[string]string{"a": "a@1.2.0", "c": "c@1.0.0"}, lock.Root)
	require.Equal(t, map[string]string{"@x/b": "@x/b@2.0.1", "c": "c@1.0.0"}, lock.Packages["a@1.2.0"].Dependencies)
	require.Equal(t, "new", string(packages["a@1.2.0"].Files["index.js"]))
	require.Contains(t, packages["a@1.2.0"].Files, "index.d.ts")
	require.NotContains(t, packages["a@1.2.0"].Files, "README.md")
	require.Equal(t, npm.Stats{Downloads: 3, Bytes: c.Stats().Bytes}, c.Stats())

	again, err := c.Resolve(t.Context(), map[string]string{"c": "*", "a": "^1.0.0"})
	require.NoError(t, err)
	require.Equal(t, string(lock.Encode()), string(again.Encode()))
}

func TestAliases(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	r.Add("a", "1.0.0", nil, script("one"))
	r.Add("a", "2.0.0", nil, script("two"))
	c, _ := client(t, r, "")
	lock, packages, err := install(c, map[string]string{"a": "^1", "next": "npm:a@^2"})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "a@1.0.0", "next": "a@2.0.0"}, lock.Root)
	require.Equal(t, "two", string(packages["a@2.0.0"].Files["index.js"]))
}

func TestDependenciesInACircle(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	r.Add("a", "1.0.0", needs("b", "*"), script(""))
	r.Add("b", "1.0.0", needs("a", "*"), script(""))
	c, _ := client(t, r, "")
	lock, _, err := install(c, map[string]string{"a": "*"})
	require.NoError(t, err)
	require.Len(t, lock.Packages, 2)
}

// TestExplodingDependencies has packages of which each needs all that come after it, in versions of their own.
func TestExplodingDependencies(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	for i := range npm.MaxPackages + 50 {
		r.Add(fmt.Sprintf("p%d", i), "1.0.0", needs(fmt.Sprintf("p%d", i+1), "*"), script(""))
	}
	c, _ := client(t, r, "")
	_, _, err := install(c, map[string]string{"p0": "*"})
	var refused *npm.Error
	require.ErrorAs(t, err, &refused)
}

func TestDependenciesThatCannotBeHad(t *testing.T) {
	t.Parallel()
	native := map[string]string{"index.js": "", "build/x.node": "machine code"}
	for name, test := range map[string]struct {
		add      func(*npmtest.Registry)
		declared map[string]string
		want     string
	}{
		"a package that is not there":     {nil, map[string]string{"none": "^1"}, "none: the registry has no package none"},
		"a version that is not there":     {nil, map[string]string{"a": "^9"}, "a: the registry has no version of a that is ^9"},
		"a need that is not there":        {func(r *npmtest.Registry) { r.Add("b", "1.0.0", needs("gone", "^1"), script("")) }, map[string]string{"b": "*"}, "b@1.0.0 needs gone@^1"},
		"no name":                         {nil, map[string]string{"../a": "*"}, "this is no name of a package"},
		"no range":                        {nil, map[string]string{"a": "not a range"}, "is not a range of versions"},
		"an address":                      {nil, map[string]string{"a": "https://example.com/a.tgz"}, "is not a range of versions"},
		"a repository":                    {nil, map[string]string{"a": "github:a/b"}, "is not a range of versions"},
		"a file":                          {nil, map[string]string{"a": "file:../a"}, "is not a range of versions"},
		"a need from an address":          {func(r *npmtest.Registry) { r.Add("b", "1.0.0", needs("a", "git+ssh://example.com/a.git"), script("")) }, map[string]string{"b": "*"}, "is not in a registry"},
		"a native add-on":                 {func(r *npmtest.Registry) { r.Add("b", "1.0.0", nil, native) }, map[string]string{"b": "*"}, "it is a native add-on"},
		"a native add-on to be built":     {func(r *npmtest.Registry) { r.Add("b", "1.0.0", nil, map[string]string{"binding.gyp": "{}"}) }, map[string]string{"b": "*"}, "it is a native add-on"},
		"a native add-on by its own word": {func(r *npmtest.Registry) { r.Add("b", "1.0.0", map[string]any{"gypfile": true}, script("")) }, map[string]string{"b": "*"}, "it is a native add-on"},
		"no digest": {func(r *npmtest.Registry) {
			r.Add("b", "1.0.0", map[string]any{"dist": map[string]any{"tarball": r.URL() + "/a/-/a-1.0.0.tgz", "shasum": "da39a3"}}, script(""))
		}, map[string]string{"b": "*"}, "has no SHA-512 in the registry"},
		"another digest": {func(r *npmtest.Registry) {
			r.Add("b", "1.0.0", map[string]any{"dist": map[string]any{"tarball": r.URL() + "/a/-/a-1.0.0.tgz", "integrity": npmtest.Integrity([]byte("x"))}}, script(""))
		}, map[string]string{"b": "*"}, "the archive is not the one that its digest names"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := npmtest.New(t)
			r.Add("a", "1.0.0", nil, script(""))
			if test.add != nil {
				test.add(r)
			}
			c, _ := client(t, r, "")
			_, _, err := install(c, test.declared)
			require.ErrorContains(t, err, test.want)
			var refused *npm.Error
			require.ErrorAs(t, err, &refused)
		})
	}
}

func file(name, content string) npmtest.Entry {
	return npmtest.Entry{Header: tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))}, Content: content}
}

func TestHostileArchives(t *testing.T) {
	t.Parallel()
	about := file("package/package.json", "{}")
	of := func(header tar.Header) []npmtest.Entry { return []npmtest.Entry{about, {Header: header}} }
	for name, test := range map[string]struct {
		entries []npmtest.Entry
		want    string
	}{
		"a symbolic link":          {of(tar.Header{Name: "package/a.js", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}), "its archive has a link"},
		"a hard link":              {of(tar.Header{Name: "package/a.js", Typeflag: tar.TypeLink, Linkname: "package/package.json"}), "its archive has a link"},
		"a device":                 {of(tar.Header{Name: "package/a.js", Typeflag: tar.TypeChar}), "which is no regular file"},
		"a pipe":                   {of(tar.Header{Name: "package/a.js", Typeflag: tar.TypeFifo}), "which is no regular file"},
		"a path that leads out":    {[]npmtest.Entry{about, file("package/../../a.js", "")}, "its archive has a file at"},
		"a first folder of ..":     {[]npmtest.Entry{about, file("../a.js", "")}, "its archive has a file at"},
		"an absolute path":         {[]npmtest.Entry{about, file("/etc/a.js", "")}, "its archive has a file at"},
		"a path of Windows":        {[]npmtest.Entry{about, file(`package/..\a.js`, "")}, "its archive has a file at"},
		"a long path":              {[]npmtest.Entry{about, file("package/"+strings.Repeat("a", 600)+".js", "")}, "its archive has a file at"},
		"many folders":             {[]npmtest.Entry{about, file("package/"+strings.Repeat("a/", 40)+"a.js", "")}, "its archive has a file at"},
		"a file that is too large": {[]npmtest.Entry{about, file("package/a.js", strings.Repeat(" ", 17<<20))}, "is larger than 16 MB"},
		"no package.json":          {[]npmtest.Entry{file("package/a.js", "")}, "its archive has no package.json"},
		"a broken package.json":    {[]npmtest.Entry{file("package/package.json", "{")}, "its package.json is not readable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireRefused(t, npmtest.ArchiveOf(t, test.entries...), test.want)
		})
	}
	requireRefused(t, []byte("no archive"), "its archive is no gzip file")
	whole := npmtest.ArchiveOf(t, about)
	requireRefused(t, whole[:len(whole)/2], "its archive is damaged")
}

func requireRefused(t *testing.T, archive []byte, want string) {
	t.Helper()
	r := npmtest.New(t)
	r.AddArchive("a", "1.0.0", nil, archive)
	c, dir := client(t, r, "")
	_, _, err := install(c, map[string]string{"a": "*"})
	var refused *npm.Error
	require.ErrorAs(t, err, &refused)
	require.Contains(t, refused.Error(), want)
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		require.True(t, err != nil || d.IsDir() || strings.HasSuffix(path, ".tgz"), path)
		return err
	}))
}

// TestBombs has an archive that unpacks to much more than it is, and one of very many files.
func TestBombs(t *testing.T) {
	t.Parallel()
	large := strings.Repeat(" ", 15<<20)
	entries := []npmtest.Entry{file("package/package.json", "{}")}
	for i := range 10 {
		entries = append(entries, file(fmt.Sprintf("package/%d.md", i), large))
	}
	requireRefused(t, npmtest.ArchiveOf(t, entries...), "unpacks to more than 128 MB")
	entries = entries[:1]
	for i := range 20_001 {
		entries = append(entries, file(fmt.Sprintf("package/%d.md", i), ""))
	}
	requireRefused(t, npmtest.ArchiveOf(t, entries...), "more than 20000 entries")
}

// TestPoisonedCache puts another archive in the place of one in the cache: it is taken away, and the right one fetched.
func TestPoisonedCache(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	r.Add("a", "1.0.0", nil, script("right"))
	first, dir := client(t, r, "")
	lock, _, err := install(first, map[string]string{"a": "*"})
	require.NoError(t, err)
	kept, err := filepath.Glob(filepath.Join(dir, "*", "*.tgz"))
	require.NoError(t, err)
	require.Len(t, kept, 1)
	poison := npmtest.Archive(t, map[string]string{"package.json": "{}", "index.js": "wrong"})
	require.NoError(t, os.WriteFile(kept[0], poison, 0o600))

	alone := npm.New(npm.Options{Cache: dir})
	_, err = alone.Fetch(t.Context(), lock)
	require.ErrorIs(t, err, npm.ErrNoRegistry)
	require.NoFileExists(t, kept[0])

	require.NoError(t, os.WriteFile(kept[0], poison, 0o600))
	s, err := npm.ParseSettings("registry="+r.URL(), environment)
	require.NoError(t, err)
	packages, err := npm.New(npm.Options{Settings: s, Cache: dir}).Fetch(t.Context(), lock)
	require.NoError(t, err)
	require.Equal(t, "right", string(packages["a@1.0.0"].Files["index.js"]))
	packages, err = npm.New(npm.Options{Cache: dir}).Fetch(t.Context(), lock)
	require.NoError(t, err, "what is in the cache needs no registry")
	require.Equal(t, "right", string(packages["a@1.0.0"].Files["index.js"]))
}

func TestNoRegistry(t *testing.T) {
	t.Parallel()
	c := npm.New(npm.Options{Cache: t.TempDir()})
	_, err := c.Resolve(t.Context(), map[string]string{"a": "*"})
	require.ErrorIs(t, err, npm.ErrNoRegistry)
}

// TestRegistryForAScopeOnly has settings that say nothing of other packages.
func TestRegistryForAScopeOnly(t *testing.T) {
	t.Parallel()
	s, err := npm.ParseSettings("@acme:registry=http://127.0.0.1:1/\n@b:registry=http://127.0.0.1:1/", environment)
	require.NoError(t, err)
	_, err = npm.New(npm.Options{Settings: s, Cache: t.TempDir()}).Resolve(t.Context(), map[string]string{"axios": "*"})
	var refused *npm.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "axios: the server has a registry only for @acme, @b", refused.Error())
	require.Contains(t, refused.Hint, "--npmrc")
}

// TestRegistriesOfScopes has a private registry for a scope, below a path and behind a token that the public one must not see.
func TestRegistriesOfScopes(t *testing.T) {
	t.Parallel()
	public, private := npmtest.New(t), npmtest.New(t)
	public.Add("a", "1.0.0", nil, script("public"))
	public.Before = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") != "" {
			t.Error("a token for another registry")
		}
		return false
	}
	// The addresses of the archives are those of a registry that the private one mirrors.
	private.AddArchive("@acme/b", "1.0.0", map[string]any{"dist": map[string]any{"tarball": "https://registry.example.com/@acme/b/-/b-1.0.0.tgz", "integrity": ""}}, nil)
	archive := npmtest.Archive(t, map[string]string{"package.json": "{}", "index.js": "private"})
	private.AddArchive("@acme/b", "1.0.0", map[string]any{"dist": map[string]any{"tarball": "https://registry.example.com/@acme/b/-/b-1.0.0.tgz", "integrity": npmtest.Integrity(archive)}}, archive)
	private.Before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") != "Bearer t0k" {
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		return false
	}
	at, err := url.Parse(private.URL())
	require.NoError(t, err)
	c, _ := client(t, public, "@acme:registry="+private.URL()+"\n//"+at.Host+"/:_authToken=${TOKEN}\n")
	_, packages, err := install(c, map[string]string{"a": "*", "@acme/b": "*"})
	require.NoError(t, err)
	require.Equal(t, "private", string(packages["@acme/b@1.0.0"].Files["index.js"]))

	c, _ = client(t, public, "@acme:registry="+private.URL())
	_, _, err = install(c, map[string]string{"@acme/b": "*"})
	require.ErrorContains(t, err, "status 401")
}

func TestRegistriesThatFail(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
			return true
		}
	}
	for name, test := range map[string]struct {
		before func(http.ResponseWriter, *http.Request) bool
		want   string
	}{
		"access denied":     {answer(403, ""), "refuses access (status 403)"},
		"a failure":         {answer(500, "secret details"), "status 500"},
		"no JSON":           {answer(200, "<html>"), "what the registry says is not readable"},
		"another package":   {answer(200, `{"name":"b","versions":{}}`), "answers with another package"},
		"no package at all": {answer(200, `null`), "answers with another package"},
		"a huge answer": {func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write([]byte(`{"name":"a","x":"`))
			filler := bytes.Repeat([]byte("x"), 1<<20)
			for range 70 {
				if _, err := w.Write(filler); err != nil {
					break
				}
			}
			return true
		}, "it is too large"},
		"a redirect for ever": {func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
			return true
		}, "it redirects more than 5 times"},
		"an answer that breaks off": {func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"name":`))
			return true
		}, "what the registry says is not readable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := npmtest.New(t)
			r.Before = test.before
			c, _ := client(t, r, "")
			_, _, err := install(c, map[string]string{"a": "*"})
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "secret details")
			require.NotContains(t, err.Error(), r.URL(), "the address is the operator's")
			var refused *npm.Error
			require.False(t, errors.As(err, &refused), "it is not the author's fault")
		})
	}
}

// TestSlowRegistry gives up while a registry does not answer.
func TestSlowRegistry(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	arrived := make(chan struct{})
	r.Before = func(_ http.ResponseWriter, request *http.Request) bool {
		close(arrived)
		<-request.Context().Done()
		return true
	}
	c, _ := client(t, r, "")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, err := c.Resolve(ctx, map[string]string{"a": "*"})
	require.ErrorIs(t, err, context.Canceled)
}

// FuzzUnpack fetches any archive.
func FuzzUnpack(f *testing.F) {
	f.Add(npmtest.Archive(f, map[string]string{"package.json": "{}", "index.js": "1"}))
	f.Add(npmtest.ArchiveOf(f, npmtest.Entry{Header: tar.Header{Name: "package/a.js", Typeflag: tar.TypeSymlink, Linkname: "x"}}))
	r := npmtest.New(f)
	s, err := npm.ParseSettings("registry="+r.URL(), environment)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, archive []byte) {
		r.AddArchive("a", "1.0.0", nil, archive)
		_, packages, err := install(npm.New(npm.Options{Settings: s, Cache: t.TempDir(), HTTP: r.Client()}), map[string]string{"a": "*"})
		if err != nil {
			var refused *npm.Error
			require.ErrorAs(t, err, &refused)
			return
		}
		for name := range packages["a@1.0.0"].Files {
			require.True(t, filepath.IsLocal(name), name)
		}
	})
}

// TestPackagesTooLargeTogether has packages of which each is within the bounds.
func TestPackagesTooLargeTogether(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	declared := map[string]string{}
	large := map[string]string{}
	for i := range 6 {
		large[fmt.Sprintf("%d.js", i)] = strings.Repeat(" ", 15<<20)
	}
	for i := range 3 {
		large["which.js"] = fmt.Sprint(i)
		name := fmt.Sprintf("p%d", i)
		r.Add(name, "1.0.0", nil, large)
		declared[name] = "*"
	}
	c, _ := client(t, r, "")
	_, _, err := install(c, declared)
	require.ErrorContains(t, err, "the packages unpack to more than 256 MB together")
}
