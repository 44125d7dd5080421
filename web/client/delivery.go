package client

import (
	"context"
	"net/http"

	"github.com/durward/durward/web/api"
)

// Deliveries lists the deliveries that wait or run, newest first.
func (t *Tenant) Deliveries(ctx context.Context, page Page) (api.List[api.Delivery], error) {
	return call[api.List[api.Delivery]](ctx, t.client, request{method: http.MethodGet, path: t.path("deliveries"), query: page.query()})
}

// Delivery returns a delivery that is not done; the error is a [*Problem] with the code not_found for one that is.
func (t *Tenant) Delivery(ctx context.Context, id string) (api.Delivery, error) {
	return call[api.Delivery](ctx, t.client, request{method: http.MethodGet, path: t.path("deliveries", id)})
}

// DeadLetters lists the deliveries that failed too often, newest first.
func (t *Tenant) DeadLetters(ctx context.Context, page Page) (api.List[api.Delivery], error) {
	return call[api.List[api.Delivery]](ctx, t.client, request{method: http.MethodGet, path: t.path("dead-letters"), query: page.query()})
}

// RedriveDeadLetter has a dead letter attempted again.
func (t *Tenant) RedriveDeadLetter(ctx context.Context, id string, r api.Redrive) (api.Delivery, error) {
	return call[api.Delivery](ctx, t.client, request{method: http.MethodPost, path: t.path("dead-letters", id, "redrive"), body: r})
}

// DiscardDeadLetter removes a dead letter for ever and returns what it was.
func (t *Tenant) DiscardDeadLetter(ctx context.Context, id string) (api.Delivery, error) {
	return call[api.Delivery](ctx, t.client, request{method: http.MethodDelete, path: t.path("dead-letters", id)})
}
