package types_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/types"
	"github.com/durward/durward/catalog/contract"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestDeclarations(t *testing.T) {
	t.Parallel()
	const golden = "testdata/durward.d.ts"
	got := types.Declarations()
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestDeclarationsHaveEveryTrigger(t *testing.T) {
	t.Parallel()
	got := types.Declarations()
	for _, trigger := range contract.Triggers() {
		require.Contains(t, got, `trigger: "`+string(trigger.ID)+`";`)
	}
	require.Equal(t, len(contract.Triggers()), strings.Count(got, "export namespace "))
	require.Contains(t, got, "export namespace LoginCredentialChecked {")
	require.Contains(t, got, "export namespace TokenClientCredentials {")
}
