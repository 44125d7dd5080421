package vm

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
	"github.com/dop251/goja"
)

// patient makes goja's regular expressions go on until they know the answer. What goja runs them with gives up after so many steps back, and goja then reports that there is no match: a list of what is denied
// would let a text pass that is long enough. A limit of time has the same fault, and so there is none: a match that takes too long ends with its process.
var patient = sync.OnceFunc(func() { regexp2.DefaultOptimizationOptions.MaxBacktrackingStackSize = -1 })

// regexp.js evaluates to a function that makes the function RegExp.
//
//go:embed regexp.js
var regexpSource string

var regexpProgram = sync.OnceValue(func() *goja.Program { return goja.MustCompile("RegExp", regexpSource, true) })

// repairs are globals of the language that goja has, but not right.
func repairs() []*global {
	return []*global{
		{[]string{"RegExp", ".constructor(", ".compile("}, (*Execution).installRegExp, false},
		{[]string{"8Array.from", "16Array.from", "32Array.from", "64Array.from", "ClampedArray.from"}, (*Execution).installFrom, false},
	}
}

// installFrom lets typed arrays be made from strings, as in Uint8Array.from(atob(text), (c) => c.charCodeAt(0)). goja's method does not know that strings are iterable.
func (x *Execution) installFrom() {
	arrays := x.rt.Get("Uint8Array").(*goja.Object).Prototype()
	from, _ := goja.AssertFunction(arrays.Get("from"))
	x.defineOn(arrays, "from", x.function("from", func(call goja.FunctionCall) goja.Value {
		args := call.Arguments
		if text, ok := call.Argument(0).(goja.String); ok {
			var characters []any
			for _, r := range text.String() {
				characters = append(characters, string(r))
			}
			args = append([]goja.Value{x.rt.NewArray(characters...)}, args[1:]...)
		}
		return must1(from(call.This, args...))
	}))
}

func (x *Execution) installRegExp() {
	create, _ := goja.AssertFunction(x.mustRun(regexpProgram()))
	repair := x.function("repair", func(call goja.FunctionCall) goja.Value {
		text := call.Argument(0).String()
		if strings.ContainsRune(text, utf8.RuneError) { // which may stand for half a character
			return x.rt.NewArray(call.Argument(0), call.Argument(1))
		}
		pattern, flags, err := repairPattern(text, call.Argument(1).String())
		if err != nil {
			panic(x.nativeError("SyntaxError", "Invalid regular expression: "+err.Error()))
		}
		return x.rt.NewArray(pattern, flags)
	})
	x.define("RegExp", mustCall(create, repair, x.function("compiled", func(call goja.FunctionCall) goja.Value {
		return x.compiledRegExp(call.Argument(0).String(), call.Argument(1).String())
	})))
}
