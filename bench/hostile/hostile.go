// Package hostile is a corpus of actions that mean harm, and what plays them on a server.
//
// A [Program] is one action with the set of answers that a correct host may give to it; [Corpus] returns all of them, in families. A [Player] is a tenant that publishes programs through
// the API, executes them, and checks after each that an honest action of its own is still answered right. What proves the sandbox with them is elsewhere: a test in cmd/durward, and the command bench.
//
// Most programs are in the folder programs, a file for each family, because they are easier to read there. Those that are long rather than clever are made in generated.go.
package hostile

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// Refused is the answer of a host that does not publish a program.
const Refused = "refused"

// Program is one hostile action.
type Program struct {
	Family string
	Name   string // unique in its family
	Files  map[string]string
	// Answers are what a correct host may answer: a kind of outcome, a kind of failure, or [Refused]. Where a program makes garbage as fast as it can, or takes long to come to
	// its point, more than one limit may be the first on a busy machine.
	Answers []string
	// State is what the state of an outcome that is allowed must hold, by member; nil if it does not matter.
	State map[string]json.RawMessage
}

func (p *Program) String() string { return p.Family + ": " + p.Name }

// Size is the size of the program's files together, in bytes.
func (p *Program) Size() int {
	size := 0
	for _, text := range p.Files {
		size += len(text)
	}
	return size
}

// allows reports whether an answer is one of those that are allowed.
func (p *Program) allows(answer string) bool { return slices.Contains(p.Answers, answer) }

// Corpus returns all programs, by family and in the order in which they were written.
func Corpus() []*Program {
	all := append(written(), generated()...)
	slices.SortStableFunc(all, func(a, b *Program) int { return cmp.Compare(a.Family, b.Family) })
	return all
}

// Families groups programs by family, in order.
func Families(all []*Program) [][]*Program {
	var families [][]*Program
	for i, p := range all {
		if i == 0 || p.Family != all[i-1].Family {
			families = append(families, nil)
		}
		last := &families[len(families)-1]
		*last = append(*last, p)
	}
	return families
}

// action makes a program's one file from the body of its function execute.
func action(body string) map[string]string {
	return module("export async function execute(input) {\n" + strings.TrimSuffix(body, "\n") + "\n}\n")
}

func module(text string) map[string]string { return map[string]string{"action.js": text} }
