package vm

import "github.com/dop251/goja"

// surface is what one execution has of the host surface: the parts that host scripts have made so far, and what was asked of the network.
type surface struct {
	events, headers, web, urls *goja.Object

	requests int
	bytes    int // sent and received
}

// defineAll makes globals of what a host script made.
func (x *Execution) defineAll(parts *goja.Object) {
	globals := parts.Get("globals").(*goja.Object)
	for _, name := range globals.Keys() {
		x.define(name, globals.Get(name))
	}
}

// headers are the parts that headers.js makes, which several scripts build on.
func (x *Execution) headers() *goja.Object {
	if x.surface.headers == nil {
		x.surface.headers = x.runScript(headersProgram(), x.headersNatives())
	}
	return x.surface.headers
}

// web are the parts that the scripts around fetch make, which build on one another.
func (x *Execution) web() *goja.Object {
	if x.surface.web != nil {
		return x.surface.web
	}
	web := x.rt.NewObject()
	x.surface.web = web
	headers := x.headers()
	streams := x.runScript(streamsProgram(), x.streamNatives(), headers)
	forms := x.runScript(formsProgram(), x.formNatives(), headers, streams)
	fetch := x.runScript(fetchProgram(), x.fetchNatives(), headers, streams, forms)
	globals := x.rt.NewObject()
	for _, part := range []struct {
		from *goja.Object
		name string
	}{
		{headers, "Headers"}, {streams, "ReadableStream"}, {forms, "Blob"}, {forms, "File"}, {forms, "FormData"},
		{fetch, "Request"}, {fetch, "Response"}, {fetch, "fetch"},
	} {
		_ = define(globals, part.name, part.from.Get(part.name))
	}
	_ = define(web, "globals", globals)
	_ = define(web, "makeFile", forms.Get("makeFile"))
	return web
}

func (x *Execution) installFetch() { x.defineAll(x.web()) }
