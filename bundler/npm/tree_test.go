package npm_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/npm"
)

// tree is one of a package "p", which needs "q"; both are what package.json says, with the files that are named.
func tree(about string, files ...string) *npm.Tree {
	p := &npm.Package{Files: map[string][]byte{"package.json": []byte(about)}}
	for _, name := range files {
		p.Files[name] = []byte("{}")
	}
	q := &npm.Package{Files: map[string][]byte{"package.json": []byte(`{}`), "index.js": nil, "sub/index.js": nil}}
	lock := &npm.Lock{
		Root: declared,
		Packages: map[string]npm.Locked{
			"p@1.0.0": {Name: "p", Version: "1.0.0", Dependencies: map[string]string{"q": "q@2.0.0"}},
			"q@2.0.0": {Name: "q", Version: "2.0.0"},
		},
	}
	return npm.NewTree(lock, map[string]*npm.Package{"p@1.0.0": p, "q@2.0.0": q})
}

var declared = map[string]string{"p": "p@1.0.0"}

func isBuiltin(name string) bool { return name == "util" || name == "stream/promises" }

// resolve returns what an import means as text: key and path, a module of the platform, "empty", or "nothing".
func resolve(tree *npm.Tree, from, specifier string, require bool) string {
	i := npm.Import{Specifier: specifier, Require: require, Declared: declared}
	if from != "" {
		i.From = npm.File{Key: "p@1.0.0", Path: from}
	}
	found, ok := tree.Resolve(i, isBuiltin)
	switch {
	case !ok:
		return "nothing"
	case found.Empty:
		return "empty"
	case found.Builtin != "":
		return "node:" + found.Builtin
	}
	return found.Key + " " + found.Path
}

// TestEntries goes through what an import of a package means: the rules are those of Node.js (Modules: Packages), with the conditions of a browser.
func TestEntries(t *testing.T) {
	t.Parallel()
	all := []string{"a.js", "b.js", "c.cjs", "d.mjs", "lib/index.js", "lib/x.js", "lib/y/index.js", "lib/deep/z.js", "index.js", "data.json", "folder/package.json"}
	for name, test := range map[string]struct {
		about, specifier string
		imported         string
		required         string // if it is another
	}{
		"no entry is index.js":                 {`{}`, "p", "index.js", ""},
		"a package.json that is broken":        {`{"main":`, "p", "index.js", ""},
		"a package.json that is no object":     {`[]`, "p", "index.js", ""},
		"main":                                 {`{"main": "./a.js"}`, "p", "a.js", ""},
		"main without an ending":               {`{"main": "a"}`, "p", "a.js", ""},
		"main of a folder":                     {`{"main": "lib"}`, "p", "lib/index.js", ""},
		"main that is not there":               {`{"main": "nowhere"}`, "p", "index.js", ""},
		"main of another type":                 {`{"main": 7}`, "p", "index.js", ""},
		"module for imports":                   {`{"main": "a.js", "module": "d.mjs"}`, "p", "d.mjs", "a.js"},
		"browser before both":                  {`{"main": "a.js", "module": "d.mjs", "browser": "b.js"}`, "p", "b.js", ""},
		"browser in the place of main":         {`{"main": "a.js", "browser": {"./a.js": "./b.js"}}`, "p", "b.js", ""},
		"browser with nothing":                 {`{"main": "a.js", "browser": {"./a.js": false}}`, "p", "empty", ""},
		"a subpath":                            {`{}`, "p/lib/x", "lib/x.js", ""},
		"a subpath of a folder":                {`{}`, "p/lib", "lib/index.js", ""},
		"a subpath with its ending":            {`{}`, "p/data.json", "data.json", ""},
		"a subpath out of the package":         {`{}`, "p/../q/index.js", "nothing", ""},
		"exports as one target":                {`{"exports": "./a.js", "main": "b.js"}`, "p", "a.js", ""},
		"exports hide subpaths":                {`{"exports": "./a.js"}`, "p/b.js", "nothing", ""},
		"exports need a dot":                   {`{"exports": "a.js"}`, "p", "nothing", ""},
		"exports add no ending":                {`{"exports": "./a"}`, "p", "nothing", ""},
		"exports by condition":                 {`{"exports": {"import": "./d.mjs", "require": "./c.cjs"}}`, "p", "d.mjs", "c.cjs"},
		"the first condition that holds":       {`{"exports": {"default": "./a.js", "import": "./d.mjs"}}`, "p", "a.js", ""},
		"a condition that does not hold":       {`{"exports": {"node": "./a.js", "deno": "./a.js", "default": "./b.js"}}`, "p", "b.js", ""},
		"the condition of a browser":           {`{"exports": {"node": "./a.js", "browser": "./b.js", "default": "./a.js"}}`, "p", "b.js", ""},
		"no condition holds":                   {`{"exports": {"node": "./a.js"}}`, "p", "nothing", ""},
		"nested conditions":                    {`{"exports": {".": {"browser": {"require": "./c.cjs"}, "default": "./a.js"}}}`, "p", "a.js", "c.cjs"},
		"alternatives":                         {`{"exports": [{"node": "./a.js"}, "./b.js"]}`, "p", "b.js", ""},
		"a subpath of exports":                 {`{"exports": {".": "./a.js", "./x": "./lib/x.js"}}`, "p/x", "lib/x.js", ""},
		"a subpath that is null":               {`{"exports": {"./lib/*": "./lib/*.js", "./lib/x": null}}`, "p/lib/x", "nothing", ""},
		"a pattern":                            {`{"exports": {"./lib/*": "./lib/*.js"}}`, "p/lib/deep/z", "lib/deep/z.js", ""},
		"a pattern with an end":                {`{"exports": {"./*.js": "./lib/*.js"}}`, "p/x.js", "lib/x.js", ""},
		"the pattern with the longest base":    {`{"exports": {"./*": "./a.js", "./lib/*": "./b.js", "./lib/d*": "./lib/x.js"}}`, "p/lib/deep", "lib/x.js", ""},
		"a pattern with two asterisks":         {`{"exports": {"./*/*": "./a.js"}}`, "p/x/y", "nothing", ""},
		"a pattern that is null":               {`{"exports": {"./*": "./*.js", "./lib/*": null}}`, "p/lib/x", "nothing", ""},
		"a target out of the package":          {`{"exports": "./../q/index.js"}`, "p", "nothing", ""},
		"a target out of the package, by path": {`{"exports": {"./*": "./lib/*"}}`, "p/../../q/index.js", "nothing", ""},
		"an absolute target":                   {`{"exports": "/etc/passwd"}`, "p", "nothing", ""},
		"an absolute main":                     {`{"main": "/etc/passwd"}`, "p", "index.js", ""},
		"a main out of the package":            {`{"main": "../../etc/passwd"}`, "p", "index.js", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := tree(test.about, all...)
			if test.required == "" {
				test.required = test.imported
			}
			require.Equal(t, inP(test.imported), resolve(tree, "", test.specifier, false))
			require.Equal(t, inP(test.required), resolve(tree, "", test.specifier, true))
		})
	}
}

