package bundler

import (
	"fmt"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// words replace texts of esbuild that speak of formats, targets and plugins, which the author of an action does not choose.
var words = []struct {
	match      func(m api.Message) bool
	text, hint string // an empty text keeps esbuild's
}{
	{textHas("Top-level await"),
		"Top-level await is not available", "Await inside execute, or in a function that it calls."},
	{idIs("unsupported-dynamic-import"),
		"A dynamic import() is not available", "Import the file at the top: import { … } from \"./file\"."},
	{idIs("unsupported-require-call"),
		"require() needs the path of a file of the action as a string literal", "Write the path out: require(\"./file\")."},
	{idIs("indirect-require"),
		"require throws here: it can only be called directly", "Write require(\"./file\"), or use import."},
	{textHas("Source phase imports are not available"),
		"import source is not available", "Use a plain import."},
	{textHas("Deferred imports are not available"),
		"import defer is not available", "Use a plain import."},
	{textHas("Unicode property escapes"),
		`Unicode property escapes such as \p{L} are not available in regular expressions`,
		`Make the expression at run time: new RegExp("\\p{L}", "u") knows \p{L}.`},
	{textHas(`The regular expression flag "v"`),
		`The regular expression flag "v" is not available`, "Use the flag u and write the set out."},
	{textHas(`The regular expression flag "d"`),
		`The regular expression flag "d" is not available`, "Use the match's index, or look for the group's text from there."},
	{textHas("The regular expression flag"),
		"", "The flags are g, i, m, s, u and y."},
	{textHas(`No matching export in "` + namespaceDurward + `:`),
		`"durward" exports types only`, `Import types with: import type { … } from "durward".`},
	{textHas(`because there is no matching export in "` + namespaceDurward + `:`),
		`"durward" exports types only`, `Import types with: import type { … } from "durward".`},
	{textHas(`No matching export in "` + namespacePackage + `:`),
		"", "Its documentation says what it exports; what it exports by default is imported without braces."},
	{textHas("The JSX syntax extension is not currently enabled"),
		"JSX is not available in actions", "Return plain values; an action has no user interface."},
	{idIs("empty-import-meta"),
		"import.meta is empty in an action", "What an action may know is in its input."},
	{idIs("direct-eval"),
		"eval throws in an action", "Code from strings is not allowed in the sandbox."},
}

func idIs(id string) func(api.Message) bool {
	return func(m api.Message) bool { return m.ID == id }
}

func textHas(part string) func(api.Message) bool {
	return func(m api.Message) bool { return strings.Contains(m.Text, part) }
}

// inOurWords returns a message's text and hint. Where we have no words of our own, the hint is made of esbuild's notes.
func inOurWords(m api.Message) (text, hint string) {
	if hint, ok := m.Detail.(string); ok { // an error of our own plugin
		return m.Text, hint
	}
	for _, w := range words {
		if w.match(m) {
			if w.text == "" {
				text, _, _ = strings.Cut(m.Text, " in the configured target")
				return text, w.hint
			}
			return w.text, w.hint
		}
	}
	var notes []string
	for _, n := range m.Notes {
		note := n.Text
		if l := n.Location; l != nil && strings.HasSuffix(note, ":") { // esbuild would print the line below it
			note = fmt.Sprintf("%s in line %d of %s.", strings.TrimSuffix(note, " here:"), l.Line, l.File)
		}
		notes = append(notes, strings.ReplaceAll(note, namespaceAction+":", ""))
	}
	return strings.ReplaceAll(m.Text, namespaceAction+":", ""), strings.Join(notes, " ")
}
