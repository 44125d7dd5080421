package vm

import (
	"math"
	"reflect"

	"github.com/dop251/goja"

	"github.com/durward/durward/runtime/vm/subtle"
)

var cryptoKeyType = reflect.TypeFor[*cryptoKey]()

// key is an argument or parameter that must be a CryptoKey.
func (c *cryptography) key(value goja.Value) *subtle.Key {
	key, ok := keyOf(value)
	if !ok {
		panic(c.rt.NewTypeError("the key must be a CryptoKey"))
	}
	return key.key
}

// memory is the memory of an ArrayBuffer or a view of one. No property is looked at, for the action may have redefined them.
func (c *cryptography) memory(value goja.Value) []byte {
	raw, ok := c.bytes(value)
	if !ok {
		panic(c.rt.NewTypeError("the data must be an ArrayBuffer or a view of one"))
	}
	return raw
}

func (c *cryptography) bytes(value goja.Value) ([]byte, bool) {
	if raw, ok := bufferBytes(value); ok {
		return raw, true
	}
	object, ok := value.(*goja.Object)
	if !ok || !isTypedArray(object) && !c.isDataView(object) {
		return nil, false
	}
	var raw []byte
	must(c.rt.ExportTo(object, &raw))
	return raw, true
}

// isDataView asks ArrayBuffer.isView, since nothing else tells a DataView from any other object. An action that has replaced it gets what it says.
func (c *cryptography) isDataView(object *goja.Object) bool {
	if c.isView == nil || object.ExportType() != reflect.TypeFor[map[string]any]() {
		return false
	}
	return mustCall(c.isView, object).ToBoolean()
}

func isTypedArray(object *goja.Object) bool {
	switch object.ExportType() {
	case reflect.TypeFor[[]int8](), reflect.TypeFor[[]uint8](), reflect.TypeFor[[]int16](), reflect.TypeFor[[]uint16](), reflect.TypeFor[[]int32](),
		reflect.TypeFor[[]uint32](), reflect.TypeFor[[]int64](), reflect.TypeFor[[]uint64](), reflect.TypeFor[[]float32](), reflect.TypeFor[[]float64]():
		return true
	}
	return false
}

// algorithm reads an AlgorithmIdentifier: a name, or an object with one. Each member is read once, the name first and the others in alphabetical order; the standard reads the name twice.
func (c *cryptography) algorithm(op subtle.Op, value goja.Value) *subtle.Params {
	object, isObject := value.(*goja.Object)
	name := value
	if isObject {
		if name = object.Get("name"); isMissing(name) {
			panic(c.rt.NewTypeError("the algorithm has no name"))
		}
	}
	p, members, err := subtle.Normalize(op, name.String())
	c.check(err)
	var hash goja.Value
	var hashTo *subtle.Hash
	for _, m := range members {
		var member goja.Value
		if isObject {
			member = object.Get(m.Name)
		}
		switch {
		case isMissing(member) && m.Required:
			panic(c.rt.NewTypeError("%s needs %s", p.Name(), m.Name))
		case isMissing(member):
		case m.Hash != nil:
			hash, hashTo = member, m.Hash // an algorithm too, which is read when all members of this one are
		default:
			c.member(m, member)
		}
	}
	if hashTo != nil {
		*hashTo = subtle.Hash(c.algorithm(subtle.OpDigest, hash).Name())
	}
	return p
}

func (c *cryptography) member(m subtle.Member, value goja.Value) {
	switch {
	case m.Bytes != nil:
		*m.Bytes = append([]byte{}, c.memory(value)...)
	case m.Text != nil:
		*m.Text = value.String()
	case m.Key != nil:
		*m.Key = c.key(value)
	case m.Number != nil:
		*m.Number = c.number(m.Name, value, m.Max)
	}
}

func isMissing(value goja.Value) bool { return value == nil || goja.IsUndefined(value) }

