package bundler

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/evanw/esbuild/pkg/api"
)

// loaders say how a file is read, by its extension.
var loaders = map[string]api.Loader{
	".ts": api.LoaderTS, ".mts": api.LoaderTS, ".cts": api.LoaderTS,
	".js": api.LoaderJS, ".mjs": api.LoaderJS, ".cjs": api.LoaderJS,
	".json": api.LoaderJSON,
}

// extensions are tried in this order where an import leaves its extension out.
var extensions = []string{".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"}

const (
	maxPath      = 200 // bytes
	maxPathDepth = 16  // parts
)

// check holds the limits and the rules for paths. It is linear, parses nothing, and is safe in a server.
func (s Source) check() []Diagnostic {
	if len(s.Files) == 0 {
		return []Diagnostic{fault("", "There are no files", "An action has at least one file, which exports execute.")}
	}
	if len(s.Files) > MaxFiles {
		return []Diagnostic{fault("", fmt.Sprintf("There are %d files; at most %d are allowed", len(s.Files), MaxFiles), "")}
	}
	var faults []Diagnostic
	total := 0
	for _, name := range s.paths() {
		content := s.Files[name]
		total += len(content)
		key, inner := SplitModule(name)
		if text := pathFault(inner); text != "" {
			faults = append(faults, fault("", fmt.Sprintf("%q is no path for a file: %s", clip(name, maxPath), text), "Use a name like action.ts or lib/domains.ts."))
			continue
		}
		if key != "" && !s.hasModule(key) {
			faults = append(faults, fault("", fmt.Sprintf("%q is a file of a module that the lock does not have", name), ""))
			continue
		}
		if folder := s.fileAbove(name); folder != "" {
			faults = append(faults, fault(name, fmt.Sprintf("%q is a file, and cannot be a folder too", folder), "Name one of them otherwise."))
		}
		if len(content) > MaxFileSize {
			faults = append(faults, fault(name, fmt.Sprintf("The file is too large: %d bytes, at most %d are allowed", len(content), MaxFileSize), ""))
		} else if !utf8.ValidString(content) {
			faults = append(faults, fault(name, "The file is not text in UTF-8", "Save it with the encoding UTF-8."))
		}
	}
	if total > MaxSourceSize {
		faults = append(faults, fault("", fmt.Sprintf("The files are too large: %d bytes together, at most %d are allowed", total, MaxSourceSize), ""))
	}
	if _, ok := s.Files[s.Entry]; !ok {
		faults = append(faults, fault("", fmt.Sprintf("The entry file %q is not among the files", clip(s.Entry, maxPath)), "Name the file that exports execute."))
	} else if path.Ext(s.Entry) == ".json" {
		faults = append(faults, fault("", "The entry file is data, not code", "Name the file that exports execute."))
	}
	return faults
}

func (s Source) hasModule(key string) bool {
	if s.Packages == nil || s.Packages.Lock == nil {
		return false
	}
	_, ok := s.Packages.Lock.Modules[key]
	return ok
}

// fileAbove returns a folder that a file is in and whose path is also a file's; "" if there is none.
func (s Source) fileAbove(name string) string {
	for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
		if _, ok := s.Files[folder]; ok {
			return folder
		}
	}
	return ""
}

func (s Source) paths() []string {
	names := make([]string, 0, len(s.Files))
	for name := range s.Files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func fault(file, text, hint string) Diagnostic {
	return Diagnostic{Severity: SeverityError, File: file, Text: text, Hint: hint}
}

// pathFault says what is wrong with a path, or "".
func pathFault(name string) string {
	switch {
	case name == "":
		return "it is empty"
	case len(name) > maxPath:
		return fmt.Sprintf("it is longer than %d bytes", maxPath)
	case !utf8.ValidString(name):
		return "it is not UTF-8"
	case strings.ContainsAny(name, `\:*?"<>|#%`) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "it has a character that file names do not have"
	case strings.Count(name, "/") >= maxPathDepth:
		return fmt.Sprintf("it has more than %d parts", maxPathDepth)
	case !inside(name):
		return "it must be relative, with single slashes, without . and .."
	case loaders[path.Ext(name)] == api.LoaderNone:
		return "its extension must be one of " + strings.Join(extensions, " ")
	}
	return ""
}

// inside reports whether name is a relative path in its simplest form that does not lead out.
func inside(name string) bool {
	return name == path.Clean(name) && name != "." && name != ".." && !strings.HasPrefix(name, "/") && !strings.HasPrefix(name, "../")
}

// withoutMark takes away the byte order mark that some editors put in front of a file: it would count as a column of the first line.
func withoutMark(content string) string { return strings.TrimPrefix(content, "\ufeff") }

// withoutInterpreter makes a plain comment of a first line such as #!/usr/bin/env node, which esbuild would put in front of everything else.
func withoutInterpreter(content string) string {
	if rest, ok := strings.CutPrefix(content, "#!"); ok {
		return "//" + rest
	}
	return content
}

// prepare returns the files as the bundling may see them: nesting bounded, comments that point to source maps defused, no computed imports.
func prepare(src Source) (map[string]string, []Diagnostic) {
	files := make(map[string]string, len(src.Files))
	var faults []Diagnostic
	for _, name := range src.paths() {
		content := withoutMark(src.Files[name])
		found := scan(name, content)
		files[name] = withoutInterpreter(defuse(content, found.comments))
		if len(found.faults) == 0 {
			found.faults = computedImports(name, files[name])
		}
		faults = append(faults, found.faults...)
	}
	return files, faults
}
