package host_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
)

func TestNumberOfRequests(t *testing.T) {
	t.Parallel()
	server := serve(t, redirector)
	w := granted(server)
	w.grant.Limits = vm.Limits{Requests: 3}
	s := w.open(t)
	refused(t, s, call{URL: "http://10.0.0.1/"})
	err := refused(t, s, call{URL: server.URL + "/302?/302?/end"})
	require.NotNil(t, err.Failure, "a redirect is a request, and a refused one is too")
	require.Equal(t, vm.FailRequestLimit, err.Failure.Kind)
	require.Equal(t, "requests 3", err.Failure.Limit)
	require.Len(t, s.Requests(), 3)
}

// TestRequestsThatAreNotValidCount, because they take the server's time too.
func TestRequestsThatAreNotValidCount(t *testing.T) {
	t.Parallel()
	w := granted()
	w.grant.Limits = vm.Limits{Requests: 2}
	s := w.open(t)
	for _, wrong := range []call{{URL: "http://" + ideographs(2600)}, {URL: "https://example.com/", Method: "a b"}} {
		err := refused(t, s, wrong)
		require.Equal(t, "invalid_request", err.Code)
		require.Nil(t, err.Failure)
	}
	require.Equal(t, "requests 2", refused(t, s, call{URL: "x"}).Failure.Limit)
	require.Empty(t, s.Requests())

	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://"+ideographs(2600))
		w.WriteHeader(http.StatusFound)
	})
	w = granted(server)
	w.grant.Limits = vm.Limits{Requests: 3}
	s = w.open(t)
	require.Equal(t, "redirect", refused(t, s, call{URL: server.URL}).Code)
	require.Equal(t, "requests 3", refused(t, s, call{URL: server.URL}).Failure.Limit, "where a redirect leads counts before it is read")
	require.Equal(t, []string{"redirect", "limit"}, words(s))
}

// TestArgumentsAreLimited, all of one execution together: to read them takes the server's time.
func TestArgumentsAreLimited(t *testing.T) {
	t.Parallel()
	for name, args := range map[string]object{
		"cache.set": {"key": "k", "value": strings.Repeat("x", 60<<10), "ttl_seconds": 60},
		"fetch":     {"key": strings.Repeat("x", 60<<10)},
		"cache.get": {"key": "k"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := granted()
			w.grant.Limits = vm.Limits{Requests: 1000}
			s := w.open(t)
			result(t, s, "cache.set", object{"key": "k", "value": strings.Repeat("x", 60<<10), "ttl_seconds": 60})
			calls := 0
			for calls < 1000 {
				calls++
				if got := ask(t.Context(), t, s, name, args, nil); got.Err != nil && got.Err.Failure != nil {
					require.Equal(t, "host_bytes 8388608", got.Err.Failure.Limit)
					break
				}
			}
			require.Less(t, calls, 140)
			require.Greater(t, calls, 130)
		})
	}
}

// TestReadsKeepWhatTheyNeed has a host send its bytes one by one.
func TestReadsKeepWhatTheyNeed(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "x")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	s := granted(server).open(t)
	a := fetch(t, s, call{URL: server.URL})
	got := ask(t.Context(), t, s, "fetch.read", object{"body": a.Body, "max": 1 << 20}, nil)
	require.Nil(t, got.Err)
	require.Equal(t, "x", string(got.Body))
	require.Less(t, cap(got.Body), 1<<10)
}

