package vm_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/runtime/vm"
)

// aPackage fails in all the ways in which packages do.
var aPackage = &npm.Package{Files: map[string][]byte{
	"package.json": []byte(`{"exports": {".": "./i.js", "./min": "./min.js", "./esm": "./esm.mjs"}}`),
	"i.js": []byte(`exports.sync = function () {
  throw new TypeError("sync");
};
exports.call = (f) => f();
exports.later = async () => {
  await null;
  throw new Error("later");
};
exports.timer = () => { setTimeout(() => { throw new Error("timer"); }, 1); return new Promise(() => {}); };
exports.text = () => { throw "text"; };
exports.own = () => { class E extends Error { constructor(m) { super(m); this.name = "E"; this.stack = "mine"; } } throw new E("own"); };`),
	"min.js":  []byte(`exports.f=function(n){return n.x.y.z};exports.g=async n=>{await 0;return n.x.y};`),
	"esm.mjs": []byte("export const e = (o) => o.a.b.c;\n"),
}}

// failureOf builds an action, runs it as the engine does, and returns how it failed.
func failureOf(t *testing.T, src bundler.Source) *vm.Failure {
	t.Helper()
	lock := &npm.Lock{Root: map[string]string{"p": "p@1.0.0"}, Packages: map[string]npm.Locked{"p@1.0.0": {Name: "p", Version: "1.0.0"}}}
	src.Packages = &bundler.Packages{Lock: &bundler.Lock{Lock: *lock}, ByKey: map[string]*npm.Package{"p@1.0.0": aPackage}}
	b, err := bundler.Build(src)
	require.NoError(t, err)
	program := vm.NewProgram(b.Script, b.SourceMap)
	machine := vm.NewMachine(func(_ *vm.Execution, f *vm.Failure) { panic("stuck: " + f.Message) }, nil)
	machine.Load(program)
	result := drive(machine.Start(program.Digest, vm.Call{Entry: "execute", Input: []byte(`{"user":{}}`)}))
	require.NotNil(t, result.Failure)
	return program.Locate(result.Failure, "execute")
}

