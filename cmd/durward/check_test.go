package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
)

// TestCheckLoads runs nothing in parallel: the limits count the CPU time of the whole process.
func TestCheckLoads(t *testing.T) {
	cases := map[string]struct {
		files map[string]string
		text  string // of the one diagnostic; empty: there is none
		place string
	}{
		"exports execute": {
			files: map[string]string{"action.ts": `export function execute() {}`},
		},
		"exports an async arrow": {
			files: map[string]string{"action.ts": `export const execute = async () => ({ kind: "continue" });`},
		},
		"is CommonJS": {
			files: map[string]string{"action.ts": `exports.execute = () => {};`},
		},
		"exports nothing": {
			files: map[string]string{"action.ts": "// nothing\r\nconsole.log(1);"},
			text:  `The file exports no function "execute"`, place: "action.ts:1:1 // nothing",
		},
		"exports a constant": {
			files: map[string]string{"action.ts": `export const execute = 1; export function other() {}`},
			text:  `The file exports no function "execute"; it exports other`, place: "action.ts:1:1 export const execute = 1; export function other() {}",
		},
		"throws while it is loaded": {
			files: map[string]string{
				"action.ts":    "import { limit } from \"./lib/limit\";\nexport function execute() { return limit; }",
				"lib/limit.ts": "export const limit: number = (() => {\n  throw new Error(\"no limit\");\n})();",
			},
			text: "The script cannot be loaded: Error: no limit", place: "lib/limit.ts:2:9   throw new Error(\"no limit\");",
		},
		"computes for ever while it is loaded": {
			files: map[string]string{"action.ts": "for (;;) {}\nexport function execute() {}"},
			text:  "The script cannot be loaded: the action computed for more than 500ms", place: " ", // a loop of nothing has no place
		},
		"throws something long": {
			files: map[string]string{"action.ts": "throw new Error(\"é\".repeat(5000));\nexport function execute() {}"},
			text:  "The script cannot be loaded: Error: éé", place: "action.ts:1:7 throw new Error(\"é\".repeat(5000));",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			source := bundler.Source{Files: c.files, Entry: "action.ts"}
			bundle, err := bundler.Build(source)
			require.NoError(t, err)
			ds := checkLoads(source, bundle)
			if c.text == "" {
				require.Empty(t, ds)
				return
			}
			require.Len(t, ds, 1)
			d := ds[0]
			require.Equal(t, bundler.SeverityError, d.Severity)
			require.True(t, strings.HasPrefix(d.Text, c.text), d.Text)
			require.LessOrEqual(t, len(d.Text), maxText+len("…"))
			require.Equal(t, c.place, strings.TrimSuffix(place(d.File, d.Line, d.Column), ": ")+" "+d.LineText)
		})
	}
}
