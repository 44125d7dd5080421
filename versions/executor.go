package versions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/versions/rollout"
)

// Recorder takes execution records; [audit.Recorder] is one.
type Recorder interface {
	Append(*audit.Record) error
}

// Executor takes a call of a login flow through everything: it opens or starts the run, picks the revision, runs the chain, and records what happened.
type Executor struct {
	Live     *Live
	Sealer   *Sealer
	Engine   *runtime.Engine
	Recorder Recorder
	Tenants  Tenants
	// Deliveries takes the calls of asynchronous triggers.
	Deliveries Deliveries
	// Attempted is told of each attempt at a delivery, and how long it took. Default: nobody is.
	Attempted func(contract.TriggerID, *runtime.Answer, time.Duration)
	Now       func() time.Time
}

// Request is one execute call.
type Request struct {
	Tenant catalog.TenantID
	Flow   FlowSlug
	Slot   contract.SlotName
	Body   []byte // as contract.DecodeCall has it
	// IdempotencyKey is handed on to the actions. Default: one of the call's own.
	IdempotencyKey string
	// Accept takes the delivery of an asynchronous call. Default: the executor's Deliveries do.
	Accept func(context.Context, deliveries.Delivery) error
	// Pass sends a run that begins with this call to a cohort of the active rollout; see [Pass]. Default: the cohort of its subject.
	Pass string
}

// Response is the answer to an execute call.
type Response struct {
	Run      string // the token
	Trigger  contract.TriggerID
	Revision int
	// Cohort is that of the run if it began during a rollout, else none.
	Cohort rollout.Cohort
	// Recalled is the revision that the run was sealed to, if that was recalled and the run goes on with Revision; else 0.
	Recalled int
	Answer   runtime.Answer
	// RedirectToken is the signed token of a redirect that has one.
	RedirectToken string
	// Delivery is the id of the delivery as which the call of an asynchronous trigger was accepted; the answer is to continue. Empty at any other trigger.
	Delivery string
}

