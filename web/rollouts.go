package web

import (
	"fmt"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/versions/rollout"
	"github.com/durward/durward/web/api"
)

// headerCohort carries a pass.
const headerCohort = "Durward-Cohort"

func (r *request) ref() versions.FlowRef {
	return versions.FlowRef{Tenant: r.tenant, Flow: r.flow()}
}

func (s *Server) startRollout(r *request) (any, error) {
	var body api.NewRollout
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	_, warnings, err := s.config.Flows.StartRollout(r.context(), r.actor, r.ref(), versions.NewRollout{
		Base: body.Base, Candidate: body.Candidate, Slots: slotsFrom(body.Slots), Message: body.Message, Plan: planFrom(body.RolloutPlan),
	})
	if err != nil {
		return nil, err
	}
	status, err := s.config.Flows.Status(r.context(), r.ref())
	return api.StartedRollout{Rollout: rolloutOf(&status), Warnings: each(warnings, warningOf)}, err
}

func (s *Server) rollout(r *request) (any, error) {
	status, err := s.config.Flows.Status(r.context(), r.ref())
	if err != nil {
		return nil, err
	}
	return rolloutOf(&status), nil
}

func (s *Server) promote(r *request) (any, error) {
	var body api.Promotion
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	_, err := s.config.Flows.Promote(r.context(), r.actor, r.ref(), body.All)
	return s.rolloutAfter(r, err)
}

func (s *Server) pause(r *request) (any, error) {
	var body api.Reason
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	_, err := s.config.Flows.Pause(r.context(), r.actor, r.ref(), body.Reason)
	return s.rolloutAfter(r, err)
}

func (s *Server) resume(r *request) (any, error) {
	_, err := s.config.Flows.Resume(r.context(), r.actor, r.ref())
	return s.rolloutAfter(r, err)
}

func (s *Server) abort(r *request) (any, error) {
	var body api.Abortion
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	_, err := s.config.Flows.Abort(r.context(), r.actor, r.ref(), body.Reason.Reason, body.Recall)
	return s.rolloutAfter(r, err)
}

// rolloutAfter answers an edit of a rollout with the rollout.
func (s *Server) rolloutAfter(r *request, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return s.rollout(r)
}

const defaultPass = time.Hour

func (s *Server) newPass(r *request) (any, error) {
	var body api.NewPass
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	lifetime := defaultPass
	if body.ExpiresInSeconds != 0 {
		lifetime = time.Duration(body.ExpiresInSeconds) * time.Second
	}
	if body.ExpiresInSeconds < 0 || body.ExpiresInSeconds > int(versions.MaxPassLifetime/time.Second) {
		return nil, fieldError("/expires_in_seconds", fmt.Sprintf("it must be from 1 to %d", int(versions.MaxPassLifetime/time.Second)))
	}
	cohort := rollout.Candidate
	switch body.Cohort {
	case rollout.Candidate.String():
	case rollout.Stable.String():
		cohort = rollout.Stable
	default:
		return nil, fieldError("/cohort", "it must be stable or candidate")
	}
	flow, err := s.config.Flows.Flow(r.context(), r.tenant, r.flow())
	if err != nil {
		return nil, err
	}
	if !flow.Rolling() {
		return nil, versions.ErrNoRollout
	}
	pass := versions.Pass{FlowRef: r.ref(), Rollout: flow.Rollout.Number, Cohort: cohort, Expires: time.Now().Add(lifetime).UTC().Truncate(time.Millisecond)}
	return api.Pass{Header: headerCohort, Value: s.config.Executor.Sealer.SealPass(pass), ExpiresAt: pass.Expires}, nil
}

func (s *Server) rollBack(r *request) (any, error) {
	var body api.RollBack
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	flow, err := s.config.Flows.RollBack(r.context(), r.actor, r.ref(), body.To, body.Reason.Reason)
	if err != nil {
		return nil, err
	}
	return s.flowDetail(r, flow)
}

func (s *Server) saveFreezes(r *request) (any, error) {
	var body api.Freezes
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	flow, err := s.config.Flows.SetFreezes(r.context(), r.actor, r.ref(), freezesFrom(body))
	if err != nil {
		return nil, err
	}
	return s.flowDetail(r, flow)
}

func freezesFrom(body api.Freezes) []versions.Freeze {
	return each(body.Freezes, func(f api.Freeze) versions.Freeze { return versions.Freeze(f) })
}

func (s *Server) tenantFreezes(r *request) (any, error) {
	freezes, err := s.config.Flows.TenantFreezes(r.context(), r.tenant)
	return api.Freezes{Freezes: each(freezes, func(f versions.Freeze) api.Freeze { return api.Freeze(f) })}, err
}

