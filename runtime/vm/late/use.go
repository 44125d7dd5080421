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
	case *ast.ArrayPattern:
		for _, element := range node.Elements {
			s.kept[element] = true
		}
		s.kept[node.Rest] = true
	case *ast.ObjectPattern:
		for _, p := range node.Properties {
			if keyed, ok := p.(*ast.PropertyKeyed); ok {
				s.kept[keyed.Value] = true
			}
		}
		s.kept[node.Rest] = true
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
	id, ok := s.member(callee)
	if !ok {
		return
	}
	if s.bindings[id.Name] == nil || s.bindings[id.Name].looksAtThis() {
		s.kept[callee] = true
	}
	s.called[callee] = true
}

// looksAtThis says whether a function may, or whatever else it is.
func (b *binding) looksAtThis() bool {
	switch f := b.value.(type) {
	case *ast.ArrowFunctionLiteral:
		return false
	case *ast.FunctionLiteral:
		if b.this == unknown {
			b.this = unused
			syntax.Walk([]any{f.ParameterList, f.Body}, func(node any) bool {
				if _, ok := node.(*ast.ThisExpression); ok {
					b.this = used
				}
				return b.this == unused
			}, nil)
		}
		return b.this == used
	}
	return true
}

// this is what is known of a function's use of this.
type this int

const (
	unknown this = iota
	unused
	used
)

// use is what stands in the place of an expression instead: the expression itself, unless it is a name of something late.
func (s *scope) use(e ast.Expression) ast.Expression {
	if id, ok := s.member(e); ok && !s.kept[e] {
		return s.useMember(e, id)
	}
	if id, ok := e.(*ast.Identifier); ok && s.bindings[id.Name] != nil {
		return s.bindings[id.Name].used(id)
	}
	return e
}

// useMember is what stands in the place of a member of an object for a module: X === void 0 ? X.a : a, as reading X.a fails before the object is there.
func (s *scope) useMember(e ast.Expression, id *ast.Identifier) ast.Expression {
	of, fails := e.(*ast.DotExpression).Left, e
	if s.called[e] { // a call fails in words of its own
		fails = &ast.CallExpression{Callee: e, LeftParenthesis: id.Idx, RightParenthesis: id.Idx}
	}
	var value ast.Expression = id
	if b := s.bindings[id.Name]; b != nil {
		value = b.used(id)
	}
	nothing := &ast.UnaryExpression{Operator: token.VOID, Idx: id.Idx, Operand: number(0, id.Idx)}
	return &ast.ConditionalExpression{
		Test:       &ast.BinaryExpression{Operator: token.STRICT_EQUAL, Left: of, Right: nothing, Comparison: true},
		Consequent: fails,
		Alternate:  value,
	}
}

// used is X || make(n).
func (b *binding) used(id *ast.Identifier) ast.Expression {
	return &ast.BinaryExpression{
		Operator: token.LOGICAL_OR, Left: id,
		Right: &ast.CallExpression{Callee: b.maker(id.Idx), ArgumentList: []ast.Expression{number(b.number, id.Idx)}, LeftParenthesis: id.Idx, RightParenthesis: id.Idx},
	}
}
