package bundler

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/durward/durward/bundler/node"
	"github.com/durward/durward/bundler/npm"
)

// Packages are npm packages and what their names mean, and those of shared modules, whose files are in the source.
type Packages struct {
	Lock *Lock
	// ByKey are the npm packages by the lock's keys. It has all of them.
	ByKey map[string]*npm.Package
	// Builtin returns the script of a module of Node.js, by its name without "node:", and false if actions do not have it. Default: those of package node.
	Builtin func(name string) (script string, ok bool)
}

func (p *Packages) builtin(name string) (string, bool) {
	if p.Builtin == nil {
		return node.Source(name)
	}
	return p.Builtin(name)
}

// works says whether a module of Node.js does what an author may expect of it. Some are there only for packages that import them and do without.
func (p *Packages) works(name string) bool {
	if p.Builtin == nil {
		return node.Works(name)
	}
	return p.hasBuiltin(name)
}

func (p *Packages) hasBuiltin(name string) bool {
	_, ok := p.builtin(name)
	return ok
}

// resolveBare finds what a name in one of the action's files means, or of a shared module's: a declared package, or a module of Node.js.
func (m *modules) resolveBare(args api.OnResolveArgs) api.OnResolveResult {
	spec := clip(args.Path, maxPath)
	owner, _ := SplitModule(args.Importer)
	found, ok := m.find(npm.Import{Declared: m.lock.needs(owner)}, args, m.packages.works)
	name, _ := npm.Split(strings.TrimPrefix(args.Path, "node:"))
	key, declared := m.lock.needs(owner)[name]
	switch {
	case ok:
		if declared && !strings.HasPrefix(args.Path, "node:") {
			m.use(owner, name)
		}
		return found
	case strings.HasPrefix(args.Path, "node:") || isNodeModule(args.Path) && !declared:
		return refused(fmt.Sprintf("The action needs %s, which actions do not have", nodeName(args.Path)), "Actions do not run in Node.js: use the globals of the sandbox, such as fetch, URL, crypto and TextEncoder.")
	case declared:
		m.use(owner, name)
		return refused(fmt.Sprintf("The package %s has nothing that %q could mean", key, spec), "Its documentation says what can be imported from it.")
	case !npm.ValidName(name):
		return refused(fmt.Sprintf("%q is neither a file of the action nor a package", spec), "Write a relative path, such as \"./file\", or the name of a declared package.")
	}
	if other := m.misspelt(name); other != "" {
		return refused(fmt.Sprintf("The package %q is not declared", name), fmt.Sprintf("Is %q meant, which is declared?", other))
	}
	return refused(fmt.Sprintf("The package %q is not declared", name), fmt.Sprintf(`declare it: dependencies {%q: "^1"}`, name))
}

// resolveInPackage finds what an import in a file of a package means. What is imported must be there. What is only required may be missing until somebody really needs it: packages look in
// this way for what makes them faster, or for the platform that they run on.
func (m *modules) resolveInPackage(args api.OnResolveArgs) api.OnResolveResult {
	key, file := npm.Split(args.Importer)
	if args.Kind == api.ResolveJSRequireResolve {
		return api.OnResolveResult{Path: args.Path, External: true}
	}
	if found, ok := m.find(npm.Import{From: npm.File{Key: key, Path: file}}, args, m.packages.hasBuiltin); ok {
		return found
	}
	text := fmt.Sprintf("%s needs %q, which is not there", key, clip(args.Path, maxPath))
	if strings.HasPrefix(args.Path, "node:") || isNodeModule(args.Path) {
		text = fmt.Sprintf("%s needs %s, which actions do not have", key, nodeName(args.Path))
	}
	if args.Kind != api.ResolveJSImportStatement {
		return api.OnResolveResult{Path: text, Namespace: namespaceMissing}
	}
	return refused(text, "It comes in by "+strings.Join(m.chain(key), " → ")+".")
}

