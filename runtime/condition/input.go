package condition

import (
	"encoding/json"
	"fmt"

	"cel.dev/cel-go/cel"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Input is what conditions are evaluated on: JSON objects that have been checked against the contract, or nil for what there is not. Each is decoded when a condition first reads it. An Input belongs to one
// call, and is not safe for concurrent use.
type Input struct {
	trigger  string
	sections map[string]*section
}

type section struct {
	text    json.RawMessage
	decoded object
	err     error
}

// NewInput returns an input without any section.
func NewInput(trigger string) *Input {
	return &Input{trigger: trigger, sections: make(map[string]*section, 4)}
}

// Set says what the section user, request, state or context is. It replaces what was there; nil means that there is none.
func (in *Input) Set(name string, text json.RawMessage) {
	if text == nil {
		delete(in.sections, name)
		return
	}
	in.sections[name] = &section{text: text}
}

// ResolveName implements cel.Activation.
func (in *Input) ResolveName(name string) (any, bool) {
	if name != variable {
		return nil, false
	}
	return in, true
}

// Parent implements cel.Activation.
func (in *Input) Parent() cel.Activation { return nil }

// member implements source.
func (in *Input) member(name string) (any, bool, error) {
	if name == "trigger" {
		return in.trigger, true, nil
	}
	s := in.sections[name]
	if s == nil {
		return nil, false, nil
	}
	if s.decoded == nil && s.err == nil {
		// The actions get what was sent byte by byte, and parse it as JavaScript does: it takes texts that are not valid UTF-8, and the last of two members with one name.
		if err := jsonv2.Unmarshal(s.text, &s.decoded, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)); err != nil {
			s.err = fmt.Errorf("%s.%s is not an object", variable, name)
		}
	}
	return s.decoded, true, s.err
}
