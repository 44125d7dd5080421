package vm

import (
	"regexp"
	"strings"
	"sync"
)

// hints say what would be right after a failure of a kind.
var hints = map[FailureKind]string{
	FailNoEntry:      `Write: export async function execute(input) { return { kind: "continue" }; }`,
	FailNeverSettles: "Something is awaited that nothing resolves: is there a callback that is never called, or a promise that is never resolved?",
	FailBadOutcome:   `Return nothing, or an object such as { kind: "continue" } or { kind: "block", message: "…" }.`,
	FailStackLimit:   "Is there a function that calls itself without an end?",
	FailMemoryLimit:  "Work on less at a time, and keep nothing that is not needed any more.",
	FailOutputLimit:  "Answer with less: keep what is large where it is, and hand on its name.",
	FailRequestLimit: "Send fewer requests, or ask for less; what many runs need can be kept in durward.cache.",
	FailPendingLimit: "Wait for what is under way before more is begun.",
}

// hintsOfTime are those of time limits, by the word before the value.
var hintsOfTime = map[string]string{
	"cpu":   "Is there a loop that never ends? Waiting costs nothing of this time.",
	"wall":  "Let no request take all of it: fetch(url, { signal: AbortSignal.timeout(2000) }).",
	"chain": "The actions before it took long; give each of them less time.",
}

// thrownHint is what is said of what is thrown if its text matches.
type thrownHint struct {
	match *regexp.Regexp
	hint  string
}

// thrownHints are in their order: the first that matches counts. Like all patterns of this package they are compiled when they are needed, because a worker process would wait for it when it starts.
var thrownHints = sync.OnceValue(func() []thrownHint {
	return []thrownHint{
		{regexp.MustCompile(`^thrown: `), `Throw an Error, such as new Error("…"): it knows where it was thrown.`},
		{regexp.MustCompile(`^TypeError: Cannot read propert`), "What stands before it is not there. Not every call has every member of the input: write ?. or test for it."},
		{regexp.MustCompile(`^TypeError: Value is not object coercible`), "What is taken apart there is undefined or null. Not every call has every member of the input: give it a default, as in { user = {} }."},
		{regexp.MustCompile(`^TypeError: Object has no member |is not a function$|^TypeError: Not a function`), "Is the name misspelt? There is no function of this name."},
		{regexp.MustCompile(`^ReferenceError: (window|document|localStorage|navigator|XMLHttpRequest|location) is not defined`), "Actions run on the server, and have no page; there is fetch for requests."},
		{regexp.MustCompile(`^ReferenceError: (require|module|exports|__dirname|__filename) is not defined`), "A file that uses import has no require: import everything."},
		{regexp.MustCompile(`^ReferenceError: .* is not defined`), "Is the name misspelt, or an import or a declaration missing?"},
		{regexp.MustCompile(`code from strings is not allowed`), "eval and new Function throw in actions. Packages that compile templates or schemas at run time mostly can do that beforehand."},
		{regexp.MustCompile(`, which actions do not have$`), "Actions have some modules of Node.js only; a package that needs this one cannot do here what was asked of it."},
		{regexp.MustCompile(`^SyntaxError: (Unexpected end of JSON|invalid character )`), "The text is not JSON. An answer can be an error page: look at response.ok before response.json()."},
	}
})

// Hint says what would be right, in one or two sentences for the author; empty where that is not known.
func (f *Failure) Hint() string {
	switch f.Kind {
	case FailTimeLimit:
		limit, _, _ := strings.Cut(f.Limit, " ")
		return hintsOfTime[limit]
	case FailThrown, FailLoad:
		for _, h := range thrownHints() {
			if h.match.MatchString(f.Message) {
				return h.hint
			}
		}
	}
	return hints[f.Kind]
}
