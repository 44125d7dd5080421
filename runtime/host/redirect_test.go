package host_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/host"
)

// redirector answers /STATUS?URL with a redirect to URL, and everything else with what it was sent.
func redirector(w http.ResponseWriter, r *http.Request) {
	if status, err := strconv.Atoi(r.URL.Path[1:]); err == nil {
		w.Header().Set("Location", r.URL.RawQuery)
		w.WriteHeader(status)
		fmt.Fprint(w, "moved")
		return
	}
	echo(w, r)
}

func TestRedirectsChangeTheMethodAsFetchDoes(t *testing.T) {
	t.Parallel()
	server := serve(t, redirector)
	for name, test := range map[string]struct {
		status       int
		method, then string
		body         bool
	}{
		"301 POST":   {301, "POST", "GET", false},
		"301 PUT":    {301, "PUT", "PUT", true},
		"301 GET":    {301, "GET", "GET", false},
		"302 POST":   {302, "POST", "GET", false},
		"302 DELETE": {302, "DELETE", "DELETE", true},
		"303 POST":   {303, "POST", "GET", false},
		"303 PUT":    {303, "PUT", "GET", false},
		"303 HEAD":   {303, "HEAD", "HEAD", false},
		"307 POST":   {307, "POST", "POST", true},
		"308 POST":   {308, "POST", "POST", true},
		"308 PATCH":  {308, "PATCH", "PATCH", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := granted(server).open(t)
			c := call{Method: test.method, URL: fmt.Sprintf("%s/%d?/end", server.URL, test.status), Headers: [][]string{{"Content-Type", "text/x"}, {"Authorization", "mine"}}}
			if test.method != "GET" && test.method != "HEAD" {
				c.body = []byte("body")
			}
			a := fetch(t, s, c)
			require.True(t, a.Redirected)
			require.Equal(t, server.URL+"/end", a.URL)
			record := s.Requests()
			require.Len(t, record, 2)
			require.Equal(t, test.status, record[0].Status)
			require.Equal(t, "/end", record[1].Path)
			require.Equal(t, test.then, record[1].Method)
			if test.then == "HEAD" {
				return
			}
			got := echoOf(t, s, a)
			require.Equal(t, test.then, got.Method)
			require.Equal(t, test.body, got.Body == "body")
			require.Equal(t, "mine", got.Headers.Get("Authorization"), "the origin is the same")
			changed := test.method != test.then
			require.Equal(t, changed, got.Headers.Get("Content-Type") == "")
		})
	}
}

func TestRedirectsDropCredentialsAcrossOrigins(t *testing.T) {
	t.Parallel()
	first, second := serve(t, redirector), serve(t, redirector)
	w := granted(first, second)
	w.settings.Secrets = map[string]host.Secret{"KEY": {Value: "s3cret", Brokered: true, Hosts: []string{"127.0.0.1"}}}
	w.grant.Secrets = []string{"KEY"}
	s := w.open(t)
	back := first.URL + "/end"
	c := call{
		URL:     first.URL + "/302?" + second.URL + "/307?" + back,
		Headers: [][]string{{"Authorization", "mine"}, {"Cookie", "a=b"}, {"X-Api-Key", "secret://KEY"}, {"X-Other", "stays"}},
	}
	got := echoOf(t, s, fetch(t, s, c))
	require.Equal(t, http.Header{"Accept": {"*/*"}, "Accept-Encoding": {"gzip"}, "User-Agent": {"durward"}, "X-Other": {"stays"}}, got.Headers,
		"also when another origin leads back to the first")

	c = call{Method: "POST", URL: first.URL + "/307?" + second.URL + "/end", body: []byte(`key=secret://KEY`)}
	require.Equal(t, "redirect", refused(t, s, c).Code, "a body that holds a secret goes nowhere else")
	c.URL = first.URL + "/307?/end"
	require.Equal(t, "key=s3cret", echoOf(t, s, fetch(t, s, c)).Body)
	c.URL = first.URL + "/303?" + second.URL + "/end"
	require.Empty(t, echoOf(t, s, fetch(t, s, c)).Body)
}

func TestRedirectsThatAreNotFollowed(t *testing.T) {
	t.Parallel()
	server, plain := serveTLS(t, true, redirector), serve(t, redirector)
	for name, test := range map[string]struct{ to, code string }{
		"https to http":        {plain.URL + "/", "redirect"},
		"other scheme":         {"file:///etc/passwd", "redirect"},
		"data":                 {"data:text/plain,x", "redirect"},
		"credentials":          {"https://user:password@example.com/", "redirect"},
		"not a URL":            {"https://%zz/", "redirect"},
		"backslash":            {`https:\\example.com/`, "redirect"},
		"loopback":             {"https://127.0.0.1:443/", "egress_denied"},
		"metadata":             {"https://169.254.169.254/latest/meta-data/", "egress_denied"},
		"decimal address":      {"https://2130706433/", "redirect"},
		"mapped address":       {"https://[::ffff:7f00:1]/", "redirect"},
		"port that is no host": {"https://127.0.0.1:22/", "egress_denied"},
		"itself, for ever":     {"", "redirect"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := granted(server, plain).open(t)
			url := server.URL + "/302?" + test.to
			require.Equal(t, test.code, refused(t, s, call{URL: url}).Code)
			record := s.Requests()
			require.Equal(t, test.code, record[len(record)-1].Error)
			require.Equal(t, 302, record[0].Status)
		})
	}
}

// TestRedirectsThatAreTooLong has a URL become longer with each redirect, and others that are too long at once.
func TestRedirectsThatAreTooLong(t *testing.T) {
	t.Parallel()
	const piece = 3 << 10
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", map[string]string{
			"/host": "https://" + strings.Repeat("\u00ad", 64) + "a.example/", "/url": "/" + strings.Repeat("a", 8<<10), "/escaped": "/?" + strings.Repeat("\u00fc", piece),
		}[r.URL.Path])
		if strings.HasPrefix(r.URL.Path, "/grow/") {
			w.Header().Set("Location", strings.Repeat("a", piece)+"/")
		}
		w.WriteHeader(http.StatusFound)
	})
	for path, requests := range map[string]int{"/host": 1, "/url": 1, "/escaped": 1, "/grow/": 3} {
		s := granted(server).open(t)
		require.Equal(t, "redirect", refused(t, s, call{URL: server.URL + path}).Code, path)
		require.Len(t, s.Requests(), requests, path)
	}
}

func TestRedirectPolicy(t *testing.T) {
	t.Parallel()
	server := serve(t, redirector)
	s := granted(server).open(t)
	require.Equal(t, "redirect", refused(t, s, call{URL: server.URL + "/302?/end", Redirect: "error"}).Code)
	a := fetch(t, s, call{URL: server.URL + "/302?/end", Redirect: "manual"})
	require.Equal(t, 302, a.Status)
	require.Equal(t, "/end", a.header("location"))
	require.Equal(t, "moved", text(t, s, a))
	require.Equal(t, 304, fetch(t, s, call{URL: server.URL + "/304?/end"}).Status, "not every 3xx is a redirect")
}

func TestRedirectsAreLimited(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n, _ := strconv.Atoi(r.URL.Path[1:]); n > 0 {
			http.Redirect(w, r, fmt.Sprintf("/%d", n-1), http.StatusFound)
		}
	})
	s := granted(server).open(t)
	require.Equal(t, 200, fetch(t, s, call{URL: server.URL + "/5"}).Status)
	require.Equal(t, "redirect", refused(t, s, call{URL: server.URL + "/6"}).Code)
	require.Len(t, s.Requests(), 12)
}
