// Package bundler turns an author's sources into one script that the sandbox can run, with a source map, or into diagnostics in the
// author's own files, lines and columns.
//
// [Build] works from memory alone: it reads no file, writes none, and refuses every import that is not one of the action's own files,
// one of the packages that come with them, or "durward". What it is given is hostile all the same, and may keep it busy or use up memory; so a server builds in a
// process that may be killed, through [Remote] on its own side and [Task] on the process's.
package bundler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/durward/durward/bundler/capability"
)

// Source is the source code of an action, or of a shared module.
type Source struct {
	// Files are the texts by path, such as "action.ts" or "lib/domains.ts". Paths are relative, with slashes, and in their simplest form. Those of shared modules that
	// the lock names stand below the module's key, as "durward:crm@1.2.0/index.ts".
	Files map[string]string `json:"files"`
	// Entry is the path of the file that exports execute.
	Entry string `json:"entry"`
	// Module says that it is a shared module, which exports what it likes.
	Module bool `json:"module,omitempty"`
	// Packages are what the action may import besides its own files; nil if it declares no dependencies.
	Packages *Packages `json:"-"`
}

// Bundle is what a build makes. The same source makes the same bytes.
type Bundle struct {
	// Script is a classic script in ASCII that leaves an object with the entry file's exports in the global variable $action.
	Script []byte
	// SourceMap leads from the script to the files (source map version 3, with the files' texts in it).
	SourceMap []byte
	// Bundler names what made the bundle and its version, for example "esbuild 0.28.2".
	Bundler  string
	Warnings []Diagnostic
	// Capabilities are what the script can do, as far as its text shows.
	Capabilities capability.Found
}

// Limits of a source and of what is made of it, in bytes but for the counts.
const (
	MaxFiles      = 500
	MaxFileSize   = 1 << 20
	MaxSourceSize = 5 << 20 // all files together
	MaxScriptSize = 5 << 20
	MaxMapSize    = 12 << 20
	// MaxNesting is how many brackets may be open at once, and how many prefix operators, arrows or conditions may follow one another.
	MaxNesting = 200
)

// version is esbuild's, as in go.mod.
const version = "0.28.2"

// Build bundles src. The error is a [*BuildError] if the source is at fault, and it is located wherever that can be told.
// Safe for concurrent use.
func Build(src Source) (*Bundle, error) {
	if faults := src.check(); len(faults) > 0 {
		return nil, newBuildError(faults)
	}
	files, faults := prepare(src)
	if len(faults) > 0 {
		return nil, newBuildError(faults)
	}
	if err := src.Packages.check(); err != nil {
		return nil, err
	}
	modules := newModules(files, src.Packages)
	result := bundle(src.Entry, modules)
	warnings := slices.Concat(diagnostics(SeverityWarning, result.Warnings), shadowed(src), modules.unused())
	if len(result.Errors) > 0 {
		return nil, newBuildError(append(modules.own(diagnostics(SeverityError, result.Errors)), warnings...))
	}
	return collect(src, result, warnings)
}

// bundle lets esbuild bundle.
func bundle(entry string, modules *modules) api.BuildResult {
	result := api.Build(options(entry, modules))
	result.Errors, result.Warnings = sorted(result.Errors, result.Warnings)
	return result
}

func options(entry string, modules *modules) api.BuildOptions {
	o := api.BuildOptions{
		EntryPoints: []string{entry},
		Bundle:      true,
		Plugins:     []api.Plugin{modules.plugin()},

		// esbuild looks for the entry point in this directory before it asks the plugin. Nothing can be below a device.
		AbsWorkingDir: "/dev/null/action",
		Outfile:       "/dev/null/action/action.js",
		Write:         false,
		TsconfigRaw:   "{}",

		Format:    api.FormatESModule,
		Banner:    map[string]string{"js": opening},
		Metafile:  true,
		Platform:  api.PlatformNeutral,
		Charset:   api.CharsetASCII,
		Target:    api.ES2022,
		Supported: missing(),

		LegalComments:  api.LegalCommentsNone,
		Sourcemap:      api.SourceMapExternal,
		SourcesContent: api.SourcesContentInclude,

		LogLevel:    api.LogLevelSilent,
		LogLimit:    maxDiagnostics,
		LogOverride: raised(),
	}
	if modules.any() {
		// What is raised is so for the action's own files only, and only afterwards can the two be told apart. The texts of packages would make the map large.
		o.LogOverride, o.LogLimit, o.SourcesContent = lowered(), 0, api.SourcesContentExclude
		o.Define = map[string]string{"process.env.NODE_ENV": `"production"`, "global": "globalThis"}
	}
	return o
}

