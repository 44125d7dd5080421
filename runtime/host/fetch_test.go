package host_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
)

func TestFetch(t *testing.T) {
	t.Parallel()
	for name, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2.0": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serveTLS(t, http2, echo)
			s := granted(server).open(t)

			a := fetch(t, s, call{Method: "post", URL: server.URL + "/a%2Fb?q=1#part", Headers: [][]string{{"X-Own", "1"}, {"x-own", "2"}}, body: []byte("hello")})
			require.Equal(t, http.StatusOK, a.Status)
			require.Equal(t, "OK", a.StatusText)
			require.Equal(t, server.URL+"/a%2Fb?q=1", a.URL)
			require.False(t, a.Redirected)
			got := echoOf(t, s, a)
			require.Equal(t, name, got.Proto)
			require.Equal(t, "POST", got.Method)
			require.Equal(t, "/a%2Fb?q=1", got.URI)
			require.Equal(t, "hello", got.Body)
			require.EqualValues(t, 5, got.Length)
			require.Equal(t, []string{"1", "2"}, got.Headers["X-Own"])

			record := s.Requests()
			require.Len(t, record, 1)
			require.Positive(t, record[0].Took)
			require.Positive(t, record[0].Received)
			record[0].Took, record[0].Received = 0, 0
			require.Equal(t, host.Request{Method: "POST", Host: address(server), Path: "/a%2Fb", Status: 200, Sent: 5}, record[0])
		})
	}
}

func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	remotes := make(chan string, 2)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { remotes <- r.RemoteAddr })
	s := granted(server).open(t)
	fetch(t, s, call{URL: server.URL})
	fetch(t, s, call{URL: server.URL})
	require.Equal(t, <-remotes, <-remotes)
}

func TestTenantsShareNoConnection(t *testing.T) {
	t.Parallel()
	remotes := make(chan string, 2)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { remotes <- r.RemoteAddr })
	w := granted(server)
	broker := host.New(w.options)
	defer broker.Close()
	for _, tenant := range []string{"acme", "globex"} {
		s := broker.Open(&w.settings, host.Grant{Tenant: tenant, Hosts: []string{"*"}})
		fetch(t, s, call{URL: server.URL})
		s.Close()
	}
	require.NotEqual(t, <-remotes, <-remotes)
	require.Equal(t, 2, broker.Stats().Pools)
	require.Equal(t, map[string]uint64{"ok": 2}, broker.Stats().Requests)
}

func TestHeadersOfTheConnection(t *testing.T) {
	t.Parallel()
	server := serve(t, echo)
	s := granted(server).open(t)
	var headers [][]string
	for _, name := range []string{"Host", "connection", "Content-Length", "TRANSFER-ENCODING", "Upgrade", "Expect", "Trailer", "TE", "Keep-Alive", "Proxy-Authorization", "Proxy-X", "Via"} {
		headers = append(headers, []string{name, "evil"})
	}
	got := echoOf(t, s, fetch(t, s, call{URL: server.URL, Headers: headers}))
	require.Equal(t, http.Header{"Accept": {"*/*"}, "Accept-Encoding": {"gzip"}, "User-Agent": {"durward"}}, got.Headers)
	require.Equal(t, address(server), got.Host)
}

func TestInvalidRequests(t *testing.T) {
	t.Parallel()
	many := make([][]string, 101)
	for i := range many {
		many[i] = []string{"a", "b"}
	}
	for name, c := range map[string]call{
		"no URL":                  {},
		"relative URL":            {URL: "/path"},
		"file":                    {URL: "file:///etc/passwd"},
		"other scheme":            {URL: "gopher://example.com/"},
		"no host":                 {URL: "http:///path"},
		"opaque":                  {URL: "http:example.com"},
		"credentials":             {URL: "https://user:password@example.com/"},
		"a user":                  {URL: "https://user@example.com/"},
		"control character":       {URL: "http://example.com/\r\nHost: other"},
		"backslash":               {URL: `http://example.com\@other.example/`},
		"port 0":                  {URL: "http://example.com:0/"},
		"port too large":          {URL: "http://example.com:65536/"},
		"port with a sign":        {URL: "http://example.com:+80/"},
		"long URL":                {URL: "http://example.com/" + strings.Repeat("a", 8<<10)},
		"CONNECT":                 {URL: "http://example.com/", Method: "CONNECT"},
		"trace":                   {URL: "http://example.com/", Method: "trace"},
		"method with a space":     {URL: "http://example.com/", Method: "GET /"},
		"method with a line":      {URL: "http://example.com/", Method: "X\r\nY"},
		"GET with a body":         {URL: "http://example.com/", body: []byte("x")},
		"header name":             {URL: "http://example.com/", Headers: [][]string{{"a b", "c"}}},
		"header injection":        {URL: "http://example.com/", Headers: [][]string{{"a", "b\r\nHost: other"}}},
		"half a header":           {URL: "http://example.com/", Headers: [][]string{{"a"}}},
		"too many headers":        {URL: "http://example.com/", Headers: many},
		"too large headers":       {URL: "http://example.com/", Headers: [][]string{{"a", strings.Repeat("b", 33<<10)}}},
		"unknown redirect policy": {URL: "http://example.com/", Redirect: "maybe"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := granted().open(t)
			err := refused(t, s, c)
			require.Equal(t, "invalid_request", err.Code)
			require.Equal(t, "TypeError", err.Name)
			require.Nil(t, err.Failure)
			require.Empty(t, s.Requests())
		})
	}
}