func (s *Server) saveTenantFreezes(r *request) (any, error) {
	var body api.Freezes
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if err := s.config.Flows.SetTenantFreezes(r.context(), r.actor, r.tenant, freezesFrom(body)); err != nil {
		return nil, err
	}
	return s.tenantFreezes(r)
}

func (s *Server) recallRevision(r *request) (any, error) {
	number, err := r.number("number")
	if err != nil {
		return nil, err
	}
	var body api.Reason
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	revision, err := s.config.Flows.RecallRevision(r.context(), r.actor, r.ref(), number, body.Reason)
	return revisionOf(revision), err
}

func (s *Server) recallVersion(r *request) (any, error) {
	var body api.VersionRecall
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	of := versions.VersionRef{Action: r.action(), Number: r.Param("version")}
	recalled, err := s.config.Flows.RecallVersion(r.context(), r.actor, r.tenant, of, body.Reason.Reason, body.Dependents)
	return api.RecalledVersion{VersionInfo: versionInfoOf(recalled.Version), Dependents: each(recalled.Dependents, dependentOf)}, err
}

func (s *Server) rotateRunKeys(r *request) (any, error) {
	var body api.RunKeyRotation
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	key, err := s.config.Flows.RotateRunKeys(r.context(), s.config.Executor.Sealer, body.Revoke)
	return api.RunKey{ID: int(key.ID), CreatedAt: key.CreatedAt}, err
}

func planFrom(p api.RolloutPlan) rollout.Plan {
	return rollout.Plan{
		Steps: each(p.Steps, func(s api.RolloutStep) rollout.Step {
			return rollout.Step{Percent: s.Percent, Seconds: s.DurationSeconds, MinRuns: s.MinRuns}
		}),
		Guards: each(p.Guards, func(g api.RolloutGuard) rollout.Guard {
			return rollout.Guard{Metric: rollout.Metric(g.Metric), Max: g.Max, MaxRatio: g.MaxRatio}
		}),
		MinSample: p.MinSample, Notify: p.Notify,
	}
}

func guardOf(g rollout.Guard) api.RolloutGuard {
	return api.RolloutGuard{Metric: string(g.Metric), Max: g.Max, MaxRatio: g.MaxRatio}
}

func rolloutOf(status *versions.Status) api.Rollout {
	r := status.Flow.Rollout
	out := api.Rollout{
		Number: r.Number, State: string(r.State), Stable: r.Stable, Candidate: r.Candidate, Percent: r.Percent(), Step: r.Step + 1, StepAt: r.StepAt, StartedAt: r.StartedAt,
		PausedAt: timeOrNil(r.PausedAt), EndedAt: timeOrNil(r.EndedAt), Reason: r.Reason,
		RolloutPlan: api.RolloutPlan{
			Steps: each(r.Plan.Steps, func(s rollout.Step) api.RolloutStep {
				return api.RolloutStep{Percent: s.Percent, DurationSeconds: s.Seconds, MinRuns: s.MinRuns}
			}),
			Guards: each(r.Plan.Guards, guardOf), MinSample: r.Plan.MinSample, Notify: r.Plan.Notify,
		},
		Figures:  api.RolloutFigures{Stable: figuresOf(&status.Totals.Stable), Candidate: figuresOf(&status.Totals.Candidate)},
		Verdicts: each(status.Verdicts, verdictOf),
	}
	if b := r.Breach; b != nil {
		out.Breach = &api.RolloutBreach{GuardVerdict: verdictOf(b.Verdict), StableCalls: b.StableCalls, CandidateCalls: b.CandidateCalls, Runs: b.Runs}
	}
	if n := status.Flow.Notice; n != nil {
		out.Notice = &api.RolloutNotice{URL: n.URL, Attempts: n.Attempts, SentAt: timeOrNil(n.SentAt), NextAt: timeOrNil(n.NextAt), Error: n.Error}
	}
	return out
}

func figuresOf(f *rollout.Figures) api.CohortFigures {
	return api.CohortFigures{
		Runs: f.Runs, Calls: f.Calls, Left: f.Left, ErrorRate: f.Value(rollout.ErrorRate), BlockRate: f.Value(rollout.BlockRate), MFARate: f.Value(rollout.MFARate),
		RedirectRate: f.Value(rollout.RedirectRate), P95MS: f.Value(rollout.P95),
	}
}

