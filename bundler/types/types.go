// Package types writes the TypeScript declarations that authors of actions and the editor see: the module "durward" with a namespace
// for each trigger, and the globals and modules of Node.js that an action finds.
//
// The module is derived from package contract, and from what an action declares. The rest is written out in two files, because it is what the sandbox has, not what
// the contract says; they are to be used without TypeScript's DOM library and Node's types, which would declare much that is not there.
package types

import (
	_ "embed"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/durward/durward/catalog/contract"
)

//go:embed globals.d.ts
var globals string

//go:embed node.d.ts
var node string

// FileName is what the file of the declarations is called.
const FileName = "durward.d.ts"

// Action is what of an action its declarations depend on.
type Action struct {
	// ConfigSchema is the JSON Schema (draft 2020-12) of its config; empty: it takes none.
	ConfigSchema json.RawMessage
	// Secrets are the names of those that it declares.
	Secrets []string
	// Modules leads from the shared modules that it declares, as durward:NAME, to the packages that have their types. Everything is any in a module that is not here.
	Modules map[string]string
}

// Declarations returns the text of an ambient declaration file for any action. It is the same on every call. What an action has in its config and which secrets, it leaves open.
func Declarations() string { return declarations() }

var declarations = sync.OnceValue(func() string { return write(nil) })

// For returns the text of an ambient declaration file for one action, in which the types Config and Secrets are what it declares. The same action has the same text always.
func For(a Action) string { return write(&a) }

func write(a *Action) string {
	w := &writer{declared: map[string]bool{}}
	w.line("// The types of Durward's actions: import type { LoginAfter } from \"durward\".")
	w.line("// Use them with \"lib\": [\"es2022\"] and \"types\": [] in tsconfig.json: the globals below are all that an action has, and would clash with a browser's or Node's.")
	w.line("")
	w.open(`declare module "durward" {`)
	w.common(a)
	for _, t := range contract.Triggers() {
		w.trigger(t)
	}
	w.close()
	w.line("")
	w.text.WriteString(globals)
	w.line("")
	w.text.WriteString(node)
	w.shortNames()
	w.line("")
	w.doc("Shared modules whose types are not known: everything in them is any.")
	w.line(`declare module "durward:*";`)
	w.line(`declare module "actions:*";`)
	if a != nil {
		w.modules(a.Modules)
	}
	return w.text.String()
}

// modules declares the shared modules of an action, by both names that they can be imported by.
func (w *writer) modules(packages map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		w.line("")
		w.sameAs(name, packages[name])
		w.line("")
		w.sameAs("actions:"+strings.TrimPrefix(name, "durward:"), packages[name])
	}
}

// sameAs declares a module that is another one.
func (w *writer) sameAs(name, other string) {
	w.open(`declare module "` + name + `" {`)
	w.line(`import module = require("` + other + `");`)
	w.line("export = module;")
	w.close()
}

var nodeModule = regexp.MustCompile(`(?m)^declare module "node:(.*)" \{$`)

// shortNames declares the modules of Node.js by their names without the prefix.
func (w *writer) shortNames() {
	for _, module := range nodeModule.FindAllStringSubmatch(node, -1) {
		w.line("")
		w.sameAs(module[1], "node:"+module[1])
	}
}

// action declares what the config and the secrets of an action are; a may be nil.
func (w *writer) action(a *Action) {
	if a == nil {
		w.doc("The config of an attachment.")
		w.line("export type Config = OpenObject;")
		w.line("")
		w.doc("The secrets that an action declares, by name. One that the tenant has not set is not there.")
		w.line("export type Secrets = { readonly [name: string]: string | undefined };")
		w.line("")
		return
	}
	w.config(a.ConfigSchema)
	w.doc("The secrets that the action declares. One that the tenant has not set is not there.")
	w.open("export interface Secrets {")
	for _, name := range a.Secrets {
		w.line("readonly " + strings.TrimSpace(name) + "?: string;")
	}
	w.close()
	w.line("")
}
