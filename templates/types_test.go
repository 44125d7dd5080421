package templates_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/typecheck"
	"github.com/durward/durward/bundler/typecheck/typechecktest"
	"github.com/durward/durward/bundler/types"
	"github.com/durward/durward/templates"
)

// Each source agrees with the types of the triggers, of its config schema and of its secrets.
func TestTypes(t *testing.T) {
	t.Parallel()
	checker := typechecktest.NewChecker(t)
	for _, template := range templates.All() {
		t.Run(template.Name, func(t *testing.T) {
			t.Parallel()
			found, err := checker.Check(t.Context(), template.Name, typecheck.Project{
				Files: template.Files, Action: types.Action{ConfigSchema: template.ConfigSchema, Secrets: template.Secrets},
			})
			require.NoError(t, err)
			require.Empty(t, found)
		})
	}
}
