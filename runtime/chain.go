package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
)

// Engine runs chains in a sandbox. It is safe for concurrent use.
type Engine struct {
	Sandbox Sandbox
	// Broker does what actions ask of the world outside. Default: they can ask for nothing.
	Broker *host.Broker
	// Tenants knows what each tenant allows its actions. Default: the defaults, and no secrets.
	Tenants host.Tenants
}

// Run runs the steps of a call, one after the other, and merges their outcomes: block ends the chain, redirect ends it after the action that asked for it, demand_mfa is
// remembered while the chain goes on. What an action does wrong follows its step's policy. The error is the sandbox's own, or the end of ctx; the answer is then incomplete, but
// names what ran.
func (e *Engine) Run(ctx context.Context, call *Call) (Answer, error) {
	answer := Answer{Outcome: Outcome{Kind: contract.Continue}, State: orEmpty(call.Event.State)}
	settings, err := e.settings(ctx, call.Tenant)
	if err != nil {
		return answer, err
	}
	end := time.Now().Add(call.budget())
	in := newInput(call)
	for i := range call.Steps {
		step := &call.Steps[i]
		outcome, execution, err := e.step(ctx, call, step, settings, in.build(step, answer.State, settings), end)
		if err != nil {
			return answer, err
		}
		if state := mergeState(answer.State, outcome.State); len(state) <= MaxState || len(outcome.State) == 0 {
			answer.State = state
		} else {
			execution.Kind, execution.Result.Failure = "", stateFailure(len(state))
			outcome = execution.failed(call.Trigger)
		}
		answer.Executions = append(answer.Executions, execution)
		answer.Outcome.merge(&outcome)
		if outcome.Kind == contract.Block || outcome.Kind == contract.Redirect {
			break
		}
	}
	answer.Outcome.finish()
	return answer, nil
}

func (e *Engine) step(ctx context.Context, call *Call, step *Step, settings *host.Settings, input []byte, end time.Time) (Outcome, Execution, error) {
	began := time.Now()
	limits := step.Limits.Within(settings.Limits)
	execution := Execution{Step: step}
	cut := end.Sub(began) < limits.Wall
	if cut {
		limits.Wall = end.Sub(began)
	}
	if limits.Wall <= 0 {
		execution.Result.Failure = chainFailure(call)
		return execution.failed(call.Trigger), execution, nil
	}
	result, requests, err := e.execute(ctx, call, step, settings, vm.Call{Entry: entry, Input: input, Secrets: step.Secrets, Limits: limits})
	execution.Requests = requests
	if err != nil {
		return Outcome{}, execution, err
	}
	execution.Result, execution.Took = result, time.Since(began)
	if cut && result.Failure != nil && result.Failure.Kind == vm.FailTimeLimit && !time.Now().Before(end) {
		execution.Result.Failure = chainFailure(call)
	}
	if result.Failure != nil {
		return execution.failed(call.Trigger), execution, nil
	}
	outcome, failure := readOutcome(result.Outcome, call.Trigger)
	if failure != nil {
		execution.Result.Failure = failure
		return execution.failed(call.Trigger), execution, nil
	}
	execution.Kind = outcome.Kind
	return outcome, execution, nil
}

func (e *Engine) execute(ctx context.Context, call *Call, step *Step, settings *host.Settings, c vm.Call) (vm.Result, []host.Request, error) {
	if e.Broker == nil {
		result, err := e.Sandbox.Execute(ctx, call.Tenant, step.Program, c, nil)
		return result, nil, err
	}
	session := e.Broker.Open(settings, host.Grant{
		Tenant: call.Tenant, Action: step.Action, Draft: call.Draft, Secrets: step.Secrets, Hosts: step.Hosts, Limits: c.Limits,
	})
	result, err := e.Sandbox.Execute(ctx, call.Tenant, step.Program, c, session)
	session.Close() // also what the action has left open ends here
	return result, session.Requests(), err
}

func (e *Engine) settings(ctx context.Context, tenant string) (*host.Settings, error) {
	if e.Tenants == nil {
		return &host.Settings{}, nil
	}
	s, err := e.Tenants.Settings(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("settings of the tenant: %w", err)
	}
	return s, nil
}

// entry is the function that an action exports.
const entry = "execute"

// MaxState is how large the state of a run may become, in bytes of JSON: the login system sends it back with the next call, which has a limit too.
const MaxState = 64 << 10

func stateFailure(size int) *vm.Failure {
	return &vm.Failure{
		Kind: vm.FailOutputLimit, Limit: fmt.Sprintf("state %d bytes", MaxState), Message: fmt.Sprintf("the run's state would be %d bytes of JSON; at most %d are allowed", size, MaxState),
	}
}

// chainFailure says that it was the chain's time that ran out, and not the action's own.
func chainFailure(call *Call) *vm.Failure {
	return &vm.Failure{
		Kind: vm.FailTimeLimit, Limit: fmt.Sprintf("chain %v", call.budget()), Message: fmt.Sprintf("the chain took longer than %v, this action and those before it together", call.budget()),
	}
}

