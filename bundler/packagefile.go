package bundler

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/durward/durward/bundler/npm"
)

// script is a file of a package as the bundling may see it, or why it may not.
type script struct {
	content string
	loader  api.Loader
	faults  []api.Message
}

func (m *modules) loadPackageFile(name string) api.OnLoadResult {
	m.mu.Lock()
	s, known := m.prepared[name]
	m.mu.Unlock()
	if !known {
		key, file := npm.Split(name)
		s = m.preparePackageFile(key, file)
		m.mu.Lock()
		m.prepared[name] = s // two that prepare the same one come to the same
		m.mu.Unlock()
	}
	if len(s.faults) > 0 {
		return api.OnLoadResult{Errors: s.faults}
	}
	return api.OnLoadResult{Contents: &s.content, Loader: s.loader}
}

// preparePackageFile does for a file of a package what prepare does for the action's own, but for imports that are computed: a package may have one where nobody comes by, so it throws.
func (m *modules) preparePackageFile(key, file string) script {
	content := strings.ToValidUTF8(string(m.packages.ByKey[key].Files[file]), "\ufffd")
	s := script{loader: api.LoaderJS}
	if path.Ext(file) == ".json" {
		s.loader = api.LoaderJSON
	}
	name := namespacePackage + ":" + key + "/" + file
	found := scan(name, content)
	if len(found.faults) == 0 {
		s.content = defuse(content, found.comments)
		if s.loader == api.LoaderJS {
			s.content, found.faults = withoutComputedImports(name, s.content)
		}
	}
	if len(found.faults) > 0 { // one reason is enough
		f, at := found.faults[0], file
		if f.Line > 0 {
			at = fmt.Sprintf("%s:%d:%d", file, f.Line, f.Column)
		}
		hint := fmt.Sprintf("The file is %s of %s, which comes in by %s.", at, key, strings.Join(m.chain(key), " → "))
		s.faults = refusal(fmt.Sprintf("%s cannot be used: %s: %s", key, file, f.Text), hint)
	}
	return s
}

var (
	// plainRequire matches a call of require that esbuild asks the plugin for. The name in it has no character that could hide another call.
	plainRequire = regexp.MustCompile(`\brequire\(["'][\w@./:~-]*["']\)`)
	// escapedLetter matches an escape with which a letter of a name could be written.
	escapedLetter = regexp.MustCompile(`\\u(00[67]|\{0*[67])`)
)

// Names of the functions that stand in the place of require and import where the argument is computed.
const (
	computedRequire = "$durward_require"
	computedImport  = "$durward_import"
)

// withoutComputedImports puts functions that throw in the place of require and import where their argument is computed; see computedImports for why none may get to the bundling. It fails if
// one is left then, or if the file cannot be parsed.
func withoutComputedImports(name, content string) (string, []Diagnostic) {
	rest := plainRequire.ReplaceAllString(content, " ")
	if !strings.Contains(rest, "require") && !mayCompute.MatchString(rest) && !escapedLetter.MatchString(rest) {
		return content, nil
	}
	errors := transformErrors(name, content)
	if len(errors) == 0 {
		return content, nil
	}
	changed, ok := standIns(content, errors)
	if ok {
		errors = transformErrors(name, changed)
	}
	if len(errors) > 0 {
		return "", diagnostics(SeverityError, errors[:1])
	}
	return changed, nil
}

func transformErrors(name, content string) []api.Message {
	return api.Transform(content, api.TransformOptions{
		Sourcefile: name, Loader: api.LoaderJS, TsconfigRaw: "{}", Format: api.FormatCommonJS, Platform: api.PlatformNeutral, Target: api.ES2022, Supported: missing(),
		LogLevel: api.LogLevelSilent, LogOverride: computedRaised(),
	}).Errors
}

// computedRaised raises only what esbuild says of computed imports.
func computedRaised() map[string]api.LogLevel {
	return map[string]api.LogLevel{"unsupported-dynamic-import": api.LogLevelError, "unsupported-require-call": api.LogLevelError}
}

// standIns replaces what stands at the places of errors; ok is false if one of them is no call of require or import.
func standIns(content string, errors []api.Message) (changed string, ok bool) {
	starts := lineStarts(content)
	places := map[int]string{}
	for _, e := range errors {
		if e.Location == nil || e.Location.Line > len(starts) {
			return "", false
		}
		at := starts[e.Location.Line-1] + e.Location.Column
		switch {
		case at < len(content) && e.ID == "unsupported-require-call" && strings.HasPrefix(content[at:], "require"):
			places[at] = "require"
		case at < len(content) && e.ID == "unsupported-dynamic-import" && strings.HasPrefix(content[at:], "import"):
			places[at] = "import"
		default:
			return "", false
		}
	}
	var out strings.Builder
	done := 0
	for _, at := range sortedKeys(places) {
		out.WriteString(content[done:at] + "$durward_" + places[at])
		done = at + len(places[at])
	}
	out.WriteString(content[done:])
	out.WriteString("\nfunction " + computedRequire + "(name) { throw Object.assign(new Error(\"Cannot find module '\" + name + \"': what a package imports must be written out\"), { code: \"MODULE_NOT_FOUND\" }); }")
	out.WriteString("\nfunction " + computedImport + "(name) { return new Promise(() => " + computedRequire + "(name)); }\n")
	return out.String(), true
}

func sortedKeys(places map[int]string) []int {
	list := make([]int, 0, len(places))
	for at := range places {
		list = append(list, at)
	}
	slices.Sort(list)
	return list
}

// lineStarts are the places where lines start, as esbuild counts them: also a lone carriage return and the separators of Unicode end one.
func lineStarts(content string) []int {
	starts := []int{0}
	for i, r := range content {
		switch r {
		case '\r':
			if strings.HasPrefix(content[i+1:], "\n") {
				continue
			}
			starts = append(starts, i+1)
		case '\n':
			starts = append(starts, i+1)
		case '\u2028', '\u2029':
			starts = append(starts, i+3)
		}
	}
	return starts
}
