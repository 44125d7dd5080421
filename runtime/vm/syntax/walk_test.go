package syntax_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm/syntax"
)

const script = "\"use strict\"; var a = [1, , ...b], { c, d = 2, ...e } = f; let g = class A extends B { #p = 1; static s = [c]; static { h(); } get i() { return this.#p } [j]() {} };\n" +
	"function k(l, { m } = {}, ...n) { for (var o = 0; o < 1; o++) { continue } for (const p of q) r: while (s) break r; do { t in u } while (!v); try { throw w } catch ({ x }) {} finally {} }\n" +
	"const y = async (z) => { await z?.aa?.(bb); return new cc(...dd) }, ee = function* ff() { yield* gg }; switch (hh) { case ii: jj`kk${ll}mm`; default: nn ? oo : pp, /qq/g, null, true, -rr[ss] }\n" +
	"for (tt in uu) {} var vv = { ww, xx: 1, [yy]: 2, get zz() { return 3 }, ...ab }; if (ac) ad = ae; else af ??= ag; delete ah.ai; ([aj, ak = 1] = al); `am`"

// Each node is visited once, each before what is in it.
func TestWalk(t *testing.T) {
	t.Parallel()
	tree, err := goja.Parse("", script)
	require.NoError(t, err)
	var got, want []any
	syntax.Walk(tree.Body, func(node any) bool { got = append(got, node); return true }, nil)
	visitAll(reflect.ValueOf(tree.Body), &want)
	require.Equal(t, describe(want), describe(got))
	require.Greater(t, len(got), 200)
}

func describe(nodes []any) (list []string) {
	for _, node := range nodes {
		list = append(list, fmt.Sprintf("%T %p", node, node))
	}
	return list
}

// visitAll is the walk by reflection alone.
func visitAll(v reflect.Value, seen *[]any) {
	switch v.Kind() {
	case reflect.Interface:
		visitAll(v.Elem(), seen)
	case reflect.Pointer:
		if !v.IsNil() && v.Elem().Kind() == reflect.Struct {
			*seen = append(*seen, v.Interface())
			visitAll(v.Elem(), seen)
		}
	case reflect.Slice:
		for i := range v.Len() {
			visitAll(v.Index(i), seen)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; name != "DeclarationList" && name != "File" {
				visitAll(v.Field(i), seen)
			}
		}
	}
}

// Every name that stands for a value can be replaced, and what stands in its place is not looked into.
func TestReplace(t *testing.T) {
	t.Parallel()
	tree, err := goja.Parse("", `a(a.a, [a], { a: a }, a ? a : a, () => a, function () { if (a) return a }, class extends a {}, new a(a), ...a, -a, a?.a, a[a])`)
	require.NoError(t, err)
	replaced := 0
	syntax.Walk(tree.Body, func(any) bool { return true }, func(e ast.Expression) ast.Expression {
		if id, ok := e.(*ast.Identifier); ok && id.Name == "a" {
			replaced++
			return &ast.SequenceExpression{Sequence: []ast.Expression{id}}
		}
		return e
	})
	require.Equal(t, 18, replaced)
}