// resolveInBuiltin finds what our own modules import: other ones of their kind.
func (m *modules) resolveInBuiltin(args api.OnResolveArgs) api.OnResolveResult {
	name := strings.TrimPrefix(args.Path, "node:")
	if !m.packages.hasBuiltin(name) {
		return refused(fmt.Sprintf("%s needs %s, which actions do not have", nodeName(args.Importer), nodeName(name)), "")
	}
	return api.OnResolveResult{Path: name, Namespace: namespaceBuiltin, SideEffects: api.SideEffectsFalse}
}

// find asks the tree of packages.
func (m *modules) find(i npm.Import, args api.OnResolveArgs, builtin func(string) bool) (api.OnResolveResult, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	required := args.Kind == api.ResolveJSRequireCall
	i.Specifier, i.Require = args.Path, required
	found, ok := m.tree.Resolve(i, builtin)
	switch {
	case !ok:
		return api.OnResolveResult{}, false
	case found.Empty:
		return api.OnResolveResult{Path: "nothing", Namespace: namespaceEmpty, SideEffects: api.SideEffectsFalse}, true
	case found.Builtin != "" && required:
		return api.OnResolveResult{Path: found.Builtin, Namespace: namespaceRequire}, true
	case found.Builtin != "":
		return api.OnResolveResult{Path: found.Builtin, Namespace: namespaceBuiltin, SideEffects: api.SideEffectsFalse}, true
	}
	result := api.OnResolveResult{Path: found.Key + "/" + found.Path, Namespace: namespacePackage}
	if found.Pure {
		result.SideEffects = api.SideEffectsFalse
	}
	return result, true
}

// use notes that a declared name is imported. What modules declare and do not import, their authors were told.
func (m *modules) use(owner, name string) {
	if owner != "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used[name] = true
}

// chain leads from what the action declares to a package, over as few packages as can be; the same one always.
func (m *modules) chain(to string) []string {
	lock := m.lock
	came := map[string]string{} // from which package or module
	var next []string
	for _, name := range slices.Sorted(maps.Keys(lock.Root)) {
		next = append(next, lock.Root[name])
		came[lock.Root[name]] = ""
	}
	for len(next) > 0 {
		key := next[0]
		next = next[1:]
		if key == to {
			break
		}
		needs := lock.needs(key)
		for _, name := range slices.Sorted(maps.Keys(needs)) {
			if _, seen := came[needs[name]]; !seen {
				came[needs[name]] = key
				next = append(next, needs[name])
			}
		}
	}
	var keys []string
	for key := to; key != ""; key = came[key] {
		keys = append(keys, key)
	}
	slices.Reverse(keys)
	return keys
}

// unused warns of declared packages and modules that no file of the action imports and no other package needs.
func (m *modules) unused() []Diagnostic {
	needed := map[string]bool{}
	for _, p := range m.lock.Packages {
		for name := range p.Dependencies {
			needed[name] = true
		}
	}
	var found []Diagnostic
	for _, name := range slices.Sorted(maps.Keys(m.lock.Root)) {
		if m.used[name] || needed[name] || strings.HasPrefix(name, "@types/") || m.mentions(name) {
			continue
		}
		found = append(found, Diagnostic{
			Severity: SeverityWarning, Text: fmt.Sprintf("The dependency %q is declared and never imported", name), Hint: "Take it out of the dependencies.",
		})
	}
	return found
}

// mentions says whether a file of the action has the name of a package in quotes: an import of types alone never gets to the bundler.
func (m *modules) mentions(name string) bool {
	if module, ok := strings.CutPrefix(name, ModulePrefix); ok && m.mentions(ModuleAlias+module) {
		return true
	}
	for _, content := range m.files[""] {
		for _, quote := range []string{`"`, `'`} {
			if strings.Contains(content, quote+name+quote) || strings.Contains(content, quote+name+"/") {
				return true
			}
		}
	}
	return false
}
