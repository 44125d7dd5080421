package bundler

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/durward/durward/bundler/npm"
)

// own puts errors in files of packages where the author can do something about them: at the import that brings the package in. One for each import is enough.
func (m *modules) own(errors []Diagnostic) []Diagnostic {
	type place struct {
		file         string
		line, column int
	}
	var located []Diagnostic
	seen := map[place]bool{}
	for _, d := range errors {
		if name, packaged := strings.CutPrefix(d.File, namespacePackage+":"); packaged {
			d = m.atImport(name, d)
			at := place{d.File, d.Line, d.Column}
			if seen[at] {
				continue
			}
			seen[at] = true
		}
		located = append(located, d)
	}
	return located
}

// atImport moves an error in a file of a package, named by its key and path, to the import in the action's files.
func (m *modules) atImport(name string, d Diagnostic) Diagnostic {
	key, file := npm.Split(name)
	chain := m.chain(key)
	text := d.Text
	if !strings.HasPrefix(text, key+" ") { // those of our own name the package
		text = fmt.Sprintf("%s cannot be used: %s", key, text)
	}
	hint := fmt.Sprintf("The error is at %s:%d:%d of %s, which comes in by %s.", file, d.Line, d.Column, key, strings.Join(chain, " → "))
	for _, declared := range slices.Sorted(maps.Keys(m.lock.Root)) {
		if m.lock.Root[declared] != chain[0] {
			continue
		}
		if at, ok := m.importOf(declared); ok {
			at.Severity, at.Text, at.Hint = d.Severity, clip(text, maxText), clip(hint, maxText)
			return at
		}
	}
	return Diagnostic{Severity: d.Severity, Text: clip(text, maxText), Hint: clip(hint, maxText)}
}

// importOf finds the first import of a package or a shared module in the action's files, by their text.
func (m *modules) importOf(name string) (Diagnostic, bool) {
	names := regexp.QuoteMeta(name)
	if module, ok := strings.CutPrefix(name, ModulePrefix); ok {
		names = "(?:" + ModulePrefix + "|" + ModuleAlias + ")" + regexp.QuoteMeta(module)
	}
	pattern := regexp.MustCompile(`\b(?:from|import|require\s*\()\s*(["']` + names + `["'/])`)
	own := Source{Files: m.files[""]}
	for _, path := range own.paths() {
		content := own.Files[path]
		if found := pattern.FindStringSubmatchIndex(content); found != nil {
			return at(path, content, found[2], found[3], "", ""), true
		}
	}
	return Diagnostic{}, false
}

// misspelt is the declared package whose name differs from a name by one letter or by its case; empty if there is none.
func (m *modules) misspelt(name string) string {
	for _, other := range slices.Sorted(maps.Keys(m.lock.Root)) {
		if other != name && (strings.EqualFold(name, other) || oneLetterOff(name, other)) {
			return other
		}
	}
	return ""
}

// oneLetterOff says whether one letter too many, too few, another one, or two that changed places make one name of the other.
func oneLetterOff(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch {
	case len(b)-len(a) > 1 || len(a) < 3:
		return false
	case len(a) < len(b):
		return a[i:] == b[i+1:]
	case i >= len(a)-1:
		return true
	}
	return a[i+1:] == b[i+1:] || a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
