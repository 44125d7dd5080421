package bundler_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
)

// TestNothingOutsideIsRead tries every way in which esbuild alone would put a file of the host into the bundle.
func TestNothingOutsideIsRead(t *testing.T) {
	t.Parallel()
	const canary = "CANARY-8f14e45f"
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.js")
	require.NoError(t, os.WriteFile(secret, []byte("module.exports = '"+canary+"'"), 0o600))
	for _, name := range []string{"secret.json", "secret.txt", "secret.css", "package.json", "tsconfig.json"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(`{"name":"`+canary+`","main":"`+canary+`","extends":"`+canary+`"}`), 0o600))
	}
	up := strings.Repeat("../", 12) + secret[1:]

	for name, statement := range map[string]string{
		"an absolute path":            `import x from "` + secret + `"; console.log(x)`,
		"an absolute path, required":  `console.log(require("` + secret + `"))`,
		"a relative path out":         `import x from "` + up + `"; console.log(x)`,
		"a relative path, disguised":  `import x from "./a/../` + up + `"; console.log(x)`,
		"the directory above":         `import x from ".."; console.log(x)`,
		"a file address":              `import x from "file://` + secret + `"; console.log(x)`,
		"a data address":              `import x from "data:text/javascript,export default 1"; console.log(x)`,
		"an https address":            `import x from "https://example.com/x.js"; console.log(x)`,
		"an address without scheme":   `import x from "//example.com/x.js"; console.log(x)`,
		"text":                        `import x from "./a.json" with { type: "text" }; console.log(x)`,
		"bytes":                       `import x from "./a.json" with { type: "bytes" }; console.log(x)`,
		"json of another place":       `import x from "` + up + `on" with { type: "json" }; console.log(x)`,
		"a file as a path":            `import x from "./a.js" with { type: "file" }; console.log(x)`,
		"code as json":                `import x from "./a.js" with { type: "json" }; console.log(x)`,
		"a query":                     `import x from "./a.js?raw"; console.log(x)`,
		"a fragment":                  `import x from "./a.js#x"; console.log(x)`,
		"an escaped path":             `import x from "./%2e%2e/secret.js"; console.log(x)`,
		"a backslash":                 `import x from "..\\secret.js"; console.log(x)`,
		"a NUL":                       `import x from "./a.js\0"; console.log(x)`,
		"a package":                   `import x from "secret"; console.log(x)`,
		"a package of node":           `import x from "node:fs"; console.log(x)`,
		"a built-in of node":          `const x = require("fs"); console.log(x)`,
		"a subpath import":            `import x from "#secret"; console.log(x)`,
		"a path of tsconfig":          `import x from "@/secret"; console.log(x)`,
		"an empty specifier":          `import x from ""; console.log(x)`,
		"a dynamic import":            `import("` + secret + `")`,
		"a dynamic import by pattern": "import(`./${name}.js`)",
		"a require by pattern":        "require(`../${name}.js`)",
		"an import by a sum":          `import("../" + name)`,
		"an import with a phase":      "import.defer(`./${name}`)",
		"a pattern after a comment":   "import /* … */ //\n(`./${name}`)",
		"a pattern in a condition":    "require(a ? './a.js' : `./${name}`)",
		"a require with escapes":      "requ\\u0069re(`../${name}.js`)",
		"a require with a cast":       "(require as any)!(`../${name}.js`)",
		"an export from":              `export * from "` + secret + `"`,
		"import equals":               `import x = require("` + secret + `"); console.log(x)`,
		"a stylesheet":                `import "` + filepath.Join(dir, "secret.css") + `"`,
		"the namespace of esbuild":    `import x from "file:` + secret + `"; console.log(x)`,
		"the plugin's namespace":      `import x from "action:a.js"; console.log(x)`,
		"a loader's prefix":           `import x from "!!raw-loader!./a.js"; console.log(x)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := files("lib/action.ts", statement, "lib/a.js", "export default 1", "lib/a.json", "{}")
			_, err := bundler.Build(src)
			var broken *bundler.BuildError
			require.ErrorAs(t, err, &broken)
			require.NotContains(t, show(broken.Diagnostics), canary)
			require.NotContains(t, show(broken.Diagnostics), "testdata", "it lists directories")
			require.Equal(t, "lib/action.ts", broken.Diagnostics[0].File)
			require.NotZero(t, broken.Diagnostics[0].Line)
			require.NotEmpty(t, broken.Diagnostics[0].Hint)
		})
	}
}

func TestFilesOfConfigurationHaveNoEffect(t *testing.T) {
	t.Parallel()
	plain, err := bundler.Build(files("action.ts", `export const a: number = 1;`))
	require.NoError(t, err)
	configured, err := bundler.Build(files("action.ts", `export const a: number = 1;`,
		"tsconfig.json", `{"extends":"/etc/passwd","compilerOptions":{"target":"es5","jsxImportSource":"/etc/passwd"}}`,
		"package.json", `{"main":"/etc/passwd","browser":{"./action.ts":"/etc/passwd"},"sideEffects":false}`))
	require.NoError(t, err)
	require.Equal(t, string(plain.Script), string(configured.Script))
}

// TestSourceMapsAreNotFollowed plants source maps that would put their own sources into the bundle's map.
func TestSourceMapsAreNotFollowed(t *testing.T) {
	t.Parallel()
	const canary = "CANARY-45c48cce"
	planted := filepath.Join(t.TempDir(), "x.map")
	require.NoError(t, os.WriteFile(planted, []byte(`{"version":3,"sources":["`+canary+`"],"sourcesContent":["`+canary+`"],"mappings":"AAAA","names":[]}`), 0o600))

	for _, comment := range []string{
		"//# sourceMappingURL=file://%", "//@ sourceMappingURL=file://%", "/*# sourceMappingURL=file://% */", "/*@ sourceMappingURL=file://% */",
		"x = 1 //# sourceMappingURL=file://%", "/**/ //# sourceMappingURL=file://%", "`${1 //# sourceMappingURL=file://%\n}`",
		"x = /[/]/ //# sourceMappingURL=file://%", "x = a / b //# sourceMappingURL=file://%\n/ c", "x = '\\\n' //# sourceMappingURL=file://%",
		"x = a! / 2; y = '//' //# sourceMappingURL=file://%", "if (x) /'/.test(y) //# sourceMappingURL=file://%\n", "x = a++ /'/ 1 //# sourceMappingURL=file://%\n/ '",
		"//# sourceMappingURL=data:application/json,{\"version\":3,\"sources\":[\"" + canary + "\"],\"mappings\":\"AAAA\",\"names\":[]}",
	} {
		content := "let x, y, a = 1, b = 2, c = 3;\n" + strings.ReplaceAll(comment, "%", planted) + "\nexport const execute = () => x;\n"
		b, err := bundler.Build(files("action.ts", content))
		if err != nil { // not every one of them is a program, and that is as good
			require.NotContains(t, err.Error(), canary)
			continue
		}
		require.NotContains(t, strings.ReplaceAll(string(b.SourceMap), escape(content), ""), canary, comment)
		require.Contains(t, string(b.SourceMap), `"sources":["action.ts"]`, comment)
	}
}

