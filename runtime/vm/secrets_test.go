package vm_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

func TestUndeclaredSecrets(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("v", 500) // an object as large as this is made when it is read
	for name, test := range map[string]struct {
		expression, want string
		throws           bool
	}{
		"declared":                    {expression: `input.secrets.A`, want: `"value"`},
		"declared, not set":           {expression: `[input.secrets.UNSET === undefined, "UNSET" in input.secrets]`, want: `[true,false]`},
		"undeclared":                  {expression: `input.secrets.OTHER`, throws: true},
		"with something in its place": {expression: `input.secrets.OTHER ?? "x"`, throws: true},
		"taken out":                   {expression: `(({ A, OTHER }) => 1)(input.secrets)`, throws: true},
		"by a computed name":          {expression: `input.secrets["OTH" + "ER"]`, throws: true},
		"asked for":                   {expression: `["OTHER" in input.secrets, Object.hasOwn(input.secrets, "OTHER"), input.secrets?.hasOwnProperty("A")]`, want: `[false,false,true]`},
		"listed":                      {expression: `[Object.keys(input.secrets), { ...input.secrets }.OTHER === undefined, String(input.secrets)]`, want: `[["A"],true,"[object Object]"]`},
		"written":                     {expression: `JSON.stringify(input.secrets).length > 10`, want: `true`},
		"cloned":                      {expression: `structuredClone(input.secrets).OTHER === undefined`, want: `true`},
		"awaited":                     {expression: `(await input.secrets).A`, want: `"value"`},
		"no name of a secret":         {expression: `[input.secrets["a b"], input.secrets[Symbol.toPrimitive], input.secrets[0]].length`, want: `3`},
		"set by the action":           {expression: `(input.secrets.MINE = 1, input.secrets.MINE)`, want: `1`},
		"of something else":           {expression: `[input.config.secrets.OTHER === undefined, input.state.OTHER === undefined]`, want: `[true,true]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, value := range []string{"value", long} {
				machine, digest := load(t, body("return ("+test.expression+")"), nil)
				result := drive(machine.Start(digest, vm.Call{
					Entry: "execute", Input: []byte(`{"config":{"secrets":{}},"state":{},"secrets":{"A":"` + value + `"}}`), Secrets: []string{"A", "UNSET"},
				}))
				if test.throws {
					require.NotNil(t, result.Failure)
					require.Equal(t, vm.FailThrown, result.Failure.Kind)
					require.Equal(t, `TypeError: the secret OTHER is not declared: add "OTHER" to "secrets" of the action's draft`, result.Failure.Message)
					continue
				}
				require.Nil(t, result.Failure)
				require.JSONEq(t, strings.ReplaceAll(test.want, "value", value), string(result.Outcome))
			}
		})
	}
}
