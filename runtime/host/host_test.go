package host_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
)

// world is a broker and what one execution may use of it.
type world struct {
	options  host.Options
	settings host.Settings
	grant    host.Grant
}

// granted is a world in which the servers may be reached although they are on loopback.
func granted(servers ...*httptest.Server) *world {
	w := &world{grant: host.Grant{Tenant: "acme", Action: "check", Hosts: []string{"*"}}}
	w.options.RootCAs = x509.NewCertPool()
	for _, server := range servers {
		w.settings.Egress.Internal = append(w.settings.Egress.Internal, address(server))
		if server.Certificate() != nil {
			w.options.RootCAs.AddCert(server.Certificate())
		}
	}
	return w
}

func address(server *httptest.Server) string { return server.Listener.Addr().String() }

// open begins an execution that ends with the test.
func (w *world) open(t testing.TB) *host.Session {
	t.Helper()
	broker := host.New(w.options)
	session := broker.Open(&w.settings, w.grant)
	t.Cleanup(func() {
		session.Close()
		require.Zero(t, broker.Stats().UnderWay, "places at the gate are given back")
		broker.Close()
	})
	return session
}

// serve starts a server that ends with the test.
func serve(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// serveTLS does the same with TLS and, if it is wanted, HTTP/2.
func serveTLS(t testing.TB, http2 bool, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = http2
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// call is the arguments of fetch.
type call struct {
	Method   string     `json:"method,omitempty"`
	URL      string     `json:"url"`
	Headers  [][]string `json:"headers,omitempty"`
	Redirect string     `json:"redirect,omitempty"`
	body     []byte
}

type answer struct {
	Status     int         `json:"status"`
	StatusText string      `json:"status_text"`
	URL        string      `json:"url"`
	Redirected bool        `json:"redirected"`
	Headers    [][2]string `json:"headers"`
	Body       int         `json:"body"`
}

func (a answer) header(name string) string {
	i := slices.IndexFunc(a.Headers, func(h [2]string) bool { return h[0] == name })
	if i < 0 {
		return ""
	}
	return a.Headers[i][1]
}

// ask makes a host call.
func ask(ctx context.Context, t testing.TB, s *host.Session, op string, args any, body []byte) vm.HostAnswer {
	t.Helper()
	text, err := json.Marshal(args)
	require.NoError(t, err)
	return s.Serve(ctx, vm.HostCall{ID: 1, Op: op, Args: text, Body: body})
}

// fetch must succeed.
func fetch(t testing.TB, s *host.Session, c call) answer {
	t.Helper()
	got := ask(t.Context(), t, s, "fetch", c, c.body)
	require.Nil(t, got.Err)
	var a answer
	require.NoError(t, json.Unmarshal(got.Value, &a))
	return a
}

// refused must not succeed.
func refused(t testing.TB, s *host.Session, c call) *vm.HostError {
	t.Helper()
	got := ask(t.Context(), t, s, "fetch", c, c.body)
	require.NotNil(t, got.Err, "%s", got.Value)
	return got.Err
}

// text reads a body to its end.
func text(t testing.TB, s *host.Session, a answer) string {
	t.Helper()
	if a.Body == 0 {
		return ""
	}
	got := ask(t.Context(), t, s, "fetch.read", map[string]any{"body": a.Body, "all": true}, nil)
	require.Nil(t, got.Err)
	require.JSONEq(t, `{"done":true}`, string(got.Value))
	return string(got.Body)
}

// errors of a session's requests.
func words(s *host.Session) []string {
	var list []string
	for _, r := range s.Requests() {
		list = append(list, r.Error)
	}
	return list
}

// echo answers with what it was sent.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	json.NewEncoder(w).Encode(map[string]any{
		"method": r.Method, "uri": r.RequestURI, "host": r.Host, "headers": r.Header, "body": string(body), "length": r.ContentLength, "proto": r.Proto,
	})
}

// echoed is what echo has answered.
type echoed struct {
	Method, URI, Host, Body, Proto string
	Headers                        http.Header
	Length                         int64
}

func echoOf(t testing.TB, s *host.Session, a answer) (e echoed) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text(t, s, a)), &e))
	return e
}

func portOf(t testing.TB, server *httptest.Server) string {
	t.Helper()
	u, err := url.Parse(server.URL)
	require.NoError(t, err)
	return u.Port()
}

// soon is a time limit that a test waits for.
const soon = 50 * time.Millisecond
