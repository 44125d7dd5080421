//go:build !race

package matrix_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/runtime/worker/child" // makes the test binary its own worker process
)

// world is what the actions of the matrix run in: real workers, and a broker that lets them reach a stub on loopback.
type world struct {
	pool   *worker.Pool
	broker *host.Broker
	stub   *httptest.Server
	client *npm.Client
}

func newWorld(t testing.TB, all installed) *world {
	t.Helper()
	registry := all.serve(t)
	settings, err := npm.ParseSettings("registry="+registry.URL()+"/", os.LookupEnv)
	require.NoError(t, err)
	pool, err := worker.New(worker.Config{Command: []string{os.Args[0], child.Worker}, Spares: 1})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	broker := host.New(host.Options{})
	t.Cleanup(broker.Close)
	stub := httptest.NewServer(http.HandlerFunc(answer))
	t.Cleanup(stub.Close)
	return &world{pool, broker, stub, npm.New(npm.Options{Settings: settings, Cache: t.TempDir(), HTTP: registry.Client()})}
}

// answer is the stub's: documents where clients look for them, and otherwise what it was sent.
func answer(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json")
	base := "http://" + r.Host
	switch r.URL.Path {
	case "/redirect":
		http.Redirect(w, r, "/landed", http.StatusFound)
		return
	case "/teapot":
		w.WriteHeader(http.StatusTeapot)
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": base, "authorization_endpoint": base + "/authorize", "token_endpoint": base + "/token", "jwks_uri": base + "/jwks"})
		return
	case "/token", "/oauth/token":
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "at", "token_type": "bearer", "expires_in": 3600})
		return
	case "/slack/":
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, "ok")
		return
	case "/track":
		_, _ = io.WriteString(w, "1")
		return
	case "/v3/mail/send":
		w.WriteHeader(http.StatusAccepted)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"ok": true, "id": "id_1", "object": "customer", "sid": "SM1", "status": "queued", "data": []any{},
		"method": r.Method, "path": r.URL.RequestURI(), "body": string(body), "type": r.Header.Get("Content-Type"), "authorization": r.Header.Get("Authorization"),
	})
}

// build resolves, fetches and bundles an action that uses a package. The error is the bundler's.
func (w *world) build(t testing.TB, name, version, code string) (*bundler.Bundle, error) {
	t.Helper()
	lock, err := w.client.Resolve(t.Context(), map[string]string{name: version})
	require.NoError(t, err)
	packages, err := w.client.Fetch(t.Context(), lock)
	require.NoError(t, err)
	return bundler.Build(bundler.Source{
		Files: map[string]string{"action.js": code}, Entry: "action.js",
		Packages: &bundler.Packages{Lock: &bundler.Lock{Lock: *lock}, ByKey: packages},
	})
}

// run executes an action in a worker process of the tenant's own.
func (w *world) run(t testing.TB, tenant string, b *bundler.Bundle) vm.Result {
	t.Helper()
	grant := host.Grant{Tenant: tenant, Action: "check", Hosts: []string{"*"}}
	session := w.broker.Open(&host.Settings{Egress: host.Egress{Internal: []string{w.stub.Listener.Addr().String()}}}, grant)
	defer session.Close()
	input := fmt.Sprintf(`{"stub":%q,"port":%q}`, w.stub.URL, w.stub.URL[len("http://127.0.0.1:"):])
	result, err := w.pool.Execute(t.Context(), grant.Tenant, vm.NewProgram(b.Script, b.SourceMap),
		vm.Call{Entry: "execute", Input: []byte(input), Limits: vm.Limits{CPU: 20 * time.Second, Wall: 30 * time.Second}}, session)
	require.NoError(t, err)
	return result
}

// load is how long one execution takes that only loads the bundle, compiled before: the shortest of several.
func load(t testing.TB, b *bundler.Bundle) time.Duration {
	t.Helper()
	machine := vm.NewMachine(func(*vm.Execution, *vm.Failure) { panic("stuck") }, nil)
	program := vm.NewProgram(b.Script, b.SourceMap)
	machine.Load(program)
	shortest := time.Hour
	for range 12 {
		started := time.Now()
		x := machine.Start(program.Digest, vm.Call{Input: []byte(`{}`), Limits: vm.Limits{CPU: 20 * time.Second, Wall: 20 * time.Second}})
		require.True(t, x.Step())
		require.Nil(t, x.Result().Failure)
		shortest = min(shortest, time.Since(started))
	}
	return shortest
}
