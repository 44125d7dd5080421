package bundler_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
)

// pkg is a package of a test: its files by path. Those that the file "needs" names, one a line, are its dependencies.
type pkg map[string]string

// with adds packages to a source. Each is declared by its name, except those whose name begins with "inner-".
func with(src bundler.Source, packages map[string]pkg) bundler.Source {
	lock := bundler.NewLock()
	p := &bundler.Packages{Lock: lock, ByKey: map[string]*npm.Package{}, Builtin: builtins}
	for name, files := range packages {
		key := name + "@1.2.3"
		locked := npm.Locked{Name: name, Version: "1.2.3", Integrity: "sha512-" + name, Dependencies: map[string]string{}}
		for need := range strings.FieldsSeq(files["needs"]) {
			locked.Dependencies[need] = need + "@1.2.3"
		}
		if !strings.HasPrefix(name, "inner-") {
			lock.Dependencies[name], lock.Root[name] = "^1", key
		}
		lock.Packages[key] = locked
		unpacked := &npm.Package{Files: map[string][]byte{}}
		for file, content := range files {
			unpacked.Files[file] = []byte(content)
		}
		p.ByKey[key] = unpacked
	}
	src.Packages = p
	return src
}

// builtins stand for the modules of Node.js that actions have.
func builtins(name string) (string, bool) {
	scripts := map[string]string{
		"util":    `export const inherits = () => "inherits"; export default { inherits };`,
		"buffer":  `export class Buffer { static from(s) { return "buffer of " + s } } export default { Buffer };`,
		"process": `import { inherits } from "node:util"; export default { platform: "none", inherits };`,
	}
	script, ok := scripts[name]
	return script, ok
}

