package web

import (
	"net/http"
	"slices"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/web/api"
)

// routes is the one table of routes.
func routes() []route {
	return slices.Concat(systemRoutes(), accountRoutes(), providerRoutes(), tenantRoutes(), memberRoutes(), settingsRoutes(), actionRoutes(), flowRoutes(), deliveryRoutes(), rolloutRoutes(), historyRoutes())
}

const (
	get   = http.MethodGet
	post  = http.MethodPost
	put   = http.MethodPut
	patch = http.MethodPatch
	del   = http.MethodDelete
)

func systemRoutes() []route {
	return []route{
		{
			method: get, path: "/healthz", id: "health", summary: "Tell that the process works",
			answer: api.Health{}, handle: (*Server).health,
		},
		{
			method: get, path: "/readyz", id: "ready", summary: "Tell whether requests should come here",
			answer: api.Health{}, problems: []code{stopping}, handle: (*Server).ready,
		},
		{
			method: get, path: "/metrics", id: "metrics", summary: "Read the server's figures, for Prometheus",
			answer: mediaType("text/plain"), handle: (*Server).serveMetrics,
		},
		{
			method: get, path: "/v1/openapi.json", id: "openapi", summary: "Read this document",
			answer: schemaName(""), handle: (*Server).serveOpenAPI,
		},
		{
			method: get, path: "/v1/triggers", id: "triggers", summary: "List the trigger points",
			answer: api.List[api.Trigger]{}, handle: (*Server).triggers,
		},
		{
			method: get, path: "/v1/types", id: "types", summary: "Read the TypeScript declarations for authors of actions",
			answer: mediaType("text/plain"), handle: (*Server).serveTypes,
		},
		{
			method: get, path: "/v1/templates", id: "templates", summary: "List the shipped actions",
			answer: api.List[api.Template]{}, handle: (*Server).templates,
		},
		{
			method: get, path: "/v1/templates/{template}", id: "template", summary: "Read a shipped action, with samples of what it answers",
			answer: api.TemplateDetail{}, problems: []code{notFound}, handle: (*Server).readTemplate,
		},
		{
			method: get, path: "/v1/system", id: "system", summary: "Read what the server is and how it does", role: catalog.RoleOperator,
			answer: api.System{}, handle: (*Server).system,
		},
		{
			method: get, path: "/v1/system/backup", id: "backup", summary: "Take a backup: a tar of the whole store", role: catalog.RoleOperator,
			answer: mediaType("application/x-tar"), handle: (*Server).backup,
		},
	}
}

func tenantRoutes() []route {
	return []route{
		{
			method: post, path: "/v1/tenants", id: "createTenant", summary: "Create a tenant", role: catalog.RoleOperator,
			body: api.NewTenant{}, answer: api.Tenant{}, status: http.StatusCreated, problems: []code{exists}, handle: (*Server).createTenant,
		},
		{
			method: get, path: "/v1/tenants", id: "tenants", summary: "List the tenants", role: catalog.RoleOperator,
			query: pages(), answer: api.List[api.Tenant]{}, handle: (*Server).tenants,
		},
		{
			method: get, path: "/v1/tenants/{tenant}", id: "tenant", summary: "Read a tenant", role: catalog.RoleViewer,
			answer: api.Tenant{}, handle: (*Server).tenant,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/redirect-secret", id: "redirectSecret", summary: "Read the secret that signs the tokens of redirects", role: catalog.RoleAdmin,
			answer: api.RedirectSecret{}, handle: (*Server).redirectSecret,
		},
		{
			method: post, path: "/v1/tenants/{tenant}/keys", id: "createKey", summary: "Create a key; its secret is shown once", role: catalog.RoleAdmin,
			body: api.NewKey{}, answer: api.CreatedKey{}, status: http.StatusCreated, handle: (*Server).createKey,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/keys", id: "keys", summary: "List the keys, revoked ones included", role: catalog.RoleAdmin,
			query: pages(), answer: api.List[api.Key]{}, handle: (*Server).keys,
		},
		{
			method: del, path: "/v1/tenants/{tenant}/keys/{key}", id: "revokeKey", summary: "Revoke a key, for ever", role: catalog.RoleAdmin,
			answer: api.Key{}, handle: (*Server).revokeKey,
		},
	}
}

