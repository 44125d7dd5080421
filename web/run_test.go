package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/web"
	"github.com/durward/durward/web/api"
)

// holdingRecorder holds calls up when their chain has run.
type holdingRecorder struct {
	next    versions.Recorder
	arrived chan struct{}
	release chan struct{}
}

func (r *holdingRecorder) Append(record *audit.Record) error {
	close(r.arrived)
	<-r.release
	return r.next.Append(record)
}

func TestStopLetsCallsEnd(t *testing.T) {
	t.Parallel()
	hold := &holdingRecorder{arrived: make(chan struct{}), release: make(chan struct{})}
	s := newUnserved(t, func(c *web.Config) {
		hold.next = c.Executor.Recorder
		c.Executor.Recorder = hold
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.url = "http://" + listener.Addr().String()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.web.Run(ctx, listener) }()

	keys := s.tenant("acme")
	s.flow("acme", keys, "login")
	require.Equal(t, 200, s.readiness())
	answered := make(chan *reply, 1)
	go func() {
		defer close(answered) // also if the call fails the test
		answered <- s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/login/slots/after/execute", loginCall)
	}()
	<-hold.arrived
	stop()
	require.Eventually(t, func() bool { return s.readiness() == 503 }, time.Minute, time.Millisecond)
	select {
	case err := <-ended:
		t.Fatal("the server ended while a call was running: ", err)
	default:
	}
	close(hold.release)
	answer, ok := <-answered
	require.True(t, ok)
	require.Equal(t, 200, answer.status)
	require.NoError(t, <-ended)
	_, err = listener.Accept()
	require.ErrorIs(t, err, net.ErrClosed) // another test may listen at its address by now
}

// readiness asks without a connection, which a server that is stopping does not take.
func (s *server) readiness() int {
	answer := httptest.NewRecorder()
	s.web.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	return answer.Code
}

func TestStopCutsOffWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	hold := &holdingRecorder{arrived: make(chan struct{}), release: make(chan struct{})}
	s := newUnserved(t, func(c *web.Config) {
		hold.next = c.Executor.Recorder
		c.Executor.Recorder = hold
		c.Grace = time.Millisecond
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.url = "http://" + listener.Addr().String()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.web.Run(ctx, listener) }()
	keys := s.tenant("acme")
	s.flow("acme", keys, "login")
	broken := make(chan error, 1)
	go func() {
		q, _ := http.NewRequest(http.MethodPost, s.url+"/v1/tenants/acme/flows/login/slots/after/execute", strings.NewReader(loginCall))
		q.Header.Set("Authorization", "Bearer "+keys["execute"])
		_, err := http.DefaultClient.Do(q)
		broken <- err
	}()
	<-hold.arrived
	stop()
	require.ErrorIs(t, <-ended, context.DeadlineExceeded)
	require.Error(t, <-broken)
	close(hold.release)
}

func TestListenerThatFails(t *testing.T) {
	t.Parallel()
	s := newUnserved(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	require.ErrorIs(t, s.web.Run(t.Context(), listener), net.ErrClosed)
}

func TestPanicIsAProblem(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *web.Config) {
		c.Backup = func(context.Context, io.Writer) error { panic("the secret word") }
	})
	r := s.call(operatorKey, "GET", "/v1/system/backup", nil)
	r.problem(500, "internal")
	require.NotContains(t, string(r.body), "secret word")
	require.NotContains(t, string(r.body), "goroutine")
	require.Empty(t, r.header.Get("Content-Disposition"))
	require.Contains(t, s.log.String(), "the secret word")
	require.Contains(t, s.log.String(), "goroutine")
	require.Contains(t, s.log.String(), r.header.Get("X-Request-Id"))
	s.call("", "GET", "/healthz", nil).into(200, nil)
}

func TestOwnFaultsAreNotTold(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *web.Config) {
		c.Backup = func(context.Context, io.Writer) error { return errors.New("/var/lib/durward: disk is full") }
	})
	r := s.call(operatorKey, "GET", "/v1/system/backup", nil)
	r.problem(500, "internal")
	require.NotContains(t, string(r.body), "disk")
	require.Contains(t, s.log.String(), "disk is full")
}

