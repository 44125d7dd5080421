package templates_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/parser"
	"github.com/dop251/goja/token"
	"github.com/go-sourcemap/sourcemap"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/templates"
)

// measured is a bundle that notes which branches are taken: each condition of if, ?:, &&, ||, ??, ?. and loops as true and as false, and each function, case and catch. It is the
// bundle that is measured, because it is what goja reads; the source map leads back to the source.
type measured struct {
	script   []byte
	files    map[string]string
	consumer *sourcemap.Consumer
	tree     *ast.Program
	edits    []edit
	branches []branch

	mu   sync.Mutex
	hits map[int]bool
}

// branch is a place that is to be taken. It has the number of its index, and hits are twice that, and one more for false.
type branch struct {
	file  string
	line  int
	twice bool // taken as true and as false
	text  string
}

type edit struct {
	at, nesting int
	close       bool
	text        string
}

const prelude = `var $hits = {};
function $t(i, v) { $hits[v ? 2 * i : 2 * i + 1] = 1; return v; }
function $n(i, v) { $hits[v == null ? 2 * i + 1 : 2 * i] = 1; return v; }
function $e(i, v) { $hits[2 * i] = 1; return v; }
`

const epilogue = `
for (const name of Object.keys($action)) {
  const run = $action[name];
  $action[name] = async (input) => {
    let outcome, thrown;
    try { outcome = await run(input); } catch (e) { thrown = String(e.message); }
    return { outcome, thrown, hits: Object.keys($hits).map(Number) };
  };
}
`

func instrument(t *testing.T, template templates.Template, bundle *bundler.Bundle) *measured {
	t.Helper()
	tree, err := goja.Parse("", string(bundle.Script), parser.WithDisableSourceMaps)
	require.NoError(t, err)
	consumer, err := sourcemap.Parse("", bundle.SourceMap)
	require.NoError(t, err)
	m := &measured{files: template.Files, consumer: consumer, tree: tree, hits: map[int]bool{}}
	m.visit(reflect.ValueOf(tree.Body), nil)
	m.script = slices.Concat([]byte(prelude), m.edited(string(bundle.Script)), []byte(epilogue))
	_, err = goja.Parse("", string(m.script), parser.WithDisableSourceMaps)
	require.NoError(t, err, string(m.script))
	return m
}

// visit goes through whatever the tree is made of.
func (m *measured) visit(v reflect.Value, parent ast.Node) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return
		}
		if node, ok := v.Interface().(ast.Node); ok && v.Kind() == reflect.Pointer {
			m.node(node, parent)
			parent = node
		}
		m.visit(v.Elem(), parent)
	case reflect.Slice:
		for i := range v.Len() {
			m.visit(v.Index(i), parent)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; v.Type().Field(i).IsExported() && name != "DeclarationList" && name != "File" {
				m.visit(v.Field(i), parent)
			}
		}
	}
}

func (m *measured) node(node, parent ast.Node) {
	switch n := node.(type) {
	case *ast.IfStatement:
		m.expression("$t", n.Test, true)
	case *ast.ConditionalExpression:
		m.expression("$t", n.Test, true)
	case *ast.WhileStatement:
		m.expression("$t", n.Test, true)
	case *ast.ForStatement:
		m.expression("$t", n.Test, true)
	case *ast.BinaryExpression:
		switch n.Operator {
		case token.LOGICAL_AND, token.LOGICAL_OR:
			m.expression("$t", n.Left, true)
		case token.COALESCE:
			m.expression("$n", n.Left, true)
		}
	case *ast.Optional:
		if call, called := parent.(*ast.CallExpression); !called || call.Callee != node { // else it would lose its this
			m.expression("$n", n.Expression, true)
		}
	case *ast.FunctionLiteral:
		m.statement(n.Body.LeftBrace + 1)
	case *ast.ArrowFunctionLiteral:
		switch body := n.Body.(type) {
		case *ast.BlockStatement:
			m.statement(body.LeftBrace + 1)
		case *ast.ExpressionBody:
			m.expression("$e", body.Expression, false)
		}
	case *ast.CatchStatement:
		m.statement(n.Body.LeftBrace + 1)
	case *ast.CaseStatement:
		if len(n.Consequent) > 0 {
			m.statement(n.Consequent[0].Idx0())
		}
	}
}