func verdictOf(v rollout.Verdict) api.GuardVerdict {
	return api.GuardVerdict{RolloutGuard: guardOf(v.Guard), Standing: string(v.Standing), Stable: v.Stable, Candidate: v.Candidate}
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func recallOf(r *versions.Recall) *api.Recall {
	if r == nil {
		return nil
	}
	return &api.Recall{At: r.At, By: actorOf(r.By), Reason: r.Reason}
}

// rolloutRoutes are those of what is live, and of what takes it back.
func rolloutRoutes() []route {
	const flow, of = "/v1/tenants/{tenant}/flows/{flow}", "/v1/tenants/{tenant}/flows/{flow}/rollout"
	return []route{
		{
			method: post, path: of, id: "startRollout", summary: "Roll out a candidate beside the live revision", role: catalog.RolePublisher,
			body: api.NewRollout{}, limit: maxConfigs, answer: api.StartedRollout{}, problems: []code{conflict, rolloutActive, frozen, quota, tooCostly, busy, stopping}, handle: (*Server).startRollout,
		},
		{method: get, path: of, id: "rollout", summary: "Read how a flow's last rollout does", role: catalog.RoleViewer, answer: api.Rollout{}, handle: (*Server).rollout},
		{
			method: post, path: of + "/promote", id: "promote", summary: "Bring a rollout to its next step, or to its end", role: catalog.RolePublisher,
			body: api.Promotion{}, answer: api.Rollout{}, problems: []code{conflict, rolloutState, frozen}, handle: (*Server).promote,
		},
		{
			method: post, path: of + "/pause", id: "pauseRollout", summary: "Keep a rollout at its step", role: catalog.RolePublisher,
			body: api.Reason{}, answer: api.Rollout{}, problems: []code{conflict, rolloutState}, handle: (*Server).pause,
		},
		{
			method: post, path: of + "/resume", id: "resumeRollout", summary: "Let a paused rollout go on", role: catalog.RolePublisher,
			answer: api.Rollout{}, problems: []code{conflict, rolloutState}, handle: (*Server).resume,
		},
		{
			method: post, path: of + "/abort", id: "abortRollout", summary: "End a rollout: the stable revision is for everybody again", role: catalog.RolePublisher,
			body: api.Abortion{}, answer: api.Rollout{}, problems: []code{conflict, rolloutState}, handle: (*Server).abort,
		},
		{
			method: post, path: of + "/passes", id: "createPass", summary: "Make a pass that sends runs to a cohort of the rollout", role: catalog.RolePublisher,
			body: api.NewPass{}, answer: api.Pass{}, problems: []code{rolloutState}, handle: (*Server).newPass,
		},
		{
			method: post, path: flow + "/rollback", id: "rollBack", summary: "Make the content of an earlier revision live again, also in a freeze", role: catalog.RolePublisher,
			body: api.RollBack{}, answer: api.FlowDetail{}, problems: []code{conflict, quota}, handle: (*Server).rollBack,
		},
		{
			method: put, path: flow + "/freezes", id: "saveFreezes", summary: "Say when nothing new may go live", role: catalog.RolePublisher,
			body: api.Freezes{}, answer: api.FlowDetail{}, problems: []code{conflict}, handle: (*Server).saveFreezes,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/freezes", id: "tenantFreezes", summary: "Read when nothing new may go live in any flow", role: catalog.RoleViewer,
			answer: api.Freezes{}, handle: (*Server).tenantFreezes,
		},
		{
			method: put, path: "/v1/tenants/{tenant}/freezes", id: "saveTenantFreezes", summary: "Say when nothing new may go live in any flow", role: catalog.RoleAdmin,
			body: api.Freezes{}, answer: api.Freezes{}, handle: (*Server).saveTenantFreezes,
		},
		{
			method: post, path: flow + "/revisions/{number}/recall", id: "recallRevision", summary: "Recall a revision: runs that are sealed to it go on with the live one", role: catalog.RolePublisher,
			body: api.Reason{}, answer: api.Revision{}, problems: []code{conflict, isLive}, handle: (*Server).recallRevision,
		},
		{
			method: post, path: "/v1/tenants/{tenant}/actions/{action}/versions/{version}/recall", id: "recallVersion",
			summary: "Recall a version: nothing can be attached with it, and runs that have it go on with the live revision", role: catalog.RolePublisher,
			body: api.VersionRecall{}, answer: api.RecalledVersion{}, problems: []code{conflict, isLive}, handle: (*Server).recallVersion,
		},
		{
			method: post, path: "/v1/system/run-keys", id: "rotateRunKeys", summary: "Make a new key that seals runs", role: catalog.RoleOperator,
			body: api.RunKeyRotation{}, answer: api.RunKey{}, problems: []code{exists}, handle: (*Server).rotateRunKeys,
		},
	}
}
