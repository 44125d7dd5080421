// Package syntax walks the trees of goja's parser.
package syntax

import (
	"reflect"

	"github.com/dop251/goja/ast"
)

// Walk visits the nodes in a tree, or in a list of them, each before those in it: it calls visit with a pointer to each, and goes on inside if that returns true. Unless slot is nil, it is called with what stands in each place for an
// expression, and may put another one there, into which Walk does not go.
func Walk(tree any, visit func(node any) bool, slot func(ast.Expression) ast.Expression) {
	w := walker{visit: visit, slot: slot, fields: map[reflect.Type][]int{}}
	w.walk(reflect.ValueOf(tree))
}

type walker struct {
	visit  func(node any) bool
	slot   func(ast.Expression) ast.Expression
	fields map[reflect.Type][]int // in which there are nodes; finding them takes longer than all else
}

var expressionType = reflect.TypeFor[ast.Expression]()

func (w *walker) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() && !w.replaced(v) {
			w.walk(v.Elem())
		}
	case reflect.Pointer:
		if !v.IsNil() && v.Type().Elem().Kind() == reflect.Struct && w.visit(v.Interface()) {
			w.inside(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			w.walk(v.Index(i))
		}
	case reflect.Struct:
		w.inside(v)
	}
}

// replaced says whether something else stands in a place from now on.
func (w *walker) replaced(v reflect.Value) bool {
	if w.slot == nil || v.Type() != expressionType {
		return false
	}
	was, _ := v.Interface().(ast.Expression)
	now := w.slot(was)
	if now == was {
		return false
	}
	v.Set(reflect.ValueOf(now))
	return true
}

func (w *walker) inside(v reflect.Value) {
	t := v.Type()
	fields, known := w.fields[t]
	if !known {
		fields = holding(t)
		w.fields[t] = fields
	}
	for _, i := range fields {
		w.walk(v.Field(i))
	}
}

// holding are the fields of a node in which there can be other ones.
func holding(t reflect.Type) (fields []int) {
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Name == "DeclarationList" || field.Name == "File" { // the declarations of a function are in its body too
			continue
		}
		switch field.Type.Kind() {
		case reflect.Interface, reflect.Pointer, reflect.Slice, reflect.Struct:
			fields = append(fields, i)
		}
	}
	return fields
}
