package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

func (s *server) tenantClient(key, tenant string) *client.Tenant {
	return client.New(s.url, key, client.Options{}).Tenant(tenant)
}

func TestFollow(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys, others := s.tenant("acme"), s.tenant("other")
	s.allowlistFlow("acme", keys)
	s.allowlistFlow("other", others)
	execute := func(tenant, key, user string) {
		s.call(key, "POST", "/v1/tenants/"+tenant+"/flows/login/slots/after/execute", `{"user":{"id":"`+user+`","email":"ada@elsewhere.test"}}`).into(200, nil)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	records := make(chan api.Record)
	go func() {
		defer close(records)
		for r, err := range s.tenantClient(keys["viewer"], "acme").Follow(ctx, client.ExecutionFilter{Outcome: "block"}) {
			if err != nil {
				return
			}
			records <- r
		}
	}()
	// When the stream begins is not known, so calls are made until one is seen.
	var first api.Record
	for seen := false; !seen; {
		execute("other", others["execute"], "u0")
		execute("acme", keys["execute"], "u1")
		select {
		case first = <-records:
			seen = true
		case <-time.After(20 * time.Millisecond):
		}
	}
	require.Equal(t, "u1", first.User)
	require.Equal(t, "domain_not_allowed", first.Code)
	require.Equal(t, "refused ada@elsewhere.test", first.Actions[0].Logs[0].Message)
	execute("acme", keys["execute"], "u2")
	for r := range records {
		require.NotEqual(t, "u0", r.User, "nothing of another tenant")
		if r.User == "u2" {
			break
		}
	}
	cancel()
	for range records {
	}

	// Who connects again gets what it has missed.
	execute("acme", keys["execute"], "u3")
	require.NoError(t, s.recorder.Flush(t.Context()))
	r := s.call(keys["viewer"], "GET", "/v1/tenants/acme/audit/executions/stream", nil, "Last-Event-ID", first.ID)
	require.Equal(t, "text/event-stream", r.header.Get("Content-Type"))
	require.Contains(t, string(r.body), `"user":"u3"`)
	require.Contains(t, string(r.body), "event: execution\nid: ")
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/audit/executions/stream?outcome=no", nil).problem(422, "invalid")
	s.call(operatorKey, "GET", "/v1/tenants/nobody/audit/executions/stream", nil).problem(404, "not_found")
}

// A tenant that follows too often is refused, and has its places back when it goes.
func TestTooManyFollow(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	const most = 20
	open := func() *http.Response {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/v1/tenants/acme/audit/executions/stream", nil)
		require.NoError(t, err)
		q.Header.Set("Authorization", "Bearer "+keys["viewer"])
		answer, err := http.DefaultClient.Do(q)
		require.NoError(t, err)
		return answer
	}
	var all []*http.Response
	for range most {
		answer := open()
		require.Equal(t, 200, answer.StatusCode)
		all = append(all, answer)
	}
	refused := open()
	require.Equal(t, 429, refused.StatusCode)
	require.NoError(t, refused.Body.Close())
	for _, answer := range all {
		require.NoError(t, answer.Body.Close())
	}
	require.Eventually(t, func() bool {
		answer := open()
		defer answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	}, 10*time.Second, 10*time.Millisecond)
}

// A server that stops does not wait for those who follow.
func TestStopEndsFollowing(t *testing.T) {
	t.Parallel()
	s := newUnserved(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.web.Run(ctx, listener) }()
	s.url = "http://" + listener.Addr().String()
	keys := s.tenant("acme")
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/v1/tenants/acme/audit/executions/stream", nil)
	require.NoError(t, err)
	q.Header.Set("Authorization", "Bearer "+keys["viewer"])
	answer, err := http.DefaultClient.Do(q)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, 200, answer.StatusCode)
	stop()
	require.NoError(t, <-ended)
}

func TestStatistics(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.allowlistFlow("acme", keys)
	for i := range 6 {
		domain := []string{"example.com", "elsewhere.test"}[i%2]
		s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/login/slots/after/execute", fmt.Sprintf(`{"user":{"id":"u","email":"a@%s"}}`, domain)).into(200, nil)
	}
	tenant := s.tenantClient(keys["viewer"], "acme")
	of := func(q client.StatisticsQuestion) []api.Course {
		got, err := tenant.Statistics(t.Context(), q)
		require.NoError(t, err)
		require.EqualValues(t, 300, got.StepSeconds)
		return got.Items
	}
	flows := of(client.StatisticsQuestion{})
	require.Len(t, flows, 1)
	require.Equal(t, "login", flows[0].Flow)
	total := flows[0].Total
	require.Positive(t, total.P50US)
	require.GreaterOrEqual(t, total.P95US, total.P50US)
	total.P50US, total.P95US = 0, 0
	require.Equal(t, api.Figures{Count: 6, Continue: 3, Block: 3}, total)
	var counted int64
	for _, p := range flows[0].Points {
		counted += p.Count
	}
	require.EqualValues(t, 6, counted)
	version := of(client.StatisticsQuestion{By: "version", Action: "domain-allowlist", From: time.Now().Add(-time.Hour)})
	require.Len(t, version, 1)
	require.Equal(t, "1.0.0", version[0].Version)
	require.EqualValues(t, 6, version[0].Total.Count)
	require.Equal(t, 1, of(client.StatisticsQuestion{By: "revision"})[0].Revision)
	require.Equal(t, "after", of(client.StatisticsQuestion{By: "slot"})[0].Slot)

	for query, pointer := range map[string]string{
		"by=user": "?by", "by=flow&action=x": "?action", "by=action&flow=x": "?flow", "step=299": "?step", "step=x": "?step", "step=-300": "?step",
		"from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z": "?from", "to=now": "?to", "user=u1": "?user",
	} {
		var p api.Problem
		s.call(keys["viewer"], "GET", "/v1/tenants/acme/statistics?"+query, nil).into(422, &p)
		require.Equal(t, pointer, p.Errors[0].Pointer, query)
	}
	var none api.Statistics
	r := s.call(keys["viewer"], "GET", "/v1/tenants/acme/statistics?flow=none&from=1970-01-01T00:00:00Z", nil)
	r.into(200, &none)
	require.True(t, strings.Contains(string(r.body), `"items":[]`), "a list, not null")
	require.True(t, json.Valid(r.body))
}