func TestBodiesAreReadInParts(t *testing.T) {
	t.Parallel()
	more := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("one"))
		w.(http.Flusher).Flush()
		<-more
		w.Write([]byte("two"))
	})
	s := granted(server).open(t)
	a := fetch(t, s, call{URL: server.URL})
	require.NotZero(t, a.Body)

	read := func(args map[string]any) vm.HostAnswer { return ask(t.Context(), t, s, "fetch.read", args, nil) }
	got := read(map[string]any{"body": a.Body, "max": 2})
	require.Equal(t, "on", string(got.Body))
	require.JSONEq(t, `{"done":false}`, string(got.Value))
	require.Equal(t, "e", string(read(map[string]any{"body": a.Body}).Body))
	close(more)
	got = read(map[string]any{"body": a.Body, "all": true})
	require.Equal(t, "two", string(got.Body))
	require.JSONEq(t, `{"done":true}`, string(got.Value))
	require.EqualValues(t, 6, s.Requests()[0].Received)

	require.Equal(t, "invalid_request", read(map[string]any{"body": a.Body}).Err.Code, "it is done")
}

func TestLargeBodies(t *testing.T) {
	t.Parallel()
	large := bytes.Repeat([]byte("0123456789abcdef"), 5<<16/2) // 2.5 MiB
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Write(large) })
	s := granted(server).open(t)
	a := fetch(t, s, call{URL: server.URL})
	var whole []byte
	for done := false; !done; {
		got := ask(t.Context(), t, s, "fetch.read", map[string]any{"body": a.Body, "all": true}, nil)
		require.Nil(t, got.Err)
		done = string(got.Value) == `{"done":true}`
		require.True(t, done || len(got.Body) == 256<<10)
		require.LessOrEqual(t, len(got.Body), 256<<10)
		whole = append(whole, got.Body...)
	}
	require.Equal(t, large, whole)
}

func TestEmptyBodies(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(http.StatusNoContent)
		}
	})
	s := granted(server).open(t)
	for _, method := range []string{"GET", "HEAD", "POST"} {
		require.Zero(t, fetch(t, s, call{Method: method, URL: server.URL}).Body, method)
	}
}

func TestGzip(t *testing.T) {
	t.Parallel()
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write([]byte("hello"))
	require.NoError(t, z.Close())
	for name, test := range map[string]struct {
		encoding string
		body     []byte
		want     string // the error, if it begins with !
	}{
		"decoded":        {"gzip", zipped.Bytes(), "hello"},
		"empty":          {"gzip", nil, ""},
		"not gzip":       {"gzip", []byte("hello there, this is plain"), "!network"},
		"cut":            {"gzip", zipped.Bytes()[:15], "!network"},
		"other encoding": {"br", []byte("as it is"), "as it is"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				require.Equal(t, "gzip", r.Header.Get("Accept-Encoding"))
				w.Header().Set("Content-Encoding", test.encoding)
				w.(http.Flusher).Flush()
				w.Write(test.body)
			})
			s := granted(server).open(t)
			a := fetch(t, s, call{URL: server.URL, Headers: [][]string{{"Accept-Encoding", "zstd"}}})
			got := ask(t.Context(), t, s, "fetch.read", map[string]any{"body": a.Body, "all": true}, nil)
			if code, fails := strings.CutPrefix(test.want, "!"); fails {
				require.Equal(t, code, got.Err.Code)
				require.Equal(t, []string{code}, words(s))
				return
			}
			require.Nil(t, got.Err)
			require.Equal(t, test.want, string(got.Body))
			require.Equal(t, test.encoding != "gzip", a.header("content-encoding") != "")
		})
	}
}

func TestAnswerHeadersAreText(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Latin", "caf\xe9")
		w.Header()["Set-Cookie"] = []string{"a=1", "b=2"}
	})
	s := granted(server).open(t)
	a := fetch(t, s, call{URL: server.URL})
	require.Equal(t, "café", a.header("x-latin"))
	var cookies []string
	for _, h := range a.Headers {
		if h[0] == "set-cookie" {
			cookies = append(cookies, h[1])
		}
	}
	require.Equal(t, []string{"a=1", "b=2"}, cookies)
}

func TestUnknownCertificate(t *testing.T) {
	t.Parallel()
	server := serveTLS(t, true, echo)
	server.Config.ErrorLog = quiet()
	w := granted(server)
	w.options.RootCAs = nil
	s := w.open(t)
	require.Equal(t, "tls", refused(t, s, call{URL: server.URL}).Code)
	require.Equal(t, []string{"tls"}, words(s))
}

func TestNoTLS(t *testing.T) {
	t.Parallel()
	server := serve(t, echo)
	s := granted(server).open(t)
	require.Equal(t, "tls", refused(t, s, call{URL: strings.Replace(server.URL, "http:", "https:", 1)}).Code)
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	server := serve(t, echo)
	w := granted(server)
	server.Close()
	s := w.open(t)
	err := refused(t, s, call{URL: server.URL})
	require.Equal(t, "connect", err.Code)
	require.Equal(t, 1, len(s.Requests()))
}

func TestUnknownOperation(t *testing.T) {
	t.Parallel()
	s := granted().open(t)
	for _, op := range []string{"", "exec", vm.OpCancel, strings.Repeat("x", 1000)} {
		got := s.Serve(t.Context(), vm.HostCall{Op: op, Args: json.RawMessage(`{}`)})
		require.Equal(t, "invalid_request", got.Err.Code)
		require.Less(t, len(got.Err.Message), 200)
	}
}
