package main

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/web/api"
)

// setup is what a tenant has set up, as export writes it and plan compares it: no keys, no values of secrets, no history.
type setup struct {
	actions map[string]*actionSetup
	flows   map[string]*flowSetup
	egress  *egressSetup // nil: nothing is said of it
	secrets []secretSetup
}

// actionSetup is an action with its draft and those of its versions that flows pin; of a shared module all versions.
type actionSetup struct {
	about    actionAbout
	draft    *api.Source // nil: nothing is said of it
	versions map[string]*api.Source
}

// actionAbout is the content of action.json in an action's folder.
type actionAbout struct {
	Name        string                  `json:"name,omitempty"`
	Description string                  `json:"description,omitempty"`
	Kind        string                  `json:"kind,omitempty"`
	Template    string                  `json:"template,omitempty"`
	Versions    map[string]versionAbout `json:"versions,omitempty"`
}

type versionAbout struct {
	Message string `json:"message,omitempty"`
	// Digest is that of the version as it was exported. One with the same sources may get another one, if its dependencies are settled anew.
	Digest string `json:"digest,omitempty"`
}

// flowSetup is the content of a file in flows.
type flowSetup struct {
	Kind  string              `json:"kind"`
	Name  string              `json:"name,omitempty"`
	Slots map[string]api.Slot `json:"slots,omitempty"`
}

// egressSetup is the content of egress.json.
type egressSetup struct {
	Hosts   []string `json:"hosts,omitempty"`
	Methods []string `json:"methods,omitempty"`
	Schemes []string `json:"schemes,omitempty"`
}

// secretSetup is an entry of secrets.json: what a secret is for, and not its value.
type secretSetup struct {
	Name     string   `json:"name"`
	Brokered bool     `json:"brokered,omitempty"`
	Hosts    []string `json:"hosts,omitempty"`
}

const moduleKind = "module"

// moduleScheme begins the name of a dependency that is a shared module.
const moduleScheme = "durward:"

// order returns the actions in an order in which each comes behind the modules that its draft or its versions import.
func (s *setup) order() []string {
	var list []string
	seen := map[string]bool{}
	var visit func(slug string)
	visit = func(slug string) {
		a := s.actions[slug]
		if a == nil || seen[slug] {
			return
		}
		seen[slug] = true
		for _, module := range a.modules() {
			visit(module)
		}
		list = append(list, slug)
	}
	for _, slug := range sortedKeys(s.actions) {
		visit(slug)
	}
	return list
}

// modules are the slugs of the shared modules that an action imports.
func (a *actionSetup) modules() []string {
	var list []string
	for _, source := range a.sources() {
		for name := range source.Dependencies {
			if slug, ok := strings.CutPrefix(name, moduleScheme); ok {
				list = append(list, slug)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (a *actionSetup) sources() []*api.Source {
	var list []*api.Source
	if a.draft != nil {
		list = append(list, a.draft)
	}
	for _, number := range a.numbers() {
		list = append(list, a.versions[number])
	}
	return list
}

// numbers are the versions, oldest first by precedence.
func (a *actionSetup) numbers() []string {
	list := sortedKeys(a.versions)
	slices.SortStableFunc(list, func(x, y string) int {
		one, err1 := versions.ParseNumber(x)
		two, err2 := versions.ParseNumber(y)
		if err1 != nil || err2 != nil {
			return cmp.Compare(x, y)
		}
		return one.Compare(two)
	})
	return list
}

// same says whether two values have the same JSON. Empty lists and objects are as good as absent ones, because all of those here are left out when they are empty.
func same(a, b any) bool {
	return string(canonical(a)) == string(canonical(b))
}

// canonical is the JSON of a value with the members of all objects in order.
func canonical(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	var plain any
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.UseNumber()
	if dec.Decode(&plain) != nil {
		return text
	}
	if text, err = json.Marshal(plain); err != nil {
		return nil
	}
	return text
}

// normal is a source as it is compared: what is absent is absent, however it was said, the entry is named, and lists without an order are sorted.
func normal(s api.Source) api.Source {
	for _, list := range []*[]string{&s.Triggers, &s.Secrets, &s.Hosts} {
		*list = slices.Sorted(slices.Values(*list))
	}
	s.Entry = (&catalog.Draft{Files: s.Files, Entry: s.Entry}).EntryFile()
	if len(s.Dependencies) == 0 {
		s.Dependencies = nil
	}
	if string(s.ConfigSchema) == "null" {
		s.ConfigSchema = nil
	}
	return s
}