func escape(s string) string { return strings.NewReplacer(`"`, `\"`, "\n", `\n`, `\`, `\\`).Replace(s) }

func TestSourceMapCommentsKeepTheirPlace(t *testing.T) {
	t.Parallel()
	content := "let a = 1; /*# sourceMappingURL=x */ let b b;\n"
	ds := diagnosticsOf(t, files("action.ts", content))
	require.Equal(t, strings.Index(content, "b b")+2, ds[0].Column-1)

	b, err := bundler.Build(files("action.ts", "export const execute = () => ({ kind: '//# sourceMappingURL=x' + `/*@ sourceMappingURL=y` });"))
	require.NoError(t, err)
	require.Equal(t, "//# sourceMappingURL=x/*@ sourceMappingURL=y", run(t, b, "")["kind"])
}

// TestHostileNestingIsRefused holds sources that keep esbuild busy for seconds, use up its memory or overflow its stack.
func TestHostileNestingIsRefused(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"brackets":            strings.Repeat("(", 1_000_000),
		"arrays":              strings.Repeat("[", 500_000) + strings.Repeat("]", 500_000),
		"blocks":              strings.Repeat("{", 25_000) + strings.Repeat("}", 25_000),
		"functions":           strings.Repeat("function f(){", 2000) + strings.Repeat("}", 2000),
		"templates":           strings.Repeat("`${", 300_000),
		"not":                 strings.Repeat("!", 400_000) + "1",
		"not, spread out":     strings.Repeat("! \n/**/", 100_000) + "1",
		"minus":               strings.Repeat("- ", 400_000) + "1",
		"typeof":              strings.Repeat("typeof ", 100_000) + "1",
		"new":                 strings.Repeat("new ", 100_000) + "X",
		"arrows":              strings.Repeat("a=>", 2700) + "1",
		"arrows on own lines": strings.Repeat("a=>\n", 2700) + "1",
		"conditions":          strings.Repeat("a?b:", 30_000) + "c",
		"nested conditions":   strings.Repeat("a?", 60_000) + "1" + strings.Repeat(":1", 60_000),
		"assignments":         strings.Repeat("a=", 100_000) + "1",
		"powers":              strings.Repeat("2**", 100_000) + "1",
		"after a regexp":      "/[/'\"`]/;" + strings.Repeat("[", 1000),
		"after a division":    "a / b; c = '/';" + strings.Repeat("[", 1000),
		"in a template":       "`${" + strings.Repeat("[", 1000) + "}`",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ds := diagnosticsOf(t, files("action.ts", content))
			require.Len(t, ds, 1)
			require.NotZero(t, ds[0].Line)
			require.Contains(t, ds[0].Hint, "At most 200")
		})
	}
}

