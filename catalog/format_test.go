package catalog_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
)

func TestFormatsAndMessages(t *testing.T) {
	t.Parallel()
	schemas := here
	schema := json.RawMessage(`{
		"type": "object",
		"properties": {
			"domain": {"format": "domain-pattern"}, "network": {"format": "ip-network"}, "url": {"format": "https-url"},
			"a/b~c%": {"type": "string", "pattern": "^[a-z]+$", "x-message": "lower case, please"},
			"list": {"type": "array", "items": {"x-message": "say one thing", "oneOf": [{"required": ["a"]}, {"required": ["b"]}], "properties": {"a": {"type": "number"}}}}
		}
	}`)
	for name, test := range map[string]struct{ config, pointer, detail string }{
		"a domain":                  {`{"domain":"*.bücher.example"}`, "", ""},
		"no string":                 {`{"domain":1,"network":2,"url":3}`, "", ""},
		"an address":                {`{"domain":"a@example.com"}`, "/domain", "write the domain alone"},
		"a network":                 {`{"network":"2001:db8::/32"}`, "", ""},
		"within a network":          {`{"network":"10.0.0.1/8"}`, "/network", "the network is 10.0.0.0/8"},
		"a URL":                     {`{"url":"https://example.com:8443/a?b=c"}`, "", ""},
		"this machine":              {`{"url":"http://localhost:8080/"}`, "", ""},
		"plain http":                {`{"url":"http://example.com/"}`, "/url", "must begin with https://"},
		"credentials":               {`{"url":"https://a@example.com/"}`, "/url", "must not hold a user name"},
		"a backslash":               {`{"url":"https://example.com\\@evil.test/"}`, "/url", "write a URL such as"},
		"a fragment":                {`{"url":"https://example.com/#a"}`, "/url", "must not have a fragment"},
		"no host":                   {`{"url":"https:///path"}`, "/url", "is no host"},
		"script":                    {`{"url":"javascript:alert(1)"}`, "/url", "must begin with https://"},
		"a message":                 {`{"a/b~c%":"A"}`, "/a~1b~0c%", "lower case, please"},
		"one of several":            {`{"list":[{"a":1},{}]}`, "/list/1", "say one thing"},
		"what is in it has its own": {`{"list":[{"a":"x"}]}`, "/list/0/a", "got string, want number"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := schemas.Apply(t.Context(), "acme", schema, json.RawMessage(test.config))
			if test.detail == "" {
				require.NoError(t, err)
				return
			}
			var list catalog.InvalidErrors
			require.True(t, errors.As(err, &list), "%v", err)
			require.Equal(t, test.pointer, list[0].Pointer)
			require.Contains(t, list[0].Detail, test.detail)
		})
	}
}
