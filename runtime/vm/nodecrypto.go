package vm

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"hash"
	"math/big"
	"strings"

	"github.com/dop251/goja"

	"github.com/durward/durward/runtime/vm/nodecrypto"
)

// nodeCryptoName is the global by which the bundler's module crypto reaches its functions. An action that uses it can do what that module does.
const nodeCryptoName = "$durwardNodeCrypto"

// nodeCrypto are those functions. They take and give bytes, numbers and strings.
type nodeCrypto struct{ *cryptography }

func (x *Execution) installNodeCrypto() {
	c := nodeCrypto{&cryptography{Execution: x}}
	if buffer, ok := x.rt.Get("ArrayBuffer").(*goja.Object); ok {
		c.isView, _ = goja.AssertFunction(buffer.Get("isView"))
	}
	x.define(nodeCryptoName, x.rt.NewDynamicObject(&natives{x: x, values: map[string]goja.Value{}, functions: map[string]native{
		"hashes":    func(goja.FunctionCall) goja.Value { return x.rt.ToValue(strings.Join(nodecrypto.Hashes(), " ")) },
		"hash":      c.hash,
		"hmac":      c.hmac,
		"random":    c.random,
		"randomInt": c.randomInt,
		"equal":     c.equal,
		"pbkdf2":    c.pbkdf2,
		"hkdf":      c.hkdf,
		"scrypt":    c.scrypt,
		"cipher":    c.cipher,
		"importKey": c.importKey,
		"importJWK": c.importJWK,
		"exportKey": c.exportKey,
		"exportJWK": c.exportJWK,
		"publicKey": c.publicKey,
		"generate":  c.generate,
		"sign":      c.sign,
		"verify":    c.verify,
		"oaep":      c.oaep,
	}}))
}

// check throws an error of package nodecrypto, if it is one.
func (c nodeCrypto) check(err error) {
	var e *nodecrypto.Error
	switch {
	case err == nil:
	case c.cpuLeft() <= 0:
		c.exceeded(cpuFailure(c.limits.CPU))
	case errors.As(err, &e):
		object := c.nativeError("Error", e.Message)
		c.defineOn(object, "code", e.Code)
		panic(object)
	default:
		panic(c.nativeError("Error", "the operation is not possible"))
	}
}

func (c nodeCrypto) integer(value goja.Value, name string, least, most int64) int {
	n := value.ToInteger()
	if n < least || n > most {
		object := c.nativeError("RangeError", "The value of "+name+" is out of range")
		c.defineOn(object, "code", "ERR_OUT_OF_RANGE")
		panic(object)
	}
	return int(n)
}

// methods makes an object of functions.
func (c nodeCrypto) methods(methods map[string]native) goja.Value {
	return c.rt.NewDynamicObject(&natives{x: c.Execution, functions: methods, values: map[string]goja.Value{}})
}

func (c nodeCrypto) hash(call goja.FunctionCall) goja.Value {
	state, err := nodecrypto.NewHash(call.Argument(0).String())
	c.check(err)
	return c.hashState(state)
}

func (c nodeCrypto) hmac(call goja.FunctionCall) goja.Value {
	state, err := nodecrypto.NewMAC(call.Argument(0).String(), c.memory(call.Argument(1)))
	c.check(err)
	return c.hashState(state)
}

func (c nodeCrypto) hashState(state hash.Hash) goja.Value {
	return c.methods(map[string]native{
		"update": func(call goja.FunctionCall) goja.Value {
			state.Write(c.memory(call.Argument(0)))
			return goja.Undefined()
		},
		"digest": func(goja.FunctionCall) goja.Value { return c.buffer(state.Sum(nil)) },
		"copy": func(goja.FunctionCall) goja.Value {
			cloner, ok := state.(hash.Cloner)
			if !ok {
				c.check(errors.ErrUnsupported)
			}
			clone, err := cloner.Clone()
			c.check(err)
			return c.hashState(clone)
		},
	})
}

