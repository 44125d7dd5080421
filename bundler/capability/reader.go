package capability

import (
	"reflect"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
	"github.com/dop251/goja/token"
	"github.com/go-sourcemap/sourcemap"
)

// Of reads a bundle, as package bundler makes it. A script that cannot be read may do anything.
func Of(script, sourceMap []byte, namespaces Namespaces) Found {
	tree, err := goja.Parse("", string(script), parser.WithDisableSourceMaps)
	if err != nil {
		return unknown()
	}
	consumer, err := sourcemap.Parse("", sourceMap)
	if err != nil {
		return unknown()
	}
	r := &reader{
		places: places{tree.File, consumer, namespaces}, uses: map[string]map[string]bool{}, dynamic: map[string]bool{},
		symbols: map[*ast.Identifier]*symbol{},
	}
	r.scope = &scope{}
	r.scope.declareVars(tree.DeclarationList)
	r.scope.declareBlock(tree.Body)
	r.strict = isStrict(tree.Body)
	r.statements(tree.Body)
	return r.found(r.outcomes(tree))
}

// reader visits a tree once. It finds out which names are the host's, notes what is done with them, and collects for every declared name what is known of its value.
type reader struct {
	places  places
	scope   *scope
	strict  bool // here
	uses    map[string]map[string]bool
	dynamic map[string]bool
	secrets mentions
	hosts   mentions
	fetch   *Mention

	symbols map[*ast.Identifier]*symbol // what the names in the tree mean, but for those that are the host's
	strays  []ast.Expression            // kinds that are assigned to something without a name
	tampers bool                        // what becomes of an outcome may not be what stands there
}

func isStrict(body []ast.Statement) bool {
	for _, s := range body {
		e, ok := s.(*ast.ExpressionStatement)
		if !ok {
			return false
		}
		text, ok := e.Expression.(*ast.StringLiteral)
		if !ok {
			return false
		}
		if text.Value == "use strict" {
			return true
		}
	}
	return false
}

// inside visits something in a scope of its own.
func (r *reader) inside(visit func(s *scope)) {
	outer, strict := r.scope, r.strict
	r.scope = &scope{outer: outer}
	visit(r.scope)
	r.scope, r.strict = outer, strict
}

func (r *reader) statements(list []ast.Statement) {
	for _, s := range list {
		r.visit(s)
	}
}

func (r *reader) block(list []ast.Statement) {
	r.inside(func(s *scope) {
		s.declareBlock(list)
		r.statements(list)
	})
}

// visit visits a node and all below it.
func (r *reader) visit(node any) {
	switch n := node.(type) {
	case nil:
	case *ast.BlockStatement:
		if n != nil {
			r.block(n.List)
		}
	case *ast.FunctionDeclaration:
		r.function(n.Function)
	case *ast.FunctionLiteral:
		r.named(n)
	case *ast.ArrowFunctionLiteral:
		r.arrow(n)
	case *ast.ClassDeclaration:
		r.visit(n.Class)
	case *ast.ClassLiteral:
		r.class(n)
	case *ast.ForStatement, *ast.ForInStatement, *ast.ForOfStatement:
		r.loop(n)
	case *ast.SwitchStatement:
		r.visit(n.Discriminant)
		r.inside(func(s *scope) {
			for _, c := range n.Body {
				s.declareBlock(c.Consequent)
			}
			r.below(reflect.ValueOf(n.Body))
		})
	case *ast.CatchStatement:
		if n != nil {
			r.inside(func(s *scope) {
				s.declareTarget(n.Parameter, true)
				r.target(n.Parameter)
				r.visit(n.Body)
			})
		}
	case *ast.VariableStatement:
		r.bindings(n.List)
	case *ast.LexicalDeclaration:
		r.bindings(n.List)
	case *ast.IfStatement:
		r.compared(n.Test)
		r.visit(n.Consequent)
		r.visit(n.Alternate)
	case *ast.ReturnStatement:
		r.result(n.Argument)
	case *ast.ExpressionBody:
		r.result(n.Expression)
	default:
		r.expression(n)
	}
}

// expression visits the nodes that say something of names.
func (r *reader) expression(node any) {
	switch n := node.(type) {
	case *ast.Identifier:
		r.bare(n)
	case *ast.DotExpression:
		r.member(n, n.Left, n.Identifier.Name.String(), true)
	case *ast.BracketExpression:
		name, known := memberName(n)
		r.member(n, n.Left, name, known)
		r.visit(n.Member)
	case *ast.AssignExpression:
		r.assign(n)
	case *ast.CallExpression:
		r.callee(n.Callee)
		r.below(reflect.ValueOf(n.ArgumentList))
	case *ast.NewExpression:
		r.callee(n.Callee)
		r.below(reflect.ValueOf(n.ArgumentList))
	case *ast.UnaryExpression:
		r.unary(n)
	case *ast.BinaryExpression:
		if n.Operator == token.INSTANCEOF || n.Comparison {
			r.compared(n.Left)
			r.compared(n.Right)
			return
		}
		r.visit(n.Left)
		r.visit(n.Right)
	case *ast.PropertyKeyed:
		if n.Computed {
			r.visit(n.Key)
		}
		if name, known := text(n.Key); known && !n.Computed {
			r.tampering(name, n)
		}
		r.visit(n.Value)
	case *ast.PropertyShort:
		r.bare(&n.Name)
	case *ast.SpreadElement:
		r.read(n.Expression)
	case *ast.StringLiteral:
		r.text(n)
	case *ast.TemplateLiteral:
		if len(n.Elements) > 0 {
			r.mentionHost(n.Elements[0].Parsed.String(), len(n.Elements) == 1, n)
		}
		r.children(n)
	case *ast.ThisExpression:
		r.this(n, "", false)
	case *ast.PrivateDotExpression:
		r.visit(n.Left)
	case *ast.LabelledStatement:
		r.visit(n.Statement)
	case *ast.MetaProperty, *ast.BranchStatement: // their names are no variables
	default:
		r.children(n)
	}
}

