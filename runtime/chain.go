package runtime

import (
	"context"
	"encoding/json"
	"fmt"
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
	progress, outcome := begin(call)
	answer := Answer{Outcome: outcome, State: orEmpty(call.Event.State)}
	settings, err := e.settings(ctx, call.Tenant)
	if err != nil {
		return answer, err
	}
	end := time.Now().Add(call.budget())
	in := newInput(call)
	last := 0
	for i := range call.Steps {
		step, entry := &call.Steps[i], progress.entry(i)
		if entry == "" {
			continue
		}
		outcome, execution, err := e.step(ctx, call, step, entry, settings, in, answer.State, end)
		if err != nil {
			return answer, err
		}
		if execution.Skipped {
			answer.Executions = append(answer.Executions, execution)
			continue
		}
		if state := mergeState(answer.State, outcome.State); len(state) <= MaxState || len(outcome.State) == 0 {
			answer.State = state
		} else {
			execution.Kind, execution.Result.Failure = "", stateFailure(len(state))
			outcome = execution.failed(call.Trigger, entry)
		}
		answer.Executions = append(answer.Executions, execution)
		answer.Outcome.merge(&outcome)
		progress.note(i, outcome.Kind, &answer.Outcome)
		last = i
		if outcome.Kind == contract.Block || outcome.Kind == contract.Redirect {
			break
		}
	}
	answer.Resumption = progress.end(last, answer.Outcome.Kind)
	answer.Outcome.finish()
	return answer, nil
}

// step runs a step if its condition holds. One that is resumed has run, and its condition was true then.
func (e *Engine) step(
	ctx context.Context, call *Call, step *Step, entry string, settings *host.Settings, in *input, state json.RawMessage, end time.Time,
) (Outcome, Execution, error) {
	if entry == entryResume {
		outcome, execution, err := e.run(ctx, call, step, entry, settings, in.resumed(step, state, settings), end)
		if f := execution.Result.Failure; err == nil && f != nil && f.Kind == vm.FailNoEntry {
			// Running execute again skips no check of the action's: one that is satisfied now says so, by state or by what the user has proven, and one that is not sends the user away again.
			outcome, execution, err = e.run(ctx, call, step, entryExecute, settings, in.resumed(step, state, settings), end)
		}
		execution.Resumed = true
		return outcome, execution, err
	}
	holds, failure := in.holds(step, state)
	switch {
	case failure != nil:
		execution := Execution{Step: step, Result: vm.Result{Failure: failure}}
		return execution.failed(call.Trigger, entry), execution, nil
	case !holds:
		return Outcome{}, Execution{Step: step, Skipped: true}, nil
	}
	return e.run(ctx, call, step, entry, settings, in.build(step, state, settings), end)
}

func (e *Engine) run(ctx context.Context, call *Call, step *Step, entry string, settings *host.Settings, input []byte, end time.Time) (Outcome, Execution, error) {
	began := time.Now()
	limits := step.Limits.Within(settings.Limits)
	execution := Execution{Step: step}
	cut := end.Sub(began) < limits.Wall
	if cut {
		limits.Wall = end.Sub(began)
	}
	if limits.Wall <= 0 {
		execution.Result.Failure = chainFailure(call)
		return execution.failed(call.Trigger, entry), execution, nil
	}
	result, requests, err := e.execute(ctx, call, step, settings, vm.Call{Entry: entry, Input: input, Config: step.Config, Secrets: step.Secrets, Limits: limits})
	execution.Requests = requests
	if err != nil {
		return Outcome{}, execution, err
	}
	execution.Result, execution.Took = result, time.Since(began)
	if cut && result.Failure != nil && result.Failure.Kind == vm.FailTimeLimit && !time.Now().Before(end) {
		execution.Result.Failure = chainFailure(call)
	}
	if result.Failure != nil {
		return execution.failed(call.Trigger, entry), execution, nil
	}
	outcome, failure := readOutcome(result.Outcome, call.Trigger)
	if failure != nil {
		execution.Result.Failure = failure
		return execution.failed(call.Trigger, entry), execution, nil
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

// The functions that an action exports.
const (
	entryExecute = "execute"
	entryResume  = "resume"
)

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
func (e *Execution) failed(t contract.Trigger, entry string) Outcome {
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
