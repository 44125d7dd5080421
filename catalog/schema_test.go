package catalog_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/runtime/worker"
)

func TestSchemasThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ schema, pointer string }{
		"not JSON":                       {`{"type":`, ""},
		"two values":                     {`{"type":"object"} {}`, ""},
		"nothing":                        {``, ""},
		"null":                           {`null`, ""},
		"true":                           {`true`, ""},
		"a list":                         {`[]`, ""},
		"no type":                        {`{}`, "/type"},
		"a config that is no object":     {`{"type":"array"}`, "/type"},
		"several types":                  {`{"type":["object","null"]}`, "/type"},
		"an unknown type":                {`{"type":"object","properties":{"a/b":{"type":"text"}}}`, "/properties/a~1b/type"},
		"a wrong keyword":                {`{"type":"object","required":"a"}`, "/required"},
		"a negative length":              {`{"type":"object","properties":{"a":{"maxLength":-1}}}`, "/properties/a/maxLength"},
		"a pattern that is none":         {`{"type":"object","properties":{"a":{"pattern":"("}}}`, "/properties/a/pattern"},
		"a pattern that looks ahead":     {`{"type":"object","properties":{"a":{"pattern":"^(?!x)"}}}`, "/properties/a/pattern"},
		"a pattern for names":            {`{"type":"object","patternProperties":{"(":{}}}`, ""},
		"a reference to nothing":         {`{"type":"object","properties":{"a":{"$ref":"#/$defs/none"}}}`, ""},
		"a reference to a file":          {`{"type":"object","properties":{"a":{"$ref":"file:///etc/passwd"}}}`, ""},
		"a reference to the network":     {`{"type":"object","properties":{"a":{"$ref":"https://example.com/schema.json"}}}`, ""},
		"a reference to a neighbour":     {`{"type":"object","properties":{"a":{"$ref":"other.json"}}}`, ""},
		"a reference from a made up id":  {`{"$id":"file:///etc/","type":"object","$ref":"passwd"}`, ""},
		"another draft":                  {`{"$schema":"http://json-schema.org/draft-07/schema#","type":"object"}`, "/$schema"},
		"a dialect from the network":     {`{"$schema":"https://example.com/dialect","type":"object"}`, "/$schema"},
		"a dialect that is no text":      {`{"$schema":1,"type":"object"}`, "/$schema"},
		"a number beyond every number":   {`{"type":"object","properties":{"a":{"maximum":1e400}}}`, "/properties/a/maximum"},
		"a number that stops a rational": {`{"type":"object","properties":{"a":{"enum":[1e-99999999]}}}`, "/properties/a/enum/0"},
		"too deep":                       {`{"type":"object","properties":` + strings.Repeat(`{"a":`, 70) + `{}` + strings.Repeat(`}`, 71), "/properties" + strings.Repeat("/a", 64)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pointers := at(t, here.Check(t.Context(), "acme", json.RawMessage(test.schema)))
			require.Equal(t, test.pointer, pointers[0])
		})
	}
}

