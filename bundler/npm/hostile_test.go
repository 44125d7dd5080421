package npm_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/bundler/npm/npmtest"
)

// TestPackagesThatMultiply has packages of which each needs the next one in two versions, over two others: they are many times in a tree of folders, as there is one version of each name in a folder.
func TestPackagesThatMultiply(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	for i := range 60 {
		for v := 1; v <= 2; v++ {
			number := fmt.Sprintf("%d.0.0", v)
			r.Add(fmt.Sprintf("p%d", i), number, needs(fmt.Sprintf("l%d", i), number, fmt.Sprintf("r%d", i), number), script(""))
			r.Add(fmt.Sprintf("l%d", i), number, needs(fmt.Sprintf("p%d", i+1), "1"), script(""))
			r.Add(fmt.Sprintf("r%d", i), number, needs(fmt.Sprintf("p%d", i+1), "2"), script(""))
		}
	}
	c, _ := client(t, r, "")
	_, _, err := install(c, map[string]string{"p0": "*"})
	require.EqualError(t, err, "the packages need more than 500 others")
}

// TestAliasesThatMultiply has packages of which each needs the next one in two versions, by two names.
func TestAliasesThatMultiply(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	for i := range 60 {
		both := needs("one", fmt.Sprintf("npm:p%d@%d.1", i+1, i+1), "two", fmt.Sprintf("npm:p%d@%d.2", i+1, i+1))
		r.Add(fmt.Sprintf("p%d", i), fmt.Sprintf("%d.1.0", i), both, script(""))
		r.Add(fmt.Sprintf("p%d", i), fmt.Sprintf("%d.2.0", i), both, script(""))
	}
	r.Add("p60", "60.1.0", nil, script(""))
	r.Add("p60", "60.2.0", nil, script(""))
	c, _ := client(t, r, "")
	lock, _, err := install(c, map[string]string{"p0": "*"})
	require.NoError(t, err)
	require.Len(t, lock.Packages, 2*60+1, "each version once")
}

// TestNamesThatOthersTake has a package that gives another one the name of a third, which a fourth needs.
func TestNamesThatOthersTake(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	r.Add("good", "1.2.0", nil, script("good"))
	r.Add("evil", "1.9.0", nil, script("evil"))
	r.Add("a", "1.0.0", needs("good", "npm:evil@^1"), script("a"))
	r.Add("b", "1.0.0", needs("good", "^1"), script("b"))
	r.Add("plugin", "1.0.0", map[string]any{"peerDependencies": map[string]string{"good": "^1"}}, script("plugin"))
	c, _ := client(t, r, "")
	lock, _, err := install(c, map[string]string{"a": "*", "b": "*", "plugin": "*"})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"good": "evil@1.9.0"}, lock.Packages["a@1.0.0"].Dependencies)
	require.Equal(t, map[string]string{"good": "good@1.2.0"}, lock.Packages["b@1.0.0"].Dependencies, "it gets what it names")
	require.Equal(t, map[string]string{"good": "good@1.2.0"}, lock.Packages["plugin@1.0.0"].Dependencies)

	lock, _, err = install(c, map[string]string{"good": "npm:evil@^1", "b": "*", "plugin": "*"})
	require.NoError(t, err)
	require.Equal(t, "evil@1.9.0", lock.Root["good"])
	require.Equal(t, map[string]string{"good": "good@1.2.0"}, lock.Packages["b@1.0.0"].Dependencies)
	require.Equal(t, map[string]string{"good": "evil@1.9.0"}, lock.Packages["plugin@1.0.0"].Dependencies, "a peer is the action's own")
}

