package vm

import (
	_ "embed"
	"encoding/json"
	"sync"

	"github.com/dop251/goja"
)

// streams.js makes ReadableStream.
//
//go:embed streams.js
var streamsSource string

var streamsProgram = sync.OnceValue(func() *goja.Program { return goja.MustCompile("streams", streamsSource, true) })

func (x *Execution) streamNatives() map[string]native {
	of := func(call goja.FunctionCall) *body { return mustHold[*body](x, call.Argument(0)) }
	return map[string]native{
		"nothing": func(goja.FunctionCall) goja.Value { return x.object(newBody(nil, "")) },
		"locked":  func(call goja.FunctionCall) goja.Value { return x.rt.ToValue(of(call).locked) },
		"used":    func(call goja.FunctionCall) goja.Value { return x.rt.ToValue(of(call).used) },
		"lock": func(call goja.FunctionCall) goja.Value {
			of(call).locked = call.Argument(1).ToBoolean()
			return goja.Undefined()
		},
		"take":     func(call goja.FunctionCall) goja.Value { return x.object(of(call).take()) },
		"split":    func(call goja.FunctionCall) goja.Value { return x.object(of(call).split()) },
		"rejected": func(call goja.FunctionCall) goja.Value { return x.rejected(call.Argument(0)) },
		"resolved": func(call goja.FunctionCall) goja.Value { return x.resolved(call.Argument(0)) },
		"ends":     func(goja.FunctionCall) goja.Value { return x.object(x.newEnd()) },
		"closed":   func(call goja.FunctionCall) goja.Value { return mustHold[*end](x, call.Argument(0)).promise },
		"readSome": func(call goja.FunctionCall) goja.Value {
			return x.readSome(of(call), mustHold[*end](x, call.Argument(1)))
		},
		"discard": func(call goja.FunctionCall) goja.Value {
			x.discard(of(call))
			if e, ok := held[*end](call.Argument(2)); ok {
				must(e.resolve(goja.Undefined()))
			}
			return x.resolved(goja.Undefined())
		},
		"iteratesLater": x.iteratesLater,
	}
}

// end is the promise of a reader that its stream has ended.
type end struct {
	opaque
	promise         goja.Value
	resolve, reject func(any) error
}

func (x *Execution) newEnd() *end {
	promise, resolve, reject := x.rt.NewPromise()
	return &end{promise: x.rt.ToValue(promise), resolve: resolve, reject: reject}
}

// readSome is a promise of the next chunk of a body, as {value, done}.
func (x *Execution) readSome(b *body, e *end) goja.Value {
	promise, resolve, reject := x.rt.NewPromise()
	b.used = true
	x.read(&bodyReader{body: b, read: func(data []byte, done bool) {
		chunk := x.rt.NewObject()
		value := goja.Undefined()
		if done {
			must(e.resolve(value))
		} else {
			value = x.newBytes(append([]byte(nil), data...))
		}
		_ = define(chunk, "value", value)
		_ = define(chunk, "done", x.rt.ToValue(done))
		must(resolve(chunk))
	}, failed: func(reason goja.Value) {
		must(e.reject(reason))
		must(reject(reason))
	}})
	return x.rt.ToValue(promise)
}

// iteratesLater makes a class iterable by for await, with one of its methods. There is no Symbol.asyncIterator; bundles look for this symbol in its place.
func (x *Execution) iteratesLater(call goja.FunctionCall) goja.Value {
	symbols, ok := x.rt.Get("Symbol").(*goja.Object)
	if !ok {
		return goja.Undefined() // the action does without
	}
	registry, ok := goja.AssertFunction(symbols.Get("for"))
	if !ok {
		return goja.Undefined()
	}
	symbol, ok := mustCall(registry, x.rt.ToValue("Symbol.asyncIterator")).(*goja.Symbol)
	if !ok {
		return goja.Undefined()
	}
	prototype := call.Argument(0).(*goja.Object).Get("prototype").(*goja.Object)
	_ = prototype.DefineDataPropertySymbol(symbol, prototype.Get(call.Argument(1).String()), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return goja.Undefined()
}

// readWhole(body, kind, headers?) is a promise of all of a body in the form that kind names, which for a Blob and FormData depends on its headers.
func (x *Execution) readWhole(call goja.FunctionCall) goja.Value {
	b, kind := mustHold[*body](x, call.Argument(0)), call.Argument(1).String()
	if b.used || b.locked {
		return x.rejected(x.rt.NewTypeError("the body has been read already, or is being read"))
	}
	b.used = true
	promise, resolve, reject := x.rt.NewPromise()
	x.read(&bodyReader{body: b, all: true, read: func(data []byte, _ bool) {
		var value goja.Value
		if thrown := x.rt.Try(func() { value = x.converted(data, kind, call) }); thrown != nil {
			must(reject(thrown.Value()))
		} else {
			must(resolve(value))
		}
	}, failed: func(reason goja.Value) { must(reject(reason)) }})
	return x.rt.ToValue(promise)
}

func (x *Execution) converted(data []byte, kind string, call goja.FunctionCall) goja.Value {
	switch kind {
	case "text":
		return x.rt.ToValue(utf8Text(data, false))
	case "json":
		text := []byte(utf8Text(data, false))
		if !json.Valid(text) {
			panic(x.nativeError("SyntaxError", "the body is not JSON: "+clip(string(text), 40)))
		}
		value, err := parseJSON(x.rt, text)
		if err != nil {
			panic(x.nativeError("SyntaxError", "the body is JSON that is nested too deeply"))
		}
		return value
	case "arrayBuffer":
		return x.rt.ToValue(x.rt.NewArrayBuffer(append([]byte(nil), data...)))
	case "bytes":
		return x.newBytes(append([]byte(nil), data...))
	}
	mediaType, _ := mustHold[*pairs](x, call.Argument(2)).combined("content-type")
	if kind == "blob" {
		content := &blob{data: append([]byte(nil), data...), kind: blobKind(mediaType)}
		return mustCall(callable(x.forms(), "makeBlob"), x.object(content))
	}
	return mustCall(callable(x.forms(), "makeForm"), x.object(x.parseForm(data, mediaType)))
}
