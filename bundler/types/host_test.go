package types_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/node"
	"github.com/durward/durward/bundler/typecheck"
	"github.com/durward/durward/bundler/typecheck/typechecktest"
	"github.com/durward/durward/bundler/types"
	"github.com/durward/durward/runtime/vm"
)

// host is what a worker has: typeof by name, of the globals under the empty name, and of each module of Node.js under its own.
type host map[string]map[string]string

// readHost runs an action that looks at all of it. Names that begin with an underscore are nobody's business, and default is every module's.
func readHost(t *testing.T) host {
	t.Helper()
	source := `const look = (from) => {
	const seen = {};
	for (const name of Object.getOwnPropertyNames(from)) {
		if (!/^[A-Za-z$][\w$]*$/.test(name) || name === "default" || (typeof from === "function" && Object.hasOwn(Function.prototype, name)) || name === "prototype") continue;
		try { seen[name] = typeof from[name]; } catch { seen[name] = "undefined"; }
	}
	return seen;
};
export function execute() {
	const all = { "": look(globalThis) };
`
	for _, name := range declaredModules() {
		source += fmt.Sprintf("\tall[%q] = look(require(%q));\n", name, name)
	}
	bundle, err := bundler.Build(bundler.Source{Entry: "action.js", Files: map[string]string{"action.js": source + "\treturn all;\n}\n"}})
	require.NoError(t, err)
	machine := vm.NewMachine(func(*vm.Execution, *vm.Failure) {}, nil)
	program := vm.NewProgram(bundle.Script, bundle.SourceMap)
	machine.Load(program)
	x := machine.Start(program.Digest, vm.Call{Entry: "execute", Input: []byte(`{}`), Limits: vm.Limits{CPU: 20 * time.Second, Wall: 20 * time.Second}})
	require.True(t, x.Step())
	require.Nil(t, x.Result().Failure)
	found := host{}
	require.NoError(t, json.Unmarshal(x.Result().Outcome, &found))
	return found
}

var nodeModule = regexp.MustCompile(`(?m)^declare module "(node:.*)" \{$`)

// declaredModules are the modules of Node.js that are declared.
func declaredModules() []string {
	var names []string
	for _, m := range nodeModule.FindAllStringSubmatch(types.Declarations(), -1) {
		names = append(names, m[1])
	}
	return names
}

// undeclared are what a worker has and an author is not told of, and why.
var undeclared = map[string]string{
	"$action": "the host's own", "$durwardNodeCrypto": "the host's own", "GoError": "the engine's own",
	"self": "the same as globalThis; only libraries for browsers ask for it", "ReadableStreamDefaultReader": "it is got by getReader, and known as a type",
	"node:buffer.INSPECT_MAX_BYTES": "it has no effect", "node:buffer.SlowBuffer": deprecated,
	"node:crypto.pseudoRandomBytes": deprecated, "node:events.init": "an inner part of the package",
	"node:http.Server": "it throws: actions do not listen", "node:http.createServer": "it throws: actions do not listen", "node:http.client": "an inner part of the package",
	"node:https.Server": "it throws: actions do not listen", "node:https.createServer": "it throws: actions do not listen", "node:https.client": "an inner part of the package",
	"node:https.ClientRequest": inHTTP, "node:https.IncomingMessage": inHTTP, "node:https.METHODS": inHTTP, "node:https.OutgoingMessage": inHTTP, "node:https.STATUS_CODES": inHTTP,
	"node:https.ServerResponse": inHTTP, "node:https.maxHeaderSize": inHTTP, "node:https.validateHeaderName": inHTTP, "node:https.validateHeaderValue": inHTTP,
	"node:path.win32": "actions know no such paths", "node:path/posix.win32": "actions know no such paths",
	"node:process.*": "much of it is of no use in an action", "node:stream/web.ReadableStreamDefaultReader": "as the global",
	"node:url.Url": deprecated, "node:url.resolveObject": deprecated, "node:util.debug": "the same as debuglog", "node:util.isArray": deprecated, "node:util.isBoolean": deprecated, "node:util.isBuffer": deprecated,
	"node:util.isDate": deprecated, "node:util.isError": deprecated, "node:util.isFunction": deprecated, "node:util.isNull": deprecated, "node:util.isNullOrUndefined": deprecated, "node:util.isNumber": deprecated,
	"node:util.isObject": deprecated, "node:util.isPrimitive": deprecated, "node:util.isRegExp": deprecated, "node:util.isString": deprecated, "node:util.isSymbol": deprecated, "node:util.isUndefined": deprecated,
	"node:util.log": deprecated, "node:util._extend": deprecated,
}

const (
	inHTTP     = "in Node.js it is in node:http"
	deprecated = "deprecated in Node.js"
)

// TestDeclarationsAreWhatWorkersHave has the compiler compare the declarations with what a worker has: each value that is declared is there and of its type, and each that is there is declared.
func TestDeclarationsAreWhatWorkersHave(t *testing.T) {
	t.Parallel()
	checker := typechecktest.NewChecker(t)
	found := readHost(t)
	for _, name := range declaredModules() {
		require.True(t, node.Works(strings.TrimPrefix(name, "node:")), "%s is declared", name)
	}
	lines := []string{
		`type Has<T, Kind> = 0 extends 1 & T ? unknown : Kind extends "function" ? Function | { prototype: unknown } : Kind extends "object" ? (T extends Function ? never : object | null) : Kind extends "string" ? string : Kind extends "number" ? number : Kind extends "boolean" ? boolean : Kind extends "symbol" ? symbol : undefined;`,
		`type Lacks<T, Names> = string extends keyof T ? never : Exclude<keyof T, Names>;`,
		`declare const none: any;`,
	}
	about := []string{"", "", ""} // what the lines are about
	add := func(what, line string) { lines, about = append(lines, line), append(about, what) }
	for i, module := range slices.Sorted(maps.Keys(found)) {
		from := fmt.Sprintf("m%d", i)
		names := slices.Sorted(maps.Keys(found[module]))
		if module == "" {
			from = "globalThis"
		} else {
			add(module, fmt.Sprintf("declare const %s: typeof import(%q);", from, module))
			quoted := []string{`"prototype"`, `"default"`}
			for _, name := range names {
				quoted = append(quoted, fmt.Sprintf("%q", name))
			}
			add(module+" lacks what is declared", fmt.Sprintf("{ const lacks: never = none as Lacks<typeof %s, %s>; }", from, strings.Join(quoted, " | ")))
		}
		for _, name := range names {
			what := strings.TrimPrefix(module+"."+name, ".")
			_, known := undeclared[what]
			if _, all := undeclared[module+".*"]; known || all {
				continue
			}
			value := from + "." + name
			if module == "" {
				value = name
			}
			add(what+" is not declared as "+found[module][name], fmt.Sprintf("{ const has: Has<typeof %s, %q> = %s; }", value, found[module][name], value))
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^declare (?:var|function|class|const) (\w+)`).FindAllStringSubmatch(types.Declarations(), -1) {
		if slices.Contains([]string{"require", "module", "exports"}, m[1]) { // the bundler has them
			continue
		}
		require.NotEmpty(t, found[""][m[1]], "the global %s is declared, and not there", m[1])
	}
	wrong, err := checker.Check(t.Context(), "acme", typecheck.Project{Files: map[string]string{"action.ts": strings.Join(lines, "\n")}})
	require.NoError(t, err)
	for i, d := range wrong {
		if i == 0 || wrong[i-1].Line != d.Line {
			t.Errorf("%s: %s", about[d.Line-1], d.Text)
		}
	}
}