// maxNodeRandom bounds random bytes at once.
const maxNodeRandom = 1 << 20

func (c nodeCrypto) random(call goja.FunctionCall) goja.Value {
	raw := make([]byte, c.integer(call.Argument(0), "size", 0, maxNodeRandom))
	rand.Read(raw) // never fails
	return c.buffer(raw)
}

func (c nodeCrypto) randomInt(call goja.FunctionCall) goja.Value {
	const most = 1 << 53
	from := c.integer(call.Argument(0), "min", -most, most)
	span := c.integer(call.Argument(1), "max", int64(from)+1, most) - from
	n, err := rand.Int(rand.Reader, big.NewInt(int64(span)))
	c.check(err)
	return c.rt.ToValue(int64(from) + n.Int64())
}

func (c nodeCrypto) equal(call goja.FunctionCall) goja.Value {
	return c.rt.ToValue(subtle.ConstantTimeCompare(c.memory(call.Argument(0)), c.memory(call.Argument(1))) == 1)
}

const maxInt32 = 1<<31 - 1

func (c nodeCrypto) pbkdf2(call goja.FunctionCall) goja.Value {
	iterations, length := c.integer(call.Argument(3), "iterations", 1, maxInt32), c.integer(call.Argument(4), "keylen", 0, maxInt32)
	out, err := nodecrypto.PBKDF2(call.Argument(0).String(), c.memory(call.Argument(1)), c.memory(call.Argument(2)), iterations, length, c.budget)
	c.check(err)
	return c.buffer(out)
}

func (c nodeCrypto) hkdf(call goja.FunctionCall) goja.Value {
	length := c.integer(call.Argument(4), "keylen", 0, maxInt32)
	out, err := nodecrypto.HKDF(call.Argument(0).String(), c.memory(call.Argument(1)), c.memory(call.Argument(2)), c.memory(call.Argument(3)), length)
	c.check(err)
	return c.buffer(out)
}

func (c nodeCrypto) scrypt(call goja.FunctionCall) goja.Value {
	n := func(i int, name string) int { return c.integer(call.Argument(i), name, 0, maxInt32) }
	cost, blockSize, parallel, length, most := n(2, "cost"), n(3, "blockSize"), n(4, "parallelization"), n(5, "keylen"), n(6, "maxmem")
	out, err := nodecrypto.Scrypt(c.memory(call.Argument(0)), c.memory(call.Argument(1)), cost, blockSize, parallel, length, most, c.budget)
	c.check(err)
	return c.buffer(out)
}

func (c nodeCrypto) cipher(call goja.FunctionCall) goja.Value {
	tagSize := c.integer(call.Argument(4), "authTagLength", 0, maxInt32)
	state, err := nodecrypto.NewCipher(call.Argument(0).ToBoolean(), call.Argument(1).String(), c.memory(call.Argument(2)), c.memory(call.Argument(3)), tagSize)
	c.check(err)
	give := func(out []byte, err error) goja.Value {
		c.check(err)
		return c.buffer(out)
	}
	return c.methods(map[string]native{
		"update": func(call goja.FunctionCall) goja.Value { return give(state.Update(c.memory(call.Argument(0)))) },
		"final":  func(goja.FunctionCall) goja.Value { return give(state.Final()) },
		"tag":    func(goja.FunctionCall) goja.Value { return give(state.Tag()) },
		"aad":    func(call goja.FunctionCall) goja.Value { return give(nil, state.AAD(c.memory(call.Argument(0)))) },
		"expect": func(call goja.FunctionCall) goja.Value { return give(nil, state.Expect(c.memory(call.Argument(0)))) },
		"padding": func(call goja.FunctionCall) goja.Value {
			state.Pad(call.Argument(0).ToBoolean())
			return goja.Undefined()
		},
	})
}

// nodeKey is the Go value behind a handle of a key.
type nodeKey struct {
	opaque
	c   nodeCrypto
	key *nodecrypto.Key
}

