package web_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDocumentHasTheRoutes(t *testing.T) {
	t.Parallel()
	s := newUnserved(t)
	var described []string
	for _, op := range s.document.operations {
		described = append(described, op.method+" "+regexp.MustCompile(`\{([^}]*)\}`).ReplaceAllString(op.path, ":$1"))
	}
	require.ElementsMatch(t, s.web.EchoRoutes(), described)
}

// TestDocumentIsValid checks the rules of OpenAPI 3.1 that the document could break.
func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	d := newUnserved(t).document
	require.Equal(t, "3.1.0", d.root["openapi"])
	require.Subset(t, keysOf(d.root["info"]), []string{"title", "version"})
	ids := map[string]bool{}
	for _, op := range d.operations {
		require.False(t, ids[op.id], "operationId %s is there twice", op.id)
		ids[op.id] = true
		require.NotEmpty(t, op.object["summary"], op.id)
		requireParameters(t, op)
		responses := op.object["responses"].(map[string]any)
		require.NotEmpty(t, responses, op.id)
		for status, response := range responses {
			require.Regexp(t, `^[2-5][0-9][0-9]$`, status, op.id)
			require.NotEmpty(t, response.(map[string]any)["description"], op.id)
		}
		require.Contains(t, []string{"GET", "POST", "PUT", "PATCH", "DELETE"}, op.method)
		if op.object["requestBody"] != nil {
			require.NotContains(t, []string{"GET", "DELETE"}, op.method, op.id)
		}
		for _, need := range op.object["security"].([]any) {
			for scheme := range need.(map[string]any) {
				require.Contains(t, keysOf(d.component("securitySchemes")), scheme)
			}
		}
	}
	for name := range d.component("schemas") {
		require.Regexp(t, `^[A-Za-z0-9._-]+$`, name)
		// Compiling checks the schema against the meta-schema of draft 2020-12, and that what it refers to is there.
		_, err := d.compiler.Compile(documentURL + "#/components/schemas/" + name)
		require.NoError(t, err, name)
	}
	requireReferences(t, d, d.root)
	requireDocs(t, d)
}

func requireParameters(t *testing.T, op *operation) {
	t.Helper()
	var inPath []string
	seen := map[string]bool{}
	list, _ := op.object["parameters"].([]any)
	for _, p := range list {
		p := p.(map[string]any)
		key := fmt.Sprint(p["in"], " ", p["name"])
		require.False(t, seen[key], "%s has %s twice", op.id, key)
		seen[key] = true
		require.Contains(t, []any{"path", "query", "header"}, p["in"])
		require.NotNil(t, p["schema"])
		if p["in"] == "path" {
			require.Equal(t, true, p["required"])
			inPath = append(inPath, "{"+p["name"].(string)+"}")
		}
	}
	require.ElementsMatch(t, braces.FindAllString(op.path, -1), inPath, op.id)
}

// requireReferences wants everything that is referred to to be there.
func requireReferences(t *testing.T, d *document, value any) {
	t.Helper()
	switch v := value.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			name, ok := strings.CutPrefix(ref, "#/components/schemas/")
			require.True(t, ok, ref)
			require.Contains(t, d.component("schemas"), name)
		}
		for _, member := range v {
			requireReferences(t, d, member)
		}
	case []any:
		for _, item := range v {
			requireReferences(t, d, item)
		}
	}
}

// requireDocs wants a description of every member of every body.
func requireDocs(t *testing.T, d *document) {
	t.Helper()
	for name, schema := range d.component("schemas") {
		properties, _ := schema.(map[string]any)["properties"].(map[string]any)
		for member, property := range properties {
			require.NotEmpty(t, property.(map[string]any)["description"], "%s.%s", name, member)
		}
	}
}

func (d *document) component(kind string) map[string]any {
	return d.root["components"].(map[string]any)[kind].(map[string]any)
}

func keysOf(object any) []string {
	var keys []string
	for key := range object.(map[string]any) {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// TestAnswersAreChecked makes sure that the check of answers can fail.
func TestAnswersAreChecked(t *testing.T) {
	t.Parallel()
	d := newUnserved(t).document
	for name, body := range map[string]string{
		"a member too many":  `{"id":"a","name":"a","created_at":"2026-01-02T03:04:05Z","color":"red"}`,
		"a member too few":   `{"id":"a","name":"a"}`,
		"a wrong type":       `{"id":"a","name":7,"created_at":"2026-01-02T03:04:05Z"}`,
		"an invalid instant": `{"id":"a","name":"a","created_at":"yesterday"}`,
	} {
		require.Error(t, d.mismatch("#/components/schemas/Tenant", []byte(body)), name)
	}
}
