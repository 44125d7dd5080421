package condition

import (
	"fmt"
	"regexp"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"
)

// programOptions bound an evaluation. One unit of cost is a step, or ten bytes of a text; the whole ends when it has cost more than maxCost.
var programOptions = []cel.ProgramOption{
	cel.EvalOptions(cel.OptOptimize),
	cel.CostTracking(costs{}),
	cel.CostLimit(maxCost),
	cel.OptimizeRegex(&interpreter.RegexOptimization{Function: "matches", RegexIndex: 1, Factory: matcher}),
}

// matcher makes the call of a regular expression, which is compiled once. Go's expressions take time in proportion to the text and to the expression; both are bounded, because the cost is counted only afterwards.
func matcher(call interpreter.InterpretableCall, pattern string) (interpreter.InterpretableCall, error) {
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	return interpreter.NewCall(call.ID(), call.Function(), call.OverloadID(), call.Args(), func(args ...ref.Val) ref.Val {
		text, ok := args[0].(types.String)
		switch {
		case !ok:
			return types.MaybeNoSuchOverloadErr(args[0])
		case len(text) > MaxText:
			return types.WrapErr(fmt.Errorf("matches takes a text of at most %d bytes, and this one has %d", MaxText, len(text)))
		}
		return types.Bool(compiled.MatchString(string(text)))
	}), nil
}

// costs are those of calls that look at more than the library counts.
type costs struct{}

// CallCost implements interpreter.ActualCostEstimator.
func (costs) CallCost(function, _ string, args []ref.Val, _ ref.Val) *uint64 {
	var n uint64
	switch function {
	case "matches":
		n = 1 + 4*text(args[0])
	case "lowerAscii", "contains", "size", "int", "double", "string", "timestamp", "duration":
		n = 1 + text(args[0])/10
	case "_==_", "_!=_":
		n = 1 + min(text(args[0]), text(args[1]))/10
	case "@in":
		n = 1 + size(args[1])*(1+text(args[0])/10)
	default:
		return nil
	}
	return &n
}

// text is the length of a text, and 0 for anything else.
func text(value ref.Val) uint64 {
	s, _ := value.(types.String)
	return uint64(len(s))
}

// size is how many items a list has, and 0 for anything else: a member of an object is found at once.
func size(value ref.Val) uint64 {
	list, ok := value.(traits.Lister)
	if !ok {
		return 0
	}
	n, _ := list.Size().(types.Int)
	return uint64(max(n, 0))
}
