package late

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
	"github.com/dop251/goja/unistring"
)

// makes says whether an expression of the statement at a place only makes an object, and would make the same one later.
func (s *scope) makes(e ast.Expression, at int) bool {
	switch e := e.(type) {
	case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral, *ast.RegExpLiteral:
		return true
	case *ast.ClassLiteral:
		return s.makesClass(e, at)
	case *ast.ObjectLiteral:
		return s.makesObject(e, at)
	case *ast.ArrayLiteral:
		for _, item := range e.Value {
			if item != nil && !s.fixed(item, at) {
				return false
			}
		}
		return true
	case *ast.CallExpression:
		return s.makesByCall(e, at)
	}
	return false
}

// fixed says whether an expression has the same value later, and computing it is not seen.
func (s *scope) fixed(e ast.Expression, at int) bool {
	switch e := e.(type) {
	case *ast.StringLiteral, *ast.NumberLiteral, *ast.BooleanLiteral, *ast.NullLiteral:
		return true
	case *ast.TemplateLiteral:
		return e.Tag == nil && len(e.Expressions) == 0
	case *ast.UnaryExpression:
		_, isNumber := e.Operand.(*ast.NumberLiteral)
		return isNumber && (e.Operator == token.MINUS || e.Operator == token.VOID || e.Operator == token.NOT)
	case *ast.Identifier:
		s.follow(e.Name)
		declared, ok := s.passed[e.Name]
		return ok && declared < at
	}
	return s.makes(e, at)
}

// maxChain bounds how many things one after the other are made because the first one is, each by a call.
const maxChain = 8

// follow notes that something is made of what has a name.
func (s *scope) follow(name unistring.String) {
	if b := s.bindings[name]; b != nil {
		s.chain = max(s.chain, b.chain)
	}
}

func (s *scope) makesObject(o *ast.ObjectLiteral, at int) bool {
	for _, p := range o.Value {
		switch p := p.(type) {
		case *ast.PropertyShort:
			if !s.fixed(&p.Name, at) {
				return false
			}
		case *ast.PropertyKeyed:
			if key, ok := p.Key.(*ast.StringLiteral); p.Computed || ok && key.Value == "__proto__" || !s.fixed(p.Value, at) {
				return false
			}
		case *ast.SpreadElement:
			if !s.fixedMembers(p.Expression, at) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// fixedMembers says whether an expression is an object that stands for a module, all of whose exports are there at a place, and the same later.
func (s *scope) fixedMembers(e ast.Expression, at int) bool {
	id, ok := e.(*ast.Identifier)
	if !ok || !s.fixed(e, at) || s.bindings[id.Name] == nil || s.bindings[id.Name].exports == nil || s.bindings[id.Name].exports.spread {
		return false
	}
	s.bindings[id.Name].exports.spread = true
	for _, member := range s.bindings[id.Name].exports.members {
		if member, ok := member.(*ast.Identifier); !ok || !s.fixed(member, at) {
			return false
		}
	}
	return true
}

// makesClass says that of a class without code that runs when it is declared. What it extends must be such a class as well: the prototype of a function could be another one later.
func (s *scope) makesClass(c *ast.ClassLiteral, at int) bool {
	if c.SuperClass != nil {
		parent, ok := c.SuperClass.(*ast.Identifier)
		if !ok || s.bindings[parent.Name] == nil || s.bindings[parent.Name].at >= at {
			return false
		}
		if _, ok := s.bindings[parent.Name].value.(*ast.ClassLiteral); !ok {
			return false
		}
		s.follow(parent.Name)
	}
	return isPlain(c)
}

// isPlain says whether a class has no code that runs when it is declared, but for what it extends.
func isPlain(c *ast.ClassLiteral) bool {
	for _, element := range c.Body {
		switch element := element.(type) {
		case *ast.MethodDefinition:
			if element.Computed {
				return false
			}
		case *ast.FieldDefinition:
			if element.Computed || element.Static {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// makesByCall says that of a call of a function that only makes something.
func (s *scope) makesByCall(c *ast.CallExpression, at int) bool {
	callee, ok := c.Callee.(*ast.Identifier)
	if !ok || s.bindings[callee.Name] == nil || s.bindings[callee.Name].at >= at {
		return false
	}
	s.follow(callee.Name)
	for _, argument := range c.ArgumentList {
		if !s.fixed(argument, at) {
			return false
		}
	}
	switch f := s.bindings[callee.Name].value.(type) {
	case *ast.FunctionLiteral:
		return len(c.ArgumentList) <= s.mostArguments(f)
	case *ast.ArrowFunctionLiteral:
		return makesFunction(f)
	}
	return false
}

// makesFunction says whether an arrow function consists of making another function.
func makesFunction(f *ast.ArrowFunctionLiteral) bool {
	if f.Async || f.ParameterList.Rest != nil {
		return false
	}
	for _, p := range f.ParameterList.List {
		if _, plain := p.Target.(*ast.Identifier); !plain || p.Initializer != nil {
			return false
		}
	}
	body, ok := f.Body.(*ast.ExpressionBody)
	if !ok {
		return false
	}
	switch body.Expression.(type) {
	case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral:
		return true
	}
	return false
}