// TestSaneCodeIsNotRefused holds code that is long, but not deep, or that the scanner could misread.
func TestSaneCodeIsNotRefused(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"many arrows":            strings.Repeat("export_.a = (x) => x\n", 1000),
		"many arrow constants":   strings.Repeat("{ const f = (x) => x }\n", 1000),
		"a list of arrows":       "f([" + strings.Repeat("(x) => x, ", 1000) + "])",
		"many assignments":       strings.Repeat("a = b\n", 5000),
		"an array of negatives":  "[" + strings.Repeat("-1, ", 5000) + "]",
		"a sum":                  "x = 1" + strings.Repeat(" + -1", 1000),
		"an object of functions": "x = {" + strings.Repeat("f() { return { a: b ? c : d } },\n", 1000) + "}",
		"a string of brackets":   "x = '" + strings.Repeat("[", 1000) + "' + \"" + strings.Repeat("(", 1000) + "\" + `" + strings.Repeat("{", 1000) + "`",
		"a comment of brackets":  "// " + strings.Repeat("[", 1000) + "\n/* " + strings.Repeat("(", 1000) + " */",
		"regexps of brackets":    strings.Repeat("x.match(/[(\\/[{`'\"]/g)\n", 1000),
		"regexps after keywords": strings.Repeat("x = function f() { return /[({]/ }\nif (a) /[({]/.test(b)\n", 1000),
		"divisions":              strings.Repeat("x = (a) / 2 / b[1] / c() / '('.length\n", 1000),
		"templates":              strings.Repeat("x = `a${b ? `c${d}` : '}'}(` / 2\n", 1000),
		"a switch":               "switch (a) {" + strings.Repeat("case -1: b = a ? c : d; break\n", 1000) + "}",
		"else if":                "if (a) {}" + strings.Repeat(" else if (a === 1) { b = 1 }", 300),
		"interfaces":             strings.Repeat("interface A { a?: string; b?: number\n c?: A }\n", 1000),
		"classes":                "class A {" + strings.Repeat("x = 1\ny = (a) => a\nz = () => { return /[}(]/ }\n", 1000) + "}",
		"postfix and prefix":     strings.Repeat("a++\n--b\n!c\n", 1000),
		"optional parameters":    strings.Repeat("x = function f(a?: string, b = 1, c?: number) {}\n", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := bundler.Build(files("action.ts", "let export_: any, a: any, b: any, c: any, d: any, f: any, x: any;\n"+content))
			require.NoError(t, err)
		})
	}
}
