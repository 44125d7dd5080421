package host

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
)

// What may be done with an answer that redirects.
const (
	redirectFollow = "follow"
	redirectError  = "error"
	redirectManual = "manual"
)

// request is what is sent: first what the action asked for, then what redirects made of it.
type request struct {
	method   string
	target   *target
	headers  http.Header
	body     []byte
	redirect string

	revealed bool     // the secrets are in their places
	tainted  []string // the headers that hold secrets
	secret   bool     // the body holds one
}

// maxArgs bounds the arguments of an operation, in bytes of JSON: the longest URL and headers, or the largest value of a cache, escapes included.
const maxArgs = 512 << 10

// readArgs reads an operation's arguments.
func readArgs(args json.RawMessage, into any) error {
	if len(args) > maxArgs || json.Unmarshal(args, into) != nil {
		return refuse(codeInvalid, "the arguments are not valid")
	}
	return nil
}

// readRequest reads the arguments of fetch.
func readRequest(args json.RawMessage, body []byte) (*request, error) {
	var a struct {
		Method   string     `json:"method"`
		URL      string     `json:"url"`
		Headers  [][]string `json:"headers"`
		Redirect string     `json:"redirect"`
	}
	if err := readArgs(args, &a); err != nil {
		return nil, err
	}
	r := &request{redirect: a.Redirect, body: body}
	var err error
	if r.method, err = normalMethod(orElse(a.Method, http.MethodGet)); err != nil {
		return nil, err
	}
	if r.target, err = parseTarget(a.URL); err != nil {
		return nil, err
	}
	if r.headers, err = readHeaders(a.Headers); err != nil {
		return nil, err
	}
	switch r.redirect = orElse(r.redirect, redirectFollow); {
	case !slices.Contains([]string{redirectFollow, redirectError, redirectManual}, r.redirect):
		return nil, refuse(codeInvalid, "redirect is follow, error or manual")
	case len(body) > 0 && (r.method == http.MethodGet || r.method == http.MethodHead):
		return nil, refuse(codeInvalid, "a %s request has no body", r.method)
	}
	return r, nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// fill puts the secrets in their places, once: redirects do not bring back what they have dropped.
func (r *request) fill(v *reveal) (err error) {
	if r.revealed {
		return nil
	}
	r.revealed = true
	if r.tainted, err = v.headers(r.headers); err == nil {
		r.body, r.secret = v.body(r.body, r.headers.Get("Content-Type"))
	}
	return err
}

// http is the request for a transport.
func (r *request) http() *http.Request {
	headers := r.headers.Clone() // the transport may still be writing them when redirects change them
	// An answer to a part of a resource must not be decoded, and one without a body cannot be.
	if r.method != http.MethodHead && headers["Range"] == nil {
		headers["Accept-Encoding"] = []string{"gzip"}
	}
	q := &http.Request{Method: r.method, URL: r.target.url, Header: headers, Host: r.target.url.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	if len(r.body) > 0 {
		// With GetBody a request that met a connection which the server was just closing is sent again.
		q.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.body)), nil }
		q.Body, _ = q.GetBody()
		q.ContentLength = int64(len(r.body))
	}
	return q
}

// size is what a request counts for, in bytes.
func (r *request) size() int64 {
	return int64(len(r.method)+len(r.target.url.String())+len(r.body)) + headerSize(r.headers)
}

const maxRedirects = 5

// redirects says whether an answer leads elsewhere. One without a Location is one to be read, as in the Fetch standard.
func (r *request) redirects(answer *http.Response) bool {
	switch answer.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return len(answer.Header["Location"]) > 0 && r.redirect != redirectManual
	}
	return false
}

// location is where an answer that redirects leads.
func (r *request) location(answer *http.Response) (*target, error) {
	invalid := refuse(codeRedirect, "%s redirects to a URL that is not valid", r.target.url.Host)
	locations := answer.Header["Location"]
	if len(locations) > 1 || len(locations[0]) > maxURL || backslashed(locations[0]) {
		return nil, invalid
	}
	to, err := url.Parse(locations[0])
	if err != nil {
		return nil, invalid
	}
	t, err := newTarget(r.target.url.ResolveReference(to))
	if err != nil {
		return nil, refuse(codeRedirect, "%s redirects to a URL that is not possible: %v", r.target.url.Host, err)
	}
	if r.target.url.Scheme == "https" && t.url.Scheme == "http" {
		return nil, refuse(codeRedirect, "%s redirects from https to http", r.target.url.Host)
	}
	return t, nil
}

// credentials are the headers that are meant for one origin.
var credentials = []string{"Authorization", "Cookie", "Proxy-Authorization", "Www-Authenticate"}

// follow makes r what is sent behind a redirect, as the Fetch standard says in "HTTP-redirect fetch".
func (r *request) follow(status int, to *target) error {
	post := r.method == http.MethodPost && (status == http.StatusMovedPermanently || status == http.StatusFound)
	other := status == http.StatusSeeOther && r.method != http.MethodGet && r.method != http.MethodHead
	if post || other {
		r.method, r.body, r.secret = http.MethodGet, nil, false
		r.drop("Content-Encoding", "Content-Language", "Content-Location", "Content-Type")
	}
	if !r.target.sameOrigin(to) {
		if r.secret {
			return refuse(codeRedirect, "%s redirects a request whose body holds a secret to another origin", r.target.url.Host)
		}
		r.drop(credentials...)
		r.drop(r.tainted...)
		r.tainted = nil
	}
	r.target = to
	return nil
}

func (r *request) drop(names ...string) {
	for _, name := range names {
		delete(r.headers, name)
	}
}
