// Package ui serves the browser application: the built files of this folder, which are embedded, and the one page that starts them.
//
// The files keep their names from build to build, so that the repository grows little with each. Browsers know them by a hash of all of them in the path, and may keep them for
// ever; the page, which names that path, is never kept.
package ui

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed dist
var dist embed.FS

const (
	filesPath = "/_ui/"
	indexName = "index.html"

	// What the build has in the page where the server puts its own.
	hashMark  = "HASH-OF-THE-FILES"
	nonceMark = "NONCE-OF-THE-PAGE"
)

// Handler serves the application. It is safe for concurrent use.
type Handler struct {
	prefix string // of the files' paths, with the hash
	page   []byte // with nonceMark in it
	files  map[string]*file
}

// New returns a handler of the embedded files.
func New() (*Handler, error) {
	root, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	return newHandler(root)
}

func newHandler(root fs.FS) (*Handler, error) {
	h := &Handler{files: map[string]*file{}}
	sum := sha256.New()
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(text))
		sum.Write(text)
		h.files[name] = newFile(name, text)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the application's files: %w", err)
	}
	index, ok := h.files[indexName]
	if !ok {
		return nil, errors.New("the application has no " + indexName)
	}
	hash := hex.EncodeToString(sum.Sum(nil)[:10])
	h.prefix = filesPath + hash + "/"
	h.page = bytes.ReplaceAll(index.text, []byte(hashMark), []byte(hash))
	delete(h.files, indexName)
	return h, nil
}

// ServeHTTP answers with a file, with the page where the path is one of the application's, and with 404 for all else.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		plain(w, http.StatusMethodNotAllowed)
		return
	}
	switch name, ok := strings.CutPrefix(r.URL.Path, filesPath); {
	case ok:
		h.serveFile(w, r, name)
	case r.URL.Path == "/favicon.ico" || r.URL.Path == "/favicon.svg":
		h.serveIcon(w, r)
	case isPage(r.URL.Path):
		h.servePage(w, r)
	default:
		plain(w, http.StatusNotFound)
	}
}

// isPage says whether a path is one of the application's own. What is below a tenant is for the application to know: it has a page of its own for what is not there.
func isPage(p string) bool {
	if p != path.Clean(p) && p != path.Clean(p)+"/" {
		return false
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(p, "/"), "/")
	switch first {
	case "t":
		return rest != ""
	case "", "sign-in", "invitation", "tenants":
		return rest == ""
	}
	return false
}

// serveFile answers with a file of this build. One of another build is not there: the page that asks for it has to be loaded anew.
func (h *Handler) serveFile(w http.ResponseWriter, r *http.Request, name string) {
	name, ok := strings.CutPrefix(filesPath+name, h.prefix)
	f := h.files[name]
	if !ok || f == nil {
		plain(w, http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	f.serve(w, r)
}

func (h *Handler) serveIcon(w http.ResponseWriter, r *http.Request) {
	f := h.files["favicon.svg"]
	if f == nil {
		plain(w, http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=3600")
	f.serve(w, r)
}

// servePage answers with the page. Each answer has a nonce of its own, so that nobody who gets text into a page can have it run.
func (h *Handler) servePage(w http.ResponseWriter, r *http.Request) {
	nonce := rand.Text()
	header := w.Header()
	harden(header)
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", policy(nonce))
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	body(w, r, http.StatusOK, bytes.ReplaceAll(h.page, []byte(nonceMark), []byte(nonce)))
}

// policy lets the page load nothing but its own files and ask nobody but its own server. Only attributes may have styles without the nonce, because the editor and the charts place
// what they draw with them.
func policy(nonce string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self' 'nonce-" + nonce + "'",
		"style-src-elem 'self' 'nonce-" + nonce + "'",
		"style-src-attr 'unsafe-inline'",
		"img-src 'self' data:",
		"font-src 'self'",
		"connect-src 'self'",
		"worker-src 'self'",
		"manifest-src 'self'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
	}, "; ")
}

// harden sets the headers of every answer.
func harden(header http.Header) {
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
}
