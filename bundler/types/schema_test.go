package types_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler/types"
)

// own are the lines of Config and Secrets, and what they refer to.
func own(t testing.TB, schema string, secrets ...string) string {
	t.Helper()
	text := types.For(types.Action{ConfigSchema: json.RawMessage(schema), Secrets: secrets})
	_, text, ok := strings.Cut(text, "export type OpenObject = { [name: string]: unknown };\n\n")
	require.True(t, ok)
	text, _, ok = strings.Cut(text, "\n  /** An RFC 3339 timestamp")
	if !ok {
		text, _, ok = strings.Cut(text, "\n  export type Timestamp")
	}
	require.True(t, ok)
	return text
}

func TestConfig(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ schema, want string }{
		"members":             {`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["b"]}`, "{\n    a?: string;\n    b: number;\n  }"},
		"a default":           {`{"type":"object","properties":{"a":{"type":"boolean","default":false}}}`, "{\n    a: boolean;\n  }"},
		"a description":       {`{"type":"object","properties":{"a":{"type":"string","description":"x */ y\nz"}}}`, "{\n    /** x * / y z */\n    a?: string;\n  }"},
		"a strange name":      {`{"type":"object","properties":{"a-b":{"type":"null"},"\"":{"type":"null"}}}`, "{\n    \"\\\"\"?: null;\n    \"a-b\"?: null;\n  }"},
		"an enum":             {`{"type":"object","properties":{"a":{"enum":["x",1,null,true]}}}`, "{\n    a?: \"x\" | 1 | null | true;\n  }"},
		"a constant":          {`{"type":"object","properties":{"a":{"const":"x"}}}`, "{\n    a?: \"x\";\n  }"},
		"arrays":              {`{"type":"object","properties":{"a":{"type":"array","items":{"type":["string","null"]}},"b":{"type":"array"},"c":{"type":"array","prefixItems":[{"type":"string"}]}}}`, "{\n    a?: (string | null)[];\n    b?: unknown[];\n    c?: unknown[];\n  }"},
		"a table":             {`{"type":"object","additionalProperties":{"type":"number"}}`, "Record<string, number>"},
		"nothing":             {`{"type":"object","additionalProperties":false}`, "{}"},
		"anything":            {`{"type":"object"}`, "OpenObject"},
		"patterns":            {`{"type":"object","patternProperties":{"^a":{"type":"number"}},"additionalProperties":false}`, "OpenObject"},
		"alternatives":        {`{"type":"object","properties":{"a":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]}}}`, "{\n    a?: string | string[];\n  }"},
		"an open alternative": {`{"type":"object","properties":{"a":{"oneOf":[{"type":"string"},{}]}}}`, "{\n    a?: unknown;\n  }"},
		"members without type": {`{"type":"object","properties":{"a":{"properties":{"b":{"type":"string"}}}}}`,
			"{\n    a?: unknown;\n  }"},
		"all of": {`{"type":"object","allOf":[{"type":"object","properties":{"b":{"type":"string"}}}],"properties":{"a":{"type":"string"}}}`,
			"{\n    a?: string;\n  } & {\n    b?: string;\n  }"},
		"a reference": {`{"type":"object","properties":{"a":{"$ref":"#/$defs/rule"}},"$defs":{"rule":{"type":"string"}}}`,
			"{\n    a?: ConfigRule;\n  };\n\n  export type ConfigRule = string"},
		"a reference to itself": {`{"type":"object","properties":{"next":{"$ref":"#"}}}`, "{\n    next?: Config;\n  }"},
		"a reference that leads nowhere": {`{"type":"object","properties":{"a":{"$ref":"#/$defs/none"},"b":{"$ref":"#anchor"},"c":{"$ref":"other.json"}}}`,
			"{\n    a?: unknown;\n    b?: unknown;\n    c?: unknown;\n  }"},
		"what nothing fits": {`{"type":"object","properties":{"a":false,"b":true}}`, "{\n    a?: never;\n    b?: unknown;\n  }"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, own(t, test.schema), "export type Config = "+test.want+";\n")
		})
	}
}

func TestNoConfigAndSecrets(t *testing.T) {
	t.Parallel()
	got := own(t, "", "API_KEY", "other")
	require.Contains(t, got, "export interface Config {}\n")
	require.Contains(t, got, "export interface Secrets {\n    readonly API_KEY?: string;\n    readonly other?: string;\n  }\n")
}

// A small schema that fans out makes small types.
func TestConfigThatFansOut(t *testing.T) {
	t.Parallel()
	defs := map[string]any{}
	for i := range 40 {
		next := map[string]any{"$ref": "#/$defs/d" + string(rune('A'+i+1))}
		defs["d"+string(rune('A'+i))] = map[string]any{"type": "object", "properties": map[string]any{"a": next, "b": next}}
	}
	schema, err := json.Marshal(map[string]any{"type": "object", "properties": map[string]any{"a": map[string]any{"$ref": "#/$defs/dA"}}, "$defs": defs})
	require.NoError(t, err)
	require.Less(t, len(own(t, string(schema))), 10_000)
}

func FuzzConfig(f *testing.F) {
	f.Add(`{"type":"object","properties":{"a":{"enum":["*/\u2028"],"description":"*/"}},"allOf":[{"$ref":"#/properties/a"}]}`)
	f.Add(`{"type":["object","array"],"items":{"oneOf":[true,false,{"const":{}}]},"required":"x"}`)
	f.Fuzz(func(t *testing.T, schema string) {
		first := types.For(types.Action{ConfigSchema: json.RawMessage(schema)})
		require.Equal(t, first, types.For(types.Action{ConfigSchema: json.RawMessage(schema)}))
		require.Less(t, len(first), len(types.Declarations())+40*len(schema)+200_000)
	})
}

// The shipped actions' own declarations, for people to look at.
func TestConfigOfTemplates(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"domain-allowlist", "decorate-token"} {
		schema, err := os.ReadFile("../../templates/" + name + "/schema.json")
		require.NoError(t, err)
		golden := "testdata/" + name + ".txt"
		got := own(t, string(schema), "API_KEY")
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), got)
	}
}
