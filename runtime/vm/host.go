package vm

import (
	"bytes"
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
	x.notAhead()
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
		x.pending, x.crossing = map[uint64]func(HostAnswer){}, map[uint64]func(HostAnswer){}
	}
	x.pending[x.asked] = settle
	id := x.asked
	x.machine.host(x, HostCall{ID: id, Op: op, Args: text, Body: body})
	return id
}

// cancel gives a pending call up: its settle is not called any more. An answer that is on its way already goes to late, unless that is nil.
func (x *Execution) cancel(id uint64, late func(HostAnswer)) {
	if _, pending := x.pending[id]; pending {
		delete(x.pending, id)
		if late != nil {
			x.crossing[id] = late
		}
		x.machine.host(x, HostCall{ID: id, Op: OpCancel})
	}
}

// Answer hands in the answer to a host call. The next [Execution.Step] goes on with it; one to a call that is no longer pending changes nothing for the action.
func (x *Execution) Answer(id uint64, a HostAnswer) {
	settle, wanted := x.pending[id]
	if !wanted {
		settle, wanted = x.crossing[id]
	}
	if x.ended || !wanted {
		return
	}
	delete(x.pending, id)
	delete(x.crossing, id)
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

// askPromise makes a host call and returns a promise of what read makes of its answer, unless that is an error.
func (x *Execution) askPromise(op string, args any, body []byte, read func(HostAnswer) (goja.Value, *HostError)) goja.Value {
	promise, resolve, reject := x.rt.NewPromise()
	at := x.place()
	x.ask(op, args, body, func(a HostAnswer) {
		value := goja.Undefined()
		if a.Err == nil {
			value, a.Err = read(a)
		}
		if a.Err != nil {
			must(reject(x.hostError(a.Err, at)))
		} else {
			must(resolve(value))
		}
	})
	return x.rt.ToValue(promise)
}

// decodeAnswer reads the value of an answer.
func decodeAnswer(value json.RawMessage, v any) *HostError {
	if err := json.Unmarshal(value, v); err != nil {
		return errAnswer
	}
	return nil
}

var errAnswer = &HostError{Code: "internal", Message: "the answer to the action's call cannot be read"}

// hostError is the error that the action gets for a host call that came to nothing, with the place where it made the call; a limit ends the execution instead.
func (x *Execution) hostError(e *HostError, at []goja.StackFrame) goja.Value {
	if e.Failure != nil {
		x.exceededAt(e.Failure, at)
	}
	object := x.rt.NewTypeError("%s", e.Message)
	name := "TypeError"
	if e.Name != "" && e.Name != name {
		name = e.Name
		x.defineOn(object, "name", name)
	}
	if e.Code != "" {
		x.defineOn(object, "code", e.Code)
	}
	var stack bytes.Buffer
	fmt.Fprintf(&stack, "%s: %s\n", name, e.Message)
	for i := range at {
		stack.WriteString("\tat ")
		at[i].Write(&stack)
		stack.WriteByte('\n')
	}
	x.defineOn(object, "stack", stack.String())
	return object
}

// place is where the action is in its own code.
func (x *Execution) place() []goja.StackFrame {
	var at []goja.StackFrame
	for _, frame := range x.rt.CaptureCallStack(maxFrames, nil) {
		if frame.SrcName() == scriptName {
			at = append(at, frame)
		}
	}
	return at
}

// exceeded ends the execution because it has passed a limit, at the place that it has reached. It does not return, and the action can catch it no more than any interrupt.
func (x *Execution) exceeded(f *Failure) { x.exceededAt(f, x.place()) }

// exceededAt is exceeded for what an earlier place of the action led to.
func (x *Execution) exceededAt(f *Failure, place []goja.StackFrame) {
	at := *f
	at.Stack = x.frames(place)
	x.machine.interrupt(x, &at)
	panic(&goja.InterruptedError{})
}
