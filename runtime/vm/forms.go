package vm

import (
	"bytes"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"sync"

	"github.com/dop251/goja"
)

// forms.js makes Blob, File and FormData.
//
//go:embed forms.js
var formsSource string

var formsProgram = sync.OnceValue(func() *goja.Program { return goja.MustCompile("forms", formsSource, true) })

func (x *Execution) formNatives() map[string]native {
	list := func(call goja.FunctionCall) *pairs { return mustHold[*pairs](x, call.Argument(0)) }
	name := func(call goja.FunctionCall) string { return call.Argument(1).String() }
	functions := x.blobNatives()
	functions["form"] = func(goja.FunctionCall) goja.Value { return x.object(&pairs{}) }
	functions["formAppend"] = func(call goja.FunctionCall) goja.Value {
		list(call).add(x.formEntry(call))
		return goja.Undefined()
	}
	functions["formSet"] = func(call goja.FunctionCall) goja.Value {
		list(call).put(x.formEntry(call))
		return goja.Undefined()
	}
	functions["formDelete"] = func(call goja.FunctionCall) goja.Value {
		unwanted := name(call)
		list(call).remove(func(p pair) bool { return p.name == unwanted })
		return goja.Undefined()
	}
	functions["formGet"] = func(call goja.FunctionCall) goja.Value {
		entry, ok := list(call).get(name(call))
		if !ok {
			return goja.Null()
		}
		return x.entryValue(entry)
	}
	functions["formGetAll"] = func(call goja.FunctionCall) goja.Value {
		found := []any{}
		wanted := name(call)
		for _, entry := range list(call).list {
			if entry.name == wanted {
				found = append(found, x.entryValue(entry))
			}
		}
		return x.rt.NewArray(found...)
	}
	functions["formHas"] = func(call goja.FunctionCall) goja.Value {
		_, ok := list(call).get(name(call))
		return x.rt.ToValue(ok)
	}
	functions["formAt"] = func(call goja.FunctionCall) goja.Value {
		entries, i := list(call).list, int(call.Argument(1).ToInteger())
		if i >= len(entries) {
			return goja.Undefined()
		}
		return x.rt.NewArray(entries[i].name, x.entryValue(entries[i]))
	}
	return functions
}

// formEntry is what formAppend and formSet get: (form, name, text) or (form, name, file, its content, its name).
func (x *Execution) formEntry(call goja.FunctionCall) pair {
	entry := pair{name: call.Argument(1).String()}
	if content, ok := held[*blob](call.Argument(3)); ok {
		entry.file, entry.blob, entry.filename = call.Argument(2), content, call.Argument(4).String()
	} else {
		entry.value = call.Argument(2).String()
	}
	return entry
}

func (x *Execution) entryValue(p pair) goja.Value {
	if p.file != nil {
		return p.file
	}
	return x.rt.ToValue(p.value)
}

// formEscapes are those of a name in a part's header (HTML Living Standard, section 4.10.22.8).
var formEscapes = strings.NewReplacer("\n", "%0A", "\r", "%0D", `"`, "%22")

// encodeForm writes a form as multipart/form-data.
func encodeForm(form *pairs) (data []byte, mediaType string) {
	var random [16]byte
	rand.Read(random[:]) // never fails
	boundary := "----formdata-" + hex.EncodeToString(random[:])
	var out bytes.Buffer
	for _, entry := range form.list {
		out.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + formEscapes.Replace(lineEnds(entry.name)) + `"`)
		if entry.blob == nil {
			out.WriteString("\r\n\r\n" + lineEnds(entry.value) + "\r\n")
			continue
		}
		kind := entry.blob.kind
		if kind == "" {
			kind = "application/octet-stream"
		}
		out.WriteString("; filename=\"" + formEscapes.Replace(entry.filename) + "\"\r\nContent-Type: " + kind + "\r\n\r\n")
		out.Write(entry.blob.data)
		out.WriteString("\r\n")
	}
	out.WriteString("--" + boundary + "--\r\n")
	return out.Bytes(), "multipart/form-data; boundary=" + boundary
}

// lineEnds makes every line end that of the network.
func lineEnds(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	return strings.ReplaceAll(text, "\n", "\r\n")
}

// parseForm reads a body as the form that its media type says it is.
func (x *Execution) parseForm(data []byte, mediaType string) *pairs {
	kind, parameters, err := mime.ParseMediaType(mediaType)
	switch {
	case err == nil && kind == "application/x-www-form-urlencoded":
		return parseQuery(string(data))
	case err == nil && kind == "multipart/form-data" && parameters["boundary"] != "":
		form, err := x.parseParts(multipart.NewReader(bytes.NewReader(data), parameters["boundary"]))
		if err != nil {
			panic(x.rt.NewTypeError("the body is not well-formed multipart/form-data"))
		}
		return form
	}
	panic(x.rt.NewTypeError("the body is no form: its content type is %q", clip(mediaType, 100)))
}

// maxFormParts bounds the parts of a body that is read as a form.
const maxFormParts = 1000

var errForm = errors.New("no form")

func (x *Execution) parseParts(reader *multipart.Reader) (*pairs, error) {
	form := &pairs{}
	for {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return form, nil
		}
		if err != nil {
			return nil, err
		}
		kind, parameters, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		name, named := parameters["name"]
		if err != nil || kind != "form-data" || !named || len(form.list) == maxFormParts {
			return nil, errForm
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		entry := pair{name: formUnescapes.Replace(name), value: utf8Text(data, true)}
		if filename, isFile := parameters["filename"]; isFile {
			entry.filename = formUnescapes.Replace(filename)
			fileKind := part.Header.Get("Content-Type")
			if fileKind == "" {
				fileKind = "text/plain"
			}
			entry.value, entry.blob = "", &blob{data: data, kind: blobKind(fileKind)}
			entry.file = mustCall(callable(x.forms(), "makeFile"), x.object(entry.blob), x.rt.ToValue(entry.filename))
		}
		form.add(entry)
	}
}

var formUnescapes = strings.NewReplacer("%0A", "\n", "%0D", "\r", "%22", `"`)
