package api

import (
	"encoding/json"
	"time"
)

// Delivery is an accepted call of an asynchronous trigger that is not done. A list has it without call and run_state.
type Delivery struct {
	ID             string    `json:"id" doc:"A UUID of version 7, as the answer to the call gave it."`
	State          string    `json:"state" enum:"delivery_state" doc:"waiting for its next attempt, or for those before it in its order; running; or dead: it failed too often."`
	Flow           string    `json:"flow" doc:"The flow."`
	Slot           string    `json:"slot" doc:"The slot."`
	Revision       int       `json:"revision" doc:"The revision of the flow that it runs at."`
	Run            string    `json:"run" doc:"The id of the run."`
	Method         string    `json:"method,omitempty" doc:"The authentication method in use."`
	User           string    `json:"user,omitempty" doc:"user.id, as the caller sent it."`
	Request        string    `json:"request,omitempty" doc:"request.id, as the caller sent it."`
	IdempotencyKey string    `json:"idempotency_key" doc:"The same for every attempt. Actions see it, followed by a slash and the attachment's id."`
	InOrder        bool      `json:"in_order,omitzero" doc:"It waits for the user's deliveries before it, and those behind it wait for it."`
	AcceptedAt     time.Time `json:"accepted_at" doc:"When it was called."`
	Attempt        int       `json:"attempt" doc:"How many attempts have begun."`
	Due            time.Time `json:"due" doc:"waiting: when the next attempt may begin. running: when it is given up. dead: when it became a dead letter."`
	Done           []string  `json:"done,omitempty" doc:"The ids of the attachments that have run and will not run again."`
	Failure        string    `json:"failure,omitempty" doc:"Why the last attempt failed."`

	Call     json.RawMessage `json:"call,omitempty" schema:"call" doc:"What the login system sent."`
	RunState json.RawMessage `json:"run_state,omitempty" schema:"object" doc:"The run's state, as the attempts have left it; absent before the first."`
}

// Redrive is the body of POST /v1/tenants/{tenant}/dead-letters/{delivery}/redrive.
type Redrive struct {
	Live bool `json:"live,omitzero" doc:"Run at the flow's live revision from now on, for example because that one has the error corrected. Default: at the revision that it has."`
}