// TestFailuresAreInTheAuthorsFile makes every kind of mistake: each is told with its place, the text of its line, and a hint where one is of use.
func TestFailuresAreInTheAuthorsFile(t *testing.T) {
	t.Parallel()
	const execute, async, imports = "export function execute(input: any) {\n", "export async function execute(input: any) {\n  await null;\n", "import p from \"p\";\n"
	for name, test := range map[string]struct {
		code, message, place, text string
		hinted                     bool
	}{
		"a throw":                      {execute + "  throw new Error('x');\n}", "Error: x", "execute (action.ts:2:9)", "  throw new Error('x');", false},
		"a throw after an await":       {async + "  throw new Error('x');\n}", "Error: x", "execute (action.ts:3:9)", "  throw new Error('x');", false},
		"what is not there":            {async + "  return input.user.nothing.here;\n}", "TypeError: Cannot read property 'here' of undefined", "execute (action.ts:3:29)", "  return input.user.nothing.here;", true},
		"what is taken apart":          {"export async function execute({ user: { none: { deep } } }: any) {}", "TypeError: Value is not object coercible", "execute (action.ts:1:1)", "export async function execute({ user: { none: { deep } } }: any) {}", true},
		"a misspelt function":          {execute + "  input.nope();\n}", "TypeError: Object has no member 'nope'", "execute (action.ts:2:9)", "  input.nope();", true},
		"a misspelt name":              {async + "  return nope;\n}", "ReferenceError: nope is not defined", "execute (action.ts:3:10)", "  return nope;", true},
		"a global of browsers":         {async + "  return window.x;\n}", "ReferenceError: window is not defined", "execute (action.ts:3:10)", "  return window.x;", true},
		"a callback":                   {execute + "  [1].forEach(() => {\n    throw new Error('x');\n  });\n}", "Error: x", "action.ts:3:11", "    throw new Error('x');", false},
		"a comparison":                 {execute + "  [2, 1].sort(() => {\n    throw new Error('x');\n  });\n}", "Error: x", "action.ts:3:11", "    throw new Error('x');", false},
		"a timer":                      {async + "  await new Promise(() => { setTimeout(() => {\n    throw new Error('x');\n  }, 1); });\n}", "Error: x", "action.ts:4:11", "    throw new Error('x');", false},
		"a microtask":                  {async + "  queueMicrotask(() => {\n    throw new Error('x'); });\n  await new Promise(() => {});\n}", "Error: x", "action.ts:4:11", "    throw new Error('x'); });", false},
		"one of several promises":      {async + "  await Promise.all([1].map(async () => { await null;\n    throw new Error('x'); }));\n}", "Error: x", "action.ts:4:11", "    throw new Error('x'); }));", false},
		"a getter":                     {"const o = { get a(): any {\n  throw new Error('x');\n} };\n" + execute + "  return o.a;\n}", "Error: x", "a (action.ts:2:9)", "  throw new Error('x');", false},
		"a getter of the outcome":      {execute + "  return { get kind() {\n    throw new Error('x'); } };\n}", "the returned value cannot be written as JSON: Error: x", "kind (action.ts:3:11)", "    throw new Error('x'); } };", true},
		"a proxy":                      {"const o: any = new Proxy({}, { get() {\n  throw new Error('x'); } });\n" + execute + "  return o.a;\n}", "Error: x", "get (action.ts:2:9)", "  throw new Error('x'); } });", false},
		"a generator":                  {"function* g() {\n  throw new Error('x'); }\n" + execute + "  for (const x of g()) {}\n}", "Error: x", "g (action.ts:2:9)", "  throw new Error('x'); }", false},
		"an asynchronous generator":    {"async function* g() {\n  throw new Error('x'); }\n" + async + "  for await (const x of g()) {}\n}", "Error: x", "action.ts:2:9", "  throw new Error('x'); }", false},
		"a field of a class":           {"class A { x = (null as any).y; }\n" + execute + "  new A();\n}", "TypeError: Cannot read property 'y' of undefined", "<instance_members_initializer> (action.ts:1:29)", "class A { x = (null as any).y; }", true},
		"a decorator":                  {"const d = (f: any, c: any) => { throw new Error('x'); };\n" + execute + "  class A { @d m() {} }\n}", "Error: x", "d (action.ts:1:39)", "const d = (f: any, c: any) => { throw new Error('x'); };", false},
		"a class of errors":            {"class E extends Error {}\n" + async + "  throw new E('x');\n}", "Error: x", "execute (action.ts:4:9)", "  throw new E('x');", false},
		"an error from before":         {"const e = new Error('x');\n" + async + "  throw e;\n}", "Error: x", "action.ts:1:11", "const e = new Error('x');", false},
		"a text":                       {execute + "  throw 'text';\n}", "thrown: text", "execute (action.ts:2:3)", "  throw 'text';", true},
		"a text after an await":        {async + "  throw 'text';\n}", "thrown: text", "execute (action.ts:1:23)", "export async function execute(input: any) {", true},
		"a rejection without an error": {execute + "  return Promise.reject({ code: 1 });\n}", `thrown: {"code":1}`, "execute (action.ts:1:17)", "export function execute(input: any) {", true},
		"a stack that is made up":      {execute + "  const e = new Error('x'); e.stack = 'at execute (bundle:1:1)'; return Promise.reject(e);\n}", "Error: x", "execute (action.ts:1:17)", "export function execute(input: any) {", false},
		"an address that is none":      {async + "  await fetch('nope://x');\n}", "TypeError: requests go to http and https only, not to nope:", "execute (action.ts:3:9)", "  await fetch('nope://x');", false},
		"no JSON":                      {async + "  JSON.parse('<html>');\n}", "SyntaxError: invalid character '<' looking for beginning of value", "execute (action.ts:3:8)", "  JSON.parse('<html>');", true},
		"code from a string":           {async + "  const f = eval; f('1');\n}", "EvalError: code from strings is not allowed in actions", "execute (action.ts:3:19)", "  const f = eval; f('1');", true},
		"no end of calls":              {"function f(): any {\n  return f() + 1; }\n" + execute + "  f();\n}", "the action nested calls deeper than 1000", "f (action.ts:2:10)", "  return f() + 1; }", true},
		"a number that JSON lacks":     {execute + "  return 5n;\n}", "the returned value cannot be written as JSON: TypeError: Do not know how to serialize a BigInt", "execute (action.ts:1:17)", "export function execute(input: any) {", true},
		"a promise of nothing":         {"const execute = async () => { await new Promise(() => {}); };\nexport { execute };", "the promise that the action returned can never settle: nothing that it waits for is under way", "execute (action.ts:1:7)", "const execute = async () => { await new Promise(() => {}); };", true},
		"a package":                    {imports + execute + "  p.sync();\n}", "TypeError: sync", "execute (action.ts:3:5)", "  p.sync();", false},
		"a package after an await":     {imports + async + "  await p.later();\n}", "Error: later", "execute (action.ts:4:11)", "  await p.later();", false},
		"a package's callback":         {imports + execute + "  p.call(() => {\n    throw new Error('x'); });\n}", "Error: x", "action.ts:4:11", "    throw new Error('x'); });", false},
		"a package's timer":            {imports + async + "  await p.timer();\n}", "Error: timer", "execute (action.ts:2:23)", "export async function execute(input: any) {", false},
		"a package's text":             {imports + async + "  p.text();\n}", "thrown: text", "execute (action.ts:2:23)", "export async function execute(input: any) {", true},
		"a package's own error":        {imports + async + "  p.own();\n}", "E: own", "execute (action.ts:2:23)", "export async function execute(input: any) {", false},
		"a minified package":           {"import p from 'p/min';\n" + execute + "  p.f({});\n}", "TypeError: Cannot read property 'y' of undefined", "execute (action.ts:3:5)", "  p.f({});", true},
		"a minified package later":     {"import p from 'p/min';\n" + async + "  await p.g({});\n}", "TypeError: Cannot read property 'y' of undefined", "execute (action.ts:4:11)", "  await p.g({});", true},
		"a package of ES modules":      {"import { e } from 'p/esm';\n" + execute + "  e({});\n}", "TypeError: Cannot read property 'b' of undefined", "execute (action.ts:3:3)", "  e({});", true},
		"a name for the script":        {execute + "  throw new Error('x');\n}\n//# sourceURL=evil.js\n//# sourceMappingURL=evil.js.map", "Error: x", "execute (action.ts:2:9)", "  throw new Error('x');", false},
		"lines that end as in DOS":     {"export function execute() {\r\n  throw new Error('x');\r\n}", "Error: x", "execute (action.ts:2:9)", "  throw new Error('x');", false},
		"lines that end as in Mac OS":  {"export function execute() {\r  throw new Error('x');\r}", "Error: x", "execute (action.ts:2:9)", "  throw new Error('x');", false},
		"a separator of Unicode":       {"/*\u2028*/\n" + execute + "  throw new Error('x');\n}", "Error: x", "execute (action.ts:4:9)", "  throw new Error('x');", false},
		"a byte order mark":            {"\ufeffexport const execute = () => { throw new Error('x'); };", "Error: x", "execute (action.ts:1:38)", "export const execute = () => { throw new Error('x'); };", false},
		"letters of two units":         {"export const execute = () => { const s = '😀'; throw new Error(s); };", "Error: 😀", "execute (action.ts:1:54)", "export const execute = () => { const s = '😀'; throw new Error(s); };", false},
		"CommonJS":                     {"exports.execute = async () => { await new Promise(() => {}); };", "the promise that the action returned can never settle: nothing that it waits for is under way", "execute (action.ts:1:9)", "exports.execute = async () => { await new Promise(() => {}); };", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := failureOf(t, bundler.Source{Entry: "action.ts", Files: map[string]string{"action.ts": test.code}})
			require.Equal(t, test.message, f.Message)
			at, ok := f.Place()
			require.True(t, ok)
			require.Equal(t, test.place, at.String())
			require.Equal(t, test.text, at.Text)
			require.Equal(t, test.hinted, f.Hint() != "", f.Hint())
			for _, frame := range f.Stack {
				require.Regexp(t, `^(action\.ts|npm:p@1\.0\.0/\w+\.m?js)$`, frame.File)
			}
		})
	}
}

