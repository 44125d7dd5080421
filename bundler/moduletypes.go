package bundler

import (
	"encoding/json"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/durward/durward/bundler/npm"
)

// TypeScript does not look for names with a colon in folders. It finds a shared module as a package, which has the module's sources, and whose name no package of npm can have: @durward/crm@1.2.0.
// As the version is in the name, a module that needs another version of a module than the action does still finds its own.

// ModuleTypes leads from the names of the shared modules that a lock declares to the names of the packages in [npm.Declarations] that have their types. Modules in JavaScript have none and are left out.
func ModuleTypes(l *Lock) map[string]string {
	found := map[string]string{}
	for name, key := range l.Root {
		if strings.HasPrefix(name, ModulePrefix) && l.Modules[key].typed() {
			found[name] = modulePackage(key)
		}
	}
	return found
}

func (m Module) typed() bool { return strings.HasSuffix(path.Ext(m.Entry), "ts") }

func modulePackage(key string) string { return "@durward/" + strings.TrimPrefix(key, ModulePrefix) }

// typedModules are the shared modules that a lock declares, in the order of their names.
func typedModules(l *Lock) []npm.Typed {
	var list []npm.Typed
	for _, name := range slices.Sorted(maps.Keys(l.Root)) {
		key := l.Root[name]
		if !strings.HasPrefix(name, ModulePrefix) {
			continue
		}
		t := npm.Typed{Name: name, Version: strings.TrimPrefix(key, name+"@"), Types: npm.TypesNone}
		if l.Modules[key].typed() {
			t.Types = npm.TypesOwn
		}
		list = append(list, t)
	}
	return list
}

// typesTree is the tree that declarations are gathered from: the packages, and each shared module in TypeScript as a package.
func typesTree(src Source) *npm.Tree {
	lock := &npm.Lock{Root: packagesOnly(src.Packages.Lock.Root), Packages: maps.Clone(src.Packages.Lock.Packages)}
	packages := maps.Clone(src.Packages.ByKey)
	for key, m := range src.Packages.Lock.Modules {
		if !m.typed() {
			continue
		}
		name := modulePackage(key)
		needs := packagesOnly(m.Dependencies)
		for _, inner := range m.Dependencies {
			if src.Packages.Lock.Modules[inner].typed() {
				needs[modulePackage(inner)] = inner
			}
		}
		lock.Root[name], lock.Packages[key] = key, npm.Locked{Name: name, Dependencies: needs}
		packages[key] = modulePackageOf(src, key, m)
	}
	return npm.NewTree(lock, packages)
}

func packagesOnly(dependencies map[string]string) map[string]string {
	kept := maps.Clone(dependencies)
	if kept == nil {
		kept = map[string]string{}
	}
	maps.DeleteFunc(kept, func(name, _ string) bool { return strings.HasPrefix(name, ModulePrefix) })
	return kept
}

// unchecked keeps the compiler from telling those who import a module what is wrong inside of it.
const unchecked = "// @ts-nocheck\n"

func modulePackageOf(src Source, key string, m Module) *npm.Package {
	about, err := json.Marshal(map[string]string{"name": modulePackage(key), "types": m.Entry})
	if err != nil {
		panic(err) // strings always encode
	}
	p := &npm.Package{Sources: true, Files: map[string][]byte{}}
	for file, text := range src.Files {
		owner, inner := SplitModule(file)
		if owner != key {
			continue
		}
		if path.Ext(inner) != ".json" {
			text = unchecked + moduleImports(withoutMark(text), m, src.Packages.Lock)
		}
		p.Files[inner] = []byte(text)
	}
	p.Files["package.json"] = about
	return p
}

var moduleImport = regexp.MustCompile(`(["'])(?:` + ModulePrefix + `|` + ModuleAlias + `)([a-z0-9-]{1,100})(["'])`)

// moduleImports writes the names of other modules as those of their packages.
func moduleImports(text string, m Module, lock *Lock) string {
	return moduleImport.ReplaceAllStringFunc(text, func(found string) string {
		parts := moduleImport.FindStringSubmatch(found)
		key, ok := m.Dependencies[ModulePrefix+parts[2]]
		if !ok || !lock.Modules[key].typed() {
			return found
		}
		return parts[1] + modulePackage(key) + parts[3]
	})
}
