package versions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/runtime"
)

// Deliveries takes the calls of asynchronous triggers; [deliveries.Queue] does.
type Deliveries interface {
	Accept(context.Context, deliveries.Delivery) error
}

// Order says which deliveries of an asynchronous slot run one after the other.
type Order string

// OrderUser runs the deliveries of each user in the order in which they were accepted: one that failed and is tried again holds up those behind it. Without an order they run as they come.
const OrderUser Order = "user"

// accepted is a call on its way through an [Executor], decoded.
type accepted struct {
	id      uuid.UUID
	began   time.Time
	request *Request
	trigger contract.Trigger
	event   contract.Call
	leg     leg
}

// accept stores the call of an asynchronous trigger. Nothing is stored where nothing is attached: it is done at once.
func (x *Executor) accept(ctx context.Context, a *accepted) (Response, error) {
	revision := a.leg.revision
	answer := runtime.Answer{Outcome: runtime.Outcome{Kind: contract.Continue}, State: a.event.State}
	if answer.State == nil {
		answer.State = json.RawMessage("{}")
	}
	response := Response{
		Run: x.seal(&a.leg, a.request, &a.event, &answer, a.began), Trigger: a.trigger.ID, Revision: revision.Revision, Cohort: a.leg.run.Cohort, Recalled: a.leg.recalled, Answer: answer, Delivery: a.id.String(),
	}
	d := a.delivery(revision.Order(a.request.Slot))
	if len(revision.Chain(a.request.Slot, a.event.Method).Steps) == 0 {
		d.Attempt = 1
		if err := x.Recorder.Append(x.attemptRecord(a, &d, &answer)); err != nil {
			return Response{}, fmt.Errorf("record: %w", err)
		}
		return response, nil
	}
	accept := a.request.Accept
	if accept == nil {
		accept = x.Deliveries.Accept
	}
	if err := accept(ctx, d); err != nil {
		return Response{}, fmt.Errorf("execute %s in flow %s: %w", a.trigger.ID, a.request.Flow, err)
	}
	return response, nil
}

func (a *accepted) delivery(order Order) deliveries.Delivery {
	q := a.request
	d := deliveries.Delivery{
		ID: a.id.String(), Tenant: q.Tenant, Flow: string(q.Flow), Slot: q.Slot, Revision: a.leg.run.Revision, Run: a.leg.run.ID.String(), RunStarted: a.leg.run.Started,
		Method: a.event.Method, User: a.event.UserID, Request: a.event.RequestID, IdempotencyKey: q.IdempotencyKey,
		AcceptedAt: a.began.UTC(), Due: a.began.UTC(), Call: q.Body,
	}
	if order == OrderUser {
		d.Line = strings.Join([]string{d.Flow, string(d.Slot), d.User}, "\x00")
	}
	return d
}

// Attempt implements [deliveries.Runner]: it runs what is attached at the delivery's revision and is not done. An action that fails is run again in the next attempt, and those that did not fail are not.
func (x *Executor) Attempt(ctx context.Context, d *deliveries.Delivery) (deliveries.Result, error) {
	result := deliveries.Result{Done: d.Done, RunState: d.RunState}
	a, err := x.reopen(ctx, d)
	if hopeless := (*hopelessError)(nil); errors.As(err, &hopeless) {
		result.Failure, result.Hopeless = hopeless.Error(), true
		return result, nil
	}
	if err != nil {
		return result, err
	}
	chain := a.leg.revision.Chain(d.Slot, a.event.Method)
	answer, err := x.Engine.Run(ctx, &runtime.Call{
		Tenant: string(d.Tenant), Trigger: a.trigger, Event: a.event, Flow: d.Flow, Revision: a.leg.run.Revision, Run: d.Run, RunStarted: d.RunStarted,
		Attempt: d.Attempt, IdempotencyKey: d.IdempotencyKey, Steps: remaining(chain.Steps, d.Done), Budget: chain.Budget,
	})
	if err != nil {
		answer.Outcome = runtime.Outcome{Kind: audit.NoAnswer, Reason: clip(err.Error(), maxReason)}
	}
	result.Done, result.Failure = advance(d.Done, answer.Executions)
	if len(answer.Executions) > 0 {
		result.RunState = answer.State
	}
	return result, errors.Join(err, x.recordAttempt(ctx, a, d, &answer))
}

