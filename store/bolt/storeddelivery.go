package bolt

import (
	"encoding/json"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/deliveries"
)

// storedDelivery is a delivery without its call.
type storedDelivery struct {
	ID             string            `json:"id"`
	Tenant         catalog.TenantID  `json:"tenant"`
	Flow           string            `json:"flow"`
	Slot           contract.SlotName `json:"slot"`
	Revision       int               `json:"revision"`
	Run            string            `json:"run"`
	RunStarted     time.Time         `json:"run_started"`
	Method         contract.Method   `json:"method,omitempty"`
	User           string            `json:"user,omitempty"`
	Request        string            `json:"request,omitempty"`
	IdempotencyKey string            `json:"idempotency_key"`
	Line           string            `json:"line,omitempty"`
	AcceptedAt     time.Time         `json:"accepted_at"`
	Attempt        int               `json:"attempt"`
	Tries          int               `json:"tries"`
	Due            time.Time         `json:"due"`
	Done           []string          `json:"done,omitempty"`
	RunState       json.RawMessage   `json:"run_state,omitempty"`
	Failure        string            `json:"failure,omitempty"`

	Sequence  uint64 `json:"sequence"` // its place among the tenant's
	CallBytes int    `json:"call_bytes"`
}

func storeDelivery(d *deliveries.Delivery) *storedDelivery {
	return &storedDelivery{
		ID: d.ID, Tenant: d.Tenant, Flow: d.Flow, Slot: d.Slot, Revision: d.Revision, Run: d.Run, RunStarted: d.RunStarted.UTC(), Method: d.Method, User: d.User, Request: d.Request,
		IdempotencyKey: d.IdempotencyKey, Line: d.Line, AcceptedAt: d.AcceptedAt.UTC(), Attempt: d.Attempt, Tries: d.Tries, Due: d.Due.UTC(),
		Done: d.Done, RunState: d.RunState, Failure: d.Failure, CallBytes: len(d.Call),
	}
}

// delivery copies the call.
func (d *storedDelivery) delivery(state deliveries.State, call []byte) deliveries.Delivery {
	return deliveries.Delivery{
		ID: d.ID, Tenant: d.Tenant, Flow: d.Flow, Slot: d.Slot, Revision: d.Revision, Run: d.Run, RunStarted: d.RunStarted, Method: d.Method, User: d.User, Request: d.Request,
		IdempotencyKey: d.IdempotencyKey, Line: d.Line, AcceptedAt: d.AcceptedAt, Call: append([]byte(nil), call...),
		State: state, Attempt: d.Attempt, Tries: d.Tries, Due: d.Due, Done: d.Done, RunState: d.RunState, Failure: d.Failure,
	}
}

// progress takes over what an attempt has changed, all but the time.
func (d *storedDelivery) progress(from *deliveries.Delivery) {
	d.Tries, d.Done, d.RunState, d.Failure = from.Tries, from.Done, from.RunState, from.Failure
}

// deliveryOverhead is about how much a delivery takes besides what callers and actions choose.
const deliveryOverhead = 1 << 10

// size is what the delivery counts against its tenant's bound.
func (d *storedDelivery) size() int64 {
	size := deliveryOverhead + d.CallBytes + len(d.RunState) + len(d.Failure) + len(d.User) + len(d.Request) + len(d.Line) + len(d.IdempotencyKey)
	for _, id := range d.Done {
		size += len(id)
	}
	return int64(size)
}
