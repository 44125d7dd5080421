// Package progress lets work that may take long say how far it is to whoever asked for it.
//
// Whoever asks puts a function into the context with [Watch]; the work, however many packages away, calls [Report] with each [Step]. Steps are news and no results: they may be lost, and
// nothing may depend on them.
package progress

import "context"

// Stage is a part of the work.
type Stage string

// The stages, in the order in which they come. Work that needs none of what a stage does leaves it out.
const (
	Wait     Stage = "wait"     // others are being served
	Resolve  Stage = "resolve"  // ranges of dependencies become versions
	Download Stage = "download" // archives come from the registry
	Unpack   Stage = "unpack"   // archives are checked and unpacked
	Bundle   Stage = "bundle"   // the sources become one script, which is loaded once
	Check    Stage = "check"    // types are checked
	Run      Stage = "run"
	Store    Stage = "store"
)

// Stages returns all of them, in order.
func Stages() []Stage { return []Stage{Wait, Resolve, Download, Unpack, Bundle, Check, Run, Store} }

// Step says how far a stage is. A field that means nothing in the stage is zero.
type Step struct {
	Stage   Stage
	Package string // that is being worked on, as name or name@version
	Done    int    // packages
	Total   int    // packages; zero where it is not known beforehand
	Bytes   int64  // that have come from the registry
}

type key struct{}

// Watch returns a context in which report gets the steps. It is called by several goroutines, also at once, and keeps them waiting until it returns.
func Watch(ctx context.Context, report func(Step)) context.Context {
	return context.WithValue(ctx, key{}, report)
}

// Report tells a step to whoever watches ctx.
func Report(ctx context.Context, s Step) {
	if report, ok := ctx.Value(key{}).(func(Step)); ok {
		report(s)
	}
}