func settingsRoutes() []route {
	return []route{
		{
			method: put, path: "/v1/tenants/{tenant}/secrets/{secret}", id: "setSecret", summary: "Set a secret, over the one of its name if there is one", role: catalog.RoleAdmin,
			body: api.NewSecret{}, answer: api.Secret{}, problems: []code{noSealKey}, handle: (*Server).setSecret,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/secrets", id: "secrets", summary: "List the secrets, without their values", role: catalog.RoleViewer,
			query: pages(), answer: api.List[api.Secret]{}, handle: (*Server).secrets,
		},
		{
			method: del, path: "/v1/tenants/{tenant}/secrets/{secret}", id: "deleteSecret", summary: "Delete a secret", role: catalog.RoleAdmin,
			answer: api.Secret{}, handle: (*Server).deleteSecret,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/egress", id: "egress", summary: "Read where actions may send requests", role: catalog.RoleAdmin,
			answer: api.Egress{}, handle: (*Server).egress,
		},
		{
			method: put, path: "/v1/tenants/{tenant}/egress", id: "saveEgress", summary: "Say where actions may send requests", role: catalog.RoleAdmin,
			body: api.EgressChange{}, answer: api.Egress{}, problems: []code{conflict}, handle: (*Server).saveEgress,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/publishing", id: "publishing", summary: "Read what is asked of drafts that are published", role: catalog.RoleViewer,
			answer: api.Publishing{}, handle: (*Server).publishing,
		},
		{
			method: put, path: "/v1/tenants/{tenant}/publishing", id: "savePublishing", summary: "Say what is asked of drafts that are published", role: catalog.RoleAdmin,
			body: api.PublishingChange{}, answer: api.Publishing{}, problems: []code{conflict}, handle: (*Server).savePublishing,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/limits", id: "limits", summary: "Read the most that one execution of the tenant may have", role: catalog.RoleOperator,
			answer: api.TenantLimits{}, handle: (*Server).limits,
		},
		{
			method: put, path: "/v1/tenants/{tenant}/limits", id: "saveLimits", summary: "Say the most that one execution of the tenant may have", role: catalog.RoleOperator,
			body: api.LimitsChange{}, answer: api.TenantLimits{}, problems: []code{conflict}, handle: (*Server).saveLimits,
		},
	}
}