// Execute runs the chain of a slot, or accepts the call if its trigger is asynchronous. Errors: deliveries.ErrFull if it cannot be accepted, catalog.ErrNotFound for a flow or slot that does not exist, contract's for the body, [ErrInvalidRun], [ErrInvalidPass], [ErrNotResumable], and the sandbox's own,
// such as worker.ErrBusy; what an action does wrong is not an error.
func (x *Executor) Execute(ctx context.Context, q Request) (Response, error) {
	began := x.now()
	ref := FlowRef{Tenant: q.Tenant, Flow: q.Flow}
	current, err := x.Live.Current(ctx, ref)
	if err != nil {
		return Response{}, err
	}
	trigger, ok := contract.Lookup(triggerID(current.Kind, q.Slot))
	if !ok {
		return Response{}, fmt.Errorf("slot %s of flow %s: %w", clip(string(q.Slot), 80), q.Flow, catalog.ErrNotFound)
	}
	event, err := contract.DecodeCall(q.Body, trigger)
	if err != nil {
		return Response{}, err
	}
	token, sealed := cutMark(event.Run)
	event.Run = token
	leg, err := x.leg(ctx, ref, current, &event, q.Pass, began)
	if err != nil {
		return Response{}, err
	}
	run, revision := &leg.run, leg.revision
	if leg.mark, err = x.resume(&leg, &q, &event, sealed, began); err != nil {
		return Response{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Response{}, fmt.Errorf("record id: %w", err)
	}
	if q.IdempotencyKey == "" {
		q.IdempotencyKey = id.String()
	}
	if trigger.Async {
		return x.accept(ctx, &accepted{id, began, &q, trigger, event, leg})
	}
	chain, resume := leg.chain(&q, &event)
	answer, err := x.Engine.Run(ctx, &runtime.Call{
		Tenant: string(q.Tenant), Trigger: trigger, Event: event, Flow: string(q.Flow), Revision: revision.Revision,
		Run: run.ID.String(), RunStarted: run.Started, Attempt: 1, IdempotencyKey: q.IdempotencyKey,
		Steps: chain.Steps, Resume: resume, Budget: chain.Budget,
	})
	x.count(current, &leg, &event, &answer, err, began)
	if err != nil {
		// There is no decision, but what ran has run: the record says so, and that there was no answer.
		answer.Outcome = runtime.Outcome{Kind: audit.NoAnswer, Reason: clip(err.Error(), maxReason)}
		return Response{}, errors.Join(fmt.Errorf("execute %s in flow %s: %w", trigger.ID, q.Flow, err), x.record(id, began, &q, trigger, &event, &leg, &answer))
	}
	response := Response{Run: x.seal(&leg, &q, &event, &answer, began), Trigger: trigger.ID, Revision: revision.Revision, Cohort: run.Cohort, Recalled: leg.recalled, Answer: answer}
	if token := answer.Outcome.Token; token != nil {
		response.RedirectToken, err = x.signRedirect(ctx, *run, event.UserID, token, began)
	}
	return response, errors.Join(err, x.record(id, began, &q, trigger, &event, &leg, &answer))
}

const maxReason = 500

func (x *Executor) signRedirect(ctx context.Context, run Run, user string, token *runtime.RedirectToken, now time.Time) (string, error) {
	secret, err := x.Tenants.RedirectSecret(ctx, run.Tenant)
	if err != nil {
		return "", fmt.Errorf("redirect token: %w", err)
	}
	return redirectToken(secret, run, user, token, now)
}

// triggerID joins a kind and a slot; the lookup of what comes from a request does not care what is in it.
func triggerID(kind contract.FlowKind, slot contract.SlotName) contract.TriggerID {
	return contract.TriggerID(string(kind) + "." + string(slot))
}

func (x *Executor) now() time.Time {
	if x.Now == nil {
		return time.Now()
	}
	return x.Now()
}

func (x *Executor) record(
	id uuid.UUID, began time.Time, q *Request, trigger contract.Trigger, event *contract.Call, leg *leg, answer *runtime.Answer,
) error {
	if err := x.Recorder.Append(x.newRecord(id, began, q, trigger, event, leg, answer)); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

func (x *Executor) newRecord(
	id uuid.UUID, began time.Time, q *Request, trigger contract.Trigger, event *contract.Call, leg *leg, answer *runtime.Answer,
) *audit.Record {
	r := &audit.Record{
		ID: id.String(), Time: began.UTC(), Tenant: string(q.Tenant), Flow: string(q.Flow), Slot: string(q.Slot), Trigger: string(trigger.ID), Method: string(event.Method),
		Revision: leg.revision.Revision, Cohort: leg.run.Cohort.String(), Recalled: leg.recalled, Run: leg.run.ID.String(), Request: event.RequestID, User: event.UserID,
		Outcome: string(answer.Outcome.Kind), Code: answer.Outcome.Code, Reason: answer.Outcome.Reason,
		DurationUS: x.now().Sub(began).Microseconds(), Actions: make([]audit.Executed, len(answer.Executions)),
	}
	for i := range answer.Executions {
		r.Actions[i] = executed(&answer.Executions[i])
	}
	return r
}

func executed(e *runtime.Execution) audit.Executed {
	out := audit.Executed{
		Attachment: e.Step.Attachment, Action: e.Step.Action, Version: e.Step.Version, Skipped: e.Skipped, Resumed: e.Resumed, Outcome: string(e.Kind),
		DurationUS: e.Took.Microseconds(), CPUUS: e.Result.CPU.Microseconds(), AllocatedBytes: e.Result.Allocated,
		LogsDropped: e.Result.LogsDropped, Policy: string(e.Policy), Requests: requests(e.Requests),
	}
	if f := e.Result.Failure; f != nil {
		out.Failure = &audit.Failure{Kind: string(f.Kind), Message: f.Message, Limit: f.Limit}
		if at, ok := f.Place(); ok {
			out.Failure.File, out.Failure.Line, out.Failure.Column = at.File, at.Line, at.Column
		}
	}
	for _, line := range e.Result.Logs {
		out.Logs = append(out.Logs, audit.Log{Level: line.Level, Message: line.Message, AtUS: line.AtUS, Fields: line.Fields})
	}
	return out
}

// The longest host and path that a record keeps: an action chooses them.
const (
	maxHost = 260
	maxPath = 200
)

func requests(sent []host.Request) []audit.Request {
	var list []audit.Request
	for _, r := range sent {
		list = append(list, audit.Request{
			Method: r.Method, Host: clip(r.Host, maxHost), Path: clip(r.Path, maxPath), Status: r.Status, Sent: r.Sent, Received: r.Received,
			DurationUS: r.Took.Microseconds(), Error: r.Error,
		})
	}
	return list
}
