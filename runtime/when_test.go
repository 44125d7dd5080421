package runtime_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/condition"
)

// when gives a step a condition.
func when(t testing.TB, step *runtime.Step, text string) {
	t.Helper()
	c, err := condition.Compile(text, lookup(t, "login.after"))
	require.NoError(t, err)
	step.When = c
}

func TestConditions(t *testing.T) {
	t.Parallel()
	event := contract.Call{
		User: json.RawMessage(`{"id":"u1","email":"a@example.com"}`), State: json.RawMessage(`{"n":1}`), Method: "password",
		Context: json.RawMessage(`{"client":{"id":"shop"}}`),
	}
	for name, test := range map[string]struct {
		when    string
		policy  runtime.Policy
		skipped bool
		failure string
		want    contract.Kind
	}{
		"true":                           {`input.user.email.endsWith("@example.com")`, runtime.Block, false, "", contract.DemandMFA},
		"false":                          {`input.context.client.id == "web"`, runtime.Block, true, "", contract.Continue},
		"what the server adds":           {`input.context.tenant == "acme" && input.context.flow.revision == 3 && input.context.method == "password"`, runtime.Block, false, "", contract.DemandMFA},
		"the action itself":              {`input.context.action.slug == "a1" && input.context.idempotency_key == "k/a1"`, runtime.Block, false, "", contract.DemandMFA},
		"no request is an empty one":     {`!has(input.request.ip)`, runtime.Block, false, "", contract.DemandMFA},
		"the state after another action": {`input.state.n == 2`, runtime.Block, false, "", contract.DemandMFA},
		"an error fails closed":          {`input.context.organization.id == "x"`, runtime.Block, false, "there is no input.context.organization.id", contract.Block},
		"an error fails open":            {`input.context.organization.id == "x"`, runtime.Continue, false, "there is no input.context.organization.id", contract.Continue},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := steps(`{"kind":"continue","state":{"n":2}}`, `{"kind":"demand_mfa"}`, `{"kind":"continue","state":{"end":true}}`)
			when(t, &list[1], test.when)
			list[1].OnFailure = test.policy
			answer := run(t, &runtime.Call{Tenant: "acme", Revision: 3, IdempotencyKey: "k", Event: event, Steps: list})
			require.Equal(t, test.want, answer.Outcome.Kind)
			e := answer.Executions[1]
			require.Equal(t, test.skipped, e.Skipped)
			if test.failure == "" {
				require.Nil(t, e.Result.Failure)
			} else {
				require.Equal(t, runtime.FailCondition, e.Result.Failure.Kind)
				require.Contains(t, e.Result.Failure.Message, test.failure)
				require.Equal(t, test.policy, e.Policy)
			}
			require.Equal(t, test.want != contract.Block, len(answer.Executions) == 3, "the chain goes on unless the failure blocks")
		})
	}
}

// A chain with conditions is the chain of those steps whose condition holds, in the same order.
func TestConditionsPickSteps(t *testing.T) {
	t.Parallel()
	d := dice{rand.New(rand.NewPCG(5, 6))}
	for range 300 {
		var outcomes []string
		for range d.IntN(6) {
			outcomes = append(outcomes, text(t, d.effects(contract.Kinds()[d.IntN(2)])))
		}
		all, picked := steps(outcomes...), []runtime.Step(nil)
		for i := range all {
			holds := d.IntN(2) == 0
			plain := all[i]
			when(t, &all[i], fmt.Sprintf(`input.trigger == "login.after" && %v`, holds))
			if holds {
				picked = append(picked, plain)
			}
		}
		with, without := run(t, &runtime.Call{Steps: all}), run(t, &runtime.Call{Steps: picked})
		require.Equal(t, canonical(t, without.Outcome), canonical(t, with.Outcome))
		require.Equal(t, string(without.State), string(with.State))
		var ran []string
		for i, e := range with.Executions {
			require.Equal(t, all[i].Action, e.Step.Action, "each step is in the answer, in order")
			if !e.Skipped {
				ran = append(ran, e.Step.Action)
			}
		}
		require.Len(t, ran, len(picked))
		for i := range picked {
			require.Equal(t, picked[i].Action, ran[i])
		}
	}
}
