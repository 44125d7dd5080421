// Package types writes the TypeScript declarations that authors of actions and the editor see: the module "durward" with a namespace
// for each trigger, and the globals that an action finds.
//
// The module is derived from package contract. The globals are a file of their own, because they are what the sandbox has, not what
// the contract says; they are to be used without TypeScript's DOM library, which would declare much that is not there.
package types

import (
	_ "embed"
	"sync"

	"github.com/durward/durward/catalog/contract"
)

//go:embed globals.d.ts
var globals string

// Declarations returns the text of an ambient declaration file (durward.d.ts). It is the same on every call.
func Declarations() string { return declarations() }

var declarations = sync.OnceValue(func() string {
	w := &writer{declared: map[string]bool{}}
	w.line("// The types of Durward's actions: import type { LoginAfter } from \"durward\".")
	w.line("// Use them with \"lib\": [\"es2022\"] and \"types\": [] in tsconfig.json: the globals below are all that an action has, and would clash with a browser's or Node's.")
	w.line("")
	w.open(`declare module "durward" {`)
	w.common()
	for _, t := range contract.Triggers() {
		w.trigger(t)
	}
	w.close()
	w.line("")
	w.text.WriteString(globals)
	return w.text.String()
})
