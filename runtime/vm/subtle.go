package vm

import (
	"errors"
	"time"

	"github.com/dop251/goja"

	"github.com/durward/durward/runtime/vm/subtle"
)

// cryptography is the part of an execution's runtime that crypto.subtle needs. All work is done at once, in the step of the call, and its promise is settled when it is returned: there is nothing to
// wait for, and the time counts as the execution's.
//
// A call reads its arguments completely before it works: what it reads can run code of the action, which can change what was read before. Bytes that are read last are used in place.
type cryptography struct {
	*Execution
	isView       goja.Callable // nil if the action has done away with it
	keyPrototype *goja.Object
	subtle       *goja.Object // made when it is read first
}

// cryptoKey is the Go value behind a CryptoKey. It has neither exported fields nor methods, for goja would show them to the action.
type cryptoKey struct {
	key               *subtle.Key
	algorithm, usages *goja.Object // made when they are read first
}

func keyOf(value goja.Value) (*cryptoKey, bool) {
	object, ok := value.(*goja.Object)
	if !ok || object.ExportType() != cryptoKeyType { // Export alone would read the properties of any other object
		return nil, false
	}
	key, ok := object.Export().(*cryptoKey)
	return key, ok
}

func (c *cryptography) newKey(key *subtle.Key) goja.Value {
	object := c.rt.ToValue(&cryptoKey{key: key}).(*goja.Object)
	_ = object.SetPrototype(c.keyPrototype)
	return object
}

// class makes a constructor that only throws, as those of the Web Cryptography API do, and returns its prototype.
func (c *cryptography) class(name string) *goja.Object {
	constructor := c.constructor(name, func(*goja.Object, []goja.Value) { panic(c.rt.NewTypeError("Illegal constructor")) })
	c.define(name, constructor)
	prototype := constructor.Get("prototype").(*goja.Object)
	_ = prototype.DefineDataPropertySymbol(goja.SymToStringTag, c.rt.ToValue(name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return prototype
}

// getter defines a read-only accessor property.
func (c *cryptography) getter(object *goja.Object, name string, get func(goja.FunctionCall) goja.Value) {
	_ = object.DefineAccessorProperty(name, c.function("get "+name, get), nil, goja.FLAG_TRUE, goja.FLAG_TRUE)
}

func (c *cryptography) installKey() {
	if buffer, ok := c.rt.Get("ArrayBuffer").(*goja.Object); ok {
		c.isView, _ = goja.AssertFunction(buffer.Get("isView"))
	}
	c.keyPrototype = c.class("CryptoKey")
	attribute := func(name string, read func(*cryptoKey) goja.Value) {
		c.getter(c.keyPrototype, name, func(call goja.FunctionCall) goja.Value {
			key, ok := keyOf(call.This)
			if !ok {
				panic(c.rt.NewTypeError("Illegal invocation"))
			}
			return read(key)
		})
	}
	attribute("type", func(k *cryptoKey) goja.Value { return c.rt.ToValue(string(k.key.Type)) })
	attribute("extractable", func(k *cryptoKey) goja.Value { return c.rt.ToValue(k.key.Extractable) })
	attribute("algorithm", func(k *cryptoKey) goja.Value {
		if k.algorithm == nil {
			k.algorithm = c.describe(k.key.Algorithm)
		}
		return k.algorithm
	})
	attribute("usages", func(k *cryptoKey) goja.Value {
		if k.usages == nil {
			k.usages = c.strings(k.key.Usages.Names())
		}
		return k.usages
	})
}

// describe is a key's algorithm as the action sees it. The action can change the object, but not the key.
func (c *cryptography) describe(a subtle.KeyAlgorithm) *goja.Object {
	object := c.rt.NewObject()
	set := func(name string, value any) { must(define(object, name, c.rt.ToValue(value))) }
	set("name", a.Name)
	if a.ModulusLength != 0 {
		set("modulusLength", a.ModulusLength)
		set("publicExponent", c.newBytes(append([]byte{}, a.PublicExponent...)))
	}
	if a.NamedCurve != "" {
		set("namedCurve", a.NamedCurve)
	}
	if a.Hash != "" {
		hash := c.rt.NewObject()
		must(define(hash, "name", c.rt.ToValue(string(a.Hash))))
		set("hash", hash)
	}
	if a.Length != 0 {
		set("length", a.Length)
	}
	return object
}

func (c *cryptography) strings(list []string) *goja.Object {
	values := make([]any, len(list))
	for i, s := range list {
		values[i] = s
	}
	return c.rt.NewArray(values...)
}

// check throws an error of package subtle, if it is one. An operation that gave up because the time was used up ends the execution, which the watchdog would do a moment later.
func (c *cryptography) check(err error) {
	var e *subtle.Error
	switch {
	case err == nil:
	case c.cpuLeft() <= 0:
		c.exceeded(cpuFailure(c.limits.CPU))
	case errors.As(err, &e) && e.Name != subtle.TypeError:
		panic(c.domException(string(e.Name), e.Message))
	default:
		panic(c.rt.NewTypeError("%s", err.Error()))
	}
}

// budget is the time that an operation may still compute, or nothing once the execution was interrupted.
func (c *cryptography) budget() time.Duration {
	c.machine.mu.Lock()
	interrupted := c.interrupted != nil
	c.machine.mu.Unlock()
	if interrupted {
		return 0
	}
	return min(c.cpuLeft(), time.Until(c.deadline))
}

// cpuLeft is what is left of the execution's CPU time, in the middle of a step.
func (c *cryptography) cpuLeft() time.Duration {
	c.machine.mu.Lock()
	defer c.machine.mu.Unlock()
	return c.limits.CPU - c.cpu - (processCPU() - c.machine.began)
}