func TestBytesOfRequests(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 4000)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/header" {
			w.Header().Set("X-Large", large)
		}
		if r.URL.Path == "/body" {
			fmt.Fprint(w, large)
		}
	})
	for name, c := range map[string]call{
		"request":               {Method: "POST", URL: server.URL, body: []byte(large)},
		"header":                {URL: server.URL, Headers: [][]string{{"X-Large", large}}},
		"URL":                   {URL: server.URL + "/" + large},
		"headers of the answer": {URL: server.URL + "/header"},
		"body of the answer":    {URL: server.URL + "/body"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := granted(server)
			w.grant.Limits = vm.Limits{RequestBytes: 2000}
			s := w.open(t)
			got := ask(t.Context(), t, s, "fetch", c, c.body)
			if name == "body of the answer" {
				require.Nil(t, got.Err)
				got = ask(t.Context(), t, s, "fetch.read", map[string]any{"body": 1, "all": true}, nil)
			}
			require.NotNil(t, got.Err)
			require.Equal(t, "request_bytes 2000", got.Err.Failure.Limit)
			require.Equal(t, []string{"limit"}, words(s))
		})
	}
}

func TestGzipBombs(t *testing.T) {
	t.Parallel()
	var bomb, nothing bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 8 {
		z.Write(make([]byte, 1<<20))
	}
	require.NoError(t, z.Close())
	require.NoError(t, gzip.NewWriter(&nothing).Close())
	nothing.Write(bytes.Repeat(nothing.Bytes(), 30_000)) // members that hold nothing: they come, and nothing ever comes of them

	for name, content := range map[string][]byte{"zeros": bomb.Bytes(), "empty members": nothing.Bytes()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Encoding", "gzip")
				w.Write(content)
			})
			w := granted(server)
			w.grant.Limits = vm.Limits{RequestBytes: 256 << 10}
			s := w.open(t)
			a := fetch(t, s, call{URL: server.URL})
			got := ask(t.Context(), t, s, "fetch.read", map[string]any{"body": a.Body, "all": true}, nil)
			require.NotNil(t, got.Err)
			require.NotNil(t, got.Err.Failure)
			require.Less(t, s.Requests()[0].Received, int64(512<<10), "it is noticed as it happens")
		})
	}
}

func TestHeaderBombs(t *testing.T) {
	t.Parallel()
	for name, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serveTLS(t, http2, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/many" {
					for i := range 201 {
						w.Header().Add("A", fmt.Sprint(i))
					}
					return
				}
				for i := range 14 {
					w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 5000))
				}
			})
			s := granted(server).open(t)
			require.Equal(t, "response_too_large", refused(t, s, call{URL: server.URL}).Code)
			require.Equal(t, "response_too_large", refused(t, s, call{URL: server.URL + "/many"}).Code)
			require.Equal(t, []string{"response_too_large", "response_too_large"}, words(s))
		})
	}
}

// listen starts a server that treats each connection as it likes.
func listen(t *testing.T, handle func(net.Conn)) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	var handling sync.WaitGroup
	handling.Go(func() {
		for {
			conn, err := server.Listener.Accept()
			if err != nil {
				return
			}
			handling.Go(func() { defer conn.Close(); handle(conn) })
		}
	})
	t.Cleanup(func() { server.Listener.Close(); handling.Wait() })
	return server
}

// untilGone waits until the client hangs up.
func untilGone(conn net.Conn) {
	for buf := make([]byte, 4096); ; {
		if _, err := conn.Read(buf); err != nil {
			return
		}
	}
}

