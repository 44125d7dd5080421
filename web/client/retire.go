package client

import (
	"context"
	"net/http"

	"github.com/durward/durward/web/api"
)

// DeleteAction removes an action with its draft and its versions. The error is a [*Problem] with the code in_use, whose detail names the places, if a revision of a flow has one of the versions or
// another action imports one.
func (t *Tenant) DeleteAction(ctx context.Context, action string) (api.Action, error) {
	return call[api.Action](ctx, t.client, request{method: http.MethodDelete, path: t.path("actions", action)})
}

// DeprecateVersion says that nobody should begin to use a version, and why. It can be used as before.
func (t *Tenant) DeprecateVersion(ctx context.Context, action, version, reason string) (api.VersionInfo, error) {
	return call[api.VersionInfo](ctx, t.client, request{method: http.MethodPut, path: t.path("actions", action, "versions", version, "deprecation"), body: api.Reason{Reason: reason}})
}

// UndeprecateVersion takes a deprecation back.
func (t *Tenant) UndeprecateVersion(ctx context.Context, action, version string) (api.VersionInfo, error) {
	return call[api.VersionInfo](ctx, t.client, request{method: http.MethodDelete, path: t.path("actions", action, "versions", version, "deprecation")})
}
