package late

import (
	"strconv"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/token"
	"github.com/dop251/goja/unistring"
)

// pending is the value of a variable whose declaration has been passed, and which has not been used.
const pending = 0

// The names of our own cannot be those of a script.
const wanted = "%n"

func (s *scope) maker(at file.Idx) *ast.Identifier {
	return &ast.Identifier{Name: unistring.String("%make" + strconv.Itoa(s.depth)), Idx: at}
}

// build takes the making out of the declarations and puts a function before them that does it.
func (s *scope) build() {
	for _, b := range s.late {
		b.clear()
	}
	at := s.root.Idx0() // of no line of the author's: what follows may have no place of its own, and is then said to be here
	f := &ast.ArrowFunctionLiteral{
		Start:         at,
		ParameterList: &ast.ParameterList{Opening: at, Closing: at, List: []*ast.Binding{{Target: &ast.Identifier{Name: wanted, Idx: at}}}},
		Body:          &ast.ExpressionBody{Expression: choose(s.late)},
	}
	first := 0
	for first < len(*s.body) && isDirective((*s.body)[first]) {
		first++
	}
	declaration := &ast.LexicalDeclaration{Idx: at, Token: token.CONST, List: []*ast.Binding{{Target: s.maker(at), Initializer: f}}}
	rest := (*s.body)[first:]
	*s.body = append(append(append([]ast.Statement{}, (*s.body)[:first]...), declaration), rest...)
}

func isDirective(st ast.Statement) bool {
	e, ok := st.(*ast.ExpressionStatement)
	if !ok {
		return false
	}
	_, ok = e.Expression.(*ast.StringLiteral)
	return ok
}

// choose is an expression that makes the one of the bindings that is wanted. It finds it by halves.
func choose(list []*binding) ast.Expression {
	if len(list) == 1 {
		return list[0].make()
	}
	half := list[len(list)/2]
	at := half.name.Idx
	return &ast.ConditionalExpression{
		Test:       &ast.BinaryExpression{Operator: token.LESS, Left: &ast.Identifier{Name: wanted, Idx: at}, Right: number(half.number, at), Comparison: true},
		Consequent: choose(list[:len(list)/2]),
		Alternate:  choose(list[len(list)/2:]),
	}
}

// make is X = value, for a variable only if its declaration has been passed.
func (b *binding) make() ast.Expression {
	id := func() *ast.Identifier { return &ast.Identifier{Name: b.name.Name, Idx: b.name.Idx} }
	var made ast.Expression = &ast.AssignExpression{Operator: token.ASSIGN, Left: id(), Right: b.value}
	if b.exports != nil {
		made = &ast.SequenceExpression{Sequence: []ast.Expression{made, b.exports.call, id()}}
	}
	if b.at < 0 {
		return made
	}
	passed := &ast.BinaryExpression{Operator: token.STRICT_EQUAL, Left: id(), Right: number(pending, b.name.Idx), Comparison: true}
	return &ast.ConditionalExpression{Test: passed, Consequent: made, Alternate: id()}
}

func number(n int, at file.Idx) *ast.NumberLiteral {
	return &ast.NumberLiteral{Idx: at, Literal: strconv.Itoa(n), Value: int64(n)}
}
