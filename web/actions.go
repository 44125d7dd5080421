package web

import (
	"encoding/json"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/web/api"
)

func (r *request) action() catalog.ActionSlug { return catalog.ActionSlug(r.Param("action")) }

func (s *Server) createAction(r *request) (any, error) {
	var body api.NewAction
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	kind, err := actionKind(body.Kind)
	if err != nil {
		return nil, err
	}
	action, draft, err := s.config.Catalog.CreateAction(r.context(), r.actor, r.tenant, catalog.NewAction{
		Slug: catalog.ActionSlug(body.Slug), Name: body.Name, Description: body.Description, Kind: kind, Template: body.Template,
		Draft: catalog.Draft{
			Files: body.Files, Entry: body.Entry, Triggers: texts[contract.TriggerID](body.Triggers), ConfigSchema: schemaOrNone(body.ConfigSchema), Secrets: body.Secrets,
			Hosts: body.Hosts, Dependencies: body.Dependencies,
		},
	})
	if err != nil {
		return nil, err
	}
	r.created("/v1/tenants/%s/actions/%s", r.tenant, action.Slug)
	return api.CreatedAction{Action: actionOf(action), Draft: s.draftOf(draft)}, nil
}

func actionKind(text string) (catalog.ActionKind, error) {
	switch kind := catalog.ActionKind(text); kind {
	case "", catalog.ActionCustom, catalog.ActionTemplate, catalog.ActionModule:
		return kind, nil
	}
	return "", fieldError("/kind", "it must be custom, template or module")
}

// schemaOrNone makes of null, with which a client says that an action takes no config, the empty schema that says so in the catalog.
func schemaOrNone(schema json.RawMessage) json.RawMessage {
	if string(schema) == "null" {
		return json.RawMessage{}
	}
	return schema
}

func (s *Server) actions(r *request) (any, error) {
	page, err := r.page()
	if err != nil {
		return nil, err
	}
	list, err := s.config.Catalog.Actions(r.context(), r.tenant, page)
	return listOf(list, actionOf), err
}

func (s *Server) readAction(r *request) (any, error) {
	action, err := s.config.Catalog.Action(r.context(), r.tenant, r.action())
	return actionOf(action), err
}

func (s *Server) updateAction(r *request) (any, error) {
	var body api.ActionChange
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	change := catalog.ActionChange{Name: body.Name, Description: body.Description}
	action, err := s.config.Catalog.UpdateAction(r.context(), r.actor, r.tenant, r.action(), change)
	return actionOf(action), err
}

func (s *Server) draft(r *request) (any, error) {
	draft, err := s.config.Catalog.Draft(r.context(), r.tenant, r.action())
	return s.draftOf(draft), err
}

func (s *Server) saveDraft(r *request) (any, error) {
	var body api.DraftChange
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	draft, err := s.config.Catalog.SaveDraft(r.context(), r.actor, r.tenant, r.action(), catalog.DraftChange{
		Revision: body.Revision, Files: body.Files, Entry: body.Entry, Triggers: texts[contract.TriggerID](body.Triggers),
		ConfigSchema: schemaOrNone(body.ConfigSchema), Secrets: body.Secrets, Hosts: body.Hosts, Dependencies: body.Dependencies,
	})
	return s.draftOf(draft), err
}

func (s *Server) updateDependencies(r *request) (any, error) {
	draft, err := s.config.Catalog.SaveDraft(r.context(), r.actor, r.tenant, r.action(), catalog.DraftChange{Update: true})
	return s.draftOf(draft), err
}

func (s *Server) checkDraft(r *request) (any, error) {
	changes, warnings, err := s.config.Publisher.Check(r.context(), r.tenant, r.action())
	if err != nil {
		return nil, err
	}
	return api.DraftCheck{Changes: changesOf(changes), Warnings: diagnosticsOf(warnings)}, nil
}

