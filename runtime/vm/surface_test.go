package vm_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

// world is a host for tests: it answers each operation by a function, and notes what it was asked.
type world struct {
	answers map[string]func(vm.HostCall) *vm.HostAnswer // no answer if it returns nil
	asked   []string
	calls   []vm.HostCall
	pending []func() // answers to be given after the step
}

func (w *world) serve(x *vm.Execution, c vm.HostCall) {
	w.calls = append(w.calls, c)
	w.asked = append(w.asked, strings.TrimSpace(fmt.Sprintf("%s %s %s", c.Op, c.Args, c.Body)))
	answer, ok := w.answers[c.Op]
	if !ok {
		return
	}
	if a := answer(c); a != nil {
		w.pending = append(w.pending, func() { x.Answer(c.ID, *a) })
	}
}

// run executes a script with w as its world.
func (w *world) run(t testing.TB, script string, limits vm.Limits) vm.Result {
	t.Helper()
	machine := vm.NewMachine(func(_ *vm.Execution, f *vm.Failure) { panic("stuck: " + f.Message) }, w.serve)
	program := vm.NewProgram([]byte(script), nil)
	machine.Load(program)
	x := machine.Start(program.Digest, vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: limits})
	for !x.Step() {
		pending := w.pending
		w.pending = nil
		for _, answer := range pending {
			answer()
		}
		if len(pending) == 0 {
			<-time.After(time.Until(x.Wake()))
		}
	}
	return x.Result()
}

func value(v any) *vm.HostAnswer {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return &vm.HostAnswer{Value: text}
}

// served is a world in which every request is answered with a status, headers and a body, which is read in the given pieces.
func served(status int, headers [][2]string, pieces ...string) *world {
	return &world{answers: map[string]func(vm.HostCall) *vm.HostAnswer{
		"fetch": func(c vm.HostCall) *vm.HostAnswer {
			var request struct{ URL string }
			if err := json.Unmarshal(c.Args, &request); err != nil {
				panic(err)
			}
			stream := 0
			if len(pieces) > 0 {
				stream = 1
			}
			return value(map[string]any{"status": status, "status_text": "Fine", "url": request.URL, "headers": headers, "body": stream})
		},
		"fetch.read": func(c vm.HostCall) *vm.HostAnswer {
			var read struct{ All bool }
			if err := json.Unmarshal(c.Args, &read); err != nil {
				panic(err)
			}
			next := strings.Join(pieces, "")
			if read.All {
				pieces = nil
			} else {
				next, pieces = pieces[0], pieces[1:]
			}
			a := value(map[string]any{"done": len(pieces) == 0})
			a.Body = []byte(next)
			return a
		},
	}}
}

// outcome runs the body of an async function and returns its JSON.
func (w *world) outcome(t testing.TB, code string) string {
	t.Helper()
	result := w.run(t, body(code), vm.Limits{})
	require.Nil(t, result.Failure)
	return string(result.Outcome)
}

