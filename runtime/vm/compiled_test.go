package vm_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

// Texts of expressions that are compiled once mean what they mean otherwise, and none of them gets out of its literal.
func TestCompiledPatterns(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, want string }{
		"plain":            {`const r = new RegExp("^a+$", "gy"); return [r.source, r.flags, r.test("aaa"), r instanceof RegExp, r.constructor === RegExp]`, `["^a+$","gy",true,true,true]`},
		"one object each":  {`const make = () => new RegExp("a", "g"); const r = make(); r.exec("a"); r.own = 1; return [r.lastIndex, make().lastIndex, make().own === undefined]`, `[1,0,true]`},
		"a call":           {`return [RegExp("b+").exec("abb")[0], RegExp("x", undefined).flags]`, `["bb",""]`},
		"a slash":          {`return [new RegExp("a/b").test("a/b"), new RegExp("[/]").test("/")]`, `[true,true]`},
		"an empty text":    {`return new RegExp("").test("x")`, `true`},
		"a line end":       {`return [new RegExp("a\nb").test("a\nb"), new RegExp("\u2028").test("\u2028")]`, `[true,true]`},
		"half a character": {`return new RegExp("^\ud800$").test("\ud800")`, `true`},
		"a property":       {`return new RegExp("^\\p{L}+$", "u").test("Zoë")`, `true`},
		"a subclass":       {`class R extends RegExp { two() { return 2 } } return new R("a", "g").two()`, `2`},
		"no flags of code": {`try { new RegExp("a", "g;throw 1") } catch (e) { return e.name }`, `"SyntaxError"`},
		"a comment":        {`const seen = []; for (const text of ["*", "*a*", "\\", "(", "a\\"]) try { new RegExp(text); seen.push(text) } catch (e) { seen.push(e.name) } return seen`, `["SyntaxError","SyntaxError","SyntaxError","SyntaxError","SyntaxError"]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 2 { // the second time it is known
				require.JSONEq(t, test.want, (&world{}).outcome(t, test.body))
			}
		})
	}
}

func BenchmarkPatterns(b *testing.B) {
	machine, digest := load(b, body(`let n = 0; for (let i = 0; i < 40; i++) n += new RegExp("^v?(\\d{1,256})\\.(\\d{1,256})(?:-(" + i + "))?$").test("1.2") ? 1 : 0; return n`), nil)
	for b.Loop() {
		x := machine.Start(digest, vm.Call{Entry: "execute", Input: []byte(`{}`)})
		if !x.Step() || x.Result().Failure != nil {
			b.Fatal(x.Result().Failure)
		}
	}
}
