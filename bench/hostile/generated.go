package hostile

import (
	"fmt"
	"strings"
)

// The families of the programs that are generated.
const (
	nesting = "nesting"
	size    = "size"
	folder  = "files"
)

// generated returns the programs that attack what reads sources, before anything runs: they are made here because each is a few bytes repeated very often.
func generated() []*Program {
	all := append(nested(), large()...)
	return append(all, folders()...)
}

// nested are sources whose parts lie within one another. What bounds how deep they may go is the bundler's MaxNesting.
func nested() []*Program {
	var all []*Program
	for _, s := range []struct{ name, open, middle, shut string }{
		{"not", "!", "1", ""},
		{"not, with spaces", "! \n", "1", ""},
		{"minus", "- ", "1", ""},
		{"typeof", "typeof ", "1", ""},
		{"await", "await ", "1", ""},
		{"new", "new ", "X", ""},
		{"brackets", "(", "1", ")"},
		{"brackets that stay open", "(", "", ""},
		{"arrays", "[", "", "]"},
		{"objects", "({a:", "1", "})"},
		{"blocks", "{", "", "}"},
		{"templates", "`${", "1", "}`"},
		{"conditions", "a ? ", "1", " : 1"},
		{"conditions, to the right", "a ? 1 : ", "1", ""},
		{"arrows", "a => ", "1", ""},
		{"arrows with bodies", "() => {", "", "}"},
		{"assignments", "a = ", "1", ""},
		{"powers", "2 ** ", "1", ""},
		{"calls", "f(", "", ")"},
		{"indexes", "a[", "0", "]"},
		{"functions", "(function () {", "", "})()"},
		{"classes", "(class { static x = ", "1", "})"},
		{"ifs", "if (a) ", ";", ""},
		{"loops", "for (;;) ", ";", ""},
		{"labels", "l: {", "", "}"},
		{"tries", "try {", "", "} finally {}"},
		{"patterns", "[", "a", "] = []"},
		{"spreads", "...[", "", "]"},
		{"regular expressions", "/(", "", ")/"},
		{"optional chains", "a?.[", "0", "]"},
	} {
		n := 400_000 / (len(s.open) + len(s.shut))
		text := strings.Repeat(s.open, n) + s.middle + strings.Repeat(s.shut, n)
		// None of them is a program that somebody needs; some have too many errors to be one. What counts is that the host says so, and lives.
		all = append(all, &Program{Family: nesting, Name: s.name, Files: action("let a, f, X, x = " + text + ";"), Answers: []string{Refused}})
	}
	return all
}

// large are sources that are long rather than deep. Those that are programs may run.
func large() []*Program {
	either := []string{Refused, "continue", "time_limit", "memory_limit", "stack_limit", "thrown"}
	lines := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	var all []*Program
	for _, s := range []struct {
		name, body string
		answers    []string
	}{
		{"a million lines", strings.Repeat("\n", 1_000_000), []string{"continue"}},
		{"a file over the limit", strings.Repeat("/", 2<<20), []string{Refused}},
		{"a comment of a megabyte", "/*" + strings.Repeat("*", 1_000_000) + "*/", []string{"continue"}},
		{"a string of a megabyte", `return { kind: "continue", state: { n: "` + strings.Repeat("x", 1_000_000) + `".length } };`, []string{"continue"}},
		{"a string of escapes", `const s = "` + strings.Repeat(`\u{1F600}`, 100_000) + `";`, []string{"continue"}},
		{"names in escapes", "let " + strings.Repeat(`\u0061`, 150_000) + " = 1;", either},
		{"a number of a megabyte", "const n = 1" + strings.Repeat("0", 1_000_000) + ";", either},
		{"a BigInt of a megabyte", "const n = 0x" + strings.Repeat("f", 1_000_000) + "n;", either},
		{"a sum of two hundred thousand", "const n = 1" + strings.Repeat("+x", 200_000) + ";", either},
		{"a list of four hundred thousand", "const a = [" + strings.Repeat("1,", 400_000) + "];", either},
		{"an object of fifty thousand", "const o = {" + lines(50_000, "k%d: 1,") + "};", either},
		{"a switch of thirty thousand", "switch (input) {" + lines(30_000, "case %d: break;\n") + "}", either},
		{"functions by the thousand", lines(20_000, "function f%d() { return 1 }\n"), either},
		{"variables by the thousand", lines(60_000, "let v%d;\n"), either},
		{"a chain of members", "const o = input" + strings.Repeat(".a", 300_000) + ";", either},
		{"a chain of optional members", "const o = input" + strings.Repeat("?.a", 300_000) + ";", either},
		{"a chain of calls", "const o = (() => {})" + strings.Repeat("()", 300_000) + ";", either},
		{"a sequence", "x = (1" + strings.Repeat(",1", 300_000) + ");", either},
		{"else if", "if (x) {}" + strings.Repeat(" else if (x) {}", 60_000), either},
		{"a template of parts", "const s = `" + strings.Repeat("${1}", 200_000) + "`;", either},
		{"parameters by the thousand", "(function (" + lines(50_000, "a%d,") + ") {})();", either},
		{"arguments by the thousand", "Math.max(" + strings.Repeat("1,", 300_000) + ");", either},
		{"regular expressions by the thousand", strings.Repeat("/a(b|c)*d/.test('');\n", 40_000), either},
		{"a regular expression of a megabyte", "/" + strings.Repeat("a?", 450_000) + "/.test('');", either},
		{"groups in a regular expression", "/" + strings.Repeat("(?:", 100_000) + strings.Repeat(")", 100_000) + "/.test('');", either},
		{"a class of members", "class C {" + lines(30_000, "m%d() {}\n") + "}", either},
		{"NUL", "const a = 1;\x00const b = 2;", []string{Refused}},
		{"NUL in a string", "return { kind: 'continue', state: { s: '\x00' } };", []string{"continue", Refused}},
		{"line separators", "const a = 1;\u2028const b = 2;\u2029// x\u2028throw new Error('a comment ends there');", []string{"thrown"}},
		{"text that runs to the left", "const a = '\u202e\u2066'; /*\u2069 } */", []string{"continue"}},
		{"a byte order mark in the middle", "const a\ufeff = 1;", []string{"continue"}},
	} {
		body := "let x;\n" + s.body
		all = append(all, &Program{Family: size, Name: s.name, Files: action(body), Answers: s.answers})
	}
	return all
}

