package vm

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	goruntime "runtime"
	"slices"
	"time"

	"github.com/dop251/goja"
)

// Execution is one call of an action, from its fresh runtime to its result.
type Execution struct {
	machine  *Machine
	digest   Digest
	code     *Code
	call     Call
	config   *document // nil: the input's own
	limits   Limits
	started  time.Time
	deadline time.Time
	cpu      time.Duration

	allocated int64 // by the steps so far, in bytes
	begunAt   int64 // what the process had allocated when the first step began
	notOwn    int64 // the most that others could hold then
	collected int64 // collections that had ended by then
	looked    bool  // a collection was made to see what it holds

	rt            *goja.Runtime
	stringify     goja.Callable
	timers        timers
	asked         uint64 // host calls made so far
	pending       map[uint64]func(HostAnswer)
	crossing      map[uint64]func(HostAnswer) // calls that were given up and may have been answered before the host knows
	answers       []func()                    // to be given to the action in the next step
	promise       *goja.Promise
	unhandled     []*goja.Promise
	interrupted   *Failure // why the watchdog interrupted the execution
	begun, broken bool
	early         bool  // the script is loaded ahead
	loaded        int64 // bytes that loading it ahead has allocated

	surface surface

	logs        []LogLine
	logBytes    int
	logsDropped int

	ended  bool
	result Result
}

// Start prepares an execution of a loaded program; the first [Execution.Step] begins it. Its wall clock runs from now.
func (m *Machine) Start(d Digest, call Call) *Execution {
	now := time.Now()
	limits := call.Limits.WithDefaults()
	x := m.take(d, limits)
	if x == nil {
		x = &Execution{machine: m, digest: d, rt: goja.New()}
	}
	x.call, x.config, x.limits, x.started, x.deadline = call, m.document(call.Config), limits, now, now.Add(limits.Wall)
	return x
}

// Step computes until the execution has ended, then it returns true, or until it waits, then [Execution.Wake] says for how long.
// After the end it does nothing.
func (x *Execution) Step() bool {
	if x.ended {
		return true
	}
	x.machine.enter(x)
	x.step()
	x.machine.leave()
	if x.ended {
		x.result.CPU, x.result.Wall, x.result.Allocated = x.cpu, time.Since(x.started), x.allocated-x.loaded
		x.result.Logs, x.result.LogsDropped = x.logs, x.logsDropped
		x.rt, x.promise, x.stringify = nil, nil, nil // garbage, as soon as possible
	}
	return x.ended
}

// Wake is the time at which a waiting execution wants its next step.
func (x *Execution) Wake() time.Time {
	if next, ok := x.timers.next(); ok && next.Before(x.deadline) {
		return next
	}
	return x.deadline
}

// Result is how the execution ended. It is there once Step has returned true.
func (x *Execution) Result() Result { return x.result }

// Broken says that a built-in function of goja panicked. The runtime is gone, but what else the panic left behind in the process cannot be known.
func (x *Execution) Broken() bool { return x.broken }

func (x *Execution) fail(f *Failure) {
	x.ended = true
	x.result = Result{Failure: f}
}

// step runs everything that can run now. A panic in goja — some of its built-ins have them — is a failure of the action and nothing more: the runtime
// is thrown away in any case.
func (x *Execution) step() {
	defer func() {
		if p := recover(); p != nil {
			x.fail(x.panicked(p))
		}
	}()
	if !x.begun {
		x.begun = true
		x.begin()
	} else {
		x.settleAnswers()
		x.runTimers()
	}
	for !x.ended {
		switch x.promise.State() {
		case goja.PromiseStateFulfilled:
			x.settle(x.promise.Result())
		case goja.PromiseStateRejected:
			x.fail(x.thrown(FailThrown, x.promise.Result(), nil))
		default:
			if !time.Now().Before(x.deadline) {
				x.fail(wallFailure(x.limits.Wall))
				return
			}
			next, waiting := x.timers.next()
			if !waiting && len(x.pending) > 0 {
				return
			}
			if !waiting {
				x.fail(&Failure{Kind: FailNeverSettles, Message: "the promise that the action returned can never settle: nothing that it waits for is under way"})
				return
			}
			if time.Now().Before(next) {
				return
			}
			x.runTimers()
		}
	}
}

// load gets the runtime ready and runs the script, which leaves its exports.
func (x *Execution) load(used []*global) *Failure {
	code, failure := x.machine.code(x.digest)
	if failure != nil {
		return failure
	}
	began := time.Now()
	x.code = code
	x.rt.SetMaxCallStackSize(x.limits.CallDepth)
	x.rt.SetPromiseRejectionTracker(x.trackRejection)
	x.forbidCodeFromStrings()
	x.stringify, _ = goja.AssertFunction(x.rt.Get("JSON").ToObject(x.rt).Get("stringify"))
	for _, g := range x.code.globals {
		g.provide(x)
		if slices.Contains(used, g) {
			g.install(x)
		}
	}
	if _, err := x.rt.RunProgram(x.code.program); err != nil {
		return x.failed(FailLoad, err)
	}
	x.machine.programs[x.digest].took = time.Since(began)
	return x.result.Failure // of a microtask
}

