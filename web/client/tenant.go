package client

import (
	"context"
	"net/http"

	"github.com/durward/durward/web/api"
)

// CreateTenant creates a tenant. It needs the operator's key, as all of the client's own calls do that are about tenants.
func (c *Client) CreateTenant(ctx context.Context, n api.NewTenant) (api.Tenant, error) {
	return call[api.Tenant](ctx, c, request{method: http.MethodPost, path: path("v1", "tenants"), body: n})
}

// Tenants lists the tenants.
func (c *Client) Tenants(ctx context.Context, page Page) (api.List[api.Tenant], error) {
	return call[api.List[api.Tenant]](ctx, c, request{method: http.MethodGet, path: path("v1", "tenants"), query: page.query()})
}

// Tenant is a client of one tenant. It is safe for concurrent use.
type Tenant struct {
	client *Client
	id     string
}

// Tenant narrows the client to a tenant. It calls nothing: whether there is such a tenant shows at the first call.
func (c *Client) Tenant(id string) *Tenant { return &Tenant{client: c, id: id} }

// path is the path of something of the tenant.
func (t *Tenant) path(parts ...string) string { return path("v1", "tenants", t.id) + path(parts...) }

// Show returns the tenant itself.
func (t *Tenant) Show(ctx context.Context) (api.Tenant, error) {
	return call[api.Tenant](ctx, t.client, request{method: http.MethodGet, path: t.path()})
}

// RedirectSecret reads the secret that signs the tokens of redirects.
func (t *Tenant) RedirectSecret(ctx context.Context) (api.RedirectSecret, error) {
	return call[api.RedirectSecret](ctx, t.client, request{method: http.MethodGet, path: t.path("redirect-secret")})
}

// CreateKey makes a key. Its secret is in the answer and cannot be had again.
func (t *Tenant) CreateKey(ctx context.Context, n api.NewKey) (api.CreatedKey, error) {
	return call[api.CreatedKey](ctx, t.client, request{method: http.MethodPost, path: t.path("keys"), body: n})
}

// Keys lists the keys, revoked ones included.
func (t *Tenant) Keys(ctx context.Context, page Page) (api.List[api.Key], error) {
	return call[api.List[api.Key]](ctx, t.client, request{method: http.MethodGet, path: t.path("keys"), query: page.query()})
}

// RevokeKey makes a key useless for ever. Revoking it again changes nothing.
func (t *Tenant) RevokeKey(ctx context.Context, id string) (api.Key, error) {
	return call[api.Key](ctx, t.client, request{method: http.MethodDelete, path: t.path("keys", id)})
}
