package bundler_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
)

// sharing adds shared modules to a source: their files by "name@version/path", the entry of each being the index. A file "needs" of a module names what it declares, as "crm@1.0.0" or a package's
// key; a module that is not needed by another one is declared by the action.
func sharing(src bundler.Source, modules map[string]string) bundler.Source {
	if src.Packages == nil {
		src.Packages = &bundler.Packages{Lock: bundler.NewLock()}
	}
	lock := src.Packages.Lock
	lock.Modules = map[string]bundler.Module{}
	inner := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		key, file, _ := strings.Cut(name, "/")
		key = bundler.ModulePrefix + key
		m := lock.Modules[key]
		if file == "needs" {
			m.Dependencies = map[string]string{}
			for need := range strings.FieldsSeq(modules[name]) {
				m.Dependencies[need[:strings.LastIndexByte(need, '@')]] = need
				inner[need] = true
			}
		} else {
			if strings.HasPrefix(file, "index.") {
				m.Entry = file
			}
			src.Files[key+"/"+file] = modules[name]
		}
		lock.Modules[key] = m
	}
	for key := range lock.Modules {
		if !inner[key] {
			lock.Root[key[:strings.LastIndexByte(key, '@')]] = key
		}
	}
	return src
}

func TestSharedModules(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		action  string
		modules map[string]string
		want    string
	}{
		"an import": {
			`import { twice } from "durward:math"; export const execute = ({ n }) => ({ kind: "n" + twice(n) });`,
			map[string]string{"math@1.0.0/index.ts": `export const twice = (n: number): number => n * 2;`}, "n4",
		},
		"the name that Auth0 gives it, required": {
			`const { twice } = require("actions:math"); exports.execute = ({ n }) => ({ kind: "n" + twice(n) });`,
			map[string]string{"math@1.0.0/index.js": `module.exports = { twice: (n) => n * 2 };`}, "n4",
		},
		"a CommonJS module that is imported": {
			`import math from "actions:math"; import { twice } from "durward:math"; export const execute = ({ n }) => ({ kind: "n" + twice(math.twice(n)) });`,
			map[string]string{"math@1.0.0/index.js": `exports.twice = (n) => n * 2;`}, "n8",
		},
		"an ES module that is required": {
			`const math = require("durward:math"); exports.execute = ({ n }) => ({ kind: "n" + math.twice(n) });`,
			map[string]string{"math@1.0.0/index.ts": `export const twice = (n: number) => n * 2;`}, "n4",
		},
		"several files, and a module of a module": {
			`import { greet } from "durward:greet"; import { version } from "durward:text"; export const execute = () => ({ kind: greet() + version });`,
			map[string]string{
				"greet@1.0.0/index.ts":    `import { shout } from "durward:text"; import { name } from "./lib/name"; export const greet = () => shout(name());`,
				"greet@1.0.0/lib/name.ts": `import data from "../data.json"; export const name = () => data.name;`, "greet@1.0.0/data.json": `{"name": "ada"}`,
				"greet@1.0.0/needs":   "durward:text@1.0.0",
				"text@1.0.0/index.ts": `export const shout = (s: string) => s.toUpperCase();`,
				"text@2.0.0/index.ts": `export const version = 2; export const shout = (s: string) => s;`,
			}, "ADA2",
		},
		"files of the same name": {
			`import { a } from "durward:a"; import { b } from "./lib/b"; export const execute = () => ({ kind: a + b });`,
			map[string]string{"a@1.0.0/index.ts": `export { b as a } from "./lib/b";`, "a@1.0.0/lib/b.ts": `export const b = "theirs";`}, "theirsours",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := sharing(files("action.js", test.action, "lib/b.ts", `export const b = "ours";`), test.modules)
			b, err := bundler.Build(src)
			require.NoError(t, err)
			require.Empty(t, b.Warnings)
			require.Equal(t, test.want, run(t, b, `({ n: 2 })`)["kind"])
			remote, err := inProcess(nil).Build(t.Context(), "acme", src)
			require.NoError(t, err)
			require.Equal(t, b, remote)
		})
	}
}

func TestSharedModulesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	const use = `import { a } from "durward:a"; export const execute = () => a;`
	for name, test := range map[string]struct {
		action  string
		modules map[string]string
		want    string // the diagnostic
	}{
		"one that is not declared": {`import "durward:crm";`, nil, `action.js:1:8: error: The shared module "durward:crm" is not declared
  import "durward:crm";
         ^^^^^^^^^^^^^
  hint: declare it: dependencies {"durward:crm": "^1"}
`},
		"one of a module that the action does not declare": {`import "actions:b";`, map[string]string{"a@1.0.0/index.ts": "", "a@1.0.0/needs": "durward:b@1.0.0", "b@1.0.0/index.ts": ""}, `action.js:1:8: error: The shared module "durward:b" is not declared
  import "actions:b";
         ^^^^^^^^^^^
  hint: declare it: dependencies {"durward:b": "^1"}
`},
		"one that the module does not declare": {use, map[string]string{"a@1.0.0/index.ts": `export { b as a } from "durward:b";`, "b@1.0.0/index.ts": "export const b = 1;"}, `durward:a@1.0.0/index.ts:1:24: error: The shared module "durward:b" is not declared
  export { b as a } from "durward:b";
                         ^^^^^^^^^^^
  hint: declare it: dependencies {"durward:b": "^1"}
`},
		"a part of one": {`import "durward:a/lib/b";`, map[string]string{"a@1.0.0/index.ts": ""}, `action.js:1:8: error: "durward:a/lib/b" is not a shared module
  import "durward:a/lib/b";
         ^^^^^^^^^^^^^^^^^
  hint: A module is imported as a whole, by its name: import … from "durward:NAME".
`},
		"a version of one": {`import "durward:a@1.0.0";`, map[string]string{"a@1.0.0/index.ts": ""}, `action.js:1:8: error: "durward:a@1.0.0" is not a shared module
  import "durward:a@1.0.0";
         ^^^^^^^^^^^^^^^^^
  hint: A module is imported as a whole, by its name: import … from "durward:NAME".
`},
		"one as JSON": {`import "durward:a" with { type: "json" };`, map[string]string{"a@1.0.0/index.ts": ""}, `action.js:1:8: error: "durward:a" is not JSON
  import "durward:a" with { type: "json" };
         ^^^^^^^^^^^
  hint: Leave the import attribute out.
`},
		"what it does not export": {`import { b } from "durward:a"; export const execute = () => b;`, map[string]string{"a@1.0.0/index.ts": "export const a = 1;"}, `action.js:1:10: error: No matching export in "durward:a@1.0.0/index.ts" for import "b"
  import { b } from "durward:a"; export const execute = () => b;
           ^
`},
		"a mistake in it": {use, map[string]string{"a@1.0.0/index.ts": "\n\nexport const a = ;"}, `durward:a@1.0.0/index.ts:3:18: error: Unexpected ";"
  export const a = ;
                   ^
`},
		"a way out of it": {use, map[string]string{"a@1.0.0/index.ts": `import "../b@1.0.0/index"; export const a = 1;`, "b@1.0.0/index.ts": ""}, `durward:a@1.0.0/index.ts:1:8: error: "../b@1.0.0/index" leads out of the action's files
  import "../b@1.0.0/index"; export const a = 1;
         ^^^^^^^^^^^^^^^^^^
  hint: Import one of the action's own files.
`},
		"the action's files": {use, map[string]string{"a@1.0.0/index.ts": `import "./action.js"; export const a = 1;`}, `durward:a@1.0.0/index.ts:1:8: error: There is no file "action.js"
  import "./action.js"; export const a = 1;
         ^^^^^^^^^^^^^
  hint: The path is relative to the importing file.
`},
		"a package that only the action declares": {`import "p"; ` + use, map[string]string{"a@1.0.0/index.ts": `import "p"; export const a = 1;`}, `durward:a@1.0.0/index.ts:1:8: error: The package "p" is not declared
  import "p"; export const a = 1;
         ^^^
  hint: declare it: dependencies {"p": "^1"}
`},
		"nesting in it": {use, map[string]string{"a@1.0.0/index.ts": "export const a = " + strings.Repeat("[", 201) + strings.Repeat("]", 201)}, `durward:a@1.0.0/index.ts:1:218: error: Brackets are nested too deeply`},
		"a computed import in it": {use, map[string]string{"a@1.0.0/index.ts": "export const a = (n) => require(`./${n}`);"}, `durward:a@1.0.0/index.ts:1:25: error: require() needs the path of a file of the action as a string literal
  export const a = (n) => require(` + "`./${n}`" + `);
                          ^^^^^^^
  hint: Write the path out: require("./file").
`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := sharing(with(files("action.js", test.action), map[string]pkg{"p": {"package.json": `{}`, "index.js": ""}}), test.modules)
			var broken, remote *bundler.BuildError
			_, err := bundler.Build(src)
			require.ErrorAs(t, err, &broken)
			require.Contains(t, show(broken.Diagnostics[:1]), test.want)
			_, err = inProcess(nil).Build(t.Context(), "acme", src)
			require.ErrorAs(t, err, &remote)
			require.Equal(t, broken.Diagnostics[0], remote.Diagnostics[0])
		})
	}
}

