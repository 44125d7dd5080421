package contract

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// accepts reports whether a value of that JSON kind can be of type t.
func (t Type) accepts(kind jsontext.Kind) bool {
	switch t {
	case String, Timestamp, Enum:
		return kind == jsontext.KindString
	case Boolean:
		return kind == jsontext.KindTrue || kind == jsontext.KindFalse
	case Integer, Number:
		return kind == jsontext.KindNumber
	case Array:
		return kind == jsontext.KindBeginArray
	default:
		return kind == jsontext.KindBeginObject
	}
}

func mismatch(want Type, got jsontext.Kind) string {
	if got == jsontext.KindNull {
		return "it must be " + want.noun() + ", not null; leave out what is not there"
	}
	return "it must be " + want.noun() + ", not " + kindNoun(got)
}

func (t Type) noun() string {
	switch t {
	case Boolean:
		return "true or false"
	case Integer:
		return "a whole number"
	case Number:
		return "a number"
	case Array:
		return "an array"
	case Object, Open:
		return "an object"
	default:
		return "a string"
	}
}

func kindNoun(k jsontext.Kind) string {
	switch k {
	case jsontext.KindString:
		return "a string"
	case jsontext.KindNumber:
		return "a number"
	case jsontext.KindBeginArray:
		return "an array"
	case jsontext.KindBeginObject:
		return "an object"
	default:
		return k.String()
	}
}

// refuseMember refuses the member whose name was read last, and skips its value.
func (d *decoder) refuseMember(n *node, m *member, name []byte) error {
	detail := ""
	if m != nil {
		detail = m.refusal
	} else {
		detail = "unknown member " + quote(name) + didYouMean(name, n.names)
	}
	if err := d.json.SkipValue(); err != nil {
		return err
	}
	return d.refuseHere(detail)
}

// refuseHere refuses the value that was read last.
func (d *decoder) refuseHere(detail string) error {
	return d.refuse(string(d.json.StackPointer()), detail)
}

// refuse returns errEnough when the error was the last to be collected.
func (d *decoder) refuse(pointer, detail string) error {
	d.errs = append(d.errs, &FieldError{Pointer: clip(pointer), Detail: detail})
	if len(d.errs) == MaxFieldErrors {
		return errEnough
	}
	return nil
}

// maxShown is how many bytes of a caller's text an error repeats.
const maxShown = 256

func clip(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + "…"
}

func quote(s []byte) string { return strconv.Quote(clip(string(s))) }

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func alternatives(values []string) string { return strings.Join(values, ", ") }

func contains(values []string, s []byte) bool {
	for _, v := range values {
		if v == string(s) {
			return true
		}
	}
	return false
}
