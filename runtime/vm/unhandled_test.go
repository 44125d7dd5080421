package vm_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

func TestUnhandledRejections(t *testing.T) {
	t.Parallel()
	const warned = "nothing handles a rejected promise; is an await missing? "
	for name, test := range map[string]struct {
		body string
		want []string
	}{
		"an await that is missing":   {`(async () => { throw new Error("lost") })()`, []string{warned + "Error: lost"}},
		"later":                      {`const p = (async () => { await null; throw "text" })(); await new Promise((done) => setTimeout(done, 1))`, []string{warned + "text"}},
		"handled":                    {`Promise.reject(1).catch(() => {})`, nil},
		"handled later":              {`const p = Promise.reject(1); await null; await null; try { await p } catch {}`, nil},
		"not shown without throwing": {`Promise.reject({ get a() { throw 1 } }); Promise.reject(2)`, []string{warned + "[Object]", warned + "2"}},
		"shown by code without end":  {`Promise.reject({ toJSON() { for (;;) {} } })`, nil},
		"many":                       {`for (let i = 0; i < 100; i++) Promise.reject(i)`, []string{warned + "0", warned + "1", warned + "2", warned + "3", warned + "4", warned + "5", warned + "6", warned + "7"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := run(t, body(test.body+`; return { kind: "continue" }`), "{}", vm.Limits{})
			if name == "shown by code without end" {
				require.Equal(t, vm.FailTimeLimit, result.Failure.Kind)
				return
			}
			require.Nil(t, result.Failure)
			var lines []string
			for _, line := range result.Logs {
				require.Equal(t, "warn", line.Level)
				lines = append(lines, line.Message)
			}
			require.Equal(t, test.want, lines)
		})
	}
}