func actionRoutes() []route {
	return []route{
		{
			method: post, path: "/v1/tenants/{tenant}/actions", id: "createAction", summary: "Create an action with its first draft", role: catalog.RoleAuthor,
			body: api.NewAction{}, limit: maxSource, answer: api.CreatedAction{}, status: http.StatusCreated,
			problems: []code{exists, quota, noRegistry, registryFailed, tooCostly, busy, stopping}, events: true, handle: (*Server).createAction,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/actions", id: "actions", summary: "List the actions", role: catalog.RoleViewer,
			query: pages(), answer: api.List[api.Action]{}, handle: (*Server).actions,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/actions/{action}", id: "action", summary: "Read an action", role: catalog.RoleViewer,
			answer: api.Action{}, handle: (*Server).readAction,
		},
		{
			method: patch, path: "/v1/tenants/{tenant}/actions/{action}", id: "updateAction", summary: "Change an action's name or description", role: catalog.RoleAuthor,
			body: api.ActionChange{}, answer: api.Action{}, handle: (*Server).updateAction,
		},
		{
			method: del, path: "/v1/tenants/{tenant}/actions/{action}", id: "deleteAction", role: catalog.RolePublisher,
			summary: "Delete an action with its draft and versions, if no revision of a flow has one of these and no other action imports one",
			answer:  api.Action{}, problems: []code{inUse}, handle: (*Server).deleteAction,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/actions/{action}/draft", id: "draft", summary: "Read an action's draft", role: catalog.RoleViewer,
			answer: api.Draft{}, handle: (*Server).draft,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/actions/{action}/draft/types", id: "draftTypes", summary: "Read the TypeScript declarations for an action's draft",
			role: catalog.RoleViewer, headers: noneMatch(), answer: api.DraftTypes{}, handle: (*Server).draftTypes,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/actions/{action}/draft/types/{digest}", id: "packageTypes", summary: "Read the TypeScript declarations of a draft's packages",
			role: catalog.RoleViewer, headers: noneMatch(), answer: api.PackageTypes{}, problems: []code{noRegistry, registryFailed, tooCostly, busy, stopping}, handle: (*Server).packageTypes,
		},
		{
			method: patch, path: "/v1/tenants/{tenant}/actions/{action}/draft", id: "saveDraft", summary: "Change an action's draft", role: catalog.RoleAuthor,
			body: api.DraftChange{}, limit: maxSource, answer: api.Draft{}, problems: []code{conflict, quota, noRegistry, registryFailed, tooCostly, busy, stopping},
			events: true, handle: (*Server).saveDraft,
		},
		{
			method: post, path: "/v1/tenants/{tenant}/actions/{action}/draft/adopt", id: "adopt",
			summary: "Make the newest release of its template an action's draft; versions stay as they are", role: catalog.RoleAuthor,
			body: api.Adoption{}, answer: api.Draft{}, problems: []code{conflict, customised, quota, noRegistry, registryFailed, tooCostly, busy, stopping}, events: true, handle: (*Server).adopt,
		},
		{
			method: post, path: "/v1/tenants/{tenant}/actions/{action}/draft/dependencies/update", id: "updateDependencies",
			summary: "Settle a draft's dependencies anew, on the newest versions in their ranges", role: catalog.RoleAuthor,
			answer: api.Draft{}, problems: []code{quota, noRegistry, registryFailed, invalid}, events: true, handle: (*Server).updateDependencies,
		},
		{
			method: post, path: "/v1/tenants/{tenant}/actions/{action}/draft/check", id: "checkDraft", summary: "Say what publishing an action's draft would say; nothing is stored",
			role: catalog.RoleAuthor, answer: api.DraftCheck{}, problems: []code{noRegistry, registryFailed, noTypeCheck, buildFailed, tooCostly, busy, stopping, invalid}, events: true, handle: (*Server).checkDraft,
		},
		{
			method: post, path: "/v1/tenants/{tenant}/actions/{action}/draft/run", id: "runDraft", summary: "Run an action's draft on an event; nothing is stored",
			role: catalog.RoleAuthor, body: api.Trial{}, limit: maxConfigs, answer: api.TrialResult{}, problems: []code{noRegistry, registryFailed, buildFailed, tooCostly, busy, stopping}, events: true, handle: (*Server).runDraft,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/actions/{action}/dependents", id: "dependents",
			summary: "List the versions that have a shared module in them, by the module's version, oldest first", role: catalog.RoleViewer,
			query: pages(), answer: api.List[api.Dependent]{}, handle: (*Server).dependents,
		},
		{
			method: post, path: "/v1/tenants/{tenant}/actions/{action}/versions", id: "publish", summary: "Publish an action's draft as an immutable version",
			role: catalog.RolePublisher, body: api.Publication{}, answer: api.Published{}, status: http.StatusCreated,
			problems: []code{exists, quota, noRegistry, registryFailed, noTypeCheck, buildFailed, tooCostly, busy, stopping}, events: true, handle: (*Server).publish,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/actions/{action}/versions", id: "versions", summary: "List an action's versions, newest first",
			role: catalog.RoleViewer, query: pages(), answer: api.List[api.VersionInfo]{}, handle: (*Server).versions,
		},
		{
			method: put, path: "/v1/tenants/{tenant}/actions/{action}/versions/{version}/deprecation", id: "deprecateVersion", role: catalog.RolePublisher,
			summary: "Say that nobody should begin to use a version, and why; it can be used as before",
			body:    api.Reason{}, answer: api.VersionInfo{}, problems: []code{quota}, handle: (*Server).deprecateVersion,
		},
		{
			method: del, path: "/v1/tenants/{tenant}/actions/{action}/versions/{version}/deprecation", id: "undeprecateVersion", role: catalog.RolePublisher,
			summary: "Take the deprecation of a version back", answer: api.VersionInfo{}, handle: (*Server).undeprecateVersion,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/actions/{action}/versions/{version}", id: "version", summary: "Read a version", role: catalog.RoleViewer,
			query:  []parameter{{"include", enumSchema("bundle"), "Add the bundle and its source map."}},
			answer: api.Version{}, handle: (*Server).version,
		},
		{
			method: post, path: "/v1/tenants/{tenant}/actions/{action}/versions/{version}/verify", id: "verifyVersion",
			summary: "Build a version again from its sources and its lock, and compare", role: catalog.RoleAuthor,
			answer: api.Verification{}, problems: []code{noRegistry, registryFailed, invalid, buildFailed, tooCostly, busy, stopping}, events: true, handle: (*Server).verifyVersion,
		},
	}
}

