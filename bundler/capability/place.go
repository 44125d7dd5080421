package capability

import (
	"net/url"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/go-sourcemap/sourcemap"
)

// Namespaces are what the bundler puts before the names of files in its source map.
type Namespaces struct {
	Own, Package string
	Builtin      []string
}

// places tells whose code stands where in a script.
type places struct {
	file       *file.File
	consumer   *sourcemap.Consumer
	namespaces Namespaces
}

// of returns who wrote what stands at a place, and the place in the author's file if that is the action. What the bundler adds has no file; it counts as the action's.
func (p *places) of(at file.Idx) (by string, place Mention) {
	here := p.file.Position(int(at) - p.file.Base())
	source, _, line, column, ok := p.consumer.Source(here.Line, here.Column-1)
	if !ok {
		return Own, Mention{}
	}
	if name, own := strings.CutPrefix(source, p.namespaces.Own); own {
		return Own, Mention{File: name, Line: line, Column: column + 1}
	}
	by = Own
	if name, packaged := strings.CutPrefix(source, p.namespaces.Package); packaged {
		by = packageKey(name)
	}
	for _, prefix := range p.namespaces.Builtin {
		if name, builtin := strings.CutPrefix(source, prefix); builtin {
			by = "node:" + name
		}
	}
	if !validName(by) {
		by = Own
	}
	return by, Mention{}
}

// packageKey cuts name@version out of the name of a package's file; a scope has a slash of its own.
func packageKey(name string) string {
	scope := ""
	if strings.HasPrefix(name, "@") {
		before, after, _ := strings.Cut(name, "/")
		scope, name = before+"/", after
	}
	key, _, _ := strings.Cut(name, "/")
	return scope + key
}

// mentions collects names, each once.
type mentions struct {
	list []Mention
	seen map[string]bool
}

func (m *mentions) add(name string, place Mention) {
	if m.seen[name] || len(m.list) == MaxMentions || place.File == "" || !validName(name) {
		return
	}
	if m.seen == nil {
		m.seen = map[string]bool{}
	}
	m.seen[name] = true
	place.Name = name
	m.list = append(m.list, place)
}

// mentionHost notes the host of a text that begins as a URL does. Of a template only the text before its first value counts, and the host must end in it.
func (r *reader) mentionHost(text string, whole bool, at ast.Node) {
	if !strings.HasPrefix(text, "https://") && !strings.HasPrefix(text, "http://") || len(text) > maxURL {
		return
	}
	_, rest, _ := strings.Cut(text, "://")
	if !whole && !strings.ContainsAny(rest, "/?#") {
		return
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return
	}
	if by, place := r.places.of(at.Idx0()); by == Own {
		r.hosts.add(strings.ToLower(u.Host), place)
	}
}

const maxURL = 2000
