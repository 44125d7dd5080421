package npm

import (
	"path"
	"strings"
)

// Tree finds what imports mean in the packages of a lock. It is used by one goroutine at a time.
type Tree struct {
	lock     *Lock
	packages map[string]*Package
	abouts   map[string]about
}

// NewTree returns the tree of a lock's packages, by key.
func NewTree(l *Lock, packages map[string]*Package) *Tree {
	return &Tree{lock: l, packages: packages, abouts: map[string]about{}}
}

// File is a file of a package.
type File struct {
	Key  string // the package's
	Path string
}

// Found is what an import means: a file; the name of a module of the platform; or nothing at all, where a package says that it does not need the module here.
type Found struct {
	File
	Builtin string
	Empty   bool
	// Pure says that leaving the file out changes nothing if nothing of it is used.
	Pure bool
}

// Import is an import to be resolved.
type Import struct {
	// From is the importing file; its key is empty for one that is not of a package.
	From File
	// Specifier is what stands in the import.
	Specifier string
	// Require says that it is a call of require, and not an import.
	Require bool
	// Declared leads from the names that the importer declares to keys, where it is no file of a package.
	Declared map[string]string
}

// Resolve finds what an import means, and returns false if that is nothing. A specifier that is neither relative nor leads to a package of the lock is a module of the platform, if builtin knows it.
func (t *Tree) Resolve(i Import, builtin func(name string) bool) (Found, bool) {
	if i.From.Key != "" {
		if replaced, ok := t.browser(i.From, i.Specifier); ok {
			switch {
			case replaced == "":
				return Found{Empty: true}, true
			case isRelative(replaced): // to the package's own folder
				return t.file(i.From.Key, replaced, i.Require)
			}
			i.Specifier = replaced
		}
		switch {
		case strings.HasPrefix(i.Specifier, "#"):
			return t.internal(i, builtin)
		case isRelative(i.Specifier):
			return t.file(i.From.Key, path.Join(path.Dir(i.From.Path), i.Specifier), i.Require)
		}
	}
	if name, ok := strings.CutPrefix(i.Specifier, "node:"); ok {
		return Found{Builtin: name}, builtin(name)
	}
	name, subpath := Split(i.Specifier)
	key, ok := t.dependency(i, name)
	switch {
	case ok:
		return t.entry(key, subpath, i.Require)
	case builtin(strings.TrimSuffix(i.Specifier, "/")):
		return Found{Builtin: strings.TrimSuffix(i.Specifier, "/")}, true
	}
	return Found{}, false
}

func isRelative(s string) bool {
	return s == "." || s == ".." || strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../")
}

// dependency is the key of the package that a name means to the importer. A package may import itself by its own name.
func (t *Tree) dependency(i Import, name string) (string, bool) {
	from := i.From.Key
	if from == "" {
		key, ok := i.Declared[name]
		return key, ok
	}
	if key, ok := t.lock.Packages[from].Dependencies[name]; ok {
		return key, true
	}
	if t.lock.Packages[from].Name == name {
		return from, true
	}
	// Some packages import what only their dependents declare; npm's flat folder lets them.
	key, ok := t.lock.Root[name]
	return key, ok
}

// conditionsOf are those of an import. The platform is a browser's without its windows.
func conditionsOf(require bool) conditions {
	if require {
		return conditions{"require", "browser", "module"}
	}
	return conditions{"import", "browser", "module"}
}

// entry finds the file that a package offers under a subpath.
func (t *Tree) entry(key, subpath string, require bool) (Found, bool) {
	a := t.about(key)
	if a.Exports != nil {
		name := "."
		if subpath != "" {
			name = "./" + subpath
		}
		found := conditionsOf(require).target(a.Exports, name)
		if !strings.HasPrefix(found, "./") {
			return Found{}, false
		}
		return t.exact(key, path.Clean(found))
	}
	if subpath != "" {
		return t.file(key, subpath, require)
	}
	for _, main := range a.mains(require) {
		if found, ok := t.file(key, main, require); ok {
			return found, true
		}
	}
	return t.file(key, ".", require)
}

// mains are the entry files that a package.json names, the one that suits best first.
func (a *about) mains(require bool) []string {
	browser, _ := a.Browser.(string)
	list := []string{browser, a.Module, a.Main}
	if require { // a module's namespace is not what a caller of require expects
		list = []string{browser, a.Main, a.Module}
	}
	var named []string
	for _, main := range list {
		if main != "" {
			named = append(named, main)
		}
	}
	return named
}

