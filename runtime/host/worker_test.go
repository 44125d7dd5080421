package host_test

import (
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/runtime/worker/child" // makes the test binary its own worker process
)

// newPool starts worker processes that end with the test.
func newPool(t testing.TB) *worker.Pool {
	t.Helper()
	pool, err := worker.New(worker.Config{Command: []string{os.Args[0], child.Worker}, Spares: 1})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// execute runs an action's code in a worker process, with all that the broker has for it.
func execute(t testing.TB, w *world, code string) (vm.Result, []host.Request) {
	t.Helper()
	s := w.open(t)
	script := []byte("var $action = {execute: async function (input, api) {" + code + "}};")
	result, err := newPool(t).Execute(t.Context(), w.grant.Tenant, vm.NewProgram(script, nil),
		vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: w.grant.Limits.WithDefaults()}, s)
	require.NoError(t, err)
	s.Close()
	return result, s.Requests()
}

func TestActionsFetch(t *testing.T) {
	t.Parallel()
	server := serve(t, redirector)
	w := granted(server)
	w.settings.Secrets = map[string]host.Secret{"KEY": {Value: "s3cret", Brokered: true, Hosts: []string{"127.0.0.1"}}}
	w.grant.Secrets = []string{"KEY"}
	result, requests := execute(t, w, `
		const first = await fetch("`+server.URL+`/307?/end", {method: "POST", body: JSON.stringify({key: "secret://KEY"}), headers: {"content-type": "application/json"}});
		const echo = await first.json();
		let refused;
		try { await fetch("http://169.254.169.254/latest/"); } catch (e) { refused = e.name + " " + e.code; }
		await durward.cache.set("k", {a: 1}, {ttl_seconds: 60});
		const cached = await durward.cache.get("k");
		await durward.counter.hit("k", {window_seconds: 60, limit: 1});
		const hit = await durward.counter.hit("k", {window_seconds: 60, limit: 1});
		return {kind: "continue", state: {body: echo.body, redirected: first.redirected, refused, cached, hit}};`)
	require.Nil(t, result.Failure)
	require.JSONEq(t, `{"kind":"continue","state":{"body":"{\"key\":\"s3cret\"}","redirected":true,"refused":"TypeError egress_denied","cached":{"a":1},
		"hit":{"count":2,"reset_in_seconds":64,"exceeded":true}}}`, string(result.Outcome))
	require.Len(t, requests, 3)
	require.Equal(t, "egress_denied", requests[2].Error)
}

func TestActionsPassTheirLimits(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 3<<20)) })
	for name, test := range map[string]struct{ code, limit string }{
		"requests": {`for (;;) try { await fetch("http://10.0.0.1/"); } catch {}`, "requests 3"},
		"bytes":    {`await (await fetch("` + server.URL + `")).text();`, "request_bytes 1048576"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := granted(server)
			w.grant.Limits = vm.Limits{Requests: 3, RequestBytes: 1 << 20}
			result, requests := execute(t, w, test.code)
			require.NotNil(t, result.Failure)
			require.Equal(t, vm.FailRequestLimit, result.Failure.Kind)
			require.Equal(t, test.limit, result.Failure.Limit)
			require.NotEmpty(t, requests)
		})
	}
}

// BenchmarkWaiting has 50 executions each of 20 tenants wait for an answer that takes 200 ms.
func BenchmarkWaiting(b *testing.B) {
	server := serve(b, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(200 * time.Millisecond):
		case <-r.Context().Done():
		}
		fmt.Fprint(w, document)
	})
	w := granted(server)
	broker := host.New(w.options)
	defer broker.Close()
	fetch := vm.HostCall{Op: "fetch", Args: []byte(`{"url":"` + server.URL + `"}`)}
	read := vm.HostCall{Op: "fetch.read", Args: []byte(`{"body":1,"all":true}`)}
	for b.Loop() {
		var all sync.WaitGroup
		for i := range 1000 {
			all.Go(func() {
				s := broker.Open(&w.settings, host.Grant{Tenant: fmt.Sprint(i % 20), Hosts: []string{"*"}})
				defer s.Close()
				if a := s.Serve(b.Context(), fetch); a.Err != nil {
					b.Errorf("fetch: %+v", a.Err)
				} else if a = s.Serve(b.Context(), read); a.Err != nil {
					b.Errorf("read: %+v", a.Err)
				}
			})
		}
		all.Wait()
	}
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
