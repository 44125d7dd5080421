package vm

import (
	_ "embed"
	"sync"

	"github.com/dop251/goja"
)

// pairs.js makes what the classes around lists of pairs share.
//
//go:embed pairs.js
var pairsSource string

var pairsProgram = sync.OnceValue(func() *goja.Program { return goja.MustCompile("pairs", pairsSource, true) })

// pairs is a list of names and values: what is behind Headers, FormData and URLSearchParams.
type pairs struct {
	opaque
	list  []pair
	fixed bool     // it cannot be changed any more
	view  []int    // the order of iteration of headers; nil if it has to be made
	query *address // the URL whose query this is
}

type pair struct {
	name, value string
	file        goja.Value // a File of FormData in the place of value
	blob        *blob      // its content
	filename    string
}

func (p *pairs) get(name string) (pair, bool) {
	for _, entry := range p.list {
		if entry.name == name {
			return entry, true
		}
	}
	return pair{}, false
}

func (p *pairs) add(entry pair) {
	p.list = append(p.list, entry)
	p.view = nil
}

// put replaces the first entry of that name and removes the others, or adds it.
func (p *pairs) put(entry pair) {
	kept := p.list[:0]
	found := false
	for _, old := range p.list {
		switch {
		case old.name != entry.name:
			kept = append(kept, old)
		case !found:
			found = true
			kept = append(kept, entry)
		}
	}
	p.list, p.view = kept, nil
	if !found {
		p.add(entry)
	}
}

func (p *pairs) remove(match func(pair) bool) {
	kept := p.list[:0]
	for _, entry := range p.list {
		if !match(entry) {
			kept = append(kept, entry)
		}
	}
	p.list, p.view = kept, nil
}

// object is the value under which a host script holds the list.
func (x *Execution) object(v goja.DynamicObject) goja.Value { return x.rt.NewDynamicObject(v) }
