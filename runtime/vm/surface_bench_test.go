package vm_test

import (
	"testing"
	"time"

	"github.com/durward/durward/runtime/vm"
)

// BenchmarkSurface shows what an execution pays for the globals that it uses, over one that uses none.
func BenchmarkSurface(b *testing.B) {
	for _, bench := range []struct{ name, body string }{
		{"nothing", `return {}`},
		{"named but not used", `if (input.x) fetch("https://a.example"); return {}`},
		{"URL", `URL; return {}`},
		{"AbortController", `AbortController; return {}`},
		{"fetch", `fetch; return {}`},
		{"durward", `durward; return {}`},
		{"a request", `const r = await fetch("https://a.example/x"); return await r.json()`},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var w *world
			machine := vm.NewMachine(nil, func(x *vm.Execution, c vm.HostCall) { w.serve(x, c) })
			program := vm.NewProgram([]byte(body(bench.body)), nil)
			machine.Load(program)
			b.ReportAllocs()
			var computed time.Duration
			for b.Loop() {
				w = served(200, [][2]string{{"content-type", "application/json"}}, `{"n":1}`)
				again := w.answers["fetch.read"]
				w.answers["fetch.read"] = func(c vm.HostCall) *vm.HostAnswer { a := again(c); a.Body = []byte(`{"n":1}`); return a }
				x := machine.Start(program.Digest, vm.Call{Entry: "execute", Input: []byte(`{}`)})
				for !x.Step() {
					for _, answer := range w.pending {
						answer()
					}
					w.pending = w.pending[:0]
				}
				if f := x.Result().Failure; f != nil {
					b.Fatal(f.Message)
				}
				computed += x.Result().CPU
			}
			b.ReportMetric(float64(computed.Nanoseconds())/float64(b.N), "cpu-ns/op") // says more than ns/op on a busy machine
		})
	}
}