// internal resolves a name of the package's own imports.
func (t *Tree) internal(i Import, builtin func(string) bool) (Found, bool) {
	found := conditionsOf(i.Require).target(t.about(i.From.Key).Imports, i.Specifier)
	switch {
	case found == "" || strings.HasPrefix(found, "#"):
		return Found{}, false
	case strings.HasPrefix(found, "./"):
		return t.exact(i.From.Key, path.Clean(found))
	}
	return t.Resolve(Import{From: i.From, Specifier: found, Require: i.Require}, builtin)
}

// endings are tried in this order where a path leaves its ending out.
var endings = []string{"", ".js", ".mjs", ".cjs", ".json"}

// file finds the file that a path within a package means: itself, with an ending, or as a folder with a package.json or an index.
func (t *Tree) file(key, name string, require bool) (Found, bool) {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	if name != "" {
		for _, ending := range endings {
			if found, ok := t.exact(key, name+ending); ok {
				return found, true
			}
		}
		if text, ok := t.packages[key].Files[name+"/package.json"]; ok {
			inner := readAbout(text)
			for _, main := range inner.mains(require) {
				if found, ok := t.withEnding(key, path.Join(name, main)); ok {
					return found, true
				}
			}
		}
	}
	return t.withEnding(key, path.Join(name, "index"))
}

func (t *Tree) withEnding(key, name string) (Found, bool) {
	for _, ending := range endings {
		if found, ok := t.exact(key, name+ending); ok {
			return found, true
		}
	}
	for _, ending := range endings[1:] {
		if found, ok := t.exact(key, name+"/index"+ending); ok {
			return found, true
		}
	}
	return Found{}, false
}

// exact finds a file by its path, after what the package's browser field says of it.
func (t *Tree) exact(key, name string) (Found, bool) {
	if _, ok := t.packages[key].Files[name]; !ok {
		return Found{}, false
	}
	f := File{key, name}
	if replaced, ok := t.browserFile(f); ok {
		if replaced == "" {
			return Found{Empty: true}, true
		}
		other := path.Clean(replaced)
		if _, there := t.packages[key].Files[other]; there {
			f.Path = other
		}
	}
	return Found{File: f, Pure: t.pure(f)}, true
}

// browser is what a package's browser field puts in the place of an imported module, empty for nothing.
func (t *Tree) browser(from File, specifier string) (string, bool) {
	table, ok := t.about(from.Key).Browser.(object)
	if !ok || isRelative(specifier) {
		return "", false
	}
	return replacement(table, specifier)
}

// browserFile is the same for a file of the package.
func (t *Tree) browserFile(f File) (string, bool) {
	table, ok := t.about(f.Key).Browser.(object)
	if !ok {
		return "", false
	}
	for _, name := range []string{"./" + f.Path, f.Path, "./" + strings.TrimSuffix(f.Path, path.Ext(f.Path))} {
		if replaced, ok := replacement(table, name); ok {
			return replaced, true
		}
	}
	return "", false
}

func replacement(table object, name string) (string, bool) {
	switch v, _ := table.get(name); v := v.(type) {
	case string:
		return v, true
	case bool:
		return "", !v
	}
	return "", false
}

// pure reads sideEffects: false, or patterns of the files that have them.
func (t *Tree) pure(f File) bool {
	switch v := t.about(f.Key).SideEffects.(type) {
	case bool:
		return !v
	case []any:
		for _, pattern := range v {
			if p, ok := pattern.(string); !ok || matches(p, f.Path) {
				return false
			}
		}
		return true
	}
	return false
}

// matches says whether a pattern of sideEffects means a file: a name without a slash means files of any folder, and ** any folders.
func matches(pattern, file string) bool {
	pattern = strings.TrimPrefix(pattern, "./")
	if strings.Contains(pattern, "**") {
		return true // has effects, to be safe
	}
	if !strings.Contains(pattern, "/") {
		file = path.Base(file)
	}
	ok, err := path.Match(pattern, file)
	return ok || err != nil
}

func (t *Tree) about(key string) *about {
	a, known := t.abouts[key]
	if !known {
		a = readAbout(t.packages[key].Files["package.json"])
		t.abouts[key] = a
	}
	return &a
}