// TestNamesOfFilesInFailures has files whose names mean something in addresses, or are those of the bundle.
func TestNamesOfFilesInFailures(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b.ts", " a.ts", "prüfung.ts", "日本.ts", "a(b).ts", "a (b).ts", "a+b&c;d=e.ts", "lib/@x/y.ts", "bundle.ts", "bundle.js", "bundle.js.map.js", "0.ts"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := failureOf(t, bundler.Source{Entry: "action.ts", Files: map[string]string{
				"action.ts": fmt.Sprintf("import { boom } from \"./%s\";\nexport function execute() {\n  boom();\n}", name),
				name:        "export async function later() { await null; }\nexport function boom() {\n  throw new Error('x');\n}",
			}})
			require.Len(t, f.Stack, 2)
			require.Equal(t, vm.Frame{Function: "boom", File: name, Line: 3, Column: 9, Text: "  throw new Error('x');"}, f.Stack[0])
			require.Equal(t, "execute (action.ts:3:3)", f.Stack[1].String())
		})
	}
}

// TestLocateNothing has programs that say nothing of their sources.
func TestLocateNothing(t *testing.T) {
	t.Parallel()
	f := &vm.Failure{Kind: vm.FailSandboxLost}
	for _, sourceMap := range []string{"", "{", `{"sources":["a.ts","b.ts"],"sourcesContent":["function execut(){}"]}`} {
		require.Equal(t, f, vm.NewProgram(nil, []byte(sourceMap)).Locate(f, "execute"))
	}
	require.Empty(t, f.Stack)
}
