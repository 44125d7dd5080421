package web_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/web"
	"github.com/durward/durward/web/api"
)

// document is the served OpenAPI document, ready to check answers with.
type document struct {
	root       map[string]any
	operations []*operation
	compiler   *jsonschema.Compiler

	mu   sync.Mutex // the compiler is not safe for concurrent use
	seen map[string]bool
}

type operation struct {
	id, method, path string
	pattern          *regexp.Regexp
	object           map[string]any
}

const documentURL = "durward:///openapi.json"

func readDocument(t testing.TB, server *web.Server) *document {
	t.Helper()
	answer := httptest.NewRecorder()
	server.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/v1/openapi.json", nil))
	require.Equal(t, 200, answer.Code)
	d := &document{compiler: jsonschema.NewCompiler(), seen: map[string]bool{}}
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &d.root))
	for path, item := range d.root["paths"].(map[string]any) {
		pattern := regexp.MustCompile("^" + regexp.MustCompile(`\\\{[^}]*\\\}`).ReplaceAllString(regexp.QuoteMeta(path), "[^/]+") + "$")
		for method, op := range item.(map[string]any) {
			object := op.(map[string]any)
			d.operations = append(d.operations, &operation{
				id: object["operationId"].(string), method: strings.ToUpper(method), path: path, pattern: pattern, object: object,
			})
		}
	}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	d.compiler.AssertFormat()
	resource, err := jsonschema.UnmarshalJSON(bytes.NewReader(answer.Body.Bytes()))
	require.NoError(t, err)
	closeObjects(resource)
	require.NoError(t, d.compiler.AddResource(documentURL, resource))
	return d
}

// closeObjects makes an object with members that its schema does not have invalid. The document leaves answers open, so that members can be added; the test wants to see them
// described.
func closeObjects(value any) {
	switch v := value.(type) {
	case map[string]any:
		if _, ok := v["properties"]; ok && v["type"] == "object" && v["additionalProperties"] == nil {
			v["additionalProperties"] = false
		}
		for _, member := range v {
			closeObjects(member)
		}
	case []any:
		for _, item := range v {
			closeObjects(item)
		}
	}
}

func (d *document) operation(method, path string) *operation {
	path, _, _ = strings.Cut(path, "?")
	for _, op := range d.operations {
		if op.method == method && op.pattern.MatchString(path) {
			return op
		}
	}
	return nil
}

// check requires that the document describes an answer. The answer of an address that is no route has the schema of a problem.
func (d *document) check(t testing.TB, method, path string, r *reply) {
	t.Helper()
	op := d.operation(method, path)
	if op == nil {
		if len(r.body) > 0 {
			d.validate(t, "#/components/schemas/Problem", r.body)
		}
		return
	}
	responses := op.object["responses"].(map[string]any)
	response, ok := responses[strconv.Itoa(r.status)].(map[string]any)
	require.True(t, ok, "%s has no status %d: %s", op.id, r.status, r.body)
	for name, header := range response["headers"].(map[string]any) {
		always := header.(map[string]any)["required"] != false
		require.False(t, always && r.header.Get(name) == "", "%s: header %s", op.id, name)
	}
	if r.status < 400 {
		d.mu.Lock()
		d.seen[op.id] = true
		d.mu.Unlock()
	}
	if response["content"] == nil {
		require.Empty(t, r.body, op.id)
		return
	}
	mediaType, _, _ := strings.Cut(r.header.Get("Content-Type"), ";")
	content, ok := response["content"].(map[string]any)[mediaType].(map[string]any)
	require.True(t, ok, "%s has no content %s", op.id, mediaType)
	if schema, ok := content["schema"].(map[string]any); ok {
		if ref, ok := schema["$ref"].(string); ok && mediaType == api.EventsType {
			for line := range bytes.Lines(r.body) {
				d.validate(t, ref, line)
			}
		} else if ok {
			d.validate(t, ref, r.body)
		}
	}
}

func (d *document) validate(t testing.TB, ref string, body []byte) {
	t.Helper()
	require.NoError(t, d.mismatch(ref, body), string(body))
}

func (d *document) mismatch(ref string, body []byte) error {
	d.mu.Lock()
	schema, err := d.compiler.Compile(documentURL + ref)
	d.mu.Unlock()
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}
