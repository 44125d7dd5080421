package vm

import (
	"crypto/rand"
	"encoding/base64"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
	"github.com/google/uuid"
)

// installBase64 follows the HTML Living Standard, section 8.3.
func (x *Execution) installBase64() {
	x.defineFunction("btoa", func(call goja.FunctionCall) goja.Value {
		x.needArgument("btoa", call)
		var raw []byte
		for _, r := range call.Argument(0).String() {
			if r > 0xff {
				panic(x.domException("InvalidCharacterError", "btoa: the string has characters beyond U+00FF"))
			}
			raw = append(raw, byte(r))
		}
		return x.rt.ToValue(base64.StdEncoding.EncodeToString(raw))
	})
	x.defineFunction("atob", func(call goja.FunctionCall) goja.Value {
		x.needArgument("atob", call)
		text := strings.Map(func(r rune) rune {
			if strings.ContainsRune("\t\n\f\r ", r) {
				return -1
			}
			return r
		}, call.Argument(0).String())
		if len(text)%4 == 0 {
			text = strings.TrimSuffix(strings.TrimSuffix(text, "="), "=")
		}
		raw, err := base64.RawStdEncoding.DecodeString(text)
		if err != nil || strings.ContainsAny(text, "\r\n") {
			panic(x.domException("InvalidCharacterError", "atob: the string is not base64"))
		}
		latin := make([]rune, len(raw))
		for i, b := range raw {
			latin[i] = rune(b)
		}
		return x.rt.ToValue(string(latin))
	})
}

func (x *Execution) needArgument(name string, call goja.FunctionCall) {
	if len(call.Arguments) == 0 {
		panic(x.rt.NewTypeError(name + " needs an argument"))
	}
}

// maxRandomBytes is the quota of getRandomValues (Web Cryptography API, section 10.1.1).
const maxRandomBytes = 65536

func (x *Execution) installCrypto() {
	c := &cryptography{Execution: x}
	c.installKey()
	subtlePrototype := c.class("SubtleCrypto")
	crypto := x.rt.CreateObject(c.class("Crypto"))
	c.getter(crypto, "subtle", func(goja.FunctionCall) goja.Value { return c.subtleObject(subtlePrototype) })
	x.defineOn(crypto, "randomUUID", x.function("randomUUID", func(goja.FunctionCall) goja.Value {
		x.notAhead()
		return x.rt.ToValue(uuid.NewString())
	}))
	x.defineOn(crypto, "getRandomValues", x.function("getRandomValues", func(call goja.FunctionCall) goja.Value {
		raw, ok := integerView(call.Argument(0))
		if !ok {
			panic(x.domException("TypeMismatchError", "getRandomValues needs an integer typed array"))
		}
		if len(raw) > maxRandomBytes {
			panic(x.domException("QuotaExceededError", "getRandomValues fills at most 65536 bytes"))
		}
		x.notAhead()
		rand.Read(raw) // never fails
		return call.Argument(0)
	}))
	x.define("crypto", crypto)
}

// integerView is the memory of a typed array with integer elements.
func integerView(value goja.Value) ([]byte, bool) {
	object, ok := value.(*goja.Object)
	if !ok {
		return nil, false
	}
	switch object.ExportType() {
	case reflect.TypeFor[[]int8](), reflect.TypeFor[[]uint8](), reflect.TypeFor[[]int16](), reflect.TypeFor[[]uint16](),
		reflect.TypeFor[[]int32](), reflect.TypeFor[[]uint32](), reflect.TypeFor[[]int64](), reflect.TypeFor[[]uint64]():
		return viewBytes(object)
	}
	return nil, false
}

// viewBytes is the memory that a typed array or DataView shows.
func viewBytes(object *goja.Object) ([]byte, bool) {
	all, ok := bufferBytes(object.Get("buffer"))
	if !ok {
		return nil, false
	}
	offset, length := object.Get("byteOffset"), object.Get("byteLength")
	if offset == nil || length == nil { // an object with a buffer that is no view
		return nil, false
	}
	from, size := int(offset.ToInteger()), int(length.ToInteger())
	if from < 0 || size < 0 || size > len(all)-from {
		return nil, false
	}
	return all[from : from+size : from+size], true
}

var bufferType = reflect.TypeFor[goja.ArrayBuffer]()

func bufferBytes(value goja.Value) ([]byte, bool) {
	object, ok := value.(*goja.Object)
	if !ok || object.ExportType() != bufferType { // Export alone would read the properties of any other object
		return nil, false
	}
	buffer, ok := object.Export().(goja.ArrayBuffer)
	return buffer.Bytes(), ok
}

