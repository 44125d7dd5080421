package bundler

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// resolveOwn finds what an import in one of the action's files means, or in one of a shared module's.
func (m *modules) resolveOwn(args api.OnResolveArgs) api.OnResolveResult {
	if text, hint := forbidden(args); text != "" {
		return refused(text, hint)
	}
	switch {
	case args.Path == "durward":
		return api.OnResolveResult{Path: "types", Namespace: namespaceDurward}
	case isModuleImport(args.Path):
		return m.resolveModule(args)
	case !isRelative(args.Path):
		return m.resolveBare(args)
	}
	owner, importer := SplitModule(args.Importer)
	target := path.Join(path.Dir(importer), args.Path)
	if !inside(target) && target != "." {
		return refused(fmt.Sprintf("%q leads out of the action's files", clip(args.Path, maxPath)), "Import one of the action's own files.")
	}
	found, ok := find(m.files[owner], target, args.Path)
	if !ok {
		return refused(fmt.Sprintf("There is no file %q", clip(target, maxPath)), similar(m.files[owner], target))
	}
	if args.With["type"] == "json" && path.Ext(found) != ".json" {
		return refused(fmt.Sprintf("%q is not JSON", found), "Leave the import attribute out.")
	}
	return api.OnResolveResult{Path: ModulePath(owner, found), Namespace: namespaceAction}
}

func isRelative(spec string) bool {
	return spec == "." || spec == ".." || strings.HasPrefix(spec, "./") || strings.HasPrefix(spec, "../")
}

// nodeModule matches the address of a module of Node.js.
var nodeModule = regexp.MustCompile(`^node:[a-z_0-9/]+$`)

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
	case nodeModule.MatchString(args.Path):
		return "", ""
	case isModuleImport(args.Path) && args.With["type"] == "json":
		return fmt.Sprintf("%q is not JSON", spec), "Leave the import attribute out."
	case isModuleImport(args.Path):
		return "", ""
	case strings.Contains(args.Path, ":") || strings.HasPrefix(args.Path, "//"):
		return fmt.Sprintf("%q is an address; only files of the action and packages can be imported", spec), "Put the code into a file of the action."
	case strings.HasPrefix(args.Path, "/"):
		return fmt.Sprintf("%q is an absolute path; only files of the action and packages can be imported", spec), "Write a relative path, such as \"./file\"."
	case strings.ContainsAny(args.Path, "*?#%\\\x00"):
		return fmt.Sprintf("%q is neither the path of a file of the action nor a package", spec), "Write a plain relative path, such as \"./file\"."
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
