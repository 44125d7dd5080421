package late

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
	"github.com/dop251/goja/unistring"

	"github.com/durward/durward/runtime/vm/syntax"
)

// names is what a script does with the names in it, wherever they stand: which scope a name belongs to is not asked.
type names struct {
	declared map[unistring.String]int  // how often
	assigned map[unistring.String]bool // other than by a declaration
	replaced map[unistring.String]bool // built-in objects of which a member is assigned to, or which are themselves members that are
	dynamic  bool                      // what a name means can depend on what runs
}

func namesOf(node any) *names {
	n := &names{declared: map[unistring.String]int{}, assigned: map[unistring.String]bool{}, replaced: map[unistring.String]bool{}}
	syntax.Walk(node, func(node any) bool { n.note(node); return true }, nil)
	return n
}

func (n *names) note(node any) {
	switch node := node.(type) {
	case *ast.Binding:
		n.declare(node.Target)
	case *ast.FunctionLiteral:
		if node.Name != nil {
			n.declare(node.Name)
		}
	case *ast.ClassLiteral:
		if node.Name != nil {
			n.declare(node.Name)
		}
	case *ast.ParameterList:
		n.declare(node.Rest)
	case *ast.CatchStatement:
		n.declare(node.Parameter)
	case *ast.ForDeclaration:
		n.declare(node.Target)
	case *ast.AssignExpression:
		n.assign(node.Left)
	case *ast.ForIntoExpression:
		n.assign(node.Expression)
	case *ast.UnaryExpression:
		if node.Operator == token.INCREMENT || node.Operator == token.DECREMENT || node.Operator == token.DELETE {
			n.assign(node.Operand)
		}
	case *ast.WithStatement:
		n.dynamic = true
	case *ast.Identifier:
		n.dynamic = n.dynamic || node.Name == "eval"
	}
}

// declare notes the names in what a declaration gives a value to. Other ones in it, in the values that are for where there is none, count too: it is enough that no declaration is missed.
func (n *names) declare(target ast.Expression) {
	each(target, func(id *ast.Identifier) { n.declared[id.Name]++ })
}

// assign notes the names that an assignment changes, and some more: of a.b = 1 none.
func (n *names) assign(target ast.Expression) {
	switch target := target.(type) {
	case *ast.DotExpression:
		n.replaced[target.Identifier.Name] = true
		n.replace(target.Left)
		return
	case *ast.BracketExpression:
		if key, ok := target.Member.(*ast.StringLiteral); ok {
			n.replaced[key.Value] = true
		}
		n.replace(target.Left)
		return
	case *ast.PrivateDotExpression:
		return
	}
	each(target, func(id *ast.Identifier) { n.assigned[id.Name] = true })
}

func (n *names) replace(of ast.Expression) {
	if id, ok := of.(*ast.Identifier); ok {
		n.replaced[id.Name] = true
	}
}

func each(e ast.Expression, do func(*ast.Identifier)) {
	if id, ok := e.(*ast.Identifier); ok || e == nil {
		if ok {
			do(id)
		}
		return
	}
	syntax.Walk(e, func(node any) bool {
		switch node := node.(type) {
		case *ast.Identifier:
			do(node)
		case *ast.PropertyShort:
			do(&node.Name)
		}
		return true
	}, nil)
}

// constant says whether a name means the same thing throughout the script, once its one declaration has run.
func (n *names) constant(name unistring.String) bool {
	return n.declared[name] == 1 && !n.assigned[name] && name != "arguments" && name != "__proto__" // a function has arguments in any case, and { __proto__ } is not { __proto__: __proto__ }
}
