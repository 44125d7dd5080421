package vm_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

// One execution changes every built-in that it can reach, in every way that it can. What another one sees of them is the same as before: whether it is of the same action or of another one, and whether it begins later or
// waits meanwhile.
func TestNothingCrossesExecutions(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("testdata/isolation.js")
	require.NoError(t, err)
	machine, same := load(t, string(script), nil)
	other := vm.NewProgram(append(script, "\n// another action\n"...), nil)
	machine.Load(other)
	start := func(digest vm.Digest, input string) *vm.Execution {
		return machine.Start(digest, vm.Call{Entry: "execute", Input: []byte(input), Limits: vm.Limits{CPU: long.CPU, Wall: long.Wall, OutcomeBytes: 16 << 20}})
	}
	outcome := func(x *vm.Execution) string {
		result := drive(x)
		require.Nil(t, result.Failure)
		var text string
		if json.Unmarshal(result.Outcome, &text) != nil {
			return string(result.Outcome)
		}
		return text
	}

	before := outcome(start(same, `{"what":"describe"}`))
	require.Greater(t, strings.Count(before, "\n"), 2000)
	for _, name := range []string{"URLSearchParams", "structuredClone", "toSorted", "getRandomValues", "AsyncFunction", "Generator"} {
		require.Contains(t, before, name)
	}

	waiting := start(same, `{"what":"describe","wait":20}`)
	require.False(t, waiting.Step())
	poisoned := start(same, `{"what":"poison","wait":50000}`) // it waits until the test has ended
	require.False(t, poisoned.Step(), poisoned.Result().Failure)
	for _, digest := range []vm.Digest{same, other.Digest} {
		require.Equal(t, before, outcome(start(digest, `{"what":"describe"}`)), "beside one that waits")
	}
	require.NotEmpty(t, outcome(start(other.Digest, `{"what":"poison"}`)))
	for _, digest := range []vm.Digest{same, other.Digest} {
		require.Equal(t, before, outcome(start(digest, `{"what":"describe"}`)), "after one that has ended")
	}
	require.Equal(t, before, outcome(waiting))

	for range 3 { // each with a runtime that was made while the one before had not ended, and was poisoned
		for _, digest := range []vm.Digest{same, other.Digest} {
			start(digest, `{"what":"describe"}`)
			_, wanted := machine.Wanted()
			require.True(t, wanted)
			machine.Prepare()
			poisoned := start(digest, `{"what":"poison","wait":50000}`)
			require.False(t, poisoned.Step(), poisoned.Result().Failure)
			machine.Prepare()
			require.Equal(t, before, outcome(start(digest, `{"what":"describe"}`)), "loaded ahead")
		}
	}
}
