package vm

import (
	"errors"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// Bounds of what a failure carries.
const (
	maxFrames  = 20
	maxMessage = 4 << 10
)

// frames are the author's places on a stack, innermost first.
func (x *Execution) frames(stack []goja.StackFrame) []Frame {
	var frames []Frame
	for i := range stack {
		if len(frames) == maxFrames {
			break
		}
		at := stack[i].Position()
		frames = append(frames, x.code.sources.frames(Frame{Function: functionName(stack[i].FuncName()), File: at.Filename, Line: at.Line, Column: at.Column})...)
	}
	return frames
}

func functionName(name string) string {
	if name == "<anonymous>" || name == "<native>" {
		return ""
	}
	return name
}

// thrown describes a thrown value. Reading its properties can run the action's code, so this happens inside the guard; what goes wrong while reading is
// left out, and an interrupt becomes the failure instead.
func (x *Execution) thrown(kind FailureKind, value goja.Value, stack []goja.StackFrame) *Failure {
	f := &Failure{Kind: kind, Stack: x.frames(stack)}
	err := x.guard(func() {
		object, ok := value.(*goja.Object)
		if !ok {
			f.Message = "thrown: " + x.format(value)
			return
		}
		f.Message = x.errorText(object)
		if len(f.Stack) == 0 {
			f.Stack = x.parseStack(x.text(object.Get("stack")))
		}
	})
	if err != nil {
		if inner := x.limitOf(err); inner != nil {
			return inner
		}
		f.Message = "the thrown value cannot be shown: reading it throws"
	}
	f.Message = clip(f.Message, maxMessage)
	return f
}

// guard runs f, which touches the action's values, and returns what that threw.
func (x *Execution) guard(f func()) (err error) {
	call, _ := goja.AssertFunction(x.rt.ToValue(func(goja.FunctionCall) goja.Value { f(); return goja.Undefined() }))
	_, err = call(goja.Undefined())
	return err
}

// limitOf returns the failure if err says that a limit was passed.
func (x *Execution) limitOf(err error) *Failure {
	var interrupted *goja.InterruptedError
	var overflow *goja.StackOverflowError
	if errors.As(err, &interrupted) || errors.As(err, &overflow) {
		return x.failed(FailThrown, err)
	}
	return nil
}

// errorText is "Name: message" for an Error, and a short form of any other object.
func (x *Execution) errorText(object *goja.Object) string {
	message := object.Get("message")
	if message == nil || goja.IsUndefined(message) {
		return "thrown: " + x.format(object)
	}
	name := x.text(object.Get("name"))
	switch {
	case name == "":
		return x.text(message)
	case x.text(message) == "":
		return name
	}
	return name + ": " + x.text(message)
}

func (x *Execution) text(value goja.Value) string {
	if s, ok := value.(goja.String); ok {
		return s.String()
	}
	return ""
}

// parseStack reads goja's stack property, lines of the form "\tat name (file:line:column(offset))". The action can have written anything into it, but it
// can only mislead its own author.
func (x *Execution) parseStack(text string) []Frame {
	var frames []Frame
	for line := range strings.SplitSeq(text, "\n") {
		if len(frames) == maxFrames {
			break
		}
		at, ok := strings.CutPrefix(strings.TrimSpace(line), "at ")
		if !ok {
			continue
		}
		frame := Frame{}
		if name, place, ok := strings.Cut(at, " ("); ok {
			frame.Function, at = name, strings.TrimSuffix(place, ")")
		}
		if open := strings.LastIndexByte(at, '('); open > 0 {
			at = at[:open]
		}
		file, line, column, ok := splitPosition(at)
		if !ok {
			continue
		}
		frame.File, frame.Line, frame.Column = file, line, column
		frames = append(frames, x.code.sources.frames(frame)...)
	}
	return frames
}

func splitPosition(at string) (file string, line, column int, ok bool) {
	rest, columnText, ok1 := cutLast(at, ":")
	file, lineText, ok2 := cutLast(rest, ":")
	line, err1 := strconv.Atoi(lineText)
	column, err2 := strconv.Atoi(columnText)
	return file, line, column, ok1 && ok2 && err1 == nil && err2 == nil
}

func cutLast(s, separator string) (before, after string, ok bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}
