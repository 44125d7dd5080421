package worker_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// Large configs are sent to a worker once, and again after it had to forget them: more than it keeps are in turn in use here. Small ones come along.
func TestConfigs(t *testing.T) {
	t.Parallel()
	pool := newPool(t, worker.Config{PerTenant: 1})
	program := vm.NewProgram([]byte(`"use strict"; var $action = { execute(input) { return [input.config.n, durward.list("list").has("x"), durward.list("list").has("n" + input.config.n)]; } };`), nil)
	var configs []*vm.Config
	for n, size := range []int{10, 3 << 20, 3 << 20, 3 << 20, 5_000} {
		configs = append(configs, vm.NewConfig(fmt.Appendf(nil, `{"n":%d,"list":["%s","n%d"]}`, n, strings.Repeat("y", size), n)))
	}
	for range 3 {
		for n, config := range configs {
			result, err := pool.Execute(t.Context(), "acme", program, vm.Call{Entry: "execute", Input: []byte(`{}`), Config: config, Limits: patient}, nil)
			require.NoError(t, err)
			require.Nil(t, result.Failure)
			require.Equal(t, fmt.Sprintf("[%d,false,true]", n), string(result.Outcome))
		}
	}
	require.EqualValues(t, 1, pool.Stats().Workers-pool.Stats().Spares, "no worker had to be replaced")
}