// inP is what resolve says of a file of p.
func inP(file string) string {
	if file == "nothing" || file == "empty" {
		return file
	}
	return "p@1.0.0 " + file
}

func TestImportsInAPackage(t *testing.T) {
	t.Parallel()
	all := []string{"a.js", "b.js", "lib/index.js", "lib/x.js", "lib/deep/y.js", "index.js", "data.json"}
	for name, test := range map[string]struct{ about, from, specifier, want string }{
		"a file beside":                       {`{}`, "lib/index.js", "./x", "p@1.0.0 lib/x.js"},
		"a file above":                        {`{}`, "lib/deep/y.js", "../x.js", "p@1.0.0 lib/x.js"},
		"the folder itself":                   {`{}`, "lib/x.js", ".", "p@1.0.0 lib/index.js"},
		"the folder above":                    {`{}`, "lib/x.js", "..", "p@1.0.0 index.js"},
		"a file out of the package":           {`{}`, "a.js", "../../q/index.js", "nothing"},
		"a dependency":                        {`{}`, "a.js", "q", "q@2.0.0 index.js"},
		"a part of a dependency":              {`{}`, "a.js", "q/sub", "q@2.0.0 sub/index.js"},
		"itself":                              {`{"exports": "./b.js"}`, "a.js", "p", "p@1.0.0 b.js"},
		"what is nowhere":                     {`{}`, "a.js", "r", "nothing"},
		"a module of the platform":            {`{}`, "a.js", "util", "node:util"},
		"a module of the platform, prefixed":  {`{}`, "a.js", "node:stream/promises", "node:stream/promises"},
		"a module of the platform with slash": {`{}`, "a.js", "util/", "node:util"},
		"a module that is none":               {`{}`, "a.js", "node:net", "nothing"},
		"own imports":                         {`{"imports": {"#x": {"node": "./a.js", "default": "./b.js"}}}`, "a.js", "#x", "p@1.0.0 b.js"},
		"own imports by pattern":              {`{"imports": {"#lib/*": "./lib/*.js"}}`, "a.js", "#lib/deep/y", "p@1.0.0 lib/deep/y.js"},
		"own imports of a package":            {`{"imports": {"#q": "q/sub"}}`, "a.js", "#q", "q@2.0.0 sub/index.js"},
		"own imports of the platform":         {`{"imports": {"#u": "node:util"}}`, "a.js", "#u", "node:util"},
		"own imports out of the package":      {`{"imports": {"#x": "./../../q/index.js"}}`, "a.js", "#x", "nothing"},
		"own imports in a circle":             {`{"imports": {"#x": "#y", "#y": "#x"}}`, "a.js", "#x", "nothing"},
		"own imports that are not there":      {`{}`, "a.js", "#x", "nothing"},
		"a package that browser leaves out":   {`{"browser": {"q": false}}`, "a.js", "q", "empty"},
		"a package that browser replaces":     {`{"browser": {"util": "./lib/x.js"}}`, "lib/index.js", "util", "p@1.0.0 lib/x.js"},
		"a package by another":                {`{"browser": {"r": "q"}}`, "a.js", "r", "q@2.0.0 index.js"},
		"a file that browser replaces":        {`{"browser": {"./lib/x.js": "./b.js"}}`, "lib/index.js", "./x", "p@1.0.0 b.js"},
		"a browser map out of the package":    {`{"browser": {"r": "../../etc/passwd"}}`, "a.js", "r", "nothing"},
		"a browser file out of the package":   {`{"browser": {"./b.js": "../../etc/passwd"}}`, "a.js", "./b.js", "p@1.0.0 b.js"},
		"a browser map in a circle":           {`{"browser": {"./a.js": "./b.js", "./b.js": "./a.js"}}`, "index.js", "./a.js", "p@1.0.0 b.js"},
		"an absolute path":                    {`{}`, "a.js", "/etc/passwd", "nothing"},
		"an address":                          {`{}`, "a.js", "https://example.com/x.js", "nothing"},
		"nothing":                             {`{}`, "a.js", "", "nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, resolve(tree(test.about, all...), test.from, test.specifier, false))
		})
	}
}

