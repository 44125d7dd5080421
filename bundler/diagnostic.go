package bundler

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/evanw/esbuild/pkg/api"
)

// Severity says whether a diagnostic keeps a bundle from being made.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Diagnostic is something to tell the author about a place in the sources, or about all of them.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	// File is the path of a file of the source; empty where it is about no file in particular.
	File string `json:"file,omitempty"`
	// Line and Column count from 1, Column and Length in UTF-16 code units as editors do; zero where there is no place.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	Length int `json:"length,omitempty"`
	// LineText is the line itself, clipped if it is very long.
	LineText string `json:"line_text,omitempty"`
	Text     string `json:"text"`
	// Hint says what would be right, where that is known.
	Hint string `json:"hint,omitempty"`
}

// String returns one line: place, severity and text.
func (d Diagnostic) String() string {
	place := d.File
	if d.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d", d.File, d.Line, d.Column)
	}
	if place != "" {
		place += ": "
	}
	return place + string(d.Severity) + ": " + d.Text
}

// BuildError is a source that cannot be bundled. It has at least one diagnostic of severity error; warnings may be among them.
type BuildError struct {
	Diagnostics []Diagnostic
}

func (e *BuildError) Error() string {
	if len(e.Diagnostics) == 1 {
		return e.Diagnostics[0].String()
	}
	return fmt.Sprintf("%s (and %d more)", e.Diagnostics[0], len(e.Diagnostics)-1)
}

// Bounds of what is told, so that a hostile source cannot make it large. Texts are in bytes.
const (
	maxDiagnostics = 50
	maxText        = 1000
)

func newBuildError(ds []Diagnostic) *BuildError {
	return &BuildError{Diagnostics: ds[:min(len(ds), maxDiagnostics)]}
}

// at returns an error located at the bytes from start to end of a file.
func at(file, content string, start, end int, text, hint string) Diagnostic {
	starts := lineStarts(content[:start])
	lineStart, lineEnd := starts[len(starts)-1], len(content)
	if i := strings.IndexAny(content[start:], "\n\r\u2028\u2029"); i >= 0 {
		lineEnd = start + i
	}
	return Diagnostic{
		Severity: SeverityError, File: file, Line: len(starts),
		Column: 1 + utf16Len(content[lineStart:start]), Length: utf16Len(content[start:min(end, lineEnd)]),
		LineText: clip(content[lineStart:lineEnd], maxText), Text: text, Hint: hint,
	}
}

// diagnostics translates esbuild's messages.
func diagnostics(severity Severity, messages []api.Message) []Diagnostic {
	var ds []Diagnostic
	for _, m := range messages {
		text, hint := inOurWords(m)
		d := Diagnostic{Severity: severity, Text: clip(text, maxText), Hint: clip(hint, maxText)}
		if l := m.Location; l != nil {
			d.File, d.Line, d.LineText = strings.TrimPrefix(l.File, namespaceAction+":"), l.Line, clip(l.LineText, maxText)
			column := min(l.Column, len(l.LineText))
			d.Column = 1 + utf16Len(l.LineText[:column])
			d.Length = utf16Len(l.LineText[column:min(column+l.Length, len(l.LineText))])
		}
		ds = append(ds, d)
	}
	return ds
}

func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
