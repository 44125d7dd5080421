package web_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/progress"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/web"
	"github.com/durward/durward/web/api"
)

// events requires an answer with events and returns them.
func (r *reply) events() []api.StreamEvent {
	r.t.Helper()
	require.Equal(r.t, 200, r.status, string(r.body))
	require.Equal(r.t, api.EventsType, r.header.Get("Content-Type"))
	var all []api.StreamEvent
	for line := range bytes.Lines(r.body) {
		var e api.StreamEvent
		require.NoError(r.t, json.Unmarshal(line, &e))
		all = append(all, e)
	}
	return all
}

// stages are those of the events before the last one.
func stages(events []api.StreamEvent) []string {
	list := []string{}
	for _, e := range events[:len(events)-1] {
		list = append(list, e.Progress.Stage)
	}
	return list
}

func TestProgress(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	action := "/v1/tenants/acme/actions/gate"
	accept := []string{"Accept", "text/plain, application/x-ndjson;q=0.5"}

	first := s.call(keys["author"], "POST", "/v1/tenants/acme/actions", api.NewAction{
		Slug: "gate", Source: api.Source{Files: map[string]string{"action.ts": "export function execute() {}"}, Triggers: []string{"login.after"}},
	}, accept...).events()
	require.Equal(t, []string{"store"}, stages(first))
	ran := s.call(keys["author"], "POST", action+"/draft/run", `{"event":{"user":{"id":"u1","email":""}}}`, accept...).events()
	require.Equal(t, []string{"bundle", "run"}, stages(ran))
	published := s.call(keys["publisher"], "POST", action+"/versions", `{"number":"1.0.0"}`, accept...).events()
	require.Equal(t, []string{"bundle", "store"}, stages(published))
	var version api.Published
	require.NoError(t, json.Unmarshal(published[2].Answer, &version))
	require.Equal(t, "1.0.0", version.Number)
	verified := s.call(keys["author"], "POST", action+"/versions/1.0.0/verify", nil, accept...).events()
	require.Equal(t, []string{"bundle"}, stages(verified))
	require.Contains(t, string(verified[1].Answer), `"same":true`)

	for _, without := range []string{"application/json", "application/x-ndjson;q=0", "*/*", "application/x-ndjson;;"} {
		s.call(keys["publisher"], "POST", action+"/versions", `{"number":"1.0.0"}`, "Accept", without).into(201, &version)
	}
	s.call(keys["viewer"], "GET", action, nil, accept...).into(200, nil) // which has nothing to tell
}

// A refusal has its status as long as none was sent, and stands in the last event after that.
func TestProgressToAProblem(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	action, accept := "/v1/tenants/acme/actions/gate", []string{"Accept", api.EventsType}
	s.call(keys["author"], "POST", "/v1/tenants/acme/actions", api.NewAction{
		Slug: "gate", Source: api.Source{Files: map[string]string{"action.ts": "export function ("}, Triggers: []string{"login.after"}},
	}, accept...).events()
	s.call(keys["viewer"], "POST", action+"/versions", `{"number":"1.0.0"}`, accept...).problem(403, "forbidden")
	s.call(keys["publisher"], "POST", action+"/versions", `{"number":"one"}`, accept...).problem(422, "invalid")
	s.call(keys["publisher"], "POST", action+"/versions", `{"number":`, accept...).problem(400, "malformed_json")
	r := s.call(keys["publisher"], "POST", action+"/versions", `{"number":"1.0.0"}`, accept...)
	events := r.events()
	require.Equal(t, []string{"bundle"}, stages(events))
	p := events[1].Problem
	require.Equal(t, "build_failed", p.Code)
	require.Equal(t, 422, p.Status)
	require.Equal(t, r.header.Get("X-Request-Id"), p.RequestID)
	require.Equal(t, 1, p.Diagnostics[0].Line)
	require.Contains(t, string(s.call("", "GET", "/metrics", nil).body), `status="422"`)
}

// buildWith puts another builder in the place of the server's.
func buildWith(build func(ctx context.Context, next versions.Builder, tenant string, source bundler.Source) (*bundler.Bundle, error)) change {
	return func(c *web.Config) { c.Publisher.Builder = builderFunc{c.Publisher.Builder, build} }
}

type builderFunc struct {
	next  versions.Builder
	build func(context.Context, versions.Builder, string, bundler.Source) (*bundler.Bundle, error)
}

func (b builderFunc) Build(ctx context.Context, tenant string, source bundler.Source) (*bundler.Bundle, error) {
	return b.build(ctx, b.next, tenant, source)
}

// A client that goes away ends the work.
func TestProgressUntilNobodyListens(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	s := newServer(t, buildWith(func(ctx context.Context, _ versions.Builder, _ string, _ bundler.Source) (*bundler.Bundle, error) {
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	}))
	keys := s.tenant("acme")
	s.call(keys["author"], "POST", "/v1/tenants/acme/actions", api.NewAction{Slug: "gate", Source: api.Source{Files: map[string]string{"action.ts": ""}, Triggers: []string{"login.after"}}}).into(201, nil)

	ctx, leave := context.WithCancel(t.Context())
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/v1/tenants/acme/actions/gate/versions", bytes.NewReader([]byte(`{"number":"1.0.0"}`)))
	require.NoError(t, err)
	q.Header = http.Header{"Authorization": {"Bearer " + keys["publisher"]}, "Accept": {api.EventsType}}
	answer, err := http.DefaultClient.Do(q)
	require.NoError(t, err)
	defer answer.Body.Close()
	line, err := bufio.NewReader(answer.Body).ReadString('\n')
	require.NoError(t, err)
	require.JSONEq(t, `{"progress":{"stage":"bundle"}}`, line)
	leave()
	require.ErrorIs(t, <-ended, context.Canceled)
}

// Work does not wait for a client that does not read, and the client gets the end in any case.
func TestProgressForSlowReaders(t *testing.T) {
	t.Parallel()
	worked := make(chan struct{})
	s := newServer(t, buildWith(func(ctx context.Context, next versions.Builder, tenant string, source bundler.Source) (*bundler.Bundle, error) {
		defer close(worked)
		for i := range 300_000 { // more than the buffers of a connection take
			progress.Report(ctx, progress.Step{Stage: progress.Download, Package: fmt.Sprint("package-", i%2), Done: i})
		}
		return next.Build(ctx, tenant, source)
	}))
	keys := s.tenant("acme")
	s.call(keys["author"], "POST", "/v1/tenants/acme/actions", api.NewAction{
		Slug: "gate", Source: api.Source{Files: map[string]string{"action.ts": "export function execute() {}"}, Triggers: []string{"login.after"}},
	}).into(201, nil)
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/v1/tenants/acme/actions/gate/versions", bytes.NewReader([]byte(`{"number":"1.0.0"}`)))
	require.NoError(t, err)
	q.Header = http.Header{"Authorization": {"Bearer " + keys["publisher"]}, "Accept": {api.EventsType}}
	answer, err := http.DefaultClient.Do(q)
	require.NoError(t, err)
	defer answer.Body.Close()
	<-worked
	lines, last := bufio.NewScanner(answer.Body), ""
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		last = lines.Text()
	}
	require.NoError(t, lines.Err())
	require.Contains(t, last, `{"answer":{"action":"gate"`)
}
