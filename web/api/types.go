package api

import "time"

// DraftTypes are what an editor has to know of a draft besides its files.
type DraftTypes struct {
	Files    map[string]string `json:"files" doc:"TypeScript declarations by path: durward.d.ts, with the triggers, the outcomes, the globals, and the action's own Config and Secrets."`
	Packages string            `json:"packages,omitempty" doc:"The digest under which types/{digest} has the declarations of the draft's packages and shared modules; absent if it declares no dependencies."`
}

// PackageTypes are the declarations of the packages and shared modules of one lock. They never change.
type PackageTypes struct {
	Digest   string            `json:"digest" doc:"Names this document: SHA-256, in hex, over the lock and the document's format."`
	Files    map[string]string `json:"files" doc:"Declaration files, what TypeScript reads of each package.json, and the sources of shared modules, by path. All are below node_modules, where TypeScript looks for them."`
	Packages []TypedPackage    `json:"packages" doc:"The packages and then the shared modules that the draft declares, without packages of types alone."`
	Complete bool              `json:"complete" doc:"Whether nothing was left out because it is too large."`
}

// TypedPackage is a package and where its types come from.
type TypedPackage struct {
	Name    string `json:"name" doc:"The name that the action imports it by; of a shared module durward:NAME."`
	Version string `json:"version" doc:"The exact version."`
	Types   string `json:"types" enum:"types_source" doc:"own: the package has types, or the module is in TypeScript; declared: a package of @types that the draft declares; none: everything in it is any."`
}

// Publishing is what a tenant asks of drafts that are published.
type Publishing struct {
	Revision           int       `json:"revision" doc:"Counts the saves; 0 before the first."`
	TypeCheck          string    `json:"type_check" enum:"type_check" doc:"What is done with a draft whose types are wrong: off, they are not checked; warn, it is published with warnings; refuse, it is not published."`
	TypeCheckAvailable bool      `json:"type_check_available" doc:"Whether the server has the TypeScript compiler that this needs."`
	UpdatedAt          time.Time `json:"updated_at,omitzero" doc:"When it was saved; absent before the first save."`
	UpdatedBy          *Actor    `json:"updated_by,omitempty" doc:"Who saved it."`
}

// PublishingChange is the body of PUT /v1/tenants/{tenant}/publishing. It takes the place of all that was said before.
type PublishingChange struct {
	Revision  *int   `json:"revision,omitempty" doc:"The revision that the change was made from; 409 if it is no longer the newest. Default: not checked."`
	TypeCheck string `json:"type_check,omitempty" enum:"type_check" doc:"What is done with a draft whose types are wrong. Default: off."`
}
