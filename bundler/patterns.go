package bundler

import (
	"path"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// mayCompute matches an import that is not the beginning of an import statement.
var mayCompute = regexp.MustCompile(`import\s*[^\s\w{*"'$]`)

// computedImports finds the calls of import() and require() whose argument is not a string.
//
// When it bundles, esbuild takes an argument such as `./${name}.js` for a pattern and lists directories of the host for it, without
// asking any plugin. When it only transforms a file it has no file system, and reports exactly those calls. So every file in which
// there may be one is transformed first. It is esbuild's own parser that decides, so nothing can be hidden from it;
// what the condition looks for cannot be hidden either, because a keyword cannot be written with escapes, and a name only with \u.
func computedImports(name, content string) []Diagnostic {
	if loaders[path.Ext(name)] == api.LoaderJSON ||
		!strings.Contains(content, "require") && !strings.Contains(content, `\u`) && !mayCompute.MatchString(content) {
		return nil
	}
	result := api.Transform(content, api.TransformOptions{
		Sourcefile:  namespaceAction + ":" + name,
		Loader:      loaders[path.Ext(name)],
		TsconfigRaw: "{}",
		Format:      api.FormatCommonJS, // without a format the calls are not looked at
		Platform:    api.PlatformNeutral,
		Target:      api.ES2022,
		Supported:   missing(),
		LogLevel:    api.LogLevelSilent,
		LogLimit:    maxDiagnostics,
		LogOverride: raised(),
	})
	return diagnostics(SeverityError, result.Errors)
}