// children visits what is directly below a node of which nothing more is to be said.
func (r *reader) children(node any) {
	v := reflect.ValueOf(node)
	if v.Kind() == reflect.Pointer && !v.IsNil() && v.Elem().Kind() == reflect.Struct {
		r.below(v.Elem())
	}
}

func (r *reader) below(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			r.visit(v.Interface())
		}
	case reflect.Pointer:
		if !v.IsNil() {
			r.visit(v.Interface())
		}
	case reflect.Slice:
		for i := range v.Len() {
			r.below(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch f := v.Field(i); f.Kind() {
			case reflect.Interface, reflect.Pointer, reflect.Slice:
				r.below(f)
			}
		}
	}
}

// named visits a function expression, which knows itself by its name.
func (r *reader) named(f *ast.FunctionLiteral) {
	if f == nil || f.Name == nil {
		r.function(f)
		return
	}
	r.inside(func(s *scope) {
		s.declare(f.Name.Name.String()).values = []ast.Expression{f}
		r.function(f)
	})
}

func (r *reader) function(f *ast.FunctionLiteral) {
	if f == nil {
		return
	}
	r.inside(func(s *scope) {
		s.declare("arguments").opaque = true
		r.strict = r.strict || isStrict(f.Body.List)
		r.body(s, f.ParameterList, f.DeclarationList, f.Body)
	})
}

func (r *reader) arrow(f *ast.ArrowFunctionLiteral) {
	r.inside(func(s *scope) { r.body(s, f.ParameterList, f.DeclarationList, f.Body) })
}

func (r *reader) body(s *scope, parameters *ast.ParameterList, vars []*ast.VariableDeclaration, body ast.ConciseBody) {
	s.declareParameters(parameters)
	s.declareVars(vars)
	for _, b := range parameters.List {
		r.target(b.Target)
		r.visit(b.Initializer)
	}
	r.target(parameters.Rest)
	r.visit(body)
}

func (r *reader) class(c *ast.ClassLiteral) {
	r.visit(c.SuperClass)
	r.inside(func(s *scope) {
		r.strict = true
		if c.Name != nil {
			s.declare(c.Name.Name.String()).opaque = true
		}
		for _, e := range c.Body {
			switch e := e.(type) {
			case *ast.FieldDefinition:
				if e.Computed {
					r.visit(e.Key)
				}
				r.visit(e.Initializer)
			case *ast.MethodDefinition:
				if e.Computed {
					r.visit(e.Key)
				}
				r.visit(e.Body)
			case *ast.ClassStaticBlock:
				r.inside(func(s *scope) {
					s.declareVars(e.DeclarationList)
					r.visit(e.Block)
				})
			}
		}
	})
}

func (r *reader) loop(loop any) {
	r.inside(func(s *scope) {
		switch n := loop.(type) {
		case *ast.ForStatement:
			switch i := n.Initializer.(type) {
			case *ast.ForLoopInitializerLexicalDecl:
				s.declareBindings(i.LexicalDeclaration.List)
				r.bindings(i.LexicalDeclaration.List)
			case *ast.ForLoopInitializerVarDeclList:
				r.bindings(i.List)
			case *ast.ForLoopInitializerExpression:
				r.visit(i.Expression)
			}
			r.visit(n.Test)
			r.visit(n.Update)
			r.visit(n.Body)
		case *ast.ForInStatement:
			r.over(s, n.Into, n.Source, n.Body)
		case *ast.ForOfStatement:
			r.over(s, n.Into, n.Source, n.Body)
		}
	})
}

func (r *reader) over(s *scope, into ast.ForInto, source ast.Expression, body ast.Statement) {
	switch i := into.(type) {
	case *ast.ForDeclaration:
		s.declareTarget(i.Target, true)
		r.target(i.Target)
	case *ast.ForIntoVar:
		r.target(i.Binding.Target)
	case *ast.ForIntoExpression:
		r.target(i.Expression)
	}
	r.visit(source)
	r.visit(body)
}

// text is the string that an expression is, if it is one.
func text(e ast.Expression) (string, bool) {
	switch e := e.(type) {
	case *ast.StringLiteral:
		return e.Value.String(), true
	case *ast.TemplateLiteral:
		if e.Tag == nil && len(e.Elements) == 1 {
			return e.Elements[0].Parsed.String(), true
		}
	}
	return "", false
}

// memberName is the name that brackets hold; a number is a name that nothing here has.
func memberName(e *ast.BracketExpression) (name string, known bool) {
	if _, number := e.Member.(*ast.NumberLiteral); number {
		return "", true
	}
	return text(e.Member)
}

// bareExpression is an expression without the marks of an optional chain.
func bareExpression(e ast.Expression) ast.Expression {
	for {
		switch w := e.(type) {
		case *ast.OptionalChain:
			e = w.Expression
		case *ast.Optional:
			e = w.Expression
		default:
			return e
		}
	}
}
