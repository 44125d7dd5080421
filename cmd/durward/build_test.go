package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/runtime/worker/child"
	"github.com/durward/durward/templates"
)

// BenchmarkBundle measures the median time of a bundling in a builder process that runs, from the sources to the bundle in the server, the one loading that checks it included: of an action without packages, and of
// ones with a package of 500 KB that is unpacked already.
func BenchmarkBundle(b *testing.B) {
	allowlist, _ := templates.Lookup("domain-allowlist")
	ofPackage := func(line, action string) bundler.Source {
		var script strings.Builder
		for i := 0; script.Len() < 500<<10; i++ {
			script.WriteString(strings.ReplaceAll(line, "#", fmt.Sprint(i)))
		}
		files := map[string][]byte{"package.json": []byte(`{}`), "index.js": []byte(script.String())}
		return bundler.Source{
			Files: map[string]string{"action.js": action}, Entry: "action.js",
			Packages: &bundler.Packages{
				Lock:  &bundler.Lock{Lock: npm.Lock{Root: map[string]string{"p": "p@1.0.0"}, Packages: map[string]npm.Locked{"p@1.0.0": {Name: "p", Version: "1.0.0", Integrity: "sha512-"}}}},
				ByKey: map[string]*npm.Package{"p@1.0.0": {Files: files}},
			},
		}
	}
	const function = "function f#(a, b) { if (a === b) { return { sum: a + b, text: \"f#\" }; } return [a, b].map((n) => n * #); }\n"
	for name, source := range map[string]bundler.Source{
		"no package":       {Files: allowlist.Files, Entry: "action.ts"},
		"500 KB, CommonJS": ofPackage(function+"exports.f# = f#;\n", `import p from "p"; export const execute = () => p.f1(1, 2);`),
		"500 KB, ES":       ofPackage("export "+function, `import * as p from "p"; export const execute = (input) => p[input.name](1, 2);`),
	} {
		b.Run(name, func(b *testing.B) {
			pool, err := worker.New(worker.Config{Command: []string{program, builderCommand}, Spawner: []string{program, child.Spawner}, Background: true, Spares: 1, Inflight: 1, HardMemory: 256 << 20})
			require.NoError(b, err)
			defer pool.Close()
			builder := bundler.Remote{Run: func(ctx context.Context, tenant, name string, payload []byte) ([]byte, error) {
				return pool.Task(ctx, tenant, name, payload, buildLimit)
			}}
			_, err = builder.Build(b.Context(), "a", source)
			require.NoError(b, err)
			var all []time.Duration
			for b.Loop() {
				began := time.Now()
				_, err := builder.Build(b.Context(), "a", source)
				require.NoError(b, err)
				all = append(all, time.Since(began))
			}
			slices.Sort(all)
			b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "ms/p50")
		})
	}
}
