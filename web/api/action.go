package api

import (
	"encoding/json"
	"time"
)

// NewAction is the body of POST /v1/tenants/{tenant}/actions.
type NewAction struct {
	Slug        string `json:"slug" doc:"Names the action within its tenant, at most 63 characters. It never changes."`
	Name        string `json:"name,omitempty" doc:"What people call the action. Default: the slug."`
	Description string `json:"description,omitempty" doc:"What the action is for."`
	Kind        string `json:"kind,omitempty" enum:"action_kind" doc:"Where the source comes from, or that it is a module: code that actions share, which is imported and never attached. Default: custom."`
	Template    string `json:"template,omitempty" doc:"The template that the draft was made from. Without files, the draft gets those of the template, and all that it declares."`
	Source             // of the first draft
}

// Source is what an author writes.
type Source struct {
	Files        map[string]string `json:"files" doc:"The sources by path, for example action.ts or lib/domains.ts."`
	Entry        string            `json:"entry,omitempty" doc:"The path of the file that exports execute. Default: the first of action.ts, action.js, index.ts, index.js, main.ts and main.js that exists, or the only file."`
	Triggers     []string          `json:"triggers" enum:"trigger" doc:"The triggers that the action works at."`
	ConfigSchema json.RawMessage   `json:"config_schema,omitzero" doc:"A JSON Schema (draft 2020-12) for an attachment's config; absent: the action takes no config."`
	Secrets      []string          `json:"secrets,omitempty" doc:"The names of the secrets that the action reads."`
	Hosts        []string          `json:"hosts,omitempty" doc:"The hosts that the action sends requests to, as api.example.com or *.example.com, a :port may follow; it reaches no others. * stands for all that the tenant's egress policy allows."`

	Dependencies map[string]string `json:"dependencies,omitempty" doc:"The npm packages that the action imports, and the shared modules as durward:NAME: names and ranges of versions, for example ^1.2.0. They are settled to exact versions when they are saved."`
}

// Action is a piece of reusable logic.
type Action struct {
	Slug        string    `json:"slug" doc:"Names the action within its tenant."`
	Name        string    `json:"name" doc:"What people call the action."`
	Description string    `json:"description,omitempty" doc:"What the action is for."`
	Kind        string    `json:"kind" enum:"action_kind" doc:"Where the source comes from, or that it is a module: code that actions share."`
	Template    string    `json:"template,omitempty" doc:"The template that the draft was made from."`
	Latest      string    `json:"latest,omitempty" doc:"The number of the version that was published last; absent before the first."`
	CreatedAt   time.Time `json:"created_at" doc:"When it was created."`
	CreatedBy   Actor     `json:"created_by" doc:"Who created it."`
}

// CreatedAction is the answer to NewAction.
type CreatedAction struct {
	Action
	Draft Draft `json:"draft" doc:"The first draft."`
}

// ActionChange is the body of PATCH /v1/tenants/{tenant}/actions/{action}. What is absent stays as it is.
type ActionChange struct {
	Name        *string `json:"name,omitempty" doc:"What people call the action."`
	Description *string `json:"description,omitempty" doc:"What the action is for."`
}

// Draft is the one mutable source of an action.
type Draft struct {
	Revision int `json:"revision" doc:"Counts the saves, from 1."`
	Source
	Lock      json.RawMessage `json:"lock,omitzero" schema:"object" doc:"What the dependencies were settled on: packages and shared modules, versions and digests, and which of them each name means; absent if there are none."`
	Origin    *Origin         `json:"origin,omitempty" doc:"What the sources came from; absent if the action was not made from a template."`
	UpdatedAt time.Time       `json:"updated_at" doc:"When it was saved."`
	UpdatedBy Actor           `json:"updated_by" doc:"Who saved it."`
}

// Origin is the template that a draft was made from.
type Origin struct {
	Template   string `json:"template" doc:"The template."`
	Release    string `json:"release,omitempty" doc:"The release of the template; absent if it is not known."`
	Customised bool   `json:"customised,omitzero" doc:"The sources are not those of the release any more, or belong to a custom action."`
	Newest     string `json:"newest,omitempty" doc:"The release that the server ships now; absent if it ships none."`
}

// Adoption is the body of POST /v1/tenants/{tenant}/actions/{action}/draft/adopt.
type Adoption struct {
	Overwrite bool `json:"overwrite,omitzero" doc:"Replace the sources also if they are not those of a release of the template. Default: 409 customised then."`
}