func TestServersThatMisbehave(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		code  string         // of fetch, or of the reading of the body
		serve func(net.Conn) // once it has read the request
	}{
		"says nothing": {"timeout", untilGone},
		"headers that do not end": {"timeout", func(c net.Conn) {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\n")
			untilGone(c)
		}},
		"body that does not come": {"timeout", func(c net.Conn) {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!")
			untilGone(c)
		}},
		"hangs up": {"network", func(net.Conn) {}},
		"hangs up within the body": {"network", func(c net.Conn) {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!")
		}},
		"hangs up within a chunk": {"network", func(c net.Conn) {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nfive!")
		}},
		"no HTTP": {"network", func(c net.Conn) { fmt.Fprint(c, "SSH-2.0-x\r\n") }},
		"other protocol": {"network", func(c net.Conn) {
			fmt.Fprint(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
		}},
		"strange status": {"network", func(c net.Conn) {
			fmt.Fprint(c, "HTTP/1.1 999 Nine\r\nContent-Length: 0\r\n\r\n")
		}},
		"two lengths": {"network", func(c net.Conn) {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nfive!")
		}},
		"endless information": {"response_too_large", func(c net.Conn) {
			for {
				if _, err := fmt.Fprintf(c, "HTTP/1.1 103 Early Hints\r\nLink: %s\r\n\r\n", strings.Repeat("x", 4000)); err != nil {
					return
				}
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := listen(t, func(c net.Conn) {
				c.Read(make([]byte, 4096))
				test.serve(c)
			})
			w := granted(server)
			w.options.Answer, w.options.Idle = soon, soon
			if test.code != "timeout" {
				w.options.Answer, w.options.Idle = 0, 0
			}
			s := w.open(t)
			got := ask(t.Context(), t, s, "fetch", call{URL: "http://" + address(server)}, nil)
			if got.Err == nil {
				got = ask(t.Context(), t, s, "fetch.read", map[string]any{"body": 1, "all": true}, nil)
			}
			require.NotNil(t, got.Err)
			require.Equal(t, test.code, got.Err.Code, got.Err.Message)
			require.Equal(t, []string{test.code}, words(s))
		})
	}
}

func TestSlowHandshake(t *testing.T) {
	t.Parallel()
	server := listen(t, untilGone)
	w := granted(server)
	w.options.Connect = soon
	s := w.open(t)
	require.Equal(t, "timeout", refused(t, s, call{URL: "https://" + address(server)}).Code)
}

// TestEndOfTheExecution has requests and bodies under way when the session is closed.
func TestEndOfTheExecution(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"before the headers": "/silent", "within the body": "/body", "while a body is read": "/read", "within the handshake": "/tls"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			arrived, gone := make(chan struct{}, 1), make(chan struct{}, 1)
			server := listen(t, func(c net.Conn) {
				c.Read(make([]byte, 4096))
				if path == "/body" || path == "/read" {
					fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!")
				}
				arrived <- struct{}{}
				untilGone(c)
				gone <- struct{}{}
			})
			w := granted(server)
			w.options.Connect = time.Hour
			broker := host.New(w.options)
			defer broker.Close()
			s := broker.Open(&w.settings, w.grant)
			scheme := "http://"
			if path == "/tls" {
				scheme = "https://"
			}
			var asking sync.WaitGroup
			asking.Go(func() {
				text, _ := json.Marshal(call{URL: scheme + address(server)})
				a := s.Serve(context.Background(), vm.HostCall{Op: "fetch", Args: text})
				if path == "/read" {
					a = s.Serve(context.Background(), vm.HostCall{Op: "fetch.read", Args: json.RawMessage(`{"body":1,"all":true}`)})
				}
				if path != "/body" && (a.Err == nil || a.Err.Code != "aborted") {
					t.Errorf("answer %+v", a.Err)
				}
			})
			<-arrived
			if path == "/body" {
				asking.Wait()
			}
			s.Close()
			asking.Wait()
			<-gone // the connection does not outlive the execution
			require.Zero(t, broker.Stats().UnderWay)
			require.Equal(t, "aborted", ask(t.Context(), t, s, "cache.get", map[string]any{"key": "k"}, nil).Err.Code)
			require.Len(t, s.Requests(), 1)
			s.Close()
		})
	}
}

// TestEndOfALookup has a name server that does not answer when the session is closed.
func TestEndOfALookup(t *testing.T) {
	t.Parallel()
	asked, ended := make(chan struct{}), make(chan error, 1)
	var once sync.Once
	w := granted()
	w.options.Connect = time.Hour
	w.options.Resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		once.Do(func() {
			close(asked)
			<-ctx.Done()
			ended <- ctx.Err()
		})
		return nil, context.Canceled
	}}
	s := w.open(t)
	var asking sync.WaitGroup
	asking.Go(func() {
		s.Serve(context.Background(), vm.HostCall{Op: "fetch", Args: json.RawMessage(`{"url":"https://example.com/"}`)})
	})
	<-asked
	s.Close()
	require.ErrorIs(t, <-ended, context.Canceled, "and not the resolver's own time limit")
	asking.Wait()
	require.Equal(t, []string{"aborted"}, words(s))
}

