package late_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

// pieces is a program that is made of bytes: each asks for a declaration, or for a use of one.
type pieces struct {
	bytes []byte
}

func (p *pieces) next(n int) int {
	if len(p.bytes) == 0 {
		return 0
	}
	b := p.bytes[0]
	p.bytes = p.bytes[1:]
	return int(b) % n
}

func (p *pieces) name() string {
	return []string{"a", "b", "c", "d", "e", "n_exports"}[p.next(6)]
}

func (p *pieces) value(depth int) string {
	if depth == 0 {
		return p.name()
	}
	switch p.next(16) {
	case 0:
		return "{}"
	case 1:
		return fmt.Sprintf("{ x: %s, %s }", p.value(depth-1), p.name())
	case 2:
		return fmt.Sprintf("[%s, , %s]", p.value(depth-1), p.value(depth-1))
	case 3:
		return fmt.Sprintf("() => %s", p.use())
	case 4:
		return fmt.Sprintf("function (%s) { return %s }", p.name(), p.use())
	case 5:
		return fmt.Sprintf("class { m() { return %s } %s = 1 }", p.use(), p.name())
	case 6:
		return fmt.Sprintf("class extends %s { static s() { return %s } }", p.name(), p.use())
	case 7:
		return fmt.Sprintf("class { static x = %s }", p.use())
	case 8:
		return "/x/g"
	case 9:
		return fmt.Sprintf("%s(%s)", p.name(), p.value(depth-1))
	case 10:
		return fmt.Sprintf("{ get x() { return %s }, ...%s }", p.use(), p.name())
	case 11:
		return "make({ m() { " + p.statement() + p.statement() + " return " + p.use() + " } })"
	case 12:
		return fmt.Sprintf("(%s) => () => %s", p.name(), p.name())
	case 13:
		return fmt.Sprintf("{ [log(%q)]: %s }", p.name(), p.value(depth-1))
	case 14:
		return "log(" + p.name() + ")"
	}
	return "-1"
}

func (p *pieces) use() string {
	n := p.name()
	switch p.next(16) {
	case 0:
		return "typeof " + n
	case 1:
		return n + "()"
	case 2:
		return "new " + n + "()"
	case 3:
		return n + ".x"
	case 4:
		return n + "?.[0]"
	case 5:
		return n + ".test('x')"
	case 6:
		return n + "." + p.name()
	case 7:
		return n + "." + p.name() + "(" + p.name() + ")"
	case 8:
		return "{ " + n + " }." + n
	case 9:
		return "((" + n + ") => " + n + ")(" + p.name() + ")"
	case 10:
		return n + " === " + p.name()
	case 11:
		return n + ".name"
	case 12:
		return "`${typeof " + n + "}`"
	case 13:
		return n + "`x`"
	case 14:
		return "(" + n + ".x = " + p.name() + ")"
	}
	return n
}

func (p *pieces) statement() string {
	n := p.name()
	switch p.next(16) {
	case 0, 1, 2, 3:
		return fmt.Sprintf("var %s = %s;\n", n, p.value(2))
	case 4, 5:
		return fmt.Sprintf("function %s(%s) { return %s }\n", n, p.name(), p.use())
	case 6:
		return fmt.Sprintf("try { log(%s) } catch (%s) { place(%s) }\n", p.use(), n, n)
	case 7:
		return fmt.Sprintf("function %s(p) { class C {} function F() {} F.prototype = {}; Object.defineProperty(C, %q, { value: p }); const w = p && new Map(); return C }\n", n, p.name())
	case 8:
		return fmt.Sprintf("for (const %s of [1, 2]) { try { log(%s) } catch (e) { log(e.message) } }\n", n, p.use())
	case 9:
		return fmt.Sprintf("if (log(%s)) %s = %s;\n", p.use(), n, p.value(1))
	case 10:
		return fmt.Sprintf("{ let %s = %s; log(%s) }\n", n, p.value(1), p.use())
	case 11:
		return fmt.Sprintf("var n_exports = {};\n__export(n_exports, {\n a: () => %s,\n b: () => %s\n});\n", n, p.name())
	case 12:
		return fmt.Sprintf("var { x: %s } = %s;\n", n, p.name())
	case 13:
		return fmt.Sprintf("switch (1) { case 1: function %s() { return 1 } }\n", n)
	case 14:
		return fmt.Sprintf("log((() => { try { return %s } catch (e) { return e.message } })());\n", p.use())
	}
	return fmt.Sprintf("function* %s() { yield %s }\n", n, p.name())
}

// FuzzSame makes small programs of declarations and uses of the same few names.
func FuzzSame(f *testing.F) {
	for _, seed := range []string{"", "a function and its use", "0123456789", "\x00\x01\x02\x0b\x0b\x00\x06\x07", strings.Repeat("classes and modules and more of it; ", 4), strings.Repeat("\x0b\x05\x02\x06\x08\x01\x03", 9)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p := &pieces{bytes: data[:min(len(data), 400)]}
		var code strings.Builder
		code.WriteString("var make = (o) => o.m();\n")
		for range 40 {
			if len(p.bytes) == 0 {
				break
			}
			code.WriteString(p.statement())
		}
		fmt.Fprintf(&code, "return { execute: () => {\nvar out = [];\n")
		for range 6 {
			fmt.Fprintf(&code, "try { out.push(%s) } catch (e) { out.push(e.message); place(e) }\n", p.use())
		}
		code.WriteString("return out } }")
		script := bundle(code.String())
		if p.next(2) == 0 {
			script = strings.TrimPrefix(script, "\"use strict\";")
		}
		if _, err := goja.Compile("bundle", script, false); err != nil {
			return
		}
		same(t, script)
	})
}
