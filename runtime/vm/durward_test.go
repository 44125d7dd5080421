package vm_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

func TestDurward(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body, want string
		asked      []string
	}{
		"cache": {
			`const c = durward.cache; return [await c.get("k"), await c.get("none"), await c.set("k", { a: [1] }, { ttl_seconds: 60 }), await c.set("k", null), await c.delete("k")].map((v) => v === undefined ? "undefined" : v)`,
			`[{"a":[1]},"undefined","undefined","undefined",true]`,
			[]string{
				`cache.get {"key":"k"}`, `cache.get {"key":"none"}`, `cache.set {"key":"k","value":{"a":[1]},"ttl_seconds":60}`,
				`cache.set {"key":"k","value":null,"ttl_seconds":300}`, `cache.delete {"key":"k"}`,
			},
		},
		"durable counter": {
			`return [await durward.counter.hit("k", { window_seconds: 60, limit: 5, durable: true }), await durward.counter.hit("k", { window_seconds: 1, durable: false })]`,
			`[{"count":5,"reset_in_seconds":9,"exceeded":false},{"count":5,"reset_in_seconds":9,"exceeded":false}]`,
			[]string{`counter.hit {"key":"k","window_seconds":60,"limit":5,"durable":true}`, `counter.hit {"key":"k","window_seconds":1}`},
		},
		"counter": {
			`return [await durward.counter.hit("k", { window_seconds: 60, limit: 4 }), await durward.counter.hit("k", { window_seconds: 1 })]`,
			`[{"count":5,"reset_in_seconds":9,"exceeded":true},{"count":5,"reset_in_seconds":9,"exceeded":false}]`,
			[]string{`counter.hit {"key":"k","window_seconds":60,"limit":4}`, `counter.hit {"key":"k","window_seconds":1}`},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{answers: map[string]func(vm.HostCall) *vm.HostAnswer{
				"cache.get": func(c vm.HostCall) *vm.HostAnswer {
					if strings.Contains(string(c.Args), "none") {
						return value(map[string]any{"found": false})
					}
					return value(map[string]any{"found": true, "value": map[string]any{"a": []int{1}}})
				},
				"cache.set":    func(vm.HostCall) *vm.HostAnswer { return value(struct{}{}) },
				"cache.delete": func(vm.HostCall) *vm.HostAnswer { return value(map[string]any{"found": true}) },
				"counter.hit":  func(vm.HostCall) *vm.HostAnswer { return value(map[string]any{"count": 5, "reset_in_seconds": 9}) },
			}}
			require.JSONEq(t, test.want, w.outcome(t, test.body))
			require.Equal(t, test.asked, w.asked)
		})
	}
}

// What is wrong with a call is said without asking the host, by a rejected promise.
func TestDurwardArguments(t *testing.T) {
	t.Parallel()
	const badKey = ": the key must be a string of 1 to 256 bytes"
	tests := map[string]struct{ call, want string }{
		"no key":            {`durward.cache.get()`, "durward.cache.get" + badKey},
		"empty key":         {`durward.cache.delete("")`, "durward.cache.delete" + badKey},
		"long key":          {`durward.cache.set("ä".repeat(129), 1)`, "durward.cache.set" + badKey},
		"key is an object":  {`durward.counter.hit({ toString() { return "k" } }, { window_seconds: 1 })`, "durward.counter.hit" + badKey},
		"no value":          {`durward.cache.set("k")`, "durward.cache.set: the value cannot be written as JSON"},
		"function as value": {`durward.cache.set("k", () => 1)`, "durward.cache.set: the value cannot be written as JSON"},
		"large value":       {`durward.cache.set("k", "x".repeat(65536))`, "durward.cache.set: the value is 65538 bytes of JSON; at most 65536 are allowed"},
		"ttl of zero":       {`durward.cache.set("k", 1, { ttl_seconds: 0 })`, "durward.cache.set: ttl_seconds must be an integer from 1 to 86400"},
		"ttl of a word":     {`durward.cache.set("k", 1, { ttl_seconds: "x" })`, "durward.cache.set: ttl_seconds must be an integer from 1 to 86400"},
		"ttl of a symbol":   {`durward.cache.set("k", 1, { ttl_seconds: Symbol() })`, "durward.cache.set: ttl_seconds must be an integer from 1 to 86400"},
		"ttl alone":         {`durward.cache.set("k", 1, 60)`, "durward.cache.set: the options must be an object"},
		"no window":         {`durward.counter.hit("k")`, "durward.counter.hit: window_seconds must be an integer from 1 to 2592000"},
		"broken window":     {`durward.counter.hit("k", { window_seconds: 1.5 })`, "durward.counter.hit: window_seconds must be an integer from 1 to 2592000"},
		"durable as a word": {`durward.counter.hit("k", { window_seconds: 1, durable: "no" })`, "durward.counter.hit: durable must be true or false"},
		"limit of zero":     {`durward.counter.hit("k", { window_seconds: 1, limit: 0 })`, "durward.counter.hit: limit must be an integer from 1 to 1000000000"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{}
			want, err := json.Marshal([]string{"TypeError", test.want})
			require.NoError(t, err)
			require.JSONEq(t, string(want), w.outcome(t, `return await `+test.call+`.catch((e) => [e.name, e.message])`))
			require.Empty(t, w.asked)
		})
	}
}

func TestLogWithFields(t *testing.T) {
	t.Parallel()
	result := run(t, body(`durward.log("info", "checked", { score: 3, deep: { a: [1] } }); durward.log("error", 12); try { durward.log("loud", "x") } catch (e) { durward.log("warn", e.message) } try { durward.log("info", "x", [1]) } catch (e) { durward.log("warn", e.message) }`), `{}`, vm.Limits{})
	require.Nil(t, result.Failure)
	require.Len(t, result.Logs, 4)
	require.Equal(t, "checked", result.Logs[0].Message)
	require.JSONEq(t, `{"score":3,"deep":{"a":[1]}}`, string(result.Logs[0].Fields))
	require.Equal(t, "12", result.Logs[1].Message)
	require.Empty(t, result.Logs[1].Fields)
	require.Equal(t, `durward.log: the level must be "debug", "info", "warn" or "error"`, result.Logs[2].Message)
	require.Equal(t, "durward.log: the fields must be an object", result.Logs[3].Message)

	result = run(t, body(`for (let i = 0; i < 5; i++) durward.log("info", "m", { pad: "x".repeat(40) })`), `{}`, vm.Limits{LogBytes: 120})
	require.Nil(t, result.Failure)
	require.Len(t, result.Logs, 2)
	require.Equal(t, 3, result.LogsDropped)
}
