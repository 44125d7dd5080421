package vm

import (
	_ "embed"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// nodeGlobals are globals of Node.js and of browsers, for packages. A script gets those alone that it names: that it could compute the name of any, as it could of the web's, does not matter, because no code asks for these
// but by their names, and asking is how libraries find out whether they run in Node.js.
func nodeGlobals() []*global {
	return []*global{
		{[]string{"Buffer"}, (*Execution).installBuffer, true},
		{[]string{"process"}, (*Execution).installProcess, true},
		{[]string{"setImmediate", "clearImmediate"}, (*Execution).installImmediate, false},
		{[]string{"self"}, (*Execution).installSelf, false},
		{[]string{"Intl"}, (*Execution).installIntl, true},
		{[]string{"asyncIterator"}, (*Execution).installAsyncIterator, false},
		{[]string{nodeCryptoName}, (*Execution).installNodeCrypto, true},
	}
}

// buffer.js evaluates to the class Buffer. It is made by the build of bundler/node.
//
//go:embed buffer.js
var bufferSource string

var bufferProgram = sync.OnceValue(func() *goja.Program { return goja.MustCompile("Buffer", bufferSource, false) })

func (x *Execution) installBuffer() { x.define("Buffer", x.mustRun(bufferProgram())) }

// process.js evaluates to a function that makes the object process.
//
//go:embed process.js
var processSource string

var processProgram = sync.OnceValue(func() *goja.Program { return goja.MustCompile("process", processSource, true) })

func (x *Execution) installProcess() {
	create, _ := goja.AssertFunction(x.mustRun(processProgram()))
	elapsed := x.function("elapsed", func(goja.FunctionCall) goja.Value { return x.rt.ToValue(float64(time.Since(x.started).Nanoseconds())) })
	soon := x.function("soon", func(call goja.FunctionCall) goja.Value {
		x.microtask(call.Argument(0))
		return goja.Undefined()
	})
	x.define("process", mustCall(create, elapsed, soon))
}

func (x *Execution) mustRun(program *goja.Program) goja.Value {
	made, err := x.rt.RunProgram(program)
	must(err) // the action may have put something else in the place of what our script uses
	return made
}

func (x *Execution) installImmediate() {
	x.defineFunction("setImmediate", func(call goja.FunctionCall) goja.Value {
		timeout := goja.FunctionCall{This: call.This, Arguments: []goja.Value{call.Argument(0), x.rt.ToValue(0)}}
		if len(call.Arguments) > 1 {
			timeout.Arguments = append(timeout.Arguments, call.Arguments[1:]...)
		}
		return x.schedule(timeout, false)
	})
	x.defineFunction("clearImmediate", func(call goja.FunctionCall) goja.Value {
		if id := call.Argument(0); !goja.IsUndefined(id) && !goja.IsNull(id) {
			x.timers.remove(id.ToInteger())
		}
		return goja.Undefined()
	})
}

// installAsyncIterator makes Symbol.asyncIterator, which goja does not have. It is the symbol that esbuild takes where there is none.
func (x *Execution) installAsyncIterator() {
	if symbol, ok := x.rt.Get("Symbol").(*goja.Object); ok {
		key := mustCall(callable(symbol, "for"), x.rt.ToValue("Symbol.asyncIterator"))
		_ = symbol.DefineDataProperty("asyncIterator", key, goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
	}
}

// installSelf makes the name by which libraries find the global object of whatever they run in.
func (x *Execution) installSelf() { x.define("self", x.rt.GlobalObject()) }

// intl.js evaluates to a function that makes the object Intl.
//
//go:embed intl.js
var intlSource string

var intlProgram = sync.OnceValue(func() *goja.Program { return goja.MustCompile("Intl", intlSource, true) })

func (x *Execution) installIntl() {
	create, _ := goja.AssertFunction(x.mustRun(intlProgram()))
	x.define("Intl", mustCall(create))
}
