package vm

import (
	_ "embed"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// events.js makes events, their targets, AbortController and AbortSignal.
//
//go:embed events.js
var eventsSource string

var eventsProgram = sync.OnceValue(func() *goja.Program { return goja.MustCompile("events", eventsSource, true) })

// domException is an error of the web platform, such as an AbortError.
func (x *Execution) domException(name, message string) goja.Value {
	return mustCall(callable(x.events(), "exception"), x.rt.ToValue(message), x.rt.ToValue(name))
}

func (x *Execution) eventsNatives() map[string]native {
	state := func(call goja.FunctionCall) *signal { return mustHold[*signal](x, call.Argument(0)) }
	return map[string]native{
		"error": func(goja.FunctionCall) goja.Value {
			return x.rt.NewTypeError().Prototype().Prototype().Get("constructor")
		},
		"now": func(goja.FunctionCall) goja.Value {
			x.notAhead()
			return x.rt.ToValue(float64(time.Since(x.started).Microseconds()) / 1000)
		},
		"listeners": func(goja.FunctionCall) goja.Value { return x.object(&listeners{}) },
		"listen":    x.listen,
		"unlisten":  x.unlisten,
		"dispatch":  x.dispatch,
		"signal": func(call goja.FunctionCall) goja.Value {
			return x.object(&signal{object: call.Argument(0), reason: goja.Undefined()})
		},
		"aborted": func(call goja.FunctionCall) goja.Value { return x.rt.ToValue(state(call).aborted) },
		"reason":  func(call goja.FunctionCall) goja.Value { return state(call).reason },
		"abort": func(call goja.FunctionCall) goja.Value {
			x.abort(state(call), call.Argument(1))
			return goja.Undefined()
		},
		"abortAfter": x.abortAfter,
		"follow": func(call goja.FunctionCall) goja.Value {
			follower, leader := state(call), mustHold[*signal](x, call.Argument(1))
			if follower.aborted {
				return goja.Undefined()
			}
			if leader.aborted {
				follower.aborted, follower.reason = true, leader.reason
			} else {
				leader.followers = append(leader.followers, follower)
			}
			return goja.Undefined()
		},
	}
}

// signal is the state of an AbortSignal.
type signal struct {
	opaque
	object    goja.Value
	aborted   bool
	reason    goja.Value
	followers []*signal // signals that depend on this one
	last      int
	then      map[int]func(reason goja.Value) // what follows from the abort, by number
}

// onAbort has f called when the signal is aborted, until stop is called. A nil signal never is.
func (s *signal) onAbort(f func(reason goja.Value)) (stop func()) {
	if s == nil {
		return func() {}
	}
	if s.then == nil {
		s.then = map[int]func(goja.Value){}
	}
	s.last++
	number := s.last
	s.then[number] = f
	return func() { delete(s.then, number) }
}

// abort aborts a signal and those that depend on it: first all of them are, then the action is told.
func (x *Execution) abort(s *signal, reason goja.Value) {
	if s.aborted {
		return
	}
	all := []*signal{s}
	s.aborted, s.reason = true, reason
	for i := 0; i < len(all); i++ { // a follower's followers are in the list as well
		for _, follower := range all[i].followers {
			if !follower.aborted {
				follower.aborted, follower.reason = true, reason
				all = append(all, follower)
			}
		}
	}
	fire := callable(x.events(), "fire")
	for _, one := range all {
		for number := 1; number <= one.last; number++ { // in the order in which they came
			if then, ok := one.then[number]; ok {
				delete(one.then, number)
				then(reason)
			}
		}
		mustCall(fire, one.object)
	}
}

// abortAfter aborts a signal after some milliseconds, with a TimeoutError.
func (x *Execution) abortAfter(call goja.FunctionCall) goja.Value {
	s := mustHold[*signal](x, call.Argument(0))
	ms := call.Argument(1).ToFloat()
	if !(ms >= 0) || ms > 1<<53-1 {
		panic(x.rt.NewTypeError("AbortSignal.timeout needs a number of milliseconds, not %v", ms))
	}
	x.needTimer()
	expired, _ := goja.AssertFunction(x.rt.ToValue(func(goja.FunctionCall) goja.Value {
		x.abort(s, x.domException("TimeoutError", "The operation was aborted due to timeout"))
		return goja.Undefined()
	}))
	x.timers.add(&timer{at: time.Now().Add(time.Duration(min(ms, maxDelay)) * time.Millisecond), callback: expired})
	return goja.Undefined()
}

// listeners are those of an EventTarget.
type listeners struct {
	opaque
	list []*listener
}

type listener struct {
	kind     string
	callback *goja.Object
	capture  bool
	once     bool
	removed  bool
}

// listen(listeners, type, callback, capture, once, signal?) adds a listener, unless it is there already.
func (x *Execution) listen(call goja.FunctionCall) goja.Value {
	l := mustHold[*listeners](x, call.Argument(0))
	one := &listener{kind: call.Argument(1).String(), callback: call.Argument(2).(*goja.Object), capture: call.Argument(3).ToBoolean(), once: call.Argument(4).ToBoolean()}
	until, _ := held[*signal](call.Argument(5))
	if until != nil && until.aborted || l.find(one.kind, one.callback, one.capture) >= 0 {
		return goja.Undefined()
	}
	l.list = append(l.list, one)
	until.onAbort(func(goja.Value) { l.remove(one) })
	return goja.Undefined()
}

// unlisten(listeners, type, callback, capture) removes a listener.
func (x *Execution) unlisten(call goja.FunctionCall) goja.Value {
	l := mustHold[*listeners](x, call.Argument(0))
	if callback, ok := call.Argument(2).(*goja.Object); ok {
		if i := l.find(call.Argument(1).String(), callback, call.Argument(3).ToBoolean()); i >= 0 {
			l.remove(l.list[i])
		}
	}
	return goja.Undefined()
}

func (l *listeners) find(kind string, callback *goja.Object, capture bool) int {
	for i, one := range l.list {
		if one.kind == kind && one.capture == capture && one.callback == callback {
			return i
		}
	}
	return -1
}

// remove makes a new list: the old one may be on its way through dispatch.
func (l *listeners) remove(unwanted *listener) {
	unwanted.removed = true
	var kept []*listener
	for _, one := range l.list {
		if one != unwanted {
			kept = append(kept, one)
		}
	}
	l.list = kept
}

// dispatch(listeners, event, type, target, stopped) calls the listeners that were there when it began. What one throws nothing can catch, as in Node.js; it ends the execution.
func (x *Execution) dispatch(call goja.FunctionCall) goja.Value {
	l := mustHold[*listeners](x, call.Argument(0))
	event, kind, target := call.Argument(1), call.Argument(2).String(), call.Argument(3)
	stopped, _ := goja.AssertFunction(call.Argument(4))
	for _, one := range l.list {
		if one.removed || one.kind != kind {
			continue
		}
		if one.once {
			l.remove(one)
		}
		this, callback := target, goja.Value(one.callback)
		if _, ok := goja.AssertFunction(callback); !ok {
			this, callback = callback, one.callback.Get("handleEvent")
		}
		f, ok := goja.AssertFunction(callback)
		if !ok {
			continue
		}
		if _, err := f(this, event); err != nil {
			if x.limitOf(err) != nil {
				panic(err)
			}
			x.fail(x.failed(FailThrown, err))
			return goja.Undefined()
		}
		if mustCall(stopped, event).ToBoolean() {
			break
		}
	}
	return goja.Undefined()
}
