package capability_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/capability"
)

// build bundles the one file of an action and returns what it can do.
func build(t testing.TB, name, text string) capability.Found {
	t.Helper()
	b, err := bundler.Build(bundler.Source{Files: map[string]string{name: text}, Entry: name})
	require.NoError(t, err)
	require.NoError(t, b.Capabilities.Check(func(file string) bool { return file == name }))
	return b.Capabilities
}

func execute(body string) string {
	return "export async function execute(input: any): Promise<any> {\n" + body + "\n}\n"
}

func apis(f capability.Found) string {
	var names []string
	for _, use := range f.Code.APIs {
		names = append(names, use.API)
	}
	return strings.Join(names, " ")
}

func TestAPIs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"nothing":                    {`return { kind: "continue" };`, ""},
		"fetch":                      {`await fetch(input.url);`, "fetch"},
		"fetch under another name":   {`const f = fetch; await f(input.url);`, "fetch"},
		"fetch handed on":            {`input.f(fetch);`, "fetch"},
		"fetch of the global":        {`await globalThis.fetch(input.url);`, "fetch"},
		"in brackets":                {"await globalThis[`fetch`](input.url); globalThis.globalThis['setTimeout'](input.f);", "fetch timers"},
		"in an optional chain":       {`await globalThis?.fetch?.(input.url); durward?.cache?.get("x");`, "durward.cache fetch"},
		"self":                       {`self.fetch(input.url);`, "fetch"},
		"by a computed name":         {`globalThis[input.name]();`, "*"},
		"the global handed on":       {`const g = globalThis; g.fetch(input.url);`, "*"},
		"taken out of the global":    {`const { fetch: f, crypto: { subtle } } = globalThis as any; f();`, "crypto.random crypto.subtle fetch"},
		"all taken out":              {`const { ...all } = globalThis as any; all.fetch();`, "*"},
		"taken by a computed name":   {`const { [input.name]: f } = globalThis as any; f();`, "*"},
		"a long way":                 {`globalThis.globalThis.globalThis.globalThis.globalThis.fetch();`, "*"},
		"only asked for":             {`if (typeof fetch === "undefined" || typeof globalThis === "object") return;`, ""},
		"declared by the action":     {`const fetch = (x: any) => x; function durward() {} fetch(1); durward();`, ""},
		"declared in another block":  {`{ const fetch = 1; input.x(fetch); } await fetch(input.url);`, "fetch"},
		"a parameter":                {`return ((fetch: any, { crypto }: any, ...console: any) => fetch(crypto, console))(1, 2);`, ""},
		"a default of a parameter":   {`return ((f: any = fetch) => f())();`, "fetch"},
		"a label":                    {`fetch: for (;;) { break fetch; }`, ""},
		"a member with the name":     {`input.fetch(); input.x = { fetch: 1, console: 2 };`, ""},
		"a member of short form":     {`input.x = { fetch };`, "fetch"},
		"in a catch":                 {`try { input.f(); } catch (crypto) { input.g(crypto); } finally { crypto.randomUUID(); }`, "crypto.random"},
		"in a class":                 {`class A { x = fetch; static { setTimeout(input.f); } get [console as any]() { return 1; } } input.f(A);`, "console fetch timers"},
		"in a loop":                  {`for (const fetch of input.list) input.f(fetch); for (let i = durward.log("info", "x"); ;) break;`, "durward.log"},
		"in a template":              {"return `${crypto.getRandomValues(input.x)}`;", "crypto.random"},
		"cache":                      {`await durward.cache.get("x");`, "durward.cache"},
		"counter":                    {`const { counter } = durward; await counter.hit("x", { window_seconds: 1 });`, "durward.counter"},
		"durward by a computed name": {`await (durward as any)[input.name].get("x");`, "durward.cache durward.counter durward.log"},
		"durward handed on":          {`input.f(durward);`, "durward.cache durward.counter durward.log"},
		"subtle":                     {`await crypto.subtle.digest("SHA-256", input.x);`, "crypto.subtle"},
		"timers":                     {`setInterval(input.f, 1); console.log(1);`, "console timers"},
		"only computes":              {`new URL(input.url); new TextEncoder(); atob("x"); structuredClone(input);`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, apis(build(t, "action.ts", execute(test.body))))
		})
	}
}

