package catalog

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// messageKeyword is the member of a schema with what to tell the author of a config that breaks it, in the place of the validator's own words. Other programs ignore it.
const messageKeyword = "x-message"

// messageAt is the message of the schema that v breaks by itself, not by what is in the value: that has places and messages of its own. Empty: there is none.
func messageAt(document any, v *jsonschema.ValidationError) string {
	switch v.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
		return ""
	}
	_, fragment, _ := strings.Cut(v.SchemaURL, "#")
	at := document
	for part := range strings.SplitSeq(strings.TrimPrefix(fragment, "/"), "/") {
		if part == "" {
			continue
		}
		if unescaped, err := url.PathUnescape(part); err == nil {
			part = unescaped
		}
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch here := at.(type) {
		case map[string]any:
			at = here[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(here) {
				return ""
			}
			at = here[i]
		default:
			return ""
		}
	}
	schema, _ := at.(map[string]any)
	text, _ := schema[messageKeyword].(string)
	return text
}
