package npm_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/npm"
)

// treeOf makes the tree of packages whose files are given by "name@version/path". A package needs those that are listed in its file "needs", and the action declares those in declared.
func treeOf(declared string, files map[string]string) *npm.Tree {
	lock := &npm.Lock{Root: map[string]string{}, Packages: map[string]npm.Locked{}}
	packages := map[string]*npm.Package{}
	needs := func(list string) map[string]string {
		names := map[string]string{}
		for key := range strings.FieldsSeq(list) {
			names[key[:strings.LastIndexByte(key, '@')]] = key
		}
		return names
	}
	lock.Root = needs(declared)
	for name, text := range files {
		key, file := npm.Split(name)
		if packages[key] == nil {
			packages[key] = &npm.Package{Files: map[string][]byte{}}
		}
		at := strings.LastIndexByte(key, '@')
		locked := lock.Packages[key]
		locked.Name, locked.Version = key[:at], key[at+1:]
		if file == "needs" {
			locked.Dependencies = needs(text)
		} else {
			packages[key].Files[file] = []byte(text)
		}
		lock.Packages[key] = locked
	}
	return npm.NewTree(lock, packages)
}

func TestDeclarations(t *testing.T) {
	t.Parallel()
	const stub = "node_modules/@types/node/index.d.ts node_modules/@types/node/package.json"
	for name, test := range map[string]struct {
		declared string
		files    map[string]string
		want     string // paths
		types    string // of the declared packages
	}{
		"nothing": {"", nil, "", ""},
		"an entry, and what it refers to": {
			"a@1.0.0", map[string]string{
				"a@1.0.0/package.json": `{"types":"index.d.ts","exports":{".":{"types":"./index.d.ts"}}}`, "a@1.0.0/index.d.ts": `export * from "./lib/b.js"; import c = require("./c"); /// <reference path="in/text.d.ts" />`,
				"a@1.0.0/lib/b.d.ts": `/// <reference path="d.d.ts" />`, "a@1.0.0/lib/d.d.ts": "", "a@1.0.0/c/index.d.ts": "", "a@1.0.0/unused.d.ts": "", "a@1.0.0/index.js": "",
			}, "node_modules/a/c/index.d.ts node_modules/a/index.d.ts node_modules/a/lib/b.d.ts node_modules/a/lib/d.d.ts node_modules/a/package.json", "own",
		},
		"exports that lead out, and to itself": {
			"a@1.0.0", map[string]string{
				"a@1.0.0/package.json": `{"exports":{"./w":{"types":"./../../../etc/passwd.d.ts"},"./x":"../b/index.d.ts","./y":["./y.d.ts"],"./z":{"types":"#z"}},"imports":{"#z":"#z"}}`, "a@1.0.0/y.d.ts": `import "#z"; import "../../../etc/x"; export * from "./y"; export * from "a/y";`,
			}, "node_modules/a/package.json node_modules/a/y.d.ts", "own",
		},
		"no types":         {"a@1.0.0", map[string]string{"a@1.0.0/package.json": `{"types":"gone.d.ts"}`, "a@1.0.0/index.js": ""}, "node_modules/a/index.d.ts node_modules/a/package.json", "none"},
		"a broken package": {"a@1.0.0", map[string]string{"a@1.0.0/package.json": `{{`, "a@1.0.0/index.d.ts": ""}, "node_modules/a/index.d.ts node_modules/a/package.json", "own"},
		"types of @types": {
			"a@1.0.0 @types/a@2.0.0", map[string]string{"a@1.0.0/index.js": "", "a@1.0.0/package.json": "{}", "@types/a@2.0.0/index.d.ts": "", "@types/a@2.0.0/package.json": "{}"},
			"node_modules/@types/a/index.d.ts node_modules/@types/a/package.json", "declared",
		},
		"a package of the same name, nearer": {
			"a@1.0.0 b@1.0.0", map[string]string{
				"a@1.0.0/package.json": "{}", "a@1.0.0/index.d.ts": `import "b"; import "c";`, "a@1.0.0/needs": "b@2.0.0 c@1.0.0", "b@1.0.0/package.json": "{}", "b@1.0.0/index.d.ts": "",
				"b@2.0.0/package.json": "{}", "b@2.0.0/index.d.ts": "", "c@1.0.0/package.json": "{}", "c@1.0.0/index.d.ts": "",
			}, "node_modules/a/index.d.ts node_modules/a/node_modules/b/index.d.ts node_modules/a/node_modules/b/package.json node_modules/a/package.json " +
				"node_modules/b/index.d.ts node_modules/b/package.json node_modules/c/index.d.ts node_modules/c/package.json", "own own",
		},
		"packages in a circle": {
			"a@1.0.0", map[string]string{
				"a@1.0.0/package.json": "{}", "a@1.0.0/index.d.ts": `import "b";`, "a@1.0.0/needs": "b@1.0.0", "b@1.0.0/package.json": "{}", "b@1.0.0/index.d.ts": `import "a";`, "b@1.0.0/needs": "a@1.0.0",
			}, "node_modules/a/index.d.ts node_modules/a/package.json node_modules/b/index.d.ts node_modules/b/package.json", "own",
		},
		"types of Node.js": {
			"@types/node@22.0.0 a@1.0.0", map[string]string{"@types/node@22.0.0/index.d.ts": "declare var window: any;", "@types/node@22.0.0/package.json": "{}", "a@1.0.0/index.d.ts": `/// <reference types="node" />`, "a@1.0.0/package.json": "{}"},
			"node_modules/a/index.d.ts node_modules/a/package.json", "own",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := treeOf(test.declared, test.files).Declarations()
			want := test.want
			if want != "" {
				want += " " + stub
			}
			require.ElementsMatch(t, strings.Fields(want), slices.Sorted(maps.Keys(got.Files)))
			require.True(t, got.Complete)
			var types []string
			for _, p := range got.Packages {
				types = append(types, string(p.Types))
			}
			require.Equal(t, test.types, strings.Join(types, " "))
			require.NotContains(t, got.Files["node_modules/@types/node/index.d.ts"], "window")
		})
	}
}