// TestWhoBringsWhatIsWrong names the declared dependency that a package at fault comes in by.
func TestWhoBringsWhatIsWrong(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	r.Add("native", "1.0.0", nil, map[string]string{"build.node": ""})
	r.Add("linked", "1.0.0", needs("far", "git+ssh://example.com/far.git"), script(""))
	r.Add("lonely", "1.0.0", needs("gone", "^1"), script(""))
	r.Add("strange", "1.0.0", needs("x", "npm:../y@1"), script(""))
	r.Add("bare", "1.0.0", map[string]any{"dist": map[string]any{"tarball": r.URL() + "/bare/-/bare-1.0.0.tgz"}}, script(""))
	for _, needed := range []string{"native", "linked", "lonely", "strange", "bare"} {
		r.Add("in-"+needed, "1.0.0", needs(needed, "*"), script(""))
	}
	for needed, want := range map[string]string{
		"native":  "by way of in-native@1.0.0: native@1.0.0: it is a native add-on",
		"linked":  `by way of in-linked@1.0.0: linked@1.0.0 needs far: "git+ssh://example.com/far.git" is not in a registry`,
		"lonely":  "by way of in-lonely@1.0.0: lonely@1.0.0 needs gone@^1: the registry has no package gone",
		"strange": `by way of in-strange@1.0.0: strange@1.0.0 needs x@1: "../y" is no name of a package`,
		"bare":    "by way of in-bare@1.0.0: bare@1.0.0 has no SHA-512 in the registry",
	} {
		c, _ := client(t, r, "")
		_, _, err := install(c, map[string]string{"mine": "npm:in-" + needed + "@*"})
		var refused *npm.Error
		require.ErrorAs(t, err, &refused, needed)
		require.Equal(t, "mine", refused.Dependency)
		require.Contains(t, refused.Detail, want)
		_, _, err = install(c, map[string]string{"mine": "npm:" + needed + "@*"})
		require.ErrorAs(t, err, &refused, needed)
		require.Equal(t, "mine", refused.Dependency)
		require.NotContains(t, refused.Detail, "by way of")
	}
}

// TestVersionsThatAreNone has versions that would lead out of a folder, or mean something in a key.
func TestVersionsThatAreNone(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	for _, number := range []string{"1.0.0", "../../x", "1.0.0/../x", "1.0.0-a/b", `1.0.0-a\b`, "", "1.0.0\n", "1.0.0-" + strings.Repeat("a", 2000), "latest"} {
		r.Add("a", number, nil, script(number)) // the last one is tagged as the latest
	}
	c, _ := client(t, r, "")
	lock, _, err := install(c, map[string]string{"a": "*"})
	require.NoError(t, err)
	require.Equal(t, []string{"a@1.0.0"}, lock.Keys())
	_, _, err = install(c, map[string]string{"a": "latest"})
	require.ErrorContains(t, err, "a: the registry has no version of a that is latest")
}

func TestRangesThatAreTooLong(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	r.Add("a", "1.0.0", needs("b", strings.Repeat("1 || ", 50_000)+"1"), script(""))
	r.Add("b", "1.0.0", nil, script(""))
	c, _ := client(t, r, "")
	_, _, err := install(c, map[string]string{"a": "*"})
	require.ErrorContains(t, err, "is not in a registry")
	require.Less(t, len(err.Error()), 400)
}

// entry is what tar says of a file, with a checksum, which archive/tar would not write for a sparse one.
func entry(name string, kind byte, content string) string {
	block := make([]byte, 512)
	copy(block, name)
	copy(block[100:], "0000644\x000000000\x000000000\x00")
	copy(block[124:], fmt.Sprintf("%011o\x0000000000000\x00        ", len(content)))
	block[156] = kind
	copy(block[257:], "ustar\x0000")
	sum := 0
	for _, b := range block {
		sum += int(b)
	}
	copy(block[148:], fmt.Sprintf("%06o\x00 ", sum))
	padding := (512 - len(content)%512) % 512
	return string(block) + content + strings.Repeat("\x00", padding)
}

func record(key, value string) string {
	size := len(key) + len(value) + 3
	for len(fmt.Sprint(size))+len(key)+len(value)+3 != size {
		size++
	}
	return fmt.Sprintf("%d %s=%s\n", size, key, value)
}

// TestHoles has an archive of files that are nothing but holes: a kilobyte of it is 16 MB of zeros.
func TestHoles(t *testing.T) {
	t.Parallel()
	var archive bytes.Buffer
	zipped := gzip.NewWriter(&archive)
	_, err := zipped.Write([]byte(entry("package/package.json", tar.TypeReg, "{}")))
	require.NoError(t, err)
	for i := range 40 {
		records := record("GNU.sparse.numblocks", "1") + record("GNU.sparse.map", "16000000,0") + record("GNU.sparse.size", "16000000") + record("GNU.sparse.name", fmt.Sprintf("package/%d.js", i))
		_, err := zipped.Write([]byte(entry("x", tar.TypeXHeader, records) + entry("package/x.js", tar.TypeReg, "")))
		require.NoError(t, err)
	}
	_, err = zipped.Write(make([]byte, 1024))
	require.NoError(t, err)
	require.NoError(t, zipped.Close())
	requireRefused(t, archive.Bytes(), `its archive has a file with holes, "package/0.js"`)
}

