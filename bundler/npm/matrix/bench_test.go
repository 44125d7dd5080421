//go:build !race

package matrix_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

// small are actions that use little of a package.
var small = map[string]string{
	"zod, its namespace":   `import * as z from "zod"; const User = z.object({ id: z.string().min(1), email: z.email() }); export function execute() { return User.parse({ id: "u1", email: "ada@example.com" }) }`,
	"lodash, one function": `import pick from "lodash/pick"; export function execute() { return pick({ a: 1, b: 2 }, "a") }`,
	"axios":                `import axios from "axios"; export function execute() { return axios.create({ baseURL: "https://a.example" }).getUri({ url: "/x", params: { q: 1 } }) }`,
	"jose":                 `import { decodeJwt } from "jose"; export function execute() { return decodeJwt("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.") }`,
	"zod":                  `import { z } from "zod"; const User = z.object({ id: z.string().min(1), email: z.email() }); export function execute() { return User.parse({ id: "u1", email: "ada@example.com" }) }`,
	"lodash":               `import _ from "lodash"; export function execute() { return _.pick({ a: 1, b: 2 }, "a") }`,
	"jsonwebtoken":         `import jwt from "jsonwebtoken"; export function execute() { return jwt.verify(jwt.sign({ a: 1 }, "secret"), "secret").a }`,
	"stripe":               `import Stripe from "stripe"; export function execute() { return typeof new Stripe("sk").customers }`,
}

// BenchmarkSmall is an execution of such an action, in a runtime that was not prepared.
func BenchmarkSmall(b *testing.B) {
	w, declared := newWorld(b, findInstalled(b)), dependencies(b)
	for name, code := range small {
		of, _, _ := strings.Cut(name, ",")
		bundle, err := w.build(b, of, declared[of], code)
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) {
			machine := vm.NewMachine(func(*vm.Execution, *vm.Failure) {}, nil)
			p := vm.NewProgram(bundle.Script, bundle.SourceMap)
			machine.Load(p)
			b.ReportAllocs()
			var computed time.Duration
			for b.Loop() {
				x := machine.Start(p.Digest, vm.Call{Entry: "execute", Input: []byte(`{}`)})
				require.True(b, x.Step())
				require.Nil(b, x.Result().Failure)
				computed += x.Result().CPU
			}
			b.ReportMetric(float64(len(bundle.Script)>>10), "KB")
			b.ReportMetric(float64(computed.Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}
