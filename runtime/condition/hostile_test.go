package condition_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/condition"
)

// large is an input of 256 KiB, as much as a call may have: long lists, long texts, deep state.
func large(t testing.TB) *condition.Input {
	t.Helper()
	groups := make([]string, 8000)
	for i := range groups {
		groups[i] = fmt.Sprint("group-", i)
	}
	u, err := json.Marshal(map[string]any{"id": "u1", "email": strings.Repeat("a", 60_000) + "@example.com", "groups": groups})
	require.NoError(t, err)
	s, err := json.Marshal(map[string]any{
		"deep": json.RawMessage(strings.Repeat("[", 60) + strings.Repeat("]", 60)), "wide": make([]int, 30_000), "text": strings.Repeat("a", condition.MaxText),
	})
	require.NoError(t, err)
	in := input()
	in.Set("user", u)
	in.Set("state", s)
	return in
}

// repeat joins as many copies as fit into an expression.
func repeat(part, join string) string {
	return strings.Repeat(part+join, (condition.MaxBytes-len(part))/len(part+join)) + part
}

// dear are expressions that try to make parsing, compiling or evaluating take long. All but those that are too large to be compiled are evaluated.
var dear = map[string]string{
	"nested loops":                        `input.user.groups.all(a, input.user.groups.all(b, input.user.groups.all(c, a != b || b != c || true)))`,
	"loops over texts":                    `input.user.groups.all(a, input.user.email.contains(a + "!") == false)`,
	"comparing all with all":              `input.user.groups.all(a, input.state.text != a + input.state.text)`,
	"many loops":                          repeat(`input.user.groups.exists(a,a=="")`, "||"),
	"searching lists":                     repeat(`!("x" in input.user.groups)`, "&&"),
	"doubling a text":                     `[input.user.email].exists(a, [a+a].exists(b, [b+b].exists(c, [c+c].exists(d, [d+d].exists(e, [e+e].exists(f, [f+f].exists(g, [g+g].exists(h, size(h+h) > 0))))))))`,
	"a dear regular expression":           repeat(`!input.state.text.matches("(a?){60}a{60}b$")`, "&&"),
	"regular expressions for all":         `input.user.groups.all(g, !g.matches("(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)[0-9]x"))`,
	"a long text in a regular expression": `input.user.email.matches("a*b")`,
	"lowering a long text":                repeat(`input.user.email.lowerAscii()!=""`, "&&"),
	"brackets":                            strings.Repeat("(", 20) + "true" + strings.Repeat(")", 20),
	"many brackets":                       repeat("((((((((((true))))))))))", "&&"),
	"many alternatives":                   repeat("true", "||"),
	"conditions in conditions":            repeat("true?true", ":") + ":true",
	"signs":                               repeat("- 1 == -1", "||"),
	"many selections":                     "input" + strings.Repeat(".a", 450),
	"many indexes":                        "input.state.deep" + strings.Repeat("[0]", 59) + " == 1",
	"many errors":                         repeat("§", " "),
	"many unknown names":                  repeat("a", "+"),
	"many unknown members":                repeat("input.a", "+"),
	"a long list":                         "1 in [" + repeat("1", ",")[:980] + "]",
	"nested lists":                        strings.Repeat("[", 19) + strings.Repeat("]", 19) + " == []",
	"nested macros":                       strings.Repeat("[1].all(x,", 18) + "true" + strings.Repeat(")", 18),
	"opened and never closed":             strings.Repeat("(1+", 19),
	"numbers":                             repeat("1", "+") + " > 0",
	"comparisons in a row":                repeat("1", "<"),
}

// TestDear shows that what means to be dear ends: it is refused, or gives an answer, or costs too much. That it ends soon is measured by BenchmarkDear.
func TestDear(t *testing.T) {
	t.Parallel()
	in := large(t)
	for name, text := range dear {
		c, err := condition.Compile(text, trigger(t, "login.after"))
		if err != nil {
			var errs condition.Errors
			require.ErrorAs(t, err, &errs, name)
			continue
		}
		if _, err := c.Holds(in); err != nil {
			require.ErrorIs(t, err, condition.ErrEvaluation, name)
		}
	}
	_, err := compile(t, dear["nested loops"]).Holds(in)
	require.ErrorContains(t, err, "cost limit exceeded")
	_, err = compile(t, dear["a long text in a regular expression"]).Holds(in)
	require.ErrorContains(t, err, "cost limit exceeded")
}

func BenchmarkDear(b *testing.B) {
	at := trigger(b, "login.after")
	_, _ = condition.Compile("true", at) // makes the language
	for name, text := range dear {
		b.Run("compile/"+name, func(b *testing.B) {
			for b.Loop() {
				_, _ = condition.Compile(text, at)
			}
		})
		c, err := condition.Compile(text, at)
		if err != nil {
			continue
		}
		in := large(b)
		b.Run("evaluate/"+name, func(b *testing.B) {
			for b.Loop() {
				_, _ = c.Holds(in)
			}
		})
	}
}

// BenchmarkHolds evaluates what is usual: one member, and a look through a list.
func BenchmarkHolds(b *testing.B) {
	for name, text := range map[string]string{
		"client": `input.context.client.id == "shop"`,
		"groups": `input.user.email.endsWith("@example.com") || input.user.groups.exists(g, g == "admins")`,
	} {
		c := compile(b, text)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				holds, err := c.Holds(input())
				if err != nil || !holds {
					b.Fatal(holds, err)
				}
			}
		})
	}
}

func FuzzCompile(f *testing.F) {
	for _, text := range dear {
		f.Add(text)
	}
	for _, text := range []string{`input.user.email.matches("a{2}")`, `has(input.user.id) ? 1 < 2 : "a" in ["b"]`, `timestamp("2026-01-02T03:04:05Z") > input.user.created_at`, "\xff", "a\n.b", `r"\d" == 'x'`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := condition.Compile(text, trigger(t, "login.after"))
		if err != nil {
			var errs condition.Errors
			require.ErrorAs(t, err, &errs)
			require.NotEmpty(t, errs)
			for _, e := range errs {
				require.Positive(t, e.Line)
				require.Positive(t, e.Column)
				require.NotContains(t, e.Message, "cannot be compiled", "the library panicked")
			}
			return
		}
		if _, err := c.Holds(input()); err != nil {
			require.True(t, errors.Is(err, condition.ErrEvaluation))
			require.NotContains(t, err.Error(), "internal error", "the library panicked")
		}
	})
}
