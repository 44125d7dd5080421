package types

import (
	"strconv"
	"strings"

	"github.com/durward/durward/catalog/contract"
)

// writer writes declarations, indented by two spaces.
type writer struct {
	text   strings.Builder
	indent int
	// declared are the named types written so far.
	declared map[string]bool
}

func (w *writer) line(s string) {
	if s != "" {
		w.text.WriteString(strings.Repeat("  ", w.indent))
		w.text.WriteString(s)
	}
	w.text.WriteByte('\n')
}

func (w *writer) open(s string) {
	w.line(s)
	w.indent++
}

func (w *writer) close() {
	w.indent--
	w.line("}")
}

func (w *writer) doc(s string) { w.line("/** " + comment(s) + " */") }

// named declares the named types that a shape is made of, those that it needs first, each once.
func (w *writer) named(s contract.Shape) {
	if s.Elem != nil {
		w.named(*s.Elem)
	}
	for _, m := range s.Members {
		w.named(m.Shape)
	}
	if s.Name == "" || w.declared[s.Name] {
		return
	}
	w.declared[s.Name] = true
	switch s.Type {
	case contract.Enum:
		w.line("export type " + s.Name + " = " + union(s.Values) + ";")
	case contract.Object:
		w.open("export interface " + s.Name + " {")
		w.members(s.Members)
		w.close()
	}
	w.line("")
}

func (w *writer) members(members []contract.Member) {
	for _, m := range members {
		w.doc(m.Doc)
		w.member(m.Name, m.Optional, typeOf(m.Shape))
	}
}

func (w *writer) member(name string, optional bool, typ string) {
	if optional {
		name += "?"
	}
	w.line(name + ": " + typ + ";")
}

// typeOf is the type expression for a shape; objects are named, and declared elsewhere.
func typeOf(s contract.Shape) string {
	switch {
	case s.Name != "":
		return s.Name
	case s.Type == contract.Enum:
		return union(s.Values)
	case s.Type == contract.Array && s.Elem.Name == "" && s.Elem.Type == contract.Enum:
		return "(" + typeOf(*s.Elem) + ")[]"
	case s.Type == contract.Array:
		return typeOf(*s.Elem) + "[]"
	case s.Type == contract.Open && s.Elem != nil:
		return "Record<string, " + typeOf(*s.Elem) + ">"
	}
	return plain[s.Type]
}

var plain = map[contract.Type]string{
	contract.String:    "string",
	contract.Boolean:   "boolean",
	contract.Integer:   "number",
	contract.Number:    "number",
	contract.Timestamp: "Timestamp",
	contract.Open:      "OpenObject",
}

func union(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	return strings.Join(quoted, " | ")
}

// pascal turns a trigger's id into the name of its namespace: login.credential-checked into LoginCredentialChecked.
func pascal(id contract.TriggerID) string {
	words := strings.FieldsFunc(string(id), func(r rune) bool { return r == '.' || r == '-' })
	for i, word := range words {
		if word == "mfa" {
			words[i] = "MFA"
			continue
		}
		words[i] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}
