package capability

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// scope is a block or a function, with the names that are declared in it.
type scope struct {
	outer *scope
	names map[string]*symbol
}

// symbol is a declared name, and what is known of its value.
type symbol struct {
	values  []ast.Expression // that it is declared with or assigned
	kinds   []ast.Expression // that are assigned to its member kind
	exports int              // how often a member that can be an export is assigned
	opaque  bool             // it has values of which nothing is known
	leaks   bool             // its value is handed on, so that others may change it
}

func (s *scope) find(name string) *symbol {
	for ; s != nil; s = s.outer {
		if found := s.names[name]; found != nil {
			return found
		}
	}
	return nil
}

func (s *scope) declare(name string) *symbol {
	if s.names == nil {
		s.names = map[string]*symbol{}
	}
	if s.names[name] == nil {
		s.names[name] = &symbol{}
	}
	return s.names[name]
}

// declareTarget declares the names of a binding. A single one gets its value when the declaration is visited.
func (s *scope) declareTarget(target ast.Expression, opaque bool) {
	switch t := target.(type) {
	case *ast.Identifier:
		if symbol := s.declare(t.Name.String()); opaque {
			symbol.opaque = true
		}
	case *ast.AssignExpression: // with a default
		s.declareTarget(t.Left, true)
	case *ast.ArrayPattern:
		for _, e := range t.Elements {
			s.declareTarget(e, true)
		}
		s.declareTarget(t.Rest, true)
	case *ast.ObjectPattern:
		for _, p := range t.Properties {
			switch p := p.(type) {
			case *ast.PropertyShort:
				s.declare(p.Name.Name.String()).opaque = true
			case *ast.PropertyKeyed:
				s.declareTarget(p.Value, true)
			}
		}
		s.declareTarget(t.Rest, true)
	}
}

func (s *scope) declareBindings(list []*ast.Binding) {
	for _, b := range list {
		s.declareTarget(b.Target, false)
	}
}

// declareVars declares what var declares in a function, however deep.
func (s *scope) declareVars(list []*ast.VariableDeclaration) {
	for _, d := range list {
		s.declareBindings(d.List)
	}
}

// declareBlock declares what belongs to a block.
func (s *scope) declareBlock(list []ast.Statement) {
	for _, statement := range list {
		for labelled, ok := statement.(*ast.LabelledStatement); ok; labelled, ok = statement.(*ast.LabelledStatement) {
			statement = labelled.Statement
		}
		switch d := statement.(type) {
		case *ast.LexicalDeclaration:
			s.declareBindings(d.List)
		case *ast.ClassDeclaration:
			s.declare(d.Class.Name.Name.String()).opaque = true
		case *ast.FunctionDeclaration:
			f := s.declare(d.Function.Name.Name.String())
			f.values = append(f.values, d.Function)
		}
	}
}

func (s *scope) declareParameters(list *ast.ParameterList) {
	for _, b := range list.List {
		s.declareTarget(b.Target, true)
	}
	s.declareTarget(list.Rest, true)
}

func isLogical(t token.Token) bool {
	return t == token.LOGICAL_AND || t == token.LOGICAL_OR || t == token.COALESCE
}
