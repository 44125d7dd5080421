// Package condition decides whether an attached action runs: it compiles a small expression over the action's input, and evaluates it.
//
// The language is the Common Expression Language (https://cel.dev), cut down to what a yes or no takes: operators, the macros has, all, exists and exists_one, and some functions.
// There is one variable, input, with the types of the contract at the trigger. Secrets and config are not in it.
//
// The expression is a tenant's, what it is evaluated on is anybody's, and both happen in the server process. That is safe because everything is bounded: the length, the nodes and the nesting of an
// expression, the size of a regular expression and of what it is matched with, and the cost of an evaluation, in steps and in bytes that are looked at. An expression cannot build values that share parts
// of each other, which is how a cheap one could become exponential, nor compare such values. The tests have the expressions that were tried, and BenchmarkDear what they take.
package condition

import (
	"errors"
	"fmt"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"github.com/durward/durward/catalog/contract"
)

// Bounds of an expression and of its evaluation.
const (
	MaxBytes = 1000 // of an expression
	// MaxText is how many bytes a text may have that a regular expression is matched with.
	MaxText = 1024

	maxNodes       = 300
	maxNesting     = 20     // of brackets, and of prefix operators in a row
	maxPattern     = 200    // instructions of a compiled regular expression
	maxCost        = 10_000 // of an evaluation: some milliseconds
	maxErrors      = 5      // in one answer
	maxMessage     = 300    // bytes of an error
	maxRecursion   = 60     // rules of the grammar of one kind within each other
	maxRecoveries  = 5      // after errors of syntax
	maxWarnedPaths = 5
)

// Key is what a condition is made from: those with the same key do the same.
type Key struct {
	Trigger contract.TriggerID
	Text    string
}

// Condition is a compiled expression. It is immutable and safe for concurrent use.
type Condition struct {
	program   cel.Program
	unguarded []string
}

// Compile compiles an expression for the inputs of a trigger. The error is [Errors].
func Compile(text string, t contract.Trigger) (c *Condition, err error) {
	// Parser and checker do not catch their own panics, as the evaluation does; and there have been expressions that made them panic.
	defer func() {
		if p := recover(); p != nil {
			c, err = nil, Errors{{Line: 1, Column: 1, Message: clip(fmt.Sprint("the expression cannot be compiled: ", p))}}
		}
	}()
	if err := checkText(text); err != nil {
		return nil, Errors{err}
	}
	language, err := languageAt(t)
	if err != nil {
		return nil, err
	}
	checked, issues := language.env.Compile(text)
	if issues.Err() != nil {
		return nil, located(text, issues, language)
	}
	if errs := restrict(text, checked); len(errs) > 0 {
		return nil, errs
	}
	program, err := language.env.Program(checked, programOptions...)
	if err != nil {
		return nil, Errors{{Line: 1, Column: 1, Message: clip(err.Error())}} // of a part that is constant, and is evaluated now
	}
	return &Condition{program: program, unguarded: language.unguarded(checked)}, nil
}

// Unguarded are the members that the expression reads although an input may be without them, and that it does not test with has: where one is not there, the evaluation fails.
func (c *Condition) Unguarded() []string { return c.unguarded }

// ErrEvaluation says that a condition could not be evaluated: the input lacks what it reads, or has another type there, or it cost too much.
var ErrEvaluation = errors.New("the condition could not be evaluated")

// Holds evaluates the condition. The error is an ErrEvaluation.
func (c *Condition) Holds(in *Input) (bool, error) {
	value, _, err := c.program.Eval(in)
	if err != nil {
		return false, fmt.Errorf("%w: %s", ErrEvaluation, clip(err.Error()))
	}
	holds, ok := value.(types.Bool)
	if !ok {
		return false, fmt.Errorf("%w: it gives %s, and not true or false", ErrEvaluation, value.Type().TypeName())
	}
	return bool(holds), nil
}
