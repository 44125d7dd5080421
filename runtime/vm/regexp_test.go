package vm_test

import (
	"fmt"
	"math/bits"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

// A match that does not end in time is no answer: not "no match", nor anything that the action could go on with. That holds for each way in which patterns are run and used. The machine gives the execution up, and
// were its process not ended then, it would fail for the same reason.
//
//nolint:paralleltest // the tests keep the processor busy, whose time counts for all executions of the process
func TestRegExpThatDoesNotEnd(t *testing.T) {
	rounds := 23 - bits.Len(raceFactor-1) // each one takes twice as long as all before
	for name, code := range map[string]string{
		"steps back":       `return /^(?:(?=a)a+)+$/.test("a".repeat(input.n) + "b")`,
		"refers back":      `return /^(a+)+\1$/.test("a".repeat(input.n) + "b")`,
		"when it replaces": `return "a".repeat(input.n - 1).replace(/(?:(?=a)a+)+b/g, "")`,
		"when it splits":   `return ("a".repeat(input.n - 1) + "b").split(/(?:(?=a)a+)+$/)`,
		"made at run time": `return new RegExp("^(\\p{L}+)+\\1$", "u").test("a".repeat(input.n) + "1")`,
	} {
		t.Run(name, func(t *testing.T) {
			stuck := make(chan *vm.Failure, 1)
			machine := vm.NewMachine(func(_ *vm.Execution, f *vm.Failure) { stuck <- f }, nil)
			program := vm.NewProgram([]byte(body(code)), nil)
			machine.Load(program)
			result := drive(machine.Start(program.Digest, vm.Call{Entry: "execute", Input: fmt.Appendf(nil, `{"n":%d}`, rounds), Limits: vm.Limits{CPU: 20 * time.Millisecond}}))
			require.NotNil(t, result.Failure, "it answered %s", result.Outcome)
			require.Equal(t, vm.FailTimeLimit, result.Failure.Kind)
			require.Greater(t, result.CPU, vm.Grace)
			require.Equal(t, result.Failure.Limit, (<-stuck).Limit)
		})
	}
}
