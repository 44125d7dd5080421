package bundler

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// requiredBuiltin makes of a module of Node.js what require answers: there module.exports is what an import calls the default.
func requiredBuiltin(name string) string {
	return fmt.Sprintf("var all = require(%s);\nmodule.exports = all && all.__esModule && all.default !== undefined ? all.default : all;", quoted(name))
}

// nodeName is the address of a module of Node.js.
func nodeName(name string) string { return "node:" + strings.TrimPrefix(name, "node:") }

// nodeModules are the modules of Node.js that can be imported without the prefix.
var nodeModules = strings.Fields(`assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events fs http http2 https inspector module net os path
	perf_hooks process punycode querystring readline repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib`)

// isNodeModule says whether a name means a module of Node.js.
func isNodeModule(spec string) bool {
	name, _, _ := strings.Cut(spec, "/")
	return slices.Contains(nodeModules, name)
}

// quoted writes a string as JavaScript has it.
func quoted(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings always encode
	}
	return string(text)
}
