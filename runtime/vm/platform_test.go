package vm_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

// What the classes of the web platform do is what Node.js 20 does; testdata/platform.mjs recorded it.
func TestPlatform(t *testing.T) {
	t.Parallel()
	cases, err := os.ReadFile("testdata/platform.txt")
	require.NoError(t, err)
	recorded, err := os.ReadFile("testdata/platform.golden.json")
	require.NoError(t, err)
	var want map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(recorded, &want))
	for block := range strings.SplitSeq(strings.TrimSpace(string(cases)), "\n\n") {
		name, code, _ := strings.Cut(block, "\n")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := run(t, body(`try { return { value: await (async () => { `+code+` })() } } catch (error) { return { throws: error.name } }`), `{}`, vm.Limits{})
			require.Nil(t, result.Failure)
			require.JSONEq(t, string(want[name]), string(result.Outcome))
		})
	}
}
