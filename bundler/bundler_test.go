package bundler_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/dop251/goja"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file that -update rewrites.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// files makes a source whose entry file is the first one named.
func files(entry, content string, more ...string) bundler.Source {
	src := bundler.Source{Entry: entry, Files: map[string]string{entry: content}}
	for i := 0; i < len(more); i += 2 {
		src.Files[more[i]] = more[i+1]
	}
	return src
}

const allowlist = `import type { LoginAfter } from "durward";

interface Config {
  domains: string[];
  message?: string;
}

// The domain is what follows the last @.
function domainOf(email: string): string {
  return email.slice(email.lastIndexOf("@") + 1).toLowerCase();
}

export async function execute(input: LoginAfter.Input<Config>): Promise<LoginAfter.Outcome> {
  const domain = domainOf(input.user.email);
  const allowed = input.config.domains.some((d) => d.toLowerCase() === domain);
  if (!allowed) {
    return {
      kind: "block",
      code: "domain_not_allowed",
      reason: ` + "`${domain} is not one of ${input.config.domains.length}`" + `,
      message: input.config.message ?? "Use your work address.",
    };
  }
  return { kind: "continue" };
}
`

// sources are actions that bundle, and the value of (await execute({n: 2})).kind in goja.
var sources = map[string]bundler.Source{
	"typescript": files("action.ts", allowlist+"\nexport const resume = execute;\n"),
	"modules": files("action.ts", `import { twice } from "./lib/math";
import * as text from "./lib/text.js";
import data from "./data.json" with { type: "json" };
import "durward";
export const execute = async ({ n }) => ({ kind: text.join(data.kinds[0], String(twice(n))) });`,
		"lib/math.mts", `export const twice = (n: number): number => n * 2;`,
		"lib/text.ts", `import dash from "."; export const join = (...parts: string[]) => parts.join(dash);`,
		"lib/index.cjs", `module.exports = "-";`,
		"data.json", `{"kinds": ["continue"]}`),
	"commonjs":        files("action.js", `const lib = require("./lib"); exports.execute = async (input) => ({ kind: lib(input.n) });`, "lib.js", `module.exports = (n) => "n" + n;`),
	"unicode":         files("action.js", "export const execute = () => ({ kind: \"zoë 😀 \u2028\" + `ü${'ß'}` });"),
	"async generator": files("action.js", `async function* g(n) { for (let i = 0; i < n; i++) yield i } export async function execute({ n }) { let s = 0; for await (const x of g(n)) s += x; return { kind: "s" + s } }`),
	"decorators":      files("action.ts", `const loud = (f: any, _: any) => function (this: any, ...a: any[]) { return f.apply(this, a) + "!" }; class A { @loud kind() { return "a" } } export const execute = () => ({ kind: new A().kind() });`),
	"interpreter":     files("action.js", "#!/usr/bin/env node\nexport const execute = () => ({ kind: \"script\" });"),
	"enum":            files("action.ts", `enum Kind { Continue = "continue" } namespace N { export const k = Kind.Continue } export const execute = () => ({ kind: N.k as string });`),
	"regexps":         files("action.js", `export const execute = () => ({ kind: "a/b".replace(/[/](?<c>b)/u, "-$<c>") + (8 / 2 / 1) + /(?<=a)b/.test("ab") });`),
}

func TestBundles(t *testing.T) {
	t.Parallel()
	for name, src := range sources {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := bundler.Build(src)
			require.NoError(t, err)
			require.Empty(t, b.Warnings)
			for _, c := range b.Script {
				require.Less(t, c, byte(0x80))
			}
			golden(t, strings.ReplaceAll(name, " ", "-")+".js", string(b.Script))
			golden(t, strings.ReplaceAll(name, " ", "-")+".js.map", string(b.SourceMap)+"\n")
		})
	}
}

func TestBundlesRunInTheSandboxesEngine(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"modules": "continue-4", "commonjs": "n2", "unicode": "zoë 😀 \u2028üß", "async generator": "s1", "decorators": "a!", "enum": "continue", "interpreter": "script", "regexps": "a-b4true",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := bundler.Build(sources[name])
			require.NoError(t, err)
			require.Equal(t, want, run(t, b, `({ n: 2 })`)["kind"])
		})
	}
	b, err := bundler.Build(sources["typescript"])
	require.NoError(t, err)
	require.Equal(t, map[string]any{"kind": "continue"}, run(t, b, `({ user: { email: "a@Example.com" }, config: { domains: ["example.COM"] } })`))
	require.Equal(t, "x.org is not one of 1", run(t, b, `({ user: { email: "a@x.org" }, config: { domains: ["example.com"] } })`)["reason"])
}

