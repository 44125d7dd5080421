package api_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web/api"
)

func TestProblemIsOneLine(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		problem api.Problem
		text    string
	}{
		"title alone": {api.Problem{Title: "The run is not valid"}, "The run is not valid"},
		"detail":      {api.Problem{Title: "The key may not do this", Detail: "It needs the role admin."}, "It needs the role admin."},
		"errors": {
			api.Problem{Title: "The request breaks a rule", Errors: []api.FieldError{{Pointer: "/name", Detail: "it is missing"}, {Detail: "it is odd"}}},
			"The request breaks a rule; /name: it is missing; it is odd",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.EqualError(t, &test.problem, test.text)
		})
	}
}

// TestAbsentAndEmptyDiffer wants a change to say nothing about what it keeps, and to be able to empty a list.
func TestAbsentAndEmptyDiffer(t *testing.T) {
	t.Parallel()
	kept, err := json.Marshal(api.DraftChange{})
	require.NoError(t, err)
	require.JSONEq(t, `{}`, string(kept))
	emptied, err := json.Marshal(api.DraftChange{Files: map[string]string{}, Triggers: []string{}, Secrets: []string{}, ConfigSchema: json.RawMessage("null")})
	require.NoError(t, err)
	require.JSONEq(t, `{"files":{},"triggers":[],"secrets":[],"config_schema":null}`, string(emptied))
}
