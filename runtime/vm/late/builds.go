package late

import (
	"math"
	"slices"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
	"github.com/dop251/goja/unistring"
)

// builder is a function that is looked at for whether it does nothing but put an object together, out of its arguments and what it declares: libraries make their classes so.
type builder struct {
	*scope
	parameters []unistring.String
	locals     map[unistring.String]local // what it declares
	read       map[unistring.String]bool  // parameters of which it reads a member, which have to be left out then
	defined    map[unistring.String]bool  // what it has defined of what it makes: a second time could fail
}

// local is what a function declares.
type local int

const (
	other       local = iota + 1
	own               // an object that it makes
	ownFunction       // a function that it declares, and that can be called with new
	object            // the built-in Object
)

// mostArguments says with how many arguments a function can be called so that it does that; -1 if it cannot.
func (s *scope) mostArguments(f *ast.FunctionLiteral) int {
	most, known := s.builders[f]
	if !known {
		most = s.builds(f)
		s.builders[f] = most
	}
	return most
}

func (s *scope) builds(f *ast.FunctionLiteral) int {
	if f.Async || f.Generator || f.ParameterList.Rest != nil {
		return -1
	}
	b := &builder{scope: s, locals: map[unistring.String]local{}, read: map[unistring.String]bool{}, defined: map[unistring.String]bool{}}
	for _, p := range f.ParameterList.List {
		id, ok := p.Target.(*ast.Identifier)
		if !ok || p.Initializer != nil {
			return -1
		}
		b.parameters = append(b.parameters, id.Name)
	}
	for _, st := range f.Body.List {
		if d, ok := st.(*ast.FunctionDeclaration); ok {
			b.locals[d.Function.Name.Name] = ownFunction
			if d.Function.Async || d.Function.Generator {
				b.locals[d.Function.Name.Name] = own
			}
		}
	}
	for _, st := range f.Body.List {
		if !b.statement(st) {
			return -1
		}
	}
	most := math.MaxInt
	for i, name := range b.parameters {
		if b.locals[name] != 0 {
			return -1
		}
		if b.read[name] {
			most = min(most, i)
		}
	}
	return most
}

func (b *builder) statement(st ast.Statement) bool {
	switch st := st.(type) {
	case *ast.FunctionDeclaration, *ast.EmptyStatement:
		return true
	case *ast.ClassDeclaration:
		b.locals[st.Class.Name.Name] = own
		return b.class(st.Class)
	case *ast.VariableStatement:
		return b.variables(st.List)
	case *ast.LexicalDeclaration:
		return b.variables(st.List)
	case *ast.ReturnStatement:
		return st.Argument != nil && b.value(st.Argument)
	case *ast.ExpressionStatement:
		switch e := st.Expression.(type) {
		case *ast.AssignExpression:
			dot, ok := e.Left.(*ast.DotExpression)
			return ok && e.Operator == token.ASSIGN && b.isFunction(dot.Left) && dot.Identifier.Name == "prototype" && b.value(e.Right) // another member could be read-only, or a setter
		case *ast.CallExpression:
			return b.defines(e)
		}
	}
	return false
}

func (b *builder) variables(list []*ast.Binding) bool {
	for _, v := range list {
		id, ok := v.Target.(*ast.Identifier)
		if !ok || v.Initializer == nil || !b.value(v.Initializer) {
			return false
		}
		b.locals[id.Name] = b.kind(v.Initializer)
	}
	return true
}

func (b *builder) kind(e ast.Expression) local {
	switch e := e.(type) {
	case *ast.ObjectLiteral, *ast.FunctionLiteral, *ast.ArrowFunctionLiteral:
		return own
	case *ast.BinaryExpression:
		// A member of a parameter, which is left out, or Object.
		if _, ok := e.Left.(*ast.OptionalChain); ok && e.Operator == token.COALESCE && isName(e.Right, "Object") {
			return object
		}
	}
	return other
}

// class says whether declaring a class runs no code.
func (b *builder) class(c *ast.ClassLiteral) bool {
	if c.SuperClass != nil {
		if id, ok := c.SuperClass.(*ast.Identifier); !ok || b.locals[id.Name] != object {
			return false
		}
	}
	return isPlain(c)
}