func TestNamesOfFilesInArchives(t *testing.T) {
	t.Parallel()
	about := file("package/package.json", "{}")
	for name, inside := range map[string]string{"a line break": "a\n.js", "an escape of terminals": "\x1b[2J.js", "a NEL": "a\u0085.js", "no UTF-8": "a\xff.js", "a part that is too long": strings.Repeat("a", 256) + ".js"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireRefused(t, npmtest.ArchiveOf(t, about, file("package/"+inside, "")), "its archive has a file at")
		})
	}
	requireRefused(t, npmtest.ArchiveOf(t, about, file("package/a.d.ts/b.d.ts", ""), file("package/a.d.ts", "")), `its archive has "a.d.ts" as a file and as a folder`)
	r := npmtest.New(t)
	// Names that only differ in case, or in how a letter is composed, are different files here, on any system; of two with the same name the later one counts, as for npm.
	r.AddArchive("a", "1.0.0", nil, npmtest.ArchiveOf(t, about, file("package/A.js", "A"), file("package/a.js", "early"), file("package/a.js", "a"),
		file("package/\u00e9.js", "composed"), file("package/e\u0301.js", "decomposed")))
	c, _ := client(t, r, "")
	_, packages, err := install(c, map[string]string{"a": "*"})
	require.NoError(t, err)
	files := packages["a@1.0.0"].Files
	require.Len(t, files, 5)
	require.Equal(t, []string{"A", "a", "composed", "decomposed"}, []string{string(files["A.js"]), string(files["a.js"]), string(files["\u00e9.js"]), string(files["e\u0301.js"])})
}

func TestPackageJSONThatIsNoObject(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`[]`: "is not a JSON object", `null`: "is not a JSON object", `"x"`: "is not a JSON object", `7`: "is not a JSON object",
		``: "is not readable", `{} {}`: "is not readable", `{"a"}`: "is not readable", strings.Repeat("[", 100_000): "is not readable",
		`{"a": [` + strings.Repeat("0,", 1<<19) + `0]}`: "is not readable: it has more than 1024 KB",
	} {
		requireRefused(t, npmtest.Archive(t, map[string]string{"package.json": text}), "its package.json "+want)
	}
	r := npmtest.New(t)
	r.Add("a", "1.0.0", nil, map[string]string{"package.json": "\ufeff" + `{"gypfile": "no", "main": 7, "exports": 7, "browser": [], "imports": "x", "sideEffects": {}}`, "index.js": ""})
	c, _ := client(t, r, "")
	_, _, err := install(c, map[string]string{"a": "*"})
	require.NoError(t, err, "members of other types say nothing")
}

// TestVersionsThatAreReplaced publishes another archive under a version that was settled before: it is not taken, whatever digest the registry names now.
func TestVersionsThatAreReplaced(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	r.Add("a", "1.0.0", nil, script("right"))
	first, dir := client(t, r, "")
	lock, _, err := install(first, map[string]string{"a": "*"})
	require.NoError(t, err)
	r.Add("a", "1.0.0", nil, script("evil"))

	fresh, _ := client(t, r, "")
	_, err = fresh.Fetch(t.Context(), lock)
	var refused *npm.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "a: version 1.0.0: the archive is not the one that its digest names", refused.Error())
	require.Contains(t, refused.Hint, "Settling the dependencies anew")
	kept, err := npm.New(npm.Options{Cache: dir}).Fetch(t.Context(), lock)
	require.NoError(t, err, "where it is in the cache it stays what it was")
	require.Equal(t, "right", string(kept["a@1.0.0"].Files["index.js"]))
}

// TestDigestsOfALock takes one digest of those that a registry gives: an archive that another one of them names is not the package.
func TestDigestsOfALock(t *testing.T) {
	t.Parallel()
	good, evil := npmtest.Archive(t, map[string]string{"package.json": "{}", "index.js": "good"}), npmtest.Archive(t, map[string]string{"package.json": "{}", "index.js": "evil"})
	r := npmtest.New(t)
	dist := func(integrity string) map[string]any {
		return map[string]any{"dist": map[string]any{"tarball": r.URL() + "/a/-/a-1.0.0.tgz", "integrity": integrity}}
	}
	r.AddArchive("a", "1.0.0", dist("sha1-x sha512-short "+npmtest.Integrity(good)+"?x "+npmtest.Integrity(evil)), evil)
	c, _ := client(t, r, "")
	lock, err := c.Resolve(t.Context(), map[string]string{"a": "*"})
	require.NoError(t, err)
	require.Equal(t, npmtest.Integrity(good), lock.Packages["a@1.0.0"].Integrity)
	_, err = c.Fetch(t.Context(), lock)
	require.ErrorContains(t, err, "the archive is not the one that its digest names")
}

