package vm

import (
	_ "embed"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"

	"github.com/dop251/goja"
	whatwg "github.com/nlnwa/whatwg-url/url"
)

// url.js makes URL and URLSearchParams.
//
//go:embed url.js
var urlSource string

var urlProgram = sync.OnceValue(func() *goja.Program { return goja.MustCompile("url", urlSource, true) })

// isParams reports whether a value is a URLSearchParams.
func (x *Execution) isParams(value goja.Value) bool {
	return x.surface.urls != nil && mustCall(callable(x.surface.urls, "isParams"), value).ToBoolean()
}

// address is what is behind a URL.
type address struct {
	opaque
	url    *whatwg.Url
	params *pairs // its query as a list, once the action has asked for it
}

// parseAddress parses a URL, relative to another if base is not empty.
func parseAddress(text, base string) (*address, bool) {
	var u *whatwg.Url
	var err error
	if base == "" {
		u, err = whatwg.Parse(text)
	} else {
		u, err = whatwg.ParseRef(base, text)
	}
	return &address{url: u}, err == nil
}

func (x *Execution) urlNatives() map[string]native {
	of := func(call goja.FunctionCall) *address { return mustHold[*address](x, call.Argument(0)) }
	functions := x.paramsNatives()
	functions["url"] = func(call goja.FunctionCall) goja.Value {
		base := ""
		if b := call.Argument(1); !goja.IsUndefined(b) {
			if base = b.String(); base == "" {
				return goja.Undefined()
			}
		}
		if a, ok := parseAddress(call.Argument(0).String(), base); ok {
			return x.object(a)
		}
		return goja.Undefined()
	}
	functions["invalid"] = func(call goja.FunctionCall) goja.Value { return x.invalidURL(call.Argument(0).String()) }
	functions["part"] = func(call goja.FunctionCall) goja.Value { return x.rt.ToValue(of(call).part(call.Argument(1).String())) }
	functions["setPart"] = func(call goja.FunctionCall) goja.Value {
		if a, value := of(call), call.Argument(2).String(); !a.set(call.Argument(1).String(), value) {
			panic(x.invalidURL(value))
		}
		return goja.Undefined()
	}
	functions["paramsOf"] = func(call goja.FunctionCall) goja.Value {
		a := of(call)
		if a.params == nil {
			a.params = parseQuery(a.url.Query())
			a.params.query = a
		}
		return x.object(a.params)
	}
	return functions
}

// invalidURL is the error for what is no URL, with the code that it has in Node.js.
func (x *Execution) invalidURL(input string) goja.Value {
	object := x.rt.NewTypeError("Invalid URL")
	x.defineOn(object, "code", "ERR_INVALID_URL")
	x.defineOn(object, "input", input)
	return object
}

func (a *address) part(name string) string {
	switch u := a.url; name {
	case "href":
		return u.Href(false)
	case "origin":
		if !u.IsSpecialScheme() || u.Scheme() == "file" {
			return "null"
		}
		return u.Protocol() + "//" + u.Host()
	case "protocol":
		return u.Protocol()
	case "username":
		return u.Username()
	case "password":
		return u.Password()
	case "host":
		return u.Host()
	case "hostname":
		return u.Hostname()
	case "port":
		return u.Port()
	case "pathname":
		return u.Pathname()
	case "search":
		return u.Search()
	default:
		return u.Hash()
	}
}

// set changes a part. It reports false for an href that is no URL; the standard ignores what does not fit elsewhere.
func (a *address) set(name, value string) bool {
	switch u := a.url; name {
	case "href":
		parsed, ok := parseAddress(value, "")
		if !ok {
			return false
		}
		a.url = parsed.url
		a.refresh()
	case "protocol":
		u.SetProtocol(value)
	case "username":
		u.SetUsername(value)
	case "password":
		u.SetPassword(value)
	case "host":
		u.SetHost(value)
	case "hostname":
		u.SetHostname(value)
	case "port":
		u.SetPort(value)
	case "pathname":
		u.SetPathname(value)
	case "search":
		u.SetSearch(value)
		a.refresh()
	default:
		u.SetHash(value)
	}
	return true
}

// refresh reads the list of parameters anew from the query.
func (a *address) refresh() {
	if a.params != nil {
		a.params.list = parseQuery(a.url.Query()).list
	}
}

// changed writes the list back into the query of the URL that it belongs to.
func (p *pairs) changed() {
	if p.query != nil {
		p.query.url.SetSearch(p.encodeQuery())
	}
}