// installText makes TextEncoder and TextDecoder for UTF-8, the one encoding that actions need (Encoding Standard, sections 7.2 and 7.4).
func (x *Execution) installText() {
	newBytes, _ := goja.AssertConstructor(x.rt.Get("Uint8Array"))
	x.define("TextEncoder", x.constructor("TextEncoder", func(this *goja.Object, _ []goja.Value) {
		x.defineOn(this, "encoding", "utf-8")
		x.defineOn(this, "encode", x.function("encode", func(call goja.FunctionCall) goja.Value {
			text := ""
			if arg := call.Argument(0); !goja.IsUndefined(arg) {
				text = arg.String()
			}
			view, err := newBytes(nil, x.rt.ToValue(x.rt.NewArrayBuffer([]byte(strings.ToValidUTF8(text, "\uFFFD")))))
			if err != nil {
				panic(err)
			}
			return view
		}))
	}))
	x.define("TextDecoder", x.constructor("TextDecoder", func(this *goja.Object, args []goja.Value) {
		label := "utf-8"
		if len(args) > 0 && !goja.IsUndefined(args[0]) {
			label = strings.ToLower(strings.TrimSpace(args[0].String()))
		}
		if label != "utf-8" && label != "utf8" && label != "unicode-1-1-utf-8" {
			panic(x.nativeError("RangeError", "TextDecoder: only utf-8 is supported, not "+clip(label, 40)))
		}
		var fatal, keepBOM bool
		if len(args) > 1 {
			if options, ok := args[1].(*goja.Object); ok {
				fatal, keepBOM = truthy(options.Get("fatal")), truthy(options.Get("ignoreBOM"))
			}
		}
		x.defineOn(this, "encoding", "utf-8")
		x.defineOn(this, "fatal", fatal)
		x.defineOn(this, "ignoreBOM", keepBOM)
		x.defineOn(this, "decode", x.function("decode", func(call goja.FunctionCall) goja.Value {
			return x.decodeUTF8(call.Argument(0), fatal, keepBOM)
		}))
	}))
}

func (x *Execution) decodeUTF8(value goja.Value, fatal, keepBOM bool) goja.Value {
	if goja.IsUndefined(value) {
		return x.rt.ToValue("")
	}
	raw, ok := bytesOf(value)
	if !ok {
		panic(x.rt.NewTypeError("decode needs an ArrayBuffer or a view of one"))
	}
	if fatal && !utf8.Valid(raw) {
		panic(x.rt.NewTypeError("decode: the data is not UTF-8"))
	}
	return x.rt.ToValue(utf8Text(raw, keepBOM))
}

// utf8Text is the text that data is in UTF-8, without the byte order mark at its start unless that is to be kept.
func utf8Text(data []byte, keepBOM bool) string {
	text := string(data)
	if !keepBOM {
		text = strings.TrimPrefix(text, "\uFEFF")
	}
	if !utf8.ValidString(text) {
		text = replaceInvalid(text)
	}
	return text
}

// replaceInvalid puts one U+FFFD in the place of each maximal part of a broken sequence, as the standard demands; strings.ToValidUTF8 would put one in the place of
// a whole run.
func replaceInvalid(text string) string {
	var out strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && size == 1 {
			size = brokenPrefix(text)
		}
		out.WriteRune(r)
		text = text[size:]
	}
	return out.String()
}

// brokenPrefix is the length of the longest start of text that could have been the start of a character, at least 1 (Unicode Standard, table 3-7).
func brokenPrefix(text string) int {
	low, high, need := byte(0x80), byte(0xbf), 0
	switch c := text[0]; {
	case c >= 0xc2 && c <= 0xdf:
		need = 1
	case c == 0xe0:
		low, need = 0xa0, 2
	case c == 0xed:
		high, need = 0x9f, 2
	case c >= 0xe1 && c <= 0xef:
		need = 2
	case c == 0xf0:
		low, need = 0x90, 3
	case c == 0xf4:
		high, need = 0x8f, 3
	case c >= 0xf1 && c <= 0xf3:
		need = 3
	}
	n := 1
	for ; need > 0 && n < len(text) && text[n] >= low && text[n] <= high; need-- {
		low, high = 0x80, 0xbf
		n++
	}
	return n
}

func bytesOf(value goja.Value) ([]byte, bool) {
	if raw, ok := bufferBytes(value); ok {
		return raw, true
	}
	object, ok := value.(*goja.Object)
	if !ok {
		return nil, false
	}
	return viewBytes(object)
}

func truthy(value goja.Value) bool { return value != nil && value.ToBoolean() }

func (x *Execution) constructor(name string, build func(this *goja.Object, args []goja.Value)) *goja.Object {
	object := x.rt.ToValue(func(call goja.ConstructorCall) *goja.Object {
		build(call.This, call.Arguments)
		return nil
	}).(*goja.Object)
	_ = object.DefineDataProperty("name", x.rt.ToValue(name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return object
}
