package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/web/api"
)

// The files and folders of a set-up:
//
//	actions/SLUG/action.json         name, description, kind, and what is known of the versions
//	actions/SLUG/draft               the draft, as action push takes it
//	actions/SLUG/versions/NUMBER     a version's sources, in the same form
//	flows/SLUG.json                  kind, name and slots
//	egress.json, secrets.json
const (
	actionsFolder  = "actions"
	flowsFolder    = "flows"
	draftFolder    = "draft"
	versionsFolder = "versions"
	egressFile     = "egress.json"
	secretsList    = "secrets.json"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// writeSetup writes a set-up into a folder. What is written twice is the same bytes.
func writeSetup(dir string, s *setup) error {
	if err := s.checkNames(); err != nil {
		return err
	}
	for _, slug := range sortedKeys(s.actions) {
		if err := writeAction(filepath.Join(dir, actionsFolder, slug), s.actions[slug]); err != nil {
			return fmt.Errorf("action %s: %w", slug, err)
		}
	}
	for _, slug := range sortedKeys(s.flows) {
		if err := writeDocument(filepath.Join(dir, flowsFolder, slug+".json"), s.flows[slug]); err != nil {
			return err
		}
	}
	if s.egress != nil {
		if err := writeDocument(filepath.Join(dir, egressFile), s.egress); err != nil {
			return err
		}
	}
	return writeDocument(filepath.Join(dir, secretsList), s.secrets)
}

// checkNames refuses names that would lead out of the folder: they come from the server.
func (s *setup) checkNames() error {
	names := append(sortedKeys(s.actions), sortedKeys(s.flows)...)
	for _, a := range s.actions {
		names = append(names, sortedKeys(a.versions)...)
	}
	for _, name := range names {
		if !filepath.IsLocal(name) || strings.ContainsAny(name, `/\`) {
			return fmt.Errorf("%q is no name for a file", name)
		}
	}
	return nil
}

func writeAction(dir string, a *actionSetup) error {
	if err := writeDocument(filepath.Join(dir, manifestFile), a.about); err != nil {
		return err
	}
	folders := map[string]*api.Source{}
	if a.draft != nil && len(a.draft.Files) > 0 {
		folders[draftFolder] = a.draft
	}
	for number, source := range a.versions {
		folders[filepath.Join(versionsFolder, number)] = source
	}
	for _, name := range sortedKeys(folders) {
		folder, source := filepath.Join(dir, name), *folders[name]
		if source.Entry == (&catalog.Draft{Files: source.Files}).EntryFile() {
			source.Entry = "" // it is what it would be anyway; a version says so, and a draft need not
		}
		if err := writeSource(folder, api.Draft{Source: source}); err != nil {
			return err
		}
		back, err := readSourceFolder(folder)
		if err != nil {
			return err
		}
		if !same(normal(*back), normal(*folders[name])) {
			return fmt.Errorf("%s: its sources have files that a folder cannot hold, such as %s or one that begins with a dot: rename them", name, manifestFile)
		}
	}
	return nil
}

func writeDocument(name string, value any) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o644)
}

// readSetup reads what writeSetup has written, or somebody in the same form.
func readSetup(dir string) (*setup, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, &usageError{fmt.Sprintf("%s is no folder; \"durward export %s\" makes one", dir, dir)}
	}
	s := &setup{actions: map[string]*actionSetup{}, flows: map[string]*flowSetup{}}
	for _, slug := range entries(filepath.Join(dir, actionsFolder)) {
		a, err := readAction(filepath.Join(dir, actionsFolder, slug))
		if err != nil {
			return nil, err
		}
		s.actions[slug] = a
	}
	for _, name := range entries(filepath.Join(dir, flowsFolder)) {
		slug, ok := strings.CutSuffix(name, ".json")
		if !ok {
			continue
		}
		f := &flowSetup{}
		if err := readDocument(filepath.Join(dir, flowsFolder, name), f); err != nil {
			return nil, err
		}
		s.flows[slug] = f
	}
	egress := &egressSetup{}
	switch err := readDocument(filepath.Join(dir, egressFile), egress); {
	case err == nil:
		s.egress = egress
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if err := readDocument(filepath.Join(dir, secretsList), &s.secrets); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if len(s.actions)+len(s.flows) == 0 && s.egress == nil {
		return nil, &usageError{fmt.Sprintf("%s holds no set-up: it has no %s, %s or %s", dir, actionsFolder, flowsFolder, egressFile)}
	}
	return s, nil
}

func readAction(dir string) (*actionSetup, error) {
	a := &actionSetup{versions: map[string]*api.Source{}}
	if err := readDocument(filepath.Join(dir, manifestFile), &a.about); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var err error
	if _, statErr := os.Stat(filepath.Join(dir, draftFolder)); statErr == nil {
		if a.draft, err = readSourceFolder(filepath.Join(dir, draftFolder)); err != nil {
			return nil, err
		}
	}
	for _, number := range entries(filepath.Join(dir, versionsFolder)) {
		if a.versions[number], err = readSourceFolder(filepath.Join(dir, versionsFolder, number)); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func readSourceFolder(dir string) (*api.Source, error) {
	change, err := readFolder(dir)
	if err != nil {
		return nil, err
	}
	source := api.Source{
		Files: change.Files, Triggers: change.Triggers, ConfigSchema: change.ConfigSchema, Secrets: change.Secrets, Hosts: change.Hosts, Dependencies: change.Dependencies,
	}
	if change.Entry != nil {
		source.Entry = *change.Entry
	}
	return &source, nil
}

// entries are the names in a folder, but for hidden ones; none if there is no such folder.
func entries(dir string) []string {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range list {
		if !strings.HasPrefix(entry.Name(), ".") {
			names = append(names, entry.Name())
		}
	}
	return names
}

func readDocument(name string, to any) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := decodeStrict(text, to); err != nil {
		return &usageError{fmt.Sprintf("%s: %v", name, err)}
	}
	return nil
}