func TestSloppyThis(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"by name":     {`return (function () { return this.fetch("x"); })();`, "fetch"},
		"handed on":   {`return (function () { return this; })().fetch("x");`, "*"},
		"strict":      {`"use strict"; return (function () { return this; })();`, ""},
		"of an array": {`return (function () { this[0] = 1; })();`, ""},
		"of a class":  {`class A { f() { return this[input.x]; } } return new A();`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, apis(build(t, "action.js", "exports.execute = function (input) {"+test.body+"};")))
		})
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"nothing":                        {``, "continue"},
		"undefined":                      {`return undefined;`, "continue"},
		"one":                            {`return { kind: "block", code: input.code };`, "block"},
		"some way out":                   {`if (input.x) return { kind: "block" }; throw new Error("x");`, "block"},
		"either":                         {`return input.x ? { kind: "block" } : { kind: "redirect", url: input.url };`, "block redirect"},
		"either kind":                    {`return { kind: input.x ? "block" : "demand_mfa" };`, "block demand_mfa"},
		"a constant":                     {"const kind = `block`; return { kind };", "block"},
		"several branches":               {`switch (input.x) { case 1: return { kind: "block" }; default: try { return { kind: "continue" }; } finally { input.f(); } }`, "block continue"},
		"of another function":            {`const deny = (code: string) => ({ kind: "block", code }); if (input.x) return deny("a");`, "block continue"},
		"of functions in a circle":       {`const a = (n: number): any => n ? b(n - 1) : { kind: "block" }; const b = (n: number): any => a(n); return a(1);`, "block"},
		"awaited":                        {`const f = async () => ({ kind: "block" }); return await f();`, "block"},
		"a variable":                     {`let o: any = { kind: "continue" }; if (input.x) o = { kind: "block" }; return o;`, "block continue"},
		"a variable that is changed":     {`const o: any = { kind: "continue" }; if (input.x) o.kind = "redirect"; o.claims = {}; o.claims[input.k] = 1; return o;`, "continue redirect"},
		"kinds that nobody knows":        {`return { kind: "maybe" };`, ""},
		"a nested function's":            {`const f = () => { return { kind: "block" }; }; input.f(f()); return { kind: "continue" };`, "continue"},
		"effects before the kind":        {`return { ...input.effects, kind: "block" };`, "block"},
		"effects behind the kind":        {`return { kind: "continue", ...input.effects };`, "*"},
		"data":                           {`return await (await fetch(input.url)).json();`, "*"},
		"an input":                       {`return input;`, "*"},
		"a computed kind":                {`return { kind: input.kind };`, "*"},
		"a computed name":                {`return { [input.k]: "block" };`, "*"},
		"a getter":                       {`return { get kind() { return input.x; } };`, "*"},
		"a changed by a computed name":   {`const o: any = { kind: "continue" }; o[input.k] = input.v; return o;`, "*"},
		"handed to somebody":             {`const o: any = { kind: "continue" }; input.f(o); return o;`, "*"},
		"changed under another name":     {`const o: any = { kind: "continue" }; const p = o; p.kind = input.kind; return o;`, "*"},
		"changed by Object.assign":       {`const o: any = { kind: "continue" }; Object.assign(o, input); return o;`, "*"},
		"changed in its function":        {`const o: any = { kind: "continue" }; const f = () => o; f().kind = "block"; return o;`, "block continue"},
		"changed there by a name":        {`const o: any = { kind: "continue" }; const f = () => o; f()[input.k] = input.v; return o;`, "*"},
		"written by itself":              {`return { kind: "continue", toJSON() { return input; } };`, "*"},
		"written by all":                 {`(Object.prototype as any)["toJSON"] = () => input; return { kind: "continue" };`, "*"},
		"of a generator":                 {`const f: any = function* () { return { kind: "block" }; }; return f();`, "*"},
		"of a method":                    {`return input.f();`, "*"},
		"of a parameter":                 {`return ((o: any) => o)(input);`, "*"},
		"of a function put in its place": {`let f: any = () => ({ kind: "continue" }); f = input.f; return f();`, "*"},
		"an iteration's":                 {`for (const o of input.list) return o;`, "*"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, strings.Join(build(t, "action.ts", execute(test.body)).Code.Outcomes, " "))
		})
	}
}

func TestOutcomesOfModules(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"arrow":                  {`export const execute = () => ({ kind: "block" });`, "block"},
		"wrapped":                {`const wrap = (f: any) => () => f(); export const execute = wrap(() => ({ kind: "block" }));`, "*"},
		"resume too":             {`export function execute() { return { kind: "block" }; } export function resume() { return { kind: "redirect" }; }`, "block redirect"},
		"CommonJS":               {`exports.execute = async (input) => { if (input.x) return { kind: "block" }; };`, "block continue"},
		"module.exports":         {`module.exports = { execute() { return { kind: "block" }; } };`, "block"},
		"module.exports.execute": {`module.exports.execute = () => ({ kind: "block" });`, "block"},
		"CommonJS, on condition": {`exports.execute = () => ({ kind: "block" }); if (Math.random() > 1) exports.execute = () => JSON.parse("{}");`, "*"},
		"CommonJS, handed on":    {`exports.execute = () => ({ kind: "block" }); Object.assign(exports, JSON.parse("{}"));`, "*"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, strings.Join(build(t, "action.ts", test.text).Code.Outcomes, " "))
		})
	}
	b, err := bundler.Build(bundler.Source{Entry: "action.ts", Files: map[string]string{
		"action.ts": `import lib from "./lib"; export function execute(input: any) { lib(input); return { kind: "block" }; }`,
		"lib.js":    `module.exports = (input) => { input.kind = input.x; };`,
	}})
	require.NoError(t, err)
	require.Equal(t, []string{"block"}, b.Capabilities.Code.Outcomes, "an ES module with a CommonJS module, which never gets the outcome")
}