// TestCallsAreGivenUp ends single calls, as an AbortController does.
func TestCallsAreGivenUp(t *testing.T) {
	t.Parallel()
	arrived, gone := make(chan struct{}, 1), make(chan struct{}, 1)
	server := listen(t, func(c net.Conn) {
		arrived <- struct{}{}
		untilGone(c)
		gone <- struct{}{}
	})
	s := granted(server).open(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	got := ask(ctx, t, s, "fetch", call{URL: "http://" + address(server)}, nil)
	require.Equal(t, "aborted", got.Err.Code)
	<-gone
}

func TestOpenBodies(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "text") })
	s := granted(server).open(t)
	var last answer
	for range 16 {
		last = fetch(t, s, call{URL: server.URL})
	}
	require.Equal(t, "busy", refused(t, s, call{URL: server.URL}).Code)
	require.Nil(t, ask(t.Context(), t, s, "fetch.close", map[string]any{"body": last.Body}, nil).Err)
	require.Nil(t, ask(t.Context(), t, s, "fetch.close", map[string]any{"body": 99}, nil).Err)
	require.Equal(t, "text", text(t, s, fetch(t, s, call{URL: server.URL})))
}

// TestTenantsThatFlood has one tenant use up what it may use, and another one that does not notice.
func TestTenantsThatFlood(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "text") })
	w := granted(server)
	w.options.TenantCalls, w.options.Queue = 2, soon
	broker := host.New(w.options)
	defer broker.Close()
	flood := broker.Open(&w.settings, host.Grant{Tenant: "acme", Hosts: []string{"*"}})
	defer flood.Close()
	first := fetch(t, flood, call{URL: server.URL})
	fetch(t, flood, call{URL: server.URL})
	require.Equal(t, "busy", refused(t, flood, call{URL: server.URL}).Code)
	require.Equal(t, 2, broker.Stats().UnderWay)

	other := broker.Open(&w.settings, host.Grant{Tenant: "globex", Hosts: []string{"*"}})
	defer other.Close()
	fetch(t, other, call{URL: server.URL})

	text(t, flood, first)
	fetch(t, flood, call{URL: server.URL}) // there is a place again
}

// TestManyAtATime hammers one broker from many tenants.
func TestManyAtATime(t *testing.T) {
	t.Parallel()
	server := serve(t, echo)
	w := granted(server)
	w.options.TenantCalls, w.options.Calls = 4, 8
	w.options.Queue = 1 << 40
	broker := host.New(w.options)
	defer broker.Close()
	var all sync.WaitGroup
	for i := range 32 {
		all.Go(func() {
			s := broker.Open(&w.settings, host.Grant{Tenant: fmt.Sprint("t", i%16), Hosts: []string{"*"}})
			defer s.Close()
			for j := range 10 {
				text, _ := json.Marshal(call{URL: server.URL})
				a := s.Serve(context.Background(), vm.HostCall{Op: "fetch", Args: text})
				if a.Err != nil {
					t.Errorf("fetch: %+v", a.Err)
					return
				}
				if j%2 == 0 { // the other bodies are left open
					s.Serve(context.Background(), vm.HostCall{Op: "fetch.read", Args: json.RawMessage(fmt.Sprintf(`{"body":%d,"all":true}`, j+1))})
				} else {
					s.Serve(context.Background(), vm.HostCall{Op: "fetch.close", Args: json.RawMessage(fmt.Sprintf(`{"body":%d}`, j+1))})
				}
			}
		})
	}
	all.Wait()
	require.Zero(t, broker.Stats().UnderWay)
	require.EqualValues(t, 320, broker.Stats().Requests["ok"])
}
