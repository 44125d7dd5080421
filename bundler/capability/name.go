package capability

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/token"
)

// globals are the names of the host's APIs among the globals, with what touching one without saying more amounts to.
var globals = map[string][]string{
	"fetch": {Fetch}, "console": {Console}, "durward": {Cache, Counter, Log}, "crypto": {CryptoSubtle, CryptoRandom}, "$durwardNodeCrypto": {NodeCrypto},
	"setTimeout": {Timers}, "setInterval": {Timers}, "setImmediate": {Timers}, "clearTimeout": {Timers}, "clearInterval": {Timers}, "clearImmediate": {Timers},
	"globalThis": {Any}, "self": {Any},
}

// members are those of globals that are APIs by themselves.
var members = map[string]map[string]string{
	"durward": {"cache": Cache, "counter": Counter, "log": Log},
	"crypto":  {"subtle": CryptoSubtle, "getRandomValues": CryptoRandom, "randomUUID": CryptoRandom},
}

// touch notes that a global is touched.
func (r *reader) touch(name string, at file.Idx) {
	if name == "eval" || name == "Function" {
		by, _ := r.places.of(at)
		r.dynamic[by] = true
	}
	for _, api := range globals[name] {
		r.use(api, at)
	}
}

func (r *reader) use(api string, at file.Idx) {
	by, place := r.places.of(at)
	if r.uses[api] == nil {
		r.uses[api] = map[string]bool{}
	}
	r.uses[api][by] = true
	if api == Fetch && r.fetch == nil && place.File != "" {
		place.Name = Fetch
		r.fetch = &place
	}
}

// resolve finds out what a name means, where its value is not handed on; the symbol is nil if it is the host's, or nobody's.
func (r *reader) resolve(id *ast.Identifier) *symbol {
	s := r.scope.find(id.Name.String())
	if s != nil {
		r.symbols[id] = s
	}
	return s
}

// bare is a name whose value is handed on.
func (r *reader) bare(id *ast.Identifier) {
	if s := r.resolve(id); s != nil {
		s.leaks = true
		return
	}
	r.touch(id.Name.String(), id.Idx)
}

// read is an expression of which only members are read, called or spread.
func (r *reader) read(e ast.Expression) {
	id, ok := bareExpression(e).(*ast.Identifier)
	if !ok {
		r.visit(e)
	} else if r.resolve(id) == nil {
		r.touch(id.Name.String(), id.Idx)
	}
}

// compared is an expression that is only looked at, as typeof does.
func (r *reader) compared(e ast.Expression) {
	if id, ok := bareExpression(e).(*ast.Identifier); ok {
		r.resolve(id)
		return
	}
	r.visit(e)
}

// result is what a function returns.
func (r *reader) result(e ast.Expression) {
	switch e := e.(type) {
	case *ast.Identifier:
		r.read(e)
	case *ast.AwaitExpression:
		r.result(e.Argument)
	case *ast.ConditionalExpression:
		r.compared(e.Test)
		r.result(e.Consequent)
		r.result(e.Alternate)
	default:
		r.visit(e)
	}
}

// hostPath is the global that an expression stands for by name, also by way of the global object: globalThis, durward, crypto, console or Function.
func (r *reader) hostPath(e ast.Expression, depth int) string {
	name := ""
	switch e := bareExpression(e).(type) {
	case *ast.Identifier:
		if name = e.Name.String(); r.scope.find(name) != nil {
			return ""
		}
	case *ast.DotExpression:
		if name = e.Identifier.Name.String(); depth == maxPath || r.hostPath(e.Left, depth+1) != "globalThis" {
			return ""
		}
	case *ast.BracketExpression:
		known := false
		if name, known = memberName(e); !known || depth == maxPath || r.hostPath(e.Left, depth+1) != "globalThis" {
			return ""
		}
	}
	switch name {
	case "self":
		return "globalThis"
	case "globalThis", "durward", "crypto", "console", "Function":
		return name
	}
	return ""
}

// maxPath is how far a path is followed. What is longer is a use of the whole global object.
const maxPath = 2

// member is an expression with a member, whose name may not be known.
func (r *reader) member(n ast.Expression, left ast.Expression, name string, known bool) {
	if known && isSecrets(left) {
		at := n.Idx0()
		if dot, ok := n.(*ast.DotExpression); ok {
			at = dot.Identifier.Idx
		}
		r.mentionSecret(name, at)
	}
	if path := r.hostPath(left, 0); path != "" {
		r.hostMember(path, name, known, n.Idx0())
		return
	}
	if this, ok := bareExpression(left).(*ast.ThisExpression); ok {
		r.this(this, name, known)
		return
	}
	r.read(left)
}

