package web

import (
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/web/api"
)

func deliveryRoutes() []route {
	return []route{
		{
			method: get, path: "/v1/tenants/{tenant}/deliveries", id: "deliveries", summary: "List the deliveries that wait or run, newest first", role: catalog.RoleViewer,
			query: pages(), answer: api.List[api.Delivery]{}, handle: (*Server).deliveries,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/deliveries/{delivery}", id: "delivery", summary: "Read a delivery that is not done, dead letters included", role: catalog.RoleViewer,
			answer: api.Delivery{}, handle: (*Server).delivery,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/dead-letters", id: "deadLetters", summary: "List the deliveries that failed too often, newest first", role: catalog.RoleViewer,
			query: pages(), answer: api.List[api.Delivery]{}, handle: (*Server).deadLetters,
		},
		{
			method: post, path: "/v1/tenants/{tenant}/dead-letters/{delivery}/redrive", id: "redriveDeadLetter", summary: "Have a dead letter attempted again", role: catalog.RolePublisher,
			body: api.Redrive{}, answer: api.Delivery{}, problems: []code{tooManyDeliveries}, handle: (*Server).redriveDeadLetter,
		},
		{
			method: del, path: "/v1/tenants/{tenant}/dead-letters/{delivery}", id: "discardDeadLetter", summary: "Discard a dead letter, for ever", role: catalog.RolePublisher,
			answer: api.Delivery{}, handle: (*Server).discardDeadLetter,
		},
	}
}

func (s *Server) deliveries(r *request) (any, error) { return s.listDeliveries(r, false) }

func (s *Server) deadLetters(r *request) (any, error) { return s.listDeliveries(r, true) }

func (s *Server) listDeliveries(r *request, dead bool) (any, error) {
	page, err := r.page()
	if err != nil {
		return nil, err
	}
	list, err := s.config.Deliveries.Deliveries(r.context(), r.tenant, dead, page)
	return listOf(list, deliveryOf), err
}

func (s *Server) delivery(r *request) (any, error) {
	d, err := s.config.Deliveries.Delivery(r.context(), r.tenant, r.Param("delivery"))
	return deliveryOf(d), err
}

func (s *Server) redriveDeadLetter(r *request) (any, error) {
	var body api.Redrive
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	id, revision := r.Param("delivery"), 0
	if body.Live {
		d, err := s.config.Deliveries.Delivery(r.context(), r.tenant, id)
		if err != nil {
			return nil, err
		}
		flow, err := s.config.Flows.Flow(r.context(), r.tenant, versions.FlowSlug(d.Flow))
		if err != nil {
			return nil, err
		}
		revision = flow.Revision
	}
	d, err := s.config.Deliveries.Redrive(r.context(), r.actor, r.tenant, id, revision)
	return deliveryOf(d), err
}

func (s *Server) discardDeadLetter(r *request) (any, error) {
	d, err := s.config.Deliveries.Discard(r.context(), r.actor, r.tenant, r.Param("delivery"))
	return deliveryOf(d), err
}

// Attempted counts an attempt at a delivery; it is for versions.Executor.
func (s *Server) Attempted(trigger contract.TriggerID, answer *runtime.Answer, _ time.Duration) {
	s.metrics.attempted(trigger, answer)
}

func deliveryOf(d deliveries.Delivery) api.Delivery {
	return api.Delivery{
		ID: d.ID, State: string(d.State), Flow: d.Flow, Slot: string(d.Slot), Revision: d.Revision, Run: d.Run, Method: string(d.Method), User: d.User, Request: d.Request,
		IdempotencyKey: d.IdempotencyKey, InOrder: d.Line != "", AcceptedAt: d.AcceptedAt, Attempt: d.Attempt, Due: d.Due, Done: d.Done, Failure: d.Failure,
		Call: presentOrNil(d.Call), RunState: presentOrNil(d.RunState),
	}
}
