// Package audit is the append-only history of a tenant: edits (who changed what) and executions (what ran and how it ended).
//
// An [Event] is an edit. It is stored in the transaction of the edit itself and carries the digest of the event before it, so that a
// removed or altered event shows. A [Record] is one execute call. Records are written behind the answer by the [Recorder], whose
// spool survives a killed process, as compressed blocks of one tenant's records, one file per UTC day.
package audit

import (
	"crypto/sha256"
	"encoding/json"
	"time"
)

// Actor is who made an edit: the holder of a key, or a person who is signed in.
type Actor struct {
	Key    string `json:"key,omitempty"`    // id of the key; empty for a person and the operator
	Person string `json:"person,omitempty"` // id of the person
	Name   string `json:"name"`
	Role   string `json:"role"`
}

// SystemRole is the role of the server itself, which edits where a rollout goes on or is taken back.
const SystemRole = "system"

// EventType names what an edit did, as object.past_participle.
type EventType string

// The types of edits.
const (
	TenantCreated      EventType = "tenant.created"
	KeyCreated         EventType = "key.created"
	KeyRevoked         EventType = "key.revoked"
	ActionCreated      EventType = "action.created"
	ActionUpdated      EventType = "action.updated"
	DraftSaved         EventType = "action.draft_saved"
	ActionPublished    EventType = "flow.action_published"
	FlowCreated        EventType = "flow.created"
	FlowSaved          EventType = "flow.saved"
	ActionAttached     EventType = "flow.action_attached"
	ActionDetached     EventType = "flow.action_detached"
	AttachmentSaved    EventType = "flow.action_updated"
	FreezesSaved       EventType = "flow.freezes_saved"
	TenantFreezesSaved EventType = "tenant.freezes_saved"
	RolledBack         EventType = "flow.rolled_back"
	RevisionRecall     EventType = "flow.revision_recalled"
	VersionRecall      EventType = "action.version_recalled"
	Deprecated         EventType = "action.version_deprecated"
	Undeprecated       EventType = "action.version_undeprecated"
	ActionDeleted      EventType = "action.deleted"
	RolloutStarted     EventType = "rollout.started"
	RolloutPromoted    EventType = "rollout.promoted" // to its next step, or for all
	RolloutPaused      EventType = "rollout.paused"
	RolloutResumed     EventType = "rollout.resumed"
	RolloutAborted     EventType = "rollout.aborted"
	RolloutBreached    EventType = "rollout.rolled_back" // by a guard
	SecretSet          EventType = "secret.set"
	SecretDeleted      EventType = "secret.deleted"
	EgressSaved        EventType = "egress.saved"
	LimitsSaved        EventType = "limits.saved"
	PublishingSaved    EventType = "publishing.saved"

	SessionStarted    EventType = "session.started"
	SessionEnded      EventType = "session.ended" // by its owner
	PasswordChanged   EventType = "person.password_changed"
	IdentityLinked    EventType = "person.identity_linked" // an account is from now on a provider's
	InvitationCreated EventType = "invitation.created"
	InvitationRevoked EventType = "invitation.revoked"
	MemberJoined      EventType = "member.joined"
	RoleChanged       EventType = "member.role_changed"
	MemberRemoved     EventType = "member.removed"

	DeliveryRedriven  EventType = "delivery.redriven"
	DeliveryDiscarded EventType = "delivery.discarded"
	// ActionExecuted is the type of a [Record]; no event has it.
	ActionExecuted EventType = "flow.action_executed"
)

// Event is one edit.
type Event struct {
	// Sequence numbers a tenant's events from 1 without gaps. The store sets it.
	Sequence uint64    `json:"sequence"`
	Time     time.Time `json:"time"`
	Type     EventType `json:"type"`
	// Tenant is the owner of what was edited. The store sets it.
	Tenant string `json:"tenant"`
	Actor  Actor  `json:"actor"`
	// Flow, Slot, Method, Attachment, Action, Version and Revision name what was edited, each where it applies.
	Flow       string `json:"flow,omitempty"`
	Slot       string `json:"slot,omitempty"`
	Method     string `json:"method,omitempty"`
	Attachment string `json:"attachment,omitempty"`
	Action     string `json:"action,omitempty"`
	Version    string `json:"version,omitempty"`
	Revision   int    `json:"revision,omitzero"`
	// Subject names what the members above cannot: a key's id, for example.
	Subject string `json:"subject,omitempty"`
	// Before and After are what was there and what is there now, as far as it is worth showing; absent where there is nothing.
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
	// Previous is the digest of the tenant's event before this one, in hex; empty for the first. The store sets it.
	Previous string `json:"previous,omitempty"`
}

// Sum is the digest that the next event carries: SHA-256 over the event's JSON as it is stored.
func Sum(stored []byte) [sha256.Size]byte { return sha256.Sum256(stored) }

