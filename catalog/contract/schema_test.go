package contract_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/contract"
)

func TestSchemasAreValidAndAgreeWithTheDecoder(t *testing.T) {
	t.Parallel()
	call := compileSchema(t, contract.CallJSONSchema())
	for _, body := range []string{
		string(benchmarkBody), `{}`, `{"state":{}}`, `{"context":{"risk":{"score":100}}}`,
		`{"emial":1}`, `{"method":"pasword"}`, `{"context":{"attempt":1}}`, `{"user":{"phone":null}}`, `{"request":{"headers":{"a":1}}}`,
		`{"context":{"risk":{"score":101}}}`, `{"context":{"client":{}}}`, `[]`, `{"context":{"risk":{"level":"none"}}}`, `{"user":{"roles":"x"}}`,
	} {
		_, err := contract.DecodeCall([]byte(body), trigger(t, "login.before"))
		checked := call.Validate(instance(t, body))
		require.Equal(t, err == nil, checked == nil, "%s\ndecoder: %v\nschema: %v", body, err, checked)
	}
}

func TestInputSchema(t *testing.T) {
	t.Parallel()
	input := compileSchema(t, contract.InputJSONSchema())
	context := `{"tenant":"acme","flow":{"slug":"login","kind":"login","revision":3},"run":{"id":"r","started_at":"2026-01-01T00:00:00Z"},
		"action":{"slug":"a","version":"1.0.0"},"attempt":1,"idempotency_key":"k"}`
	format := `{"trigger":%q,"request":{},"state":{},"config":{"a":1},"secrets":{"KEY":"s"},"context":%s}`
	require.NoError(t, input.Validate(instance(t, fmt.Sprintf(format, "login.after", context))))
	require.Error(t, input.Validate(instance(t, fmt.Sprintf(format, "login.during", context))))
	require.Error(t, input.Validate(instance(t, fmt.Sprintf(format, "login.after", "{}"))))
}

func TestOutcomeSchema(t *testing.T) {
	t.Parallel()
	outcome := compileSchema(t, contract.OutcomeJSONSchema())
	for body, ok := range map[string]bool{
		`{"kind":"continue"}`: true,
		`{"kind":"block","code":"domain_not_allowed","message":"Use your work address."}`:                            true,
		`{"kind":"demand_mfa","factors":["totp"],"state":{"a":null}}`:                                                true,
		`{"kind":"redirect","url":"https://example.com","token":{"claims":{}}}`:                                      true,
		`{"kind":"continue","directives":[{"type":"revoke_sessions","scope":"all"},{"type":"issue_session"}]}`:       true,
		`{"kind":"continue","claims":{"id_token":{"a":1}},"scopes":{"add":["x"]},"user":{"traits":{}},"session":{}}`: true,
		`{"kind":"deny"}`:                                 false,
		`{"kind":"redirect"}`:                             false,
		`{"kind":"continue","code":"x"}`:                  false,
		`{"kind":"continue","directives":[{"type":"x"}]}`: false,
		`{"kind":"continue","directives":[{"type":"revoke_sessions","scope":"some"}]}`: false,
	} {
		require.Equal(t, ok, outcome.Validate(instance(t, body)) == nil, body)
	}
}

func compileSchema(t *testing.T, schema map[string]any) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(schema)
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, c.AddResource("schema.json", instance(t, string(text))))
	compiled, err := c.Compile("schema.json")
	require.NoError(t, err)
	return compiled
}

func instance(t *testing.T, text string) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err)
	return v
}
