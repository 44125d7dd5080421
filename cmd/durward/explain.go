package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// explain tells why a command failed, and returns its exit code.
func explain(s streams, err error, command string) int {
	w := s.err
	var problem *client.Problem
	var unreachable *client.UnreachableError
	var wrong *kong.ParseError
	var usage *usageError
	switch {
	case errors.Is(err, errReported):
		return exitFailed
	case errors.As(err, &problem):
		printProblem(w, problem)
		return exitFailed
	case errors.As(err, &unreachable):
		fmt.Fprintf(w, "durward: no server answers at %s\n  %v\n  Is it running? Its URL is taken from --url or DURWARD_URL; \"%s demo\" starts one.\n", unreachable.URL, unreachable.Err, s.self)
		return exitUnreachable
	case errors.As(err, &wrong), errors.As(err, &usage):
		fmt.Fprintf(w, "durward: %v\n  %s --help tells more.\n", err, command)
		return exitUsage
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(w, "durward: interrupted")
		return exitFailed
	}
	fmt.Fprintf(w, "durward: %v\n", err)
	return exitFailed
}

// errReported is a failure that the command's output has told already.
var errReported = errors.New("failed")

// printProblem shows a refusal: what is wrong, the members of the request at fault, and the places in the sources.
func printProblem(w io.Writer, p *client.Problem) {
	fmt.Fprintf(w, "durward: %s\n", p.Title)
	if p.Detail != "" {
		fmt.Fprintf(w, "  %s\n", p.Detail)
	}
	for _, e := range p.Errors {
		fmt.Fprintf(w, "  %s\n", harmless(e.Error()))
	}
	for _, d := range p.Diagnostics {
		printDiagnostic(w, d)
	}
	if hint := whereFrom(p); hint != "" {
		fmt.Fprintf(w, "  %s\n", hint)
	}
	if p.Status >= 500 && p.RequestID != "" {
		fmt.Fprintf(w, "  The server's log has more under request %s.\n", p.RequestID)
	}
}

// whereFrom says which part of the command line a refusal is about, where the server cannot know it.
func whereFrom(p *client.Problem) string {
	isEvent := func(e api.FieldError) bool { return strings.HasPrefix(e.Pointer, "/event") }
	switch p.Code {
	case "invalid":
		if slices.ContainsFunc(p.Errors, isEvent) {
			return "Say with --event what the login system would send."
		}
	case "unauthenticated":
		return "The key is taken from --key or DURWARD_KEY."
	case "forbidden":
		return "The key is taken from --key or DURWARD_KEY; another key may have the role."
	case "not_found":
		return "Is a name misspelt? The tenant is taken from --tenant or DURWARD_TENANT, and a key sees its own tenant only."
	}
	return ""
}

// printDiagnostic shows what is wrong with a source as compilers do: the place, the line, and a mark below it.
func printDiagnostic(w io.Writer, d api.Diagnostic) {
	fmt.Fprintf(w, "%s%s: %s\n", place(d.File, d.Line, d.Column), d.Severity, harmless(d.Text))
	printLine(w, d.LineText, d.Column, d.Length)
	if d.Hint != "" {
		fmt.Fprintf(w, "    %s\n", d.Hint)
	}
}

func place(file string, line, column int) string {
	switch {
	case file == "":
		return ""
	case line == 0:
		return file + ": "
	}
	return fmt.Sprintf("%s:%d:%d: ", file, line, column)
}

// printLine shows a line of source with a caret below the column, which counts from 1 in UTF-16 code units, and tildes below the rest of the length.
func printLine(w io.Writer, text string, column, length int) {
	if text == "" || column < 1 {
		return
	}
	text = harmless(text)
	var pad strings.Builder
	units, marks := 1, 0
	for _, r := range text {
		switch {
		case units >= column+max(length, 1):
		case units >= column:
			marks++
		case r == '\t':
			pad.WriteByte('\t') // as wide as the one above it
		default:
			pad.WriteString(strings.Repeat(" ", utf16Width(r))) // what needs two units is mostly two columns wide
		}
		units += utf16Width(r)
	}
	fmt.Fprintf(w, "    %s\n    %s^%s\n", text, pad.String(), strings.Repeat("~", max(marks-1, 0)))
}

func utf16Width(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}
