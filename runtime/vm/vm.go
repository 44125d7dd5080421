// Package vm runs one action once, in goja.
//
// A [Program] is a bundled script; [Compile] turns it into [Code], which any number of executions share. A [Machine] runs
// executions, each in a JavaScript runtime of its own that nothing outlives. [Execution.Step] computes until the action has ended or waits;
// one goroutine drives a machine and so one execution computes at a time, while any number may wait.
//
// The package bounds CPU and wall-clock time, memory, call depth, logs and the size of the outcome, and stops what passes a limit between two operations of the action's code. It cannot
// stop one long call of a built-in function, nor the memory or stack that it takes: whoever uses it does so in a process that may be killed, which is package worker's job.
package vm

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// Digest names a program: the SHA-256 of its script and source map.
type Digest [sha256.Size]byte

// Program is a bundled script that leaves an object with the action's exported functions in the global $action.
// It is immutable.
type Program struct {
	Digest    Digest
	Script    []byte
	SourceMap []byte // version 3, with sourcesContent; nil if there is none

	declarations sync.Once
	declared     map[string]Frame // the functions that the host calls, where the text of the sources declares them
}

// NewProgram returns a program with its digest.
func NewProgram(script, sourceMap []byte) *Program {
	h := sha256.New()
	var size [8]byte
	for i := range size {
		size[i] = byte(len(script) >> (8 * i))
	}
	h.Write(size[:])
	h.Write(script)
	h.Write(sourceMap)
	return &Program{Digest: Digest(h.Sum(nil)), Script: script, SourceMap: sourceMap}
}

// Call is one execution to be made.
type Call struct {
	// Entry is the exported function to call, "execute" for an action. If it is empty the script is only loaded, and the outcome is an array
	// of the names of the functions that it exports.
	Entry string
	// Input is the JSON object that the function gets.
	Input []byte
	// Config becomes the input's member config, in the place of one that the input may have; nil leaves the input as it is.
	Config *Config
	// Secrets are the names that may be read of input.secrets, set or not. Reading another one throws.
	Secrets []string
	Limits  Limits
}

// Limits bound one execution. A zero field means its default.
type Limits struct {
	CPU          time.Duration // computing, not waiting. Default: 500 ms
	Wall         time.Duration // from start to end. Default: 5 s
	CallDepth    int           // nested calls, at most 1,000. Default: 1,000
	OutcomeBytes int           // of the outcome's JSON. Default: 256 KiB
	LogLines     int           // Default: 200
	LogBytes     int           // of all lines together. Default: 64 KiB
	Timers       int           // pending at a time. Default: 1,000
	Pending      int           // host calls that wait for their answer at a time. Default: 64
	Memory       int           // bytes of live values. Default: 64 MiB
	Requests     int           // over the network. Default: 20
	RequestBytes int           // of all requests and their answers together. Default: 8 MiB
}

// WithDefaults returns l with its zero fields filled in.
func (l Limits) WithDefaults() Limits {
	fill(&l.CPU, 500*time.Millisecond)
	fill(&l.Wall, 5*time.Second)
	fill(&l.CallDepth, maxCallDepth)
	fill(&l.OutcomeBytes, 256<<10)
	fill(&l.LogLines, 200)
	fill(&l.LogBytes, 64<<10)
	fill(&l.Timers, 1000)
	fill(&l.Pending, 64)
	fill(&l.Memory, 64<<20)
	fill(&l.Requests, 20)
	fill(&l.RequestBytes, 8<<20)
	l.CallDepth = min(l.CallDepth, maxCallDepth)
	return l
}

// Within returns l with its zero fields filled in, and no field above the most that is allowed; a zero field of most means the default.
func (l Limits) Within(most Limits) Limits {
	defaults := Limits{}.WithDefaults()
	l.CPU = within(l.CPU, most.CPU, defaults.CPU)
	l.Wall = within(l.Wall, most.Wall, defaults.Wall)
	l.CallDepth = within(l.CallDepth, most.CallDepth, defaults.CallDepth)
	l.OutcomeBytes = within(l.OutcomeBytes, most.OutcomeBytes, defaults.OutcomeBytes)
	l.LogLines = within(l.LogLines, most.LogLines, defaults.LogLines)
	l.LogBytes = within(l.LogBytes, most.LogBytes, defaults.LogBytes)
	l.Timers = within(l.Timers, most.Timers, defaults.Timers)
	l.Pending = within(l.Pending, most.Pending, defaults.Pending)
	l.Memory = within(l.Memory, most.Memory, defaults.Memory)
	l.Requests = within(l.Requests, most.Requests, defaults.Requests)
	l.RequestBytes = within(l.RequestBytes, most.RequestBytes, defaults.RequestBytes)
	return l
}

