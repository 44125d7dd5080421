// Package late rewrites the tree of a bundle so that what its modules only make when they load — functions, classes, regular expressions, literals, objects that stand for modules — is made when it is used first. A large package makes
// thousands of such things each time it is loaded, of which an action uses a few.
//
// A script cannot tell. What is put off runs no code of the script's and reads nothing that could be different later, and is made once. Before the place at which it was declared has been passed it is undefined, as ever. A name is
// left alone if the script assigns to it, or declares it once more wherever that may be; for then another thing could be meant.
//
// Two things are not promised. What is put off takes a call when it is made, and one more for each thing that it is made of, at most eight in all; so a recursion that comes that near to the limit of calls passes it. And a script
// that gives members to all objects which change what a property's descriptor means, or replaces Object or a collection in a roundabout way, finds objects that calls put together made with what is there at their first use.
//
// In the tree, each use of such a name X becomes X || make(n), in which make is a function of ours that makes the n-th such thing and assigns it to X.
package late

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/unistring"

	"github.com/durward/durward/runtime/vm/syntax"
)

// Rewrite changes a bundle's tree. Other scripts stay as they are.
func Rewrite(tree *ast.Program) {
	main := bundleBody(tree)
	if main == nil {
		return
	}
	main.all = namesOf(main.root)
	for _, st := range *main.body {
		if inner := commonJSBody(st); inner != nil {
			inner.all = main.all
			inner.rewrite()
		}
	}
	main.rewrite()
}

// scope is the body of a function, in which things are declared that are made late.
type scope struct {
	root         ast.Expression // the function
	body         *[]ast.Statement
	declarations *[]*ast.VariableDeclaration
	depth        int // 0 for the bundle's own

	all      *names // of the whole bundle, as written
	names    *names
	own      map[unistring.String]bool // functions and variables that statements of the body declare
	passed   map[unistring.String]int  // the statement behind which a name that never changes has its value; -1 if it has it from the beginning
	bindings map[unistring.String]*binding
	late     []*binding              // in the order of their numbers
	kept     map[ast.Expression]bool // member expressions that have to stay such
	called   map[ast.Expression]bool // those that are called
	chain    int                     // the longest of what is being looked at
	builders map[*ast.FunctionLiteral]int
}

// binding is a name with what is made for it.
type binding struct {
	*scope
	name    *ast.Identifier
	number  int
	at      int            // the statement that declares it; -1 for a function, which is there from the beginning
	value   ast.Expression // what makes it
	clear   func()         // takes the making out of the declaration
	exports *exports       // if it stands for a module
	chain   int            // how many things, at most, are made one for the other when it is
	this    this           // whether it looks at it
}

// bundleBody finds the function that a bundle consists of: var $action = (() => { … })().
func bundleBody(tree *ast.Program) *scope {
	for _, st := range tree.Body {
		v, ok := st.(*ast.VariableStatement)
		if !ok || len(v.List) != 1 {
			continue
		}
		call, ok := v.List[0].Initializer.(*ast.CallExpression)
		if !ok {
			continue
		}
		if f, ok := call.Callee.(*ast.ArrowFunctionLiteral); ok {
			if block, ok := f.Body.(*ast.BlockStatement); ok {
				return &scope{root: f, body: &block.List, declarations: &f.DeclarationList}
			}
		}
	}
	return nil
}

// commonJSBody finds the function of a CommonJS module: var require_x = __commonJS({ "x"(exports, module) { … } }). It runs once at most, but it would not matter if it ran twice.
func commonJSBody(st ast.Statement) *scope {
	v, ok := st.(*ast.VariableStatement)
	if !ok || len(v.List) != 1 {
		return nil
	}
	call, ok := v.List[0].Initializer.(*ast.CallExpression)
	if !ok || len(call.ArgumentList) != 1 {
		return nil
	}
	object, ok := call.ArgumentList[0].(*ast.ObjectLiteral)
	if !ok || len(object.Value) != 1 {
		return nil
	}
	if p, ok := object.Value[0].(*ast.PropertyKeyed); ok && p.Kind == ast.PropertyKindMethod {
		if f, ok := p.Value.(*ast.FunctionLiteral); ok {
			return &scope{root: f, body: &f.Body.List, declarations: &f.DeclarationList, depth: 1}
		}
	}
	return nil
}

func (s *scope) rewrite() {
	s.names = namesOf(s.root)
	if s.names.dynamic {
		return
	}
	s.passed = map[unistring.String]int{}
	s.own, s.builders = map[unistring.String]bool{}, map[*ast.FunctionLiteral]int{}
	s.bindings, s.kept, s.called = map[unistring.String]*binding{}, map[ast.Expression]bool{}, map[ast.Expression]bool{}
	s.collectFunctions()
	s.collectVariables()
	if len(s.late) == 0 {
		return
	}
	syntax.Walk(*s.body, s.visit, s.use)
	s.build()
}

func (s *scope) add(b *binding) {
	b.scope, b.number = s, len(s.late)
	s.late = append(s.late, b)
	s.bindings[b.name.Name] = b
}

func (s *scope) collectFunctions() {
	for i, st := range *s.body {
		d, ok := st.(*ast.FunctionDeclaration)
		if !ok {
			continue
		}
		s.own[d.Function.Name.Name] = true
		if !s.names.constant(d.Function.Name.Name) {
			continue
		}
		name, f := d.Function.Name, d.Function
		s.passed[name.Name] = -1
		s.add(&binding{name: name, at: -1, value: f, clear: func() {
			f.Name = nil // it gets its name by the assignment, without a scope of its own for it
			(*s.body)[i] = &ast.EmptyStatement{Semicolon: f.Function}
			*s.declarations = append(*s.declarations, &ast.VariableDeclaration{Var: f.Function, List: []*ast.Binding{{Target: name}}})
		}})
	}
}

func (s *scope) collectVariables() {
	for i, st := range *s.body {
		v, ok := st.(*ast.VariableStatement)
		if !ok {
			continue
		}
		for _, d := range v.List {
			name, ok := d.Target.(*ast.Identifier)
			if !ok {
				continue
			}
			s.own[name.Name] = true
			if d.Initializer == nil || !s.names.constant(name.Name) {
				continue
			}
			s.passed[name.Name] = i
			s.chain = 0
			if !s.makes(d.Initializer, i) || s.chain == maxChain {
				continue
			}
			b := &binding{name: name, at: i, chain: s.chain + 1, value: d.Initializer, clear: func() { d.Initializer = number(pending, name.Idx) }}
			b.exports = s.exportsAfter(b, len(v.List))
			s.add(b)
		}
	}
}
