package client

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/durward/durward/web/api"
)

// Execution is what a login system asks: what runs here for this event?
type Execution struct {
	Flow string
	Slot string
	Call api.Call
	// Body, if it is there, is sent in place of Call as it is.
	Body json.RawMessage
	// IdempotencyKey names the call, so that it can be repeated when no answer came: the same key with the same Call gets the same answer, and nothing runs twice. It is 1 to
	// 255 printable ASCII characters; actions see it. Default: none.
	IdempotencyKey string
	// Pass sends a run that begins with this call to a cohort of the flow's rollout; [Tenant.CreatePass] makes one. Default: the cohort of its user.
	Pass string
}

// Execute runs a slot and returns the decision. A decision to block is an answer like the others; the error says that there is none, and then the caller's own
// policy decides: a [*Problem] whose Status is 503 may be tried again.
//
// At an asynchronous trigger nobody waits for what runs: the answer is always to continue, and Delivery names what was stored and will be run.
//
// Of a sign-in that makes several calls, each later one sends Run and State of the answer before it.
func (t *Tenant) Execute(ctx context.Context, x Execution) (api.Answer, error) {
	r := request{method: http.MethodPost, path: t.path("flows", x.Flow, "slots", x.Slot, "execute"), body: &x.Call}
	if x.Body != nil {
		r.body = x.Body
	}
	r.header = http.Header{}
	for name, value := range map[string]string{"Idempotency-Key": x.IdempotencyKey, "Durward-Cohort": x.Pass} {
		if value != "" {
			r.header.Set(name, value)
		}
	}
	var replayed bool
	r.answered = func(h http.Header) { replayed = h.Get("Idempotent-Replayed") == "true" }
	answer, err := call[api.Answer](ctx, t.client, r)
	answer.Replayed = replayed
	return answer, err
}
