package vm

import (
	"encoding/json"
	"fmt"

	"github.com/dop251/goja"
)

// HostCall is something that an execution asks of the world outside its worker, such as a request over the network.
type HostCall struct {
	// ID tells the calls of one execution apart.
	ID uint64
	// Op says what is asked for, for example "fetch". OpCancel has no answer: it ends the call with the same ID, which is answered or not.
	Op   string
	Args json.RawMessage // an object
	Body []byte          // bytes that are no JSON
}

// OpCancel is the operation that gives up a call that was made before.
const OpCancel = "cancel"

// HostAnswer is what came of a [HostCall]: a value and bytes, or an error.
type HostAnswer struct {
	Value json.RawMessage
	Body  []byte
	Err   *HostError
}

// HostError is why a host call came to nothing.
type HostError struct {
	// Failure, if it is there, ends the execution: a limit was passed. Else the action gets an error that it may catch.
	Failure *Failure `json:"failure,omitempty"`
	// Name is that of the JavaScript error, for example TypeError. Default: Error.
	Name string `json:"name,omitempty"`
	// Code is a machine word for the action to tell errors apart, for example egress_denied.
	Code    string `json:"code,omitempty"`
	Message string `json:"message"`
}

// ask makes a host call and returns its id; settle gets the answer in a later step. It must be called by a function that the action has called: the execution ends
// if too many calls are pending.
func (x *Execution) ask(op string, args any, body []byte, settle func(HostAnswer)) uint64 {
	if len(x.pending) >= x.limits.Pending {
		x.exceeded(limitFailure(FailPendingLimit, fmt.Sprintf("pending %d", x.limits.Pending),
			fmt.Sprintf("the action waits for more than %d answers at a time", x.limits.Pending), nil))
	}
	text, err := json.Marshal(args)
	if err != nil {
		panic(err) // args is made of strings and numbers
	}
	x.asked++
	if x.pending == nil {
		x.pending = map[uint64]func(HostAnswer){}
	}
	x.pending[x.asked] = settle
	id := x.asked
	x.machine.host(x, HostCall{ID: id, Op: op, Args: text, Body: body})
	return id
}

// cancel gives a pending call up: its settle is not called any more.
func (x *Execution) cancel(id uint64) {
	if _, pending := x.pending[id]; pending {
		delete(x.pending, id)
		x.machine.host(x, HostCall{ID: id, Op: OpCancel})
	}
}

// Answer hands in the answer to a host call. The next [Execution.Step] goes on with it; one to a call that is no longer pending is dropped.
func (x *Execution) Answer(id uint64, a HostAnswer) {
	settle, pending := x.pending[id]
	if x.ended || !pending {
		return
	}
	delete(x.pending, id)
	x.answers = append(x.answers, func() { settle(a) })
}

// settleAnswers gives the action what has been answered since the last step.
func (x *Execution) settleAnswers() {
	for len(x.answers) > 0 && !x.ended {
		settle := x.answers[0]
		x.answers = x.answers[1:]
		if err := x.guard(settle); err != nil {
			x.fail(x.failed(FailThrown, err))
		}
	}
}

// askPromise makes a host call and returns a promise of what read makes of its answer.
func (x *Execution) askPromise(op string, args any, body []byte, read func(HostAnswer) goja.Value) goja.Value {
	promise, resolve, reject := x.rt.NewPromise()
	x.ask(op, args, body, func(a HostAnswer) {
		var err error
		if a.Err != nil {
			err = reject(x.hostError(a.Err))
		} else {
			err = resolve(read(a))
		}
		if err != nil {
			panic(err)
		}
	})
	return x.rt.ToValue(promise)
}

// hostError is the error that the action gets for a host call that came to nothing; a limit ends the execution instead.
func (x *Execution) hostError(e *HostError) goja.Value {
	if e.Failure != nil {
		x.exceeded(e.Failure)
	}
	object := x.rt.NewTypeError(e.Message)
	if e.Name != "" {
		x.defineOn(object, "name", e.Name)
	}
	if e.Code != "" {
		x.defineOn(object, "code", e.Code)
	}
	return object
}

// exceeded ends the execution because it has passed a limit, at the place that it has reached. It does not return, and the action can catch it no more than any interrupt.
func (x *Execution) exceeded(f *Failure) {
	at := *f
	at.Stack = x.frames(x.rt.CaptureCallStack(maxFrames, nil))
	x.machine.interrupt(x, &at)
	panic(&goja.InterruptedError{})
}