func flowRoutes() []route {
	return []route{
		{
			method: post, path: "/v1/tenants/{tenant}/flows", id: "createFlow", summary: "Create a flow with its first revision", role: catalog.RolePublisher,
			body: api.NewFlow{}, limit: maxConfigs, answer: api.CreatedFlow{}, status: http.StatusCreated, problems: []code{exists, frozen, quota, tooCostly, busy, stopping}, handle: (*Server).createFlow,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/flows", id: "flows", summary: "List the flows", role: catalog.RoleViewer,
			query: pages(), answer: api.List[api.Flow]{}, handle: (*Server).flows,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/flows/{flow}", id: "flow", summary: "Read a flow and its live revision", role: catalog.RoleViewer,
			answer: api.FlowDetail{}, handle: (*Server).readFlow,
		},
		{
			method: put, path: "/v1/tenants/{tenant}/flows/{flow}", id: "saveFlow", summary: "Save a flow's next revision, which is live at once", role: catalog.RolePublisher,
			body: api.FlowChange{}, limit: maxConfigs, answer: api.SavedRevision{}, problems: []code{conflict, rolloutActive, frozen, quota, tooCostly, busy, stopping}, handle: (*Server).saveFlow,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/flows/{flow}/revisions", id: "revisions", summary: "List a flow's revisions, newest first", role: catalog.RoleViewer,
			query: pages(), answer: api.List[api.Revision]{}, handle: (*Server).revisions,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/flows/{flow}/revisions/{number}", id: "revision", summary: "Read a revision", role: catalog.RoleViewer,
			answer: api.Revision{}, handle: (*Server).revision,
		},
		{
			method: post, path: "/v1/tenants/{tenant}/flows/{flow}/slots/{slot}/execute", id: "execute", summary: "Run what is attached to a slot, and get the decision; at an asynchronous trigger, have it run",
			role: catalog.RoleExecute, body: schemaName("Call"), answer: api.Answer{}, accepts: true, problems: []code{invalidRun, notResumable, invalidPass, keyReused, tooManyDeliveries, busy, stopping},
			headers: []parameter{
				{
					headerIdempotencyKey, map[string]any{"type": "string", "minLength": 1, "maxLength": maxIdempotencyKey},
					"A call that is repeated with the same key and body gets the answer that it got before, and nothing runs twice. Actions see the key, too.",
				},
				{headerCohort, textSchema(), "A pass, which sends a run that begins with this call to a cohort of the rollout."},
			},
			answers: []parameter{{headerReplayed, enumSchema("true"), "There if the answer was given before, to a call with the same Idempotency-Key."}},
			handle:  (*Server).execute,
		},
	}
}

