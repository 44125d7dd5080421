package condition

import (
	"fmt"
	"regexp/syntax"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"github.com/durward/durward/catalog/contract"
)

// checkText refuses what would be dear to parse.
func checkText(text string) *Error {
	if strings.TrimSpace(text) == "" {
		return &Error{Line: 1, Column: 1, Message: "the expression is empty"}
	}
	if len(text) > MaxBytes {
		return &Error{Line: 1, Column: 1, Message: fmt.Sprintf("the expression has %d bytes; at most %d are allowed", len(text), MaxBytes)}
	}
	open, prefixes := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(', '[', '{':
			open++
		case ')', ']', '}':
			open--
		}
		switch text[i] {
		case '!', '-':
			prefixes++
		case ' ', '\t', '\r', '\n':
		default:
			prefixes = 0
		}
		if open > maxNesting || prefixes > maxNesting {
			line, column := placeOf(text, i)
			return &Error{Line: line, Column: column, Message: fmt.Sprintf("the expression is nested more than %d deep", maxNesting)}
		}
	}
	return nil
}

// restrict refuses what the library allows and a condition must not do.
func restrict(text string, checked *cel.Ast) Errors {
	var errs Errors
	tree := checked.NativeRep()
	refuse := func(e ast.Expr, message, hint string) {
		if len(errs) < maxErrors {
			at := tree.SourceInfo().GetStartLocation(e.ID())
			errs = append(errs, &Error{Line: at.Line(), Column: columnOf(text, at.Line(), at.Column()), Message: message, Hint: hint})
		}
	}
	if kind := checked.OutputType(); !kind.IsExactType(types.BoolType) {
		refuse(tree.Expr(), "the expression gives "+typeName(kind)+", and a condition is true or false", hintOfResult(kind))
	}
	for _, e := range ast.MatchDescendants(ast.NavigateAST(tree), func(ast.NavigableExpr) bool { return true }) {
		switch e.Kind() {
		case ast.MapKind, ast.StructKind:
			refuse(e, "a condition cannot make objects", "")
		case ast.ListKind:
			for _, item := range e.AsList().Elements() {
				// A list of lists, bound by exists to a name that is in a list again, would double with each step.
				if !scalar(tree.GetType(item.ID())) {
					refuse(item, "an item of a list must be a text, a number, a timestamp, true or false", "compare what is in it instead")
				}
			}
		case ast.CallKind:
			if at, message, hint := checkCall(e, tree.GetType); message != "" {
				refuse(at, message, hint)
			}
		}
	}
	return errs
}

// checkCall says what is wrong with a call that the library allows, and where.
func checkCall(e ast.Expr, typeOf func(int64) *types.Type) (at ast.Expr, message, hint string) {
	args := e.AsCall().Args()
	switch e.AsCall().FunctionName() {
	case "matches":
		message, hint = checkPattern(args[0])
		return args[0], message, hint
	case "_==_", "_!=_":
		if !scalar(typeOf(args[0].ID())) && !scalar(typeOf(args[1].ID())) {
			return e, "objects and lists are not compared, and what can be anything only with a text, a number, true, false or null", hintOfComparison
		}
	case "@in":
		list := typeOf(args[1].ID())
		ofScalars := list.Kind() == types.ListKind && scalar(list.Parameters()[0])
		if !scalar(typeOf(args[0].ID())) && !ofScalars {
			return e, "objects and lists are not looked for, and what can be anything only in a list of texts or numbers", hintOfComparison
		}
	}
	return nil, "", ""
}

// hintOfComparison is for two values whose types only the input tells. Comparing them could mean comparing all that is in them, and the cost of that is known only afterwards.
const hintOfComparison = "string(…), int(…) or double(…) says what it is"

// checkPattern says what is wrong with a regular expression. The library has a check of its own, which panics at a{2}.
func checkPattern(e ast.Expr) (message, hint string) {
	if e.Kind() != ast.LiteralKind {
		return "a regular expression must be written as a text", "compare with ==, startsWith, endsWith or contains"
	}
	pattern, _ := e.AsLiteral().Value().(string)
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return clip(err.Error()), "the syntax is that of RE2"
	}
	compiled, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return clip(err.Error()), ""
	}
	if len(compiled.Inst) > maxPattern {
		return fmt.Sprintf("the regular expression has %d steps; at most %d are allowed", len(compiled.Inst), maxPattern), "counted repetitions such as {1,100} make many"
	}
	return "", ""
}

func scalar(t *types.Type) bool {
	switch t.Kind() {
	case types.BoolKind, types.IntKind, types.DoubleKind, types.StringKind, types.TimestampKind, types.DurationKind, types.NullTypeKind:
		return true
	}
	return false
}

func typeName(t *types.Type) string {
	if t.Kind() == types.DynKind {
		return "anything"
	}
	return cel.FormatCELType(t)
}

func hintOfResult(t *types.Type) string {
	if t.Kind() == types.DynKind {
		return "compare it: … == true"
	}
	return ""
}

// unguarded are the paths of members that are read, may not be there, and are not tested.
func (l *language) unguarded(checked *cel.Ast) []string {
	var reads, tests []string
	for _, e := range ast.MatchDescendants(ast.NavigateAST(checked.NativeRep()), ast.KindMatcher(ast.SelectKind)) {
		path, ok := pathOf(e)
		switch {
		case !ok:
		case e.AsSelect().IsTestOnly():
			tests = append(tests, path)
		default:
			reads = append(reads, path)
		}
	}
	var list []string
	seen := map[string]bool{}
	for _, path := range reads {
		at, optional := l.optional(path)
		if !optional || seen[at] || tested(tests, at) || len(list) == maxWarnedPaths {
			continue
		}
		seen[at] = true
		list = append(list, at)
	}
	return list
}

// tested says whether some test shows that a path is there, by itself or by something in it.
func tested(tests []string, path string) bool {
	for _, test := range tests {
		if test == path || strings.HasPrefix(test, path+".") {
			return true
		}
	}
	return false
}

// pathOf is the path that a chain of selections spells, if it begins at the variable.
func pathOf(e ast.Expr) (string, bool) {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent(), e.AsIdent() == variable
	case ast.SelectKind:
		of, ok := pathOf(e.AsSelect().Operand())
		return of + "." + e.AsSelect().FieldName(), ok
	}
	return "", false
}

// optional is the first part of a path that an input may be without and that reading fails at: no object, because one that is not there reads as an empty one.
func (l *language) optional(path string) (at string, ok bool) {
	of, maybe := rootType, ""
	for _, name := range strings.Split(path, ".")[1:] {
		m := l.shapes.objects[of][name]
		if m == nil {
			return "", false
		}
		if m.optional && maybe == "" {
			maybe = m.path
		}
		if m.shape.Type == contract.Open {
			return openMember(path, m.path)
		}
		if m.shape.Type != contract.Object {
			return maybe, maybe != ""
		}
		of += "." + name
	}
	return "", false // an object
}

// openMember is the member of an open object that a path leads to.
func openMember(path, open string) (string, bool) {
	rest, ok := strings.CutPrefix(path, open+".")
	if !ok {
		return "", false
	}
	name, _, _ := strings.Cut(rest, ".")
	return open + "." + name, true
}
