package typecheck

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/durward/durward/bundler"
)

// Bounds of what is told. Texts are in bytes.
const (
	maxDiagnostics = 50
	maxText        = 1000
)

var (
	// located matches the first line of a diagnostic with a place; further lines of it are indented.
	located = regexp.MustCompile(`^(.+?)\((\d{1,7}),(\d{1,7})\): (error|warning) TS(\d{1,6}): (.*)$`)
	// unlocated matches one without: the compiler's settings do not suit it, or something that it needs is not there.
	unlocated = regexp.MustCompile(`^error TS(\d{1,6}): (.*)$`)
)

// read makes diagnostics of what the compiler printed. What it says of declarations is nobody's to mend here and is left out.
func read(printed, dir string, files map[string]string) ([]bundler.Diagnostic, error) {
	var found []bundler.Diagnostic
	var refused string
	var last *bundler.Diagnostic
	for line := range strings.Lines(printed) {
		line = strings.ToValidUTF8(strings.TrimRight(line, "\r\n"), "\ufffd")
		if m := located.FindStringSubmatch(line); m != nil {
			last = nil
			if d, ok := diagnostic(m, dir, files); ok && len(found) < maxDiagnostics {
				found = append(found, d)
				last = &found[len(found)-1]
			}
			continue
		}
		if m := unlocated.FindStringSubmatch(line); m != nil {
			last = nil
			refused = line
			continue
		}
		if last != nil && strings.HasPrefix(line, " ") { // the reasons behind it
			last.Hint = clip(strings.TrimSpace(last.Hint+" "+withoutFolder(strings.TrimSpace(line), dir)), maxText)
		}
	}
	if len(found) == 0 && refused != "" {
		return nil, fmt.Errorf("type check: the compiler says %q", clip(withoutFolder(refused, dir), maxText))
	}
	return found, nil
}

// diagnostic is what the matched line says, unless it is about a file that is none of the action's, or a place that the file does not have.
func diagnostic(m []string, dir string, files map[string]string) (bundler.Diagnostic, bool) {
	name, ok := strings.CutPrefix(m[1], sources+"/")
	content, known := files[name]
	row, _ := strconv.Atoi(m[2]) // of few digits
	column, _ := strconv.Atoi(m[3])
	if !ok || !known || row < 1 || column < 1 {
		return bundler.Diagnostic{}, false
	}
	line, _ := lineOf(content, row)
	text, advice, hint := withoutFolder(m[6], dir), "", ""
	if text, advice, _ = strings.Cut(text, " Do you need to "); advice != "" { // install Node's types, or add a browser's
		hint = "Actions have neither the globals of browsers nor all of Node.js; durward types shows what they have."
	}
	return bundler.Diagnostic{
		Severity: bundler.SeverityError, File: name, Line: row, Column: column, Length: wordAt(line, column), LineText: clip(line, maxText),
		Text: clip(text, maxText) + " (TS" + m[5] + ")", Hint: hint,
	}, true
}

// withoutFolder leaves out where on this machine the check was made.
func withoutFolder(text, dir string) string {
	return strings.NewReplacer(dir+"/"+sources+"/", "", dir+"/", "").Replace(text)
}

// lineOf is a line of a text, as TypeScript counts them: from 1, and ended also by a lone carriage return and by Unicode's separators.
func lineOf(content string, row int) (string, bool) {
	for ; row > 1; row-- {
		i := strings.IndexAny(content, "\n\r\u2028\u2029")
		if i < 0 {
			return "", false
		}
		if strings.HasPrefix(content[i:], "\r\n") {
			i++
		}
		_, size := runeAt(content[i:])
		content = content[i+size:]
	}
	if i := strings.IndexAny(content, "\n\r\u2028\u2029"); i >= 0 {
		content = content[:i]
	}
	return content, true
}

func runeAt(s string) (r rune, size int) {
	for i, c := range s {
		if i > 0 {
			return r, i
		}
		r = c
	}
	return r, len(s)
}

// wordAt is how many UTF-16 code units the word at a column has, which counts them from 1; at least 1.
func wordAt(line string, column int) int {
	units := utf16.Encode([]rune(line))
	n := 0
	for at := column - 1; at < len(units); at++ {
		if r := rune(units[at]); !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '$' {
			break
		}
		n++
	}
	return max(n, 1)
}