// withPackages are sources with packages, and what (await execute({n: 2})).kind is.
var withPackages = map[string]struct {
	action   string
	packages map[string]pkg
	want     string
}{
	"an ES module": {
		`import { twice } from "twice"; export const execute = ({ n }) => ({ kind: "n" + twice(n) });`,
		map[string]pkg{"twice": {"package.json": `{"exports": "./lib/index.mjs"}`, "lib/index.mjs": `export const twice = (n) => n * 2;`}}, "n4",
	},
	"a CommonJS module": {
		`import twice from "twice"; export const execute = ({ n }) => ({ kind: "n" + twice(n) });`,
		map[string]pkg{"twice": {"package.json": `{"main": "lib"}`, "lib/index.js": `var f = require("./f"); module.exports = f;`, "lib/f.js": `module.exports = function (n) { return n * 2 };`}}, "n4",
	},
	"a package of a package, with a scope and a subpath": {
		`import { a } from "outer"; export const execute = () => ({ kind: a });`,
		map[string]pkg{
			"outer":        {"package.json": `{}`, "index.js": `exports.a = require("@x/inner-one/deep/file").b + require("@x/inner-one").c;`, "needs": "@x/inner-one"},
			"@x/inner-one": {"package.json": `{"exports": {".": {"import": "./no.js", "require": "./yes.cjs"}, "./deep/*": "./d/*.js"}}`, "yes.cjs": `exports.c = "c"`, "d/file.js": `exports.b = "b"`},
		}, "bc",
	},
	"conditions and the browser's files": {
		`import { a } from "p"; export const execute = () => ({ kind: a });`,
		map[string]pkg{"p": {
			"package.json": `{"main": "node.js", "browser": {"./node.js": "./browser.js", "fs": false, "inner-x": "./x.js"}}`, "node.js": `throw 1`,
			"browser.js": `exports.a = JSON.stringify(require("fs")) + require("inner-x");`, "x.js": `module.exports = "x"`,
		}}, "{}x",
	},
	"imports of its own": {
		`import { a } from "p"; export const execute = () => ({ kind: a });`,
		map[string]pkg{"p": {"package.json": `{"exports": "./i.js", "imports": {"#dep": {"node": "./n.js", "default": "./d.js"}}}`, "i.js": `export { a } from "#dep";`, "d.js": `export const a = "d";`}}, "d",
	},
	"modules of Node.js": {
		`import { a } from "p"; import { inherits } from "node:util"; export const execute = () => ({ kind: a + inherits() });`,
		map[string]pkg{"p": {"package.json": `{}`, "index.js": `var util = require("util"); exports.a = util.inherits() + require("buffer").Buffer.from("x") + require("node:process").platform + require("process").inherits();`}},
		"inheritsbuffer of xnoneinheritsinherits",
	},
	"globals and the environment": {
		`import { a } from "p"; export const execute = () => ({ kind: a });`,
		map[string]pkg{"p": {"package.json": `{}`, "index.js": `exports.a = process.env.NODE_ENV + (global === globalThis);`}}, "productiontrue",
	},
	"a byte order mark, CRLF and a #! line": {
		`import { a } from "p"; export const execute = () => ({ kind: a });`,
		map[string]pkg{"p": {"package.json": "\ufeff{\"main\": \"./a.js\"}\r\n", "a.js": "\ufeff'use strict';\r\nvar b = require('./b');\r\nexports.a = b;\r\n", "b.js": "#!/usr/bin/env node\nmodule.exports = 'b'"}}, "b",
	},
	"JSON": {
		`import { version } from "p/package.json"; import p from "p"; export const execute = () => ({ kind: version + p.version });`,
		map[string]pkg{"p": {"package.json": `{"version": "7", "main": "package.json"}`}}, "77",
	},
	"what is missing and not needed": {
		`import p from "p"; export const execute = () => ({ kind: p() });`,
		map[string]pkg{"p": {"package.json": `{}`, "index.js": `
			var fast; try { fast = require("inner-native") } catch (e) { fast = e.code }
			function open() { return require("fs").open() }
			module.exports = function () { try { open() } catch (e) { return fast + e.message } };`}},
		"MODULE_NOT_FOUNDp@1.2.3 needs node:fs, which actions do not have",
	},
	"computed imports that throw": {
		`import p from "p"; export const execute = async () => ({ kind: await p("./x") });`,
		map[string]pkg{"p": {"package.json": `{}`, "index.js": "\r\n/*\u2028*/ module.exports = async function (name) { var s = ''; try { require(name) } catch (e) { s += e.code } try { require(`./${name}.js`) } catch (e) { s += e.code }\n" +
			"try { await import('./' + name) } catch (e) { s += e.code }; return s + (typeof require) };"}},
		"MODULE_NOT_FOUNDMODULE_NOT_FOUNDMODULE_NOT_FOUNDfunction",
	},
	"a choice of imports, one of them computed": {
		`import p from "p"; export const execute = () => ({ kind: p(true, "x") });`,
		map[string]pkg{"p": {"package.json": `{}`, "a.js": `module.exports = "a"`, "index.js": "module.exports = function (a, b) { try { return require(a ? './a' : `./${b}`) } catch (e) { return e.code } };"}},
		"MODULE_NOT_FOUND",
	},
	"a dynamic import": {
		`import { lazy } from "p"; export const execute = async () => ({ kind: await lazy() });`,
		map[string]pkg{"p": {"package.json": `{"module": "i.mjs"}`, "i.mjs": `export const lazy = async () => (await import("./l.mjs")).l + (await import("inner-none").catch((e) => e.code));`, "l.mjs": `export const l = "lazy";`}},
		"lazyMODULE_NOT_FOUND",
	},
	"modules in a circle": {
		`import { a } from "p"; export const execute = () => ({ kind: a() });`,
		map[string]pkg{
			"p":       {"package.json": `{}`, "index.js": `exports.name = "p"; var q = require("inner-q"); exports.a = function () { return q.b() };`, "needs": "inner-q"},
			"inner-q": {"package.json": `{}`, "index.js": `var p = require("p"); exports.b = function () { return "q of " + p.name };`, "needs": "p"},
		}, "q of p",
	},
	"a file that names a source map": {
		`import { a } from "p"; export const execute = () => ({ kind: a });`,
		map[string]pkg{"p": {"package.json": `{}`, "index.js": "exports.a = 'a';\n//# sourceMappingURL=file:///etc/passwd\n/*# sourceMappingURL=index.js.map */"}}, "a",
	},
	"code that only some platforms need": {
		`import { a } from "p"; export const execute = () => ({ kind: a });`,
		map[string]pkg{"p": {"package.json": `{}`, "index.js": `if (process.env.NODE_ENV !== "production") { module.exports = require("./dev.js") } else { module.exports = require("./prod.js") }`, "prod.js": `exports.a = "prod"`, "dev.js": `throw 1`}}, "prod",
	},
}

