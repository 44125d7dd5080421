package client

import (
	"context"
	"net/http"
	"strconv"

	"github.com/durward/durward/web/api"
)

// CreateFlow creates a flow with its first revision.
func (t *Tenant) CreateFlow(ctx context.Context, n api.NewFlow) (api.CreatedFlow, error) {
	return call[api.CreatedFlow](ctx, t.client, request{method: http.MethodPost, path: t.path("flows"), body: n})
}

// Flows lists the flows.
func (t *Tenant) Flows(ctx context.Context, page Page) (api.List[api.Flow], error) {
	return call[api.List[api.Flow]](ctx, t.client, request{method: http.MethodGet, path: t.path("flows"), query: page.query()})
}

// Flow returns a flow with its live revision.
func (t *Tenant) Flow(ctx context.Context, slug string) (api.FlowDetail, error) {
	return call[api.FlowDetail](ctx, t.client, request{method: http.MethodGet, path: t.path("flows", slug)})
}

// SaveFlow saves the next revision of a flow, which is live when it returns. The error is a [*Problem] with the code conflict if change.Base is not the live revision.
func (t *Tenant) SaveFlow(ctx context.Context, slug string, change api.FlowChange) (api.SavedRevision, error) {
	return call[api.SavedRevision](ctx, t.client, request{method: http.MethodPut, path: t.path("flows", slug), body: change})
}

// Revisions returns the method that lists a flow's revisions, newest first, for one page or for [All].
func (t *Tenant) Revisions(flow string) Lister[api.Revision] {
	return func(ctx context.Context, page Page) (api.List[api.Revision], error) {
		return call[api.List[api.Revision]](ctx, t.client, request{method: http.MethodGet, path: t.path("flows", flow, "revisions"), query: page.query()})
	}
}

// Revision returns a revision of a flow.
func (t *Tenant) Revision(ctx context.Context, flow string, number int) (api.Revision, error) {
	return call[api.Revision](ctx, t.client, request{method: http.MethodGet, path: t.path("flows", flow, "revisions", strconv.Itoa(number))})
}
