package vm

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// parseJSON makes values of rt from JSON text. goja's own JSON.parse takes three times as long, because it goes through the tokens of encoding/json.
// The text comes from the server, which has checked it; an error here is a fault of ours.
func parseJSON(rt *goja.Runtime, text []byte) (goja.Value, error) {
	return parseInput(rt, text, nil)
}

// parseInput is parseJSON for an input: it hands the object with the secrets to a function when it is made.
func parseInput(rt *goja.Runtime, text []byte, secrets func(*goja.Object)) (goja.Value, error) {
	p := jsonReader{rt: rt, text: text, secrets: secrets}
	value, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if p.peek(); p.at < len(text) {
		return nil, errJSON
	}
	return value, nil
}

var errJSON = errors.New("malformed JSON")

const maxJSONDepth = 512

type jsonReader struct {
	rt   *goja.Runtime
	text []byte
	at   int
	// secrets gets the member secrets of the outermost object; it may be nil.
	secrets func(*goja.Object)
}

// peek skips white space and returns the next byte, 0 at the end.
func (p *jsonReader) peek() byte {
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (p *jsonReader) value(depth int) (goja.Value, error) {
	if depth > maxJSONDepth {
		return nil, errJSON
	}
	switch c := p.peek(); c {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"':
		s, err := p.string()
		if err != nil {
			return nil, err
		}
		return p.rt.ToValue(s), nil
	case 't':
		return p.literal("true", p.rt.ToValue(true))
	case 'f':
		return p.literal("false", p.rt.ToValue(false))
	case 'n':
		return p.literal("null", goja.Null())
	default:
		return p.number()
	}
}

func (p *jsonReader) literal(word string, value goja.Value) (goja.Value, error) {
	if len(p.text)-p.at < len(word) || string(p.text[p.at:p.at+len(word)]) != word {
		return nil, errJSON
	}
	p.at += len(word)
	return value, nil
}

func (p *jsonReader) object(depth int) (goja.Value, error) {
	p.at++
	object := p.rt.NewObject()
	if p.peek() == '}' {
		p.at++
		return object, nil
	}
	for {
		if p.peek() != '"' {
			return nil, errJSON
		}
		name, err := p.string()
		if err != nil {
			return nil, err
		}
		if p.peek() != ':' {
			return nil, errJSON
		}
		p.at++
		if err := p.member(object, name, depth); err != nil {
			return nil, err
		}
		switch p.peek() {
		case ',':
			p.at++
		case '}':
			p.at++
			return object, nil
		default:
			return nil, errJSON
		}
	}
}

func (p *jsonReader) member(object *goja.Object, name string, depth int) error {
	if c := p.peek(); depth < lateDepth && (c == '{' || c == '[') {
		start := p.at
		if err := p.skip(); err != nil {
			return err
		}
		if raw := p.text[start:p.at]; len(raw) > lateBytes {
			return p.late(object, name, func() (goja.Value, error) {
				value, err := (&jsonReader{rt: p.rt, text: raw}).value(0)
				if err == nil {
					p.made(name, value, depth)
				}
				return value, err
			})
		}
		p.at = start
	}
	value, err := p.value(depth + 1)
	if err != nil {
		return err
	}
	p.made(name, value, depth)
	return define(object, name, value)
}

// made looks at a member that was made.
func (p *jsonReader) made(name string, value goja.Value, depth int) {
	if p.secrets == nil || depth > 0 || name != "secrets" {
		return
	}
	if object, ok := value.(*goja.Object); ok {
		p.secrets(object)
	}
}

// define adds a member as JSON.parse does. It is defined, not set: one named __proto__ is a member like any other.
func define(object *goja.Object, name string, value goja.Value) error {
	return object.DefineDataProperty(name, value, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
}

// Objects and arrays of more than lateBytes that stand at most lateDepth deep are made when they are read.
const (
	lateBytes = 384
	lateDepth = 2
)

// late adds a member whose value is made when it is read: making values is the larger part of a small execution, and most actions read two or three of an event's hundred members.
// Once it has been read or written the member is like any other. Before, it differs in that its property descriptor has a getter and a setter in the place of a value.
func (p *jsonReader) late(object *goja.Object, name string, create func() (goja.Value, error)) error {
	var value goja.Value
	get := p.rt.ToValue(func(goja.FunctionCall) goja.Value {
		if value == nil {
			made, err := create()
			if err != nil {
				panic(p.rt.NewGoError(err))
			}
			value = made
			_ = define(object, name, value) // it stays a getter of this value if the object was frozen meanwhile
		}
		return value
	})
	set := p.rt.ToValue(func(call goja.FunctionCall) goja.Value {
		to := object
		if this, ok := call.This.(*goja.Object); ok { // an object that inherits from this one gets a member of its own
			to = this
		}
		if err := define(to, name, call.Argument(0)); err != nil {
			panic(err)
		}
		return goja.Undefined()
	})
	return object.DefineAccessorProperty(name, get, set, goja.FLAG_TRUE, goja.FLAG_TRUE)
}

// members hands the members of an object to a function, as they are written.
func (p *jsonReader) members(each func(name string, raw []byte)) error {
	if p.peek() != '{' {
		return errJSON
	}
	p.at++
	for first := true; p.peek() != '}'; first = false {
		if !first {
			if p.peek() != ',' {
				return errJSON
			}
			p.at++
			p.peek()
		}
		name, err := p.string()
		if err != nil || p.peek() != ':' {
			return errJSON
		}
		p.at++
		p.peek()
		start := p.at
		if err := p.pass(); err != nil {
			return err
		}
		each(name, p.text[start:p.at])
	}
	return nil
}

// pass passes over a value.
func (p *jsonReader) pass() error {
	switch p.peek() {
	case '{', '[':
		return p.skip()
	case '"':
		_, err := p.string()
		return err
	}
	start := p.at
	for ; p.at < len(p.text) && !strings.ContainsRune(",]} \t\r\n", rune(p.text[p.at])); p.at++ {
	}
	if p.at == start {
		return errJSON
	}
	return nil
}

// texts reads an array of strings.
func (p *jsonReader) texts() ([]string, error) {
	if p.peek() != '[' {
		return nil, errJSON
	}
	p.at++
	var texts []string
	for first := true; p.peek() != ']'; first = false {
		if !first {
			if p.peek() != ',' {
				return nil, errJSON
			}
			p.at++
		}
		if p.peek() != '"' {
			return nil, errJSON
		}
		text, err := p.string()
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// skip passes over an object or array.
func (p *jsonReader) skip() error {
	open := 0
	for ; p.at < len(p.text); p.at++ {
		switch p.text[p.at] {
		case '"':
			for p.at++; p.at < len(p.text) && p.text[p.at] != '"'; p.at++ {
				if p.text[p.at] == '\\' {
					p.at++
				}
			}
		case '{', '[':
			open++
		case '}', ']':
			if open--; open == 0 {
				p.at++
				return nil
			}
		}
	}
	return errJSON
}

func (p *jsonReader) array(depth int) (goja.Value, error) {
	p.at++
	var items []any
	if p.peek() == ']' {
		p.at++
		return p.rt.NewArray(), nil
	}
	for {
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, value)
		switch p.peek() {
		case ',':
			p.at++
		case ']':
			p.at++
			return p.rt.NewArray(items...), nil
		default:
			return nil, errJSON
		}
	}
}

// string reads a string; one with escapes is left to encoding/json.
func (p *jsonReader) string() (string, error) {
	start := p.at
	escaped := false
	for p.at++; p.at < len(p.text); p.at++ {
		switch p.text[p.at] {
		case '\\':
			escaped = true
			p.at++
		case '"':
			p.at++
			if !escaped {
				return string(p.text[start+1 : p.at-1]), nil
			}
			var s string
			err := json.Unmarshal(p.text[start:p.at], &s)
			return s, err
		}
	}
	return "", errJSON
}

func (p *jsonReader) number() (goja.Value, error) {
	start := p.at
	integer := true
	for ; p.at < len(p.text); p.at++ {
		c := p.text[p.at]
		if c >= '0' && c <= '9' || c == '-' {
			continue
		}
		if c == '.' || c == 'e' || c == 'E' || c == '+' {
			integer = false
			continue
		}
		break
	}
	word := string(p.text[start:p.at])
	if integer && len(word) <= 15 && word != "-0" { // exact in a float64
		n, err := strconv.ParseInt(word, 10, 64)
		return p.rt.ToValue(n), err
	}
	f, err := strconv.ParseFloat(word, 64)
	if errors.Is(err, strconv.ErrRange) { // Infinity or 0, as JSON.parse has it
		err = nil
	}
	return p.rt.ToValue(f), err
}
