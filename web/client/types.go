package client

import (
	"context"
	"net/http"

	"github.com/durward/durward/web/api"
)

// DraftTypes returns the TypeScript declarations for a draft, and the digest of those of its packages.
func (t *Tenant) DraftTypes(ctx context.Context, action string) (api.DraftTypes, error) {
	return call[api.DraftTypes](ctx, t.client, request{method: http.MethodGet, path: t.path("actions", action, "draft", "types")})
}

// PackageTypes returns the declarations of a draft's packages by the digest that [Tenant.DraftTypes] has. What a digest names never changes and may be kept; the server answers not_found for one that is no longer the draft's.
func (t *Tenant) PackageTypes(ctx context.Context, action, digest string) (api.PackageTypes, error) {
	return callPatiently[api.PackageTypes](ctx, t.client, request{method: http.MethodGet, path: t.path("actions", action, "draft", "types", digest)})
}

// Publishing reads what the tenant asks of drafts that are published.
func (t *Tenant) Publishing(ctx context.Context) (api.Publishing, error) {
	return call[api.Publishing](ctx, t.client, request{method: http.MethodGet, path: t.path("publishing")})
}

// SavePublishing replaces what the tenant asks of drafts that are published.
func (t *Tenant) SavePublishing(ctx context.Context, change api.PublishingChange) (api.Publishing, error) {
	return call[api.Publishing](ctx, t.client, request{method: http.MethodPut, path: t.path("publishing"), body: change})
}
