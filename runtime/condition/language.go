package condition

import (
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/durward/durward/catalog/contract"
)

// variable is the only one.
const variable = "input"

// language is what can be said at one trigger.
type language struct {
	env    *cel.Env
	shapes *shapes
}

var languages sync.Map // contract.TriggerID to func() (*language, error)

// languageAt returns the language of a trigger. It is made when it is first asked for: most servers use few of them.
func languageAt(t contract.Trigger) (*language, error) {
	known, _ := languages.LoadOrStore(t.ID, sync.OnceValues(func() (*language, error) { return newLanguage(t) }))
	return known.(func() (*language, error))()
}

// common is what all languages share.
var common = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewCustomEnv(
		cel.StdLib(cel.StdLibSubset(&env.LibrarySubset{IncludeMacros: macros, IncludeFunctions: functions()})),
		cel.CrossTypeNumericComparisons(true),
		cel.EnableHiddenAccumulatorName(true),
		cel.ParserExpressionSizeLimit(MaxBytes),
		cel.ParserRecursionLimit(maxRecursion),
		cel.ParserErrorRecoveryLimit(maxRecoveries),
		cel.ExpressionNodeLimit(maxNodes),
		cel.ASTValidators(cel.ValidateTimestampLiterals(), cel.ValidateDurationLiterals()),
		cel.Function("lowerAscii", cel.MemberOverload("string_lower_ascii", []*cel.Type{cel.StringType}, cel.StringType, cel.UnaryBinding(lowerASCII))),
	)
})

func newLanguage(t contract.Trigger) (*language, error) {
	base, err := common()
	if err != nil {
		return nil, err
	}
	shapes := newShapes(t)
	env, err := base.Extend(cel.CustomTypeProvider(shapes), cel.Variable(variable, types.NewObjectType(rootType)))
	if err != nil {
		return nil, err
	}
	return &language{env: env, shapes: shapes}, nil
}

var macros = []string{"has", "all", "exists", "exists_one"}

// overloads are the functions of the standard library that there are, with those of their forms that there are. What is left out either makes large or shared values (lists, maps, bytes), reads
// files (time zones), or says nothing that a condition needs.
var overloads = map[string]string{
	"_&&_": "logical_and", "_||_": "logical_or", "!_": "logical_not", "_?_:_": "conditional", "@not_strictly_false": "not_strictly_false",
	"_==_": "equals", "_!=_": "not_equals", "@in": "in_list in_map", "_[_]": "index_list index_map",
	"_<_":      "less_int64 less_int64_double less_double less_double_int64 less_string less_timestamp less_duration",
	"_<=_":     "less_equals_int64 less_equals_int64_double less_equals_double less_equals_double_int64 less_equals_string less_equals_timestamp less_equals_duration",
	"_>_":      "greater_int64 greater_int64_double greater_double greater_double_int64 greater_string greater_timestamp greater_duration",
	"_>=_":     "greater_equals_int64 greater_equals_int64_double greater_equals_double greater_equals_double_int64 greater_equals_string greater_equals_timestamp greater_equals_duration",
	"_+_":      "add_int64 add_double add_string add_timestamp_duration add_duration_timestamp add_duration_duration",
	"_-_":      "subtract_int64 subtract_double subtract_timestamp_timestamp subtract_timestamp_duration subtract_duration_duration",
	"_*_":      "multiply_int64 multiply_double",
	"_/_":      "divide_int64 divide_double",
	"_%_":      "modulo_int64",
	"-_":       "negate_int64 negate_double",
	"size":     "size_string size_list size_map string_size list_size map_size",
	"contains": "contains_string", "startsWith": "starts_with_string", "endsWith": "ends_with_string", "matches": "matches_string",
	"int": "int64_to_int64 double_to_int64 string_to_int64", "double": "double_to_double int64_to_double string_to_double",
	"string":    "string_to_string bool_to_string int64_to_string double_to_string",
	"timestamp": "string_to_timestamp timestamp_to_timestamp", "duration": "string_to_duration duration_to_duration",
	"getHours": "timestamp_to_hours duration_to_hours", "getMinutes": "timestamp_to_minutes duration_to_minutes", "getDayOfWeek": "timestamp_to_day_of_week",
	"getFullYear": "timestamp_to_year", "getMonth": "timestamp_to_month", "getDate": "timestamp_to_day_of_month_1_based",
}

func functions() []*env.Function {
	var list []*env.Function
	for name, ids := range overloads {
		f := &env.Function{Name: name}
		for _, id := range strings.Fields(ids) {
			f.Overloads = append(f.Overloads, &env.Overload{ID: id})
		}
		list = append(list, f)
	}
	return list
}

func lowerASCII(value ref.Val) ref.Val {
	text, ok := value.(types.String)
	if !ok {
		return types.NoSuchOverloadErr()
	}
	return types.String(strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, string(text)))
}