func (s *Server) runDraft(r *request) (any, error) {
	var body api.Trial
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	result, err := s.config.Publisher.Try(r.context(), r.tenant, r.action(), versions.Trial{
		Trigger: contract.TriggerID(body.Trigger), Event: body.Event, Config: body.Config,
	})
	if err != nil {
		return nil, err
	}
	return trialOf(&result)
}

func actionOf(a catalog.Action) api.Action {
	return api.Action{
		Slug: string(a.Slug), Name: a.Name, Description: a.Description, Kind: string(a.Kind), Template: a.Template, Latest: a.Latest,
		CreatedAt: a.CreatedAt, CreatedBy: actorOf(a.CreatedBy),
	}
}

func (s *Server) adopt(r *request) (any, error) {
	var body api.Adoption
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	draft, err := s.config.Catalog.Adopt(r.context(), r.actor, r.tenant, r.action(), body.Overwrite)
	return s.draftOf(draft), err
}

// draftOf is a draft with what there is to know of its template.
func (s *Server) draftOf(d catalog.Draft) api.Draft {
	draft := draftOf(d)
	if draft.Origin != nil {
		if i := s.template(draft.Origin.Template); i >= 0 {
			draft.Origin.Newest = s.config.Templates[i].Version
		}
	}
	return draft
}

func draftOf(d catalog.Draft) api.Draft {
	var origin *api.Origin
	if d.Origin != (catalog.Origin{}) {
		origin = &api.Origin{Template: d.Origin.Template, Release: d.Origin.Release, Customised: d.Origin.Customised}
	}
	return api.Draft{
		Revision: d.Revision,
		Source: api.Source{
			Files: d.Files, Entry: d.Entry, Triggers: texts[string](d.Triggers), ConfigSchema: presentOrNil(d.ConfigSchema), Secrets: d.Secrets, Hosts: d.Hosts,
			Dependencies: d.Dependencies,
		},
		Lock:      presentOrNil(d.Lock),
		Origin:    origin,
		UpdatedAt: d.UpdatedAt, UpdatedBy: actorOf(d.UpdatedBy),
	}
}

// presentOrNil makes nil, which is left out, of JSON that is empty, which would be malformed.
func presentOrNil(text json.RawMessage) json.RawMessage {
	if len(text) == 0 {
		return nil
	}
	return text
}

func trialOf(t *versions.TrialResult) (api.TrialResult, error) {
	result := &t.Execution.Result
	out := api.TrialResult{
		Failure: failureOf(result.Failure), State: t.State, DurationUS: t.Execution.Took.Microseconds(), CPUUS: result.CPU.Microseconds(),
		Allocated: result.Allocated, Requests: each(t.Execution.Requests, sentOf),
		Logs: each(result.Logs, logOf), LogsDropped: result.LogsDropped, Warnings: diagnosticsOf(t.Warnings),
	}
	if result.Failure != nil {
		return out, nil
	}
	var err error
	out.Outcome, err = json.Marshal(&t.Outcome)
	return out, err
}

func failureOf(f *vm.Failure) *api.Failure {
	if f == nil {
		return nil
	}
	return &api.Failure{Kind: string(f.Kind), Message: f.Message, Limit: f.Limit, Hint: f.Hint(), Stack: each(f.Stack, func(f vm.Frame) api.Frame { return api.Frame(f) })}
}

func logOf(l vm.LogLine) api.Log {
	return api.Log{Level: l.Level, Message: l.Message, AtUS: l.AtUS, Fields: presentOrNil(l.Fields)}
}

func sentOf(r host.Request) api.Request {
	return api.Request{
		Method: r.Method, Host: r.Host, Path: r.Path, Status: r.Status, Sent: r.Sent, Received: r.Received, DurationUS: r.Took.Microseconds(), Error: r.Error,
	}
}

func diagnosticsOf(list []bundler.Diagnostic) []api.Diagnostic {
	return each(list, func(d bundler.Diagnostic) api.Diagnostic {
		return api.Diagnostic{
			Severity: string(d.Severity), File: d.File, Line: d.Line, Column: d.Column, Length: d.Length, LineText: d.LineText, Text: d.Text, Hint: d.Hint,
		}
	})
}
