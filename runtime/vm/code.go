package vm

import (
	"bytes"
	"errors"
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"

	"github.com/durward/durward/runtime/vm/late"
)

// exportsName is the global in which a bundle leaves the action's exports.
const exportsName = "$action"

// scriptName stands for the bundle in positions that the source map does not cover. No file of an action has this name, as all have an ending.
const scriptName = "bundle"

// Code is a compiled program. It is immutable and may be shared by executions.
type Code struct {
	program *goja.Program
	sources *sources
	globals []*global // what the script may name of the host's globals
}

// Compile compiles a program. The failure, of kind [FailLoad], has the author's position where the source map knows it.
//
// Compiling is as dangerous as running: goja needs exponential time for some sources of 60 bytes.
func Compile(p *Program) (code *Code, failure *Failure) {
	patient()
	src, err := readSources(p.SourceMap)
	if err != nil {
		return nil, &Failure{Kind: FailLoad, Message: "source map: " + err.Error()}
	}
	script := string(p.Script)
	opts := parser.WithDisableSourceMaps
	if p.SourceMap != nil {
		// goja takes the map that a comment names; without a loader of ours it would read the comment as a path on this machine.
		script += "\n//# sourceMappingURL=" + scriptName + ".map\n"
		shifted, err := shiftColumns(p.SourceMap)
		if err != nil {
			return nil, &Failure{Kind: FailLoad, Message: "source map: " + err.Error()}
		}
		opts = parser.WithSourceMapLoader(func(path string) ([]byte, error) {
			if path != scriptName+".map" {
				return nil, errors.New("a script may not name a source map")
			}
			return shifted, nil
		})
	}
	tree, err := goja.Parse(scriptName, script, opts)
	if err != nil {
		return nil, loadFailure(err, src)
	}
	amend(tree, script)
	late.Rewrite(tree)
	program, err := goja.CompileAST(tree, false)
	if err != nil {
		return nil, loadFailure(err, src)
	}
	return &Code{program: program, sources: src, globals: named(p.Script)}, nil
}

func loadFailure(err error, src *sources) *Failure {
	f := &Failure{Kind: FailLoad, Message: err.Error()}
	var list parser.ErrorList
	var syntax *goja.CompilerSyntaxError
	switch {
	case errors.As(err, &list) && len(list) > 0:
		f.Message = list[0].Message
		f.Stack = src.frames(Frame{File: list[0].Position.Filename, Line: list[0].Position.Line, Column: list[0].Position.Column})
	case errors.As(err, &syntax):
		f.Message = syntax.Message
		if syntax.File != nil {
			at := syntax.File.Position(syntax.Offset)
			f.Stack = src.frames(Frame{File: at.Filename, Line: at.Line, Column: at.Column})
		}
	}
	return f
}

// named returns the host globals that a script can reach. Installing all of them costs an execution more than running it does, so
// only those are installed whose names stand in the script. A script that can compute a name — through the global object, or through
// the this of sloppy code — gets them all.
func named(script []byte) []*global {
	all := bytes.Contains(script, []byte("globalThis")) || !strictThroughout(script)
	var found []*global
	for _, g := range append(hostGlobals(), repairs()...) {
		if !all {
			g = g.namedIn(script)
		}
		if g != nil {
			found = append(found, g)
		}
	}
	for _, g := range nodeGlobals() {
		if g = g.namedIn(script); g != nil {
			found = append(found, g)
		}
	}
	return found
}

// strictThroughout says whether all of a bundle's code is strict, so that this is never the global object: the bundler opens a bundle of ES
// modules with the directive, and a bundle with a CommonJS module in it without.
func strictThroughout(script []byte) bool {
	return strings.HasPrefix(strings.TrimLeft(string(script[:min(len(script), 64)]), " \n\t"), `"use strict"`)
}