// number reads an integer that is to be in its range (Web IDL, [EnforceRange]).
func (c *cryptography) number(name string, value goja.Value, most uint32) subtle.Number {
	f := math.Trunc(value.ToFloat())
	if !(f >= 0 && f <= float64(most)) { // also when it is no number
		panic(c.rt.NewTypeError("%s must be an integer from 0 to %d", name, most))
	}
	return subtle.Number{Set: true, Value: uint32(f)}
}

func (c *cryptography) format(value goja.Value) subtle.Format {
	switch f := subtle.Format(value.String()); f {
	case subtle.FormatRaw, subtle.FormatSPKI, subtle.FormatPKCS8, subtle.FormatJWK:
		return f
	}
	panic(c.rt.NewTypeError("unknown key format"))
}

func (c *cryptography) usages(value goja.Value) subtle.Usages {
	var all subtle.Usages
	c.rt.ForOf(value, func(item goja.Value) bool {
		usage, ok := subtle.ParseUsage(item.String())
		if !ok {
			panic(c.rt.NewTypeError("unknown key usage"))
		}
		all |= usage
		return true
	})
	return all
}

// maxKeyOps bounds key_ops, of which eight values are known. A list without end would keep goja busy where nothing interrupts it.
const maxKeyOps = 64

// jwkMembers are the members of a JSON Web Key in the order in which they are read.
var jwkMembers = []string{"alg", "crv", "d", "dp", "dq", "e", "ext", "k", "key_ops", "kty", "n", "oth", "p", "q", "qi", "use", "x", "y"}

func (c *cryptography) jwk(object *goja.Object) *subtle.JWK {
	j := &subtle.JWK{}
	texts := j.Texts()
	for _, name := range jwkMembers {
		value := object.Get(name)
		if isMissing(value) {
			continue
		}
		switch name {
		case "ext":
			ext := value.ToBoolean()
			j.Ext = &ext
		case "key_ops":
			j.KeyOps = c.keyOps(value)
		case "oth":
			j.FurtherPrimes()
		default:
			text := value.String()
			*texts[name] = &text
		}
	}
	return j
}

func (c *cryptography) keyOps(value goja.Value) []string {
	ops := []string{}
	c.rt.ForOf(value, func(item goja.Value) bool {
		if len(ops) == maxKeyOps {
			panic(c.rt.NewTypeError("key_ops has more than %d values", maxKeyOps))
		}
		ops = append(ops, item.String())
		return true
	})
	return ops
}

// keyData reads a key outside, in the union of the standard: bytes in all formats but one.
func (c *cryptography) keyData(format subtle.Format, value goja.Value) func() subtle.KeyData {
	if format != subtle.FormatJWK {
		c.memory(value) // must be bytes
		return func() subtle.KeyData { return subtle.KeyData{Raw: c.memory(value)} }
	}
	object, ok := value.(*goja.Object)
	if _, isBytes := c.bytes(value); !ok || isBytes {
		panic(c.rt.NewTypeError("a key in the format jwk is an object"))
	}
	j := c.jwk(object)
	return func() subtle.KeyData { return subtle.KeyData{JWK: j} }
}

// keyObject is exported key data as the action gets it.
func (c *cryptography) keyObject(data subtle.KeyData) goja.Value {
	if data.JWK == nil {
		return c.buffer(data.Raw)
	}
	object, texts := c.rt.NewObject(), data.JWK.Texts()
	for _, name := range jwkMembers {
		switch text := texts[name]; {
		case text != nil && *text != nil:
			must(define(object, name, c.rt.ToValue(**text)))
		case name == "ext":
			must(define(object, name, c.rt.ToValue(*data.JWK.Ext)))
		case name == "key_ops":
			must(define(object, name, c.strings(data.JWK.KeyOps)))
		}
	}
	return object
}

func (c *cryptography) buffer(data []byte) goja.Value {
	return c.rt.ToValue(c.rt.NewArrayBuffer(data))
}