// begin loads the script, unless that was done ahead, and calls the entry function.
func (x *Execution) begin() {
	if x.code == nil {
		if failure := x.load(nil); failure != nil {
			x.fail(failure)
			return
		}
	}
	input, err := parseInput(x.rt, x.call.Input, x.guardSecrets)
	if err == nil && x.config != nil {
		err = x.config.into(x.rt, input)
	}
	if err != nil {
		x.fail(&Failure{Kind: FailLoad, Message: "input: " + err.Error()})
		return
	}
	if x.call.Entry == "" {
		x.settle(x.exports())
		return
	}
	entry, failure := x.entry()
	if failure != nil {
		x.fail(failure)
		return
	}
	value, err := entry(goja.Undefined(), input)
	if err != nil {
		x.fail(x.failed(FailThrown, err))
		return
	}
	if promise, ok := asPromise(value); ok {
		x.promise = promise
		return
	}
	x.settle(value)
}

var promiseType = reflect.TypeFor[*goja.Promise]()

func asPromise(value goja.Value) (*goja.Promise, bool) {
	object, ok := value.(*goja.Object)
	if !ok || object.ExportType() != promiseType { // Export alone would read the properties of any other object
		return nil, false
	}
	promise, ok := object.Export().(*goja.Promise)
	return promise, ok
}

// exports are the names of the functions that the script exports.
func (x *Execution) exports() goja.Value {
	names := []any{}
	if exports, ok := x.rt.Get(exportsName).(*goja.Object); ok {
		for _, name := range exports.Keys() {
			if _, ok := goja.AssertFunction(exports.Get(name)); ok {
				names = append(names, name)
			}
		}
	}
	return x.rt.NewArray(names...)
}

func (x *Execution) entry() (goja.Callable, *Failure) {
	var value goja.Value
	if ex := x.rt.Try(func() {
		if exports, ok := x.rt.Get(exportsName).(*goja.Object); ok {
			value = exports.Get(x.call.Entry)
		}
	}); ex != nil {
		return nil, x.failed(FailLoad, ex)
	}
	entry, ok := goja.AssertFunction(value)
	if !ok {
		return nil, &Failure{Kind: FailNoEntry, Message: fmt.Sprintf("the action exports no function %q", x.call.Entry)}
	}
	return entry, nil
}

// settle turns what the action returned into JSON. This runs the action's code once more, in toJSON methods and getters, and so it runs inside the guard.
func (x *Execution) settle(value goja.Value) {
	if err := x.warnOfUnhandled(); err != nil {
		x.fail(x.failed(FailThrown, err))
		return
	}
	if value == nil || goja.IsUndefined(value) {
		x.ended = true
		return
	}
	text, err := x.stringify(goja.Undefined(), value)
	switch {
	case err != nil:
		f := x.failed(FailBadOutcome, err)
		if f.Kind == FailBadOutcome {
			f.Message = "the returned value cannot be written as JSON: " + f.Message
		}
		x.fail(f)
	case goja.IsUndefined(text):
		x.fail(&Failure{Kind: FailBadOutcome, Message: "the returned value is not an outcome but a " + typeName(value)})
	default:
		x.finish(text)
	}
}

func (x *Execution) finish(text goja.Value) {
	outcome := text.String()
	if len(outcome) > x.limits.OutcomeBytes {
		x.fail(limitFailure(FailOutputLimit, fmt.Sprintf("outcome %d bytes", x.limits.OutcomeBytes),
			fmt.Sprintf("the outcome is %d bytes of JSON; at most %d are allowed", len(outcome), x.limits.OutcomeBytes), nil))
		return
	}
	// A write to the runtime may have been interrupted too late for goja to notice; what is written must still be whole.
	if !json.Valid([]byte(outcome)) {
		x.fail(&Failure{Kind: FailBadOutcome, Message: "the returned value cannot be written as JSON"})
		return
	}
	x.ended = true
	x.result.Outcome = json.RawMessage(outcome)
}

func typeName(value goja.Value) string {
	switch {
	case goja.IsNull(value):
		return "null"
	case goja.IsUndefined(value):
		return "undefined"
	}
	if _, ok := value.(*goja.Symbol); ok {
		return "symbol"
	}
	if _, ok := goja.AssertFunction(value); ok {
		return "function"
	}
	return "value that JSON does not have"
}

// failed makes a failure from an error that goja returned.
func (x *Execution) failed(kind FailureKind, err error) *Failure {
	var interrupted *goja.InterruptedError
	var overflow *goja.StackOverflowError
	var exception *goja.Exception
	switch {
	case errors.As(err, &interrupted):
		f := *x.interrupted
		if len(f.Stack) == 0 {
			f.Stack = x.frames(interrupted.Stack())
		}
		return &f
	case errors.As(err, &overflow):
		return limitFailure(FailStackLimit, fmt.Sprintf("call depth %d", x.limits.CallDepth),
			fmt.Sprintf("the action nested calls deeper than %d", x.limits.CallDepth), x.frames(overflow.Stack()))
	case errors.As(err, &exception):
		return x.thrown(kind, exception.Value(), exception.Stack())
	}
	// Never err.Error() of a goja error: printing a thrown value runs the action's code.
	return &Failure{Kind: kind, Message: "the action ended with an internal error"}
}

func (x *Execution) panicked(p any) *Failure {
	if err, ok := p.(error); ok {
		var runtimeError goruntime.Error
		if !errors.As(err, &runtimeError) {
			return x.failed(FailThrown, err)
		}
	}
	x.broken = true
	return &Failure{Kind: FailThrown, Message: "a built-in function of the sandbox gave up"}
}
