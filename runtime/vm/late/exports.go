package late

import (
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/unistring"
)

// exports is what stands for a module in a bundle: an object with a getter for each export, which a call of a function of the bundler fills.
type exports struct {
	call    *ast.CallExpression
	members map[unistring.String]ast.Expression // what the getters return
	spread  bool                                // into an object: it is looked at for one, as there can be many of both
}

// The functions of the bundler with which an object is filled.
const (
	fill       = "(target, all) => { for (var name in all) __defProp(target, name, { get: all[name], enumerable: true }); }"
	fillName   = "__export"
	defineName = "__defProp"
)

// exportsAfter finds what the statement behind the declaration of an empty object fills it with, and takes that statement away.
func (s *scope) exportsAfter(b *binding, declared int) *exports {
	object, ok := b.value.(*ast.ObjectLiteral)
	if !ok || len(object.Value) > 0 || declared != 1 || b.at+1 >= len(*s.body) || !s.fills() {
		return nil
	}
	st, ok := (*s.body)[b.at+1].(*ast.ExpressionStatement)
	if !ok {
		return nil
	}
	call, ok := st.Expression.(*ast.CallExpression)
	if !ok || !isName(call.Callee, fillName) || len(call.ArgumentList) != 2 || !isName(call.ArgumentList[0], b.name.Name) {
		return nil
	}
	all, ok := call.ArgumentList[1].(*ast.ObjectLiteral)
	if !ok {
		return nil
	}
	e := &exports{call: call, members: map[unistring.String]ast.Expression{}}
	for _, p := range all.Value {
		if !e.add(p) {
			return nil
		}
	}
	clearValue := b.clear
	b.clear = func() {
		clearValue()
		(*s.body)[b.at+1] = &ast.EmptyStatement{Semicolon: call.Idx0()}
		// Nothing that is added to all objects meanwhile shall be taken for an export.
		none := &ast.PropertyKeyed{Key: &ast.StringLiteral{Idx: call.Idx0(), Value: "__proto__"}, Kind: ast.PropertyKindValue, Value: &ast.NullLiteral{Idx: call.Idx0()}}
		all.Value = append([]ast.Property{none}, all.Value...)
	}
	return e
}

// add notes a member and says whether it is one: a name with a function that returns something.
func (e *exports) add(p ast.Property) bool {
	keyed, ok := p.(*ast.PropertyKeyed)
	if !ok || keyed.Kind != ast.PropertyKindValue || keyed.Computed {
		return false
	}
	key, isString := keyed.Key.(*ast.StringLiteral)
	get, isArrow := keyed.Value.(*ast.ArrowFunctionLiteral)
	if !isString || key.Value == "__proto__" || !isArrow {
		return false
	}
	body, isExpression := get.Body.(*ast.ExpressionBody)
	if isExpression {
		e.members[key.Value] = body.Expression
	}
	return isExpression
}

// fills says whether the name by which the bundler fills such an object has its meaning.
func (s *scope) fills() bool {
	if s.depth > 0 || !s.names.constant(fillName) || !s.names.constant(defineName) {
		return false
	}
	f, isArrow := s.declared(fillName).(*ast.ArrowFunctionLiteral)
	define, isMember := s.declared(defineName).(*ast.DotExpression)
	return isArrow && strings.Join(strings.Fields(f.Source), " ") == fill && isMember && isName(define.Left, "Object") && define.Identifier.Name == "defineProperty"
}

// declared is what a variable of the scope is declared with.
func (s *scope) declared(name unistring.String) ast.Expression {
	for _, st := range *s.body {
		if v, ok := st.(*ast.VariableStatement); ok {
			for _, d := range v.List {
				if isName(d.Target, name) {
					return d.Initializer
				}
			}
		}
	}
	return nil
}

func isName(e ast.Expression, name unistring.String) bool {
	id, ok := e.(*ast.Identifier)
	return ok && id.Name == name
}

// member finds what a member of an object for a module is, where that is a name which means the same in all of the scope.
func (s *scope) member(e ast.Expression) (*ast.Identifier, bool) {
	dot, ok := e.(*ast.DotExpression)
	if !ok {
		return nil, false
	}
	of, ok := dot.Left.(*ast.Identifier)
	if !ok || s.bindings[of.Name] == nil || s.bindings[of.Name].exports == nil {
		return nil, false
	}
	id, ok := s.bindings[of.Name].exports.members[dot.Identifier.Name].(*ast.Identifier)
	if !ok || s.names.declared[id.Name] != 1 || !s.own[id.Name] {
		return nil, false
	}
	return &ast.Identifier{Name: id.Name, Idx: of.Idx}, true
}
