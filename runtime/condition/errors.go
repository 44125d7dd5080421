package condition

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"

	"cel.dev/cel-go/cel"

	"github.com/durward/durward/catalog/contract"
)

// Error is something wrong in an expression, in words for users.
type Error struct {
	Line    int // from 1
	Column  int // from 1, in UTF-16 code units
	Message string
	Hint    string // what would be right, where that is known
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	return text
}

// Errors are the first things wrong in an expression, at least one.
type Errors []*Error

func (e Errors) Error() string {
	if len(e) == 1 {
		return e[0].Error()
	}
	return fmt.Sprintf("%v (and %d more)", e[0], len(e)-1)
}

// located are the library's complaints in our words and places.
func located(text string, issues *cel.Issues, l *language) Errors {
	var errs Errors
	for _, issue := range issues.Errors() {
		if len(errs) == maxErrors {
			break
		}
		line := max(issue.Location.Line(), 1)
		message, hint := explain(issue.Message, l)
		errs = append(errs, &Error{Line: line, Column: columnOf(text, line, max(issue.Location.Column(), 0)), Message: clip(message), Hint: hint})
	}
	return errs
}

var (
	undeclared = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
	undefined  = regexp.MustCompile(`^undefined field '([^']*)'`)
	overload   = regexp.MustCompile(`^found no matching overload for '([^']*)' applied to '(.*)'$`)
)

// explain puts a complaint into words that somebody understands who does not know the library, and adds what may be meant.
func explain(message string, l *language) (text, hint string) {
	if found := undeclared.FindStringSubmatch(message); found != nil {
		return explainName(found[1], l)
	}
	if found := undefined.FindStringSubmatch(message); found != nil {
		return fmt.Sprintf("there is no member %q", found[1]), l.hintOfMember(found[1])
	}
	if found := overload.FindStringSubmatch(message); found != nil {
		return fmt.Sprintf("%s does not take %s", operatorName(found[1]), strings.ReplaceAll(found[2], rootType+".", variable+".")), hintOfTypes(found[2])
	}
	message = strings.TrimPrefix(message, "Syntax error: ")
	if strings.Contains(message, "recursion limit") {
		return "the expression is nested too deep", ""
	}
	return message, ""
}

func explainName(name string, l *language) (text, hint string) {
	text = fmt.Sprintf("there is no %q", name)
	if _, ok := l.shapes.objects[rootType][name]; ok {
		return text, fmt.Sprintf("write %s.%s", variable, name)
	}
	switch name {
	case "map", "filter":
		return text, "exists, all and exists_one look through lists"
	case "===", "includes":
		return text, "write contains for a text, and in for a list"
	case "toLowerCase", "lower":
		return text, "write lowerAscii()"
	}
	return text, fmt.Sprintf("everything is in %s, as in %s.user.email", variable, variable)
}

// hintOfMember says why a member is not there, or which one may be meant.
func (l *language) hintOfMember(name string) string {
	if why, ok := left[name]; ok {
		return why
	}
	for _, members := range l.shapes.names {
		if hint := contract.Suggest(name, members); hint != "" {
			return fmt.Sprintf("is it %q?", hint)
		}
	}
	return ""
}

func operatorName(name string) string {
	switch name {
	case "_[_]":
		return "[ ]"
	case "_?_:_":
		return "? :"
	}
	return strings.Trim(name, "_@")
}

func hintOfTypes(args string) string {
	switch args {
	case "(double, int)", "(int, double)":
		return "write a number with a point, as in 80.0"
	case "(timestamp, string)", "(string, timestamp)":
		return `write timestamp("2026-01-31T00:00:00Z")`
	}
	return ""
}

// columnOf turns a column from 0 in characters into one from 1 in UTF-16 code units.
func columnOf(text string, line, column int) int {
	for range line - 1 {
		_, text, _ = strings.Cut(text, "\n")
	}
	units := 1
	for _, r := range text {
		if column == 0 || r == '\n' {
			break
		}
		column--
		units += utf16.RuneLen(r)
	}
	return units
}

// placeOf is the place of a byte.
func placeOf(text string, at int) (line, column int) {
	before := text[:at]
	line = 1 + strings.Count(before, "\n")
	return line, columnOf(text, line, len([]rune(before[strings.LastIndexByte(before, '\n')+1:])))
}

func clip(s string) string {
	s = strings.ToValidUTF8(s, "�")
	if len(s) <= maxMessage {
		return s
	}
	return strings.ToValidUTF8(s[:maxMessage], "") + "…"
}