func (x *Execution) paramsNatives() map[string]native {
	list := func(call goja.FunctionCall) *pairs { return mustHold[*pairs](x, call.Argument(0)) }
	// matches tells the entries of a name, and of a value if one is given.
	matches := func(call goja.FunctionCall) func(pair) bool {
		name, value := call.Argument(1).String(), call.Argument(2)
		any := goja.IsUndefined(value)
		text := value.String()
		return func(p pair) bool { return p.name == name && (any || p.value == text) }
	}
	entry := func(call goja.FunctionCall) pair {
		return pair{name: call.Argument(1).String(), value: call.Argument(2).String()}
	}
	return map[string]native{
		"params": func(goja.FunctionCall) goja.Value { return x.object(&pairs{}) },
		"parse": func(call goja.FunctionCall) goja.Value {
			list(call).list = parseQuery(strings.TrimPrefix(call.Argument(1).String(), "?")).list
			return goja.Undefined()
		},
		"text": func(call goja.FunctionCall) goja.Value { return x.rt.ToValue(list(call).encodeQuery()) },
		"size": func(call goja.FunctionCall) goja.Value { return x.rt.ToValue(len(list(call).list)) },
		"append": func(call goja.FunctionCall) goja.Value {
			l := list(call)
			l.add(entry(call))
			l.changed()
			return goja.Undefined()
		},
		"set": func(call goja.FunctionCall) goja.Value {
			l := list(call)
			l.put(entry(call))
			l.changed()
			return goja.Undefined()
		},
		"delete": func(call goja.FunctionCall) goja.Value {
			l := list(call)
			l.remove(matches(call))
			l.changed()
			return goja.Undefined()
		},
		"has": func(call goja.FunctionCall) goja.Value {
			return x.rt.ToValue(slices.ContainsFunc(list(call).list, matches(call)))
		},
		"get": func(call goja.FunctionCall) goja.Value {
			found, ok := list(call).get(call.Argument(1).String())
			if !ok {
				return goja.Null()
			}
			return x.rt.ToValue(found.value)
		},
		"getAll": func(call goja.FunctionCall) goja.Value {
			found, match := []any{}, matches(call)
			for _, p := range list(call).list {
				if match(p) {
					found = append(found, p.value)
				}
			}
			return x.rt.NewArray(found...)
		},
		"sort": func(call goja.FunctionCall) goja.Value {
			l := list(call)
			slices.SortStableFunc(l.list, func(a, b pair) int {
				return slices.Compare(utf16.Encode([]rune(a.name)), utf16.Encode([]rune(b.name)))
			})
			l.changed()
			return goja.Undefined()
		},
		"at": func(call goja.FunctionCall) goja.Value {
			entries, i := list(call).list, int(call.Argument(1).ToInteger())
			if i >= len(entries) {
				return goja.Undefined()
			}
			return x.rt.NewArray(entries[i].name, entries[i].value)
		},
	}
}

// parseQuery reads application/x-www-form-urlencoded (URL Standard, section 5.1).
func parseQuery(text string) *pairs {
	p := &pairs{}
	for part := range strings.SplitSeq(text, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		p.list = append(p.list, pair{name: unescapeQuery(name), value: unescapeQuery(value)})
	}
	return p
}

// unescapeQuery leaves a % that no two hexadecimal digits follow, where net/url would fail.
func unescapeQuery(text string) string {
	var out []byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '+':
			out = append(out, ' ')
		case c == '%' && i+2 < len(text):
			decoded, err := url.PathUnescape(text[i : i+3])
			if err != nil {
				out = append(out, c)
				continue
			}
			out = append(out, decoded...)
			i += 2
		default:
			out = append(out, c)
		}
	}
	return utf8Text(out, true)
}

// encodeQuery writes application/x-www-form-urlencoded (URL Standard, section 5.2).
func (p *pairs) encodeQuery() string {
	var out strings.Builder
	for i, entry := range p.list {
		if i > 0 {
			out.WriteByte('&')
		}
		escapeQuery(&out, entry.name)
		out.WriteByte('=')
		escapeQuery(&out, entry.value)
	}
	return out.String()
}

func escapeQuery(out *strings.Builder, text string) {
	const digits = "0123456789ABCDEF"
	for i := range len(text) {
		switch c := text[i]; {
		case c == ' ':
			out.WriteByte('+')
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '*', c == '-', c == '.', c == '_':
			out.WriteByte(c)
		default:
			out.WriteByte('%')
			out.WriteByte(digits[c>>4])
			out.WriteByte(digits[c&15])
		}
	}
}
