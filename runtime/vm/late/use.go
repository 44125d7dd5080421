package late

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"

	"github.com/durward/durward/runtime/vm/syntax"
)

// visit looks at a node before what is in it, for what does not stand in the place of an expression, and for members that have to stay such.
func (s *scope) visit(node any) bool {
	switch node := node.(type) {
	case *ast.ObjectLiteral:
		for i, p := range node.Value {
			if short, ok := p.(*ast.PropertyShort); ok && s.bindings[short.Name.Name] != nil {
				node.Value[i] = &ast.PropertyKeyed{Key: &ast.StringLiteral{Idx: short.Name.Idx, Value: short.Name.Name}, Kind: ast.PropertyKindValue, Value: &short.Name}
			}
		}
	case *ast.CallExpression:
		s.keepCalled(node.Callee)
	case *ast.TemplateLiteral:
		s.keepCalled(node.Tag)
	case *ast.AssignExpression:
		s.kept[node.Left] = true
	case *ast.UnaryExpression:
		s.kept[node.Operand] = true
	case *ast.ForIntoExpression:
		s.kept[node.Expression] = true
	}
	return true
}

// keepCalled keeps a member that is called, unless the function that it is does not look at this.
func (s *scope) keepCalled(callee ast.Expression) {
	if optional, ok := callee.(*ast.Optional); ok {
		callee = optional.Expression
	}
	if id, ok := s.member(callee); ok && (s.bindings[id.Name] == nil || looksAtThis(s.bindings[id.Name].value)) {
		s.kept[callee] = true
	}
}

// looksAtThis says whether a function may, or whatever else it is.
func looksAtThis(e ast.Expression) bool {
	switch e := e.(type) {
	case *ast.ArrowFunctionLiteral:
		return false
	case *ast.FunctionLiteral:
		found := false
		syntax.Walk(e.Body, func(node any) bool {
			if _, ok := node.(*ast.ThisExpression); ok {
				found = true
			}
			return !found
		}, nil)
		return found
	}
	return true
}

// use is what stands in the place of an expression instead: the expression itself, unless it is a name of something late.
func (s *scope) use(e ast.Expression) ast.Expression {
	if id, ok := s.member(e); ok && !s.kept[e] {
		if s.bindings[id.Name] == nil {
			return id
		}
		return s.bindings[id.Name].used(id)
	}
	if id, ok := e.(*ast.Identifier); ok && s.bindings[id.Name] != nil {
		return s.bindings[id.Name].used(id)
	}
	return e
}

// used is X || make(n).
func (b *binding) used(id *ast.Identifier) ast.Expression {
	return &ast.BinaryExpression{
		Operator: token.LOGICAL_OR, Left: id,
		Right: &ast.CallExpression{Callee: b.maker(id.Idx), ArgumentList: []ast.Expression{number(b.number, id.Idx)}, LeftParenthesis: id.Idx, RightParenthesis: id.Idx},
	}
}