// TestTokensAndRedirects redirects from a registry with a token to other places, which must not see it.
func TestTokensAndRedirects(t *testing.T) {
	t.Parallel()
	archive := npmtest.Archive(t, map[string]string{"package.json": "{}", "index.js": "far"})
	seen := make(chan string, 10)
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header.Get("Authorization")
		_, _ = w.Write(archive)
	}))
	t.Cleanup(far.Close)
	r := npmtest.New(t)
	r.AddArchive("a", "1.0.0", nil, archive)
	r.Before = func(w http.ResponseWriter, request *http.Request) bool {
		if request.Header.Get("Authorization") != "Bearer t0k" {
			t.Error("the registry's own token is missing")
		}
		if !strings.HasSuffix(request.URL.Path, ".tgz") {
			return false
		}
		http.Redirect(w, request, far.URL+"/elsewhere.tgz?signature=x", http.StatusFound)
		return true
	}
	own, err := url.Parse(r.URL())
	require.NoError(t, err)
	other, err := url.Parse(far.URL)
	require.NoError(t, err)
	require.Equal(t, own.Hostname(), other.Hostname(), "net/http alone would hand the token on to another port")

	token := "//" + own.Host + "/:_authToken=${TOKEN}\n"
	for settings, want := range map[string]string{token: "", token + "//" + other.Host + "/:_authToken=far\n": "Bearer far"} {
		c, _ := client(t, r, settings)
		_, packages, err := install(c, map[string]string{"a": "*"})
		require.NoError(t, err)
		require.Equal(t, "far", string(packages["a@1.0.0"].Files["index.js"]))
		require.Equal(t, want, <-seen)
	}
}

// TestRedirectsWithoutEncryption does not follow from an encrypted registry to one that is not.
func TestRedirectsWithoutEncryption(t *testing.T) {
	t.Parallel()
	plain := npmtest.New(t)
	plain.Add("a", "1.0.0", nil, script(""))
	encrypted := httptest.NewTLSServer(http.RedirectHandler(plain.URL()+"/a", http.StatusFound))
	t.Cleanup(encrypted.Close)
	s, err := npm.ParseSettings("registry="+encrypted.URL, environment)
	require.NoError(t, err)
	_, _, err = install(npm.New(npm.Options{Settings: s, Cache: t.TempDir(), HTTP: encrypted.Client()}), map[string]string{"a": "*"})
	require.ErrorContains(t, err, "it redirects to an address that is not encrypted")
	require.NotContains(t, err.Error(), plain.URL())
	require.Empty(t, plain.Asked())
}

// TestTokensOfPlaces has a token for a part of a host, and addresses of archives that lead out of it, or into it from outside.
func TestTokensOfPlaces(t *testing.T) {
	t.Parallel()
	archive := npmtest.Archive(t, map[string]string{"package.json": "{}"})
	for path, want := range map[string]string{"/private/a/-/a-1.0.0.tgz": "Bearer t0k", "/private/../a.tgz": "", "/private/%2e%2e/a.tgz": "", "/privateer/a.tgz": "", "/a.tgz": ""} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			seen := make(chan string, 10)
			var server *httptest.Server
			server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/private/a" {
					_, _ = fmt.Fprintf(w, `{"name":"a","versions":{"1.0.0":{"dist":{"tarball":%q,"integrity":%q}}}}`, server.URL+path, npmtest.Integrity(archive))
					return
				}
				seen <- r.Header.Get("Authorization")
				_, _ = w.Write(archive)
			}))
			t.Cleanup(server.Close)
			s, err := npm.ParseSettings("registry="+server.URL+"/private\n"+strings.TrimPrefix(server.URL, "http:")+"/private/:_authToken=${TOKEN}", environment)
			require.NoError(t, err)
			_, _, err = install(npm.New(npm.Options{Settings: s, Cache: t.TempDir(), HTTP: server.Client()}), map[string]string{"a": "*"})
			require.NoError(t, err)
			require.Equal(t, want, <-seen)
		})
	}
}

// TestManifestsOfOtherTypes has a package of which the registry says what no package.json may say.
func TestManifestsOfOtherTypes(t *testing.T) {
	t.Parallel()
	r := npmtest.New(t)
	r.Add("a", "1.0.0", map[string]any{"dependencies": map[string]any{"b": map[string]any{}}}, script(""))
	c, _ := client(t, r, "")
	_, _, err := install(c, map[string]string{"a": "*"})
	var refused *npm.Error
	require.ErrorAs(t, err, &refused)
	require.Contains(t, refused.Error(), "a: what the registry says of it is not readable")
}
