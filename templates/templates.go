// Package templates holds the actions that Durward ships. Each is a folder: the source (action.ts), a manifest that says what it is for and where it can be
// attached, a config schema, and samples — events with the outcomes that are expected for them, which the tests run. The folder lib holds files that several of them import.
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
	"time"
)

//go:embed */action.ts */manifest.json */schema.json */samples.json lib/*.ts
var folders embed.FS

// shared is the folder of the files that templates share; a template's copy has those that it imports in a folder of the same name.
const shared = "lib"

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
	Title    string `json:"title"`
	Purpose  string `json:"purpose"` // one line
	Category string `json:"category"`
	Icon     string `json:"icon"`
	// Notes are paragraphs for the documentation: what the schema cannot say, and what the template does not do.
	Notes    []string `json:"notes,omitempty"`
	Triggers []string `json:"triggers"`
	Secrets  []string `json:"secrets,omitempty"`
	Hosts    []string `json:"hosts,omitempty"`
	// Lib are the files of the folder lib that it imports, without the ending.
	Lib []string `json:"lib,omitempty"`
	// Releases are what changed, the newest first.
	Releases []Release `json:"releases"`
}

// Release is a state of a template that was shipped.
type Release struct {
	Version string `json:"version"` // semantic
	Changes string `json:"changes"` // one line
}

// Version is the number of the release that is shipped now.
func (m *Manifest) Version() string { return m.Releases[0].Version }

// Sample is a call, or several that follow each other, and what the action answers.
type Sample struct {
	Name    string            `json:"name"`
	Trigger string            `json:"trigger"`
	Config  json.RawMessage   `json:"config,omitempty"`
	Secrets map[string]string `json:"secrets,omitempty"`
	// Clock is what the action finds the time to be. Default: the real time.
	Clock time.Time `json:"clock,omitzero"`
	Exchange
	// Then are the calls that follow, with what the first one has left in the action's cache and counters.
	Then []Exchange `json:"then,omitempty"`
}

// Exchange is one call and its answer.
type Exchange struct {
	// Event is the body of an execute call.
	Event json.RawMessage `json:"event"`
	// Outcome is what is expected.
	Outcome json.RawMessage `json:"outcome,omitempty"`
	// Failure is a part of the message of the failure that is expected in the place of an outcome.
	Failure string `json:"failure,omitempty"`
	// Requests are those that the action sends, in order.
	Requests []Request `json:"requests,omitempty"`
}

// Request is a request that an action sends, and what comes back.
type Request struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"` // those that matter, by their names in lower case
	Body    json.RawMessage   `json:"body,omitempty"`    // a string that is not JSON, or JSON
	Answer  Answer            `json:"answer,omitzero"`
	Error   string            `json:"error,omitempty"` // the code of the error in the place of an answer
}

// Answer is what comes back to a request.
type Answer struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body,omitempty"`
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
		if entry.Name() == shared {
			continue
		}
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
	for _, name := range t.Lib {
		file := path.Join(shared, name+".ts")
		text, err := fs.ReadFile(folders, file)
		if err != nil {
			return t, err
		}
		t.Files[file] = string(text)
	}
	return t, nil
}