// run calls the bundle's execute and returns what it, or its promise, comes to.
func run(t *testing.T, b *bundler.Bundle, input string) map[string]any {
	t.Helper()
	vm := goja.New()
	_, err := vm.RunScript("action.js", string(b.Script))
	require.NoError(t, err)
	value, err := vm.RunString(`$action.execute(` + input + `)`)
	require.NoError(t, err)
	if promise, ok := value.Export().(*goja.Promise); ok {
		require.Equal(t, goja.PromiseStateFulfilled, promise.State(), "%v", promise.Result())
		value = promise.Result()
	}
	return value.Export().(map[string]any)
}

func TestSourceMapsHaveTheAuthorsFiles(t *testing.T) {
	t.Parallel()
	src := sources["modules"]
	b, err := bundler.Build(src)
	require.NoError(t, err)
	var m struct {
		Sources        []string `json:"sources"`
		SourcesContent []string `json:"sourcesContent"`
	}
	require.NoError(t, json.Unmarshal(b.SourceMap, &m))
	require.Subset(t, m.Sources, []string{"action.ts", "lib/math.mts", "lib/text.ts", "lib/index.cjs", "data.json"})
	for i, name := range m.Sources {
		require.Equal(t, src.Files[name], m.SourcesContent[i])
	}
}

func TestTheSameSourceMakesTheSameBytes(t *testing.T) {
	t.Parallel()
	src := sources["modules"]
	first, err := bundler.Build(src)
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 10 {
				again := bundler.Source{Entry: src.Entry, Files: map[string]string{}}
				for name, content := range src.Files { // in another order each time
					again.Files[name] = content
				}
				b, err := bundler.Build(again)
				if err != nil || string(b.Script) != string(first.Script) || string(b.SourceMap) != string(first.SourceMap) {
					t.Errorf("another bundle: %v", err)
				}
			}
		})
	}
	group.Wait()
}

func TestBundlerIsNamedWithItsVersion(t *testing.T) {
	t.Parallel()
	b, err := bundler.Build(files("action.js", ""))
	require.NoError(t, err)
	mod, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	require.Contains(t, string(mod), "github.com/evanw/esbuild v"+strings.TrimPrefix(b.Bundler, "esbuild "))
}

func diagnosticsOf(t *testing.T, src bundler.Source) []bundler.Diagnostic {
	t.Helper()
	b, err := bundler.Build(src)
	if err == nil {
		return b.Warnings
	}
	var broken *bundler.BuildError
	require.True(t, errors.As(err, &broken), "%v", err)
	require.NotEmpty(t, broken.Diagnostics)
	return broken.Diagnostics
}

// show is how a terminal would show diagnostics.
func show(ds []bundler.Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintln(&b, d)
		if d.Line > 0 {
			fmt.Fprintf(&b, "  %s\n  %s%s\n", d.LineText, strings.Repeat(" ", d.Column-1), strings.Repeat("^", max(1, d.Length)))
		}
		if d.Hint != "" {
			fmt.Fprintf(&b, "  hint: %s\n", d.Hint)
		}
	}
	return b.String()
}