func TestSchemasThatAreAccepted(t *testing.T) {
	t.Parallel()
	for name, schema := range map[string]string{
		"the least":                `{"type":"object"}`,
		"a dialect":                `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"}`,
		"an id of its own":         `{"$id":"https://example.com/a","type":"object","properties":{"a":{"$ref":"#/$defs/a"}},"$defs":{"a":{}}}`,
		"a schema within itself":   `{"type":"object","properties":{"a":{"$ref":"#"}}}`,
		"keywords nobody knows":    `{"type":"object","x-widget":"colour","properties":{"a":{"x-order":1}}}`,
		"a reference to an anchor": `{"type":"object","properties":{"a":{"$ref":"#b"}},"$defs":{"b":{"$anchor":"b"}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, here.Check(t.Context(), "acme", json.RawMessage(schema)))
		})
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ schema, config, want string }{
		"no schema, no config":            {``, ``, `{}`},
		"no schema, an empty config":      {``, ` {} `, `{}`},
		"no config":                       {`{"type":"object"}`, ``, `{}`},
		"what is unknown is kept":         {`{"type":"object"}`, `{"b":1,"a":[null,"<é>"]}`, `{"a":[null,"\u003cé\u003e"],"b":1}`},
		"large numbers":                   {`{"type":"object","properties":{"a":{"type":"integer"}}}`, `{"a":12345678901234567890,"b":1.0,"c":0.1000,"d":1E5,"e":-0,"f":1e308}`, `{"a":12345678901234567890,"b":1.0,"c":0.1000,"d":1E5,"e":-0,"f":1e308}`},
		"a default":                       {`{"type":"object","properties":{"a":{"default":12345678901234567890.10}}}`, `{}`, `{"a":12345678901234567890.10}`},
		"a default does not replace":      {`{"type":"object","properties":{"a":{"default":1}}}`, `{"a":null}`, `{"a":null}`},
		"a default of null":               {`{"type":"object","properties":{"a":{"default":null}}}`, `{}`, `{"a":null}`},
		"a default makes up for required": {`{"type":"object","required":["a"],"properties":{"a":{"default":1}}}`, `{}`, `{"a":1}`},
		"defaults in a default":           {`{"type":"object","properties":{"a":{"default":{},"properties":{"b":{"default":1}}}}}`, `{}`, `{"a":{"b":1}}`},
		"no default in what is absent":    {`{"type":"object","properties":{"a":{"properties":{"b":{"default":1}}}}}`, `{}`, `{}`},
		"in an object":                    {`{"type":"object","properties":{"a":{"properties":{"b":{"default":1}}}}}`, `{"a":{}}`, `{"a":{"b":1}}`},
		"in items":                        {`{"type":"object","properties":{"a":{"items":{"properties":{"b":{"default":1}}}}}}`, `{"a":[{},{"b":2},3]}`, `{"a":[{"b":1},{"b":2},3]}`},
		"in the first items": {
			`{"type":"object","properties":{"a":{"prefixItems":[{"properties":{"b":{"default":1}}}],"items":{"properties":{"c":{"default":2}}}}}}`, `{"a":[{},{}]}`, `{"a":[{"b":1},{"c":2}]}`,
		},
		"in members of any name": {`{"type":"object","additionalProperties":{"properties":{"b":{"default":1}}},"properties":{"x":{}}}`, `{"a":{},"x":{}}`, `{"a":{"b":1},"x":{}}`},
		"in members by pattern": {
			`{"type":"object","patternProperties":{"^a":{"properties":{"b":{"default":1}}}},"additionalProperties":{"properties":{"c":{"default":2}}}}`, `{"a":{},"x":{}}`, `{"a":{"b":1},"x":{"c":2}}`,
		},
		"by reference":                 {`{"type":"object","properties":{"a":{"$ref":"#/$defs/a"}},"$defs":{"a":{"default":1}}}`, `{}`, `{"a":1}`},
		"the nearest":                  {`{"type":"object","properties":{"a":{"$ref":"#/$defs/a","default":2}},"$defs":{"a":{"default":1}}}`, `{}`, `{"a":2}`},
		"of the schema itself first":   {`{"type":"object","allOf":[{"properties":{"a":{"default":1},"b":{"default":1}}}],"properties":{"a":{"default":2}}}`, `{}`, `{"a":2,"b":1}`},
		"not of a branch":              {`{"type":"object","anyOf":[{"properties":{"a":{"default":1}}}]}`, `{}`, `{}`},
		"of a schema within itself":    {`{"type":"object","properties":{"a":{"$ref":"#"},"b":{"default":1}}}`, `{"a":{"a":{}}}`, `{"a":{"a":{"b":1},"b":1},"b":1}`},
		"every character is one":       {`{"type":"object","properties":{"a":{"maxLength":2,"pattern":"^\\p{L}+$"}}}`, `{"a":"éß"}`, `{"a":"éß"}`},
		"a character beyond the plane": {`{"type":"object","properties":{"a":{"minLength":1,"maxLength":1}}}`, `{"a":"\ud83d\ude00"}`, `{"a":"😀"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.schema != "" {
				require.NoError(t, here.Check(t.Context(), "acme", json.RawMessage(test.schema)))
			}
			got, err := here.Apply(t.Context(), "acme", json.RawMessage(test.schema), json.RawMessage(test.config))
			require.NoError(t, err)
			require.Equal(t, test.want, string(got))
			again, err := here.Apply(t.Context(), "acme", json.RawMessage(test.schema), got)
			require.NoError(t, err)
			require.Equal(t, string(got), string(again), "a config with its defaults is a config")
		})
	}
}

func TestConfigsThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		schema, config string
		pointers       []string
	}{
		"a config without a schema":    {``, `{"a":1}`, []string{""}},
		"a list without a schema":      {``, `[]`, []string{""}},
		"not JSON":                     {`{"type":"object"}`, `{"a":`, []string{""}},
		"not JSON, without a schema":   {``, `{"a":`, []string{""}},
		"null":                         {`{"type":"object"}`, `null`, []string{""}},
		"what is missing":              {`{"type":"object","required":["a"]}`, `{}`, []string{""}},
		"names with slashes":           {`{"type":"object","properties":{"a/b~c":{"items":{"type":"string"}}}}`, `{"a/b~c":["x",1]}`, []string{"/a~1b~0c/1"}},
		"a default that does not fit":  {`{"type":"object","properties":{"a":{"type":"string","default":1}}}`, `{}`, []string{"/a"}},
		"a format":                     {`{"type":"object","properties":{"a":{"format":"email"}}}`, `{"a":"x"}`, []string{"/a"}},
		"a number beyond every number": {`{"type":"object"}`, `{"a":[1,1e400]}`, []string{"/a/1"}},
		"a number close to zero":       {`{"type":"object"}`, `{"a":-1.5E-99999999}`, []string{"/a"}},
		"nested too deep":              {`{"type":"object"}`, `{"a":` + strings.Repeat(`[`, 600) + strings.Repeat(`]`, 600) + `}`, []string{"/a" + strings.Repeat("/0", 64)}},
		"a precise bound":              {`{"type":"object","properties":{"a":{"maximum":9007199254740992}}}`, `{"a":9007199254740993}`, []string{"/a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := here.Apply(t.Context(), "acme", json.RawMessage(test.schema), json.RawMessage(test.config))
			require.Equal(t, test.pointers, at(t, err))
		})
	}
	list := `["x"` + strings.Repeat(`,"x"`, 999) + `]`
	_, err := here.Apply(t.Context(), "acme", json.RawMessage(`{"type":"object","properties":{"a":{"items":{"type":"integer"}}}}`), json.RawMessage(`{"a":`+list+`}`))
	require.Len(t, at(t, err), 20)
	long := strings.Repeat("é", 10_000)
	_, err = here.Apply(t.Context(), "acme", json.RawMessage(`{"type":"object","additionalProperties":{"const":1}}`), json.RawMessage(`{"`+long+`":"`+long+`"}`))
	require.Less(t, len(err.Error()), 2000)
}

// fanOut is a schema of a few hundred bytes whose work doubles with every level.
func fanOut(levels int, schema string) json.RawMessage {
	var defs strings.Builder
	for i := range levels {
		fmt.Fprintf(&defs, `"d%d":{"allOf":[{"$ref":"#/$defs/d%d"},{"$ref":"#/$defs/d%d"}]},`, i, i+1, i+1)
	}
	fmt.Fprintf(&defs, `"d%d":%s`, levels, schema)
	return json.RawMessage(`{"type":"object","allOf":[{"$ref":"#/$defs/d0"}],"$defs":{` + defs.String() + `}}`)
}

