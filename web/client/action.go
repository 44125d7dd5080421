package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/durward/durward/web/api"
)

// CreateAction creates an action, with its first sources if there are any.
func (t *Tenant) CreateAction(ctx context.Context, n api.NewAction) (api.CreatedAction, error) {
	return callPatiently[api.CreatedAction](ctx, t.client, request{method: http.MethodPost, path: t.path("actions"), body: n})
}

// Actions lists the actions.
func (t *Tenant) Actions(ctx context.Context, page Page) (api.List[api.Action], error) {
	return call[api.List[api.Action]](ctx, t.client, request{method: http.MethodGet, path: t.path("actions"), query: page.query()})
}

// Action returns an action.
func (t *Tenant) Action(ctx context.Context, slug string) (api.Action, error) {
	return call[api.Action](ctx, t.client, request{method: http.MethodGet, path: t.path("actions", slug)})
}

// UpdateAction changes an action's name or description.
func (t *Tenant) UpdateAction(ctx context.Context, slug string, change api.ActionChange) (api.Action, error) {
	return call[api.Action](ctx, t.client, request{method: http.MethodPatch, path: t.path("actions", slug), body: change})
}

// Draft returns an action's draft.
func (t *Tenant) Draft(ctx context.Context, action string) (api.Draft, error) {
	return call[api.Draft](ctx, t.client, request{method: http.MethodGet, path: t.path("actions", action, "draft")})
}

// SaveDraft changes an action's draft and returns it as it is then.
func (t *Tenant) SaveDraft(ctx context.Context, action string, change api.DraftChange) (api.Draft, error) {
	return callPatiently[api.Draft](ctx, t.client, request{method: http.MethodPatch, path: t.path("actions", action, "draft"), body: change})
}

// Adopt makes the newest release of its template an action's draft. Versions stay as they are. A draft that is not that of a release is replaced only with overwrite: else the error is a [*Problem] with
// the code customised.
func (t *Tenant) Adopt(ctx context.Context, action string, overwrite bool) (api.Draft, error) {
	return callPatiently[api.Draft](ctx, t.client, request{method: http.MethodPost, path: t.path("actions", action, "draft", "adopt"), body: api.Adoption{Overwrite: overwrite}})
}

// UpdateDependencies settles a draft's dependencies anew, on the newest versions in their ranges.
func (t *Tenant) UpdateDependencies(ctx context.Context, action string) (api.Draft, error) {
	return callPatiently[api.Draft](ctx, t.client, request{method: http.MethodPost, path: t.path("actions", action, "draft", "dependencies", "update")})
}

// RunDraft runs an action's draft on an event. It stores nothing, and touches nothing that is live. How the action failed is in the answer; the error is a
// [*Problem] with diagnostics if the sources do not build.
func (t *Tenant) RunDraft(ctx context.Context, action string, trial api.Trial) (api.TrialResult, error) {
	return callPatiently[api.TrialResult](ctx, t.client, request{method: http.MethodPost, path: t.path("actions", action, "draft", "run"), body: trial})
}

// CheckDraft says what publishing an action's draft would say: what it can do that the newest version cannot, and warnings. It stores nothing. The error is a [*Problem] with diagnostics if the sources do not build.
func (t *Tenant) CheckDraft(ctx context.Context, action string) (api.DraftCheck, error) {
	return callPatiently[api.DraftCheck](ctx, t.client, request{method: http.MethodPost, path: t.path("actions", action, "draft", "check")})
}

// Publish makes a version of an action's draft. Publishing the same draft under the same number again answers with the version that is there.
func (t *Tenant) Publish(ctx context.Context, action string, p api.Publication) (api.Published, error) {
	return callPatiently[api.Published](ctx, t.client, request{method: http.MethodPost, path: t.path("actions", action, "versions"), body: p})
}

// Versions returns the method that lists an action's versions, newest first, for one page or for [All].
func (t *Tenant) Versions(action string) Lister[api.VersionInfo] {
	return func(ctx context.Context, page Page) (api.List[api.VersionInfo], error) {
		return call[api.List[api.VersionInfo]](ctx, t.client, request{method: http.MethodGet, path: t.path("actions", action, "versions"), query: page.query()})
	}
}

// Dependents returns the method that lists the versions that have a shared module in them, for one page or for [All].
func (t *Tenant) Dependents(module string) Lister[api.Dependent] {
	return func(ctx context.Context, page Page) (api.List[api.Dependent], error) {
		return call[api.List[api.Dependent]](ctx, t.client, request{method: http.MethodGet, path: t.path("actions", module, "dependents"), query: page.query()})
	}
}

// Version returns a version with its sources, and with what was made of them if bundle is true.
func (t *Tenant) Version(ctx context.Context, action, number string, bundle bool) (api.Version, error) {
	r := request{method: http.MethodGet, path: t.path("actions", action, "versions", number)}
	if bundle {
		r.query = url.Values{"include": {"bundle"}}
	}
	return call[api.Version](ctx, t.client, r)
}

// Verify builds a version again from its sources and its lock, and compares.
func (t *Tenant) Verify(ctx context.Context, action, number string) (api.Verification, error) {
	return callPatiently[api.Verification](ctx, t.client, request{method: http.MethodPost, path: t.path("actions", action, "versions", number, "verify")})
}
