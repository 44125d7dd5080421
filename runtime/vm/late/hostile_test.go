package late_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/dop251/goja"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm/late"
)

// Scripts that would take hours, or end the process, if rewriting took more than time in proportion, or a call for each thing that another one needs.
func TestHostile(t *testing.T) {
	t.Parallel()
	const many = 20_000
	repeat := func(n int, format string) string {
		var out strings.Builder
		for i := range n {
			out.WriteString(strings.ReplaceAll(format, "#", strconv.Itoa(i)))
		}
		return out.String()
	}
	tests := map[string]string{
		"functions":                repeat(many, "function f#() { return f# }\n"),
		"names":                    repeat(many, "var v# = {};\n"),
		"uses of one":              "var o = {};\n" + repeat(4*many, "o;"),
		"calls of a large builder": "function make() {" + repeat(many, "const o# = {};") + " return {} }\n" + repeat(many, "var m# = make();\n"),
		"calls of a large export":  "var n_exports = {};\n__export(n_exports, {\n  f: () => f\n});\nfunction f() {" + repeat(many, "g.x;") + "}\nvar call = () => {" + repeat(many, "n_exports.f();") + "};",
		"spreads of many exports":  "var n_exports = {};\n__export(n_exports, {\n" + repeat(many, "  f#: () => f,\n") + "});\nfunction f() {}\n" + repeat(many, "var s# = { ...n_exports };\n"),
		"else":                     "var o = {}; if (o) {}" + repeat(many, " else if (o.a#) {}"),
		"brackets":                 "var o = " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
	}
	for name, code := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree, err := goja.Parse("bundle", bundle(code+"\nreturn { execute: () => 1 }"))
			require.NoError(t, err)
			late.Rewrite(tree)
			_, err = goja.CompileAST(tree, false)
			require.NoError(t, err)
		})
	}
}

// The names that stand in the tree cannot be written.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"%make0", "%n", `\u0025make0`} {
		_, err := goja.Parse("bundle", bundle("var o = {}; return "+name))
		require.Error(t, err)
	}
}