// raised are the levels of what esbuild only remarks on, though it cannot work in an action.
func raised() map[string]api.LogLevel {
	return map[string]api.LogLevel{
		"import-is-undefined":        api.LogLevelError,
		"indirect-require":           api.LogLevelWarning, // libraries look whether there is a require
		"unsupported-dynamic-import": api.LogLevelError,
		"unsupported-regexp":         api.LogLevelError,
		"unsupported-require-call":   api.LogLevelError,
	}
}

// lowered are the same as warnings.
func lowered() map[string]api.LogLevel {
	levels := raised()
	for id := range levels {
		levels[id] = api.LogLevelWarning
	}
	return levels
}

// sorted leaves out warnings about packages and modules, which their users cannot mend, and makes errors of warnings that are errors in the action's own files.
func sorted(errors, warnings []api.Message) (failed, warned []api.Message) {
	levels := raised()
	for _, w := range warnings {
		switch {
		case w.Location != nil && !isOwn(w):
		case levels[w.ID] == api.LogLevelError:
			errors = append(errors, w)
		default:
			warned = append(warned, w)
		}
	}
	return errors, warned
}

// isOwn says whether a message is about one of the files that are being bundled, and not about one that they import from elsewhere.
func isOwn(m api.Message) bool {
	name, inSource := strings.CutPrefix(m.Location.File, namespaceAction+":")
	key, _ := SplitModule(name)
	return inSource && key == ""
}

// missing is the syntax that goja does not have. What can be expressed otherwise is; the rest becomes an error.
func missing() map[string]bool {
	return map[string]bool{
		"async-generator":                 false,
		"decorators":                      false,
		"dynamic-import":                  false,
		"for-await":                       false,
		"import-meta":                     false,
		"regexp-match-indices":            false,
		"regexp-set-notation":             false,
		"regexp-unicode-property-escapes": false, // goja without regexp2 takes \p{L} literally
		"top-level-await":                 false,
		"using":                           false,
	}
}

func collect(src Source, result api.BuildResult, warnings []Diagnostic) (*Bundle, error) {
	b := &Bundle{Bundler: "esbuild " + version, Warnings: warnings}
	for _, out := range result.OutputFiles {
		if strings.HasSuffix(out.Path, ".map") {
			b.SourceMap = out.Contents
		} else {
			b.Script = closed(out.Contents, !hasCommonJS(result.Metafile))
		}
	}
	if len(b.Script) > MaxScriptSize {
		return nil, newBuildError([]Diagnostic{{
			Severity: SeverityError,
			Text:     fmt.Sprintf("The bundle is too large: %d bytes, at most %d are allowed", len(b.Script), MaxScriptSize),
			Hint:     "Leave out what the action does not use.",
		}})
	}
	b.Capabilities = capability.Of(b.Script, b.SourceMap, capability.Namespaces{
		Own: namespaceAction + ":", Package: namespacePackage + ":", Builtin: []string{namespaceBuiltin + ":", namespaceRequire + ":"},
	})
	var err error
	if b.SourceMap, err = authorsMap(b.SourceMap, src.Files); err != nil {
		return nil, fmt.Errorf("source map: %w", err)
	}
	if len(b.SourceMap) > MaxMapSize {
		return nil, newBuildError([]Diagnostic{{
			Severity: SeverityError,
			Text:     fmt.Sprintf("The source map is too large: %d bytes, at most %d are allowed", len(b.SourceMap), MaxMapSize),
			Hint:     "Use shorter sources.",
		}})
	}
	return b, nil
}
