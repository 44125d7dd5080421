// Package templates holds the actions that Durward ships. Each is a folder: the source (action.ts), a manifest that says what it is for and where it can be
// attached, a config schema, and samples — events with the outcomes that are expected for them, which the tests run.
//
// A template is an ordinary action: a tenant's copy of it is bundled, published and pinned like any other.
package templates

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

//go:embed */*.ts */*.json
var folders embed.FS

// Template is a shipped action.
type Template struct {
	// Name is the folder's name and the slug that a copy gets if nothing else is said.
	Name string
	Manifest
	Files        map[string]string
	ConfigSchema json.RawMessage
	Samples      []Sample
}

// Manifest says what a template is.
type Manifest struct {
	Title    string   `json:"title"`
	Purpose  string   `json:"purpose"` // one line
	Category string   `json:"category"`
	Icon     string   `json:"icon"`
	Triggers []string `json:"triggers"`
	Secrets  []string `json:"secrets,omitempty"`
}

// Sample is an event and what the action answers to it.
type Sample struct {
	Name    string          `json:"name"`
	Trigger string          `json:"trigger"`
	Config  json.RawMessage `json:"config"`
	// Event is the body of an execute call.
	Event json.RawMessage `json:"event"`
	// Outcome is what is expected.
	Outcome json.RawMessage `json:"outcome"`
}

// All returns the templates in the order of their names. They are shared and must not be changed.
func All() []Template { return all() }

// Lookup returns the template with that name, and whether there is one.
func Lookup(name string) (Template, bool) {
	for _, t := range all() {
		if t.Name == name {
			return t, true
		}
	}
	return Template{}, false
}

var all = sync.OnceValue(func() []Template {
	entries, err := fs.ReadDir(folders, ".")
	if err != nil {
		panic(err) // embedded
	}
	var list []Template
	for _, entry := range entries {
		t, err := read(entry.Name())
		if err != nil {
			panic(fmt.Sprintf("template %s: %v", entry.Name(), err)) // embedded, and read by a test
		}
		list = append(list, t)
	}
	return list
})

func read(name string) (Template, error) {
	t := Template{Name: name, Files: map[string]string{}}
	entries, err := fs.ReadDir(folders, name)
	if err != nil {
		return t, err
	}
	for _, entry := range entries {
		text, err := fs.ReadFile(folders, path.Join(name, entry.Name()))
		if err != nil {
			return t, err
		}
		switch {
		case strings.HasSuffix(entry.Name(), ".ts"):
			t.Files[entry.Name()] = string(text)
		case entry.Name() == "manifest.json":
			err = json.Unmarshal(text, &t.Manifest)
		case entry.Name() == "schema.json":
			t.ConfigSchema = text
		case entry.Name() == "samples.json":
			err = json.Unmarshal(text, &t.Samples)
		}
		if err != nil {
			return t, fmt.Errorf("%s: %w", entry.Name(), err)
		}
	}
	return t, nil
}
