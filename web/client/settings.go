package client

import (
	"context"
	"net/http"

	"github.com/durward/durward/web/api"
)

// SetSecret sets a secret, over the one of its name if there is one. The error is a [*Problem] with the code no_seal_key if the server cannot keep secrets.
func (t *Tenant) SetSecret(ctx context.Context, name string, n api.NewSecret) (api.Secret, error) {
	return call[api.Secret](ctx, t.client, request{method: http.MethodPut, path: t.path("secrets", name), body: n})
}

// Secrets lists the secrets, without their values.
func (t *Tenant) Secrets(ctx context.Context, page Page) (api.List[api.Secret], error) {
	return call[api.List[api.Secret]](ctx, t.client, request{method: http.MethodGet, path: t.path("secrets"), query: page.query()})
}

// DeleteSecret deletes a secret and returns what it was.
func (t *Tenant) DeleteSecret(ctx context.Context, name string) (api.Secret, error) {
	return call[api.Secret](ctx, t.client, request{method: http.MethodDelete, path: t.path("secrets", name)})
}

// Egress reads where actions may send requests.
func (t *Tenant) Egress(ctx context.Context) (api.Egress, error) {
	return call[api.Egress](ctx, t.client, request{method: http.MethodGet, path: t.path("egress")})
}

// SaveEgress replaces the policy that says where actions may send requests.
func (t *Tenant) SaveEgress(ctx context.Context, change api.EgressChange) (api.Egress, error) {
	return call[api.Egress](ctx, t.client, request{method: http.MethodPut, path: t.path("egress"), body: change})
}

// Limits reads the most that one execution may have. It needs the operator's key.
func (t *Tenant) Limits(ctx context.Context) (api.TenantLimits, error) {
	return call[api.TenantLimits](ctx, t.client, request{method: http.MethodGet, path: t.path("limits")})
}

// SaveLimits replaces the most that one execution may have. It needs the operator's key.
func (t *Tenant) SaveLimits(ctx context.Context, change api.LimitsChange) (api.TenantLimits, error) {
	return call[api.TenantLimits](ctx, t.client, request{method: http.MethodPut, path: t.path("limits"), body: change})
}
