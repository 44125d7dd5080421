package catalog

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/durward/durward/catalog/contract"
)

// Bounds of a draft. What a source may contain is the bundler's business.
const (
	MaxFiles       = 200
	MaxFileBytes   = 1 << 20
	MaxSourceBytes = 5 << 20
	MaxSchemaBytes = 256 << 10
	MaxSecrets     = 50
	maxTriggers    = 100 // named, also twice
	maxDescription = 4000

	MaxDependencies = 100
	maxRequirement  = 256
)

var (
	pathPattern   = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$`)
	secretPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)
)

func checkDescription(s string) error {
	if len(s) > maxDescription {
		return invalid("/description", "a description has at most %d bytes", maxDescription)
	}
	return nil
}

// checkDraft checks all but the schema's content, and sorts what has no order.
func checkDraft(kind ActionKind, d *Draft) error {
	var list InvalidErrors
	add := list.add
	if kind == ActionModule {
		checkModule(d, add)
	}
	checkFiles(d, add)
	checkTriggers(d, add)
	checkSecretNames(d, add)
	checkDeclaredHosts(d.Hosts, add)
	checkDependencies(d.Dependencies, add)
	if len(d.ConfigSchema) > MaxSchemaBytes {
		add("/config_schema", "a schema has at most %d bytes", MaxSchemaBytes)
	}
	if len(list) > 0 {
		return list
	}
	d.Triggers = sorted(d.Triggers)
	d.Secrets = sorted(d.Secrets)
	d.Hosts = sorted(d.Hosts)
	return nil
}

// checkModule refuses what only an action can have. What a module may do is decided by each action that imports it.
func checkModule(d *Draft, add func(pointer, format string, args ...any)) {
	for _, part := range []struct {
		pointer string
		there   bool
	}{
		{"/triggers", len(d.Triggers) > 0}, {"/config_schema", len(d.ConfigSchema) > 0}, {"/secrets", len(d.Secrets) > 0}, {"/hosts", len(d.Hosts) > 0},
	} {
		if part.there {
			add(part.pointer, "a shared module has none of its own: the actions that import it declare them")
		}
	}
}

func checkTriggers(d *Draft, add func(pointer, format string, args ...any)) {
	if len(d.Triggers) > maxTriggers {
		add("/triggers", "an action has at most %d triggers", maxTriggers)
		return
	}
	for i, id := range d.Triggers {
		if _, ok := contract.Lookup(id); !ok {
			add(fmt.Sprintf("/triggers/%d", i), "there is no trigger %q; GET /v1/triggers lists them", clip(string(id), 80))
		}
	}
}

func checkSecretNames(d *Draft, add func(pointer, format string, args ...any)) {
	if len(d.Secrets) > MaxSecrets {
		add("/secrets", "an action has at most %d secrets", MaxSecrets)
		return
	}
	for i, name := range d.Secrets {
		if !secretPattern.MatchString(name) {
			add(fmt.Sprintf("/secrets/%d", i), "%q is not a secret's name: use letters, digits and underscores, at most 64", clip(name, 80))
		}
	}
}

func checkFiles(d *Draft, add func(pointer, format string, args ...any)) {
	if len(d.Files) > MaxFiles { // before any of them is looked at
		add("/files", "an action has at most %d files", MaxFiles)
		return
	}
	total := 0
	for _, path := range slices.Sorted(maps.Keys(d.Files)) {
		text := d.Files[path]
		total += len(text)
		if len(path) > 200 || !pathPattern.MatchString(path) {
			add(pointer([]string{"files", clip(path, 80)}), "a path is names joined by slashes, each of letters, digits, hyphens, underscores and dots, and none starting with a dot")
		}
		if len(text) > MaxFileBytes {
			add(pointer([]string{"files", clip(path, 80)}), "a file has at most %d bytes", MaxFileBytes)
		}
	}
	if total > MaxSourceBytes {
		add("/files", "an action's files have at most %d bytes together", MaxSourceBytes)
	}
	if _, ok := d.Files[d.Entry]; d.Entry != "" && len(d.Files) > 0 && !ok {
		add("/entry", "there is no file %q", clip(d.Entry, 80))
	}
}

func sorted[T ~string](list []T) []T {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}