// Versions that need each other in turns could be put into folders without end.
func TestDeclarationsAreBounded(t *testing.T) {
	t.Parallel()
	got := treeOf("a@1.0.0 b@1.0.0", map[string]string{
		"a@1.0.0/package.json": "{}", "a@1.0.0/index.d.ts": `import "b";`, "a@1.0.0/needs": "b@2.0.0", "b@1.0.0/package.json": "{}", "b@1.0.0/index.d.ts": "",
		"b@2.0.0/package.json": "{}", "b@2.0.0/index.d.ts": `import "a";`, "b@2.0.0/needs": "a@2.0.0", "a@2.0.0/package.json": "{}", "a@2.0.0/index.d.ts": `import "b";`, "a@2.0.0/needs": "b@3.0.0",
		"b@3.0.0/package.json": "{}", "b@3.0.0/index.d.ts": `import "a";`, "b@3.0.0/needs": "a@3.0.0", "a@3.0.0/package.json": "{}", "a@3.0.0/index.d.ts": `import "b";`, "a@3.0.0/needs": "b@4.0.0",
		"b@4.0.0/package.json": "{}", "b@4.0.0/index.d.ts": `import "a";`, "b@4.0.0/needs": "a@4.0.0", "a@4.0.0/package.json": "{}", "a@4.0.0/index.d.ts": "",
	}).Declarations()
	require.False(t, got.Complete)
	deepest := 0
	for file := range got.Files {
		deepest = max(deepest, strings.Count(file, "node_modules/"))
	}
	require.Equal(t, 5, deepest)

	many := map[string]string{"a@1.0.0/package.json": "{}", "a@1.0.0/index.d.ts": ""}
	for i := range npm.MaxDeclarations + 1 {
		many["a@1.0.0/"+strings.Repeat("x", i%100)+strings.Repeat("y/", i/100%8)+strings.Repeat("z", i/800)+".d.ts"] = ""
	}
	got = treeOf("a@1.0.0", many).Declarations()
	require.False(t, got.Complete)
	require.LessOrEqual(t, len(got.Files), npm.MaxDeclarations)
	got = treeOf("a@1.0.0", map[string]string{"a@1.0.0/package.json": "{}", "a@1.0.0/index.d.ts": strings.Repeat(" ", npm.MaxDeclarationSize)}).Declarations()
	require.False(t, got.Complete)
	require.NotContains(t, got.Files, "node_modules/a/index.d.ts")
}
