package capability

import (
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
)

// isSecrets says whether an expression is called secrets, as input.secrets is.
func isSecrets(e ast.Expression) bool {
	switch e := bareExpression(e).(type) {
	case *ast.Identifier:
		return e.Name == "secrets"
	case *ast.DotExpression:
		return e.Identifier.Name == "secrets"
	case *ast.BracketExpression:
		name, known := memberName(e)
		return known && name == "secrets"
	}
	return false
}

// mentionSecret notes that a secret is read by its name.
func (r *reader) mentionSecret(name string, at file.Idx) {
	if name == "" || strings.Trim(name, secretBytes) != "" || inherited[name] {
		return
	}
	if by, place := r.places.of(at); by == Own {
		r.secrets.add(name, place)
	}
}

const secretBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

// inherited are names that an object has, or is asked for, without being a secret's.
var inherited = map[string]bool{
	"constructor": true, "hasOwnProperty": true, "isPrototypeOf": true, "propertyIsEnumerable": true, "toLocaleString": true, "toString": true, "valueOf": true,
	"__proto__": true, "toJSON": true, "then": true,
}

// mentionPattern notes the secrets that a pattern takes out of something called secrets.
func (r *reader) mentionPattern(pattern *ast.ObjectPattern) {
	for _, p := range pattern.Properties {
		switch p := p.(type) {
		case *ast.PropertyShort:
			r.mentionSecret(p.Name.Name.String(), p.Name.Idx)
		case *ast.PropertyKeyed:
			if name, known := text(p.Key); known && !p.Computed {
				r.mentionSecret(name, p.Key.Idx0())
			}
		}
	}
}