func TestPackages(t *testing.T) {
	t.Parallel()
	for name, test := range withPackages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := bundler.Build(with(files("action.js", test.action), test.packages))
			require.NoError(t, err)
			require.Empty(t, b.Warnings)
			require.Equal(t, test.want, run(t, b, `({ n: 2 })`)["kind"])
			require.NotContains(t, string(b.SourceMap), "passwd")
		})
	}
}

// TestPackagesAreBundledAsOften builds several times, and through the wire: the same bytes come out.
func TestPackagesAreBundledAsOften(t *testing.T) {
	t.Parallel()
	for name, test := range withPackages {
		src := with(files("action.js", test.action), test.packages)
		want, err := bundler.Build(src)
		require.NoError(t, err)
		for range 3 {
			got, err := bundler.Build(src)
			require.NoError(t, err)
			require.Equal(t, want, got, name)
		}
		if strings.Contains(string(want.Script), "inherits") {
			continue // the modules of a test do not travel
		}
		src.Packages.Builtin = nil
		want, err = bundler.Build(src)
		require.NoError(t, err, name)
		got, err := inProcess(nil).Build(t.Context(), "acme", src)
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
}

// TestModulesStartWhenTheyAreNeeded counts on it that a CommonJS module runs when it is required, and not before.
func TestModulesStartWhenTheyAreNeeded(t *testing.T) {
	t.Parallel()
	b, err := bundler.Build(with(files("action.js", `const p = require("p"); exports.execute = ({ n }) => ({ kind: n > 1 ? p.small : p.large() });`), map[string]pkg{
		"p": {"package.json": `{}`, "index.js": `exports.small = "small"; exports.large = () => require("./large").large;`, "large.js": `throw new Error("this is costly")`},
	}))
	require.NoError(t, err)
	require.Equal(t, "small", run(t, b, `({ n: 2 })`)["kind"])
}

func TestWhatIsNotUsedIsLeftOut(t *testing.T) {
	t.Parallel()
	p := pkg{"package.json": `{"module": "i.js", "sideEffects": false}`, "i.js": `export * from "./a.js"; export * from "./b.js";`, "a.js": `export const a = "AAA";`, "b.js": `export const b = "BBB"; console.log("B");`}
	b, err := bundler.Build(with(files("action.js", `import { a } from "p"; export const execute = () => ({ kind: a });`), map[string]pkg{"p": p}))
	require.NoError(t, err)
	require.Contains(t, string(b.Script), "AAA")
	require.NotContains(t, string(b.Script), "BBB")
}

func TestSourceMapNamesPackages(t *testing.T) {
	t.Parallel()
	b, err := bundler.Build(with(files("action.js", "import { a } from \"@x/p\";\nexport const execute = () => ({ kind: a() });"), map[string]pkg{
		"@x/p": {"package.json": `{}`, "lib/index.js": "// a text that is long\nexports.a = () => 'a';", "index.js": `module.exports = require("./lib")`},
	}))
	require.NoError(t, err)
	require.Contains(t, string(b.SourceMap), `"npm:@x/p@1.2.3/lib/index.js"`)
	require.Contains(t, string(b.SourceMap), `"action.js"`)
	require.Contains(t, string(b.SourceMap), `export const execute`)
	require.NotContains(t, string(b.SourceMap), "a text that is long")
}

func TestPackagesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	const use = `import p from "p"; export const execute = () => p;`
	deep := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	for name, test := range map[string]struct {
		action   string
		packages map[string]pkg
		want     string // part of the text and hint
		file     string
		warning  bool
	}{
		"a package that is not declared":      {`import "axios/lib/x.js";`, nil, `The package "axios" is not declared declare it: dependencies {"axios": "^1"}`, "action.js", false},
		"a part that is not exported":         {`import "p/secret.js";`, map[string]pkg{"p": {"package.json": `{"exports": "./i.js"}`, "i.js": "", "secret.js": ""}}, `p@1.2.3 has nothing that "p/secret.js"`, "action.js", false},
		"a package of a package":              {`import "inner-a";`, map[string]pkg{"inner-a": {"package.json": `{}`, "index.js": ""}}, `"inner-a" is not declared`, "action.js", false},
		"a package that is misspelt":          {`import x from "axois"; x();`, map[string]pkg{"axios": {"package.json": `{}`, "index.js": ""}}, `The package "axois" is not declared Is "axios" meant, which is declared?`, "action.js", false},
		"a package in another case":           {`import x from "Axios"; x();`, map[string]pkg{"axios": {"package.json": `{}`, "index.js": ""}}, `Is "axios" meant, which is declared?`, "action.js", false},
		"a package with a letter more":        {`import x from "axioss/x"; x();`, map[string]pkg{"axios": {"package.json": `{}`, "index.js": ""}}, `Is "axios" meant, which is declared?`, "action.js", false},
		"a package with another letter":       {`import x from "axius"; x();`, map[string]pkg{"axios": {"package.json": `{}`, "index.js": ""}}, `Is "axios" meant, which is declared?`, "action.js", false},
		"a package that is named otherwise":   {`import x from "axe"; x();`, map[string]pkg{"axios": {"package.json": `{}`, "index.js": ""}}, `declare it: dependencies {"axe": "^1"}`, "action.js", false},
		"an export that is not there":         {"\n" + `import { nope } from "p"; nope();`, map[string]pkg{"p": {"package.json": `{"module": "i.js"}`, "i.js": "export const yes = 1;"}}, `for import "nope" Its documentation says`, "action.js", false},
		"an import of a stylesheet":           {`// "p"` + "\n" + `import p from 'p/x.mjs'; p();`, map[string]pkg{"p": {"package.json": `{}`, "x.mjs": "import './a.css'; export default 1;"}}, `p@1.2.3 needs "./a.css", which is not there The error is at x.mjs:1:8 of p@1.2.3`, "action.js", false},
		"sockets":                             {`import "node:net";`, nil, "needs node:net, which actions do not have", "action.js", false},
		"sockets in a package":                {use, map[string]pkg{"p": {"package.json": `{}`, "index.js": `module.exports = require("inner-q/b.mjs")`, "needs": "inner-q"}, "inner-q": {"package.json": `{}`, "b.mjs": `import net from "net"; export default net;`}}, "inner-q@1.2.3 needs node:net, which actions do not have The error is at b.mjs:1:17 of inner-q@1.2.3, which comes in by p@1.2.3 → inner-q@1.2.3.", "action.js", false},
		"an import that is not there":         {use, map[string]pkg{"p": {"package.json": `{"module": "i.js"}`, "i.js": `import x from "inner-none"; export default x;`}}, `p@1.2.3 needs "inner-none", which is not there`, "action.js", false},
		"exports that lead out":               {use, map[string]pkg{"p": {"package.json": `{"exports": "./../../etc/passwd"}`}}, `p@1.2.3 has nothing`, "action.js", false},
		"a pattern that leads out":            {`import "p/../../../etc/passwd";`, map[string]pkg{"p": {"package.json": `{"exports": {"./*": "./lib/*"}}`}}, `p@1.2.3 has nothing`, "action.js", false},
		"an absolute main":                    {use, map[string]pkg{"p": {"package.json": `{"main": "/etc/passwd"}`}}, `p@1.2.3 has nothing`, "action.js", false},
		"a main that leads out":               {use, map[string]pkg{"p": {"package.json": `{"main": "../../../etc/passwd"}`}}, `p@1.2.3 has nothing`, "action.js", false},
		"a browser map that leads out":        {use, map[string]pkg{"p": {"package.json": `{"module": "a.js", "browser": {"x": "../../../etc/passwd"}}`, "a.js": `import "x"; export default 1;`}}, `p@1.2.3 needs "x", which is not there`, "action.js", false},
		"imports that lead out":               {use, map[string]pkg{"p": {"package.json": `{"module": "a.js", "imports": {"#x": "./../../../etc/passwd"}}`, "a.js": `import "#x"; export default 1;`}}, `p@1.2.3 needs "#x", which is not there`, "action.js", false},
		"an import of an absolute path":       {use, map[string]pkg{"p": {"package.json": `{"module": "a.js"}`, "a.js": `import "/etc/passwd"; export default 1;`}}, `p@1.2.3 needs "/etc/passwd", which is not there`, "action.js", false},
		"an import of an address":             {use, map[string]pkg{"p": {"package.json": `{"module": "a.js"}`, "a.js": `import "https://example.com/x.js"; export default 1;`}}, `p@1.2.3 needs "https://example.com/x.js"`, "action.js", false},
		"imports in a circle":                 {use, map[string]pkg{"p": {"package.json": `{"module": "a.js", "imports": {"#x": "#y", "#y": "#x"}}`, "a.js": `import "#x"; export default 1;`}}, `p@1.2.3 needs "#x"`, "action.js", false},
		"a file that is nested too deep":      {use, map[string]pkg{"p": {"package.json": `{}`, "index.js": "\nmodule.exports = " + deep}}, "p@1.2.3 cannot be used: index.js: ", "action.js", false},
		"data that is nested too deep":        {use, map[string]pkg{"p": {"package.json": `{"main": "a.json"}`, "a.json": deep}}, "p@1.2.3 cannot be used: a.json: ", "action.js", false},
		"a file that cannot be parsed":        {use, map[string]pkg{"p": {"package.json": `{}`, "index.js": "module.exports = ;"}}, "Unexpected", "action.js", false},
		"a require written with escapes":      {use, map[string]pkg{"p": {"package.json": `{}`, "index.js": "module.exports = (x) => requ\\u0069re(`../${x}`)"}}, "p@1.2.3 cannot be used: index.js: require() needs the path", "action.js", false},
		"an import of what is deferred":       {use, map[string]pkg{"p": {"package.json": `{}`, "index.js": "module.exports = (x) => import.defer(`../${x}`)"}}, "p@1.2.3 cannot be used: index.js: ", "action.js", false},
		"a dependency that is never imported": {`export const execute = 1;`, map[string]pkg{"p": {"package.json": `{}`}}, `The dependency "p" is declared and never imported`, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := with(files("action.js", test.action), test.packages)
			src.Packages.Builtin = func(string) (string, bool) { return "", false }
			_, err := bundler.Build(src)
			if test.warning {
				require.NoError(t, err)
				b, err := inProcess(nil).Build(t.Context(), "acme", src)
				require.NoError(t, err)
				require.Contains(t, b.Warnings[0].Text, test.want)
				return
			}
			var broken, remote *bundler.BuildError
			require.ErrorAs(t, err, &broken)
			d := broken.Diagnostics[0]
			require.Contains(t, d.Text+" "+d.Hint, test.want)
			require.Equal(t, test.file, d.File)
			require.NotZero(t, d.Line)
			if strings.Contains(name, "sockets in") {
				return // the modules of a test do not travel
			}
			_, err = inProcess(nil).Build(t.Context(), "acme", src)
			require.ErrorAs(t, err, &remote)
			require.Equal(t, broken, remote)
		})
	}
}

