package types

import (
	"strings"

	"github.com/durward/durward/catalog/contract"
)

// common declares the types that triggers share. a may be nil.
func (w *writer) common(a *Action) {
	w.doc("A JSON object with members that Durward does not know.")
	w.line("export type OpenObject = { [name: string]: unknown };")
	w.line("")
	w.action(a)
	w.doc("An RFC 3339 timestamp, for example 2026-01-02T15:04:05Z.")
	w.line("export type Timestamp = string;")
	w.line("")
	for _, t := range contract.Triggers() {
		for _, m := range contract.Input(t).Members {
			if m.Name != "context" {
				w.named(m.Shape)
			}
		}
	}
	w.context()
	w.outcomes()
}

// context declares the part of the context that every trigger has.
func (w *writer) context() {
	shape := contract.Context()
	var everywhere []contract.Member
	for _, m := range shape.Members {
		w.named(m.Shape)
		if m.Triggers == nil {
			everywhere = append(everywhere, m)
		}
	}
	w.doc("What is known about a call at every trigger.")
	w.open("export interface CommonContext {")
	w.members(everywhere)
	w.close()
	w.line("")
}

func (w *writer) outcomes() {
	for _, m := range contract.Effects() {
		if m.Name != "directives" {
			w.named(m.Shape)
		}
	}
	w.directives()
	w.doc("What any outcome may do besides.")
	w.open("export interface Effects {")
	w.members(contract.Effects())
	w.close()
	w.line("")
	for _, k := range contract.Outcomes() {
		for _, m := range k.Members {
			w.named(m.Shape)
		}
		w.doc(k.Doc)
		w.open("export interface " + k.Name + " extends Effects {")
		w.line(`kind: "` + string(k.Kind) + `";`)
		w.members(k.Members)
		w.close()
		w.line("")
	}
}

func (w *writer) directives() {
	w.doc("What the login system is to do next.")
	w.line("export type Directive =")
	w.indent++
	all := contract.Directives()
	for i, d := range all {
		w.doc(d.Doc)
		parts := []string{`type: "` + d.Type + `"`}
		for _, m := range d.Members {
			name := m.Name
			if m.Optional {
				name += "?"
			}
			parts = append(parts, name+": "+typeOf(m.Shape))
		}
		end := ""
		if i == len(all)-1 {
			end = ";"
		}
		w.line("| { " + strings.Join(parts, "; ") + " }" + end)
	}
	w.indent--
	w.line("")
}

// trigger declares a trigger's namespace: its context, its input and the outcomes that it allows.
func (w *writer) trigger(t contract.Trigger) {
	w.doc(describe(t))
	w.open("export namespace " + pascal(t.ID) + " {")
	w.doc("What is known about a call at " + string(t.ID) + ".")
	w.open("interface Context extends CommonContext {")
	for _, m := range contract.Context().Members {
		if m.Triggers != nil && m.At(t.ID) {
			w.members([]contract.Member{m})
		}
	}
	w.close()
	w.doc("What an action sees at " + string(t.ID) + ".")
	w.open("interface Input<C = Config, S = Secrets> {")
	for _, m := range contract.Input(t).Members {
		w.doc(m.Doc)
		w.member(m.Name, m.Optional, inputType(m))
	}
	w.close()
	w.doc("What an action may answer at " + string(t.ID) + ".")
	w.line("type Outcome = " + strings.Join(outcomeNames(t), " | ") + ";")
	w.close()
	w.line("")
}

func inputType(m contract.Member) string {
	switch m.Name {
	case "config":
		return "C"
	case "secrets":
		return "S"
	default:
		return typeOf(m.Shape)
	}
}

func outcomeNames(t contract.Trigger) []string {
	var names []string
	for _, k := range contract.Outcomes() {
		if t.Allows(k.Kind) {
			names = append(names, k.Name)
		}
	}
	return names
}

func describe(t contract.Trigger) string {
	s := string(t.ID) + ": " + t.When + "."
	if t.Async {
		s += " Nobody waits for the answer."
	}
	if t.FailClosed {
		s += " A failure blocks, and looks to the user like a bad credential."
	}
	return s
}
