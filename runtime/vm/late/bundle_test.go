package late_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dop251/goja"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
)

// build bundles the files of a text: the first is the action, and each of the others begins behind a line with its name.
func build(t testing.TB, text string) (script string, ok bool) {
	t.Helper()
	files := map[string]string{}
	name, content := "action.js", ""
	for line := range strings.Lines(text) {
		if next, found := strings.CutPrefix(line, "--- "); found {
			files[name], name, content = content, strings.TrimSpace(next), ""
			continue
		}
		content += line
	}
	files[name] = content
	bundle, err := bundler.Build(bundler.Source{Entry: "action.js", Files: files})
	var refused *bundler.BuildError
	if errors.As(err, &refused) {
		t.Log(refused)
		return "", false
	}
	require.NoError(t, err)
	return string(bundle.Script), true
}

// trace is everything that can be seen of a script: what it logs, what execute returns or throws, and where.
func trace(t testing.TB, program *goja.Program) string {
	t.Helper()
	var out bytes.Buffer
	rt := goja.New()
	rt.SetMaxCallStackSize(200)
	show, err := rt.RunString(`((stringify) => (v) => typeof v === "object" && v !== null ? stringify(v, (k, v) => typeof v === "function" || typeof v === "symbol" || typeof v === "bigint" || v === undefined ? String(v) : v) : String(v))(JSON.stringify)`)
	require.NoError(t, err)
	text, _ := goja.AssertFunction(show)
	write := func(v goja.Value) {
		s, err := text(goja.Undefined(), v)
		if err != nil {
			panic(err)
		}
		fmt.Fprintln(&out, s)
	}
	fail := func(err error) {
		var exception *goja.Exception
		if errors.As(err, &exception) {
			fmt.Fprintln(&out, "throws", strings.TrimSpace(offset.ReplaceAllString(exception.String(), "")))
			return
		}
		fmt.Fprintln(&out, "ends:", offset.ReplaceAllString(err.Error(), ""))
	}
	require.NoError(t, rt.Set("log", func(call goja.FunctionCall) goja.Value {
		for _, v := range call.Arguments {
			write(v)
		}
		return call.Argument(0)
	}))
	require.NoError(t, rt.Set("place", func(call goja.FunctionCall) goja.Value {
		fmt.Fprintln(&out, offset.ReplaceAllString(call.Argument(0).ToObject(rt).Get("stack").String(), ""))
		return goja.Undefined()
	}))
	timer := time.AfterFunc(5*time.Second, func() { rt.Interrupt("too long") })
	defer timer.Stop()
	if _, err := rt.RunProgram(program); err != nil {
		fail(err)
		return out.String()
	}
	for range 2 {
		v, err := rt.RunString(`$action.execute && $action.execute({ n: 1 })`)
		if err != nil {
			fail(err)
			continue
		}
		if p, ok := v.Export().(*goja.Promise); ok {
			fmt.Fprintln(&out, "promise", p.State())
			v = p.Result()
		}
		if o, ok := v.(*goja.Object); ok && o.ClassName() == "Error" {
			fmt.Fprintln(&out, offset.ReplaceAllString(o.Get("stack").String(), ""))
		}
		write(v)
	}
	return out.String()
}

// same requires that a script shows the same whether it is rewritten or not, and returns that.
func same(t testing.TB, script string) string {
	t.Helper()
	written := trace(t, compile(t, script, false))
	require.Equal(t, written, trace(t, compile(t, script, true)), script)
	return written
}
