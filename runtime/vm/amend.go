package vm

import (
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"

	"github.com/durward/durward/runtime/vm/syntax"
)

// amend changes what goja's parser made of a script to what the standard says that it means: a < b < c is (a < b) < c, and regular expressions are written as goja's engines need them.
func amend(tree *ast.Program, script string) {
	syntax.Walk(tree.Body, func(node any) bool {
		switch n := node.(type) {
		case *ast.BinaryExpression:
			for {
				right, ok := n.Right.(*ast.BinaryExpression)
				if !ok || !relational(n.Operator) || !relational(right.Operator) || inBrackets(right, script[:int(right.Idx0())-tree.File.Base()]) {
					break
				}
				left := &ast.BinaryExpression{Operator: n.Operator, Left: n.Left, Right: right.Left, Comparison: n.Comparison}
				*n = ast.BinaryExpression{Operator: right.Operator, Left: left, Right: right.Right, Comparison: right.Comparison}
			}
		case *ast.RegExpLiteral:
			if pattern, flags, err := repairPattern(n.Pattern, n.Flags); err == nil {
				n.Pattern, n.Flags = pattern, flags
			}
		}
		return true
	}, nil)
}

func relational(t token.Token) bool {
	switch t {
	case token.LESS, token.LESS_OR_EQUAL, token.GREATER, token.GREATER_OR_EQUAL, token.INSTANCEOF, token.IN:
		return true
	}
	return false
}

// inBrackets says whether a comparison stands in brackets, of which the tree knows nothing. Its left side has brackets of its own if it binds less; a bundle has no others.
func inBrackets(comparison *ast.BinaryExpression, before string) bool {
	brackets := 0
	for before = strings.TrimRight(before, " \t\n"); strings.HasSuffix(before, "("); before = strings.TrimRight(before[:len(before)-1], " \t\n") {
		brackets++
	}
	switch left := comparison.Left.(type) {
	case *ast.SequenceExpression, *ast.ConditionalExpression, *ast.AssignExpression, *ast.ArrowFunctionLiteral, *ast.YieldExpression:
		brackets--
	case *ast.BinaryExpression:
		if bindsLess(left.Operator) {
			brackets--
		}
	}
	return brackets > 0
}

// bindsLess says whether an operator binds less than comparisons do.
func bindsLess(t token.Token) bool {
	switch t {
	case token.EQUAL, token.STRICT_EQUAL, token.NOT_EQUAL, token.STRICT_NOT_EQUAL, token.AND, token.OR, token.EXCLUSIVE_OR, token.LOGICAL_AND, token.LOGICAL_OR, token.COALESCE:
		return true
	}
	return false
}
