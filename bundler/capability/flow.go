package capability

import (
	"reflect"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// returned are the kinds of all that a function's body returns.
func (e *evaluator) returned(body *ast.BlockStatement) kinds {
	var k kinds
	found, known := e.returns[body]
	if !known {
		statements(reflect.ValueOf(body), func(s *ast.ReturnStatement) { found = append(found, s) })
		e.returns[body] = found
	}
	for _, s := range found {
		if e.steps++; e.steps > maxSteps {
			return anyKind
		}
		k.join(e.value(s.Argument))
	}
	if !ends(body) {
		k.join(e.value(nil))
	}
	return k
}

// statements visits the return statements of a function's body, and not those of functions in it.
func statements(v reflect.Value, visit func(*ast.ReturnStatement)) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			statements(v.Elem(), visit)
		}
	case reflect.Pointer:
		if v.IsNil() || v.Elem().Kind() != reflect.Struct {
			return
		}
		switch s := v.Interface().(type) {
		case *ast.ReturnStatement:
			visit(s)
			return
		case ast.Expression, *ast.FunctionDeclaration, *ast.ClassDeclaration:
			return
		}
		statements(v.Elem(), visit)
	case reflect.Slice:
		for i := range v.Len() {
			statements(v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			statements(v.Field(i), visit)
		}
	}
}

// ends says whether nothing runs behind a statement, as far as its last parts show.
func ends(s ast.Statement) bool {
	switch s := s.(type) {
	case *ast.ReturnStatement, *ast.ThrowStatement:
		return true
	case *ast.BlockStatement:
		return s != nil && len(s.List) > 0 && ends(s.List[len(s.List)-1])
	case *ast.IfStatement:
		return s.Alternate != nil && ends(s.Consequent) && ends(s.Alternate)
	case *ast.TryStatement:
		return ends(s.Finally) || ends(s.Body) && (s.Catch == nil || ends(s.Catch.Body))
	}
	return false
}

// entries are the exported functions that the host calls.
var entries = map[string]bool{"execute": true, "resume": true}

// exports are the functions that the host calls, as the bundler leaves them at the end of a bundle: in an object, in one that __toCommonJS makes, or in what a CommonJS module assigns.
func (r *reader) exports(tree *ast.Program) (functions []ast.Expression, ok bool) {
	body := bundleBody(tree)
	if len(body) == 0 {
		return nil, false
	}
	last, isReturn := body[len(body)-1].(*ast.ReturnStatement)
	if !isReturn {
		return nil, false
	}
	switch e := last.Argument.(type) {
	case *ast.ObjectLiteral:
		functions = entriesOf(e)
	case *ast.CallExpression:
		callee, named := e.Callee.(*ast.Identifier)
		switch {
		case !named:
		case callee.Name == "__toCommonJS" && len(e.ArgumentList) == 1:
			functions = r.namespace(body, e.ArgumentList[0])
		case len(e.ArgumentList) == 0:
			functions = r.commonJS(callee)
		}
	}
	return functions, len(functions) > 0
}

// bundleBody is what stands in the function whose result is the bundle's.
func bundleBody(tree *ast.Program) []ast.Statement {
	for _, s := range tree.Body {
		v, ok := s.(*ast.VariableStatement)
		if !ok || len(v.List) != 1 {
			continue
		}
		call, ok := v.List[0].Initializer.(*ast.CallExpression)
		if !ok {
			continue
		}
		if f, ok := call.Callee.(*ast.ArrowFunctionLiteral); ok {
			if body, ok := f.Body.(*ast.BlockStatement); ok {
				return body.List
			}
		}
	}
	return nil
}

// entriesOf are the entries in an object.
func entriesOf(o *ast.ObjectLiteral) (functions []ast.Expression) {
	for _, p := range o.Value {
		switch p := p.(type) {
		case *ast.PropertyKeyed:
			if name, known := text(p.Key); known && entries[name] {
				functions = append(functions, p.Value)
			}
		case *ast.PropertyShort:
			if entries[p.Name.Name.String()] {
				functions = append(functions, &p.Name)
			}
		}
	}
	return functions
}

// namespace finds __export(name, { execute: () => execute }).
func (r *reader) namespace(body []ast.Statement, name ast.Expression) (functions []ast.Expression) {
	wanted, _ := name.(*ast.Identifier)
	for _, s := range body {
		e, ok := s.(*ast.ExpressionStatement)
		if !ok {
			continue
		}
		call, ok := e.Expression.(*ast.CallExpression)
		if !ok || len(call.ArgumentList) != 2 || wanted == nil {
			continue
		}
		callee, ok1 := call.Callee.(*ast.Identifier)
		of, ok2 := call.ArgumentList[0].(*ast.Identifier)
		o, ok3 := call.ArgumentList[1].(*ast.ObjectLiteral)
		if !ok1 || !ok2 || !ok3 || callee.Name != "__export" || of.Name != wanted.Name {
			continue
		}
		for _, getter := range entriesOf(o) {
			f, ok := getter.(*ast.ArrowFunctionLiteral)
			if !ok {
				return nil
			}
			value, ok := f.Body.(*ast.ExpressionBody)
			if !ok {
				return nil
			}
			functions = append(functions, value.Expression)
		}
	}
	return functions
}

// commonJS finds what a module in __commonJS({ "file"(exports, module) { … } }) assigns to its exports, in plain statements. One that does it otherwise is not understood.
func (r *reader) commonJS(module *ast.Identifier) (functions []ast.Expression) {
	s := r.symbols[module]
	if s == nil || s.opaque || len(s.values) != 1 {
		return nil
	}
	call, ok := s.values[0].(*ast.CallExpression)
	if !ok || len(call.ArgumentList) != 1 {
		return nil
	}
	o, ok := call.ArgumentList[0].(*ast.ObjectLiteral)
	if !ok || len(o.Value) != 1 {
		return nil
	}
	method, ok := o.Value[0].(*ast.PropertyKeyed)
	if !ok {
		return nil
	}
	f, ok := method.Value.(*ast.FunctionLiteral)
	if !ok {
		return nil
	}
	plain, all := 0, 0
	for _, s := range f.Body.List {
		e, ok := s.(*ast.ExpressionStatement)
		if !ok {
			continue
		}
		if a, ok := e.Expression.(*ast.AssignExpression); ok && a.Operator == token.ASSIGN {
			if found := exported(a); found != nil {
				functions = append(functions, found...)
				plain++
			}
		}
	}
	for _, b := range f.ParameterList.List {
		parameter := r.symbols[b.Target.(*ast.Identifier)]
		if parameter.leaks {
			return nil
		}
		all += parameter.exports
	}
	if plain != all {
		return nil
	}
	return functions
}

// exported are the entries that an assignment exports.
func exported(a *ast.AssignExpression) []ast.Expression {
	left, ok := a.Left.(*ast.DotExpression)
	if !ok {
		return nil
	}
	name := left.Identifier.Name.String()
	of, _ := left.Left.(*ast.Identifier)
	if of != nil && of.Name == "module" && name == "exports" {
		if o, ok := a.Right.(*ast.ObjectLiteral); ok {
			return entriesOf(o)
		}
	}
	if entries[name] && (of != nil && of.Name == "exports" || isModuleExports(left.Left)) {
		return []ast.Expression{a.Right}
	}
	return nil
}

func isModuleExports(e ast.Expression) bool {
	dot, ok := e.(*ast.DotExpression)
	if !ok || dot.Identifier.Name != "exports" {
		return false
	}
	of, ok := dot.Left.(*ast.Identifier)
	return ok && of.Name == "module"
}
