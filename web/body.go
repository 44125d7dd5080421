package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"github.com/durward/durward/catalog/contract"
)

// readBody reads a JSON body of at most limit bytes into dst, which it may grow. A body that says that it is larger is not read at all. What it reads counts as under way
// until the request is answered; [http.Server.ReadTimeout] bounds how long a body may take to arrive.
func (r *request) readBody(dst []byte, limit int64) ([]byte, error) {
	q := r.Request()
	if err := checkMediaType(q); err != nil {
		return dst, err
	}
	if q.ContentLength > limit {
		return dst, &tooLargeError{limit}
	}
	buffer := bytes.NewBuffer(dst[:0])
	if q.ContentLength > 0 {
		// Else ReadFrom grows for the read that finds the end. A large body gets its memory as it arrives, not as it is announced.
		buffer.Grow(int(min(q.ContentLength, maxKept)) + bytes.MinRead)
	}
	r.body.from = q.Body
	n, err := buffer.ReadFrom(io.LimitReader(&r.body, limit+1))
	switch {
	case errors.Is(err, errTenantBusy), errors.Is(err, errBodiesFull):
		return buffer.Bytes(), err
	case n > limit:
		return buffer.Bytes(), &tooLargeError{limit}
	case err != nil: // the client went away, or was too slow
		return buffer.Bytes(), &contract.MalformedError{Offset: n, Detail: "the body ends too early"}
	}
	return buffer.Bytes(), nil
}

func checkMediaType(r *http.Request) error {
	if encoding := r.Header.Get(echo.HeaderContentEncoding); encoding != "" && encoding != "identity" {
		return errMediaType
	}
	text := r.Header.Get(echo.HeaderContentType)
	if text == "" || text == echo.MIMEApplicationJSON {
		return nil
	}
	kind, _, err := mime.ParseMediaType(text)
	if err != nil || kind != echo.MIMEApplicationJSON && !strings.HasSuffix(kind, "+json") {
		return errMediaType
	}
	return nil
}

// maxEntries is the most entries of a list or map of texts in a body. What may have how many is for others to say: it keeps millions of them from being made before they are counted.
const maxEntries = 1000

var errManyEntries = fmt.Errorf("it has more than %d entries", maxEntries)

var strict = json.JoinOptions(json.RejectUnknownMembers(true), json.WithUnmarshalers(json.JoinUnmarshalers(
	json.UnmarshalFromFunc(unmarshalList), json.UnmarshalFromFunc(unmarshalMap),
)))

func unmarshalList(d *jsontext.Decoder, list *[]string) error {
	if d.PeekKind() != '[' {
		return errors.ErrUnsupported
	}
	return unmarshalEntries(d, func() { *list = []string{} }, func() error {
		if len(*list) == maxEntries {
			return errManyEntries
		}
		*list = append(*list, "")
		return json.UnmarshalDecode(d, &(*list)[len(*list)-1])
	})
}

func unmarshalMap(d *jsontext.Decoder, entries *map[string]string) error {
	if d.PeekKind() != '{' {
		return errors.ErrUnsupported
	}
	return unmarshalEntries(d, func() { *entries = map[string]string{} }, func() error {
		if len(*entries) == maxEntries {
			return errManyEntries
		}
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		key, text := name.String(), ""
		err = json.UnmarshalDecode(d, &text)
		(*entries)[key] = text
		return err
	})
}

// unmarshalEntries calls begin after the opening bracket, and next for each entry up to the closing one.
func unmarshalEntries(d *jsontext.Decoder, begin func(), next func() error) error {
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	begin()
	for d.PeekKind() != ']' && d.PeekKind() != '}' {
		if err := next(); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// decode reads body into the wire type that into points to. Members that are unknown, there twice, of another type, or missing are refused: the error is
// contract.FieldErrors, or a [*contract.MalformedError] if the body is not JSON.
func decode(body []byte, into any) error {
	if err := json.Unmarshal(body, into, strict); err != nil {
		return explain(err, body)
	}
	return checkPresent(body, reflect.TypeOf(into).Elem())
}

// explain tells users what the JSON decoder complains of.
func explain(err error, body []byte) error {
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		switch {
		case errors.Is(err, jsontext.ErrDuplicateName):
			return fieldError(string(e.JSONPointer), "the name is there twice")
		case len(bytes.TrimSpace(body)) == 0:
			return &contract.MalformedError{Detail: "the body is empty"}
		case errors.Is(err, io.ErrUnexpectedEOF):
			return &contract.MalformedError{Offset: int64(len(body)), Pointer: string(e.JSONPointer), Detail: "the body ends too early"}
		}
		return &contract.MalformedError{Offset: e.ByteOffset, Pointer: string(e.JSONPointer), Detail: e.Err.Error()}
	}
	e, ok := errors.AsType[*json.SemanticError](err)
	switch {
	case !ok:
		return err
	case errors.Is(err, errManyEntries):
		return fieldError(string(e.JSONPointer), errManyEntries.Error())
	case errors.Is(err, json.ErrUnknownName):
		return fieldError(string(e.JSONPointer), "there is no such member here")
	}
	return fieldError(string(e.JSONPointer), "it must be "+nounOf(e.GoType))
}

func fieldError(pointer, detail string) error {
	return contract.FieldErrors{{Pointer: pointer, Detail: detail}}
}

// nounOf is what a value of a Go type is called in JSON.
func nounOf(t reflect.Type) string {
	if t == nil {
		return "of another type"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return nounOf(t.Elem())
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	default:
		return "a whole number that is not too large"
	}
}

// checkPresent refuses a body without the members that its type does not allow to be absent.
func checkPresent(body []byte, t reflect.Type) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(body))
	if start, err := d.ReadToken(); err != nil {
		return err
	} else if start.Kind() != '{' {
		return fieldError("", "it must be an object, not null")
	}
	members := make(map[string]bool)
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		members[name.String()] = true
		if err := d.SkipValue(); err != nil {
			return err
		}
	}
	var missing contract.FieldErrors
	for _, f := range fields(t) {
		if !members[f.name] && f.required {
			missing = append(missing, &contract.FieldError{Pointer: "/" + f.name, Detail: "it is missing"})
		}
	}
	if len(missing) > 0 {
		return missing
	}
	return nil
}

// writeJSON answers with a value as JSON.
func writeJSON(c echo.Context, status int, mediaType string, value any) error {
	text, err := json.Marshal(value, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	return writeBytes(c, status, mediaType, append(text, '\n'))
}

func writeBytes(c echo.Context, status int, mediaType string, text []byte) error {
	w := c.Response()
	w.Header().Set(echo.HeaderContentType, mediaType)
	w.WriteHeader(status)
	_, err := w.Write(text)
	return err
}
