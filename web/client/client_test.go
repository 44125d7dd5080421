package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

func serve(t *testing.T, handler http.HandlerFunc) *client.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return client.New(server.URL+"/", "dwk_test", client.Options{})
}

func TestExecute(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.URL.EscapedPath() != "/v1/tenants/acme/flows/log%2Fin/slots/after/execute" ||
			r.Header.Get("Authorization") != "Bearer dwk_test" || r.Header.Get("Idempotency-Key") != "once" || r.Header.Get("Content-Type") != "application/json" ||
			string(body) != `{"run":"TOKEN","user":{"id":"u1"}}` {
			http.Error(w, r.URL.EscapedPath()+" "+string(body), http.StatusTeapot)
			return
		}
		_, _ = io.WriteString(w, `{"run":"NEXT","kind":"block","code":"no","state":{},"flow":{"slug":"log/in","revision":3},"actions":[]}`)
	})
	x := client.Execution{Flow: "log/in", Slot: "after", IdempotencyKey: "once", Call: api.Call{Run: "TOKEN", User: map[string]string{"id": "u1"}}}
	a, err := c.Tenant("acme").Execute(t.Context(), x)
	require.NoError(t, err)
	require.Equal(t, "block", a.Kind)
	require.Equal(t, 3, a.Flow.Revision)

	x.Body, x.Call = json.RawMessage(`{"run":"TOKEN","user":{"id":"u1"}}`), api.Call{}
	_, err = c.Tenant("acme").Execute(t.Context(), x)
	require.NoError(t, err)
}

func TestProblem(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		media, body string
		want        client.Problem
	}{
		"a problem": {
			media: "application/problem+json; charset=utf-8", body: `{"title":"T","status":422,"code":"invalid","errors":[{"pointer":"/name","detail":"too long"}]}`,
			want: client.Problem{Title: "T", Status: 422, Code: "invalid", Errors: []api.FieldError{{Pointer: "/name", Detail: "too long"}}},
		},
		"a page of something else": {
			media: "text/html", body: "<h1>Not here</h1>",
			want: client.Problem{Title: "422 Unprocessable Entity", Status: 422},
		},
		"a torn problem": {
			media: "application/problem+json", body: `{"title":`,
			want: client.Problem{Title: "422 Unprocessable Entity", Status: 422},
		},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.media)
				w.WriteHeader(http.StatusUnprocessableEntity)
				_, _ = io.WriteString(w, test.body)
			})
			_, err := c.CreateTenant(t.Context(), api.NewTenant{ID: "acme"})
			var p *client.Problem
			require.ErrorAs(t, err, &p)
			if test.want.Code == "" {
				require.Contains(t, p.Detail, "is it the right URL?")
				p.Detail = ""
			}
			require.Equal(t, test.want, *p)
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	url := "http://" + listener.Addr().String()
	require.NoError(t, listener.Close())
	_, err = client.New(url, "", client.Options{}).Triggers(t.Context())
	var unreachable *client.UnreachableError
	require.ErrorAs(t, err, &unreachable)
	require.Equal(t, url, unreachable.URL)
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	_, err := client.New(server.URL, "", client.Options{Timeout: time.Millisecond}).Triggers(t.Context())
	var unreachable *client.UnreachableError
	require.ErrorAs(t, err, &unreachable)
	require.ErrorIs(t, err, context.DeadlineExceeded)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = client.New(server.URL, "", client.Options{}).Triggers(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, errors.As(err, &unreachable), "the caller gave up, which says nothing about the server")
}