func TestDiagnostics(t *testing.T) {
	t.Parallel()
	cases := map[string]bundler.Source{
		"syntax":            files("action.ts", "export const a = 1;\n\n\tconst b = \"é😀\"; const const = 2;\n"),
		"unclosed":          files("action.ts", "export function execute() {\n  return [1, 2;\n}\n"),
		"two files":         files("action.ts", `import { a, b } from "./lib"; a(b);`, "lib.ts", "export const a = 1\nlet a = 2\n"),
		"missing export":    files("action.ts", `import { twise } from "./lib"; twise();`, "lib.ts", "export const twice = 1;"),
		"namespace":         files("action.ts", `import * as lib from "./lib"; lib.twise();`, "lib.ts", "export const twice = 1;"),
		"missing file":      files("action.ts", `import { a } from "./Domains"; a();`, "lib/domains.ts", "export const a = 1;"),
		"leads out":         files("lib/action.ts", `import a from "../../a"; a();`, "a.ts", "export default 1"),
		"package":           files("action.ts", `import _ from "lodash"; import "@scope/pkg/x"; _();`),
		"node":              files("action.js", `import fs from "node:fs"; const c = require("child_process"); fs(c);`),
		"value of types":    files("action.ts", `import { LoginAfter } from "durward"; console.log(LoginAfter);`),
		"default of types":  files("action.js", `import durward from "durward"; durward(); import * as all from "durward"; all.x();`),
		"require of types":  files("action.js", `require("durward");`),
		"top-level await":   files("action.ts", "const a = 1;\nawait a;\n"),
		"dynamic import":    files("action.js", "const p = './a';\nimport(p);\nimport('./a.js');\n", "a.js", ""),
		"indirect require":  files("action.js", "const r = require;\nr('./a');\nrequire('./' + r);\nrequire.resolve('./a')"),
		"regexp flag v":     files("action.js", `/[\p{L}--[a-z]]/v; /a/d;`),
		"regexp property":   files("action.js", `const name = /^\p{Lu}\P{L}+$/u;`),
		"regexp modifier":   files("action.js", `const s = "(?i:no)"; const a = s / 2 /* (?i:no) */, b = /[(?i:no)]\(?i:no/, c = /a(?-i:b)/;`),
		"json":              files("action.js", `import d from "./d.json"; d();`, "d.json", "{\"a\": 1,,}"),
		"jsx":               files("action.js", "export const execute = () => <b>no</b>;"),
		"warnings":          files("action.js", "export const execute = (x) => { if (x === NaN) return; if (typeof x === 'nil') return; return eval('1') };"),
		"no files":          {},
		"no entry":          {Files: map[string]string{"action.ts": ""}, Entry: "main.ts"},
		"entry of data":     files("data.json", "{}"),
		"file in a file":    files("action.ts", "", "a.ts", "", "a.ts/b/c.ts", ""),
		"not utf-8":         files("action.ts", "\xff\xfe"),
		"nested too deeply": files("action.ts", "const a = 1;\nconst b = "+strings.Repeat("[", 300)+strings.Repeat("]", 300)),
	}
	for name, src := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ds := diagnosticsOf(t, src)
			require.NotEmpty(t, ds)
			golden(t, strings.ReplaceAll(name, " ", "-")+".txt", show(ds))
		})
	}
}

func TestPathsOfFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "/action.ts", "../action.ts", "a/../b.ts", "./a.ts", "a//b.ts", "a/", "..", ".", `a\b.ts`, "C:a.ts", "a*.ts", "a?.ts", "a\x00.ts", "a\n.ts", "a\u2028.ts", "a\xff.ts",
		"a#b.ts", "action", "action.tsx", "action.css", "action.ts.txt", strings.Repeat("a", 200) + ".ts", strings.Repeat("a/", 20) + "a.ts",
	} {
		src := files("action.ts", "")
		src.Files[name] = ""
		_, err := bundler.Build(src)
		require.ErrorContains(t, err, "is no path for a file", "%q", name)
	}
	for _, name := range []string{"a.ts", "lib/a.d.ts", "a b.ts", "prüfung.ts", ".hidden.js", "node_modules/x/index.js", "...ts", "@x/y.cjs", "a.test.mts"} {
		src := files("action.ts", "")
		src.Files[name] = ""
		_, err := bundler.Build(src)
		require.NoError(t, err, name)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	many := files("action.ts", "")
	for i := range bundler.MaxFiles {
		many.Files[fmt.Sprintf("f%d.ts", i)] = ""
	}
	large := files("action.ts", "")
	for i := range 6 {
		large.Files[fmt.Sprintf("f%d.ts", i)] = strings.Repeat(" ", bundler.MaxFileSize)
	}
	for want, src := range map[string]bundler.Source{
		"There are 501 files":           many,
		"The files are too large":       large,
		"The file is too large":         files("action.ts", strings.Repeat(" ", bundler.MaxFileSize+1)),
		"The bundle is too large":       files("action.js", strings.Repeat("{", 150)+strings.Repeat("{}", 40_000)+strings.Repeat("}", 150)),
		"The source map is too large":   files("action.js", `import d from "./a.js"; d()`, "a.js", "export default 1//"+strings.Repeat("\x01", 1<<20-100), "b.js", ""),
		"The entry file \"x.ts\" is no": {Files: map[string]string{"action.ts": ""}, Entry: "x.ts"},
	} {
		if want == "The source map is too large" {
			src.Files["action.js"] = `import d from "./a.js"; import e from "./b.js"; import f from "./c.js"; d(e, f)`
			src.Files["b.js"], src.Files["c.js"] = src.Files["a.js"], src.Files["a.js"]
		}
		_, err := bundler.Build(src)
		require.ErrorContains(t, err, want)
	}
}

func BenchmarkBuild(b *testing.B) {
	src := files("action.ts", allowlist)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := bundler.Build(src); err != nil {
			b.Fatal(err)
		}
	}
}
