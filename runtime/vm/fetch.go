package vm

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"github.com/dop251/goja"
	"github.com/nlnwa/whatwg-url/url"
)

// fetch.js makes Request, Response and fetch.
//
//go:embed fetch.js
var fetchSource string

var fetchProgram = sync.OnceValue(func() *goja.Program { return goja.MustCompile("fetch", fetchSource, true) })

func (x *Execution) fetchNatives() map[string]native {
	functions := x.headersNatives()
	for name, f := range x.streamNatives() {
		functions[name] = f
	}
	for name, f := range x.blobNatives() {
		functions[name] = f
	}
	headers := func(call goja.FunctionCall) *pairs { return mustHold[*pairs](x, call.Argument(0)) }
	functions["copy"] = func(call goja.FunctionCall) goja.Value {
		from := headers(call)
		return x.object(&pairs{list: append([]pair(nil), from.list...), fixed: from.fixed})
	}
	functions["freeze"] = func(call goja.FunctionCall) goja.Value {
		headers(call).fixed = true
		return goja.Undefined()
	}
	functions["immutable"] = func(goja.FunctionCall) goja.Value { return x.object(&pairs{fixed: true}) }
	functions["kind"] = func(call goja.FunctionCall) goja.Value {
		return x.rt.ToValue(mustHold[*body](x, call.Argument(0)).kind)
	}
	functions["streamBody"] = func(call goja.FunctionCall) goja.Value {
		if content, ok := x.as(x.surface.streams, "isStream", "bodyOf", call.Argument(0)); ok {
			return content
		}
		return goja.Undefined()
	}
	functions["formBody"] = x.formBody
	functions["bodyOfBytes"] = func(call goja.FunctionCall) goja.Value { return x.object(newBody(x.bytesIn(call.Argument(0)), "")) }
	functions["bodyOfText"] = func(call goja.FunctionCall) goja.Value {
		return x.object(newBody([]byte(call.Argument(0).String()), call.Argument(1).String()))
	}
	functions["isParams"] = func(call goja.FunctionCall) goja.Value { return x.rt.ToValue(x.isParams(call.Argument(0))) }
	functions["url"] = x.fetchURL
	functions["method"] = x.fetchMethod
	functions["redirect"] = x.fetchRedirect
	functions["status"] = x.responseStatus
	functions["redirectStatus"] = x.redirectStatus
	functions["reason"] = x.reasonPhrase
	functions["signalOf"] = x.signalOf
	functions["signalFor"] = x.signalFor
	functions["stringify"] = func(call goja.FunctionCall) goja.Value {
		text := must1(x.stringify(goja.Undefined(), call.Argument(0)))
		if goja.IsUndefined(text) {
			panic(x.rt.NewTypeError("the value cannot be written as JSON"))
		}
		return text
	}
	functions["fetch"] = x.fetch
	return functions
}

// formBody is the body that a FormData or a Blob gives, or undefined.
func (x *Execution) formBody(call goja.FunctionCall) goja.Value {
	if form, ok := x.as(x.surface.forms, "isForm", "listOf", call.Argument(0)); ok {
		x.notAhead() // the boundary is random
		return x.object(newBody(encodeForm(mustHold[*pairs](x, form))))
	}
	if data, ok := x.as(x.surface.forms, "isBlob", "dataOf", call.Argument(0)); ok {
		content := mustHold[*blob](x, data)
		return x.object(newBody(content.data, content.kind))
	}
	return goja.Undefined()
}

// fetchURL(text, any) is a URL as the standard writes it. Only one of http or https that carries no credentials is taken, unless any is true.
func (x *Execution) fetchURL(call goja.FunctionCall) goja.Value {
	text := call.Argument(0).String()
	u, err := url.Parse(text)
	if err != nil {
		panic(x.rt.NewTypeError("%q is not a URL; it must be absolute, such as https://api.example.com/path", clip(text, 200)))
	}
	if call.Argument(1).ToBoolean() {
		return x.rt.ToValue(u.Href(false))
	}
	if u.Scheme() != "http" && u.Scheme() != "https" {
		panic(x.rt.NewTypeError("requests go to http and https only, not to %s", clip(u.Protocol(), 40)))
	}
	if u.Username() != "" || u.Password() != "" {
		panic(x.rt.NewTypeError("a request's URL may not have a user name or password in it; use the header Authorization"))
	}
	return x.rt.ToValue(u.Href(false))
}

// fetchMethod is a method as the standard writes it.
func (x *Execution) fetchMethod(call goja.FunctionCall) goja.Value {
	method := call.Argument(0).String()
	if !isToken(method) {
		panic(x.rt.NewTypeError("%q is not a method", clip(method, 40)))
	}
	switch upper := strings.ToUpper(method); upper {
	case "CONNECT", "TRACE", "TRACK":
		panic(x.rt.NewTypeError("the method %s is not allowed", upper))
	case "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT":
		return x.rt.ToValue(upper)
	}
	return call.Argument(0)
}

func (x *Execution) fetchRedirect(call goja.FunctionCall) goja.Value {
	switch mode := call.Argument(0).String(); mode {
	case "follow", "error", "manual":
		return call.Argument(0)
	default:
		panic(x.rt.NewTypeError("redirect must be follow, error or manual, not %q", clip(mode, 40)))
	}
}

func (x *Execution) responseStatus(call goja.FunctionCall) goja.Value {
	status := uint16(call.Argument(0).ToInteger()) // wraps, as the standard has it
	if status < 200 || status > 599 {
		panic(x.nativeError("RangeError", fmt.Sprintf("a response's status must be from 200 to 599, not %d", status)))
	}
	return x.rt.ToValue(status)
}