// TestReuse makes waves of calls at a time: after the first wave, no call dials.
func TestReuse(t *testing.T) {
	t.Parallel()
	const atATime = 16
	var dialled atomic.Int64
	var wave sync.WaitGroup
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		wave.Done()
		wave.Wait() // all of a wave are under way at once
		_, _ = io.WriteString(w, `{"items":[]}`)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			dialled.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	c := client.New(server.URL, "", client.Options{})
	for range 5 {
		wave.Add(atATime)
		var calls sync.WaitGroup
		for range atATime {
			calls.Go(func() {
				if _, err := c.Triggers(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
	}
	require.Less(t, dialled.Load(), int64(3*atATime), "a transport that keeps two connections dials for nearly every call")
}

func TestRedirectDoesNotGetTheKey(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	t.Cleanup(elsewhere.Close)
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	_, err := c.Triggers(t.Context())
	var p *client.Problem
	require.ErrorAs(t, err, &p)
	require.Equal(t, http.StatusTemporaryRedirect, p.Status)
}

func TestAll(t *testing.T) {
	t.Parallel()
	pages := map[string]string{
		"":  `{"items":[{"slug":"a"},{"slug":"b"}],"next":"b"}`,
		"b": `{"items":[{"slug":"c"}],"next":"c"}`,
		"c": `{"items":[{"slug":"d"}]}`,
	}
	var asked atomic.Int64
	tenant := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		_, _ = io.WriteString(w, pages[r.FormValue("after")])
	}).Tenant("acme")
	var slugs string
	for a, err := range client.All(t.Context(), tenant.Actions) {
		require.NoError(t, err)
		slugs += a.Slug
	}
	require.Equal(t, "abcd", slugs)

	asked.Store(0)
	for range client.All(t.Context(), tenant.Actions) {
		break
	}
	require.EqualValues(t, 1, asked.Load(), "no page is fetched that nobody comes to")

	pages["b"] = `{"items":`
	var last error
	for _, err := range client.All(t.Context(), tenant.Actions) {
		last = err
	}
	require.Error(t, last)
}

func TestFilters(t *testing.T) {
	t.Parallel()
	var query string
	tenant := serve(t, func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.Path + "?" + r.URL.RawQuery
		_, _ = io.WriteString(w, `{"items":[]}`)
	}).Tenant("acme")
	from := time.Date(2026, 1, 31, 13, 0, 0, 0, time.FixedZone("", 3600))
	_, err := tenant.Executions(client.ExecutionFilter{From: from, Outcome: "failed", User: "a&b"})(t.Context(), client.Page{After: "x", Limit: 3})
	require.NoError(t, err)
	require.Equal(t, "/v1/tenants/acme/audit/executions?after=x&from=2026-01-31T12%3A00%3A00Z&limit=3&outcome=failed&user=a%26b", query)
	_, err = tenant.Edits(client.EditFilter{Type: "flow.saved"})(t.Context(), client.Page{})
	require.NoError(t, err)
	require.Equal(t, "/v1/tenants/acme/audit/edits?type=flow.saved", query)
}

// TestTornBackup breaks the connection off in the middle, as the server does when it cannot go on.
func TestTornBackup(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(bytes.Repeat([]byte("x"), 1<<20))
		panic(http.ErrAbortHandler)
	})
	require.Error(t, c.Backup(t.Context(), io.Discard))
}

func TestAnswerTooLarge(t *testing.T) {
	t.Parallel()
	body := append(append([]byte(`{"kind":"`), bytes.Repeat([]byte("x"), 64<<20)...), `"}`...)
	c := client.New("http://durward.test", "", client.Options{Transport: answers{200, "application/json", body}})
	_, err := c.Tenant("acme").Execute(t.Context(), client.Execution{Flow: "login", Slot: "after"})
	require.ErrorIs(t, err, client.ErrTooLarge)
}

// answers is a server that is not there.
type answers struct {
	status int
	media  string
	body   []byte
}

func (a answers) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: a.status, Status: http.StatusText(a.status), Header: http.Header{"Content-Type": {a.media}}, Body: io.NopCloser(bytes.NewReader(a.body)),
	}, nil
}

// FuzzAnswer reads what a server, or something between here and there, may answer.
func FuzzAnswer(f *testing.F) {
	f.Add(200, "application/json", []byte(`{"kind":"continue","user":{"traits":{"a":null}},"actions":[]}`))
	f.Add(422, api.ProblemType, []byte(`{"code":"invalid","diagnostics":[{"line":1}]}`))
	f.Add(502, "text/html", []byte("<html>"))
	f.Fuzz(func(t *testing.T, status int, media string, body []byte) {
		c := client.New("http://durward.test", "", client.Options{Transport: answers{status, media, body}})
		a, err := c.Tenant("acme").Execute(t.Context(), client.Execution{Flow: "login", Slot: "after"})
		if err != nil {
			require.Zero(t, a.Kind, "an error has no decision")
			require.NotEmpty(t, err.Error())
			return
		}
		require.Equal(t, 2, status/100)
	})
}
