package ui_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/ui"
)

func request(t *testing.T, h http.Handler, method, path string, header http.Header) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	r.Header = header
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func read(t *testing.T, r io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(text)
}

func newHandler(t *testing.T) *ui.Handler {
	t.Helper()
	h, err := ui.New()
	require.NoError(t, err)
	return h
}

// script is the path of the application's first file, as the page names it.
func script(t *testing.T, h http.Handler) string {
	t.Helper()
	page := read(t, request(t, h, http.MethodGet, "/", nil).Body)
	found := regexp.MustCompile(`src="(/_ui/[0-9a-f]+/[^"]+\.js)"`).FindStringSubmatch(page)
	require.NotNil(t, found, page)
	return found[1]
}

func TestPagesAreTheApplication(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	for _, path := range []string{"/", "/sign-in", "/sign-in?to=%2Ft%2Facme", "/invitation", "/t/acme", "/t/acme/", "/t/acme/actions/late-sign-ins", "/t/acme/runs?outcome=block"} {
		answer := request(t, h, http.MethodGet, path, nil)
		require.Equal(t, 200, answer.StatusCode, path)
		require.Equal(t, "text/html; charset=utf-8", answer.Header.Get("Content-Type"), path)
		require.Equal(t, "no-store", answer.Header.Get("Cache-Control"), path)
		require.Contains(t, read(t, answer.Body), `<div id="root">`, path)
	}
}

func TestNonceIsOfOnePage(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	seen := map[string]bool{}
	for range 3 {
		answer := request(t, h, http.MethodGet, "/", nil)
		nonce := regexp.MustCompile(`'nonce-([A-Z0-9]{20,})'`).FindStringSubmatch(answer.Header.Get("Content-Security-Policy"))
		require.NotNil(t, nonce)
		require.False(t, seen[nonce[1]])
		seen[nonce[1]] = true
		page := read(t, answer.Body)
		require.NotContains(t, page, "NONCE-OF-THE-PAGE")
		require.NotContains(t, page, "HASH-OF-THE-FILES")
		for _, tag := range regexp.MustCompile(`<(script|style)[^>]*>`).FindAllString(page, -1) {
			require.Contains(t, tag, `nonce="`+nonce[1]+`"`)
		}
	}
}

func TestPolicyLetsNothingElseIn(t *testing.T) {
	t.Parallel()
	header := request(t, newHandler(t), http.MethodGet, "/t/acme/actions", nil).Header
	policy := header.Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'")
	require.Contains(t, policy, "frame-ancestors 'none'")
	require.NotContains(t, policy, "unsafe-eval")
	require.NotRegexp(t, `script-src[^;]*unsafe-inline`, policy)
	require.Equal(t, "nosniff", header.Get("X-Content-Type-Options"))
	require.Equal(t, "same-origin", header.Get("Cross-Origin-Opener-Policy"))
	require.NotEmpty(t, header.Get("Referrer-Policy"))
}

func TestFilesAreKeptForEver(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	path := script(t, h)
	plain := request(t, h, http.MethodGet, path, nil)
	require.Equal(t, 200, plain.StatusCode)
	require.Equal(t, "text/javascript; charset=utf-8", plain.Header.Get("Content-Type"))
	require.Equal(t, "public, max-age=31536000, immutable", plain.Header.Get("Cache-Control"))
	require.Equal(t, "Accept-Encoding", plain.Header.Get("Vary"))
	require.Empty(t, plain.Header.Get("Content-Encoding"))
	text := read(t, plain.Body)
	for name, test := range map[string]struct {
		accept, coding string
		decode         func(io.Reader) io.Reader
	}{
		"br before gzip": {"gzip, deflate, br, zstd", "br", func(r io.Reader) io.Reader { return brotli.NewReader(r) }},
		"gzip":           {"gzip;q=0.5", "gzip", gunzip},
		"br is refused":  {"br; q=0, gzip", "gzip", gunzip},
		"neither":        {"identity", "", func(r io.Reader) io.Reader { return r }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := request(t, h, http.MethodGet, path, http.Header{"Accept-Encoding": {test.accept}})
			require.Equal(t, test.coding, answer.Header.Get("Content-Encoding"))
			sent := read(t, answer.Body)
			require.Equal(t, strconv.Itoa(len(sent)), answer.Header.Get("Content-Length"))
			require.Equal(t, text, read(t, test.decode(strings.NewReader(sent))))
		})
	}
}

func gunzip(r io.Reader) io.Reader {
	z, err := gzip.NewReader(r)
	if err != nil {
		return strings.NewReader(err.Error())
	}
	return z
}

func TestHeadHasNoBody(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	for _, path := range []string{"/", script(t, h)} {
		whole := request(t, h, http.MethodGet, path, nil)
		head := request(t, h, http.MethodHead, path, nil)
		require.Equal(t, 200, head.StatusCode)
		require.Equal(t, whole.Header.Get("Content-Length"), head.Header.Get("Content-Length"))
		require.Empty(t, read(t, head.Body))
	}
}

func TestNothingElseIsThere(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	hash := strings.Split(script(t, h), "/")[2]
	for _, path := range []string{"/t", "/t/", "/other", "/index.html", "/sign-in/more", "/t/../etc/passwd", "/_ui/", "/_ui/" + hash, "/_ui/" + hash + "/index.html", "/_ui/" + hash + "/nothing.js", "/_ui/0123/index.js", "/_ui/" + hash + "/../ui.go"} {
		answer := request(t, h, http.MethodGet, path, nil)
		require.Equal(t, 404, answer.StatusCode, path)
		require.Equal(t, "no-store", answer.Header.Get("Cache-Control"), path)
	}
	answer := request(t, h, http.MethodPost, "/sign-in", nil)
	require.Equal(t, 405, answer.StatusCode)
	require.Equal(t, "GET, HEAD", answer.Header.Get("Allow"))
}

// TestFirstLoadIsSmall adds up what a browser fetches before it can draw: the page, and what the page names.
func TestFirstLoadIsSmall(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	page := read(t, request(t, h, http.MethodGet, "/", nil).Body)
	total := len(page)
	for _, path := range regexp.MustCompile(`(?:src|href)="(/_ui/[^"]+)"`).FindAllStringSubmatch(page, -1) {
		answer := request(t, h, http.MethodGet, path[1], http.Header{"Accept-Encoding": {"br"}})
		require.Equal(t, 200, answer.StatusCode, path[1])
		total += len(read(t, answer.Body))
	}
	t.Logf("first load: %d bytes", total)
	require.Less(t, total, 250<<10, "bytes of br")
	require.Greater(t, total, 50<<10, "all files were found")
}
