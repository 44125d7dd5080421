package capability

import (
	"slices"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/token"
)

// kinds are kinds of outcome.
type kinds struct {
	all  bool // any
	some map[string]bool
}

func (k kinds) list() []string {
	if k.all {
		return []string{Any}
	}
	return sortedKeys(k.some)
}

func (k *kinds) add(name string) {
	if k.some == nil {
		k.some = map[string]bool{}
	}
	k.some[name] = true
}

func (k *kinds) join(other kinds) {
	k.all = k.all || other.all
	for name := range other.some {
		k.add(name)
	}
}

var anyKind = kinds{all: true}

// assign visits an assignment, and notes what it says of the kinds of objects.
func (r *reader) assign(n *ast.AssignExpression) {
	plain := n.Operator == token.ASSIGN || isLogical(n.Operator)
	switch left := bareExpression(n.Left).(type) {
	case *ast.Identifier:
		if s := r.resolve(left); s != nil && plain {
			s.values = append(s.values, n.Right)
		} else if s != nil {
			s.opaque = true
		}
	case *ast.DotExpression:
		r.member(left, left.Left, left.Identifier.Name.String(), true)
		r.assignMember(left.Left, left.Identifier.Name.String(), true, n.Right)
	case *ast.BracketExpression:
		name, known := memberName(left)
		r.member(left, left.Left, name, known)
		r.visit(left.Member)
		r.assignMember(left.Left, name, known, n.Right)
	default:
		r.target(n.Left)
	}
	r.visit(n.Right)
}

// assignMember notes an assignment to a member of an object.
func (r *reader) assignMember(object ast.Expression, name string, known bool, value ast.Expression) {
	var s *symbol
	id, named := bareExpression(object).(*ast.Identifier)
	if named {
		s = r.symbols[id]
	}
	if known && (name == "exports" || entries[name]) {
		r.assignExport(object, name, s)
	}
	switch {
	case known && name == "kind" && s != nil:
		s.kinds = append(s.kinds, value)
	case known && name == "kind" && r.own(object.Idx0()):
		r.strays = append(r.strays, value)
	case known:
		r.tampering(name, object)
	case s != nil:
		s.leaks = true
	case !isMember(object) && r.own(object.Idx0()):
		r.tampers = true
	}
}

// assignExport notes an assignment to what may be a module's exports. Where it cannot be told whose they are, an entry may become another function.
func (r *reader) assignExport(object ast.Expression, name string, s *symbol) {
	if s == nil && isModuleExports(object) {
		s = r.symbols[object.(*ast.DotExpression).Left.(*ast.Identifier)]
	}
	switch {
	case s != nil:
		s.exports++
	case entries[name] && r.own(object.Idx0()):
		r.tampers = true
	}
}

// isMember says whether an expression is a member of an object: what is assigned to one of its own members is not that object's kind.
func isMember(e ast.Expression) bool {
	switch bareExpression(e).(type) {
	case *ast.DotExpression, *ast.BracketExpression, *ast.PrivateDotExpression, *ast.ThisExpression:
		return true
	}
	return false
}

func (r *reader) own(at file.Idx) bool {
	by, place := r.places.of(at)
	return by == Own && place.File != ""
}

// tampering looks for names by which JSON.stringify makes something else of an object than what its members say.
func (r *reader) tampering(name string, at ast.Node) {
	if (name == "toJSON" || name == "__proto__") && r.own(at.Idx0()) {
		r.tampers = true
	}
}

func (r *reader) text(n *ast.StringLiteral) {
	r.mentionHost(n.Value.String(), true, n)
	r.tampering(n.Value.String(), n)
}

// outcomes are the kinds that the bundle's functions execute and resume can answer.
func (r *reader) outcomes(tree *ast.Program) kinds {
	exported, ok := r.exports(tree)
	if !ok || r.tampers {
		return anyKind
	}
	e := evaluator{reader: r, under: map[any]bool{}, returns: map[*ast.BlockStatement][]*ast.ReturnStatement{}}
	var found kinds
	for _, f := range exported {
		found.join(e.called(f))
	}
	for _, value := range r.strays {
		found.join(e.kind(value))
	}
	return found
}

// evaluator works out which kinds an expression can have. What is under way already adds nothing the second time.
type evaluator struct {
	*reader
	under   map[any]bool
	returns map[*ast.BlockStatement][]*ast.ReturnStatement // of functions that were looked at
	steps   int
}

// maxSteps bounds the work; a script that takes more is not understood.
const maxSteps = 20_000

func (e *evaluator) once(node any, work func() kinds) kinds {
	if e.steps++; e.steps > maxSteps {
		return anyKind
	}
	if e.under[node] {
		return kinds{}
	}
	e.under[node] = true
	defer delete(e.under, node)
	return work()
}