// defines says whether a call is Object.defineProperty(own, key, { value: … }), and cannot fail.
func (b *builder) defines(c *ast.CallExpression) bool {
	if !b.isBuiltin(c.Callee, "Object", "defineProperty") || len(c.ArgumentList) != 3 || !b.isOwn(c.ArgumentList[0]) {
		return false
	}
	of, key := c.ArgumentList[0].(*ast.Identifier).Name, unistring.String("Symbol.hasInstance")
	if text, ok := c.ArgumentList[1].(*ast.StringLiteral); ok {
		key = "." + text.Value
	} else if !b.isBuiltin(c.ArgumentList[1], "Symbol", "hasInstance") {
		return false
	}
	descriptor, ok := c.ArgumentList[2].(*ast.ObjectLiteral)
	if !ok || key == ".prototype" || b.defined[of+key] {
		return false
	}
	b.defined[of+key] = true
	return b.literal(descriptor) && describesValue(descriptor)
}

// describesValue says whether the descriptor of a property has nothing but a value and what may be done with it.
func describesValue(descriptor *ast.ObjectLiteral) bool {
	for _, p := range descriptor.Value {
		keyed, ok := p.(*ast.PropertyKeyed)
		if !ok || keyed.Kind != ast.PropertyKindValue {
			return false
		}
		key, ok := keyed.Key.(*ast.StringLiteral)
		if !ok || !slices.Contains([]unistring.String{"value", "writable", "enumerable", "configurable"}, key.Value) {
			return false
		}
	}
	return true
}

func (b *builder) isOwn(e ast.Expression) bool {
	id, ok := e.(*ast.Identifier)
	return ok && (b.locals[id.Name] == own || b.locals[id.Name] == ownFunction)
}

func (b *builder) isFunction(e ast.Expression) bool {
	id, ok := e.(*ast.Identifier)
	return ok && b.locals[id.Name] == ownFunction
}

func (b *builder) isBuiltin(e ast.Expression, object, member unistring.String) bool {
	dot, ok := e.(*ast.DotExpression)
	return ok && dot.Identifier.Name == member && isName(dot.Left, object) && b.untouched(object)
}

// untouched says whether a name is that of a built-in object for all that the script says.
func (b *builder) untouched(name unistring.String) bool {
	return b.all.declared[name] == 0 && !b.all.assigned[name] && !b.all.replaced[name]
}

// value says whether computing an expression only makes something, or looks at what is there.
func (b *builder) value(e ast.Expression) bool {
	switch e := e.(type) {
	case *ast.StringLiteral, *ast.NumberLiteral, *ast.BooleanLiteral, *ast.NullLiteral, *ast.FunctionLiteral, *ast.ArrowFunctionLiteral, *ast.Identifier:
		id, isName := e.(*ast.Identifier)
		return !isName || b.locals[id.Name] != 0 || slices.Contains(b.parameters, id.Name) || id.Name == "Object" && b.untouched("Object")
	case *ast.ObjectLiteral:
		return b.literal(e)
	case *ast.BinaryExpression:
		return (e.Operator == token.LOGICAL_AND || e.Operator == token.LOGICAL_OR || e.Operator == token.COALESCE) && b.value(e.Left) && b.value(e.Right)
	case *ast.NewExpression:
		id, ok := e.Callee.(*ast.Identifier)
		return ok && len(e.ArgumentList) == 0 && slices.Contains(collections, id.Name) && b.untouched(id.Name)
	case *ast.OptionalChain:
		return b.readsOf(e.Expression)
	case *ast.DotExpression:
		return b.isBuiltin(e, "Symbol", "hasInstance")
	}
	return false
}

var collections = []unistring.String{"Map", "Set", "WeakMap", "WeakSet"}

// readsOf notes parameter?.member.
func (b *builder) readsOf(e ast.Expression) bool {
	dot, ok := e.(*ast.DotExpression)
	if !ok {
		return false
	}
	optional, ok := dot.Left.(*ast.Optional)
	if !ok {
		return false
	}
	id, ok := optional.Expression.(*ast.Identifier)
	if !ok || !slices.Contains(b.parameters, id.Name) {
		return false
	}
	b.read[id.Name] = true
	return true
}

func (b *builder) literal(o *ast.ObjectLiteral) bool {
	for _, p := range o.Value {
		switch p := p.(type) {
		case *ast.PropertyShort:
			if !b.value(&p.Name) {
				return false
			}
		case *ast.PropertyKeyed:
			if key, ok := p.Key.(*ast.StringLiteral); p.Computed || !ok || key.Value == "__proto__" || !b.value(p.Value) {
				return false
			}
		default:
			return false
		}
	}
	return true
}
