package hostile_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bench/hostile"
)

// answers are the words that a program may expect: the kinds of outcome and of failure, and that it is refused.
var answers = []string{
	"continue", "block", "thrown", "load_error", "no_entry", "never_settles", "bad_outcome", "time_limit", "stack_limit", "memory_limit", "output_limit", "request_limit", "pending_limit",
	hostile.Refused,
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	all := hostile.Corpus()
	require.GreaterOrEqual(t, len(all), 140)
	seen := map[string]bool{}
	for _, p := range all {
		require.False(t, seen[p.String()], "%s is there twice", p)
		seen[p.String()] = true
		require.NotEmpty(t, p.Answers, p)
		for _, answer := range p.Answers {
			require.True(t, slices.Contains(answers, answer), "%s: %s is no answer", p, answer)
		}
		if !slices.Contains(p.Answers, hostile.Refused) {
			require.NotEmpty(t, p.Files["action.js"], p)
		}
	}
	families := hostile.Families(all)
	require.Len(t, slices.Concat(families...), len(all))
	require.GreaterOrEqual(t, len(families), 20)
	t.Logf("%d programs in %d families", len(all), len(families))
}

func TestCheck(t *testing.T) {
	t.Parallel()
	program := func(family string, state bool) *hostile.Program {
		for _, p := range hostile.Corpus() {
			if p.Family == family && (p.State != nil) == state {
				return p
			}
		}
		return nil
	}
	loop, checked := program("loops", false), program("network", true)
	for name, test := range map[string]struct {
		program *hostile.Program
		result  hostile.Result
		right   bool
	}{
		"allowed":          {loop, hostile.Result{Answer: "time_limit"}, true},
		"not allowed":      {loop, hostile.Result{Answer: "sandbox_lost"}, false},
		"the right state":  {checked, hostile.Result{Answer: "continue", State: checked.State}, true},
		"no state":         {checked, hostile.Result{Answer: "continue"}, false},
		"failed, not told": {checked, hostile.Result{Answer: "thrown", State: checked.State}, false},
	} {
		require.Equal(t, test.right, test.program.Check(&test.result) == nil, name)
	}
}
