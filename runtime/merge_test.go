package runtime_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
)

// dice makes outcomes with few names and values, so that they often meet.
type dice struct{ *rand.Rand }

func (d dice) some(values ...string) []string {
	var picked []string
	for _, v := range values {
		if d.IntN(3) == 0 {
			picked = append(picked, v)
		}
	}
	d.Shuffle(len(picked), func(i, j int) { picked[i], picked[j] = picked[j], picked[i] })
	return picked
}

func (d dice) object() map[string]any {
	o := map[string]any{}
	for _, name := range d.some("a", "b", "c") {
		o[name] = []any{nil, 1, "x", map[string]any{"y": 2}}[d.IntN(4)]
	}
	return o
}

func (d dice) effects(kind contract.Kind) map[string]any {
	directives := []any{}
	for _, name := range d.some("issue_session", "revoke_refresh_token", "drop_message") {
		directives = append(directives, map[string]any{"type": name})
	}
	session := map[string]any{"metadata": d.object()}
	for _, name := range d.some("expires_at", "idle_expires_at") {
		session[name] = fmt.Sprintf("2026-01-0%dT00:00:00Z", 1+d.IntN(9))
	}
	return map[string]any{
		"kind":   kind,
		"claims": map[string]any{"id_token": d.object(), "access_token": d.object()},
		"scopes": map[string]any{"add": append([]string{}, d.some("p", "q", "r")...), "remove": append([]string{}, d.some("p", "q", "r")...)},
		"user":   map[string]any{"traits": d.object(), "user_metadata": d.object(), "app_metadata": d.object()},
		"state":  d.object(), "session": session, "saml": map[string]any{"attributes": d.object()}, "directives": directives,
	}
}

// canonical is the outcome's JSON, without the order of what has none.
func canonical(t *testing.T, o runtime.Outcome) string {
	t.Helper()
	slices.Sort(o.Scopes.Add)
	slices.Sort(o.Scopes.Remove)
	return text(t, o)
}

// An outcome of a chain is an outcome of an action too, and so [a b c], [ab c] and [a bc] must be the same.
func TestMergingEffectsIsAssociative(t *testing.T) {
	t.Parallel()
	d := dice{rand.New(rand.NewPCG(1, 2))}
	chain := func(outcomes ...string) (string, string) {
		answer := run(t, &runtime.Call{Event: contract.Call{State: json.RawMessage(`{"a":0,"z":0}`)}, Steps: steps(outcomes...)})
		for _, e := range answer.Executions {
			require.Nil(t, e.Result.Failure)
		}
		return canonical(t, answer.Outcome), string(answer.State)
	}
	for range 500 {
		a, b, c := text(t, d.effects("continue")), text(t, d.effects("demand_mfa")), text(t, d.effects("continue"))
		all, state := chain(a, b, c)
		ab, _ := chain(a, b)
		bc, _ := chain(b, c)
		left, leftState := chain(ab, c)
		right, rightState := chain(a, bc)
		require.Equal(t, all, left, "%s\n%s\n%s", a, b, c)
		require.Equal(t, all, right, "%s\n%s\n%s", a, b, c)
		require.Equal(t, state, leftState)
		require.Equal(t, state, rightState)
		again, _ := chain(all, all)
		require.Equal(t, all, again, "an outcome merged with itself")
	}
}

func TestTheStrongestKindIsTheAnswer(t *testing.T) {
	t.Parallel()
	d := dice{rand.New(rand.NewPCG(3, 4))}
	own := map[contract.Kind]string{
		contract.Continue: `{"kind":"continue"}`, contract.DemandMFA: `{"kind":"demand_mfa"}`,
		contract.Redirect: `{"kind":"redirect","url":"https://example.com"}`, contract.Block: `{"kind":"block"}`,
	}
	kinds := contract.Kinds() // weakest first
	for range 300 {
		var outcomes []string
		for range d.IntN(6) {
			outcomes = append(outcomes, own[kinds[d.IntN(len(kinds))]])
		}
		answer := run(t, &runtime.Call{Steps: steps(outcomes...)})
		strongest := 0
		for i, e := range answer.Executions {
			strongest = max(strongest, slices.Index(kinds, e.Kind))
			ends := e.Kind == contract.Block || e.Kind == contract.Redirect
			require.Equal(t, ends || i == len(outcomes)-1, i == len(answer.Executions)-1, outcomes)
		}
		require.Equal(t, kinds[strongest], answer.Outcome.Kind, outcomes)
		// The answer has the members of its own kind and of no other.
		_, err := contract.CheckOutcome([]byte(text(t, answer.Outcome)), lookup(t, "login.after"))
		require.NoError(t, err, outcomes)
	}
}
