package api

import (
	"encoding/json"
	"time"
)

// NewFlow is the body of POST /v1/tenants/{tenant}/flows.
type NewFlow struct {
	Slug  string          `json:"slug" doc:"Names the flow within its tenant, at most 63 characters. It never changes."`
	Kind  string          `json:"kind" enum:"flow_kind" doc:"Which authentication event it is; it decides which slots there are."`
	Name  string          `json:"name,omitempty" doc:"What people call the flow. Default: the slug."`
	Slots map[string]Slot `json:"slots,omitempty" doc:"What runs, by slot. A slot that is absent runs nothing."`
}

// Flow is one authentication event of a tenant.
type Flow struct {
	Slug      string    `json:"slug" doc:"Names the flow within its tenant."`
	Kind      string    `json:"kind" enum:"flow_kind" doc:"Which authentication event it is."`
	Name      string    `json:"name" doc:"What people call the flow."`
	Revision  int       `json:"revision" doc:"The number of the live revision. During a rollout it is the stable one."`
	Candidate int       `json:"candidate,omitzero" doc:"The revision that is being rolled out; absent if there is none."`
	Percent   float64   `json:"percent,omitzero" doc:"The candidate's share of the users."`
	Freezes   []Freeze  `json:"freezes,omitempty" doc:"When nothing new may go live."`
	CreatedAt time.Time `json:"created_at" doc:"When it was created."`
	CreatedBy Actor     `json:"created_by" doc:"Who created it."`
}

// FlowDetail is a flow and what is live of it.
type FlowDetail struct {
	Flow
	Live Revision `json:"live" doc:"The live revision."`
}

// CreatedFlow is the answer to NewFlow.
type CreatedFlow struct {
	FlowDetail
	Budgets  []Budget  `json:"budgets,omitempty" doc:"What each list may take."`
	Warnings []Warning `json:"warnings,omitempty" doc:"What may surprise."`
}

// FlowChange is the body of PUT /v1/tenants/{tenant}/flows/{flow}.
type FlowChange struct {
	Base    int             `json:"base" doc:"The live revision that the change was made from; 409 if it is no longer the live one."`
	Slots   map[string]Slot `json:"slots" doc:"What runs, by slot: all of it, also what stays as it was."`
	Message string          `json:"message,omitempty" doc:"What is new."`
}

// Revision is an immutable snapshot of a whole flow.
type Revision struct {
	Flow    string          `json:"flow" doc:"The flow's slug."`
	Number  int             `json:"number" doc:"Counts the revisions, from 1."`
	Slots   map[string]Slot `json:"slots" doc:"What runs, by slot."`
	Message string          `json:"message,omitempty" doc:"What was new."`
	SavedAt time.Time       `json:"saved_at" doc:"When it was saved."`
	SavedBy Actor           `json:"saved_by" doc:"Who saved it."`
	Recall  *Recall         `json:"recall,omitempty" doc:"Set if the revision was recalled: runs that are sealed to it go on with the live one."`
}

// SavedRevision is the answer to FlowChange.
type SavedRevision struct {
	Revision
	Budgets  []Budget  `json:"budgets,omitempty" doc:"What each list may take."`
	Warnings []Warning `json:"warnings,omitempty" doc:"What may surprise."`
}

// Slot is what runs at one trigger point.
type Slot struct {
	Default   []Attachment            `json:"default,omitempty" doc:"What runs where no list is for the method in use."`
	Methods   map[string][]Attachment `json:"methods,omitempty" doc:"By authentication method: what runs instead of the default list; an empty list runs nothing."`
	Order     string                  `json:"order,omitempty" enum:"order" doc:"Asynchronous triggers: user runs the deliveries of each user in the order in which they were accepted. Absent: they run as they come."`
	TimeoutMS int                     `json:"timeout_ms,omitzero" doc:"Budget of wall-clock time of a whole list in milliseconds, at most 10000. Default: 10000."`
}

// Budget is what one list of a slot may take: the sums of what its attachments may, the disabled ones aside.
type Budget struct {
	Slot        string `json:"slot" doc:"The slot."`
	Method      string `json:"method,omitempty" doc:"The authentication method whose list it is; absent: the default list."`
	Attachments int    `json:"attachments" doc:"How many can run."`
	TimeoutMS   int    `json:"timeout_ms" doc:"The wall-clock budgets of the attachments together, in milliseconds."`
	CPUMS       int    `json:"cpu_ms" doc:"Their computing time together, in milliseconds."`
	Requests    int    `json:"requests" doc:"Their requests over the network together."`
	ChainMS     int    `json:"chain_ms" doc:"When the chain ends at the latest, in milliseconds: the most that a caller waits for it, the time until a worker is free included."`
}

// Attachment is one action in one list of a slot.
type Attachment struct {
	ID        string          `json:"id,omitempty" doc:"Unique within its revision and the same over revisions. Absent in a request: a new one is made."`
	Action    string          `json:"action" doc:"The action's slug."`
	Version   string          `json:"version" doc:"The exact version."`
	Config    json.RawMessage `json:"config,omitzero" schema:"object" doc:"Valid against the version's schema. Default: {}."`
	Disabled  bool            `json:"disabled,omitzero" doc:"Whether it is kept and does not run. Default: false."`
	When      string          `json:"when,omitempty" doc:"A condition over the input, in the Common Expression Language, at most 1000 bytes: where it is false, the action does not run. Default: it runs always."`
	OnFailure string          `json:"on_failure,omitempty" enum:"policy" doc:"What a failure of the action, or of its condition, does. Default: block where somebody waits for the answer, else continue."`
	TimeoutMS int             `json:"timeout_ms,omitzero" doc:"Budget of wall-clock time in milliseconds. Default: 5000."`
	Limits    Limits          `json:"limits,omitzero" doc:"The other limits of an execution, each at most what the tenant may have."`
}

// Limits bound one execution.
type Limits struct {
	CPUMS        int `json:"cpu_ms,omitzero" doc:"Milliseconds of computing. An execution's default: 500."`
	MemoryBytes  int `json:"memory_bytes,omitzero" doc:"Bytes of live values. Default: 67108864."`
	CallDepth    int `json:"call_depth,omitzero" doc:"Nested calls. Default: 1000."`
	OutcomeBytes int `json:"outcome_bytes,omitzero" doc:"Bytes of the outcome's JSON. Default: 262144."`
	LogLines     int `json:"log_lines,omitzero" doc:"Lines of log. Default: 200."`
	LogBytes     int `json:"log_bytes,omitzero" doc:"Bytes of all lines together. Default: 65536."`
	Timers       int `json:"timers,omitzero" doc:"Timers that are pending at a time. Default: 1000."`
	Pending      int `json:"pending,omitzero" doc:"Requests, and calls of cache and counters, that are pending at a time. Default: 64."`
	Requests     int `json:"requests,omitzero" doc:"Requests over the network. Default: 20."`
	RequestBytes int `json:"request_bytes,omitzero" doc:"Bytes of all requests and their answers together. Default: 8388608."`
}

// Warning is something in a revision that is allowed and may surprise.
type Warning struct {
	Pointer string `json:"pointer" doc:"JSON pointer (RFC 6901) of the member of the request that it is about."`
	Detail  string `json:"detail" doc:"One sentence."`
}
