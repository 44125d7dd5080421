package vm

import "github.com/dop251/goja"

// surface is what one execution has of the host surface: the parts that host scripts have made so far, and what was asked of the network.
type surface struct {
	events, pairs, headers, streams, forms, fetch, urls *goja.Object // nil until they are needed

	requests int
	bytes    int // sent and received
}

// part returns what a host script makes, and makes it when it is asked for first: making one part costs as much as a small execution.
func (x *Execution) part(made **goja.Object, run func() *goja.Object) *goja.Object {
	if *made == nil {
		*made = run()
	}
	return *made
}

func (x *Execution) events() *goja.Object {
	return x.part(&x.surface.events, func() *goja.Object { return x.runScript(eventsProgram(), x.eventsNatives()) })
}

func (x *Execution) pairs() *goja.Object {
	return x.part(&x.surface.pairs, func() *goja.Object { return x.runScript(pairsProgram(), map[string]native{}) })
}

func (x *Execution) headers() *goja.Object {
	return x.part(&x.surface.headers, func() *goja.Object { return x.runScript(headersProgram(), x.headersNatives(), x.pairs()) })
}

func (x *Execution) streams() *goja.Object {
	return x.part(&x.surface.streams, func() *goja.Object { return x.runScript(streamsProgram(), x.streamNatives(), x.pairs()) })
}

func (x *Execution) forms() *goja.Object {
	return x.part(&x.surface.forms, func() *goja.Object { return x.runScript(formsProgram(), x.formNatives(), x.pairs()) })
}

func (x *Execution) fetches() *goja.Object {
	return x.part(&x.surface.fetch, func() *goja.Object { return x.runScript(fetchProgram(), x.fetchNatives(), x.pairs(), x.headers()) })
}

func (x *Execution) urls() *goja.Object {
	return x.part(&x.surface.urls, func() *goja.Object { return x.runScript(urlProgram(), x.urlNatives(), x.pairs()) })
}

func (x *Execution) installEvents()  { x.defineAll(x.events()) }
func (x *Execution) installHeaders() { x.defineAll(x.headers()) }
func (x *Execution) installStreams() { x.defineAll(x.streams()) }
func (x *Execution) installForms()   { x.defineAll(x.forms()) }
func (x *Execution) installFetch()   { x.defineAll(x.fetches()) }
func (x *Execution) installURL()     { x.defineAll(x.urls()) }

// defineAll makes globals of what a host script made.
func (x *Execution) defineAll(parts *goja.Object) {
	globals := parts.Get("globals").(*goja.Object)
	for _, name := range globals.Keys() {
		x.define(name, globals.Get(name))
	}
}

// as asks a part whether it made a value, with its function is, and returns what its function of finds behind it. A part that is not there has made nothing.
func (x *Execution) as(part *goja.Object, is, of string, value goja.Value) (goja.Value, bool) {
	if part == nil || !mustCall(callable(part, is), value).ToBoolean() {
		return nil, false
	}
	return mustCall(callable(part, of), value), true
}