func TestDynamicCode(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body string
		want []string
	}{
		"none":            {`return Function.prototype.toString.call(input.f) + (input.f instanceof Function);`, nil},
		"Function":        {`return new Function("return 1")();`, []string{capability.Own}},
		"a constructor":   {`return (() => {}).constructor("return 1")();`, []string{capability.Own}},
		"of a function's": {`return input.constructor.constructor("return 1")();`, []string{capability.Own}},
		"handed on":       {`input.f(Function);`, []string{capability.Own}},
		"eval":            {`return (0, eval)(input.x);`, []string{capability.Own}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, build(t, "action.ts", execute(test.body)).Code.DynamicCode)
		})
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	found := build(t, "action.ts", execute(`  const { B, C: c, ...rest } = input.secrets;
  const { secrets: { D } } = input;
  await fetch("https://API.example.com:8443/x?y", { headers: { a: input.secrets.A, b: input.secrets["A"], c: input.secrets.toString(), d: rest[c] } });
  await fetch(`+"`http://two.example/${input.id}`"+`);
  await fetch(`+"`https://${input.host}/x`"+`, `+"`https://half.${input.host}`"+`, "ftp://three.example", "https://");
  return B + D;`))
	require.Equal(t, []capability.Mention{
		{"B", "action.ts", 2, 11}, {"C", "action.ts", 2, 14}, {"D", "action.ts", 3, 22}, {"A", "action.ts", 4, 81},
	}, found.Secrets)
	require.Equal(t, []capability.Mention{{"api.example.com:8443", "action.ts", 4, 15}, {"two.example", "action.ts", 5, 15}}, found.Hosts)
	require.Equal(t, &capability.Mention{Name: "fetch", File: "action.ts", Line: 4, Column: 9}, found.Fetch)
}

func TestScriptThatCannotBeRead(t *testing.T) {
	t.Parallel()
	found := capability.Of([]byte("}"), []byte(`{"version":3}`), capability.Namespaces{})
	require.Equal(t, "*", apis(found))
	require.Equal(t, []string{capability.Any}, found.Code.Outcomes)
	require.NotEmpty(t, found.Code.DynamicCode)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*capability.Found){
		"unknown API":     func(f *capability.Found) { f.Code.APIs[0].API = "disk" },
		"an API twice":    func(f *capability.Found) { f.Code.APIs = append(f.Code.APIs, f.Code.APIs[0]) },
		"nobody":          func(f *capability.Found) { f.Code.APIs[0].By = nil },
		"a command":       func(f *capability.Found) { f.Code.APIs[0].By = []string{"\x1b[2J"} },
		"unknown outcome": func(f *capability.Found) { f.Code.Outcomes = []string{"explode"} },
		"any and another": func(f *capability.Found) { f.Code.Outcomes = []string{"*", "block"} },
		"many names": func(f *capability.Found) {
			f.Code.DynamicCode = strings.Fields(strings.Repeat("a ", capability.MaxUsers+1))
		},
		"long name":     func(f *capability.Found) { f.Secrets[0].Name = strings.Repeat("A", 400) },
		"many mentions": func(f *capability.Found) { f.Hosts = make([]capability.Mention, capability.MaxMentions+1) },
		"unknown file":  func(f *capability.Found) { f.Fetch.File = "other.ts" },
		"no line":       func(f *capability.Found) { f.Fetch.Line = 0 },
		"too many of a file": func(f *capability.Found) {
			f.Hosts = nil
			for range capability.MaxMentions + 1 {
				f.Hosts = append(f.Hosts, f.Secrets[0])
			}
		},
	} {
		f := build(t, "action.ts", execute(`await fetch(input.secrets.A);`))
		spoil(&f)
		require.ErrorIs(t, f.Check(func(file string) bool { return file == "action.ts" }), capability.ErrInvalid, name)
	}
}

// FuzzOf reads whatever script, and returns what it says that it returns.
func FuzzOf(f *testing.F) {
	for _, body := range []string{`return { kind: "block" };`, `const { a, ...b } = globalThis; for (const x in self) eval(x);`, "class A { #x = fetch; static { this.#x; } }", "label: for (let [a = 1] of [[]]) break label;"} {
		b, err := bundler.Build(bundler.Source{Files: map[string]string{"action.js": "export function execute(input) {" + body + "}"}, Entry: "action.js"})
		require.NoError(f, err)
		f.Add(string(b.Script))
	}
	f.Fuzz(func(t *testing.T, script string) {
		if len(script) > 10_000 || strings.Count(script, "(")+strings.Count(script, "[")+strings.Count(script, "{") > 200 {
			t.Skip("the bundler refuses it")
		}
		found := capability.Of([]byte(script), []byte(`{"version":3,"sources":[],"names":[],"mappings":""}`), capability.Namespaces{Own: "action:"})
		require.NoError(t, found.Check(func(string) bool { return true }))
	})
}