// TestModulesHavePackagesOfTheirOwn gives the action and a module different versions of one package.
func TestModulesHavePackagesOfTheirOwn(t *testing.T) {
	t.Parallel()
	src := with(files("action.js", `import v from "v"; import { of } from "durward:a"; export const execute = () => ({ kind: v + of });`), map[string]pkg{
		"v": {"package.json": `{}`, "index.js": `module.exports = "new"`},
	})
	src.Packages.Lock.Packages["v@1.0.0"] = npm.Locked{Name: "v", Version: "1.0.0", Integrity: "sha512-old"}
	src.Packages.ByKey["v@1.0.0"] = &npm.Package{Files: map[string][]byte{"index.js": []byte(`module.exports = "old"`)}}
	src = sharing(src, map[string]string{"a@1.0.0/index.ts": `import v from "v"; export const of = v as string;`, "a@1.0.0/needs": "v@1.0.0"})
	b, err := inProcess(nil).Build(t.Context(), "acme", src)
	require.NoError(t, err)
	require.Equal(t, "newold", run(t, b, `({})`)["kind"])
	require.Contains(t, string(b.SourceMap), `"durward:a@1.0.0/index.ts"`)
	require.Contains(t, string(b.SourceMap), `export const of`, "for the text of its lines")
}

// TestModulesAreWarnedOfAlone leaves warnings about a module to its author.
func TestModulesAreWarnedOfAlone(t *testing.T) {
	t.Parallel()
	const text = "export const fetch = 1; export const nothing = fetch === NaN;"
	own, err := bundler.Build(files("index.ts", text))
	require.NoError(t, err)
	require.Len(t, own.Warnings, 2)
	b, err := bundler.Build(sharing(files("action.ts", `import type { T } from "actions:b"; export const execute = () => 1;`), map[string]string{"a@1.0.0/index.ts": text, "b@1.0.0/index.ts": ""}))
	require.NoError(t, err)
	require.Equal(t, "warning: The dependency \"durward:a\" is declared and never imported\n  hint: Take it out of the dependencies.\n", show(b.Warnings))
}

// TestStrayFilesOfModules refuses files that no module of the lock has.
func TestStrayFilesOfModules(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"durward:a@1.0.0/index.ts", "durward:/index.ts", "durward:a@1.0.0", "durward:a@1.0.0/../x.ts"} {
		_, err := bundler.Build(files("action.ts", "export const execute = 1;", name, ""))
		var broken *bundler.BuildError
		require.True(t, errors.As(err, &broken), name)
	}
}

// TestIncludeKeepsMeanings puts locks of random packages together: what each name means, as deep as one follows, is what it meant before.
func TestIncludeKeepsMeanings(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		whole := bundler.NewLock()
		locks := map[string]*bundler.Lock{}
		for n := range 1 + random.IntN(4) {
			name := fmt.Sprintf("durward:m%d", n)
			own := randomLock(random)
			if n > 0 && random.IntN(2) == 0 { // over a module that is included, too
				other := fmt.Sprintf("durward:m%d", random.IntN(n))
				own.Include(other, other+"@1.0.0", bundler.Module{Entry: "index.ts"}, locks[other])
			}
			locks[name] = own
			whole.Include(name, name+"@1.0.0", bundler.Module{Entry: "index.ts"}, own)
		}
		again := bundler.NewLock()
		require.NoError(t, json.Unmarshal(whole.Encode(), again))
		require.Equal(t, string(whole.Encode()), string(again.Encode()))
		for name, own := range locks {
			key := whole.Root[name]
			require.Equal(t, name+"@1.0.0", key)
			requireSame(t, own, whole, own.Root, whole.Modules[key].Dependencies, map[string]bool{})
		}
	}
}

// randomLock is one of few names, versions and contents, so that two of them often disagree.
func randomLock(random *rand.Rand) *bundler.Lock {
	l := bundler.NewLock()
	var keys []string
	for _, name := range []string{"a", "b", "c", "d"}[:1+random.IntN(4)] {
		key := fmt.Sprintf("%s@%d.0.0", name, random.IntN(2))
		keys = append(keys, key)
		l.Packages[key] = npm.Locked{Name: name, Version: key[2:], Integrity: fmt.Sprint("sha512-", random.IntN(2), key), Dependencies: map[string]string{}}
	}
	for _, key := range keys {
		for range random.IntN(3) { // circles included
			need := keys[random.IntN(len(keys))]
			l.Packages[key].Dependencies[need[:1]] = need
		}
		if random.IntN(2) == 0 {
			l.Root[key[:1]] = key
		}
	}
	return l
}

func requireSame(t *testing.T, one, other *bundler.Lock, names, others map[string]string, seen map[string]bool) {
	t.Helper()
	require.Equal(t, slices.Sorted(maps.Keys(names)), slices.Sorted(maps.Keys(others)))
	for name, key := range names {
		if seen[key+" "+others[name]] {
			continue
		}
		seen[key+" "+others[name]] = true
		if m, ok := one.Modules[key]; ok {
			require.Contains(t, other.Modules, others[name])
			requireSame(t, one, other, m.Dependencies, other.Modules[others[name]].Dependencies, seen)
			continue
		}
		require.Equal(t, one.Packages[key].Integrity, other.Packages[others[name]].Integrity)
		requireSame(t, one, other, one.Packages[key].Dependencies, other.Packages[others[name]].Dependencies, seen)
	}
}