func (m *measured) expression(function string, e ast.Expression, twice bool) {
	if e == nil || !m.branch(e.Idx0(), twice) {
		return
	}
	number := len(m.branches) - 1
	m.edits = append(m.edits,
		edit{at: int(e.Idx0()) - 1, nesting: number, text: fmt.Sprintf("%s(%d, (", function, number)},
		edit{at: int(e.Idx1()) - 1, nesting: -number, close: true, text: "))"})
}

func (m *measured) statement(at file.Idx) {
	if m.branch(at, false) {
		number := len(m.branches) - 1
		m.edits = append(m.edits, edit{at: int(at) - 1, nesting: number, text: fmt.Sprintf(" $e(%d); ", number)})
	}
}

// branch notes a branch, if it is in the template's source and not made by the bundler.
func (m *measured) branch(at file.Idx, twice bool) bool {
	place := m.tree.File.Position(int(at) - 1)
	source, _, line, _, ok := m.consumer.Source(place.Line, place.Column-1)
	if !ok || line == 0 {
		return false
	}
	content, own := m.files[source]
	if !own {
		return false
	}
	text := strings.Split(content, "\n")[line-1]
	m.branches = append(m.branches, branch{file: source, line: line, twice: twice, text: strings.TrimSpace(text)})
	return true
}

func (m *measured) edited(script string) []byte {
	slices.SortStableFunc(m.edits, func(a, b edit) int {
		if a.at != b.at {
			return a.at - b.at
		}
		if a.close != b.close {
			if a.close {
				return -1
			}
			return 1
		}
		return a.nesting - b.nesting
	})
	var out []byte
	from := 0
	for _, e := range m.edits {
		out = append(append(out, script[from:e.at]...), e.text...)
		from = e.at
	}
	return append(out, script[from:]...)
}

// note keeps what an execution has taken, and makes its result what it would be without.
func (m *measured) note(_ vm.Call, r vm.Result) vm.Result {
	var answer struct {
		Outcome json.RawMessage
		Thrown  *string
		Hits    []int
	}
	if json.Unmarshal(r.Outcome, &answer) != nil {
		return r
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, hit := range answer.Hits {
		m.hits[hit] = true
	}
	r.Outcome = answer.Outcome
	if answer.Thrown != nil {
		r.Failure = &vm.Failure{Kind: vm.FailThrown, Message: *answer.Thrown}
	}
	return r
}

// coverage is that of all templates. A file of lib is covered by all templates that import it together.
type coverage struct {
	mu    sync.Mutex
	taken map[string]bool // by place and side
}

const excuse = "// not covered: "

func (c *coverage) add(template templates.Template, m *measured) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.taken == nil {
		c.taken = map[string]bool{}
	}
	nth := map[string]int{}
	for i, b := range m.branches {
		if strings.Contains(b.text, excuse) {
			continue
		}
		place := b.file
		if !strings.HasPrefix(place, "lib/") {
			place = template.Name + "/" + place
		}
		place = fmt.Sprintf("%s:%d", place, b.line)
		nth[place]++
		place = fmt.Sprintf("%s, branch %d (%s)", place, nth[place], b.text)
		sides := []string{" never taken"}
		if b.twice {
			sides = []string{" never true", " never false"}
		}
		for side, what := range sides {
			c.taken[place+what] = c.taken[place+what] || m.hits[2*i+side]
		}
	}
}

func (c *coverage) missed() []string {
	var missed []string
	for place, taken := range c.taken {
		if !taken {
			missed = append(missed, place)
		}
	}
	slices.SortFunc(missed, cmp.Compare[string])
	return missed
}
