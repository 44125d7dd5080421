package web

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/bundler/capability"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/progress"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/versions/rollout"
)

// field is a member of a wire type.
type field struct {
	name     string
	required bool // it may not be absent
	typ      reflect.Type
	doc      string
	enum     string // the name of the set of words that it, or each of its items, may hold
	schema   string // what JSON it, or each of its items, holds where the Go type is any JSON
}

// fields are the members of a wire type, those of embedded types included.
func fields(t reflect.Type) []field {
	var list []field
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			list = append(list, fields(f.Type)...)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		list = append(list, field{
			name: name, required: !strings.Contains(options, "omit"), typ: f.Type, doc: f.Tag.Get("doc"), enum: f.Tag.Get("enum"), schema: f.Tag.Get("schema"),
		})
	}
	return list
}

// words returns the set of words with a name, as the packages that own them have it.
func words(set string) []string {
	switch set {
	case "role":
		return texts[string](catalog.Roles())
	case "person_role":
		return texts[string](accounts.Roles())
	case "actor_role":
		return append(texts[string](catalog.Roles()), string(catalog.RoleOperator), audit.SystemRole)
	case "host_api":
		return append([]string{capability.Any}, capability.APIs()...)
	case "capability":
		return texts[string](versions.ChangeKinds())
	case "action_kind":
		return []string{string(catalog.ActionCustom), string(catalog.ActionTemplate), string(catalog.ActionModule)}
	case "trigger":
		return each(contract.Triggers(), func(t contract.Trigger) string { return string(t.ID) })
	case "flow_kind":
		return texts[string](contract.FlowKinds())
	case "kind":
		return texts[string](contract.Kinds())
	case "recorded":
		return append(texts[string](contract.Kinds()), audit.NoAnswer)
	case "knowledge":
		return knowledge()
	case "policy":
		return []string{string(versions.Block), string(versions.Continue)}
	case "order":
		return []string{string(versions.OrderUser)}
	case "delivery_state":
		return texts[string](deliveries.States())
	case "request_method":
		return catalog.Methods()
	case "request_scheme":
		return catalog.Schemes()
	case "stage":
		return texts[string](progress.Stages())
	case "grouping":
		return texts[string](audit.Groupings())
	case "metric":
		return texts[string](rollout.Metrics())
	case "rollout_state":
		return texts[string]([]rollout.State{rollout.Running, rollout.Paused, rollout.Promoted, rollout.Aborted, rollout.RolledBack})
	case "standing":
		return texts[string]([]rollout.Standing{rollout.Waiting, rollout.Within, rollout.Above, rollout.Breached})
	case "cohort":
		return []string{rollout.Stable.String(), rollout.Candidate.String()}
	case "type_check":
		return texts[string](catalog.TypeChecks())
	case "types_source":
		return []string{string(npm.TypesOwn), string(npm.TypesDeclared), string(npm.TypesNone)}
	case "severity":
		return []string{"error", "warning"}
	case "log_level":
		return []string{"debug", "info", "warn", "error"}
	case "failure":
		return texts[string]([]vm.FailureKind{
			vm.FailThrown, vm.FailLoad, vm.FailNoEntry, vm.FailNeverSettles, vm.FailBadOutcome, vm.FailTimeLimit, vm.FailStackLimit, vm.FailMemoryLimit,
			vm.FailOutputLimit, vm.FailRequestLimit, vm.FailPendingLimit, vm.FailPolicy, vm.FailSandboxLost, runtime.FailCondition,
		})
	case "problem":
		return each(problemKinds, func(k problemKind) string { return string(k.code) })
	}
	panic("there is no set of words called " + set)
}

// components makes JSON Schemas (draft 2020-12, which is OpenAPI 3.1's own) from wire types. Structs become components that others refer to.
type components map[string]any

var (
	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
)

// of returns the schema of what is in a field.
func (c components) of(f field) map[string]any {
	t := f.typ
	switch t {
	case timeType:
		return map[string]any{"type": "string", "format": "date-time"}
	case rawType:
		return anyJSON(f.schema)
	}
	switch t.Kind() {
	case reflect.Pointer:
		f.typ = t.Elem()
		return c.of(f)
	case reflect.String:
		if f.enum != "" {
			return map[string]any{"type": "string", "enum": words(f.enum)}
		}
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Slice:
		f.typ = t.Elem()
		return map[string]any{"type": "array", "items": c.of(f)}
	case reflect.Map:
		f.typ = t.Elem()
		return map[string]any{"type": "object", "additionalProperties": c.of(f)}
	case reflect.Struct:
		return c.ref(t)
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	}
	panic("no schema for " + t.String())
}

func anyJSON(kind string) map[string]any {
	switch kind {
	case "":
		return map[string]any{}
	case "object":
		return map[string]any{"type": "object"}
	case "call":
		return refTo("Call")
	case "outcome":
		return refTo("Outcome")
	case "directive":
		return refTo("Directive")
	}
	panic("there is no kind of JSON called " + kind)
}

func refTo(name string) map[string]any { return map[string]any{"$ref": "#/components/schemas/" + name} }

// ref returns a reference to the component of a struct, which it makes if it is not there.
func (c components) ref(t reflect.Type) map[string]any {
	name := componentName(t)
	if _, ok := c[name]; ok {
		return refTo(name)
	}
	c[name] = nil // for types that refer to themselves
	properties, required := map[string]any{}, []string{}
	for _, f := range fields(t) {
		schema := c.of(f)
		schema["description"] = f.doc
		properties[f.name] = schema
		if f.required {
			required = append(required, f.name)
		}
	}
	schema := map[string]any{"type": "object", "properties": properties}
	if len(required) > 0 {
		schema["required"] = required
	}
	c[name] = schema
	return refTo(name)
}

// componentName is the type's name; a list is named for what is in it: TenantList.
func componentName(t reflect.Type) string {
	if name := t.Name(); !strings.HasPrefix(name, "List[") {
		return name
	}
	items, _ := t.FieldByName("Items")
	return componentName(items.Type.Elem()) + "List"
}

// contractSchemas are the components that are the contract's own.
func contractSchemas() components {
	outcome := contract.OutcomeJSONSchema()
	kind := outcome["oneOf"].([]any)[0].(map[string]any)
	directives := kind["properties"].(map[string]any)["directives"].(map[string]any)
	return components{"Call": contract.CallJSONSchema(), "Outcome": outcome, "Directive": directives["items"]}
}
