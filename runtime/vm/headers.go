package vm

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/dop251/goja"
)

// headers.js makes Headers (Fetch Standard, section 5.1).
//
//go:embed headers.js
var headersSource string

var headersProgram = sync.OnceValue(func() *goja.Program { return goja.MustCompile("headers", headersSource, true) })

func (x *Execution) headersNatives() map[string]native {
	list := func(call goja.FunctionCall) *pairs { return mustHold[*pairs](x, call.Argument(0)) }
	name := func(call goja.FunctionCall) string { return x.headerName(call.Argument(1)) }
	changed := func(call goja.FunctionCall) *pairs {
		if l := list(call); !l.fixed {
			return l
		}
		panic(x.rt.NewTypeError("the headers are immutable"))
	}
	return map[string]native{
		"create": func(goja.FunctionCall) goja.Value { return x.object(&pairs{}) },
		"append": func(call goja.FunctionCall) goja.Value {
			entry := pair{name: name(call), value: x.headerValue(call.Argument(2))}
			changed(call).add(entry)
			return goja.Undefined()
		},
		"set": func(call goja.FunctionCall) goja.Value {
			entry := pair{name: name(call), value: x.headerValue(call.Argument(2))}
			changed(call).put(entry)
			return goja.Undefined()
		},
		"delete": func(call goja.FunctionCall) goja.Value {
			unwanted := name(call)
			changed(call).remove(func(p pair) bool { return p.name == unwanted })
			return goja.Undefined()
		},
		"get": func(call goja.FunctionCall) goja.Value {
			value, ok := list(call).combined(name(call))
			if !ok {
				return goja.Null()
			}
			return x.rt.ToValue(value)
		},
		"has": func(call goja.FunctionCall) goja.Value {
			_, ok := list(call).get(name(call))
			return x.rt.ToValue(ok)
		},
		"cookies": func(call goja.FunctionCall) goja.Value {
			found := []any{}
			for _, p := range list(call).list {
				if p.name == setCookie {
					found = append(found, p.value)
				}
			}
			return x.rt.NewArray(found...)
		},
		"at": func(call goja.FunctionCall) goja.Value {
			l, i := list(call), int(call.Argument(1).ToInteger())
			if l.view == nil {
				l.view = l.headerOrder()
			}
			if i >= len(l.view) {
				return goja.Undefined()
			}
			entry := l.list[l.view[i]]
			if entry.name != setCookie {
				entry.value, _ = l.combined(entry.name)
			}
			return x.rt.NewArray(entry.name, entry.value)
		},
	}
}

// setCookie is the one header whose values are not combined.
const setCookie = "set-cookie"

// combined are all values of a header in one.
func (p *pairs) combined(name string) (string, bool) {
	var values []string
	for _, entry := range p.list {
		if entry.name == name {
			values = append(values, entry.value)
		}
	}
	return strings.Join(values, ", "), values != nil
}

// headerOrder are the indexes of the headers to be shown, by name; of one with several values the first, but all cookies.
func (p *pairs) headerOrder() []int {
	order := []int{}
	seen := map[string]bool{}
	for i, entry := range p.list {
		if entry.name == setCookie || !seen[entry.name] {
			seen[entry.name] = true
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(p.list[a].name, p.list[b].name) })
	return order
}

func (x *Execution) headerName(value goja.Value) string {
	name := value.String()
	if !isToken(name) {
		panic(x.rt.NewTypeError("%q is not a valid header name", clip(name, 100)))
	}
	return strings.ToLower(name)
}

// isToken is for names of headers and for methods (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"(),/:;<=>?@[\\]{}", c) >= 0 {
			return false
		}
	}
	return s != ""
}

// headerValue is a value without white space around it. Each of its characters stands for a byte.
func (x *Execution) headerValue(value goja.Value) string {
	text := strings.Trim(value.String(), "\t\n\r ")
	for _, r := range text {
		if r == 0 || r == '\n' || r == '\r' || r > 0xff {
			panic(x.rt.NewTypeError("a header's value has a character that is not allowed: %U", r))
		}
	}
	return text
}
