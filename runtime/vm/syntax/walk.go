// Package syntax walks the trees of goja's parser.
package syntax

import (
	"reflect"

	"github.com/dop251/goja/ast"
)

// Walk visits the nodes in a tree, or in a list of them, each before those in it: it calls visit with a pointer to each, and goes on inside if that returns true. Unless slot is nil, it is called with what stands in each place for an
// expression, and may put another one there, into which Walk does not go.
func Walk(tree any, visit func(node any) bool, slot func(ast.Expression) ast.Expression) {
	w := walker{visit: visit, slot: slot}
	w.below(reflect.ValueOf(tree))
}

type walker struct {
	visit func(node any) bool
	slot  func(ast.Expression) ast.Expression
}

// node visits a node and what is in it. The kinds of which there are most are taken apart here, and the others by reflection, which takes five times as long.
func (w *walker) node(node any) {
	if !w.visit(node) {
		return
	}
	switch n := node.(type) {
	case *ast.Identifier, *ast.StringLiteral, *ast.NumberLiteral, *ast.BooleanLiteral, *ast.NullLiteral, *ast.RegExpLiteral, *ast.ThisExpression:
	case *ast.DotExpression:
		w.expression(&n.Left)
	case *ast.BracketExpression:
		w.expression(&n.Left)
		w.expression(&n.Member)
	case *ast.CallExpression:
		w.expression(&n.Callee)
		w.expressions(n.ArgumentList)
	case *ast.BinaryExpression:
		w.expression(&n.Left)
		w.expression(&n.Right)
	case *ast.AssignExpression:
		w.expression(&n.Left)
		w.expression(&n.Right)
	case *ast.UnaryExpression:
		w.expression(&n.Operand)
	case *ast.PropertyKeyed:
		w.expression(&n.Key)
		w.expression(&n.Value)
	case *ast.ArrayLiteral:
		w.expressions(n.Value)
	case *ast.ExpressionBody:
		w.expression(&n.Expression)
	case *ast.ExpressionStatement:
		w.expression(&n.Expression)
	case *ast.ReturnStatement:
		w.expression(&n.Argument)
	case *ast.BlockStatement:
		for _, s := range n.List {
			w.node(s)
		}
	default:
		w.inside(reflect.ValueOf(node).Elem())
	}
}

func (w *walker) expressions(list []ast.Expression) {
	for i := range list {
		w.expression(&list[i])
	}
}

// expression visits what stands in a place for an expression, or puts something else there.
func (w *walker) expression(place *ast.Expression) {
	if *place == nil {
		return
	}
	if w.slot != nil {
		if now := w.slot(*place); now != *place {
			*place = now
			return
		}
	}
	w.node(*place)
}

// below visits what is in a value that is not known to be a node.
func (w *walker) below(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		if place, ok := v.Addr().Interface().(*ast.Expression); ok {
			w.expression(place)
		} else if !v.IsNil() {
			w.below(v.Elem())
		}
	case reflect.Pointer:
		if !v.IsNil() && v.Type().Elem().Kind() == reflect.Struct {
			w.node(v.Interface())
		}
	case reflect.Slice:
		for i := range v.Len() {
			w.below(v.Index(i))
		}
	case reflect.Struct:
		w.inside(v)
	}
}

func (w *walker) inside(v reflect.Value) {
	for i := range v.NumField() {
		switch v.Field(i).Kind() {
		case reflect.Interface, reflect.Pointer, reflect.Slice, reflect.Struct:
			// The declarations of a function are in its body too.
			if name := v.Type().Field(i).Name; name != "DeclarationList" && name != "File" {
				w.below(v.Field(i))
			}
		}
	}
}
