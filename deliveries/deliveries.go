// Package deliveries keeps the calls of asynchronous triggers, for whose answer nobody waits, and has each of them run at least once.
//
// A [Delivery] is one such call. A [Queue] accepts it into a [Store], claims it when it is due, lets a [Runner] attempt it, and tries again later what failed; what fails too often
// becomes a dead letter, which somebody redrives or discards. What an attempt does is the runner's concern.
package deliveries

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/idempotency"
)

// ErrFull says that a tenant has as many deliveries waiting as it may.
var ErrFull = errors.New("the tenant has as many deliveries waiting as it may")

// ErrLost says that a claim is no longer the newest: it has expired, and the delivery was claimed anew or is done.
var ErrLost = errors.New("the claim on the delivery is lost")

// State is where a delivery stands.
type State string

// The states. A delivery that is done is no longer kept.
const (
	Waiting State = "waiting" // for its time, or for those before it in its line
	Running State = "running" // claimed
	Dead    State = "dead"
)

// States lists the states.
func States() []State { return []State{Waiting, Running, Dead} }

// Delivery is an accepted call of an asynchronous trigger, and how far its work has come.
type Delivery struct {
	ID     string // a UUID of version 7
	Tenant catalog.TenantID
	Flow   string
	Slot   contract.SlotName
	// Revision is the one that the call was accepted at, or redriven to.
	Revision   int
	Run        string // the run's id
	RunStarted time.Time
	Method     contract.Method
	User       string // user.id, as the caller sent it
	Request    string // request.id, as the caller sent it
	// IdempotencyKey is the same for every attempt.
	IdempotencyKey string
	// Line makes the deliveries of a tenant that have the same one run one after the other, in the order in which they were accepted. Empty: this one needs no order.
	Line       string
	AcceptedAt time.Time
	Call       []byte // the body. Lists are without it

	State State // the store sets it
	// Attempt counts the attempts that have begun, and Tries those since it was accepted or redriven that count towards its end.
	Attempt, Tries int
	// Due is when the next attempt may begin; of a running one, when its claim expires; of a dead one, when it died.
	Due time.Time
	// Done are the ids of the attachments that need not run again.
	Done []string
	// RunState is the run's state as the attempts have left it; nil before the first.
	RunState json.RawMessage
	// Failure is why the last attempt failed, for the operator.
	Failure string
}

// Bounds are how many deliveries a tenant may have that wait or run, and as many again that are dead.
type Bounds struct {
	Entries int
	Bytes   int64
}

// Claim asks for deliveries to work on.
type Claim struct {
	Now   time.Time // what is due by then
	Until time.Time // when the claim expires, and somebody else may claim them
	Limit int
}

// Counts are how many deliveries there are, of all tenants.
type Counts struct {
	Waiting, Dead           int64 // those that run count as waiting
	WaitingBytes, DeadBytes int64
}

// Store keeps deliveries. All methods are safe for concurrent use, also by several servers; each write is on disk when it returns. Errors are catalog.ErrNotFound for a delivery that is not
// there or in another state, and [ErrLost] from those that settle a claim: they say by d.Attempt which claim is meant.
type Store interface {
	// AddDelivery stores d, to be claimed from d.Due on, behind those of its line. It returns [ErrFull] if the tenant has as many as it may.
	AddDelivery(ctx context.Context, d Delivery, b Bounds) error
	// AddAnsweredDelivery is AddDelivery together with keeping a, as [idempotency.Store] says of KeepAnswer: both or neither, and if there is an answer already, neither.
	AddAnsweredDelivery(ctx context.Context, d Delivery, b Bounds, a idempotency.Answer, ab idempotency.Bounds) (idempotency.Kept, error)
	// DueDeliveries returns the tenants that have deliveries to claim, now or later, and when the first is due.
	DueDeliveries(ctx context.Context) (map[catalog.TenantID]time.Time, error)
	// ClaimDeliveries claims deliveries of a tenant, those first that have been due longest. Each has one more attempt and try. It also returns when the next one is due; the zero time if
	// there is none.
	ClaimDeliveries(ctx context.Context, tenant catalog.TenantID, c Claim) (claimed []Delivery, next time.Time, err error)
	// FinishDelivery removes a delivery that is done.
	FinishDelivery(ctx context.Context, d Delivery) error
	// RetryDelivery gives a claim back: the delivery waits until d.Due, with d's Tries, Done, RunState and Failure.
	RetryDelivery(ctx context.Context, d Delivery) error
	// BuryDelivery makes a delivery a dead letter, with d's Due, Done, RunState and Failure. What then is beyond the bounds is dropped, longest accepted first, and the number of it returned.
	BuryDelivery(ctx context.Context, d Delivery, b Bounds) (dropped int, err error)

	Delivery(ctx context.Context, tenant catalog.TenantID, id string) (Delivery, error)
	// Deliveries lists a tenant's deliveries that wait or run, or its dead letters, newest first.
	Deliveries(ctx context.Context, tenant catalog.TenantID, dead bool, page catalog.Page) (catalog.List[Delivery], error)
	// RedriveDelivery makes a dead letter wait again, until due and at the end of its line, at a revision, with no tries. It returns [ErrFull] as AddDelivery does.
	RedriveDelivery(ctx context.Context, tenant catalog.TenantID, id string, revision int, due time.Time, b Bounds, events ...audit.Event) (Delivery, error)
	// DiscardDelivery removes a dead letter, and returns it.
	DiscardDelivery(ctx context.Context, tenant catalog.TenantID, id string, events ...audit.Event) (Delivery, error)
	DeliveryCounts(ctx context.Context) (Counts, error)
}
