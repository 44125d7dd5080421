package web_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/versions"
	"github.com/durward/durward/web"
	"github.com/durward/durward/web/api"
)

// conducted makes a server of which the test conducts the rollouts.
func conducted(t *testing.T) (*server, func()) {
	t.Helper()
	var conductor *versions.Conductor
	s := newServer(t, func(c *web.Config) {
		conductor = &versions.Conductor{Flows: c.Flows, Live: c.Executor.Live, Sealer: c.Executor.Sealer}
	})
	return s, func() { conductor.Tick(context.Background()) }
}

const (
	inFlow    = "/v1/tenants/acme/flows/login"
	inRollout = inFlow + "/rollout"
)

// signIn is an execute call of a user, which the allow-list lets in.
func (s *server) signIn(keys map[string]string, user string, headers ...string) api.Answer {
	s.t.Helper()
	var a api.Answer
	s.call(keys["execute"], "POST", inFlow+"/slots/after/execute", fmt.Sprintf(`{"user":{"id":%q,"email":"a@example.com"}}`, user), headers...).into(200, &a)
	return a
}

func candidateOf(domain string, plan api.RolloutPlan) api.NewRollout {
	return api.NewRollout{
		Base: 1, Message: "other domain", RolloutPlan: plan,
		Slots: map[string]api.Slot{"after": {Default: []api.Attachment{{Action: "domain-allowlist", Version: "1.0.0", Config: []byte(`{"domain":"` + domain + `"}`)}}}},
	}
}

func TestRolloutOverHTTP(t *testing.T) {
	t.Parallel()
	s, tick := conducted(t)
	keys := s.tenant("acme")
	s.allowlistFlow("acme", keys)
	s.call(keys["viewer"], "GET", inRollout, nil).problem(404, "not_found")
	s.call(keys["publisher"], "POST", inRollout+"/promote", api.Promotion{}).problem(409, "rollout_state")
	s.call(keys["publisher"], "POST", inRollout+"/passes", api.NewPass{Cohort: "candidate"}).problem(409, "rollout_state")

	plan := api.RolloutPlan{
		Steps: []api.RolloutStep{{Percent: 0}, {Percent: 50, DurationSeconds: 3600}}, Guards: []api.RolloutGuard{{Metric: "block_rate", Max: 0.2}}, MinSample: 20,
	}
	bad := candidateOf("example.org", plan)
	bad.Steps, bad.Guards = []api.RolloutStep{{Percent: 101}}, []api.RolloutGuard{{Metric: "luck", Max: 1}}
	p := s.call(keys["publisher"], "POST", inRollout, bad).problem(422, "invalid")
	require.Equal(t, []string{"/steps/0/percent", "/guards/0/metric"}, []string{p.Errors[0].Pointer, p.Errors[1].Pointer})
	s.call(keys["author"], "POST", inRollout, candidateOf("example.org", plan)).problem(403, "forbidden")

	var r api.StartedRollout
	s.call(keys["publisher"], "POST", inRollout, candidateOf("example.org", plan)).into(200, &r)
	require.Equal(t, []int{1, 1, 2, 1}, []int{r.Number, r.Stable, r.Candidate, r.Step})
	require.Equal(t, "running", r.State)
	s.call(keys["publisher"], "POST", inRollout, candidateOf("example.org", plan)).problem(409, "rollout_active")
	s.call(keys["publisher"], "PUT", inFlow, api.FlowChange{Base: 1, Slots: map[string]api.Slot{}}).problem(409, "rollout_active")

	// At 0 % only a pass leads to the candidate.
	require.Equal(t, api.FlowAt{Slug: "login", Revision: 1, Cohort: "stable"}, s.signIn(keys, "u1").Flow)
	var pass api.Pass
	s.call(keys["publisher"], "POST", inRollout+"/passes", api.NewPass{Cohort: "candidate", ExpiresInSeconds: 60}).into(200, &pass)
	tried := s.signIn(keys, "u1", pass.Header, pass.Value)
	require.Equal(t, api.FlowAt{Slug: "login", Revision: 2, Cohort: "candidate"}, tried.Flow)
	require.Equal(t, "block", tried.Kind)
	s.call(keys["execute"], "POST", inFlow+"/slots/after/execute", `{"user":{"id":"u1","email":"a@example.com"}}`, pass.Header, pass.Value+"x").problem(400, "invalid_pass")
	s.call(keys["publisher"], "POST", inRollout+"/passes", api.NewPass{Cohort: "everybody"}).problem(422, "invalid")
	s.call(keys["publisher"], "POST", inRollout+"/passes", api.NewPass{Cohort: "stable", ExpiresInSeconds: 90000}).problem(422, "invalid")

	// The candidate blocks everybody: the guard takes it back.
	s.call(keys["publisher"], "POST", inRollout+"/pause", api.Reason{Reason: "lunch"}).into(200, nil)
	s.call(keys["publisher"], "POST", inRollout+"/resume", nil).into(200, nil)
	s.call(keys["publisher"], "POST", inRollout+"/promote", api.Promotion{}).into(200, nil)
	var sealed api.Answer
	for i := range 80 {
		if a := s.signIn(keys, fmt.Sprint("user-", i)); a.Flow.Cohort == "candidate" {
			sealed = a
		}
	}
	tick()
	var now api.Rollout
	s.call(keys["viewer"], "GET", inRollout, nil).into(200, &now)
	require.Equal(t, "rolled_back", now.State)
	require.Equal(t, "block_rate", now.Breach.Metric)
	require.Equal(t, 1.0, now.Breach.Candidate)
	require.Zero(t, now.Breach.Stable)
	require.Len(t, now.Breach.Runs, 5)
	require.InDelta(t, 40, now.Figures.Candidate.Runs, 20)

	// A sign-in that is half-way through it goes on with what is live, and is told so.
	var moved api.Answer
	s.call(keys["execute"], "POST", inFlow+"/slots/after/execute", fmt.Sprintf(`{"run":%q,"user":{"id":"u","email":"a@example.com"}}`, sealed.Run)).into(200, &moved)
	require.Equal(t, api.FlowAt{Slug: "login", Revision: 1, Recalled: 2}, moved.Flow)
	require.Equal(t, "continue", moved.Kind)
	require.NoError(t, s.recorder.Flush(t.Context()))
	var records api.List[api.Record]
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/audit/executions?limit=1", nil).into(200, &records)
	require.Equal(t, 2, records.Items[0].Recalled)
	var revision api.Revision
	s.call(keys["viewer"], "GET", inFlow+"/revisions/2", nil).into(200, &revision)
	require.Equal(t, "durward", revision.Recall.By.Name)
}