// Record is one execute call.
type Record struct {
	// ID is a UUID of version 7: it sorts by time.
	ID       string    `json:"id"`
	Time     time.Time `json:"time"`
	Tenant   string    `json:"tenant"`
	Flow     string    `json:"flow"`
	Slot     string    `json:"slot"`
	Trigger  string    `json:"trigger"`
	Method   string    `json:"method,omitempty"`
	Revision int       `json:"revision"`
	// Cohort is that of the run if it began during a rollout: stable or candidate.
	Cohort string `json:"cohort,omitempty"`
	// Recalled is the revision that the run was sealed to, if that was recalled and the run went on with Revision.
	Recalled int `json:"recalled,omitzero"`
	// Run is the id of the run; all calls of one sign-in have the same.
	Run     string `json:"run"`
	Request string `json:"request,omitempty"` // request.id as the caller sent it
	User    string `json:"user,omitempty"`    // user.id as the caller sent it
	// Delivery is the id of the delivery that this is an attempt of, and Attempt counts those, from 1. Only records of asynchronous triggers have them.
	Delivery string `json:"delivery,omitempty"`
	Attempt  int    `json:"attempt,omitzero"`
	// Outcome is the kind of the answer, or [NoAnswer]; Code belongs to a block.
	Outcome    string `json:"outcome"`
	Code       string `json:"code,omitempty"`
	Reason     string `json:"reason,omitempty"`
	DurationUS int64  `json:"duration_us"`
	// Actions is what ran or was skipped, in order.
	Actions []Executed `json:"actions"`
}

// NoAnswer is the outcome of a call that got none: no worker was free for it, or the caller went away. Its actions are those that ran before.
const NoAnswer = "none"

// Executed is one action within a [Record]: it ran, or its condition is false.
type Executed struct {
	Attachment string `json:"attachment"`
	Action     string `json:"action"`
	Version    string `json:"version"`
	// Skipped says that the attachment's condition is false, and so the action did not run.
	Skipped bool `json:"skipped,omitzero"`
	// Resumed says that the action went on where it had sent the user away.
	Resumed bool `json:"resumed,omitzero"`
	// Outcome is the kind that the action answered; empty if it failed or was skipped.
	Outcome    string `json:"outcome,omitempty"`
	DurationUS int64  `json:"duration_us"`
	CPUUS      int64  `json:"cpu_us"`
	// AllocatedBytes is the memory that the action asked for, over the whole execution.
	AllocatedBytes int64 `json:"allocated_bytes,omitzero"`
	// Failure says why the action failed, and Policy what was done about it: "block" or "continue".
	Failure *Failure `json:"failure,omitempty"`
	Policy  string   `json:"policy,omitempty"`
	Logs    []Log    `json:"logs,omitempty"`
	// LogsDropped counts the log lines beyond the limits.
	LogsDropped int `json:"logs_dropped,omitzero"`
	// Requests are what the action sent over the network, in the order in which they began.
	Requests []Request `json:"requests,omitempty"`
	// RequestsDropped counts the requests that the record has no room for.
	RequestsDropped int `json:"requests_dropped,omitzero"`
}

// Request is one request over the network: no bodies, no credentials, no query.
type Request struct {
	Method string `json:"method"`
	Host   string `json:"host"` // with the port if it is not the scheme's own
	Path   string `json:"path"`
	Status int    `json:"status,omitzero"` // 0 if there was no answer
	// Sent and Received are bytes of bodies.
	Sent       int64 `json:"sent"`
	Received   int64 `json:"received"`
	DurationUS int64 `json:"duration_us"`
	// Error is a machine word, such as egress_denied, if there was no answer.
	Error string `json:"error,omitempty"`
}

// Failure is how an action failed, in the author's own words and places.
type Failure struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Limit   string `json:"limit,omitempty"` // the limit that was passed and its value
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitzero"`   // from 1
	Column  int    `json:"column,omitzero"` // from 1, in UTF-16 code units
}

// Log is one line that an action wrote.
type Log struct {
	Level   string `json:"level"`
	Message string `json:"message"`
	AtUS    int64  `json:"at_us"` // since the action started
	// Fields are what the action gave beside the message, as an object.
	Fields json.RawMessage `json:"fields,omitempty"`
}

// Filter picks entries of a history. The zero value picks all.
type Filter struct {
	From time.Time // entries at or after
	To   time.Time // entries before; zero means no bound
	Flow string
	// Action picks by slug: events about it, or records in which it ran.
	Action string
	Type   EventType // events only
	// Outcome picks records by kind; "failed" picks those in which an action failed.
	Outcome string
	// Run, Request, User and Delivery pick records.
	Run, Request, User, Delivery string
	// After is the cursor that the page before returned; empty for the newest.
	After string
	// Limit is the most entries to return, 1 to 200. Default: 50. A page also ends, with at least one entry, before it would have more than [MaxPage] bytes.
	Limit int
}

// MaxPage is the most bytes of stored JSON that the entries of one page have together, if it has more than one: what is read at a time must fit into memory many times.
const MaxPage = 4 << 20

// Matches says whether a record passes the filter, its page aside.
func (f *Filter) Matches(r *Record) bool {
	if !f.covers(r.Time) || f.Flow != "" && f.Flow != r.Flow || f.Run != "" && f.Run != r.Run ||
		f.Request != "" && f.Request != r.Request || f.User != "" && f.User != r.User ||
		f.Delivery != "" && f.Delivery != r.Delivery {
		return false
	}
	ran, failed := f.Action == "", false
	for i := range r.Actions {
		ran = ran || r.Actions[i].Action == f.Action
		failed = failed || r.Actions[i].Failure != nil
	}
	switch f.Outcome {
	case "":
		return ran
	case "failed":
		return ran && failed
	default:
		return ran && f.Outcome == r.Outcome
	}
}

// MatchesEvent says whether an event passes the filter, its page aside.
func (f *Filter) MatchesEvent(e *Event) bool {
	return f.covers(e.Time) && (f.Flow == "" || f.Flow == e.Flow) && (f.Action == "" || f.Action == e.Action) && (f.Type == "" || f.Type == e.Type)
}

func (f *Filter) covers(t time.Time) bool {
	return !t.Before(f.From) && (f.To.IsZero() || t.Before(f.To))
}
