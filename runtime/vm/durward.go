package vm

import (
	"encoding/json"
	"math"
	"time"

	"github.com/dop251/goja"
)

// installDurward makes the global durward: what is Durward's own and no standard's.
func (x *Execution) installDurward() {
	cache := x.rt.NewObject()
	x.defineOn(cache, "get", x.function("get", x.cacheGet))
	x.defineOn(cache, "set", x.function("set", x.cacheSet))
	x.defineOn(cache, "delete", x.function("delete", x.cacheDelete))
	counter := x.rt.NewObject()
	x.defineOn(counter, "hit", x.function("hit", x.counterHit))
	durward := x.rt.NewObject()
	x.defineOn(durward, "cache", cache)
	x.defineOn(durward, "counter", counter)
	x.defineOn(durward, "log", x.function("log", x.logFields))
	x.installNames(durward)
	x.define("durward", durward)
}

// Bounds of caches and counters.
const (
	maxKey         = 256        // bytes
	maxCacheValue  = 64 << 10   // bytes of JSON
	maxCacheTTL    = 86400      // seconds
	standardTTL    = 300        // seconds
	maxWindow      = 30 * 86400 // seconds
	maxCounterHits = 1_000_000_000
)

func (x *Execution) cacheGet(call goja.FunctionCall) goja.Value {
	return x.promisedCall(func() goja.Value {
		return x.askPromise("cache.get", keyArgs{x.key("durward.cache.get", call)}, nil, func(a HostAnswer) (goja.Value, *HostError) {
			var answer struct {
				Found bool            `json:"found"`
				Value json.RawMessage `json:"value"`
			}
			if err := decodeAnswer(a.Value, &answer); err != nil || !answer.Found {
				return goja.Undefined(), err
			}
			value, err := parseJSON(x.rt, answer.Value)
			if err != nil {
				return nil, errAnswer
			}
			return value, nil
		})
	})
}

func (x *Execution) cacheSet(call goja.FunctionCall) goja.Value {
	return x.promisedCall(func() goja.Value {
		key := x.key("durward.cache.set", call)
		value, err := x.stringify(goja.Undefined(), call.Argument(1))
		must(err)
		text := value.String()
		switch {
		case goja.IsUndefined(value):
			panic(x.rt.NewTypeError("durward.cache.set: the value cannot be written as JSON"))
		case len(text) > maxCacheValue:
			panic(x.rt.NewTypeError("durward.cache.set: the value is %d bytes of JSON; at most %d are allowed", len(text), maxCacheValue))
		}
		ttl := x.option("durward.cache.set", call.Argument(2), "ttl_seconds", maxCacheTTL, standardTTL)
		args := struct {
			keyArgs
			Value json.RawMessage `json:"value"`
			TTL   int             `json:"ttl_seconds"`
		}{keyArgs{key}, json.RawMessage(text), ttl}
		return x.askPromise("cache.set", args, nil, func(HostAnswer) (goja.Value, *HostError) { return goja.Undefined(), nil })
	})
}

func (x *Execution) cacheDelete(call goja.FunctionCall) goja.Value {
	return x.promisedCall(func() goja.Value {
		return x.askPromise("cache.delete", keyArgs{x.key("durward.cache.delete", call)}, nil, func(a HostAnswer) (goja.Value, *HostError) {
			var answer struct {
				Found bool `json:"found"`
			}
			err := decodeAnswer(a.Value, &answer)
			return x.rt.ToValue(answer.Found), err
		})
	})
}

// counterHit counts a hit and is a promise of {count, reset_in_seconds, exceeded}: whether the count is above the limit, if there is one.
func (x *Execution) counterHit(call goja.FunctionCall) goja.Value {
	return x.promisedCall(func() goja.Value {
		const name = "durward.counter.hit"
		args := struct {
			keyArgs
			Window  int  `json:"window_seconds"`
			Limit   int  `json:"limit,omitempty"`
			Durable bool `json:"durable,omitempty"`
		}{
			keyArgs{x.key(name, call)}, x.option(name, call.Argument(1), "window_seconds", maxWindow, 0),
			x.option(name, call.Argument(1), "limit", maxCounterHits, -1), x.flag(name, call.Argument(1), "durable"),
		}
		limited := args.Limit > 0
		if !limited {
			args.Limit = 0
		}
		return x.askPromise("counter.hit", args, nil, func(a HostAnswer) (goja.Value, *HostError) {
			var answer struct {
				Count int64 `json:"count"`
				Reset int64 `json:"reset_in_seconds"`
			}
			if err := decodeAnswer(a.Value, &answer); err != nil {
				return nil, err
			}
			result := x.rt.NewObject()
			_ = define(result, "count", x.rt.ToValue(answer.Count))
			_ = define(result, "reset_in_seconds", x.rt.ToValue(answer.Reset))
			_ = define(result, "exceeded", x.rt.ToValue(limited && answer.Count > int64(args.Limit)))
			return result, nil
		})
	})
}