func TestBackupThatBreaksOffDoesNotLookWhole(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *web.Config) {
		c.Backup = func(_ context.Context, w io.Writer) error {
			fmt.Fprint(w, strings.Repeat("x", 1<<20))
			return errors.New("disk is gone")
		}
	})
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/v1/system/backup", nil)
	require.NoError(t, err)
	q.Header.Set("Authorization", "Bearer "+operatorKey)
	answer, err := http.DefaultClient.Do(q)
	require.NoError(t, err)
	defer answer.Body.Close()
	_, err = io.ReadAll(answer.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Contains(t, s.log.String(), "level=ERROR")
}

func TestClientThatIsGone(t *testing.T) {
	t.Parallel()
	s := newUnserved(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q := httptest.NewRequest(http.MethodGet, "/v1/tenants", nil).WithContext(ctx)
	q.Header.Set("Authorization", "Bearer "+operatorKey)
	answer := httptest.NewRecorder()
	s.web.ServeHTTP(answer, q)
	require.Equal(t, 499, answer.Code)
	require.NotContains(t, s.log.String(), "level=ERROR")
}

func TestClientThatGoesWhileItIsAnswered(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *web.Config) {
		c.Backup = func(_ context.Context, w io.Writer) error {
			for {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return err
				}
			}
		}
	})
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/v1/system/backup", nil)
	require.NoError(t, err)
	q.Header.Set("Authorization", "Bearer "+operatorKey)
	answer, err := http.DefaultClient.Do(q)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close()) // of an endless body: it closes the connection
	require.Eventually(t, func() bool { return strings.Contains(s.log.String(), "answer broke off") }, 30*time.Second, time.Millisecond)
	require.NotContains(t, s.log.String(), "level=ERROR")
}

// faultySandbox runs nothing.
type faultySandbox struct{ err error }

func (f faultySandbox) Execute(context.Context, string, *runtime.Program, vm.Call, worker.Host) (vm.Result, error) {
	return vm.Result{}, f.err
}

func TestBusyServer(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *web.Config) { c.Executor.Engine = &runtime.Engine{Sandbox: faultySandbox{worker.ErrBusy}} })
	keys := s.tenant("acme")
	s.allowlistFlow("acme", keys)
	r := s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/login/slots/after/execute", loginCall)
	r.problem(503, "busy")
	require.Equal(t, "1", r.header.Get("Retry-After"))
}

func TestStoppedWorkersAreNoFaultOfOurs(t *testing.T) {
	t.Parallel()
	var pool interface{ Close() }
	s := newServer(t, func(c *web.Config) { pool = c.Workers })
	keys := s.tenant("acme")
	s.allowlistFlow("acme", keys)
	pool.Close()
	r := s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/login/slots/after/execute", loginCall)
	r.problem(503, "stopping")
	require.Equal(t, "1", r.header.Get("Retry-After"))
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	require.Equal(t, "trace-1.a_B", s.call("", "GET", "/healthz", nil, "X-Request-Id", "trace-1.a_B").header.Get("X-Request-Id"))
	for _, odd := range []string{"a b", "a\"b", strings.Repeat("x", 129), "é"} {
		id := s.call("", "GET", "/healthz", nil, "X-Request-Id", odd).header.Get("X-Request-Id")
		require.NotEqual(t, odd, id)
		require.Regexp(t, `^[A-Z2-7]{26}$`, id)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, path := range []string{"/healthz", "/nowhere", "/v1/tenants"} {
		h := s.call("", "GET", path, nil).header
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
		require.Equal(t, "no-store", h.Get("Cache-Control"))
		require.Contains(t, h.Get("Content-Security-Policy"), "frame-ancestors 'none'")
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	_, err := web.New(web.Config{})
	require.Error(t, err)
}

// TestLog wants edits in the log of a server in production, and calls not: there are thousands of them a second.
func TestLog(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.flow("acme", keys, "login")
	s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/login/slots/after/execute", loginCall).into(200, &api.Answer{})
	for line := range strings.SplitSeq(s.log.String(), "\n") {
		switch {
		case strings.Contains(line, "/execute"):
			require.Contains(t, line, "level=DEBUG")
		case strings.Contains(line, "method=POST"):
			require.Contains(t, line, "level=INFO")
		}
		for _, secret := range keys {
			require.NotContains(t, line, secret)
		}
	}
}
