package vm

import (
	"strings"
	"time"

	"github.com/dop251/goja"
)

// installConsole makes console's methods write log lines. What a browser's console draws, groups and counts is not here: a method that is missing throws,
// and the common ones are present.
func (x *Execution) installConsole() {
	console := x.rt.NewObject()
	for _, m := range [][2]string{{"log", "info"}, {"info", "info"}, {"debug", "debug"}, {"trace", "debug"}, {"warn", "warn"}, {"error", "error"}} {
		method, level := m[0], m[1]
		x.defineOn(console, method, x.function(method, func(call goja.FunctionCall) goja.Value {
			x.log(level, call.Arguments)
			return goja.Undefined()
		}))
	}
	x.define("console", console)
}

func (x *Execution) log(level string, args []goja.Value) {
	x.notAhead()
	left := x.limits.LogBytes - x.logBytes
	if len(x.logs) >= x.limits.LogLines || left <= 0 {
		x.logsDropped++
		return
	}
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = x.format(arg)
	}
	message := clip(strings.Join(words, " "), left)
	x.logBytes += len(message)
	x.logs = append(x.logs, LogLine{Level: level, Message: message, AtUS: time.Since(x.started).Microseconds()})
}

// format shows a value as console does: strings as they are, errors with their stack, everything else as JSON. It runs the action's code, in getters and
// toJSON methods, and panics with what that throws.
func (x *Execution) format(value goja.Value) string {
	switch v := value.(type) {
	case goja.String:
		return v.String()
	case *goja.Symbol:
		return "Symbol(" + v.String() + ")"
	case *goja.Object:
		return x.formatObject(v)
	case nil:
		return "undefined"
	}
	return value.String() // a primitive: no code of the action's runs
}

func (x *Execution) formatObject(object *goja.Object) string {
	if _, ok := goja.AssertFunction(object); ok {
		return "[Function" + strings.TrimRight(" "+x.text(object.Get("name")), " ") + "]"
	}
	if object.ClassName() == "Error" {
		text := x.errorText(object)
		for _, frame := range x.parseStack(x.text(object.Get("stack"))) {
			text += "\n    at " + frame.String()
		}
		return text
	}
	text, err := x.stringify(goja.Undefined(), object)
	if err != nil {
		if x.limitOf(err) != nil {
			panic(err)
		}
		return "[" + object.ClassName() + "]"
	}
	return text.String()
}