func TestPackagesTooLargeForTheWire(t *testing.T) {
	t.Parallel()
	src := with(files("action.js", `import "p";`), map[string]pkg{
		"p":       {"package.json": `{}`, "index.d.ts": strings.Repeat(" ", bundler.MaxPackagesSize), "index.js": ""},
		"inner-q": {"package.json": `{}`, "index.js": "1"},
	})
	_, err := inProcess(nil).Build(t.Context(), "acme", src)
	require.NoError(t, err, "declarations do not count")
	src.Packages.ByKey["inner-q@1.2.3"].Files["large.js"] = []byte(strings.Repeat(" ", bundler.MaxPackagesSize))
	_, err = inProcess(nil).Build(t.Context(), "acme", src)
	var broken *bundler.BuildError
	require.ErrorAs(t, err, &broken)
	require.Contains(t, show(broken.Diagnostics), "The largest is inner-q@1.2.3 with 26.0 of 26.0 MB")
}

func TestLocksThatLeadNowhere(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*bundler.Packages){
		"a package that is not there": func(p *bundler.Packages) { delete(p.ByKey, "p@1.2.3") },
		"a root that is not there":    func(p *bundler.Packages) { p.Lock.Root["x"] = "x@1.0.0" },
		"a module's need that is not there": func(p *bundler.Packages) {
			p.Lock.Modules = map[string]bundler.Module{"durward:a@1.0.0": {Entry: "index.ts", Dependencies: map[string]string{"x": "x@1.0.0"}}}
		},
		"a need that is not there": func(p *bundler.Packages) { p.Lock.Packages["p@1.2.3"].Dependencies["x"] = "x@1.0.0" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := with(files("action.js", `import "p";`), map[string]pkg{"p": {"package.json": `{}`, "index.js": ""}})
			change(src.Packages)
			_, err := bundler.Build(src)
			require.ErrorContains(t, err, "the lock")
			_, err = inProcess(nil).Build(t.Context(), "acme", src)
			require.ErrorContains(t, err, "the lock")
		})
	}
}

