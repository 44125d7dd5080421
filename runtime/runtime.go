// Package runtime runs the chain of one slot: it gives each action its input, takes its outcome, and merges the outcomes into one answer.
//
// A [Step] is an action as it is attached; an [Engine] runs steps in the sandbox that it was given. What an action does wrong is a value in the
// answer, and the step's policy decides what it means; an error is our own failure. Which steps a call has is decided by package versions.
package runtime

import (
	"context"
	"encoding/json"
	"time"

	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime/condition"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// Program is a bundled action.
type Program = vm.Program

// Config is the config of an attachment.
type Config = vm.Config

// NewConfig returns a config, nil for an empty text.
func NewConfig(text json.RawMessage) *Config { return vm.NewConfig(text) }

// Limits bound one execution.
type Limits = vm.Limits

// Sandbox runs single executions; a worker pool is one.
type Sandbox interface {
	Execute(ctx context.Context, tenant string, program *Program, call vm.Call, host worker.Host) (vm.Result, error)
}

// Policy is what a failure of an action does to the chain.
type Policy string

// The policies.
const (
	Block    Policy = "block"    // fail closed
	Continue Policy = "continue" // fail open
)

// Step is one action of a chain. It is immutable, and shared by calls.
type Step struct {
	Attachment string // the attachment's id
	Action     string // the action's slug
	Version    string
	Program    *Program
	Config     *Config  // nil means {}
	Secrets    []string // the names of those that the version declares
	Hosts      []string // that the version declares, and the only ones that it reaches
	// When decides whether the step runs; nil means that it does.
	When      Condition
	OnFailure Policy
	Limits    Limits // as attached; a zero field means the tenant's
}

// Condition decides on an input whether a step runs; a [*condition.Condition] is one. It is safe for concurrent use.
type Condition interface {
	Holds(in *condition.Input) (bool, error)
}

// FailCondition is the kind of failure of a step whose condition could not be evaluated. Its action has not run.
const FailCondition vm.FailureKind = "condition_error"

// Call is one call of a slot.
type Call struct {
	Tenant  string
	Trigger contract.Trigger
	// Event is what the login system sent, checked.
	Event contract.Call
	// What the server adds to the input's context.
	Flow           string
	Revision       int
	Run            string
	RunStarted     time.Time
	Attempt        int    // from 1
	IdempotencyKey string // the same for every attempt

	Steps []Step
	// Resume says where the chain goes on; nil: it begins. The Event's Resume is what came back with the user.
	Resume *Resumption
	// Draft says that the step is an action's draft: it has a cache and counters of its own.
	Draft bool
	// Budget is the wall-clock time of the whole chain. Default: 10 s.
	Budget time.Duration
}

func (c *Call) budget() time.Duration {
	if c.Budget == 0 {
		return DefaultBudget
	}
	return c.Budget
}

// DefaultBudget is the wall-clock time of a chain.
const DefaultBudget = 10 * time.Second

// Answer is how a call ended.
type Answer struct {
	Outcome Outcome
	// State is the run's state after the call: what was sent, with the outcomes' state merged in.
	State json.RawMessage
	// Executions are the steps that the chain came to, in order.
	Executions []Execution
	// Resumption says where the chain goes on when the user is back; nil if it has ended.
	Resumption *Resumption
}

// Execution is one step that ran, or was skipped.
type Execution struct {
	Step *Step
	// Skipped says that the step's condition is false. The rest is empty then.
	Skipped bool
	// Resumed says that the step went on where it had sent the user away.
	Resumed bool
	// Kind is what the action answered; empty if it failed.
	Kind contract.Kind
	// Policy is what was done about a failure: the step's own policy, unless its trigger leaves no choice. Empty if the action did not fail.
	Policy Policy
	Result vm.Result
	// Requests are what the action sent over the network.
	Requests []host.Request
	// Took is the wall-clock time of the step as the server saw it, waiting for a worker included.
	Took time.Duration
}