func (x *Execution) redirectStatus(call goja.FunctionCall) goja.Value {
	switch status := call.Argument(0).ToInteger(); status {
	case 301, 302, 303, 307, 308:
		return x.rt.ToValue(status)
	default:
		panic(x.nativeError("RangeError", fmt.Sprintf("%d is not the status of a redirect", status)))
	}
}

// reasonPhrase checks the text of a status (RFC 9112, section 4).
func (x *Execution) reasonPhrase(call goja.FunctionCall) goja.Value {
	for _, r := range call.Argument(0).String() {
		if r < ' ' && r != '\t' || r == 0x7f || r > 0xff {
			panic(x.rt.NewTypeError("the status text has a character that is not allowed: %U", r))
		}
	}
	return call.Argument(0)
}

// signalOf is the state of an AbortSignal.
func (x *Execution) signalOf(call goja.FunctionCall) goja.Value {
	state, ok := x.as(x.surface.events, "isSignal", "stateOf", call.Argument(0))
	if !ok {
		panic(x.rt.NewTypeError("signal must be an AbortSignal"))
	}
	return state
}

// signalFor(state, set) makes the AbortSignal of a request: it follows the one that the request was made with, and set takes its state.
func (x *Execution) signalFor(call goja.FunctionCall) goja.Value {
	made := mustCall(callable(x.events(), "makeSignal"))
	state := mustCall(callable(x.events(), "stateOf"), made)
	if leader, ok := held[*signal](call.Argument(0)); ok {
		follower := mustHold[*signal](x, state)
		follower.aborted, follower.reason = leader.aborted, leader.reason
		leader.followers = append(leader.followers, follower)
	}
	set, _ := goja.AssertFunction(call.Argument(1))
	mustCall(set, state)
	return made
}

// fetch(method, url, headers, redirect, body, signal, finish) sends a request and is a promise of what finish makes of the answer.
func (x *Execution) fetch(call goja.FunctionCall) goja.Value {
	headers := mustHold[*pairs](x, call.Argument(2))
	content, _ := held[*body](call.Argument(4))
	until, _ := held[*signal](call.Argument(5))
	if until != nil && until.aborted {
		return x.rejected(until.reason)
	}
	var data []byte
	if content != nil {
		whole, ok := content.whole()
		if content.used || content.locked || !ok {
			panic(x.rt.NewTypeError("the request's body has been read already, or is a stream that is still arriving: read it first"))
		}
		content.used, data = true, whole
	}
	at := x.place()
	x.countRequest(len(data), at)
	finish, _ := goja.AssertFunction(call.Argument(6)) // now: the arguments stand on goja's stack, which is another's when the answer comes
	promise, resolve, reject := x.rt.NewPromise()
	address, _, _ := strings.Cut(call.Argument(1).String(), "#")
	stop := func() {}
	id := x.ask("fetch", requestArgs{
		Method: call.Argument(0).String(), URL: address, Headers: headers.strings(), Redirect: call.Argument(3).String(),
	}, data, func(a HostAnswer) {
		stop()
		if until != nil && until.aborted { // since the answer came in
			x.closeAnswer(a)
			return
		}
		var answer responseValue
		if a.Err == nil {
			a.Err = decodeAnswer(a.Value, &answer)
		}
		if a.Err != nil {
			must(reject(x.hostError(a.Err, at)))
			return
		}
		must(resolve(x.response(finish, answer, until)))
	})
	stop = until.onAbort(func(reason goja.Value) {
		x.cancel(id, x.closeAnswer)
		must(reject(reason))
	})
	return x.rt.ToValue(promise)
}

// closeAnswer tells the host that nobody wants the body of an answer to a request.
func (x *Execution) closeAnswer(a HostAnswer) {
	var answer responseValue
	if a.Err == nil && decodeAnswer(a.Value, &answer) == nil && answer.Body != 0 {
		x.closeStream(&source{stream: answer.Body, stop: func() {}})
	}
}

type requestArgs struct {
	Method   string      `json:"method"`
	URL      string      `json:"url"`
	Headers  [][2]string `json:"headers"`
	Redirect string      `json:"redirect"`
}

type responseValue struct {
	Status     int         `json:"status"`
	StatusText string      `json:"status_text"`
	URL        string      `json:"url"`
	Redirected bool        `json:"redirected"`
	Headers    [][2]string `json:"headers"`
	Body       int         `json:"body"`
}

// response makes a Response; until is the signal of its request, which breaks its body off too.
func (x *Execution) response(finish goja.Callable, v responseValue, until *signal) goja.Value {
	headers := &pairs{fixed: true}
	for _, h := range v.Headers {
		headers.add(pair{name: strings.ToLower(h[0]), value: h[1]})
	}
	content := goja.Null()
	if v.Body != 0 {
		s := &source{stream: v.Body, readers: 1}
		s.stop = until.onAbort(func(reason goja.Value) { x.breakOff(s, reason) })
		content = x.object(&body{source: s})
	}
	return mustCall(finish, x.rt.ToValue("basic"), x.rt.ToValue(v.Status), x.rt.ToValue(v.StatusText), x.rt.ToValue(v.URL), x.rt.ToValue(v.Redirected),
		x.object(headers), content)
}

// strings are the headers as they are sent.
func (p *pairs) strings() [][2]string {
	sent := make([][2]string, len(p.list))
	for i, entry := range p.list {
		sent[i] = [2]string{entry.name, entry.value}
	}
	return sent
}

// countRequest counts a request against the limits.
func (x *Execution) countRequest(size int, at []goja.StackFrame) {
	x.surface.requests++
	if limit := x.limits.Requests; x.surface.requests > limit {
		x.exceededAt(limitFailure(FailRequestLimit, fmt.Sprintf("requests %d", limit), fmt.Sprintf("the action sent more than %d requests", limit), nil), at)
	}
	x.countBytes(size, at)
}
