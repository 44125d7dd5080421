package bundler

import (
	"fmt"
	"path"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// The namespaces that esbuild knows modules by. It reads nothing itself from a namespace other than "file".
const (
	namespaceAction  = "action"  // the action's own files
	namespaceDurward = "durward" // the types-only module
)

// memory is a plugin that resolves and loads everything from files, and refuses the rest.
func memory(files map[string]string) api.Plugin {
	return api.Plugin{Name: "durward", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			return resolve(files, args), nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: ".*"}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			return load(files, args), nil
		})
	}}
}

func load(files map[string]string, args api.OnLoadArgs) api.OnLoadResult {
	if args.Namespace == namespaceDurward {
		empty := "export {};"
		return api.OnLoadResult{Contents: &empty, Loader: api.LoaderJS}
	}
	content, ok := files[args.Path]
	if args.Namespace != namespaceAction || !ok { // nothing resolves to it; its name could be the host's, and is not told
		return api.OnLoadResult{Errors: refusal("Only the action's own files can be imported", "")}
	}
	return api.OnLoadResult{Contents: &content, Loader: loaders[path.Ext(args.Path)]}
}

func resolve(files map[string]string, args api.OnResolveArgs) api.OnResolveResult {
	if args.Kind == api.ResolveEntryPoint {
		return api.OnResolveResult{Path: strings.TrimPrefix(args.Path, "./"), Namespace: namespaceAction}
	}
	if text, hint := forbidden(args); text != "" {
		return api.OnResolveResult{Errors: refusal(text, hint)}
	}
	if args.Path == "durward" {
		return api.OnResolveResult{Path: "types", Namespace: namespaceDurward}
	}
	target := path.Join(path.Dir(args.Importer), args.Path)
	if !inside(target) && target != "." {
		return api.OnResolveResult{Errors: refusal(fmt.Sprintf("%q leads out of the action's files", clip(args.Path, maxPath)), "Import one of the action's own files.")}
	}
	found, ok := find(files, target, args.Path)
	if !ok {
		return api.OnResolveResult{Errors: refusal(fmt.Sprintf("There is no file %q", clip(target, maxPath)), similar(files, target))}
	}
	if args.With["type"] == "json" && path.Ext(found) != ".json" {
		return api.OnResolveResult{Errors: refusal(fmt.Sprintf("%q is not JSON", found), "Leave the import attribute out.")}
	}
	return api.OnResolveResult{Path: found, Namespace: namespaceAction}
}

// forbidden says why an import is refused, whatever files there are, and what to do instead; the text is empty if it is not.
func forbidden(args api.OnResolveArgs) (text, hint string) {
	spec := clip(args.Path, maxPath)
	switch {
	case args.Kind == api.ResolveJSDynamicImport:
		return "A dynamic import() is not available", "Import the file at the top: import { … } from \"./file\"."
	case args.Kind != api.ResolveJSImportStatement && args.Kind != api.ResolveJSRequireCall:
		return fmt.Sprintf("%q cannot be resolved: only import and require() are available", spec), ""
	}
	for name, value := range args.With {
		if name != "type" || value != "json" {
			return fmt.Sprintf("The import attribute %s: %q is not available", clip(name, maxPath), clip(value, maxPath)), `The only one is with { type: "json" }.`
		}
	}
	switch {
	case args.Path == "durward" && args.Kind == api.ResolveJSRequireCall:
		return `"durward" exports types only`, `Import types with: import type { … } from "durward".`
	case args.Path == "durward":
		return "", ""
	case strings.HasPrefix(args.Path, "node:"):
		return fmt.Sprintf("%q is not available: actions do not run in Node.js", spec), "Use the globals of the sandbox, such as URL, crypto and TextEncoder."
	case strings.Contains(args.Path, ":") || strings.HasPrefix(args.Path, "//"):
		return fmt.Sprintf("%q is an address; only the action's own files can be imported", spec), "Put the code into a file of the action."
	case strings.HasPrefix(args.Path, "/"):
		return fmt.Sprintf("%q is an absolute path; only the action's own files can be imported", spec), "Write a relative path, such as \"./file\"."
	case strings.ContainsAny(args.Path, "*?#%\\\x00"):
		return fmt.Sprintf("%q is not the path of a file of the action", spec), "Write a plain relative path, such as \"./file\"."
	case !strings.HasPrefix(args.Path, "./") && !strings.HasPrefix(args.Path, "../") && args.Path != "." && args.Path != "..":
		return fmt.Sprintf("The package %q is not available: packages cannot be imported", spec),
			"Put the code into a file of the action and import it with a relative path, such as \"./file\"."
	}
	return "", ""
}

// find returns the file that target means: itself, with an extension, as TypeScript behind the name of its output, or as a directory's index.
func find(files map[string]string, target, spec string) (string, bool) {
	isDirectory := strings.HasSuffix(spec, "/") || target == "."
	if !isDirectory {
		for _, name := range candidates(target) {
			if _, ok := files[name]; ok {
				return name, true
			}
		}
	}
	for _, ext := range extensions {
		name := path.Join(target, "index"+ext)
		if _, ok := files[name]; ok {
			return name, true
		}
	}
	return "", false
}

func candidates(target string) []string {
	names := []string{target}
	for _, ext := range extensions {
		names = append(names, target+ext)
	}
	for output, input := range map[string]string{".js": ".ts", ".mjs": ".mts", ".cjs": ".cts"} {
		if base, ok := strings.CutSuffix(target, output); ok {
			names = append(names, base+input)
		}
	}
	return names
}

// similar hints at a file with the same name elsewhere or in another case.
func similar(files map[string]string, target string) string {
	stem := func(name string) string {
		return strings.ToLower(strings.TrimSuffix(path.Base(name), path.Ext(name)))
	}
	for _, name := range (Source{Files: files}).paths() {
		if stem(name) == stem(target) {
			return fmt.Sprintf("There is %q.", name)
		}
	}
	return "The path is relative to the importing file."
}

// refusal is an error of the plugin; esbuild adds the place of the import.
func refusal(text, hint string) []api.Message {
	return []api.Message{{Text: text, Detail: hint}}
}
