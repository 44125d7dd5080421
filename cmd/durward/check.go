package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/runtime/vm"
)

// entryFunction is what an action must export.
const entryFunction = "execute"

// checkLoads loads a bundle as an execution would, under the limits of one, and returns what is wrong in the author's terms: it does not compile, it throws while it is loaded,
// or it has no execute, which only a shared module needs not have. It runs the author's code, and so belongs into a worker process.
func checkLoads(source bundler.Source, b *bundler.Bundle) []bundler.Diagnostic {
	program := vm.NewProgram(b.Script, b.SourceMap)
	machine := vm.NewMachine(func(*vm.Execution, *vm.Failure) {}, nil) // code that cannot be stopped is stopped by the pool, with this process
	machine.Load(program)
	loading := machine.Start(program.Digest, vm.Call{Input: []byte("{}")})
	loading.Step() // to the end: loading alone never waits
	result := loading.Result()
	if result.Failure != nil {
		return []bundler.Diagnostic{loadDiagnostic(source, result.Failure)}
	}
	if source.Module {
		return nil
	}
	var exported []string
	if err := json.Unmarshal(result.Outcome, &exported); err == nil && slices.Contains(exported, entryFunction) {
		return nil
	}
	return []bundler.Diagnostic{noEntry(source, exported)}
}

func loadDiagnostic(source bundler.Source, f *vm.Failure) bundler.Diagnostic {
	d := bundler.Diagnostic{
		Severity: bundler.SeverityError, Text: clip("The script cannot be loaded: "+f.Message, maxText),
		Hint: "What stands outside of functions runs when an action is loaded, before each execution.",
	}
	if f.Kind == vm.FailLoad && len(f.Stack) == 0 {
		d.Hint = ""
	}
	for _, frame := range f.Stack {
		if _, own := source.Files[frame.File]; own { // others are the bundler's helpers
			d.File, d.Line, d.Column, d.LineText = frame.File, frame.Line, frame.Column, clip(frame.Text, maxText)
			break
		}
	}
	return d
}

func noEntry(source bundler.Source, exported []string) bundler.Diagnostic {
	line, _, _ := strings.Cut(source.Files[source.Entry], "\n")
	d := bundler.Diagnostic{
		Severity: bundler.SeverityError, File: source.Entry, Line: 1, Column: 1, LineText: clip(strings.TrimSuffix(line, "\r"), maxText),
		Text: `The file exports no function "execute"`,
		Hint: "Write: export async function execute(input) { return { kind: \"continue\" }; }",
	}
	if len(exported) > 0 {
		d.Text = clip(fmt.Sprintf("%s; it exports %s", d.Text, strings.Join(exported, ", ")), maxText)
	}
	return d
}

// maxText is the longest text that a diagnostic may have, in bytes.
const maxText = 1000

// clip cuts a text that has more than n bytes.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
