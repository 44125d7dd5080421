package catalog

import (
	"encoding/json"
	"time"

	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
)

// ActionSlug names an action within its tenant. It never changes.
type ActionSlug string

// ActionKind says where an action's source comes from.
type ActionKind string

// The kinds of action.
const (
	ActionCustom   ActionKind = "custom"   // written by the tenant
	ActionTemplate ActionKind = "template" // taken from a shipped template, configured by its form
	ActionModule   ActionKind = "module"   // shared code: actions import its versions, and it runs nowhere by itself
)

// Action is a piece of reusable logic. What runs are its versions; what is edited is its draft.
type Action struct {
	Tenant      TenantID
	Slug        ActionSlug
	Name        string
	Description string
	Kind        ActionKind
	Template    string // the template that the draft was made from; empty for a custom action
	CreatedAt   time.Time
	CreatedBy   audit.Actor
	// Latest is the number of the version published last; empty before the first.
	Latest string
}

// Draft is the one mutable source of an action. Saving or running it never touches what is live.
type Draft struct {
	// Revision counts the saves, from 1. A save names the revision that it was made from, so that two authors cannot overwrite each other unseen.
	Revision int
	// Files are the sources by path, for example "action.ts" or "lib/domains.ts".
	Files map[string]string
	// Entry is the path of the file that exports execute; empty means the first of [Entries] that exists, or the only file.
	Entry    string
	Triggers []contract.TriggerID
	// ConfigSchema is a JSON Schema (draft 2020-12) for an attachment's config; empty means that the action takes no config.
	ConfigSchema json.RawMessage
	// Secrets are the names of the secrets that the action reads.
	Secrets []string
	// Hosts are those that the action sends requests to, as in [Egress]; it can reach no others then. Empty: those that the tenant's policy allows.
	Hosts []string
	// Dependencies are the npm packages that the action imports, and the shared modules, as durward:NAME: names and ranges.
	Dependencies map[string]string
	// Lock is what the dependencies were settled on when they were saved, as [Packages] wrote it; empty if there are none.
	Lock json.RawMessage
	// Origin says which template and release the sources came from. The catalog sets it.
	Origin    Origin
	UpdatedAt time.Time
	UpdatedBy audit.Actor
}

// Entries are the paths that are tried, in this order, where a draft names no entry file.
func Entries() []string {
	return []string{"action.ts", "action.js", "index.ts", "index.js", "main.ts", "main.js"}
}

// EntryFile returns the path of the entry file, or "" if the draft does not say and it cannot be told.
func (d *Draft) EntryFile() string {
	if d.Entry != "" {
		if _, ok := d.Files[d.Entry]; ok {
			return d.Entry
		}
		return ""
	}
	for _, path := range Entries() {
		if _, ok := d.Files[path]; ok {
			return path
		}
	}
	if len(d.Files) == 1 {
		for path := range d.Files {
			return path
		}
	}
	return ""
}
