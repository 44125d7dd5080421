package api

import (
	"encoding/json"
	"time"
)

// Publication is the body of POST /v1/tenants/{tenant}/actions/{action}/versions.
type Publication struct {
	Number  string `json:"number" doc:"A semantic version, without a leading v."`
	Message string `json:"message,omitempty" doc:"What is new."`
}

// VersionInfo is an immutable version without its sources, as lists show it.
type VersionInfo struct {
	Action      string      `json:"action" doc:"The action's slug."`
	Number      string      `json:"number" doc:"The semantic version."`
	Entry       string      `json:"entry" doc:"The path of the file that exports execute, or that those get who import a shared module."`
	Triggers    []string    `json:"triggers" enum:"trigger" doc:"The triggers that the version works at; none of a shared module."`
	Secrets     []string    `json:"secrets,omitempty" doc:"The names of the secrets that it reads."`
	Hosts       []string    `json:"hosts,omitempty" doc:"The hosts that it sends requests to, and the only ones that it reaches; * stands for all that the tenant's egress policy allows."`
	Modules     []ModulePin `json:"modules,omitempty" doc:"The shared modules in the bundle."`
	Bundler     string      `json:"bundler" doc:"What made the bundle."`
	Digest      string      `json:"digest" doc:"SHA-256, in hex, over sources, bundle, source map, schema and triggers."`
	Message     string      `json:"message,omitempty" doc:"What is new."`
	PublishedAt time.Time   `json:"published_at" doc:"When it was published."`
	PublishedBy Actor       `json:"published_by" doc:"Who published it."`
	Recall      *Recall     `json:"recall,omitempty" doc:"Set if the version was recalled: nothing can be attached with it any more."`
	Deprecation *Recall     `json:"deprecation,omitempty" doc:"Set if nobody should begin to use the version; it can be used as before."`

	Capabilities *Capabilities `json:"capabilities,omitempty" doc:"What the version can do; absent if it was published before that was kept."`

	ConfigSchema json.RawMessage `json:"config_schema,omitzero" doc:"The JSON Schema (draft 2020-12) of an attachment's config; absent: none is taken."`
}

// ModulePin is an exact version of a shared module.
type ModulePin struct {
	Module  string `json:"module" doc:"The module's slug."`
	Version string `json:"version" doc:"The semantic version."`
}

// Dependent is a version that has a shared module in it.
type Dependent struct {
	Action        string `json:"action" doc:"The slug of the action, or of another shared module."`
	Version       string `json:"version" doc:"Its version."`
	ModuleVersion string `json:"module_version" doc:"The version of the module that is in it."`
}

// Version is an immutable version with its sources.
type Version struct {
	VersionInfo
	Files     map[string]string `json:"files" doc:"The sources by path; those of shared modules stand below names like durward:crm@1.2.0."`
	Lock      json.RawMessage   `json:"lock,omitzero" schema:"object" doc:"The npm packages and shared modules in the bundle: versions and digests, and which of them each name means; absent if there are none."`
	Bundle    string            `json:"bundle,omitempty" doc:"The script that runs; only where include=bundle asks for it."`
	SourceMap json.RawMessage   `json:"source_map,omitzero" schema:"object" doc:"Leads from the script to the sources (source map version 3); only where include=bundle asks for it."`
}

// Capabilities are what a version can do. What its code does not tell is *, which stands for anything.
type Capabilities struct {
	Hosts       []string  `json:"hosts" doc:"The hosts that it may send requests to, as it declares them; * stands for all that the tenant's egress policy allows."`
	Secrets     []string  `json:"secrets" doc:"The names of the secrets that it may read, as it declares them."`
	Outcomes    []string  `json:"outcomes" doc:"The kinds of outcome that it can answer: continue, block, demand_mfa, redirect; or * alone."`
	APIs        []HostAPI `json:"apis" doc:"The host APIs that its bundle touches, packages included; * among them: perhaps others too."`
	DynamicCode []string  `json:"dynamic_code" doc:"Who has code made from strings, which the sandbox refuses: action, or a package."`
}

// HostAPI is a host API and who touches it.
type HostAPI struct {
	API string   `json:"api" enum:"host_api" doc:"The API, or *."`
	By  []string `json:"by" doc:"action for the action's own files, packages with their versions, and modules of Node.js such as node:https."`
}

// Changes are what a version can do that the one before it could not, and the reverse.
type Changes struct {
	Since   string   `json:"since,omitempty" doc:"The version before it, by semantic versioning; absent if there is none. Of one that has no capabilities, hosts and secrets are compared."`
	Added   []Change `json:"added" doc:"What is new."`
	Removed []Change `json:"removed" doc:"What is gone."`
}

// Change is one capability.
type Change struct {
	Kind string `json:"kind" enum:"capability" doc:"What kind of capability it is."`
	Name string `json:"name" doc:"The host, the secret, the kind of outcome or the host API; * stands for any. For dynamic_code, who has code made."`
}

// Published is the answer to Publication.
type Published struct {
	Version
	Changes  Changes      `json:"changes" doc:"What differs from the version before in what the version can do."`
	Warnings []Diagnostic `json:"warnings,omitempty" doc:"What the bundler warns of, and what the sources name without declaring it."`
}

// DraftCheck is what publishing a draft would say.
type DraftCheck struct {
	Changes  Changes      `json:"changes" doc:"What differs from the newest version in what the draft can do."`
	Warnings []Diagnostic `json:"warnings,omitempty" doc:"What the bundler warns of, and what the sources name without declaring it."`
}

// Verification says whether a version can be made again from what is stored of it.
type Verification struct {
	Same        bool     `json:"same" doc:"Whether building it again made the same bytes."`
	Digest      string   `json:"digest" doc:"The version's digest."`
	Rebuilt     string   `json:"rebuilt" doc:"The digest of what was made now."`
	Bundler     string   `json:"bundler" doc:"What made it now."`
	Differences []string `json:"differences,omitempty" doc:"What is not the same: digest, if what is stored is not what the digest was made of; bundler; bundle; source_map; capabilities."`
}

// Diagnostic is something to tell the author about a place in the sources, or about all of them.
type Diagnostic struct {
	Severity string `json:"severity" enum:"severity" doc:"Whether it keeps the source from being bundled."`
	File     string `json:"file,omitempty" doc:"The path of the file; absent where it is about none in particular."`
	Line     int    `json:"line,omitzero" doc:"Counts from 1; absent where there is no place."`
	Column   int    `json:"column,omitzero" doc:"Counts from 1, in UTF-16 code units."`
	Length   int    `json:"length,omitzero" doc:"In UTF-16 code units."`
	LineText string `json:"line_text,omitempty" doc:"The line itself."`
	Text     string `json:"text" doc:"What is wrong."`
	Hint     string `json:"hint,omitempty" doc:"What would be right, where that is known."`
}
