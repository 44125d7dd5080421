package bundler

import (
	"fmt"
	"path"
	"strings"
	"sync"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/durward/durward/bundler/npm"
)

// The namespaces that esbuild knows modules by. It reads nothing itself from a namespace other than "file".
const (
	namespaceAction  = "action"  // the action's own files
	namespaceDurward = "durward" // the types-only module
	namespacePackage = "npm"     // a file of a package, as key and path
	namespaceBuiltin = "node"    // a module of Node.js that actions have, by name
	namespaceRequire = "require" // the same as a call of require sees it
	namespaceEmpty   = "empty"   // a module that a package does not need here
	namespaceMissing = "missing" // one that throws when it is loaded, by the text that it throws
)

// modules finds and loads all that a bundle is made of, and refuses the rest.
type modules struct {
	files    map[string]map[string]string // prepared, by the key of the shared module that they are of; the action's own have none
	packages *Packages
	lock     *Lock // the packages', never nil

	mu       sync.Mutex // esbuild asks from many goroutines
	tree     *npm.Tree
	used     map[string]bool   // the declared names that the action's own files import
	prepared map[string]script // files of packages, by namespaced name
}

// newModules returns the modules of an action. Packages may be nil.
func newModules(files map[string]string, packages *Packages) *modules {
	if packages == nil {
		packages = &Packages{}
	}
	lock := packages.Lock
	if lock == nil {
		lock = &Lock{}
	}
	m := &modules{
		files: map[string]map[string]string{}, packages: packages, lock: lock,
		tree: npm.NewTree(&npm.Lock{Root: lock.hoisted(), Packages: lock.Packages}, packages.ByKey), used: map[string]bool{}, prepared: map[string]script{},
	}
	for name, content := range files {
		key, inner := SplitModule(name)
		if m.files[key] == nil {
			m.files[key] = map[string]string{}
		}
		m.files[key][inner] = content
	}
	return m
}

// any says whether there are packages at all.
func (m *modules) any() bool { return len(m.lock.Packages) > 0 }

// plugin is how esbuild asks for modules.
func (m *modules) plugin() api.Plugin {
	return api.Plugin{Name: "durward", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			return m.resolve(args), nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: ".*"}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			return m.load(args), nil
		})
	}}
}

func (m *modules) resolve(args api.OnResolveArgs) api.OnResolveResult {
	switch {
	case args.Kind == api.ResolveEntryPoint:
		return api.OnResolveResult{Path: strings.TrimPrefix(args.Path, "./"), Namespace: namespaceAction}
	case args.Namespace == namespaceAction:
		return m.resolveOwn(args)
	case args.Namespace == namespacePackage:
		return m.resolveInPackage(args)
	}
	return m.resolveInBuiltin(args)
}

func (m *modules) load(args api.OnLoadArgs) api.OnLoadResult {
	content := ""
	switch args.Namespace {
	case namespaceDurward:
		content = "export {};"
	case namespaceAction:
		key, inner := SplitModule(args.Path)
		own, ok := m.files[key][inner]
		if !ok {
			return api.OnLoadResult{Errors: refusal("Only the action's own files can be imported", "")}
		}
		return api.OnLoadResult{Contents: &own, Loader: loaders[path.Ext(args.Path)]}
	case namespacePackage:
		return m.loadPackageFile(args.Path)
	case namespaceBuiltin:
		content, _ = m.packages.builtin(args.Path)
	case namespaceRequire:
		content = requiredBuiltin(args.Path)
	case namespaceEmpty:
		content = "module.exports = {};"
	case namespaceMissing:
		content = throwing(args.Path)
	default: // nothing resolves to it; its name could be the host's, and is not told
		return api.OnLoadResult{Errors: refusal("Only the action's own files can be imported", "")}
	}
	return api.OnLoadResult{Contents: &content, Loader: api.LoaderJS}
}

// refusal is an error of the plugin; esbuild adds the place of the import.
func refusal(text, hint string) []api.Message {
	return []api.Message{{Text: text, Detail: hint}}
}

func refused(text, hint string) api.OnResolveResult {
	return api.OnResolveResult{Errors: refusal(text, hint)}
}

// throwing is a module that throws as soon as it is needed.
func throwing(text string) string {
	return fmt.Sprintf("throw Object.assign(new Error(%s), { code: \"MODULE_NOT_FOUND\" });\nmodule.exports = {};", quoted(text))
}
