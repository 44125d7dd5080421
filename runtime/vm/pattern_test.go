package vm_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/dop251/goja"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/vm"
)

// What matches is what the standard says, in a literal and in an expression that is made at run time.
func TestPatterns(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		pattern, flags string
		yes, no        []string
	}{
		"letters":                      {`^kiss$`, "i", []string{"kiss", "KISS"}, []string{"\u212aiss", "ki\u017fs"}},
		"set":                          {`^[a-z]+$`, "i", []string{"Kiss"}, []string{"\u212a", "\u017f"}},
		"set without":                  {`^[^a-z]$`, "i", []string{"\u212a", "1"}, []string{"k", "K"}},
		"set that begins with -":       {`^[-a]$`, "i", []string{"-", "a", "A"}, []string{"b", "B"}},
		"set that ends with -":         {`^[a-]$`, "i", []string{"-", "a", "A"}, []string{"b", "B"}},
		"set with classes":             {`^[\w-k]$`, "i", []string{"-", "k", "z"}, []string{"\u212a", "+"}},
		"escapes":                      {`^\x6b[\u006b-\u006c]\.$`, "i", []string{"KL.", "kk."}, []string{"\u212ak.", "kkx"}},
		"beyond ASCII":                 {`^[à-ü]é$`, "i", []string{"ÀÉ", "üé"}, []string{"×É", "ae"}},
		"Greek":                        {`^σμ$`, "i", []string{"Σμ", "ς\u00b5"}, []string{"σ"}},
		"with look-ahead":              {`^(?=k)[a-k]$`, "i", []string{"K", "k"}, []string{"\u212a", "l"}},
		"named group":                  {`^(?<kind>k)$`, "i", []string{"K"}, []string{"\u212a"}},
		"lines":                        {`^b$`, "m", []string{"a\rb", "b\u2028a", "a\nb\n"}, []string{"ab", "a b"}},
		"^ and $ in sets":              {`^[$^]$`, "m", []string{"a\n$", "^"}, []string{"a"}},
		"escaped":                      {`\^\$`, "m", []string{"^$"}, []string{""}},
		"dot beside look-ahead":        {`^(?=a).$`, "", []string{"a"}, []string{"\u2028"}},
		"dot that is all":              {`^(?=\s).$`, "s", []string{"\u2028", "\n"}, []string{"a"}},
		"words beside look-ahead":      {`(?=a)\ba\b`, "", []string{"éaé", "a"}, []string{"ba"}},
		"brackets in a set":            {`^[[:alpha:]]$`, "", []string{":]", "a]"}, []string{"b", "z"}},
		"property":                     {`^\p{Lu}$`, "u", []string{"É"}, []string{"é", "p"}},
		"property with its name":       {`^\p{gc=Lu}\p{Script=Greek}$`, "u", []string{"Éα"}, []string{"éα"}},
		"property in a set":            {`^[\p{sc=Greek}x]$`, "u", []string{"α", "x"}, []string{"a"}},
		"backslash before p":           {`^\\p$`, "u", []string{`\p`}, []string{"p"}},
		"back-reference keeps its way": {`^(a)\1$`, "i", []string{"aA"}, []string{"ab"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			texts, err := json.Marshal(append(test.yes, test.no...))
			require.NoError(t, err)
			quoted, err := json.Marshal(test.pattern)
			require.NoError(t, err)
			ways := []string{fmt.Sprintf(`new RegExp(%s, %q)`, quoted, test.flags), fmt.Sprintf(`new RegExp(new RegExp(%s, %q), %q)`, quoted, test.flags, test.flags)}
			if !strings.Contains(test.pattern, `\p{`) { // which cannot be published
				ways = append(ways, fmt.Sprintf(`/%s/%s`, test.pattern, test.flags))
			}
			for _, way := range ways {
				result := run(t, body(fmt.Sprintf(`return %s.filter((text) => %s.test(text))`, texts, way)), `{}`, long)
				require.Nil(t, result.Failure, way)
				want, err := json.Marshal(test.yes)
				require.NoError(t, err)
				require.JSONEq(t, string(want), string(result.Outcome), way)
			}
		})
	}
}

func TestPatternsThatThrow(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{`\p{Greek}`, `\p{Script=No}`, `\p{sc=Lu}`, `\p{gc=Greek}`, `\p`, `\p{L`, `(?=)(?i)a`, `(?>a)`, `[a`, `(a`} {
		quoted, err := json.Marshal(pattern)
		require.NoError(t, err)
		result := run(t, body(fmt.Sprintf(`new RegExp(%s, "u")`, quoted)), `{}`, long)
		require.NotNil(t, result.Failure, pattern)
		require.True(t, strings.HasPrefix(result.Failure.Message, "SyntaxError: "), result.Failure.Message)
	}
}

// A comparison of a comparison is read from the left, unless brackets say otherwise.
func TestComparisonsInARow(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		`1 < 2 < 3`:               true,
		`3 > 2 > 1`:               false,
		`3 > 2 >= 1`:              true,
		`3 > 2 > 1 > 0`:           false,
		`0 < (3 < 2)`:             false,
		`-1 < (3 < 2)`:            true,
		`3 > ((1, 2) > 1)`:        true,
		`3 > (1, 2) > 1`:          false,
		`"a" in { a: 1 } < 2`:     true,
		`1 < 2 == true`:           true,
		`[] instanceof Array < 1`: false,
		`(3 > 2 > 1) < (1 > 0)`:   true,
	}
	for expression, want := range tests {
		t.Run(expression, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, fmt.Sprint(want), answer(t, "export const answer = async (f) => String(await f());", expression))
		})
	}
}

func TestTypedArraysFromStrings(t *testing.T) {
	t.Parallel()
	result := run(t, body(`class Own extends Uint8Array {}
		return [[...Uint8Array.from(atob("AP8="), (c) => c.charCodeAt(0))], [...Uint16Array.from("12")], [...Uint8Array.from([3])], Own.from("7") instanceof Own, Float64Array.from("").length]`), `{}`, vm.Limits{})
	require.Nil(t, result.Failure)
	require.JSONEq(t, `[[0,255],[1,2],[3],true,0]`, string(result.Outcome))
}

// A pattern that goja takes as it was written it takes as it is repaired, and what cannot be fails as SyntaxError.
func FuzzPatterns(f *testing.F) {
	for _, seed := range []string{`^[a-z]+$`, `[^-k\]]`, `(?<a>x)\k<a>`, `\u006b\x6b\cA`, `(?=)\b.`, `a{2,3}?|[]`, `\p{L}`, `[\d-x]`, `\`} {
		for _, flags := range []string{"", "i", "im", "u", "iu"} {
			f.Add(seed, flags)
		}
	}
	f.Fuzz(func(t *testing.T, pattern, flags string) {
		quoted, err := json.Marshal(pattern)
		if err != nil || len(pattern) > 200 || len(flags) > 3 {
			t.Skip()
		}
		quotedFlags, err := json.Marshal(flags)
		require.NoError(t, err)
		_, refused := goja.New().RunString(fmt.Sprintf(`new RegExp(%s, %s)`, quoted, quotedFlags))
		result := run(t, body(fmt.Sprintf(`try { new RegExp(%s, %s) } catch (e) { return e.name }`, quoted, quotedFlags)), `{}`, long)
		require.Nil(t, result.Failure)
		if refused == nil && !strings.Contains(pattern, "(?") && !strings.ContainsAny(pattern, `\[`) {
			require.Empty(t, result.Outcome)
		}
	})
}
