package vm

import (
	_ "embed"
	"sync"

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
	return []*global{{[]string{"RegExp", ".constructor(", ".compile("}, (*Execution).installRegExp, false}}
}

func (x *Execution) installRegExp() {
	create, _ := goja.AssertFunction(x.mustRun(regexpProgram()))
	x.define("RegExp", mustCall(create, x.rt.ToValue(func(call goja.FunctionCall) goja.Value {
		return x.compiledRegExp(call.Argument(0).String(), call.Argument(1).String())
	})))
}