// called are the kinds of what calling a function returns.
func (e *evaluator) called(f ast.Expression) kinds {
	switch f := bareExpression(f).(type) {
	case *ast.FunctionLiteral:
		if f.Generator {
			return anyKind
		}
		return e.once(f, func() kinds { return e.returned(f.Body) })
	case *ast.ArrowFunctionLiteral:
		return e.once(f, func() kinds {
			if body, ok := f.Body.(*ast.ExpressionBody); ok {
				return e.value(body.Expression)
			}
			return e.returned(f.Body.(*ast.BlockStatement))
		})
	case *ast.Identifier:
		s := e.symbols[f]
		if s == nil || s.opaque {
			return anyKind
		}
		return e.each(s, e.called)
	case *ast.ConditionalExpression:
		k := e.called(f.Consequent)
		k.join(e.called(f.Alternate))
		return k
	}
	return anyKind
}

// each joins what is found for each value of a symbol.
func (e *evaluator) each(s *symbol, find func(ast.Expression) kinds) kinds {
	return e.once(s, func() kinds {
		var k kinds
		for _, value := range s.values {
			k.join(find(value))
		}
		return k
	})
}

// value are the kinds of an outcome that an expression is.
func (e *evaluator) value(x ast.Expression) kinds {
	switch x := bareExpression(x).(type) {
	case nil:
		return kinds{some: map[string]bool{"continue": true}}
	case *ast.ObjectLiteral:
		return e.object(x)
	case *ast.Identifier:
		return e.named(x)
	case *ast.CallExpression:
		return e.called(x.Callee)
	case *ast.AwaitExpression:
		return e.value(x.Argument)
	case *ast.AssignExpression:
		return e.value(x.Right)
	case *ast.ConditionalExpression, *ast.BinaryExpression, *ast.SequenceExpression:
		return e.either(x, e.value)
	case *ast.UnaryExpression:
		if x.Operator == token.VOID {
			return e.value(nil)
		}
		return kinds{} // no object, and so no outcome
	case *ast.StringLiteral, *ast.NumberLiteral, *ast.BooleanLiteral, *ast.NullLiteral, *ast.TemplateLiteral:
		return kinds{}
	}
	return anyKind
}

// either are the kinds of the values that an expression chooses among.
func (e *evaluator) either(x ast.Expression, find func(ast.Expression) kinds) kinds {
	switch x := x.(type) {
	case *ast.ConditionalExpression:
		k := find(x.Consequent)
		k.join(find(x.Alternate))
		return k
	case *ast.BinaryExpression:
		if !isLogical(x.Operator) {
			return kinds{}
		}
		k := find(x.Left)
		k.join(find(x.Right))
		return k
	case *ast.SequenceExpression:
		return find(x.Sequence[len(x.Sequence)-1])
	}
	return anyKind
}

func (e *evaluator) named(id *ast.Identifier) kinds {
	s := e.symbols[id]
	switch {
	case s == nil && id.Name == "undefined":
		return e.value(nil)
	case s == nil || s.opaque || s.leaks:
		return anyKind
	}
	k := e.each(s, e.value)
	for _, value := range s.kinds {
		k.join(e.kind(value))
	}
	return k
}

// object are the kinds of an object, as its members say in their order.
func (e *evaluator) object(o *ast.ObjectLiteral) kinds {
	var found kinds
	for _, p := range o.Value {
		switch p := p.(type) {
		case *ast.SpreadElement:
			found.join(e.value(p.Expression))
		case *ast.PropertyShort:
			if p.Name.Name == "kind" {
				found = e.kind(&p.Name)
			}
		case *ast.PropertyKeyed:
			name, known := text(p.Key)
			switch {
			case p.Computed && !known:
				return anyKind
			case name == "kind" && p.Kind == ast.PropertyKindValue:
				found = e.kind(p.Value)
			case name == "kind":
				return anyKind
			}
		}
	}
	return found
}

// kind are the kinds that an expression is the name of.
func (e *evaluator) kind(x ast.Expression) kinds {
	x = bareExpression(x)
	if name, known := text(x); known {
		var k kinds
		if isKind(name) {
			k.add(name)
		}
		return k
	}
	switch x := x.(type) {
	case nil:
		return kinds{}
	case *ast.Identifier:
		s := e.symbols[x]
		if s == nil || s.opaque {
			return anyKind
		}
		return e.each(s, e.kind)
	case *ast.ConditionalExpression, *ast.SequenceExpression:
		return e.either(x, e.kind)
	case *ast.BinaryExpression:
		if isLogical(x.Operator) {
			return e.either(x, e.kind)
		}
	}
	return anyKind
}

func isKind(name string) bool { return slices.Contains(Kinds(), name) }
