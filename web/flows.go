package web

import (
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/web/api"
)

func (r *request) flow() versions.FlowSlug { return versions.FlowSlug(r.Param("flow")) }

func (s *Server) createFlow(r *request) (any, error) {
	var body api.NewFlow
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	flow, live, warnings, err := s.config.Flows.Create(r.context(), r.actor, r.tenant, versions.NewFlow{
		Slug: versions.FlowSlug(body.Slug), Kind: contract.FlowKind(body.Kind), Name: body.Name, Slots: slotsFrom(body.Slots),
	})
	if err != nil {
		return nil, err
	}
	r.created("/v1/tenants/%s/flows/%s", r.tenant, flow.Slug)
	budgets, err := s.config.Flows.Budgets(r.context(), &live)
	return api.CreatedFlow{FlowDetail: api.FlowDetail{Flow: flowOf(flow), Live: revisionOf(live)}, Budgets: each(budgets, budgetOf), Warnings: each(warnings, warningOf)}, err
}

func (s *Server) flows(r *request) (any, error) {
	page, err := r.page()
	if err != nil {
		return nil, err
	}
	list, err := s.config.Flows.Flows(r.context(), r.tenant, page)
	return listOf(list, flowOf), err
}

func (s *Server) readFlow(r *request) (any, error) {
	flow, err := s.config.Flows.Flow(r.context(), r.tenant, r.flow())
	if err != nil {
		return nil, err
	}
	return s.flowDetail(r, flow)
}

func (s *Server) flowDetail(r *request, flow versions.Flow) (any, error) {
	live, err := s.config.Flows.Revision(r.context(), r.tenant, flow.Slug, flow.Revision)
	return api.FlowDetail{Flow: flowOf(flow), Live: revisionOf(live)}, err
}

func (s *Server) saveFlow(r *request) (any, error) {
	var body api.FlowChange
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	change := versions.Change{Base: body.Base, Slots: slotsFrom(body.Slots), Message: body.Message}
	revision, warnings, err := s.config.Flows.Save(r.context(), r.actor, r.tenant, r.flow(), change)
	if err != nil {
		return nil, err
	}
	budgets, err := s.config.Flows.Budgets(r.context(), &revision)
	return api.SavedRevision{Revision: revisionOf(revision), Budgets: each(budgets, budgetOf), Warnings: each(warnings, warningOf)}, err
}

func (s *Server) revisions(r *request) (any, error) {
	page, err := r.page()
	if err != nil {
		return nil, err
	}
	list, err := s.config.Flows.Revisions(r.context(), r.tenant, r.flow(), page)
	return listOf(list, revisionOf), err
}

func (s *Server) revision(r *request) (any, error) {
	number, err := r.number("number")
	if err != nil {
		return nil, err
	}
	revision, err := s.config.Flows.Revision(r.context(), r.tenant, r.flow(), number)
	return revisionOf(revision), err
}

func slotsFrom(slots map[string]api.Slot) map[contract.SlotName]versions.Slot {
	out := make(map[contract.SlotName]versions.Slot, len(slots))
	for name, slot := range slots {
		to := versions.Slot{Default: each(slot.Default, attachmentFrom), Order: versions.Order(slot.Order), TimeoutMS: slot.TimeoutMS}
		if slot.Methods != nil {
			to.Methods = make(map[contract.Method][]versions.Attachment, len(slot.Methods))
		}
		for method, list := range slot.Methods {
			to.Methods[contract.Method(method)] = each(list, attachmentFrom)
		}
		out[contract.SlotName(name)] = to
	}
	return out
}

func attachmentFrom(a api.Attachment) versions.Attachment {
	return versions.Attachment{
		ID: a.ID, Action: catalog.ActionSlug(a.Action), Version: a.Version, Config: a.Config, Disabled: a.Disabled, When: a.When, OnFailure: versions.Policy(a.OnFailure), TimeoutMS: a.TimeoutMS,
		Limits: limitsFrom(a.Limits),
	}
}

func flowOf(f versions.Flow) api.Flow {
	out := api.Flow{
		Slug: string(f.Slug), Kind: string(f.Kind), Name: f.Name, Revision: f.Revision, CreatedAt: f.CreatedAt, CreatedBy: actorOf(f.CreatedBy),
	}
	if f.Rolling() {
		out.Candidate, out.Percent = f.Rollout.Candidate, f.Rollout.Percent()
	}
	if len(f.Freezes) > 0 {
		out.Freezes = each(f.Freezes, func(z versions.Freeze) api.Freeze { return api.Freeze(z) })
	}
	return out
}

func revisionOf(r versions.Revision) api.Revision {
	out := api.Revision{
		Flow: string(r.Flow), Number: r.Number, Slots: make(map[string]api.Slot, len(r.Slots)), Message: r.Message, SavedAt: r.SavedAt, SavedBy: actorOf(r.SavedBy), Recall: recallOf(r.Recall),
	}
	for name, slot := range r.Slots {
		to := api.Slot{Default: each(slot.Default, attachmentOf), Order: string(slot.Order), TimeoutMS: slot.TimeoutMS}
		if slot.Methods != nil {
			to.Methods = make(map[string][]api.Attachment, len(slot.Methods))
		}
		for method, list := range slot.Methods {
			to.Methods[string(method)] = each(list, attachmentOf)
		}
		out.Slots[string(name)] = to
	}
	return out
}

func attachmentOf(a versions.Attachment) api.Attachment {
	return api.Attachment{
		ID: a.ID, Action: string(a.Action), Version: a.Version, Config: presentOrNil(a.Config), Disabled: a.Disabled, When: a.When, OnFailure: string(a.OnFailure), TimeoutMS: a.TimeoutMS,
		Limits: limitsOf(a.Limits),
	}
}

func budgetOf(b versions.Budget) api.Budget {
	return api.Budget{
		Slot: string(b.Slot), Method: string(b.Method), Attachments: b.Attachments, TimeoutMS: b.TimeoutMS, CPUMS: b.CPUMS, Requests: b.Requests, ChainMS: b.ChainMS,
	}
}

func warningOf(w versions.Warning) api.Warning { return api.Warning(w) }
