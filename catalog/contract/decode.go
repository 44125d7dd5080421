package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits of a call, besides that of its size, which is the caller's to hold.
const (
	// MaxFieldErrors is how many errors are collected before the rest of a body is left unread.
	MaxFieldErrors = 20
	// MaxOpenDepth is how many objects and arrays may be open within an open object, that object included.
	MaxOpenDepth = 64
)

// Call is the body of an execute call. The sections are objects, as they were sent, or nil where there was none; they share the
// memory of the body. The rest are copies.
type Call struct {
	Run    string
	Method Method

	User    json.RawMessage
	Request json.RawMessage
	State   json.RawMessage
	Context json.RawMessage
	Resume  json.RawMessage

	// UserID and RequestID are user.id and request.id, for the audit; empty where they are not given.
	UserID    string
	RequestID string
	// DeviceID and IP are request.device.id and request.ip, by which a sign-in without a user is known.
	DeviceID string
	IP       string
}

// DecodeCall reads and checks the body of an execute call at t, in one pass. Unknown members are refused, except in open objects,
// because a misspelled member would make a rule silently not fire; null is refused as well, because an action's types do not have it.
//
// The error is a [*MalformedError] if the body is not JSON, else [FieldErrors]. Safe for concurrent use.
func DecodeCall(body []byte, t Trigger) (Call, error) {
	root, ok := compiled()[t.ID]
	if !ok {
		return Call{}, fmt.Errorf("decode call: there is no trigger %q", t.ID)
	}
	d := decoders.Get().(*decoder)
	defer d.release()
	return d.decode(body, root)
}

// decoder checks one body at a time.
type decoder struct {
	json    *jsontext.Decoder
	source  bytes.Buffer // json reads from the body itself when its reader is a bytes.Buffer
	body    []byte
	scratch []byte
	call    Call
	errs    FieldErrors
}

var decoders = sync.Pool{New: func() any {
	d := new(decoder)
	d.json = jsontext.NewDecoder(&d.source)
	return d
}}

// errEnough ends the reading of a body that has enough errors.
var errEnough = errors.New("enough errors")

func (d *decoder) decode(body []byte, root *node) (Call, error) {
	d.body = body
	d.source = *bytes.NewBuffer(body)
	d.json.Reset(&d.source)

	err := d.value(root)
	if err == nil {
		err = d.end()
	}
	if err != nil && !errors.Is(err, errEnough) {
		if err := d.explain(err); err != nil {
			return Call{}, err
		}
	}
	if len(d.errs) > 0 {
		return Call{}, d.errs
	}
	return d.call, nil
}

// release keeps nothing of the body alive.
func (d *decoder) release() {
	d.source = bytes.Buffer{}
	d.json.Reset(&d.source)
	*d = decoder{json: d.json, source: d.source, scratch: d.scratch[:0]}
	decoders.Put(d)
}

func (d *decoder) end() error {
	_, err := d.json.ReadToken()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err == nil:
		return &MalformedError{Offset: d.json.InputOffset(), Detail: "there is more after the end of the JSON value"}
	}
	return err
}

// explain turns a duplicate name into a field error, and what else the JSON decoder complains of into a MalformedError, which it returns.
func (d *decoder) explain(err error) error {
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		if errors.Is(err, jsontext.ErrDuplicateName) {
			_ = d.refuse(string(syntactic.JSONPointer), "the name is there twice") // reading has ended in any case
			return nil
		}
		return &MalformedError{
			Offset: min(syntactic.ByteOffset, int64(len(d.body))), Pointer: clip(string(syntactic.JSONPointer)), Detail: syntactic.Err.Error(),
		}
	}
	if malformed, ok := errors.AsType[*MalformedError](err); ok {
		return malformed
	}
	detail := "the body ends too early"
	if len(bytes.TrimSpace(d.body)) == 0 {
		detail = "the body is empty"
	}
	return &MalformedError{Offset: int64(len(d.body)), Detail: detail}
}

// value reads the next value and checks it against n. An error ends the reading; what breaks the contract is collected instead.
func (d *decoder) value(n *node) error {
	kind := d.json.PeekKind()
	if kind == jsontext.KindInvalid {
		_, err := d.json.ReadToken()
		return err
	}
	if !n.typ.accepts(kind) {
		if err := d.json.SkipValue(); err != nil {
			return err
		}
		return d.refuseHere(mismatch(n.typ, kind))
	}
	switch n.typ {
	case Object:
		return d.object(n)
	case Open:
		return d.open(n)
	case Array:
		return d.array(n)
	default:
		return d.scalar(n)
	}
}

