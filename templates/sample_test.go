package templates_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/templates"
)

// Every sample runs through the real bundler and a real worker, with its config checked against the schema. All samples of a template together take every branch of its source.
func TestSamples(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	covered := &coverage{}
	t.Run("templates", func(t *testing.T) {
		for _, template := range templates.All() {
			t.Run(template.Name, func(t *testing.T) {
				t.Parallel()
				require.NotEmpty(t, template.Samples)
				bundle := w.bundle(t, template)
				measured := instrument(t, template, bundle)
				names := map[string]bool{}
				for _, sample := range template.Samples {
					require.False(t, names[sample.Name], "the name %q is there twice", sample.Name)
					names[sample.Name] = true
					w.play(t, template, sample, bundle.Script, func(_ vm.Call, r vm.Result) vm.Result { return r })
					w.play(t, template, sample, measured.script, measured.note)
				}
				covered.add(template, measured)
			})
		}
	})
	require.Empty(t, covered.missed(), "no sample takes these branches; write one, or say why there is none in a comment at the end of the line: // not covered: …")
}

// play makes the calls of a sample and compares what comes of them.
func (w *workshop) play(t *testing.T, template templates.Template, sample templates.Sample, script []byte, see func(vm.Call, vm.Result) vm.Result) {
	t.Helper()
	at := template.Name + ": " + sample.Name
	require.Contains(t, template.Triggers, sample.Trigger, at)
	trigger, ok := contract.Lookup(contract.TriggerID(sample.Trigger))
	require.True(t, ok, at)
	config, err := w.schemas.Apply(t.Context(), "tenant", template.ConfigSchema, sample.Config)
	require.NoError(t, err, at)
	if !sample.Clock.IsZero() {
		script = fmt.Appendf(slices.Clip(script), "\nDate.now = () => %d;\n", sample.Clock.UnixMilli())
	}
	broker := host.New(host.Options{Counters: steady{host.NewMemoryCounters()}, DurableCounters: steady{host.NewMemoryCounters()}})
	defer broker.Close()
	secrets := map[string]host.Secret{}
	for name, value := range sample.Secrets {
		require.Contains(t, template.Secrets, name, at)
		secrets[name] = host.Secret{Value: value}
	}
	stage := &stage{workshop: w, see: see}
	engine := &runtime.Engine{Sandbox: stage, Broker: broker, Tenants: tenant{&host.Settings{Secrets: secrets}}}
	step := runtime.Step{
		Attachment: "a", Action: template.Name, Version: template.Version(), Program: vm.NewProgram(script, nil), Config: runtime.NewConfig(config), OnFailure: runtime.Block,
		Secrets: template.Secrets, Hosts: template.Hosts,
	}
	started := sample.Clock
	if started.IsZero() {
		started = time.Now()
	}
	for i, exchange := range append([]templates.Exchange{sample.Exchange}, sample.Then...) {
		at := fmt.Sprintf("%s, call %d", at, i+1)
		event, err := contract.DecodeCall(exchange.Event, trigger)
		require.NoError(t, err, at)
		call := &runtime.Call{
			Tenant: "tenant", Trigger: trigger, Event: event, Flow: "flow", Revision: 1, Run: "run", RunStarted: started, IdempotencyKey: "key", Steps: []runtime.Step{step},
		}
		if event.Resume != nil {
			call.Resume = &runtime.Resumption{Asked: 1}
		}
		stage.expect(t, at, template.Hosts, exchange.Requests)
		answer, err := engine.Run(t.Context(), call)
		require.NoError(t, err, at)
		stage.done(at)
		result := answer.Executions[0].Result
		if exchange.Failure != "" {
			require.NotNil(t, result.Failure, at)
			require.Contains(t, result.Failure.Message, exchange.Failure, at)
			continue
		}
		require.Nil(t, result.Failure, "%s: %+v", at, result.Failure)
		if len(exchange.Outcome) == 0 {
			require.Empty(t, result.Outcome, at)
			continue
		}
		require.JSONEq(t, string(exchange.Outcome), string(result.Outcome), at)
	}
}

// steady are counters whose windows end when they say, however long the test takes.
type steady struct{ *host.MemoryCounters }

func (s steady) Hit(ctx context.Context, in host.Scope, key string, window time.Duration, limit int) (int, time.Duration, error) {
	count, _, err := s.MemoryCounters.Hit(ctx, in, key, window, limit)
	return count, window, err
}

