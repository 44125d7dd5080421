package vm_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/runtime/vm"
)

var update = flag.Bool("update", false, "write differences.txt anew; read what has changed")

// TestLanguage compares what expressions come to, from their source through the bundler, with what the language standard demands. Where they differ, and it is known that they do, differences.txt has what they come to here.
func TestLanguage(t *testing.T) {
	t.Parallel()
	show, err := os.ReadFile("testdata/language/show.js")
	require.NoError(t, err)
	known := map[string]string{}
	for _, p := range pairs(t, "differences.txt") {
		known[p.expression] = p.answer
	}
	var different strings.Builder
	for _, p := range pairs(t, "answers.txt") {
		got := answer(t, string(show), p.expression)
		if got == p.answer || got == "refused" && p.answer == "throws SyntaxError" {
			require.True(t, *update || known[p.expression] == "", "%s is right now", p.expression)
			continue
		}
		fmt.Fprintf(&different, "%s\n\t%s\n", p.expression, got)
		if !*update {
			require.Contains(t, known, p.expression, "it comes to %s in place of %s", got, p.answer)
			require.Equal(t, known[p.expression], got, p.expression)
		}
	}
	if *update {
		require.NoError(t, os.WriteFile("testdata/language/differences.txt", []byte(different.String()), 0o600))
	}
}

// answer is what an expression comes to, or "refused" if it cannot be published.
func answer(t *testing.T, show, expression string) string {
	t.Helper()
	bundle, err := bundler.Build(bundler.Source{Entry: "action.js", Files: map[string]string{
		"show.js":   show,
		"action.js": `import { answer } from "./show.js"; export const execute = () => answer(async () => (` + expression + `));`,
	}})
	if err != nil {
		return "refused"
	}
	machine := vm.NewMachine(func(*vm.Execution, *vm.Failure) { panic("stuck") }, nil)
	program := vm.NewProgram(bundle.Script, bundle.SourceMap)
	machine.Load(program)
	result := drive(machine.Start(program.Digest, vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: long}))
	if result.Failure != nil {
		return "fails: " + result.Failure.Message
	}
	var got string
	require.NoError(t, json.Unmarshal(result.Outcome, &got))
	return got
}

type pair struct{ expression, answer string }

// pairs reads a file of expressions, each with its answer in the next line, behind a tab.
func pairs(t *testing.T, name string) []pair {
	t.Helper()
	text, err := os.ReadFile("testdata/language/" + name)
	require.NoError(t, err)
	var all []pair
	expression := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if answer, ok := strings.CutPrefix(line, "\t"); ok {
			all = append(all, pair{expression, answer})
		} else {
			expression = line
		}
	}
	return all
}
