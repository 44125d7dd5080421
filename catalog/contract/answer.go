package contract

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// CheckOutcome checks what an action answered at t against the contract and returns its kind. Members that are unknown or of another type
// are refused, and so is a kind that the trigger does not allow: anything but an outcome is an error of the action, and never silently continue.
//
// The error is a [*MalformedError] if the text is not JSON, else [FieldErrors]. Safe for concurrent use.
func CheckOutcome(outcome []byte, t Trigger) (Kind, error) {
	kind, err := kindOf(outcome)
	if err != nil {
		return "", err
	}
	node, ok := outcomes()[kind]
	if !ok {
		return "", fieldError("/kind", "%q is not a kind of outcome; the kinds are continue, block, demand_mfa and redirect", clip(string(kind)))
	}
	if !t.Allows(kind) {
		return "", fieldError("/kind", "%s is not allowed at %s; allowed are %s", kind, t.ID, kindList(t.Answers))
	}
	if err := check(outcome, node); err != nil {
		return "", err
	}
	if err := checkDirectives(outcome); err != nil {
		return "", err
	}
	return kind, nil
}

func fieldError(pointer, format string, args ...any) error {
	return FieldErrors{{Pointer: pointer, Detail: fmt.Sprintf(format, args...)}}
}

func kindList(kinds []Kind) string {
	text := ""
	for i, k := range kinds {
		if i > 0 {
			text += ", "
		}
		text += string(k)
	}
	return text
}

func check(value []byte, n *node) error {
	d := decoders.Get().(*decoder)
	defer d.release()
	_, err := d.decode(value, n)
	return err
}

// kindOf finds the member that says which kind of outcome this is.
func kindOf(outcome []byte) (Kind, error) {
	var head struct {
		Kind jsontext.Value `json:"kind"`
	}
	if err := json.Unmarshal(outcome, &head); err != nil {
		if _, ok := errors.AsType[*json.SemanticError](err); ok {
			return "", fieldError("", "an outcome is an object with a member kind, not %s", kindNoun(jsontext.Value(outcome).Kind()))
		}
		return "", cmp.Or(check(outcome, compile(open())), error(&MalformedError{Detail: "it is not JSON"}))
	}
	if head.Kind == nil || head.Kind.Kind() == jsontext.KindNull {
		return "", fieldError("/kind", "it is missing: an outcome says its kind, such as { kind: \"continue\" }")
	}
	var kind Kind
	if err := json.Unmarshal(head.Kind, &kind); err != nil {
		return "", fieldError("/kind", "it must be a string")
	}
	return kind, nil
}

func checkDirectives(outcome []byte) error {
	var body struct {
		Directives []jsontext.Value `json:"directives"`
	}
	if err := json.Unmarshal(outcome, &body); err != nil {
		return fieldError("/directives", "it must be an array of objects")
	}
	if len(body.Directives) > maxDirectives {
		return fieldError("/directives", "a list has at most %d items here", maxDirectives)
	}
	for i, directive := range body.Directives {
		pointer := "/directives/" + strconv.Itoa(i)
		var head struct {
			Type string `json:"type"`
		}
		if err := json.Unmarshal(directive, &head); err != nil {
			return fieldError(pointer+"/type", "it must be a string")
		}
		node, ok := directives()[head.Type]
		if !ok {
			return fieldError(pointer+"/type", "%q is not a directive; the directives are %s", clip(head.Type), alternatives(directiveTypes()))
		}
		if err := check(directive, node); err != nil {
			return below(pointer, err)
		}
	}
	return nil
}

// below puts the pointers of field errors below a pointer.
func below(pointer string, err error) error {
	list, ok := errors.AsType[FieldErrors](err)
	if !ok {
		return err
	}
	moved := make(FieldErrors, len(list))
	for i, e := range list {
		moved[i] = &FieldError{Pointer: pointer + e.Pointer, Detail: e.Detail}
	}
	return moved
}

var outcomes = sync.OnceValue(func() map[Kind]*node {
	nodes := map[Kind]*node{}
	for _, o := range Outcomes() {
		members := slices.Concat([]Member{required("kind", oneOf(string(o.Kind)), "")}, o.Members, Effects())
		for i := range members {
			if members[i].Name == "directives" { // a union, which checkDirectives looks into
				members[i].Shape = list(open())
			}
		}
		nodes[o.Kind] = compile(object("", members...))
	}
	return nodes
})

var directives = sync.OnceValue(func() map[string]*node {
	nodes := map[string]*node{}
	for _, d := range Directives() {
		nodes[d.Type] = compile(object("", append([]Member{required("type", oneOf(d.Type), "")}, d.Members...)...))
	}
	return nodes
})

func directiveTypes() []string {
	var types []string
	for _, d := range Directives() {
		types = append(types, d.Type)
	}
	return types
}
