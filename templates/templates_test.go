package templates_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/templates"
)

func TestManifests(t *testing.T) {
	t.Parallel()
	for _, template := range templates.All() {
		require.NoError(t, catalog.CheckSlug("", template.Name))
		require.NotEmpty(t, template.Title, template.Name)
		require.NotEmpty(t, template.Purpose, template.Name)
		require.NotContains(t, template.Purpose, "\n", template.Name)
		require.Contains(t, []string{"access", "claims", "mfa", "notify", "ory", "profile", "rate", "redirect", "registration", "risk"}, template.Category, template.Name)
		require.NotEmpty(t, template.Icon, template.Name)
		require.NotEmpty(t, template.Triggers, template.Name)
		for _, id := range template.Triggers {
			_, ok := contract.Lookup(contract.TriggerID(id))
			require.True(t, ok, "%s: %s", template.Name, id)
		}
		for _, r := range template.Releases {
			require.Regexp(t, `^[0-9]+\.[0-9]+\.[0-9]+$`, r.Version, template.Name)
			require.NotEmpty(t, r.Changes, template.Name)
		}
		require.NotEmpty(t, template.Version(), template.Name)
		found, ok := templates.Lookup(template.Name)
		require.True(t, ok)
		require.Equal(t, template.Name, found.Name)
	}
	_, ok := templates.Lookup("none")
	require.False(t, ok)
}

// A form is made of the schema, and explains itself: each setting has a title, a description, and a default or an example.
func TestSchemasExplainThemselves(t *testing.T) {
	t.Parallel()
	for _, template := range templates.All() {
		var schema map[string]any
		require.NoError(t, json.Unmarshal(template.ConfigSchema, &schema), template.Name)
		require.Equal(t, false, schema["additionalProperties"], template.Name)
		explained(t, template.Name, schema)
	}
}

func explained(t *testing.T, at string, schema map[string]any) {
	t.Helper()
	properties, _ := schema["properties"].(map[string]any)
	for name, property := range properties {
		here, member := at+"/"+name, property.(map[string]any)
		require.NotEmpty(t, member["title"], here)
		require.NotEmpty(t, member["description"], here)
		_, standard := member["default"]
		_, examples := member["examples"]
		_, nested := member["properties"]
		require.True(t, standard || examples || nested, "%s has neither a default nor examples", here)
		explained(t, here, member)
	}
	if items, ok := schema["items"].(map[string]any); ok {
		explained(t, at+"/items", items)
	}
}

// refusal is a config that a template refuses.
type refusal struct {
	Name    string          `json:"name"`
	Config  json.RawMessage `json:"config"`
	Pointer string          `json:"pointer"`
	Says    string          `json:"says"` // a part of the sentence
}

// TestConfigsThatAreRefused reads the file refused.json of each template: configs with the place and the words that their authors are told.
func TestConfigsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	for _, template := range templates.All() {
		text, err := os.ReadFile(filepath.Join(template.Name, "refused.json"))
		require.NoError(t, err)
		var refused []refusal
		require.NoError(t, json.Unmarshal(text, &refused), template.Name)
		require.NotEmpty(t, refused, template.Name)
		for _, bad := range refused {
			t.Run(template.Name+"/"+bad.Name, func(t *testing.T) {
				t.Parallel()
				_, err := w.schemas.Apply(t.Context(), "tenant", template.ConfigSchema, bad.Config)
				var list catalog.InvalidErrors
				require.True(t, errors.As(err, &list), "%v", err)
				require.Equal(t, bad.Pointer, list[0].Pointer, "%v", err)
				require.Contains(t, list[0].Detail, bad.Says)
			})
		}
	}
}