func TestTakingBackOverHTTP(t *testing.T) {
	t.Parallel()
	s, _ := conducted(t)
	keys := s.tenant("acme")
	s.allowlistFlow("acme", keys)
	s.call(keys["publisher"], "PUT", inFlow, api.FlowChange{Base: 1, Slots: map[string]api.Slot{}}).into(200, nil)
	s.call(keys["publisher"], "PUT", inFlow+"/freezes", api.Freezes{Freezes: []api.Freeze{{From: time.Now().Add(-time.Hour), To: time.Now().Add(time.Hour), Reason: "sale"}}}).into(200, nil)
	p := s.call(keys["publisher"], "PUT", inFlow, api.FlowChange{Base: 2, Slots: map[string]api.Slot{}}).problem(409, "frozen")
	require.Contains(t, p.Detail, "sale")

	var flow api.FlowDetail
	s.call(keys["publisher"], "POST", inFlow+"/rollback", api.RollBack{Reason: api.Reason{Reason: "nobody is let in"}}).into(200, &flow)
	require.Equal(t, 3, flow.Revision)
	require.Len(t, flow.Live.Slots["after"].Default, 1)
	require.Len(t, flow.Freezes, 1)
	require.Equal(t, 3, s.signIn(keys, "u").Flow.Revision)
	p = s.call(keys["publisher"], "POST", inFlow+"/rollback", api.RollBack{To: 99}).problem(422, "invalid")
	require.Equal(t, "/to", p.Errors[0].Pointer)

	s.call(keys["publisher"], "POST", inFlow+"/revisions/2/recall", api.Reason{Reason: "x"}).into(200, nil)
	s.call(keys["publisher"], "POST", inFlow+"/revisions/3/recall", api.Reason{}).problem(409, "live")
	s.call(keys["author"], "POST", inFlow+"/revisions/1/recall", api.Reason{}).problem(403, "forbidden")
	const version = "/v1/tenants/acme/actions/domain-allowlist/versions/1.0.0/recall"
	p = s.call(keys["publisher"], "POST", version, api.Reason{}).problem(409, "live")
	require.Contains(t, p.Detail, "flow login")
	s.call(keys["publisher"], "PUT", inFlow+"/freezes", api.Freezes{}).into(200, nil)
	s.call(keys["publisher"], "PUT", inFlow, api.FlowChange{Base: 3, Slots: map[string]api.Slot{}}).into(200, nil)
	var v api.VersionInfo
	s.call(keys["publisher"], "POST", version, api.Reason{Reason: "leaks"}).into(200, &v)
	require.Equal(t, "leaks", v.Recall.Reason)

	begun := s.signIn(keys, "u")
	s.call(keys["admin"], "POST", "/v1/system/run-keys", api.RunKeyRotation{}).problem(403, "forbidden")
	s.call(operatorKey, "POST", "/v1/system/run-keys", api.RunKeyRotation{Revoke: true}).into(200, nil)
	s.call(keys["execute"], "POST", inFlow+"/slots/after/execute", fmt.Sprintf(`{"run":%q,"user":{"id":"u","email":""}}`, begun.Run)).problem(400, "invalid_run")
}
