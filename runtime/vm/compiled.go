package vm

import (
	"strings"
	"sync"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"
)

// patterns are regular expressions that were compiled in this process, as programs of one literal: goja compiles a literal once, and each run of its program makes a new object. Some libraries make
// dozens of expressions while they load (semver takes more than 20 ms for it), in each execution again. A worker serves one tenant, and so its expressions are all that can be found here.
type patterns struct {
	mu    sync.Mutex
	known map[string]*goja.Program // nil for what cannot be compiled so; by flags, a slash, and the text
	size  int                      // of the keys, in bytes
}

// Bounds of what is kept: the length of one expression, and of all together. A counted repetition makes much of little text, but whoever repeats most fills only the own process, which has its limit.
const (
	maxPattern  = 4 << 10
	maxPatterns = 256 << 10
)

var compiledPatterns = patterns{known: map[string]*goja.Program{}}

// compiledRegExp returns a new RegExp object, or undefined if the text has to go the usual way.
func (x *Execution) compiledRegExp(text, flags string) goja.Value {
	program := compiledPatterns.get(text, flags)
	if program == nil {
		return goja.Undefined()
	}
	return x.mustRun(program)
}

func (p *patterns) get(text, flags string) *goja.Program {
	if !isLiteral(text, flags) {
		return nil
	}
	key := flags + "/" + text
	p.mu.Lock()
	defer p.mu.Unlock()
	program, seen := p.known[key]
	if seen {
		return program
	}
	if p.size+len(key) > maxPatterns { // what is needed comes back
		clear(p.known)
		p.size = 0
	}
	if tree, err := goja.Parse("", "/"+text+"/"+flags, parser.WithDisableSourceMaps); err == nil {
		program, _ = goja.CompileAST(tree, true)
	}
	p.known[key] = program
	p.size += len(key)
	return program
}

// isLiteral says whether the text between slashes, with the flags behind, can be nothing but one literal, whatever the text is, and has the source that the text would have: no slash or line end is in it, and it is
// no beginning of a comment.
func isLiteral(text, flags string) bool {
	return text != "" && len(text) <= maxPattern && text[0] != '*' && !strings.ContainsAny(text, "/\n\r\u2028\u2029\ufffd") && len(flags) <= 6 && strings.Trim(flags, "gimsuy") == ""
}
