// Package npmtest is an npm registry for tests: packages that are made in memory, served on loopback.
package npmtest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Registry is a registry. Safe for concurrent use.
type Registry struct {
	t      testing.TB
	server *httptest.Server
	// Before sees each request first, and returns whether it has answered it. It is set before the first request. Default: nothing is special.
	Before func(w http.ResponseWriter, r *http.Request) bool

	mu       sync.Mutex
	packages map[string]map[string]any // manifests by name and version
	latest   map[string]string
	archives map[string][]byte // by path
	asked    []string
}

// New starts a registry that is empty. It ends with the test.
func New(t testing.TB) *Registry {
	r := &Registry{t: t, packages: map[string]map[string]any{}, latest: map[string]string{}, archives: map[string][]byte{}}
	r.server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.server.Close)
	return r
}

// Close stops it before the test ends.
func (r *Registry) Close() { r.server.Close() }

// URL is the registry's address, without a slash at its end.
func (r *Registry) URL() string { return r.server.URL }

// Client knows the registry alone.
func (r *Registry) Client() *http.Client { return r.server.Client() }

// Asked are the paths that were asked for, in order.
func (r *Registry) Asked() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.asked...)
}

// Add publishes a version of a package, newer than those that are there. package.json is made from the manifest, which may be nil, if the files have none.
func (r *Registry) Add(name, version string, manifest map[string]any, files map[string]string) {
	r.t.Helper()
	about := map[string]any{"name": name, "version": version}
	for member, value := range manifest {
		about[member] = value
	}
	if _, ok := files["package.json"]; !ok {
		text, err := json.Marshal(about)
		require.NoError(r.t, err)
		files = merged(files, "package.json", string(text))
	}
	r.AddArchive(name, version, about, Archive(r.t, files))
}

func merged(files map[string]string, name, content string) map[string]string {
	all := map[string]string{name: content}
	for name, content := range files {
		all[name] = content
	}
	return all
}

// AddArchive publishes any archive. A "dist" in the manifest takes the place of what belongs to the archive.
func (r *Registry) AddArchive(name, version string, manifest map[string]any, archive []byte) {
	path := "/" + name + "/-/" + name[strings.LastIndex(name, "/")+1:] + "-" + version + ".tgz"
	about := map[string]any{"name": name, "version": version, "dist": map[string]any{"tarball": r.server.URL + path, "integrity": Integrity(archive)}}
	for member, value := range manifest {
		about[member] = value
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.packages[name] == nil {
		r.packages[name] = map[string]any{}
	}
	r.packages[name][version] = about
	r.latest[name] = version
	r.archives[path] = archive
}

func (r *Registry) serve(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	r.asked = append(r.asked, request.URL.Path)
	versions := r.packages[strings.TrimPrefix(request.URL.Path, "/")]
	archive := r.archives[request.URL.Path]
	var document []byte
	if versions != nil {
		name := strings.TrimPrefix(request.URL.Path, "/")
		document, _ = json.Marshal(map[string]any{"name": name, "dist-tags": map[string]string{"latest": r.latest[name]}, "versions": versions})
	}
	r.mu.Unlock()
	if r.Before != nil && r.Before(w, request) {
		return
	}
	switch {
	case document != nil:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(document)
	case archive != nil:
		_, _ = w.Write(archive)
	default:
		http.NotFound(w, request)
	}
}

// Archive makes a package's archive. The same files make the same bytes.
func Archive(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var headers []Entry
	for _, name := range slices.Sorted(maps.Keys(files)) {
		content := files[name]
		headers = append(headers, Entry{tar.Header{Name: "package/" + name, Mode: 0o644, Typeflag: tar.TypeReg, Size: int64(len(content))}, content})
	}
	return ArchiveOf(t, headers...)
}

// Entry is an entry of an archive.
type Entry struct {
	tar.Header
	Content string
}

// ArchiveOf makes an archive of any entries.
func ArchiveOf(t testing.TB, entries ...Entry) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	for _, e := range entries {
		require.NoError(t, archive.WriteHeader(&e.Header))
		_, err := archive.Write([]byte(e.Content))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, zipped.Close())
	return out.Bytes()
}

// Integrity is an archive's digest.
func Integrity(archive []byte) string {
	sum := sha512.Sum512(archive)
	return "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}