func (d *decoder) object(n *node) error {
	start, err := d.begin()
	if err != nil {
		return err
	}
	var seen uint64
	for d.json.PeekKind() != jsontext.KindEndObject {
		name, err := d.name()
		if err != nil {
			return err
		}
		m := n.members[string(name)]
		if m == nil || m.refusal != "" {
			err = d.refuseMember(n, m, name)
		} else {
			seen |= m.bit
			err = d.value(m.node)
		}
		if err != nil {
			return err
		}
	}
	if _, err := d.json.ReadToken(); err != nil {
		return err
	}
	for _, m := range n.required {
		if seen&m.bit == 0 {
			if err := d.refuse(string(d.json.StackPointer().AppendToken(m.name)), "it is missing"); err != nil {
				return err
			}
		}
	}
	d.section(n.capture, start)
	return nil
}

// open reads an object with any members.
func (d *decoder) open(n *node) error {
	start, err := d.begin()
	if err != nil {
		return err
	}
	outside := d.json.StackDepth() - 1
	for d.json.StackDepth() > outside {
		if n.elem != nil && d.json.PeekKind() != jsontext.KindEndObject {
			if _, err = d.name(); err == nil {
				err = d.value(n.elem)
			}
		} else {
			_, err = d.json.ReadToken()
		}
		if err != nil {
			return err
		}
		if d.json.StackDepth()-outside > MaxOpenDepth {
			if err := d.refuseHere(fmt.Sprintf("it is nested more than %d deep", MaxOpenDepth)); err != nil {
				return err
			}
			return errEnough
		}
	}
	d.section(n.capture, start)
	return nil
}

func (d *decoder) array(n *node) error {
	if _, err := d.begin(); err != nil {
		return err
	}
	for i := 0; d.json.PeekKind() != jsontext.KindEndArray; i++ {
		if n.max > 0 && float64(i) == n.max {
			_ = d.refuseHere(fmt.Sprintf("a list has at most %.0f items here", n.max))
			return errEnough
		}
		if err := d.value(n.elem); err != nil {
			return err
		}
	}
	_, err := d.json.ReadToken()
	return err
}

// begin reads the start of an object or array and returns its offset.
func (d *decoder) begin() (int64, error) {
	_, err := d.json.ReadToken()
	return d.json.InputOffset() - 1, err
}

// name reads a member's name. It is valid until the next read.
func (d *decoder) name() ([]byte, error) {
	raw, err := d.json.ReadValue()
	if err != nil {
		return nil, err
	}
	return d.unquote(raw), nil
}

// unquote returns the content of a string that the JSON decoder has accepted. It is valid until the next read.
func (d *decoder) unquote(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	d.scratch, _ = jsontext.AppendUnquote(d.scratch[:0], raw)
	return d.scratch
}

func (d *decoder) section(c capture, start int64) {
	end := d.json.InputOffset()
	raw := json.RawMessage(d.body[start:end:end])
	switch c {
	case captureUser:
		d.call.User = raw
	case captureRequest:
		d.call.Request = raw
	case captureState:
		d.call.State = raw
	case captureContext:
		d.call.Context = raw
	case captureResume:
		d.call.Resume = raw
	}
}

func (d *decoder) scalar(n *node) error {
	raw, err := d.json.ReadValue()
	if err != nil {
		return err
	}
	switch n.typ {
	case Integer, Number:
		return d.number(n, raw)
	case Boolean:
		return nil
	}
	s := d.unquote(raw)
	switch n.typ {
	case Timestamp:
		// UnmarshalText takes bytes, is strict about RFC 3339 where Parse is not, and does not allocate.
		var t time.Time
		if err := t.UnmarshalText(s); err != nil {
			return d.refuseHere(fmt.Sprintf("%s is not a timestamp; write it like 2006-01-02T15:04:05Z (RFC 3339)", quote(s)))
		}
	case Enum:
		if !contains(n.values, s) {
			return d.refuseHere(fmt.Sprintf("%s is not one of %s%s", quote(s), alternatives(n.values), didYouMean(s, n.values)))
		}
	}
	switch n.capture {
	case captureRun:
		d.call.Run = string(s)
	case captureMethod:
		d.call.Method = Method(s)
	case captureUserID:
		d.call.UserID = string(s)
	case captureRequestID:
		d.call.RequestID = string(s)
	case captureIP:
		d.call.IP = string(s)
	case captureDeviceID:
		d.call.DeviceID = string(s)
	}
	return nil
}

func (d *decoder) number(n *node, raw []byte) error {
	f, err := strconv.ParseFloat(string(raw), 64)
	switch {
	case err != nil:
		return d.refuseHere("the number is too large")
	case n.typ == Integer && f != math.Trunc(f):
		return d.refuseHere("it must be a whole number")
	case n.typ == Integer && math.Abs(f) > maxSafeInteger:
		return d.refuseHere("the number is too large to be exact in JavaScript; send it as a string within metadata or traits")
	case (n.min != 0 || n.max != 0) && (f < n.min || f > n.max):
		return d.refuseHere(fmt.Sprintf("it must be from %s to %s", decimal(n.min), decimal(n.max)))
	}
	return nil
}