func TestHostileSchemasAreKilled(t *testing.T) {
	t.Parallel()
	schemas := workers(t, 500*time.Millisecond)
	for name, test := range map[string]struct {
		schema json.RawMessage
		config string
	}{
		"validation that doubles": {fanOut(40, `{"minProperties":0}`), `{}`},
		"defaults that double":    {json.RawMessage(`{"type":"object","properties":{"a":{"$ref":"#","default":{}},"b":{"$ref":"#","default":{}},"c":{"$ref":"#","default":{}}}}`), `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := schemas.Apply(t.Context(), "mallory", test.schema, json.RawMessage(test.config))
			var task *worker.TaskError
			require.ErrorAs(t, err, &task)
			// Neither that tenant nor another one is left without a worker.
			for _, tenant := range []catalog.TenantID{"mallory", "acme"} {
				got, err := schemas.Apply(t.Context(), tenant, json.RawMessage(`{"type":"object","properties":{"a":{"default":1}}}`), nil)
				require.NoError(t, err)
				require.Equal(t, `{"a":1}`, string(got))
			}
		})
	}
}

// A worker whose tenant has taken it over may answer anything.
func TestHostileAnswersOfAWorker(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"nothing": ``, "not JSON": `{`, "no config": `{}`, "null": `null`, "a config of null": `{"config":null}`, "a list": `{"config":[1]}`, "a number": `{"config":1}`,
		"an error of null": `{"errors":[null]}`, "too many errors": `{"errors":[{}` + strings.Repeat(`,{}`, 100) + `]}`, "errors of another type": `{"errors":"x"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schemas := catalog.RemoteSchemas{Run: func(context.Context, string, string, []byte) ([]byte, error) { return []byte(answer), nil }}
			_, err := schemas.Apply(t.Context(), "acme", json.RawMessage(`{"type":"object"}`), json.RawMessage(`{}`))
			require.Error(t, err)
			var list catalog.InvalidErrors
			require.False(t, errors.As(err, &list))
		})
	}
	broken := errors.New("broken")
	schemas := catalog.RemoteSchemas{Run: func(context.Context, string, string, []byte) ([]byte, error) { return nil, broken }}
	require.ErrorIs(t, schemas.Check(t.Context(), "acme", json.RawMessage(`{"type":"object"}`)), broken)
}

// The task takes any payload without a panic, and a config that it accepts it accepts again.
func FuzzSchemas(f *testing.F) {
	f.Add(`{"type":"object","properties":{"a":{"default":1,"maximum":1e9,"multipleOf":0.1}}}`, `{"a":2}`)
	f.Add(`{"type":"object","properties":{"a":{"$ref":"#"},"b":{"enum":[1,"x",null],"const":[1]}},"patternProperties":{"^b":{"pattern":"^x$"}}}`, `{"a":{"b":[{}]}}`)
	f.Add(`{"type":"object","$dynamicRef":"#a","$defs":{"x":{"$dynamicAnchor":"a"}},"unevaluatedProperties":false,"if":{},"then":{},"dependentSchemas":{"a":{}}}`, `{"a":1}`)
	f.Add(`{"type":"object","prefixItems":[{}],"properties":{"t":{"format":"date-time"},"u":{"contentEncoding":"base64","uniqueItems":true,"contains":{},"maxContains":1}}}`, `{"t":"","u":[1,1]}`)
	f.Fuzz(func(t *testing.T, schema, config string) {
		if strings.Count(schema, "$") > 3 || len(schema) > 2000 { // what fans out is killed in production, and would hang here
			t.Skip()
		}
		got, err := here.Apply(t.Context(), "acme", json.RawMessage(schema), json.RawMessage(config))
		if err != nil {
			return
		}
		again, err := here.Apply(t.Context(), "acme", json.RawMessage(schema), got)
		require.NoError(t, err)
		require.JSONEq(t, string(got), string(again))
	})
}