func historyRoutes() []route {
	return []route{
		{
			method: get, path: "/v1/tenants/{tenant}/audit/edits", id: "edits", summary: "Read the audit of edits, newest first", role: catalog.RoleViewer,
			query:  append(span(), parameter{"type", textSchema(), "Pick by type, for example flow.action_attached."}),
			answer: api.List[api.Event]{}, handle: (*Server).edits,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/audit/executions", id: "executions", summary: "Read the audit of executions, newest first", role: catalog.RoleViewer,
			query:  append(span(), picks()...),
			answer: api.List[api.Record]{}, handle: (*Server).executions,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/audit/executions/stream", id: "followExecutions", summary: "Follow the audit of executions as they happen, as server-sent events", role: catalog.RoleViewer,
			query:   append(named(), picks()...),
			headers: []parameter{{headerLastEventID, textSchema(), "The id of the last event that the client has: what was stored since comes first, and some of what was before may come again."}},
			answer:  mediaType(eventStream), problems: []code{stopping}, endless: true, handle: (*Server).followExecutions,
		},
		{
			method: get, path: "/v1/tenants/{tenant}/statistics", id: "statistics", summary: "Read how calls and executions went over time", role: catalog.RoleViewer,
			query: append(named(),
				parameter{"by", enumSchema(words("grouping")...), "What to tell apart: executions by action or version, calls by flow, slot or revision. Default: flow."},
				parameter{"from", moment(), "The beginning, rounded down to five minutes. Default: a day before the end."},
				parameter{"to", moment(), "The end, rounded up to five minutes. Default: now."},
				parameter{"step", map[string]any{"type": "integer", "minimum": 300, "multipleOf": 300}, "Seconds from one point to the next. Default: the least that makes at most 288 points."},
			),
			answer: api.Statistics{}, handle: (*Server).statistics,
		},
	}
}

const headerIfNoneMatch = "If-None-Match"

// noneMatch is the header by which a caller tells what it has already.
func noneMatch() []parameter {
	return []parameter{{headerIfNoneMatch, textSchema(), "The Etag of an answer that the caller has; 304 if it is still the right one."}}
}

// pages are the parameters of a list.
func pages() []parameter {
	return []parameter{
		{"after", textSchema(), "The member next of the page before."},
		{"limit", map[string]any{"type": "integer", "minimum": 1, "maximum": catalog.MaxLimit, "default": catalog.DefaultLimit}, "The most entries to return."},
	}
}

// span are the parameters of a history.
func span() []parameter {
	return slices.Concat(pages(), []parameter{
		{"from", moment(), "Entries at or after this time."},
		{"to", moment(), "Entries before this time."},
	}, named())
}

// named pick by name.
func named() []parameter {
	return []parameter{{"flow", textSchema(), "Pick by flow."}, {"action", textSchema(), "Pick by action."}}
}

// picks pick among executions.
func picks() []parameter {
	return []parameter{
		{"outcome", enumSchema(append(words("recorded"), anyFailure)...), "Pick by kind of answer; none picks those without one, failed those in which an action failed."},
		{"run", textSchema(), "Pick by the id of the run."},
		{"request", textSchema(), "Pick by request.id."},
		{"user", textSchema(), "Pick by user.id."},
		{"delivery", textSchema(), "Pick the attempts at a delivery."},
	}
}

func moment() map[string]any { return map[string]any{"type": "string", "format": "date-time"} }

func textSchema() map[string]any { return map[string]any{"type": "string"} }

func enumSchema(words ...string) map[string]any {
	return map[string]any{"type": "string", "enum": words}
}
