package api

import (
	"encoding/json"
	"time"
)

// Event is one edit in the audit.
type Event struct {
	Sequence   uint64          `json:"sequence" doc:"Numbers the tenant's edits from 1, without gaps."`
	Time       time.Time       `json:"time" doc:"When it was made."`
	Type       string          `json:"type" doc:"What it did, for example flow.action_attached."`
	Actor      Actor           `json:"actor" doc:"Who made it."`
	Flow       string          `json:"flow,omitempty" doc:"The flow that was edited."`
	Slot       string          `json:"slot,omitempty" doc:"The slot that was edited."`
	Method     string          `json:"method,omitempty" doc:"The authentication method whose list was edited."`
	Attachment string          `json:"attachment,omitempty" doc:"The id of the attachment that was edited."`
	Action     string          `json:"action,omitempty" doc:"The action that was edited or attached."`
	Version    string          `json:"version,omitempty" doc:"The version that was published or attached."`
	Revision   int             `json:"revision,omitzero" doc:"The revision that the edit made."`
	Subject    string          `json:"subject,omitempty" doc:"What else was edited: the id of a key or the name of a secret, for example."`
	Before     json.RawMessage `json:"before,omitzero" doc:"What was there, as far as it is worth showing."`
	After      json.RawMessage `json:"after,omitzero" doc:"What is there now, as far as it is worth showing."`
	Previous   string          `json:"previous,omitempty" doc:"The digest of the tenant's edit before this one; absent for the first."`
}

// Record is one execute call in the audit.
type Record struct {
	ID         string           `json:"id" doc:"A UUID of version 7."`
	Time       time.Time        `json:"time" doc:"When it was called."`
	Type       string           `json:"type" doc:"Always flow.action_executed: what an edit has in the same place says what was done."`
	Flow       string           `json:"flow" doc:"The flow."`
	Slot       string           `json:"slot" doc:"The slot."`
	Trigger    string           `json:"trigger" enum:"trigger" doc:"The trigger."`
	Method     string           `json:"method,omitempty" doc:"The authentication method in use."`
	Revision   int              `json:"revision" doc:"The revision that decided."`
	Cohort     string           `json:"cohort,omitempty" enum:"cohort" doc:"The run's part in a rollout; absent if it began while there was none."`
	Recalled   int              `json:"recalled,omitzero" doc:"The revision that the run was sealed to, if that was recalled and another one has decided."`
	Run        string           `json:"run" doc:"The id of the run; all calls of one sign-in have the same."`
	Request    string           `json:"request,omitempty" doc:"request.id, as the caller sent it."`
	User       string           `json:"user,omitempty" doc:"user.id, as the caller sent it."`
	Delivery   string           `json:"delivery,omitempty" doc:"Asynchronous triggers: the delivery that this is an attempt at."`
	Attempt    int              `json:"attempt,omitzero" doc:"Asynchronous triggers: which attempt it is, from 1."`
	Outcome    string           `json:"outcome" enum:"recorded" doc:"The kind of the answer; none where there was no answer, because no worker was free or the caller went away."`
	Code       string           `json:"code,omitempty" doc:"block: the code."`
	Reason     string           `json:"reason,omitempty" doc:"Why, for the operator."`
	DurationUS int64            `json:"duration_us" doc:"Microseconds of wall-clock time."`
	Actions    []ExecutedDetail `json:"actions" doc:"The actions that ran or were skipped, in order."`
}

// ExecutedDetail is an action that ran, with all that is known of it.
type ExecutedDetail struct {
	Attachment  string           `json:"attachment" doc:"The id of the attachment."`
	Action      string           `json:"action" doc:"The action's slug."`
	Version     string           `json:"version" doc:"The version that ran."`
	Skipped     bool             `json:"skipped,omitzero" doc:"Whether it did not run, because the condition of its attachment is false."`
	Resumed     bool             `json:"resumed,omitzero" doc:"Whether it went on where it had sent the user away."`
	Outcome     string           `json:"outcome,omitempty" enum:"kind" doc:"What it answered; absent if it failed or was skipped."`
	DurationUS  int64            `json:"duration_us" doc:"Microseconds of wall-clock time, waiting for a worker included."`
	CPUUS       int64            `json:"cpu_us" doc:"Microseconds of computing."`
	Allocated   int64            `json:"allocated_bytes,omitzero" doc:"Bytes of memory that it asked for, over the whole execution."`
	Failure     *RecordedFailure `json:"failure,omitempty" doc:"How it failed; absent if it did not."`
	Policy      string           `json:"policy,omitempty" enum:"policy" doc:"What the failure did."`
	Logs        []Log            `json:"logs,omitempty" doc:"The lines that it wrote."`
	LogsDropped int              `json:"logs_dropped,omitzero" doc:"How many lines were beyond the limits."`
	Requests    []Request        `json:"requests,omitempty" doc:"What it sent over the network, in the order in which it began."`

	RequestsDropped int `json:"requests_dropped,omitzero" doc:"How many requests the record has no room for."`
}

// RecordedFailure is how an action failed, as far as the audit keeps it.
type RecordedFailure struct {
	Kind    string `json:"kind" enum:"failure" doc:"What kind of thing went wrong."`
	Message string `json:"message" doc:"What was thrown, or what was wrong."`
	Limit   string `json:"limit,omitempty" doc:"The limit that was passed and its value."`
	File    string `json:"file,omitempty" doc:"The path of the author's file."`
	Line    int    `json:"line,omitzero" doc:"Counts from 1."`
	Column  int    `json:"column,omitzero" doc:"Counts from 1, in UTF-16 code units."`
}