// FuzzPackageJSON builds with any package.json: whatever it says, nothing outside of the package is found.
func FuzzPackageJSON(f *testing.F) {
	for _, test := range withPackages {
		for _, name := range slices.Sorted(maps.Keys(test.packages)) {
			f.Add(test.packages[name]["package.json"])
		}
	}
	f.Add(`{"exports": {"./*": ["../*", {"default": "./a.js"}]}, "browser": {"./a.js": "./a.js"}, "imports": {"#a": "p/#a"}}`)
	f.Fuzz(func(t *testing.T, about string) {
		if len(about) > 1000 {
			return
		}
		src := with(files("action.js", `import * as p from "p"; import "p/a.js"; export const execute = () => p;`), map[string]pkg{
			"p": {"package.json": about, "a.js": `import "#a"; export * from "p"; export default require("./a");`},
		})
		_, err := bundler.Build(src)
		var broken *bundler.BuildError
		require.True(t, err == nil || errors.As(err, &broken), fmt.Sprint(err))
	})
}

// FuzzDecodeSource reads any payload.
func FuzzDecodeSource(f *testing.F) {
	src := with(files("action.js", `import "p";`), map[string]pkg{"p": {"package.json": `{}`, "index.js": "1"}})
	_, err := bundler.Remote{Run: sender(func(payload []byte) { f.Add(payload) })}.Build(f.Context(), "acme", src)
	require.Error(f, err)
	src = sharing(src, map[string]string{"a@1.0.0/index.ts": `import "durward:b";`, "a@1.0.0/needs": "durward:b@1.0.0", "b@1.0.0/index.ts": ""})
	_, err = bundler.Remote{Run: sender(func(payload []byte) { f.Add(payload) })}.Build(f.Context(), "acme", src)
	require.Error(f, err)
	f.Add([]byte(`{"files":{},"entry":""}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		if src, err := bundler.DecodeSource(payload); err == nil && len(payload) < 2000 && len(src.Files) > 0 {
			_, _ = bundler.Build(src)
		}
	})
}

// sender is a process that hands payloads on and never answers.
func sender(seen func([]byte)) func(context.Context, string, string, []byte) ([]byte, error) {
	return func(_ context.Context, _, _ string, payload []byte) ([]byte, error) {
		seen(payload)
		return nil, errors.New("no answer")
	}
}

func TestShadowedGlobals(t *testing.T) {
	t.Parallel()
	b, err := bundler.Build(files("action.js", "const fetch = 1;\nconst URL = globalThis.URL;\nexport async function crypto() {}\nexport function execute() {\n  const Map = fetch;\n  return { kind: Map, URL };\n}\n"))
	require.NoError(t, err)
	require.Equal(t, `action.js:1:7: warning: fetch hides the global of this name in the whole file
  const fetch = 1;
        ^^^^^
  hint: Choose another name, unless that is what you want.
action.js:3:23: warning: crypto hides the global of this name in the whole file
  export async function crypto() {}
                        ^^^^^^
  hint: Choose another name, unless that is what you want.
`, show(b.Warnings))
}

// BenchmarkBuildPackage bundles a CommonJS package of 500 KB.
func BenchmarkBuildPackage(b *testing.B) {
	var text strings.Builder
	for i := 0; text.Len() < 500<<10; i++ {
		fmt.Fprintf(&text, "function f%d(a, b) { if (a === b) { return { sum: a + b, text: \"f%d\" } } return [a, b].map(function (n) { return n * %d }) }\nexports.f%d = f%d;\n", i, i, i, i, i)
	}
	src := with(files("action.js", `import { f1 } from "p"; export const execute = () => f1(1, 2);`), map[string]pkg{"p": {"package.json": `{}`, "index.js": text.String()}})
	for b.Loop() {
		_, err := inProcess(nil).Build(b.Context(), "acme", src)
		require.NoError(b, err)
	}
}
