package typecheck_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/bundler/typecheck"
	"github.com/durward/durward/bundler/typecheck/typechecktest"
	"github.com/durward/durward/bundler/types"
)

// TestTypesOfSharedModules gathers types as the server does, of a module that needs another version of a module than the action does, and a package that the action has none of, and lets the compiler use them.
func TestTypesOfSharedModules(t *testing.T) {
	t.Parallel()
	checker := typechecktest.NewChecker(t)
	lock := bundler.NewLock()
	lock.Packages["unit@1.0.0"] = npm.Locked{Name: "unit", Version: "1.0.0", Integrity: "sha512-"}
	lock.Modules = map[string]bundler.Module{
		"durward:crm@2.0.0":  {Entry: "index.ts", Dependencies: map[string]string{"durward:mail": "durward:mail@1.0.0", "unit": "unit@1.0.0"}},
		"durward:mail@1.0.0": {Entry: "index.ts"},
		"durward:mail@3.0.0": {Entry: "main.mts"},
		"durward:old@1.0.0":  {Entry: "index.js"},
	}
	lock.Root = map[string]string{"durward:crm": "durward:crm@2.0.0", "durward:mail": "durward:mail@3.0.0", "durward:old": "durward:old@1.0.0"}
	packages := &bundler.Packages{Lock: lock, ByKey: map[string]*npm.Package{"unit@1.0.0": {Files: map[string][]byte{
		"package.json": []byte(`{"name":"unit","types":"index.d.ts"}`), "index.d.ts": []byte("export type Unit = \"km\" | \"mi\";\n"), "index.js": []byte("exports.x = 1"),
	}}}}
	files := map[string]string{
		"durward:crm@2.0.0/index.ts": "\ufeffimport { send } from \"actions:mail\";\nimport type { Unit } from \"unit\";\nimport data from \"./lib/data.json\";\nexport * from \"./lib/more\";\nexport { send, data };\n" +
			"export interface Customer { plan: string; unit: Unit }\nexport default async function find(email: string): Promise<Customer> { return email.none; }\n",
		"durward:crm@2.0.0/lib/more.ts":   "export const more = [1, 2];\n",
		"durward:crm@2.0.0/lib/data.json": `{"n": 1}`,
		"durward:crm@2.0.0/package.json":  `{"types": "lib/more.ts"}`,
		"durward:mail@1.0.0/index.ts":     "export const send = (to: string): number => 1;\n",
		"durward:mail@3.0.0/main.mts":     "export const send = (to: string): boolean => true;\n",
		"durward:old@1.0.0/index.js":      "exports.x = 1\n",
	}
	remote := bundler.Remote{Run: func(_ context.Context, _, _ string, payload []byte) ([]byte, error) {
		return bundler.RunTypesTask(payload)
	}}
	declared, err := remote.Types(t.Context(), "acme", packages, files)
	require.NoError(t, err)
	require.True(t, declared.Complete)
	require.Equal(t, []npm.Typed{{Name: "durward:crm", Version: "2.0.0", Types: npm.TypesOwn}, {Name: "durward:mail", Version: "3.0.0", Types: npm.TypesOwn}, {Name: "durward:old", Version: "1.0.0", Types: npm.TypesNone}}, declared.Packages)
	require.NotContains(t, declared.Files, "node_modules/@durward/old@1.0.0/index.js")

	action := types.Action{Modules: bundler.ModuleTypes(lock)}
	for code, want := range map[string]string{
		`const plan: string = (await find("x")).plan; old.anything.goes;`:             "",
		`const unit: "km" | "mi" = (await find("x")).unit; more.push(3); data.n + 1;`: "",
		`const c: Customer = await find("x"); const n: number = inner("x");`:          "",
		`find(1);`:                     "action.ts:4:6 Argument of type 'number' is not assignable to parameter of type 'string'. (TS2345)",
		`(await find("x")).plam`:       "action.ts:4:19 Property 'plam' does not exist on type 'Customer'. (TS2339)",
		`data.m;`:                      "action.ts:4:6 Property 'm' does not exist on type '{ n: number; }'. (TS2339)",
		`const n: number = send("x");`: "action.ts:4:7 Type 'boolean' is not assignable to type 'number'. (TS2322)",
	} {
		source := "import find, { data, more, send as inner, type Customer } from \"durward:crm\";\nimport { send } from \"actions:mail\";\nimport old from \"durward:old\";\n" + code + "\n"
		found, err := checker.Check(t.Context(), "acme", typecheck.Project{Files: map[string]string{"action.ts": source}, Action: action, Packages: declared})
		require.NoError(t, err)
		if want == "" {
			require.Empty(t, found, code)
			continue
		}
		require.Len(t, found, 1, code)
		require.Equal(t, want, strings.Replace(found[0].String(), ": error:", "", 1))
	}
}