// Get gives the attributes of the key.
func (k *nodeKey) Get(name string) goja.Value {
	bits, curve := k.key.Details()
	switch name {
	case "type":
		if k.key.Private() {
			return k.c.rt.ToValue("private")
		}
		return k.c.rt.ToValue("public")
	case "kind":
		return k.c.rt.ToValue(k.key.Kind())
	case "bits":
		return k.c.rt.ToValue(bits)
	case "curve":
		return k.c.rt.ToValue(curve)
	}
	return goja.Undefined()
}

func (c nodeCrypto) handle(key *nodecrypto.Key, err error) goja.Value {
	c.check(err)
	return c.rt.NewDynamicObject(&nodeKey{c: c, key: key})
}

func (c nodeCrypto) key(value goja.Value) *nodecrypto.Key {
	k, ok := held[*nodeKey](value)
	if !ok {
		panic(c.rt.NewTypeError("the key must be a KeyObject"))
	}
	return k.key
}

func (c nodeCrypto) importKey(call goja.FunctionCall) goja.Value {
	return c.handle(nodecrypto.ParseKey(c.memory(call.Argument(0)), call.Argument(1).ToBoolean(), call.Argument(2).ToBoolean()))
}

func (c nodeCrypto) importJWK(call goja.FunctionCall) goja.Value {
	return c.handle(nodecrypto.ParseJWK([]byte(call.Argument(0).String()), call.Argument(1).ToBoolean()))
}

func (c nodeCrypto) exportKey(call goja.FunctionCall) goja.Value {
	out, err := c.key(call.Argument(0)).Export(call.Argument(2).String(), call.Argument(1).ToBoolean())
	c.check(err)
	return c.buffer(out)
}

func (c nodeCrypto) exportJWK(call goja.FunctionCall) goja.Value {
	text, err := c.key(call.Argument(0)).JWK()
	c.check(err)
	return c.rt.ToValue(string(text))
}

func (c nodeCrypto) publicKey(call goja.FunctionCall) goja.Value {
	return c.handle(c.key(call.Argument(0)).Public(), nil)
}

func (c nodeCrypto) generate(call goja.FunctionCall) goja.Value {
	return c.handle(nodecrypto.Generate(call.Argument(0).String(), c.integer(call.Argument(1), "modulusLength", 0, maxInt32), call.Argument(2).String(), c.budget))
}

func (c nodeCrypto) options(args []goja.Value) nodecrypto.Options {
	call := goja.FunctionCall{Arguments: args}
	return nodecrypto.Options{Padding: int(call.Argument(0).ToInteger()), SaltLength: int(call.Argument(1).ToInteger()), P1363: call.Argument(2).ToBoolean()}
}

func (c nodeCrypto) sign(call goja.FunctionCall) goja.Value {
	o := c.options(call.Arguments[min(3, len(call.Arguments)):])
	out, err := nodecrypto.Sign(call.Argument(0).String(), c.memory(call.Argument(1)), c.key(call.Argument(2)), o)
	c.check(err)
	return c.buffer(out)
}

func (c nodeCrypto) verify(call goja.FunctionCall) goja.Value {
	o := c.options(call.Arguments[min(4, len(call.Arguments)):])
	good, err := nodecrypto.Verify(call.Argument(0).String(), c.memory(call.Argument(1)), c.key(call.Argument(2)), c.memory(call.Argument(3)), o)
	c.check(err)
	return c.rt.ToValue(good)
}

func (c nodeCrypto) oaep(call goja.FunctionCall) goja.Value {
	do := nodecrypto.Open
	if call.Argument(0).ToBoolean() {
		do = nodecrypto.Seal
	}
	out, err := do(c.key(call.Argument(1)), call.Argument(2).String(), c.memory(call.Argument(3)), c.memory(call.Argument(4)))
	c.check(err)
	return c.buffer(out)
}