func TestFetch(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body, want string
		asked      []string
	}{
		"text": {
			`const r = await fetch("https://api.example/x/?q=1#top"); return [r.ok, r.status, r.statusText, r.type, r.url, r.redirected, r.headers.get("X-A"), await r.text(), r.bodyUsed]`,
			`[true,200,"Fine","basic","https://api.example/x/?q=1",false,"1, 2","héllo wörld",true]`,
			[]string{
				`fetch {"method":"GET","url":"https://api.example/x/?q=1","headers":[],"redirect":"follow"}`,
				`fetch.read {"all":true,"body":1,"max":65536}`,
			},
		},
		"post JSON": {
			`const r = await fetch(new URL("/a", "https://API.example:443"), { method: "post", headers: { Accept: "x", "content-type": "application/json" }, body: JSON.stringify({ a: 1 }), redirect: "error" }); return r.status`,
			`200`,
			[]string{`fetch {"method":"POST","url":"https://api.example/a","headers":[["accept","x"],["content-type","application/json"]],"redirect":"error"} {"a":1}`},
		},
		"parameters": {
			`await fetch("https://a.example", { method: "PUT", body: new URLSearchParams({ a: "1 2", b: "ä" }) }); return 1`, `1`,
			[]string{`fetch {"method":"PUT","url":"https://a.example/","headers":[["content-type","application/x-www-form-urlencoded;charset=UTF-8"]],"redirect":"follow"} a=1+2&b=%C3%A4`},
		},
		"in pieces": {
			`const r = await fetch("https://a.example"); const reader = r.body.getReader(); const seen = [r.body.locked]; for (;;) { const { value, done } = await reader.read(); if (done) break; seen.push(new TextDecoder().decode(value)) } await reader.closed; return [seen, r.bodyUsed]`,
			`[[true,"hé","llo ","wörld"],true]`, nil,
		},
		"cancelled": {
			`const r = await fetch("https://a.example"); const reader = r.body.getReader(); await reader.read(); await reader.cancel(); return (await reader.read()).done`,
			`true`,
			[]string{`fetch {"method":"GET","url":"https://a.example/","headers":[],"redirect":"follow"}`, `fetch.read {"all":false,"body":1,"max":65536}`, `fetch.close {"body":1}`},
		},
		"clone": {
			`const r = await fetch("https://a.example"); const c = r.clone(); return [await c.text(), await r.text(), c.url === r.url]`,
			`["héllo wörld","héllo wörld",true]`, nil,
		},
		"clone read in pieces": {
			`const r = await fetch("https://a.example"); const c = r.clone(); const reader = c.body.getReader(); const first = (await reader.read()).value.length; const all = await r.text(); return [first, all, (await reader.read()).value.length]`,
			`[3,"héllo wörld",10]`, nil,
		},
		"async iterator of bundles": {
			`const r = await fetch("https://a.example"); const it = r.body[Symbol.for("Symbol.asyncIterator")](); const n = []; for (let s; !(s = await it.next()).done;) n.push(s.value.length); return n`,
			`[3,4,6]`, nil,
		},
		"a Request": {
			`const q = new Request("https://a.example", { method: "POST", body: "x" }); const r = await fetch(q, { headers: { b: "c" } }); return [q.bodyUsed, r.status]`, `[true,200]`,
			[]string{`fetch {"method":"POST","url":"https://a.example/","headers":[["b","c"]],"redirect":"follow"} x`},
		},
		"headers are immutable": {`const r = await fetch("https://a.example"); try { r.headers.set("a", "b") } catch (e) { return e.name }`, `"TypeError"`, nil},
		"read twice":            {`const r = await fetch("https://a.example"); await r.text(); try { await r.json() } catch (e) { return [e.name, e.message] }`, `["TypeError","the body has been read already, or is being read"]`, nil},
		"read while locked":     {`const r = await fetch("https://a.example"); r.body.getReader(); try { await r.json() } catch (e) { return e.name }`, `"TypeError"`, nil},
		"not JSON":              {`const r = await fetch("https://a.example"); try { await r.json() } catch (e) { return [e instanceof SyntaxError, e.name] }`, `[true,"SyntaxError"]`, nil},
		"released reader":       {`const r = await fetch("https://a.example"); const one = r.body.getReader(); await one.read(); one.releaseLock(); const two = r.body.getReader(); const rest = await two.read(); let e; try { await one.read() } catch (x) { e = x.name } return [rest.value.length, e]`, `[4,"TypeError"]`, nil},
		"many at once":          {`const all = await Promise.all([1, 2, 3].map((n) => fetch("https://a.example/" + n))); return all.map((r) => r.url)`, `["https://a.example/1","https://a.example/2","https://a.example/3"]`, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := served(200, [][2]string{{"X-A", "1"}, {"x-a", "2"}, {"Content-Type", "text/plain"}}, "hé", "llo ", "wörld")
			require.JSONEq(t, test.want, w.outcome(t, test.body))
			if test.asked != nil {
				require.Equal(t, test.asked, w.asked)
			}
		})
	}
}

func failing(e vm.HostError) *world {
	answer := func(vm.HostCall) *vm.HostAnswer { return &vm.HostAnswer{Err: &e} }
	return &world{answers: map[string]func(vm.HostCall) *vm.HostAnswer{"fetch": answer, "cache.get": answer}}
}