type tenant struct{ settings *host.Settings }

func (s tenant) Settings(context.Context, string) (*host.Settings, error) { return s.settings, nil }

// stage is a sandbox whose network is what samples say. Cache and counters are the broker's.
type stage struct {
	*workshop
	see func(vm.Call, vm.Result) vm.Result

	mu       sync.Mutex
	t        testing.TB
	at       string
	hosts    []string
	expected []templates.Request
	bodies   [][]byte
}

func (s *stage) expect(t testing.TB, at string, hosts []string, requests []templates.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.t, s.at, s.hosts, s.expected, s.bodies = t, at, hosts, requests, nil
}

func (s *stage) done(at string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	require.Empty(s.t, s.expected, "%s: requests that were not sent", at)
}

// Execute implements runtime.Sandbox.
func (s *stage) Execute(ctx context.Context, tenant string, program *vm.Program, call vm.Call, session worker.Host) (vm.Result, error) {
	result, err := s.pool.Execute(ctx, tenant, program, call, network{s, session})
	return s.see(call, result), err
}

// network answers requests in the place of the broker.
type network struct {
	*stage
	session worker.Host
}

// Serve implements worker.Host.
func (n network) Serve(ctx context.Context, call vm.HostCall) vm.HostAnswer {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch call.Op {
	case "fetch":
		return n.fetch(call)
	case "fetch.read":
		var a struct{ Body int }
		_ = json.Unmarshal(call.Args, &a)
		return vm.HostAnswer{Value: json.RawMessage(`{"done":true}`), Body: n.bodies[a.Body-1]}
	case "fetch.close":
		return vm.HostAnswer{Value: json.RawMessage(`{}`)}
	}
	return n.session.Serve(ctx, call)
}

// fetch compares a request with the one that is expected. What is wrong is told by an answer that no sample expects, because this is not the test's goroutine.
func (n network) fetch(call vm.HostCall) vm.HostAnswer {
	var got struct {
		Method, URL string
		Headers     [][2]string
	}
	_ = json.Unmarshal(call.Args, &got)
	wrong := func(format string, args ...any) vm.HostAnswer {
		n.t.Errorf(n.at+": "+format, args...)
		return vm.HostAnswer{Err: &vm.HostError{Message: "not expected"}}
	}
	if len(n.expected) == 0 {
		return wrong("a request that is not expected: %s %s %s", got.Method, got.URL, call.Body)
	}
	want := n.expected[0]
	n.expected = n.expected[1:]
	u, err := url.Parse(got.URL)
	if err != nil || !slices.Contains(n.hosts, "*") && !slices.Contains(n.hosts, u.Host) {
		return wrong("%s is none of the declared hosts %v", got.URL, n.hosts)
	}
	if got.Method != want.Method || got.URL != want.URL {
		return wrong("%s %s, want %s %s", got.Method, got.URL, want.Method, want.URL)
	}
	headers := map[string]string{}
	for _, h := range got.Headers {
		headers[strings.ToLower(h[0])] = h[1]
	}
	for name, value := range want.Headers {
		if headers[name] != value {
			return wrong("header %s is %q, want %q", name, headers[name], value)
		}
	}
	if body := string(call.Body); body != "" || len(want.Body) > 0 {
		var text string
		if json.Unmarshal(want.Body, &text) != nil {
			text = string(want.Body)
		}
		if body != text && !sameJSON(body, text) {
			return wrong("body %s, want %s", body, text)
		}
	}
	if want.Error != "" {
		return vm.HostAnswer{Err: &vm.HostError{Code: want.Error, Message: "there is no answer"}}
	}
	return n.answer(want)
}

func (n network) answer(want templates.Request) vm.HostAnswer {
	number := 0
	if len(want.Answer.Body) > 0 {
		var text string
		if json.Unmarshal(want.Answer.Body, &text) != nil {
			text = string(want.Answer.Body)
		}
		n.bodies = append(n.bodies, []byte(text))
		number = len(n.bodies)
	}
	value, _ := json.Marshal(map[string]any{"status": want.Answer.Status, "status_text": "", "url": want.URL, "redirected": false, "headers": [][2]string{}, "body": number})
	return vm.HostAnswer{Value: value}
}

func sameJSON(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return string(p) == string(q)
}