// within is own, or the standard value if own is zero, and not more than most.
func within[T int | time.Duration](own, most, standard T) T {
	fill(&most, standard)
	fill(&own, standard)
	return min(own, most)
}

// Unwinding an overflow through native callbacks is quadratic in goja: 1,000 frames take 55 ms, 8,000 take 2 s.
const maxCallDepth = 1000

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Result is how an execution ended: with an outcome or with a failure.
type Result struct {
	// Outcome is the JSON of what the action returned; empty if it returned undefined or failed.
	Outcome     json.RawMessage
	Failure     *Failure
	Logs        []LogLine
	LogsDropped int           // lines beyond the limits
	CPU         time.Duration // computing
	Wall        time.Duration // from start to end
	Allocated   int64         // bytes, over the whole execution
}

// FailureKind says what kind of thing went wrong in an action.
type FailureKind string

// The kinds of failure.
const (
	FailThrown       FailureKind = "thrown"        // the action threw, or its promise was rejected
	FailLoad         FailureKind = "load_error"    // the script does not compile, or throws while it loads
	FailNoEntry      FailureKind = "no_entry"      // the script exports no such function
	FailNeverSettles FailureKind = "never_settles" // the returned promise is pending and nothing is left that could settle it
	FailBadOutcome   FailureKind = "bad_outcome"   // the returned value is no outcome, or none that the trigger allows
	FailTimeLimit    FailureKind = "time_limit"    // CPU or wall-clock time
	FailStackLimit   FailureKind = "stack_limit"
	FailMemoryLimit  FailureKind = "memory_limit"
	FailOutputLimit  FailureKind = "output_limit"     // the outcome is too large
	FailRequestLimit FailureKind = "request_limit"    // number or bytes of requests over the network
	FailPendingLimit FailureKind = "pending_limit"    // timers and host calls that are pending
	FailPolicy       FailureKind = "policy_violation" // the process tried what the sandbox forbids
	FailSandboxLost  FailureKind = "sandbox_lost"     // the worker process died
)

// Known says whether k is one of the kinds above. They become labels of metrics, of which there must not be any number.
func (k FailureKind) Known() bool {
	switch k {
	case FailThrown, FailLoad, FailNoEntry, FailNeverSettles, FailBadOutcome, FailTimeLimit, FailStackLimit, FailMemoryLimit, FailOutputLimit,
		FailRequestLimit, FailPendingLimit, FailPolicy, FailSandboxLost:
		return true
	}
	return false
}

// Failure is how an action failed, in the author's own words and places.
type Failure struct {
	Kind    FailureKind `json:"kind"`
	Message string      `json:"message"`
	// Limit names the limit that was passed and its value, for example "cpu 500ms".
	Limit string  `json:"limit,omitempty"`
	Stack []Frame `json:"stack,omitempty"` // innermost first; what is known of it
}

// Frame is a place in the author's source.
type Frame struct {
	Function string `json:"function,omitempty"`
	File     string `json:"file"`
	Line     int    `json:"line"`   // from 1
	Column   int    `json:"column"` // from 1, in UTF-16 code units
	Text     string `json:"text,omitempty"`
}

// LogLine is one line that an action wrote, through console or durward.log.
type LogLine struct {
	Level   string          `json:"level"` // debug, info, warn or error
	Message string          `json:"message"`
	AtUS    int64           `json:"at_us"`            // microseconds since the execution started
	Fields  json.RawMessage `json:"fields,omitempty"` // of durward.log: an object
}

func limitFailure(kind FailureKind, limit, message string, stack []Frame) *Failure {
	return &Failure{Kind: kind, Limit: limit, Message: message, Stack: stack}
}

// String is the frame as stack traces show it: "execute (action.ts:3:9)".
func (f Frame) String() string {
	place := fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	if f.Function == "" {
		return place
	}
	return f.Function + " (" + place + ")"
}
