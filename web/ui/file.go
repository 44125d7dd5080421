package ui

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

// file is one of the built files. It is compressed when somebody first asks for it so: most servers never serve the editor, which is nearly all of them.
type file struct {
	text        []byte
	contentType string
	compressed  map[string]func() []byte // by content coding; empty where it would not help
}

// leastCompressed is the length from which compressing is worth a header.
const leastCompressed = 512

func newFile(name string, text []byte) *file {
	f := &file{text: text, contentType: contentType(name)}
	if len(text) >= leastCompressed && !strings.HasSuffix(name, ".png") && !strings.HasSuffix(name, ".ttf") {
		f.compressed = map[string]func() []byte{
			"br":   sync.OnceValue(func() []byte { return compress(text, brotliWriter) }),
			"gzip": sync.OnceValue(func() []byte { return compress(text, gzipWriter) }),
		}
	}
	return f
}

func contentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".ttf":
		return "font/ttf"
	default:
		if known := mime.TypeByExtension(ext); known != "" {
			return known
		}
		return "application/octet-stream"
	}
}

// serve answers with the file in the best coding that the client takes.
func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	harden(header)
	header.Set("Content-Type", f.contentType)
	header.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; frame-ancestors 'none'") // for workers: a script of theirs brings its own policy
	text := f.text
	if f.compressed != nil {
		header.Set("Vary", "Accept-Encoding")
		if coding := bestCoding(r.Header.Values("Accept-Encoding")); coding != "" {
			header.Set("Content-Encoding", coding)
			text = f.compressed[coding]()
		}
	}
	body(w, r, http.StatusOK, text)
}

// bestCoding picks br before gzip, of what an Accept-Encoding header (RFC 9110, section 12.5.3) allows by name. Weights other than zero do not matter: both codings are ready.
func bestCoding(accept []string) string {
	allowed := map[string]bool{}
	for _, entry := range strings.Split(strings.Join(accept, ","), ",") {
		name, parameters, _ := strings.Cut(entry, ";")
		weight, found := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
		value, err := strconv.ParseFloat(weight, 64)
		allowed[strings.ToLower(strings.TrimSpace(name))] = !found || err == nil && value > 0
	}
	for _, coding := range []string{"br", "gzip"} {
		if allowed[coding] {
			return coding
		}
	}
	return ""
}

// compress returns the text in a coding. It panics on an error, because a buffer has none.
func compress(text []byte, coding func(io.Writer) io.WriteCloser) []byte {
	var b bytes.Buffer
	w := coding(&b)
	_, err := w.Write(text)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}

// brotliLevel is where a further level costs several times the time for a hundredth of the size.
const brotliLevel = 7

func brotliWriter(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, brotliLevel) }

func gzipWriter(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }

// body writes an answer with its length, and without the text where only the header was asked for.
func body(w http.ResponseWriter, r *http.Request, status int, text []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(text) // who has gone away needs no answer
	}
}

// plain answers with the name of a status.
func plain(w http.ResponseWriter, status int) {
	harden(w.Header())
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, http.StatusText(status), status)
}