// hopelessError is a delivery that cannot be attempted, now or later.
type hopelessError struct{ reason string }

func (e *hopelessError) Error() string { return e.reason }

// reopen reads the call of a delivery as it was read when it was accepted. If its revision was recalled meanwhile, it is that of the live one.
func (x *Executor) reopen(ctx context.Context, d *deliveries.Delivery) (*accepted, error) {
	a := &accepted{began: x.now(), request: &Request{Tenant: d.Tenant, Flow: FlowSlug(d.Flow), Slot: d.Slot}}
	ref := FlowRef{Tenant: d.Tenant, Flow: a.request.Flow}
	revision, err := x.Live.Revision(ctx, ref, d.Revision)
	if notFound(err) { // as after a restore of an older backup
		return nil, &hopelessError{fmt.Sprintf("there is no revision %d of flow %s", d.Revision, d.Flow)}
	}
	if err != nil {
		return nil, err
	}
	a.trigger, _ = contract.Lookup(triggerID(revision.Kind, d.Slot))
	if a.event, err = contract.DecodeCall(d.Call, a.trigger); err != nil { // as after an upgrade to a stricter contract
		return nil, &hopelessError{"its call is no longer valid: " + clip(err.Error(), maxReason)}
	}
	if d.RunState != nil {
		a.event.State = d.RunState
	}
	id, err := uuid.Parse(d.Run)
	if err != nil {
		return nil, &hopelessError{"its run has no id"}
	}
	current, err := x.Live.Current(ctx, ref)
	if err != nil {
		return nil, err
	}
	a.leg = current.goOn(Run{ID: id, Tenant: d.Tenant, Flow: a.request.Flow, Revision: d.Revision, Started: d.RunStarted}, revision)
	a.id, err = uuid.NewV7()
	return a, err
}

// remaining are the steps that are not done.
func remaining(steps []runtime.Step, done []string) []runtime.Step {
	if len(done) == 0 {
		return steps
	}
	return slices.DeleteFunc(slices.Clone(steps), func(s runtime.Step) bool { return slices.Contains(done, s.Attachment) })
}

// advance adds what ran without failing to what was done, and tells what failed.
func advance(done []string, ran []runtime.Execution) (all []string, failure string) {
	all = slices.Clone(done)
	var failures []string
	for i := range ran {
		e := &ran[i]
		if f := e.Result.Failure; f != nil {
			failures = append(failures, fmt.Sprintf("%s@%s: %s: %s", e.Step.Action, e.Step.Version, f.Kind, f.Message))
			continue
		}
		all = append(all, e.Step.Attachment)
	}
	return all, clip(strings.Join(failures, "; "), maxReason)
}

// recordAttempt waits until there is room for the record: nobody waits for the attempt, and what ran is to be known.
func (x *Executor) recordAttempt(ctx context.Context, a *accepted, d *deliveries.Delivery, answer *runtime.Answer) error {
	r := x.attemptRecord(a, d, answer)
	err := x.Recorder.Append(r)
	for errors.Is(err, audit.ErrFull) && ctx.Err() == nil {
		err = x.Recorder.Append(r)
	}
	if x.Attempted != nil {
		x.Attempted(a.trigger.ID, answer, x.now().Sub(a.began))
	}
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

func (x *Executor) attemptRecord(a *accepted, d *deliveries.Delivery, answer *runtime.Answer) *audit.Record {
	r := x.newRecord(a.id, a.began, a.request, a.trigger, &a.event, &a.leg, answer)
	r.Delivery, r.Attempt = d.ID, d.Attempt
	return r
}
