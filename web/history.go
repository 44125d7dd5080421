package web

import (
	"slices"

	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/web/api"
)

// filter reads what both histories are filtered by.
func (r *request) filter() (audit.Filter, error) {
	from, err := r.time("from")
	if err != nil {
		return audit.Filter{}, err
	}
	to, err := r.time("to")
	if err != nil {
		return audit.Filter{}, err
	}
	limit, err := r.limit()
	return audit.Filter{
		From: from, To: to, Flow: r.QueryParam("flow"), Action: r.QueryParam("action"), After: r.QueryParam("after"), Limit: limit,
	}, err
}

func (s *Server) edits(r *request) (any, error) {
	filter, err := r.filter()
	if err != nil {
		return nil, err
	}
	filter.Type = audit.EventType(r.QueryParam("type"))
	if filter.Type == audit.ActionExecuted {
		return nil, fieldError("?type", "executions are not among the edits; they are at audit/executions")
	}
	events, next, err := s.config.Catalog.Events(r.context(), r.tenant, filter)
	return api.List[api.Event]{Items: each(events, eventOf), Next: next}, err
}

// anyFailure is the outcome that picks the records in which an action failed.
const anyFailure = "failed"

func (s *Server) executions(r *request) (any, error) {
	filter, err := r.filter()
	if err != nil {
		return nil, err
	}
	if err := r.pick(&filter); err != nil {
		return nil, err
	}
	// The records do not know which tenants there are.
	if _, err := s.config.Catalog.Tenant(r.context(), r.tenant); err != nil {
		return nil, err
	}
	records, next, err := s.config.Recorder.Records(r.context(), string(r.tenant), filter)
	return api.List[api.Record]{Items: each(records, recordOf), Next: next}, err
}

// pick reads what executions alone are filtered by.
func (r *request) pick(filter *audit.Filter) error {
	filter.Outcome, filter.Run, filter.Request, filter.User = r.QueryParam("outcome"), r.QueryParam("run"), r.QueryParam("request"), r.QueryParam("user")
	filter.Delivery = r.QueryParam("delivery")
	if o := filter.Outcome; o != "" && o != anyFailure && !slices.Contains(words("recorded"), o) {
		return fieldError("?outcome", "it must be continue, demand_mfa, redirect, block, none or failed")
	}
	return nil
}

func eventOf(e audit.Event) api.Event {
	return api.Event{
		Sequence: e.Sequence, Time: e.Time, Type: string(e.Type), Actor: actorOf(e.Actor), Flow: e.Flow, Slot: e.Slot, Method: e.Method, Attachment: e.Attachment,
		Action: e.Action, Version: e.Version, Revision: e.Revision, Subject: e.Subject, Before: presentOrNil(e.Before), After: presentOrNil(e.After), Previous: e.Previous,
	}
}

func recordOf(r audit.Record) api.Record {
	return api.Record{
		Type: string(audit.ActionExecuted),
		ID:   r.ID, Time: r.Time, Flow: r.Flow, Slot: r.Slot, Trigger: r.Trigger, Method: r.Method, Revision: r.Revision, Cohort: r.Cohort, Recalled: r.Recalled, Run: r.Run, Request: r.Request, User: r.User, Delivery: r.Delivery, Attempt: r.Attempt,
		Outcome: r.Outcome, Code: r.Code, Reason: r.Reason, DurationUS: r.DurationUS, Actions: each(r.Actions, executedDetailOf),
	}
}

func executedDetailOf(e audit.Executed) api.ExecutedDetail {
	out := api.ExecutedDetail{
		Attachment: e.Attachment, Action: e.Action, Version: e.Version, Skipped: e.Skipped, Resumed: e.Resumed, Outcome: e.Outcome, DurationUS: e.DurationUS, CPUUS: e.CPUUS, Policy: e.Policy,
		Allocated: e.AllocatedBytes, Logs: each(e.Logs, func(l audit.Log) api.Log { return api.Log(l) }), LogsDropped: e.LogsDropped,
		Requests: each(e.Requests, func(r audit.Request) api.Request { return api.Request(r) }), RequestsDropped: e.RequestsDropped,
	}
	if e.Failure != nil {
		failure := api.RecordedFailure(*e.Failure)
		out.Failure = &failure
	}
	return out
}
