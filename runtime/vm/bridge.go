package vm

import (
	"reflect"

	"github.com/dop251/goja"
)

// A host script is a part of the host surface that is written in JavaScript, because classes are: an expression for a function that gets the functions it works with
// and returns what it makes. It may run after the action has replaced any global and any method of a prototype. So it names no global, calls no method of a
// built-in object, and keeps lists in Go: what it holds on to is out of the action's reach, and what Go does for it is checked there, as if the action called it.

// native is a function of the host that a host script calls.
type native = func(goja.FunctionCall) goja.Value

// natives are the functions and values that a host script works with. Each becomes a value of JavaScript when it is read first: a script has dozens, and an execution needs few of them.
type natives struct {
	opaque
	x         *Execution
	functions map[string]native
	values    map[string]goja.Value
}

func (n *natives) Get(name string) goja.Value {
	if value, made := n.values[name]; made {
		return value
	}
	f, ok := n.functions[name]
	if !ok {
		return goja.Undefined()
	}
	n.values[name] = n.x.function(name, f)
	return n.values[name]
}

// runScript runs a host script. What it is given besides the host's functions is what other host scripts made.
func (x *Execution) runScript(script *goja.Program, functions map[string]native, given ...goja.Value) *goja.Object {
	made, err := x.rt.RunProgram(script)
	if err != nil {
		panic(err)
	}
	functions["tag"] = x.tag
	functions["alias"] = x.alias
	functions["iterates"] = x.iterates
	functions["typeError"] = func(call goja.FunctionCall) goja.Value { return x.rt.NewTypeError("%s", call.Argument(0).String()) }
	functions["rangeError"] = func(call goja.FunctionCall) goja.Value { return x.nativeError("RangeError", call.Argument(0).String()) }
	functions["keys"] = x.ownKeys
	functions["call"] = x.callBack
	host := x.rt.NewDynamicObject(&natives{x: x, functions: functions, values: map[string]goja.Value{"iterator": goja.SymIterator}})
	f, _ := goja.AssertFunction(made)
	parts, err := f(goja.Undefined(), append([]goja.Value{host}, given...)...)
	if err != nil {
		panic(err)
	}
	return parts.(*goja.Object)
}

// callable is a function that a host script made.
func callable(parts *goja.Object, name string) goja.Callable {
	f, _ := goja.AssertFunction(parts.Get(name))
	return f
}

// mustCall calls a function of a host script. What it throws is thrown on.
func mustCall(f goja.Callable, args ...goja.Value) goja.Value {
	value, err := f(goja.Undefined(), args...)
	must(err)
	return value
}

// tag gives a class the tag with which Object.prototype.toString names its objects.
func (x *Execution) tag(call goja.FunctionCall) goja.Value {
	prototype := call.Argument(0).(*goja.Object).Get("prototype").(*goja.Object)
	_ = prototype.DefineDataPropertySymbol(goja.SymToStringTag, call.Argument(1), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return goja.Undefined()
}

// alias makes a class iterable by one of its methods.
func (x *Execution) alias(call goja.FunctionCall) goja.Value {
	prototype := call.Argument(0).(*goja.Object).Get("prototype").(*goja.Object)
	_ = prototype.DefineDataPropertySymbol(goja.SymIterator, prototype.Get(call.Argument(1).String()), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return goja.Undefined()
}

// iterates makes a class one of iterators: its objects inherit from those of the language, which are found through a generator function, and its constructor is out of reach.
func (x *Execution) iterates(call goja.FunctionCall) goja.Value {
	prototype := call.Argument(0).(*goja.Object).Get("prototype").(*goja.Object)
	generators := call.Argument(1).(*goja.Object).Get("prototype").(*goja.Object).Prototype()
	_ = prototype.SetPrototype(generators.Prototype())
	_ = prototype.Delete("constructor")
	return x.tag(goja.FunctionCall{Arguments: []goja.Value{call.Argument(0), call.Argument(2)}})
}

// ownKeys are an object's own enumerable names.
func (x *Execution) ownKeys(call goja.FunctionCall) goja.Value {
	var names []any
	for _, name := range call.Argument(0).ToObject(x.rt).Keys() {
		names = append(names, name)
	}
	return x.rt.NewArray(names...)
}

// callBack calls a function of the action: the first argument with the second as its this.
func (x *Execution) callBack(call goja.FunctionCall) goja.Value {
	f, ok := goja.AssertFunction(call.Argument(0))
	if !ok {
		panic(x.rt.NewTypeError("the callback must be a function"))
	}
	value, err := f(call.Argument(1), call.Arguments[2:]...)
	must(err)
	return value
}

// nativeError is an error of the named class of the language, or a TypeError if the action has replaced that.
func (x *Execution) nativeError(class, message string) *goja.Object {
	constructor, ok := goja.AssertConstructor(x.rt.Get(class))
	if !ok {
		return x.rt.NewTypeError("%s", message)
	}
	object, err := constructor(nil, x.rt.ToValue(message))
	if err != nil {
		panic(err)
	}
	return object
}

// opaque makes a Go value one that a host script can hold in a private field. It has no properties.
type opaque struct{}

func (opaque) Get(string) goja.Value       { return goja.Undefined() }
func (opaque) Set(string, goja.Value) bool { return false }
func (opaque) Has(string) bool             { return false }
func (opaque) Delete(string) bool          { return false }
func (opaque) Keys() []string              { return nil }

// held returns the Go value of type T that a host script handed in.
func held[T goja.DynamicObject](value goja.Value) (T, bool) {
	var none T
	object, ok := value.(*goja.Object)
	if !ok || object.ExportType() != reflect.TypeFor[T]() {
		return none, false
	}
	v, ok := object.Export().(T)
	return v, ok
}

// mustHold is held for what only a host script can have handed in.
func mustHold[T goja.DynamicObject](x *Execution, value goja.Value) T {
	v, ok := held[T](value)
	if !ok {
		panic(x.rt.NewTypeError("Illegal invocation"))
	}
	return v
}

// rejected is a promise that is rejected with a reason.
func (x *Execution) rejected(reason goja.Value) goja.Value {
	promise, _, reject := x.rt.NewPromise()
	must(reject(reason))
	return x.rt.ToValue(promise)
}

// resolved is a promise of a value.
func (x *Execution) resolved(value goja.Value) goja.Value {
	promise, resolve, _ := x.rt.NewPromise()
	must(resolve(value))
	return x.rt.ToValue(promise)
}

// promised is a promise of what f returns, or rejected with what f throws.
func (x *Execution) promised(f func() goja.Value) goja.Value {
	var value goja.Value
	if thrown := x.rt.Try(func() { value = f() }); thrown != nil {
		return x.rejected(thrown.Value())
	}
	return x.resolved(value)
}

// must throws on what a call of JavaScript threw.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func must1[T any](value T, err error) T {
	must(err)
	return value
}

// newBytes makes a Uint8Array of data, which it keeps.
func (x *Execution) newBytes(data []byte) goja.Value {
	construct, ok := goja.AssertConstructor(x.rt.Get("Uint8Array"))
	if !ok {
		panic(x.rt.NewTypeError("Uint8Array is not a constructor"))
	}
	view, err := construct(nil, x.rt.ToValue(x.rt.NewArrayBuffer(data)))
	if err != nil {
		panic(err)
	}
	return view
}
