package vm

import (
	"bytes"
	_ "embed"
	"slices"
	"sync"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"
)

// global is a group of host globals that are installed together.
type global struct {
	names   []string
	install func(x *Execution)
	// late says that the group costs so much (34 µs for URL) that it is installed only when one of its names is read.
	late bool
}

// provide makes the group's names known in the runtime.
func (g *global) provide(x *Execution) {
	if !g.late {
		g.install(x)
		return
	}
	object := x.rt.GlobalObject()
	for _, name := range g.names {
		get := x.rt.ToValue(func(goja.FunctionCall) goja.Value {
			g.use(x)
			return object.Get(name)
		})
		set := x.rt.ToValue(func(call goja.FunctionCall) goja.Value {
			g.use(x) // first, or reading another name of the group would undo the assignment
			x.define(name, call.Argument(0))
			return goja.Undefined()
		})
		_ = object.DefineAccessorProperty(name, get, set, goja.FLAG_TRUE, goja.FLAG_FALSE)
	}
}

// use installs a late group, which the script has named.
func (g *global) use(x *Execution) {
	if p := x.machine.programs[x.digest]; !slices.Contains(p.used, g) {
		p.used = append(p.used, g)
	}
	g.install(x)
}

// namedIn is the group with those of its names that stand in the script, or nil if none does.
func (g *global) namedIn(script []byte) *global {
	var names []string
	for _, name := range g.names {
		if bytes.Contains(script, []byte(name)) {
			names = append(names, name)
		}
	}
	if names == nil {
		return nil
	}
	return &global{names, g.install, g.late}
}

func hostGlobals() []*global {
	return []*global{
		{[]string{"console"}, (*Execution).installConsole, true},
		{[]string{"setTimeout", "clearTimeout", "setInterval", "clearInterval"}, (*Execution).installTimers, false},
		{[]string{"queueMicrotask"}, (*Execution).installMicrotask, false},
		{[]string{"URL", "URLSearchParams"}, (*Execution).installURL, true},
		{[]string{"TextEncoder", "TextDecoder"}, (*Execution).installText, true},
		{[]string{"structuredClone"}, (*Execution).installClone, true},
		{[]string{"atob", "btoa"}, (*Execution).installBase64, false},
		{[]string{"DOMException", "Event", "EventTarget", "AbortController", "AbortSignal"}, (*Execution).installEvents, true},
		{[]string{"Headers"}, (*Execution).installHeaders, true},
		{[]string{"ReadableStream", "ReadableStreamDefaultReader"}, (*Execution).installStreams, true},
		{[]string{"FormData", "Blob", "File"}, (*Execution).installForms, true},
		{[]string{"fetch", "Request", "Response"}, (*Execution).installFetch, true},
		{[]string{"durward"}, (*Execution).installDurward, true},
		{[]string{"crypto", "Crypto", "CryptoKey", "SubtleCrypto"}, (*Execution).installCrypto, true},
	}
}

// define sets a global as the web platform's are: writable and configurable, but not enumerable.
func (x *Execution) define(name string, value any) {
	x.defineOn(x.rt.GlobalObject(), name, value)
}

func (x *Execution) defineOn(object *goja.Object, name string, value any) {
	// Only a frozen object refuses, and nothing is frozen yet.
	_ = object.DefineDataProperty(name, x.rt.ToValue(value), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

// function wraps f under a name: goja would show the name of the Go function otherwise.
func (x *Execution) function(name string, f func(goja.FunctionCall) goja.Value) *goja.Object {
	object := x.rt.ToValue(f).(*goja.Object)
	_ = object.DefineDataProperty("name", x.rt.ToValue(name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return object
}

func (x *Execution) defineFunction(name string, f func(goja.FunctionCall) goja.Value) {
	x.define(name, x.function(name, f))
}

func (x *Execution) installTimers() {
	x.defineFunction("setTimeout", func(call goja.FunctionCall) goja.Value { return x.schedule(call, false) })
	x.defineFunction("setInterval", func(call goja.FunctionCall) goja.Value { return x.schedule(call, true) })
	stop := func(call goja.FunctionCall) goja.Value {
		if id := call.Argument(0); !goja.IsUndefined(id) && !goja.IsNull(id) {
			x.timers.remove(id.ToInteger())
		}
		return goja.Undefined()
	}
	x.defineFunction("clearTimeout", stop)
	x.defineFunction("clearInterval", stop)
}

func (x *Execution) installMicrotask() {
	x.defineFunction("queueMicrotask", func(call goja.FunctionCall) goja.Value {
		x.microtask(call.Argument(0))
		return goja.Undefined()
	})
}

// microtask calls a function of the action when what runs now has ended.
func (x *Execution) microtask(f goja.Value) {
	callback, ok := goja.AssertFunction(f)
	if !ok {
		panic(x.rt.NewTypeError("the argument must be a function"))
	}
	promise, resolve, _ := x.rt.NewPromise()
	then, _ := goja.AssertFunction(x.rt.ToValue(promise).(*goja.Object).Get("then"))
	run := func(goja.FunctionCall) goja.Value {
		if _, err := callback(goja.Undefined()); err != nil {
			x.fail(x.failed(FailThrown, err)) // nothing could catch it, as in a browser
		}
		return goja.Undefined()
	}
	if _, err := then(x.rt.ToValue(promise), x.rt.ToValue(run)); err != nil {
		panic(err)
	}
	if err := resolve(goja.Undefined()); err != nil {
		panic(err)
	}
}

// clone.js evaluates to the function structuredClone.
//
//go:embed clone.js
var cloneSource string

var cloneProgram = sync.OnceValue(func() *goja.Program { return goja.MustCompile("structuredClone", cloneSource, true) })

func (x *Execution) installClone() {
	clone, err := x.rt.RunProgram(cloneProgram())
	if err != nil {
		panic(err) // our own script, and nothing of the action's has run yet
	}
	x.define("structuredClone", clone)
}

// forbidCodeFromStrings makes eval and the function constructors throw; they stay in place, because packages look for them. Compiling is where goja
// is weakest: 60 bytes of source keep it busy for seconds in one call that nothing can interrupt.
//
// goja consults its parser options whenever it parses a string that running code made, and so that is where to refuse. Putting throwing functions in the
// place of eval and the four constructors does the same, but takes a third of the time of a small execution.
func (x *Execution) forbidCodeFromStrings() {
	x.rt.SetParserOptions(before(parser.WithDisableSourceMaps, func() {
		panic(x.evalError())
	}))
}

func (x *Execution) evalError() goja.Value {
	object := x.rt.NewTypeError("code from strings is not allowed in actions")
	x.defineOn(object, "name", "EvalError")
	return object
}

// before returns an option that calls f first. T is the parser's own type, which has no exported name.
func before[T any](option func(*T), f func()) func(*T) {
	return func(options *T) {
		f()
		option(options)
	}
}
