package bundler

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/durward/durward/bundler/npm"
)

// Lock says exactly what an action imports besides its own files: npm packages, and shared modules of its tenant. It is stored with a version.
type Lock struct {
	// Its dependencies and its root may name shared modules too, as durward:NAME.
	npm.Lock
	// Modules are the shared modules by key, which is durward:NAME@VERSION: those that are declared and all that these need.
	Modules map[string]Module `json:"modules,omitempty"`
}

// Module is a shared module of a lock. Its files are among those of the source, below its key: durward:crm@1.2.0/index.ts.
type Module struct {
	// Entry is the path of the file that is imported, within the module.
	Entry string `json:"entry"`
	// Digest is that of the version.
	Digest string `json:"digest"`
	// Dependencies leads from the names that the module declares to keys of packages and modules.
	Dependencies map[string]string `json:"dependencies,omitempty"`
}

// ModulePrefix begins the name of a shared module where names of packages stand too.
const ModulePrefix = "durward:"

// NewLock returns a lock of nothing.
func NewLock() *Lock {
	return &Lock{Lock: npm.Lock{Dependencies: map[string]string{}, Root: map[string]string{}, Packages: map[string]npm.Locked{}}}
}

// Encode writes the lock. The same lock has the same bytes always.
func (l *Lock) Encode() []byte {
	text, err := json.MarshalIndent(l, "", "  ") // maps are written in the order of their keys
	if err != nil {
		panic(err) // strings always encode
	}
	return text
}

// ModuleKey is the key of a version of a shared module.
func ModuleKey(name, version string) string { return ModulePrefix + name + "@" + version }

// SplitModule takes the path of a file in a source apart: the key of the shared module whose file it is, "" for one of the action's own, and the path within that.
func SplitModule(file string) (key, path string) {
	if !strings.HasPrefix(file, ModulePrefix) {
		return "", file
	}
	key, path, _ = strings.Cut(file, "/")
	return key, path
}

// ModulePath is the path in a source of a module's file.
func ModulePath(key, path string) string {
	if key == "" {
		return path
	}
	return key + "/" + path
}

// Include declares a shared module: it takes over what the lock of the module's version settles, so that the module means here what it meant when it was published. What both locks have is there once.
// own is the module's lock; m's dependencies are taken from it.
func (l *Lock) Include(name, key string, m Module, own *Lock) {
	renamed := l.merge(own.Packages)
	take := func(key string, m Module, dependencies map[string]string) {
		if _, there := l.Modules[key]; there {
			return
		}
		if l.Modules == nil {
			l.Modules = map[string]Module{}
		}
		m.Dependencies = renamed.values(dependencies)
		l.Modules[key] = m
	}
	take(key, m, own.Root)
	for inner, m := range own.Modules {
		take(inner, m, m.Dependencies)
	}
	l.Root[name] = key
}

// names are the keys that packages have in another lock, where those are others.
type names map[string]string

func (n names) values(dependencies map[string]string) map[string]string {
	out := make(map[string]string, len(dependencies))
	for name, key := range dependencies {
		out[name] = key
		if other, ok := n[key]; ok {
			out[name] = other
		}
	}
	return out
}

// merge adds packages. One whose key is taken by something else gets another key: a package is the same only if all that it needs is the same.
func (l *Lock) merge(packages map[string]npm.Locked) names {
	keys := slices.Sorted(maps.Keys(packages))
	differs := map[string]bool{}
	for again := true; again; {
		again = false
		for _, key := range keys {
			if there, taken := l.Packages[key]; taken && !differs[key] && !same(there, packages[key], differs) {
				differs[key], again = true, true
			}
		}
	}
	renamed := names{}
	for _, key := range keys {
		if !differs[key] {
			continue
		}
		base, _, _ := strings.Cut(key, "#")
		other, taken := "", true
		for n := 2; taken; n++ {
			other = fmt.Sprintf("%s#%d", base, n)
			_, here := l.Packages[other]
			_, there := packages[other]
			taken = here || there || slices.Contains(slices.Collect(maps.Values(renamed)), other)
		}
		renamed[key] = other
	}
	for _, key := range keys {
		p := packages[key]
		p.Dependencies = renamed.values(p.Dependencies)
		if other, ok := renamed[key]; ok {
			key = other
		}
		l.Packages[key] = p
	}
	return renamed
}

// same says whether two packages of one key are the same, as far as is known of those that they need.
func same(a, b npm.Locked, differs map[string]bool) bool {
	for _, key := range b.Dependencies {
		if differs[key] {
			return false
		}
	}
	return a.Integrity == b.Integrity && maps.Equal(a.Dependencies, b.Dependencies)
}

// needs are what the holder of a key imports by name; the empty key is the action's.
func (l *Lock) needs(key string) map[string]string {
	if key == "" {
		return l.Root
	}
	if m, ok := l.Modules[key]; ok {
		return m.Dependencies
	}
	return l.Packages[key].Dependencies
}

// has says whether a key is one of the lock's.
func (l *Lock) has(key string) bool {
	_, isPackage := l.Packages[key]
	_, isModule := l.Modules[key]
	return isPackage || isModule
}

// hoisted is what a package finds that imports what only those who import it declare: the action's own come first.
func (l *Lock) hoisted() map[string]string {
	all := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(l.Modules)) {
		maps.Copy(all, l.Modules[key].Dependencies)
	}
	maps.Copy(all, l.Root)
	return all
}