// DraftChange is the body of PATCH /v1/tenants/{tenant}/actions/{action}/draft. What is absent stays as it is.
type DraftChange struct {
	Revision     int               `json:"revision,omitzero" doc:"The revision that the change was made from; 409 if it is no longer the newest. Default: not checked."`
	Files        map[string]string `json:"files,omitzero" doc:"All the sources by path; they take the place of those that are there."`
	Entry        *string           `json:"entry,omitzero" doc:"The path of the file that exports execute."`
	Triggers     []string          `json:"triggers,omitzero" enum:"trigger" doc:"The triggers that the action works at."`
	ConfigSchema json.RawMessage   `json:"config_schema,omitzero" doc:"A JSON Schema (draft 2020-12) for an attachment's config; null: the action takes none."`
	Secrets      []string          `json:"secrets,omitzero" doc:"The names of the secrets that the action reads."`
	Hosts        []string          `json:"hosts,omitzero" doc:"The hosts that the action sends requests to; empty: none. * stands for all that the tenant's egress policy allows."`
	Dependencies map[string]string `json:"dependencies,omitzero" doc:"The npm packages and shared modules that the action imports, names and ranges; empty: none. The same ones as before keep the exact versions that they were settled on."`
}

// Trial is the body of POST /v1/tenants/{tenant}/actions/{action}/draft/run.
type Trial struct {
	Trigger string          `json:"trigger,omitempty" enum:"trigger" doc:"The trigger to run at. Default: the draft's only one."`
	Event   json.RawMessage `json:"event,omitzero" schema:"call" doc:"The call, as the body of execute. Default: {}."`
	Config  json.RawMessage `json:"config,omitzero" schema:"object" doc:"The config, valid against the draft's schema. Default: {}."`
}

// TrialResult is how a draft ran.
type TrialResult struct {
	Outcome     json.RawMessage `json:"outcome,omitzero" schema:"outcome" doc:"What the action answered, checked; absent if it failed."`
	Failure     *Failure        `json:"failure,omitempty" doc:"How the action failed; absent if it did not."`
	State       json.RawMessage `json:"state" schema:"object" doc:"The run's state afterwards."`
	DurationUS  int64           `json:"duration_us" doc:"Microseconds of wall-clock time, waiting for a worker included."`
	CPUUS       int64           `json:"cpu_us" doc:"Microseconds of computing."`
	Allocated   int64           `json:"allocated_bytes,omitzero" doc:"Bytes of memory that it asked for, over the whole execution."`
	Requests    []Request       `json:"requests,omitempty" doc:"What it sent over the network, in the order in which it began."`
	Logs        []Log           `json:"logs" doc:"The lines that the action wrote."`
	LogsDropped int             `json:"logs_dropped,omitzero" doc:"How many lines were beyond the limits."`
	Warnings    []Diagnostic    `json:"warnings,omitempty" doc:"What the bundler warns of."`
}

// Failure is how an action failed, in the author's own words and places.
type Failure struct {
	Kind    string  `json:"kind" enum:"failure" doc:"What kind of thing went wrong."`
	Message string  `json:"message" doc:"What was thrown, or what was wrong."`
	Limit   string  `json:"limit,omitempty" doc:"The limit that was passed and its value."`
	Hint    string  `json:"hint,omitempty" doc:"What would be right, where that is known."`
	Stack   []Frame `json:"stack,omitempty" doc:"Where in the author's sources, innermost first."`
}

// Frame is a place in the author's sources.
type Frame struct {
	Function string `json:"function,omitempty" doc:"The function, if it has a name."`
	File     string `json:"file" doc:"The path of the file."`
	Line     int    `json:"line" doc:"Counts from 1."`
	Column   int    `json:"column" doc:"Counts from 1, in UTF-16 code units."`
	Text     string `json:"text,omitempty" doc:"The line itself."`
}

// Log is a line that an action wrote.
type Log struct {
	Level   string `json:"level" enum:"log_level" doc:"How serious it is."`
	Message string `json:"message" doc:"The line."`
	AtUS    int64  `json:"at_us" doc:"Microseconds since the action started."`

	Fields json.RawMessage `json:"fields,omitzero" schema:"object" doc:"What the action gave beside the line."`
}

// Request is a request that an action sent over the network. Neither bodies nor headers nor queries are kept.
type Request struct {
	Method     string `json:"method" doc:"The method."`
	Host       string `json:"host" doc:"The host, with the port if it is not the scheme's own."`
	Path       string `json:"path" doc:"The path, cut off if it is long."`
	Status     int    `json:"status,omitzero" doc:"The status of the answer; absent if there was none."`
	Sent       int64  `json:"sent" doc:"Bytes of the request's body."`
	Received   int64  `json:"received" doc:"Bytes of the answer's body, as far as it was read."`
	DurationUS int64  `json:"duration_us" doc:"Microseconds of wall-clock time."`
	Error      string `json:"error,omitempty" doc:"A word for machines that says why there was no answer, for example egress_denied."`
}
