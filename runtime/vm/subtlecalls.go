package vm

import (
	"github.com/dop251/goja"

	"github.com/durward/durward/runtime/vm/subtle"
)

// subtleCall is a method of crypto.subtle: its name, how many arguments it needs, and what it does with them.
type subtleCall struct {
	name  string
	needs int
	do    func(c *cryptography, args goja.FunctionCall) goja.Value
}

var subtleCalls = []subtleCall{
	{"decrypt", 3, transform(subtle.OpDecrypt, subtle.Decrypt)},
	{"deriveBits", 2, (*cryptography).deriveBits},
	{"deriveKey", 5, (*cryptography).deriveKey},
	{"digest", 2, (*cryptography).digest},
	{"encrypt", 3, transform(subtle.OpEncrypt, subtle.Encrypt)},
	{"exportKey", 2, (*cryptography).exportKey},
	{"generateKey", 3, (*cryptography).generateKey},
	{"importKey", 5, (*cryptography).importKey},
	{"sign", 3, transform(subtle.OpSign, subtle.Sign)},
	{"unwrapKey", 7, (*cryptography).unwrapKey},
	{"verify", 4, (*cryptography).verify},
	{"wrapKey", 4, (*cryptography).wrapKey},
}

// subtleObject is crypto.subtle.
func (c *cryptography) subtleObject(prototype *goja.Object) *goja.Object {
	if c.subtle == nil {
		for _, m := range subtleCalls {
			_ = prototype.DefineDataProperty(m.name, c.function(m.name, func(call goja.FunctionCall) goja.Value {
				c.notAhead() // some of them are random, and some take long
				return c.promised(func() goja.Value {
					if len(call.Arguments) < m.needs {
						panic(c.rt.NewTypeError("%s needs %d arguments", m.name, m.needs))
					}
					return m.do(c, call)
				})
			}), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
		}
		c.subtle = c.rt.CreateObject(prototype)
	}
	return c.subtle
}

// transform makes the methods that take an algorithm, a key and data, and give bytes.
func transform(op subtle.Op, do func(*subtle.Params, *subtle.Key, []byte) ([]byte, error)) func(*cryptography, goja.FunctionCall) goja.Value {
	return func(c *cryptography, call goja.FunctionCall) goja.Value {
		key := c.key(call.Argument(1))
		c.memory(call.Argument(2)) // must be bytes
		p := c.algorithm(op, call.Argument(0))
		out, err := do(p, key, c.memory(call.Argument(2)))
		c.check(err)
		return c.buffer(out)
	}
}

func (c *cryptography) digest(call goja.FunctionCall) goja.Value {
	c.memory(call.Argument(1))
	p := c.algorithm(subtle.OpDigest, call.Argument(0))
	return c.buffer(subtle.Digest(p, c.memory(call.Argument(1))))
}

func (c *cryptography) verify(call goja.FunctionCall) goja.Value {
	key := c.key(call.Argument(1))
	c.memory(call.Argument(2))
	c.memory(call.Argument(3))
	p := c.algorithm(subtle.OpVerify, call.Argument(0))
	signature := append([]byte{}, c.memory(call.Argument(2))...)
	good, err := subtle.Verify(p, key, signature, c.memory(call.Argument(3)))
	c.check(err)
	return c.rt.ToValue(good)
}

func (c *cryptography) generateKey(call goja.FunctionCall) goja.Value {
	extractable, usages := call.Argument(1).ToBoolean(), c.usages(call.Argument(2))
	p := c.algorithm(subtle.OpGenerate, call.Argument(0))
	pair, err := subtle.GenerateKey(p, extractable, usages, c.budget)
	c.check(err)
	if pair.Secret != nil {
		return c.newKey(pair.Secret)
	}
	object := c.rt.NewObject()
	must(define(object, "publicKey", c.newKey(pair.Public)))
	must(define(object, "privateKey", c.newKey(pair.Private)))
	return object
}

func (c *cryptography) importKey(call goja.FunctionCall) goja.Value {
	format := c.format(call.Argument(0))
	data := c.keyData(format, call.Argument(1))
	extractable, usages := call.Argument(3).ToBoolean(), c.usages(call.Argument(4))
	p := c.algorithm(subtle.OpImport, call.Argument(2))
	key, err := subtle.ImportKey(format, data(), p, extractable, usages)
	c.check(err)
	return c.newKey(key)
}

func (c *cryptography) exportKey(call goja.FunctionCall) goja.Value {
	data, err := subtle.ExportKey(c.format(call.Argument(0)), c.key(call.Argument(1)))
	c.check(err)
	return c.keyObject(data)
}

func (c *cryptography) deriveBits(call goja.FunctionCall) goja.Value {
	key := c.key(call.Argument(1))
	var length subtle.Number
	if value := call.Argument(2); !isMissing(value) && !goja.IsNull(value) {
		length = c.number("length", value, 1<<32-1)
	}
	p := c.algorithm(subtle.OpDeriveBits, call.Argument(0))
	bits, err := subtle.DeriveBits(p, key, length, c.budget)
	c.check(err)
	return c.buffer(bits)
}

func (c *cryptography) deriveKey(call goja.FunctionCall) goja.Value {
	key := c.key(call.Argument(1))
	extractable, usages := call.Argument(3).ToBoolean(), c.usages(call.Argument(4))
	p, as := c.algorithm(subtle.OpDeriveBits, call.Argument(0)), c.algorithm(subtle.OpKeyLength, call.Argument(2))
	derived, err := subtle.DeriveKey(p, key, as, extractable, usages, c.budget)
	c.check(err)
	return c.newKey(derived)
}

func (c *cryptography) wrapKey(call goja.FunctionCall) goja.Value {
	format := c.format(call.Argument(0))
	key, wrapping := c.key(call.Argument(1)), c.key(call.Argument(2))
	out, err := subtle.WrapKey(format, key, wrapping, c.algorithm(subtle.OpWrap, call.Argument(3)))
	c.check(err)
	return c.buffer(out)
}

func (c *cryptography) unwrapKey(call goja.FunctionCall) goja.Value {
	format := c.format(call.Argument(0))
	c.memory(call.Argument(1))
	unwrapping := c.key(call.Argument(2))
	extractable, usages := call.Argument(5).ToBoolean(), c.usages(call.Argument(6))
	p, as := c.algorithm(subtle.OpUnwrap, call.Argument(3)), c.algorithm(subtle.OpImport, call.Argument(4))
	key, err := subtle.UnwrapKey(format, c.memory(call.Argument(1)), unwrapping, p, as, extractable, usages)
	c.check(err)
	return c.newKey(key)
}
