package client

import (
	"context"
	"net/http"
	"strconv"

	"github.com/durward/durward/web/api"
)

// StartRollout rolls out a candidate beside the live revision of a flow. The error is a [*Problem] with the code conflict if n.Base is not the live revision, rollout_active if a candidate is
// being rolled out already, and frozen in a freeze.
func (t *Tenant) StartRollout(ctx context.Context, flow string, n api.NewRollout) (api.StartedRollout, error) {
	return call[api.StartedRollout](ctx, t.client, request{method: http.MethodPost, path: t.path("flows", flow, "rollout"), body: n})
}

// Rollout returns how a flow's last rollout does, or did.
func (t *Tenant) Rollout(ctx context.Context, flow string) (api.Rollout, error) {
	return call[api.Rollout](ctx, t.client, request{method: http.MethodGet, path: t.path("flows", flow, "rollout")})
}

// Promote brings a rollout to its next step, or with all to its end.
func (t *Tenant) Promote(ctx context.Context, flow string, all bool) (api.Rollout, error) {
	return t.rollout(ctx, flow, "promote", api.Promotion{All: all})
}

// PauseRollout keeps a rollout at its step.
func (t *Tenant) PauseRollout(ctx context.Context, flow, reason string) (api.Rollout, error) {
	return t.rollout(ctx, flow, "pause", api.Reason{Reason: reason})
}

// ResumeRollout lets a paused rollout go on.
func (t *Tenant) ResumeRollout(ctx context.Context, flow string) (api.Rollout, error) {
	return t.rollout(ctx, flow, "resume", nil)
}

// AbortRollout ends a rollout: the stable revision is for everybody again.
func (t *Tenant) AbortRollout(ctx context.Context, flow string, a api.Abortion) (api.Rollout, error) {
	return t.rollout(ctx, flow, "abort", a)
}

func (t *Tenant) rollout(ctx context.Context, flow, what string, body any) (api.Rollout, error) {
	return call[api.Rollout](ctx, t.client, request{method: http.MethodPost, path: t.path("flows", flow, "rollout", what), body: body})
}

// CreatePass makes a pass for [Execution.Pass].
func (t *Tenant) CreatePass(ctx context.Context, flow string, n api.NewPass) (api.Pass, error) {
	return call[api.Pass](ctx, t.client, request{method: http.MethodPost, path: t.path("flows", flow, "rollout", "passes"), body: n})
}

// RollBack makes the content of an earlier revision live again, as a new revision. During a rollout it ends that.
func (t *Tenant) RollBack(ctx context.Context, flow string, to api.RollBack) (api.FlowDetail, error) {
	return call[api.FlowDetail](ctx, t.client, request{method: http.MethodPost, path: t.path("flows", flow, "rollback"), body: to})
}

// SaveFreezes says when nothing new may go live in a flow, in place of what was said before.
func (t *Tenant) SaveFreezes(ctx context.Context, flow string, freezes []api.Freeze) (api.FlowDetail, error) {
	return call[api.FlowDetail](ctx, t.client, request{method: http.MethodPut, path: t.path("flows", flow, "freezes"), body: api.Freezes{Freezes: freezes}})
}

// Freezes returns when nothing new may go live in any flow of the tenant.
func (t *Tenant) Freezes(ctx context.Context) (api.Freezes, error) {
	return call[api.Freezes](ctx, t.client, request{method: http.MethodGet, path: t.path("freezes")})
}

// SaveTenantFreezes says when nothing new may go live in any flow of the tenant, in place of what was said before.
func (t *Tenant) SaveTenantFreezes(ctx context.Context, freezes []api.Freeze) (api.Freezes, error) {
	return call[api.Freezes](ctx, t.client, request{method: http.MethodPut, path: t.path("freezes"), body: api.Freezes{Freezes: freezes}})
}

// RecallRevision takes a revision out of use: runs that are sealed to it go on with the live one.
func (t *Tenant) RecallRevision(ctx context.Context, flow string, number int, reason string) (api.Revision, error) {
	return call[api.Revision](ctx, t.client, request{
		method: http.MethodPost, path: t.path("flows", flow, "revisions", strconv.Itoa(number), "recall"), body: api.Reason{Reason: reason},
	})
}

// RecallVersion takes a version of an action out of use, also for runs that have it. The error is a [*Problem] with the code live while a live revision has it, or one of the dependents that are to be recalled.
func (t *Tenant) RecallVersion(ctx context.Context, action, version string, r api.VersionRecall) (api.RecalledVersion, error) {
	return call[api.RecalledVersion](ctx, t.client, request{method: http.MethodPost, path: t.path("actions", action, "versions", version, "recall"), body: r})
}