func (r *reader) hostMember(path, name string, known bool, at file.Idx) {
	switch {
	case path == "globalThis" && known:
		r.touch(name, at)
	case path == "Function":
		if !known || name == "call" || name == "apply" || name == "bind" || name == "constructor" {
			r.touch(path, at)
		}
	case members[path] == nil || !known:
		r.touch(path, at)
	case members[path][name] != "":
		r.use(members[path][name], at)
	}
}

// this can be the global object in code that is not strict. Nearly all of what packages do with it there is something else, and so what has no name counts in the action's own files only.
func (r *reader) this(n *ast.ThisExpression, name string, known bool) {
	if r.strict {
		return
	}
	if known {
		r.touch(name, n.Idx)
	} else if _, place := r.places.of(n.Idx); place.File != "" {
		r.use(Any, n.Idx)
	}
}

// callee is what is called, or made new.
func (r *reader) callee(e ast.Expression) {
	if dot, ok := bareExpression(e).(*ast.DotExpression); ok && dot.Identifier.Name == "constructor" {
		switch of := bareExpression(dot.Left).(type) {
		case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral:
			r.touch("Function", dot.Identifier.Idx)
		case *ast.DotExpression:
			if of.Identifier.Name == "constructor" {
				r.touch("Function", dot.Identifier.Idx)
			}
		}
	}
	r.read(e)
}

func (r *reader) unary(n *ast.UnaryExpression) {
	id, named := n.Operand.(*ast.Identifier)
	switch n.Operator {
	case token.TYPEOF, token.NOT:
		r.compared(n.Operand)
		return
	case token.INCREMENT, token.DECREMENT:
		if named {
			if s := r.resolve(id); s != nil {
				s.opaque = true
			}
			return
		}
	}
	r.visit(n.Operand)
}

// bindings visits declarations, whose names are declared already.
func (r *reader) bindings(list []*ast.Binding) {
	for _, b := range list {
		switch target := b.Target.(type) {
		case *ast.Identifier:
			if s := r.resolve(target); s != nil {
				s.values = append(s.values, b.Initializer)
			}
		case *ast.ObjectPattern:
			if isSecrets(b.Initializer) {
				r.mentionPattern(target)
			}
			r.target(target)
			if r.taken(target, b.Initializer) {
				continue
			}
		default:
			r.target(target)
		}
		r.visit(b.Initializer)
	}
}

// taken notes what a pattern takes out of one of the host's globals, if all of it has a name.
func (r *reader) taken(pattern *ast.ObjectPattern, from ast.Expression) bool {
	path := r.hostPath(from, 0)
	if path == "" || pattern.Rest != nil {
		return false
	}
	var names []string
	for _, p := range pattern.Properties {
		switch p := p.(type) {
		case *ast.PropertyShort:
			names = append(names, p.Name.Name.String())
		case *ast.PropertyKeyed:
			name, known := text(p.Key)
			if !known || p.Computed {
				return false
			}
			names = append(names, name)
		}
	}
	for _, name := range names {
		r.hostMember(path, name, true, from.Idx0())
	}
	return true
}

// target visits what is assigned to, in ways of which nothing more is known than that.
func (r *reader) target(e ast.Expression) {
	switch e := e.(type) {
	case nil:
	case *ast.Identifier:
		if s := r.resolve(e); s != nil {
			s.opaque = true
		}
	case *ast.AssignExpression:
		r.target(e.Left)
		r.visit(e.Right)
	case *ast.ArrayPattern:
		for _, element := range e.Elements {
			r.target(element)
		}
		r.target(e.Rest)
	case *ast.ObjectPattern:
		for _, p := range e.Properties {
			r.targetProperty(p)
		}
		r.target(e.Rest)
	case *ast.DotExpression:
		r.visit(e.Left)
	case *ast.BracketExpression:
		r.visit(e.Left)
		r.visit(e.Member)
	default:
		r.visit(e)
	}
}

func (r *reader) targetProperty(p ast.Property) {
	switch p := p.(type) {
	case *ast.PropertyShort:
		r.target(&p.Name)
		r.visit(p.Initializer)
	case *ast.PropertyKeyed:
		if p.Computed {
			r.visit(p.Key)
		}
		if nested, ok := p.Value.(*ast.ObjectPattern); ok {
			if name, known := text(p.Key); known && name == "secrets" {
				r.mentionPattern(nested)
			}
		}
		r.target(p.Value)
	}
}