// failed notes the policy that applies to a failure, and returns what the failure amounts to. The user learns nothing but that it is not possible now; after a
// credential was checked, not even that.
func (e *Execution) failed(t contract.Trigger) Outcome {
	e.Policy = policy(t, e.Step.OnFailure)
	e.Result.Failure = e.Step.Program.Locate(e.Result.Failure, entry)
	switch {
	case e.Policy == Continue:
		return Outcome{Kind: contract.Continue}
	case t.FailClosed:
		return Outcome{Kind: contract.Block, Code: "invalid_credentials", Message: "The credentials are not valid.", Reason: failedReason(e.Step)}
	}
	return Outcome{Kind: contract.Block, Code: "action_failed", Message: "This is not possible at the moment. Please try again later.", Reason: failedReason(e.Step)}
}

// policy is what a failure does at a trigger. One that fails closed always blocks; one at which no action may block never does, because the login system has no way to stop there.
func policy(t contract.Trigger, own Policy) Policy {
	switch {
	case t.FailClosed:
		return Block
	case own == Continue, !t.Allows(contract.Block):
		return Continue
	}
	return Block
}

func failedReason(step *Step) string {
	return step.Action + " " + step.Version + " failed, and its policy is to block"
}

// input builds the inputs of a chain. They differ in state, action, config and secrets; the rest is written once.
type input struct {
	head    []byte // up to the state
	context []byte // from behind the state to the action
	key     string // the call's idempotency key
	tail    []byte // from behind the action to the config
}

func newInput(call *Call) *input {
	in := &input{}
	b := append(make([]byte, 0, len(call.Event.User)+len(call.Event.Request)+128), `{"trigger":`...)
	b = appendString(b, string(call.Trigger.ID))
	if call.Event.User != nil {
		b = append(append(b, `,"user":`...), call.Event.User...)
	}
	b = append(append(b, `,"request":`...), orEmpty(call.Event.Request)...)
	in.head = append(b, `,"state":`...)

	b = append(make([]byte, 0, 256), `,"context":{"tenant":`...)
	b = appendString(b, call.Tenant)
	b = append(b, `,"flow":{"slug":`...)
	b = appendString(b, call.Flow)
	b = append(b, `,"kind":`...)
	b = appendString(b, string(call.Trigger.Flow))
	b = append(b, `,"revision":`...)
	b = strconv.AppendInt(b, int64(call.Revision), 10)
	b = append(b, `},"run":{"id":`...)
	b = appendString(b, call.Run)
	b = append(b, `,"started_at":"`...)
	b = call.RunStarted.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `"},"attempt":`...)
	b = strconv.AppendInt(b, int64(max(call.Attempt, 1)), 10)
	if call.Event.Method != "" {
		b = append(b, `,"method":`...)
		b = appendString(b, string(call.Event.Method))
	}
	in.key = call.IdempotencyKey
	in.context = append(b, `,"action":`...)

	b = make([]byte, 0, len(call.Event.Context)+16)
	if members := inner(call.Event.Context); len(members) > 0 {
		b = append(append(b, ','), members...)
	}
	in.tail = append(b, `},"config":`...)
	return in
}

func (in *input) build(step *Step, state json.RawMessage, settings *host.Settings) []byte {
	b := make([]byte, 0, len(in.head)+len(state)+len(in.context)+len(in.tail)+len(step.Config)+len(step.Action)+len(step.Version)+len(in.key)+len(step.Attachment)+96)
	b = append(append(b, in.head...), state...)
	b = append(append(b, in.context...), `{"slug":`...)
	b = appendString(b, step.Action)
	b = append(b, `,"version":`...)
	b = appendString(b, step.Version)
	b = append(b, `},"idempotency_key":`...)
	b = appendString(b, in.key+"/"+step.Attachment)
	b = append(b, in.tail...)
	b = append(append(b, orEmpty(step.Config)...), `,"secrets":`...)
	return append(appendSecrets(b, step.Secrets, settings.Secrets), '}')
}

// appendSecrets appends the secrets that a version declares. One that the tenant has not set is not there; one that may not enter JavaScript is there by its reference.
func appendSecrets(b []byte, names []string, secrets map[string]host.Secret) []byte {
	b = append(b, '{')
	for _, name := range names {
		s, ok := secrets[name]
		if !ok {
			continue
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(appendString(b, name), ':')
		if s.Brokered {
			b = appendString(b, host.Reference(name))
			continue
		}
		b = appendString(b, s.Value)
	}
	return append(b, '}')
}

// inner is what stands between the braces of an object.
func inner(object json.RawMessage) []byte {
	object = bytes.TrimSpace(object)
	if len(object) < 2 {
		return nil
	}
	return bytes.TrimSpace(object[1 : len(object)-1])
}

func orEmpty(object json.RawMessage) json.RawMessage {
	if len(object) == 0 {
		return json.RawMessage("{}")
	}
	return object
}

func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			quoted, _ := json.Marshal(s) // a string always encodes
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
