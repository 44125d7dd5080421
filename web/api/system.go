package api

import (
	"encoding/json"
	"time"
)

// Health is the answer of /healthz and of /readyz.
type Health struct {
	Status string `json:"status" doc:"ok. A server that is not answers with a problem."`
}

// System is the server itself.
type System struct {
	Version       string    `json:"version" doc:"Durward's version."`
	Go            string    `json:"go" doc:"The version of Go that it was built with."`
	StartedAt     time.Time `json:"started_at" doc:"When the server was started."`
	UptimeSeconds int64     `json:"uptime_seconds" doc:"For how long it has been up."`
	Workers       Workers   `json:"workers" doc:"The worker processes."`
	Sandbox       Sandbox   `json:"sandbox" doc:"What confines the worker processes."`
}

// Sandbox is what confines the worker processes.
type Sandbox struct {
	Level  string  `json:"level" doc:"strict, or best-effort if a layer is missing that strict has."`
	Layers []Layer `json:"layers" doc:"The parts of it."`
}

// Layer is a part of the sandbox.
type Layer struct {
	Name   string `json:"name" doc:"environment, rlimits, descriptors, untraceable, no_new_privs, landlock and seccomp, which strict has, and namespace_user, _pid, _net, _mnt, _ipc and _uts beside them."`
	On     bool   `json:"on" doc:"It is there."`
	Detail string `json:"detail,omitempty" doc:"Its version, for example, or why it is not there."`
}

// Workers are the figures of the worker processes at a moment.
type Workers struct {
	Processes int `json:"processes" doc:"How many there are, spares included."`
	Spares    int `json:"spares" doc:"How many are ready and belong to no tenant."`
	Tenants   int `json:"tenants" doc:"How many tenants have one."`
	Inflight  int `json:"inflight" doc:"How many calls they hold."`
}

// Trigger is a point in a login system's flows at which it asks Durward.
type Trigger struct {
	ID          string      `json:"id" enum:"trigger" doc:"The flow kind, a dot, and the slot."`
	Flow        string      `json:"flow" enum:"flow_kind" doc:"The kind of flow."`
	Slot        string      `json:"slot" doc:"The slot in a flow of that kind."`
	When        string      `json:"when" doc:"The moment at which the login system calls."`
	Async       bool        `json:"async" doc:"Nobody waits for the answer."`
	Answers     []string    `json:"answers" enum:"kind" doc:"What an action may answer, weakest first."`
	PerMethod   bool        `json:"per_method" doc:"The slot may have lists for authentication methods."`
	FailClosed  bool        `json:"fail_closed" doc:"A failure blocks, whatever an attachment says."`
	User        string      `json:"user" enum:"knowledge" doc:"How much is known about the user."`
	Equivalents Equivalents `json:"equivalents" doc:"The names of the same point in other systems."`
}

// Equivalents are a trigger's names in other systems; an empty list means that the system has no such point.
type Equivalents struct {
	Ory         []string `json:"ory" doc:"In Ory Kratos and Hydra."`
	Auth0       []string `json:"auth0" doc:"In Auth0."`
	Intelliauth []string `json:"intelliauth" doc:"In Intelliauth."`
}

// Template is a shipped action, to make one's own from.
type Template struct {
	Slug         string            `json:"slug" doc:"Names the template."`
	Name         string            `json:"name" doc:"What people call it."`
	Description  string            `json:"description" doc:"What it is for."`
	Version      string            `json:"version" doc:"The version that it is shipped as."`
	Category     string            `json:"category" doc:"A word to sort templates by, for example access."`
	Icon         string            `json:"icon" doc:"The name of an icon of the Lucide set."`
	Notes        []string          `json:"notes,omitempty" doc:"What its config cannot say, and what it does not do."`
	Triggers     []string          `json:"triggers" enum:"trigger" doc:"The triggers that it works at."`
	ConfigSchema json.RawMessage   `json:"config_schema,omitzero" doc:"The JSON Schema (draft 2020-12) of its config; absent: it takes none."`
	Secrets      []string          `json:"secrets,omitempty" doc:"The names of the secrets that it reads."`
	Hosts        []string          `json:"hosts,omitempty" doc:"The hosts that it sends requests to; * stands for all that the tenant's egress policy allows."`
	Releases     []Release         `json:"releases" doc:"What changed, the newest first."`
	Files        map[string]string `json:"files" doc:"The sources by path."`
}

// Release is a state of a template that was shipped.
type Release struct {
	Version string `json:"version" doc:"Its number."`
	Changes string `json:"changes" doc:"What is new."`
}

// TemplateDetail is a template with what it answers.
type TemplateDetail struct {
	Template
	Samples []Sample `json:"samples" doc:"Calls and what is answered to them."`
}

// Sample is a call of a template.
type Sample struct {
	Name    string          `json:"name" doc:"What it shows."`
	Trigger string          `json:"trigger" enum:"trigger" doc:"The trigger."`
	Config  json.RawMessage `json:"config" schema:"object" doc:"The config."`
	Event   json.RawMessage `json:"event" schema:"call" doc:"The call."`
	Outcome json.RawMessage `json:"outcome,omitzero" schema:"outcome" doc:"What is answered; absent if the action fails."`
}
