package vm

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"
)

// own says whether a file of the sources is the action's own: those of packages and of the host have a namespace in front of them, and paths have no colon.
func own(file string) bool { return !strings.Contains(file, ":") }

// Place returns the place in the action's own files that is nearest to the failure, else the innermost one that is known; false if none is.
func (f *Failure) Place() (Frame, bool) {
	if i := slices.IndexFunc(f.Stack, func(at Frame) bool { return own(at.File) }); i >= 0 {
		return f.Stack[i], true
	}
	if len(f.Stack) > 0 {
		return f.Stack[0], true
	}
	return Frame{}, false
}

// Locate returns the failure with a place in the action's own files. Where none is known — values that are not errors have no stack, what a package does later has none of the action's,
// and a process that dies leaves none — it is the declaration of the entry function, as the outermost frame.
func (p *Program) Locate(f *Failure, entry string) *Failure {
	if at, ok := f.Place(); p == nil || ok && own(at.File) {
		return f
	}
	p.declarations.Do(p.findDeclarations)
	at, ok := p.declared[entry]
	if !ok {
		return f
	}
	located := *f
	located.Stack = append(slices.Clone(f.Stack), at)
	return &located
}

// declaration matches what exports a function that the host calls. It is text that is looked at, and not syntax: in a comment it could find the wrong line, which misleads nobody for long.
var declaration = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t]*(?:export[ \t]+(?:default[ \t]+)?)?(?:(?:async[ \t]+)?function[ \t]*\*?|const|let|var)[ \t]+(execute|resume|on[A-Z]\w*)\b` +
		`|\bexports\.(execute|resume|on[A-Z]\w*)\b|\b(?:export|module\.exports[ \t]*=)\s*\{[^}]*?\b(execute|resume|on[A-Z]\w*)\b`)
})

func (p *Program) findDeclarations() {
	p.declared = map[string]Frame{}
	src, err := readSources(p.SourceMap)
	if err != nil {
		return
	}
	for _, name := range src.names { // the entry file comes last, after what it imports
		content := src.content[name]
		if !own(name) {
			continue
		}
		for _, m := range declaration().FindAllStringSubmatchIndex(content, -1) {
			start, end := m[2], m[3]
			for i := 4; start < 0; i += 2 {
				start, end = m[i], m[i+1]
			}
			function := content[start:end]
			if already := p.declared[function]; already.File != name { // the first one of a file counts
				p.declared[function] = frameAt(name, content, start, function)
			}
		}
	}
}

// frameAt is the place of a byte of a file.
func frameAt(file, content string, at int, function string) Frame {
	number := 1
	before, rest, more := cutLine(content[:at])
	for ; more; number++ {
		before, rest, more = cutLine(rest)
	}
	return Frame{Function: function, File: file, Line: number, Column: 1 + len(utf16.Encode([]rune(before))), Text: line(content, number)}
}
