package vm

import (
	"reflect"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// blob is the content of a Blob.
type blob struct {
	opaque
	data []byte
	kind string // its media type
}

func (x *Execution) blobNatives() map[string]native {
	of := func(call goja.FunctionCall) *blob { return mustHold[*blob](x, call.Argument(0)) }
	return map[string]native{
		"blob":       func(goja.FunctionCall) goja.Value { return x.object(&blob{}) },
		"blobSize":   func(call goja.FunctionCall) goja.Value { return x.rt.ToValue(len(of(call).data)) },
		"blobTypeOf": func(call goja.FunctionCall) goja.Value { return x.rt.ToValue(of(call).kind) },
		"blobType": func(call goja.FunctionCall) goja.Value {
			of(call).kind = blobKind(call.Argument(1).String())
			return goja.Undefined()
		},
		"blobAdd":    x.blobAdd,
		"blobSlice":  x.blobSlice,
		"isBytes":    func(call goja.FunctionCall) goja.Value { return x.rt.ToValue(x.isBytes(call.Argument(0))) },
		"bodyOfBlob": func(call goja.FunctionCall) goja.Value { return x.object(newBody(of(call).data, of(call).kind)) },
		"makeStream": func(call goja.FunctionCall) goja.Value {
			return mustCall(callable(x.streams(), "makeStream"), call.Argument(0))
		},
		"read": x.readWhole,
		"today": func(goja.FunctionCall) goja.Value {
			x.notAhead()
			return x.rt.ToValue(time.Now().UnixMilli())
		},
		"integer": func(call goja.FunctionCall) goja.Value { return x.rt.ToValue(call.Argument(0).ToInteger()) },
	}
}

// blobKind is a media type as a Blob shows it (File API, section 3.1).
func blobKind(mediaType string) string {
	for i := range len(mediaType) {
		if mediaType[i] < ' ' || mediaType[i] > '~' {
			return ""
		}
	}
	return strings.ToLower(mediaType)
}

// blobAdd(blob, part, native) adds another blob, bytes or text, whose line ends become \n if native is true.
func (x *Execution) blobAdd(call goja.FunctionCall) goja.Value {
	b, part := mustHold[*blob](x, call.Argument(0)), call.Argument(1)
	if other, ok := held[*blob](part); ok {
		b.data = append(b.data, other.data...)
		return goja.Undefined()
	}
	if x.isBytes(part) {
		b.data = append(b.data, x.bytesIn(part)...)
		return goja.Undefined()
	}
	text := part.String()
	if call.Argument(2).ToBoolean() {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	b.data = append(b.data, text...)
	return goja.Undefined()
}

// blobSlice(blob, start, end, type) is the content of a part; positions below zero count from the end.
func (x *Execution) blobSlice(call goja.FunctionCall) goja.Value {
	b := mustHold[*blob](x, call.Argument(0))
	size := int64(len(b.data))
	position := func(value goja.Value, standard int64) int64 {
		if goja.IsUndefined(value) {
			return standard
		}
		n := value.ToInteger()
		if n < 0 {
			return max(size+n, 0)
		}
		return min(n, size)
	}
	start := position(call.Argument(1), 0)
	end := max(position(call.Argument(2), size), start)
	return x.object(&blob{data: b.data[start:end:end], kind: blobKind(call.Argument(3).String())})
}

// isBytes reports whether a value is an ArrayBuffer or a view of one.
func (x *Execution) isBytes(value goja.Value) bool {
	object, ok := value.(*goja.Object)
	if !ok {
		return false
	}
	switch object.ExportType() {
	case bufferType, reflect.TypeFor[[]int8](), reflect.TypeFor[[]uint8](), reflect.TypeFor[[]int16](), reflect.TypeFor[[]uint16](), reflect.TypeFor[[]int32](),
		reflect.TypeFor[[]uint32](), reflect.TypeFor[[]int64](), reflect.TypeFor[[]uint64](), reflect.TypeFor[[]float32](), reflect.TypeFor[[]float64]():
		return true
	}
	return x.isDataView(object)
}

// isDataView asks ArrayBuffer.isView: Go cannot tell a DataView from a plain object. The action may have replaced the function, and then gets what it answers.
func (x *Execution) isDataView(object *goja.Object) bool {
	buffers, ok := x.rt.Get("ArrayBuffer").(*goja.Object)
	if !ok {
		return false
	}
	isView, ok := goja.AssertFunction(buffers.Get("isView"))
	return ok && mustCall(isView, object).ToBoolean()
}

// bytesIn are a copy of the bytes of a value for which isBytes is true. Nothing of the action's runs.
func (x *Execution) bytesIn(value goja.Value) []byte {
	var data []byte
	if err := x.rt.ExportTo(value, &data); err != nil {
		panic(x.rt.NewTypeError("the value has no bytes"))
	}
	return append([]byte(nil), data...)
}
