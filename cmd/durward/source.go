package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/web/api"
)

// An action's folder holds its sources and, in action.json, what else belongs to the draft.
const (
	manifestFile = "action.json"
	schemaFile   = "schema.json"
	packageFile  = "package.json"
)

// manifest is the content of action.json. What is absent stays as it is in the draft.
type manifest struct {
	Entry    string   `json:"entry,omitempty"`
	Triggers []string `json:"triggers,omitempty"`
	Secrets  []string `json:"secrets,omitempty"`
	Hosts    []string `json:"hosts,omitempty"`
	// Dependencies are npm packages: names and ranges. Default: those of package.json, if it is there.
	Dependencies map[string]string `json:"dependencies,omitempty"`
	// Schema is the path of the config schema within the folder. Default: schema.json, if it is there.
	Schema string `json:"schema,omitempty"`
}

// readSource reads what push sends: one folder, or files.
func readSource(paths []string) (api.DraftChange, error) {
	if len(paths) == 1 {
		info, err := os.Stat(paths[0])
		if err != nil {
			return api.DraftChange{}, err
		}
		if info.IsDir() {
			return readFolder(paths[0])
		}
	}
	return readFiles(paths)
}

func readFolder(dir string) (api.DraftChange, error) {
	root := os.DirFS(dir)
	m, err := readManifest(root)
	if err != nil {
		return api.DraftChange{}, fmt.Errorf("%s: %w", filepath.Join(dir, manifestFile), err)
	}
	if m.Dependencies == nil {
		if m.Dependencies, err = packageDependencies(root); err != nil {
			return api.DraftChange{}, fmt.Errorf("%s: %w", dir, err)
		}
	}
	change := api.DraftChange{Files: map[string]string{}, Triggers: m.Triggers, Secrets: m.Secrets, Hosts: m.Hosts, Dependencies: m.Dependencies}
	if m.Entry != "" {
		change.Entry = &m.Entry
	}
	schema := m.Schema
	if schema == "" {
		schema = schemaFile
	}
	change.ConfigSchema, err = fs.ReadFile(root, schema)
	if err != nil && (m.Schema != "" || !errors.Is(err, fs.ErrNotExist)) {
		return api.DraftChange{}, err
	}
	err = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules"):
			return fs.SkipDir
		case entry.IsDir() && isServerData(root, name):
			return fs.SkipDir
		case !entry.Type().IsRegular() || !isSource(name) || name == schema:
			return nil
		}
		text, err := fs.ReadFile(root, name)
		change.Files[name] = string(text)
		return err
	})
	if err == nil && len(change.Files) == 0 {
		err = &usageError{fmt.Sprintf("%s holds no sources: an action is TypeScript or JavaScript, for example action.ts", dir)}
	}
	return change, err
}

func readManifest(root fs.FS) (manifest, error) {
	text, err := fs.ReadFile(root, manifestFile)
	if errors.Is(err, fs.ErrNotExist) {
		return manifest{}, nil
	}
	if err != nil {
		return manifest{}, err
	}
	var m manifest
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return manifest{}, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return manifest{}, errors.New("there is more after the object")
	}
	return m, nil
}

// isServerData says whether a folder is the data directory of a server, as the demo makes one in the folder where it is started: its keys are in it, as JSON.
func isServerData(root fs.FS, dir string) bool {
	_, err := fs.Stat(root, path.Join(dir, "durward.db"))
	return err == nil
}

// checkEntry refuses a folder that is not the one of an action but, say, the one above it: all that is below would be sent.
func checkEntry(dir string, change *api.DraftChange) error {
	if change.Entry != nil || len(change.Files) == 1 {
		return nil
	}
	for _, name := range catalog.Entries() {
		if _, ok := change.Files[name]; ok {
			return nil
		}
	}
	return &usageError{fmt.Sprintf("%s is no action's folder: it has none of %s; if it is one, say which file exports execute, with --entry or in %s",
		dir, strings.Join(catalog.Entries(), ", "), manifestFile)}
}

// isSource says whether a file of a folder is part of the action, and not one of those that editors and package managers keep beside it.
func isSource(name string) bool {
	switch path.Base(name) {
	case manifestFile, packageFile, "package-lock.json", "tsconfig.json":
		return false
	}
	switch path.Ext(name) {
	case ".ts", ".mts", ".cts":
		return !strings.HasSuffix(strings.TrimSuffix(name, path.Ext(name)), ".d")
	case ".js", ".mjs", ".cjs", ".json":
		return !strings.HasPrefix(path.Base(name), ".")
	}
	return false
}

// readFiles reads files that are named one by one. Their paths in the action start at the folder that they have in common.
func readFiles(paths []string) (api.DraftChange, error) {
	common := filepath.Dir(filepath.Clean(paths[0]))
	for _, p := range paths {
		for !within(common, filepath.Clean(p)) {
			common = filepath.Dir(common)
		}
	}
	change := api.DraftChange{Files: map[string]string{}}
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if err != nil {
			return api.DraftChange{}, err
		}
		name, err := filepath.Rel(common, p)
		if err != nil {
			return api.DraftChange{}, err
		}
		change.Files[filepath.ToSlash(name)] = string(text)
	}
	return change, nil
}

func within(dir, file string) bool {
	rel, err := filepath.Rel(dir, file)
	return err != nil || filepath.IsLocal(rel) || dir == filepath.Dir(dir)
}

// writeSource writes a draft into a folder, which readFolder reads back. The paths come from the server and cannot lead out of the folder.
func writeSource(dir string, d api.Draft) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	for _, name := range slices.Sorted(maps.Keys(d.Files)) {
		if err := root.MkdirAll(filepath.FromSlash(path.Dir(name)), 0o755); err != nil {
			return err
		}
		if err := root.WriteFile(filepath.FromSlash(name), []byte(d.Files[name]), 0o644); err != nil {
			return err
		}
	}
	m := manifest{Entry: d.Entry, Triggers: d.Triggers, Secrets: d.Secrets, Hosts: d.Hosts, Dependencies: d.Dependencies}
	if len(d.ConfigSchema) > 0 {
		m.Schema = schemaFile
		if err := writeJSON(root, schemaFile, d.ConfigSchema); err != nil {
			return err
		}
	}
	return writeJSON(root, manifestFile, m)
}

func writeJSON(root *os.Root, name string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return root.WriteFile(name, append(text, '\n'), 0o644)
}

// printFiles lists sources by path and size.
func printFiles(w io.Writer, files map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(w, "  %s (%d bytes)\n", name, len(files[name]))
	}
}