type keyArgs struct {
	Key string `json:"key"`
}

// promisedCall turns what f throws into a rejected promise.
func (x *Execution) promisedCall(f func() goja.Value) goja.Value {
	var promise goja.Value
	if thrown := x.rt.Try(func() { promise = f() }); thrown != nil {
		return x.rejected(thrown.Value())
	}
	return promise
}

func (x *Execution) key(function string, call goja.FunctionCall) string {
	key, ok := call.Argument(0).(goja.String)
	if !ok || key.Length() == 0 || len(key.String()) > maxKey {
		panic(x.rt.NewTypeError("%s: the key must be a string of 1 to %d bytes", function, maxKey))
	}
	return key.String()
}

// option reads an integer from 1 to most. A missing one is standard; if that is 0 it must be there.
func (x *Execution) option(function string, options goja.Value, name string, most, standard int) int {
	var value goja.Value
	switch given := options.(type) {
	case *goja.Object:
		value = given.Get(name)
	default:
		if !goja.IsUndefined(options) {
			panic(x.rt.NewTypeError("%s: the options must be an object", function))
		}
	}
	if standard != 0 && (value == nil || goja.IsUndefined(value)) {
		return standard
	}
	n := math.NaN()
	switch v := value.(type) {
	case nil, *goja.Object, *goja.Symbol:
	default:
		n = v.ToFloat()
	}
	if n != math.Trunc(n) || n < 1 || n > float64(most) { // NaN differs from itself
		panic(x.rt.NewTypeError("%s: %s must be an integer from 1 to %d", function, name, most))
	}
	return int(n)
}

// flag reads a boolean. A missing one is false.
func (x *Execution) flag(function string, options goja.Value, name string) bool {
	given, ok := options.(*goja.Object)
	if !ok {
		return false
	}
	value := given.Get(name)
	switch {
	case value == nil, goja.IsUndefined(value), value.StrictEquals(x.rt.ToValue(false)):
		return false
	case value.StrictEquals(x.rt.ToValue(true)):
		return true
	}
	panic(x.rt.NewTypeError("%s: %s must be true or false", function, name))
}

// logFields is durward.log(level, message, fields): a log line with an object of fields.
func (x *Execution) logFields(call goja.FunctionCall) goja.Value {
	x.notAhead()
	level := x.text(call.Argument(0))
	switch level {
	case "debug", "info", "warn", "error":
	default:
		panic(x.rt.NewTypeError(`durward.log: the level must be "debug", "info", "warn" or "error"`))
	}
	message := call.Argument(1).String()
	var fields json.RawMessage
	if given := call.Argument(2); !goja.IsUndefined(given) {
		text, err := x.stringify(goja.Undefined(), given)
		must(err)
		if fields = json.RawMessage(text.String()); len(fields) == 0 || fields[0] != '{' || !json.Valid(fields) {
			panic(x.rt.NewTypeError("durward.log: the fields must be an object"))
		}
	}
	if len(fields) > maxLogFields {
		panic(x.rt.NewTypeError("durward.log: the fields are %d bytes of JSON; at most %d are allowed", len(fields), maxLogFields))
	}
	left := x.limits.LogBytes - x.logBytes - len(fields)
	if len(x.logs) >= x.limits.LogLines || left <= 0 {
		x.logsDropped++
		return goja.Undefined()
	}
	message = clip(message, left)
	x.logBytes += len(message) + len(fields)
	x.logs = append(x.logs, LogLine{Level: level, Message: message, Fields: fields, AtUS: time.Since(x.started).Microseconds()})
	return goja.Undefined()
}

// maxLogFields bounds the fields of one log line, in bytes of JSON.
const maxLogFields = 8 << 10