// folders are sets of files that mean harm by their number, their names, or how they import each other.
func folders() []*Program {
	const main = "export { execute } from './f0.js';\n"
	many := func(n int, text func(i int) string) map[string]string {
		files := module(main)
		for i := range n {
			files[fmt.Sprintf("f%d.js", i)] = text(i)
		}
		return files
	}
	named := func(name string) map[string]string {
		files := module("export function execute() {}\n")
		files[name] = "export const a = 1;\n"
		return files
	}
	chain := func(last int) func(i int) string {
		return func(i int) string {
			if i == last {
				return "export function execute() {}\n"
			}
			return fmt.Sprintf("export { execute } from './f%d.js';\n", i+1)
		}
	}
	all := []*Program{
		{Family: folder, Name: "too many", Files: many(600, chain(599)), Answers: []string{Refused}},
		{Family: folder, Name: "a long chain of imports", Files: many(450, chain(449)), Answers: []string{"continue", Refused}},
		{Family: folder, Name: "a circle of imports", Files: many(50, func(i int) string {
			return fmt.Sprintf("import * as next from './f%d.js';\nexport function execute() { return next.execute(); }\n", (i+1)%50)
		}), Answers: []string{"stack_limit", Refused}},
		{Family: folder, Name: "data that is deep", Files: map[string]string{
			"action.js": "import d from './d.json';\nexport function execute() { return { kind: 'continue', state: { d: typeof d } }; }\n",
			"d.json":    strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000),
		}, Answers: []string{Refused}},
		{Family: folder, Name: "settings of the bundler", Files: map[string]string{
			"action.js":     "export function execute() {}\n",
			"tsconfig.json": `{"extends":"/etc/passwd"}`,
			"package.json":  `{"main":"/etc/passwd","browser":{"./action.js":"/etc/passwd"}}`,
		}, Answers: []string{"continue"}},
	}
	for _, name := range []string{
		"/etc/passwd.js", "../up.js", "a/../../up.js", "./a.js", "a//b.js", "a\\b.js", "C:/a.js", "a\x00.js", "a\n.js", "", ".js", strings.Repeat("a", 300) + ".js",
		strings.Repeat("a/", 100) + "a.js", "node_modules/durward.wasm", "a.node", "a.js?x", "%2e%2e/a.js", "file:a.js",
	} {
		answers := []string{Refused}
		if name == ".js" {
			answers = append(answers, "continue")
		}
		all = append(all, &Program{Family: folder, Name: fmt.Sprintf("a name like %.20q", name), Files: named(name), Answers: answers})
	}
	return all
}