func TestSideEffects(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		about string
		pure  bool
	}{
		"nothing is said":       {`{}`, false},
		"none":                  {`{"sideEffects": false}`, true},
		"all":                   {`{"sideEffects": true}`, false},
		"in other files":        {`{"sideEffects": ["./lib/x.js", "*.css"]}`, true},
		"in this file":          {`{"sideEffects": ["./index.js"]}`, false},
		"in files of this name": {`{"sideEffects": ["index.*"]}`, false},
		"in what is no pattern": {`{"sideEffects": [7]}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, ok := tree(test.about, "index.js").Resolve(npm.Import{Specifier: "p", Declared: declared}, isBuiltin)
			require.True(t, ok)
			require.Equal(t, test.pure, found.Pure)
		})
	}
}

// FuzzTree resolves with any package.json: what is found is in a package, or a module of the platform.
func FuzzTree(f *testing.F) {
	f.Add(`{"exports": {"./*": ["./lib/*", null, {"import": "./a.js"}]}, "browser": {"./a.js": false, "q": "./b.js"}, "imports": {"#x": "q"}, "sideEffects": ["**"]}`, "p/x", "#x")
	f.Add(`{"main": "../..", "module": "/", "browser": "."}`, "p", "./..")
	f.Fuzz(func(t *testing.T, about, outside, inside string) {
		files := []string{"a.js", "lib/index.js", "lib/package.json"}
		one := tree(about, files...)
		for _, i := range []npm.Import{{Specifier: outside, Declared: declared}, {Specifier: inside, From: npm.File{Key: "p@1.0.0", Path: "lib/index.js"}, Require: true}} {
			found, ok := one.Resolve(i, isBuiltin)
			if !ok || found.Empty {
				continue
			}
			if found.Builtin != "" {
				require.True(t, isBuiltin(found.Builtin))
				continue
			}
			require.Contains(t, []string{"p@1.0.0", "q@2.0.0"}, found.Key)
			require.Contains(t, append(files, "package.json", "index.js", "sub/index.js"), found.Path)
		}
	})
}