func TestFetchFails(t *testing.T) {
	t.Parallel()
	const refused = "the host evil.example is 100% not on the tenant's allowlist"
	tests := map[string]struct {
		world      *world
		body, want string
	}{
		"refused": {failing(vm.HostError{Name: "TypeError", Code: "egress_denied", Message: refused}),
			`try { await fetch("https://evil.example") } catch (e) { return [e instanceof TypeError, e.name, e.code, e.message, /bundle:1/.test(e.stack)] }`,
			`[true,"TypeError","egress_denied","` + refused + `",true]`},
		"an answer that cannot be read": {&world{answers: map[string]func(vm.HostCall) *vm.HostAnswer{"fetch": func(vm.HostCall) *vm.HostAnswer { return &vm.HostAnswer{Value: json.RawMessage(`[`)} }}},
			`try { await fetch("https://a.example") } catch (e) { return e.code }`, `"internal"`},
		"not a URL":                     {&world{}, `return await fetch("x").catch((e) => [e.name, e.message])`, `["TypeError","\"x\" is not a URL; it must be absolute, such as https://api.example.com/path"]`},
		"another scheme":                {&world{}, `return await fetch("file:///etc/passwd").catch((e) => e.message)`, `"requests go to http and https only, not to file:"`},
		"GET with a body":               {&world{}, `return await fetch("https://a.example", { body: "x" }).catch((e) => e.name)`, `"TypeError"`},
		"aborted before":                {&world{}, `return await fetch("https://a.example", { signal: AbortSignal.abort() }).catch((e) => [e.name, e instanceof DOMException])`, `["AbortError",true]`},
		"aborted before, with a reason": {&world{}, `return await fetch("https://a.example", { signal: AbortSignal.abort(7) }).catch((e) => e)`, `7`},
		"timed out":                     {&world{}, `return await fetch("https://a.example", { signal: AbortSignal.timeout(1) }).catch((e) => e.name)`, `"TimeoutError"`},
		"broken off while the body is read": {&world{answers: map[string]func(vm.HostCall) *vm.HostAnswer{"fetch": func(vm.HostCall) *vm.HostAnswer { return value(map[string]any{"status": 200, "body": 3}) }}},
			`const c = new AbortController(); const r = await fetch("https://a.example", { signal: c.signal }); setTimeout(() => c.abort(), 1); const first = await r.text().catch((e) => e.name); return first`, `"AbortError"`},
		"a stream that is still arriving": {served(200, nil, "a", "b"), `const r = await fetch("https://a.example"); return await fetch("https://a.example", { method: "POST", body: r.body }).catch((e) => e.name)`, `"TypeError"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.JSONEq(t, test.want, test.world.outcome(t, test.body))
		})
	}
}

func TestAbortTellsTheHost(t *testing.T) {
	t.Parallel()
	w := &world{}
	require.JSONEq(t, `"AbortError"`, w.outcome(t, `const c = new AbortController(); const p = fetch("https://a.example", { signal: c.signal }); c.abort(); return await p.catch((e) => e.name)`))
	require.Len(t, w.calls, 2)
	require.Equal(t, vm.OpCancel, w.calls[1].Op)
	require.Equal(t, w.calls[0].ID, w.calls[1].ID)

	w = &world{answers: map[string]func(vm.HostCall) *vm.HostAnswer{"fetch": func(vm.HostCall) *vm.HostAnswer { return value(map[string]any{"status": 200, "body": 3}) }}}
	w.outcome(t, `const c = new AbortController(); const r = await fetch("https://a.example", { signal: c.signal }); const p = r.text(); c.abort(); return await p.catch((e) => e.name)`)
	var ops []string
	for _, call := range w.calls {
		ops = append(ops, call.Op)
	}
	require.Equal(t, []string{"fetch", "fetch.read", vm.OpCancel, "fetch.close"}, ops)
	require.Equal(t, w.calls[1].ID, w.calls[2].ID)
	require.JSONEq(t, `{"body":3}`, string(w.calls[3].Args))
}

// A body that came although its request was given up is closed.
func TestAbortCrossesTheAnswer(t *testing.T) {
	t.Parallel()
	const later = "the answer has come in with another one"
	for name, code := range map[string]string{
		"the host has answered, and does not know yet": `const c = new AbortController(); fetch("https://a.example", { signal: c.signal }).catch(() => {}); c.abort(); await durward.cache.delete("x")`,
		later: `const c = new AbortController(); const p = fetch("https://a.example", { signal: c.signal }).catch(() => {}); await durward.cache.delete("x"); c.abort(); await p; await durward.cache.delete("x")`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{answers: map[string]func(vm.HostCall) *vm.HostAnswer{
				"fetch":        func(vm.HostCall) *vm.HostAnswer { return value(map[string]any{"status": 200, "body": 3}) },
				"cache.delete": func(vm.HostCall) *vm.HostAnswer { return value(map[string]any{"found": false}) },
			}}
			machine := vm.NewMachine(nil, w.serve)
			program := vm.NewProgram([]byte(body(code)), nil)
			machine.Load(program)
			x := machine.Start(program.Digest, vm.Call{Entry: "execute", Input: []byte(`{}`)})
			require.False(t, x.Step())
			require.Len(t, w.pending, 2)
			if name == later {
				w.pending[0], w.pending[1] = w.pending[1], w.pending[0]
			}
			w.pending[0]()
			w.pending[1]()
			x.Step()
			last := w.calls[len(w.calls)-1]
			require.Equal(t, "fetch.close", last.Op)
			require.JSONEq(t, `{"body":3}`, string(last.Args))
		})
	}
}

// What an action that was interrupted had asked for settles nothing any more.
func TestNothingSettlesAfterTheEnd(t *testing.T) {
	t.Parallel()
	var x *vm.Execution
	var asked []uint64
	machine := vm.NewMachine(nil, func(_ *vm.Execution, c vm.HostCall) { asked = append(asked, c.ID) })
	program := vm.NewProgram([]byte(body(`fetch("https://a.example").then(() => { for (;;); }); return { kind: "continue" }`)), nil)
	machine.Load(program)
	x = machine.Start(program.Digest, vm.Call{Entry: "execute", Input: []byte(`{}`)})
	require.True(t, x.Step())
	require.Len(t, asked, 1)
	x.Answer(asked[0], *value(map[string]any{"status": 200}))
	require.True(t, x.Step())
	require.JSONEq(t, `{"kind":"continue"}`, string(x.Result().Outcome))
}

func TestNetworkLimits(t *testing.T) {
	t.Parallel()
	broker := vm.Failure{Kind: vm.FailRequestLimit, Limit: "requests 1", Message: "the server's own count"}
	tests := map[string]struct {
		world          *world
		limits         vm.Limits
		body           string
		limit, message string
	}{
		"requests": {served(200, nil), vm.Limits{Requests: 2}, `for (;;) try { await fetch("https://a.example") } catch {}`,
			"requests 2", "the action sent more than 2 requests"},
		"requests at once": {served(200, nil), vm.Limits{Requests: 2}, `await Promise.allSettled([1, 2, 3].map(() => fetch("https://a.example")))`,
			"requests 2", "the action sent more than 2 requests"},
		"bytes sent": {served(200, nil), vm.Limits{RequestBytes: 10}, `await fetch("https://a.example", { method: "POST", body: "x".repeat(11) })`,
			"request_bytes 10", "the action sent and received more than 10 bytes"},
		"bytes received": {served(200, nil, "123456", "78901"), vm.Limits{RequestBytes: 10}, `const r = await fetch("https://a.example"); try { await r.text() } catch {}`,
			"request_bytes 10", "the action sent and received more than 10 bytes"},
		"bytes received in pieces": {served(200, nil, "123456", "78901"), vm.Limits{RequestBytes: 10}, `const r = (await fetch("https://a.example")).body.getReader(); for (;;) await r.read()`,
			"request_bytes 10", "the action sent and received more than 10 bytes"},
		"the broker's": {failing(vm.HostError{Failure: &broker}), vm.Limits{}, `try { await fetch("https://a.example") } catch {}`,
			"requests 1", "the server's own count"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := test.world.run(t, body(test.body), test.limits)
			require.NotNil(t, result.Failure)
			require.Equal(t, vm.FailRequestLimit, result.Failure.Kind, result.Failure.Message)
			require.Equal(t, test.limit, result.Failure.Limit)
			require.Equal(t, test.message, result.Failure.Message)
		})
	}
}

// A failure and an error of a host call name the place of the call in the author's source, though nothing of the author's runs when the answer comes.
func TestHostErrorsHaveTheAuthorsPlace(t *testing.T) {
	t.Parallel()
	// Generated line 1 column 30 is line 3 column 8 of action.ts, all from 0.
	sourceMap := `{"version":3,"sources":["action.ts"],"names":[],"sourcesContent":["1\n2\n3\n  await fetch(there)\n"],"mappings":";8BAGQ"}`
	script := "var $action = { async execute() {\n                              await fetch('https://a.example')\n} };"
	limited := vm.Failure{Kind: vm.FailRequestLimit, Limit: "requests 1", Message: "too many"}
	for name, e := range map[string]vm.HostError{"error": {Code: "dns", Message: "no such host"}, "limit": {Failure: &limited}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := failing(e)
			machine := vm.NewMachine(nil, w.serve)
			program := vm.NewProgram([]byte(script), []byte(sourceMap))
			machine.Load(program)
			x := machine.Start(program.Digest, vm.Call{Entry: "execute", Input: []byte(`{}`)})
			require.False(t, x.Step())
			w.pending[0]()
			require.True(t, x.Step())
			require.NotNil(t, x.Result().Failure)
			require.NotEmpty(t, x.Result().Failure.Stack)
			require.Equal(t, 4, x.Result().Failure.Stack[0].Line)
			require.Equal(t, "  await fetch(there)", x.Result().Failure.Stack[0].Text)
		})
	}
}

func decode(t testing.TB, text []byte, v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, v))
}
