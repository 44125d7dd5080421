package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/durward/durward/catalog/contract"
)

// Schemas checks config schemas, and configs against them.
//
// A schema comes from a tenant, and a small one can keep a validator busy for hours, by references that fan out. So a server uses [RemoteSchemas], which has the work
// done in a process that can be killed.
type Schemas interface {
	// Check returns [InvalidErrors], with pointers into the schema, if it is no JSON Schema (draft 2020-12) of an object.
	Check(ctx context.Context, tenant TenantID, schema json.RawMessage) error
	// Apply returns config with the schema's defaults filled in. If the result is not valid it returns [InvalidErrors] with pointers into the config.
	// An empty schema allows no config but {}; an empty config means {}.
	Apply(ctx context.Context, tenant TenantID, schema, config json.RawMessage) (json.RawMessage, error)
}

// SchemaTask is the name of the task that [RunSchemaTask] does for [RemoteSchemas].
const SchemaTask = "schema"

type schemaRequest struct {
	Schema json.RawMessage `json:"schema"`
	Config json.RawMessage `json:"config,omitempty"` // absent: check the schema alone
}

type schemaAnswer struct {
	Config json.RawMessage `json:"config,omitempty"`
	Errors InvalidErrors   `json:"errors,omitempty"`
}

// RemoteSchemas is [Schemas] in worker processes. Run runs a task there and returns its answer.
type RemoteSchemas struct {
	Run func(ctx context.Context, tenant, task string, payload []byte) ([]byte, error)
}

// Check implements [Schemas].
func (r RemoteSchemas) Check(ctx context.Context, tenant TenantID, schema json.RawMessage) error {
	if !json.Valid(schema) {
		return invalid("", "the schema is not JSON")
	}
	_, err := r.run(ctx, tenant, schemaRequest{Schema: schema})
	return err
}

// Apply implements [Schemas].
func (r RemoteSchemas) Apply(ctx context.Context, tenant TenantID, schema, config json.RawMessage) (json.RawMessage, error) {
	if len(config) == 0 {
		config = json.RawMessage("{}")
	}
	if !json.Valid(config) {
		return nil, invalid("", "the config is not JSON")
	}
	if len(schema) == 0 {
		return applyNothing(config)
	}
	applied, err := r.run(ctx, tenant, schemaRequest{Schema: schema, Config: config})
	if err == nil && !bytes.HasPrefix(applied, []byte("{")) {
		return nil, errBadSchemaAnswer
	}
	return applied, err
}

func applyNothing(config json.RawMessage) (json.RawMessage, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(config, &members) != nil || len(members) > 0 {
		return nil, invalid("", "this version has no config schema, so it takes no config")
	}
	return json.RawMessage("{}"), nil
}

func (r RemoteSchemas) run(ctx context.Context, tenant TenantID, request schemaRequest) (json.RawMessage, error) {
	payload, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	body, err := r.Run(ctx, string(tenant), SchemaTask, payload)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	var answer schemaAnswer
	if err := json.Unmarshal(body, &answer); err != nil || len(answer.Errors) > maxViolations || slices.Contains(answer.Errors, nil) {
		return nil, errBadSchemaAnswer
	}
	if len(answer.Errors) > 0 {
		return nil, answer.Errors.clipped()
	}
	return answer.Config, nil
}

// errBadSchemaAnswer says that the worker process answered what the task does not: its tenant's code may have taken it over.
var errBadSchemaAnswer = errors.New("schema: the answer of the worker makes no sense")

// maxViolationText is how many bytes of a pointer or a detail are told; both may repeat what the tenant wrote.
const maxViolationText = 500

func (e InvalidErrors) clipped() InvalidErrors {
	for _, one := range e {
		one.Pointer, one.Detail = clip(one.Pointer, maxViolationText), clip(one.Detail, maxViolationText)
	}
	return e
}

// RunSchemaTask does the work of [RemoteSchemas] in a worker process.
func RunSchemaTask(payload []byte) ([]byte, error) {
	var request schemaRequest
	if err := json.Unmarshal(payload, &request); err != nil {
		return nil, err
	}
	answer := schemaAnswer{}
	schema, err := compileSchema(request.Schema)
	if err == nil && request.Config != nil {
		answer.Config, err = applySchema(schema, request.Config)
	}
	if err != nil && !errors.As(err, &answer.Errors) {
		return nil, err
	}
	return json.Marshal(answer)
}

const draft2020 = "https://json-schema.org/draft/2020-12/schema"

// schemaURL is where a schema pretends to be; nothing is ever fetched from there.
const schemaURL = "schema:///config"

func compileSchema(text json.RawMessage) (*configSchema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, invalid("", "the schema is not JSON: %v", err)
	}
	if err := checkValues(document); err != nil {
		return nil, err
	}
	root, ok := document.(map[string]any)
	if !ok {
		return nil, invalid("", "a schema is an object, with \"type\": \"object\" because a config is one")
	}
	if draft, ok := root["$schema"]; ok && draft != draft2020 && draft != draft2020+"#" {
		return nil, invalid("/$schema", "schemas are of draft 2020-12: leave $schema out, or write %q", draft2020)
	}
	if root["type"] != "object" {
		return nil, invalid("/type", "a config is an object: the schema must have \"type\": \"object\"")
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	for _, format := range formats() {
		compiler.RegisterFormat(&format)
	}
	compiler.UseLoader(noLoader{})
	if err := compiler.AddResource(schemaURL, document); err != nil {
		return nil, schemaErrors(err)
	}
	schema, err := compiler.Compile(schemaURL)
	if err != nil {
		return nil, schemaErrors(err)
	}
	return &configSchema{schema, document}, nil
}

// configSchema is a compiled schema, with the document that it was made from.
type configSchema struct {
	*jsonschema.Schema
	document any
}

// noLoader refuses references to other documents: they would be read from this machine or from the network.
type noLoader struct{}

var errOtherDocument = errors.New("a schema may only refer to itself")

func (noLoader) Load(string) (any, error) { return nil, errOtherDocument }

// schemaErrors makes the compiler's error one for the author of the schema.
func schemaErrors(err error) error {
	var invalidSchema *jsonschema.SchemaValidationError
	if errors.As(err, &invalidSchema) {
		var violation *jsonschema.ValidationError
		if errors.As(invalidSchema.Err, &violation) {
			return violations(violation, nil)
		}
	}
	if errors.Is(err, errOtherDocument) {
		return invalid("", "%v, with references such as \"#/$defs/name\"", errOtherDocument)
	}
	return invalid("", "%s", clip(strings.ReplaceAll(err.Error(), schemaURL, ""), 500))
}

// maxValueDepth is how deep a schema or a config may be nested. An action's input is read with a bound of its own, far above this one.
const maxValueDepth = contract.MaxOpenDepth

// checkValues refuses what an action could not be given as it is written, and what the validator is not made for: numbers beyond those of JavaScript, and deep nesting.
func checkValues(root any) error {
	var list InvalidErrors
	var walk func(path []string, value any)
	walk = func(path []string, value any) {
		if len(list) == maxViolations {
			return
		}
		if len(path) > maxValueDepth {
			list = append(list, &InvalidError{Pointer: pointer(path), Detail: fmt.Sprintf("it is nested more than %d deep", maxValueDepth)})
			return
		}
		switch v := value.(type) {
		case json.Number:
			if detail := checkNumber(v); detail != "" {
				list = append(list, &InvalidError{Pointer: pointer(path), Detail: detail})
			}
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				walk(append(path, name), v[name])
			}
		case []any:
			for i, item := range v {
				walk(append(path, strconv.Itoa(i)), item)
			}
		}
	}
	walk(nil, root)
	if len(list) > 0 {
		return list
	}
	return nil
}

func checkNumber(n json.Number) string {
	f, err := n.Float64()
	mantissa, _, _ := strings.Cut(strings.ToLower(n.String()), "e")
	switch {
	case err != nil:
		return "the number is too large"
	case f == 0 && strings.ContainsAny(mantissa, "123456789"):
		return "the number is too close to zero"
	}
	return ""
}

func applySchema(schema *configSchema, text json.RawMessage) (json.RawMessage, error) {
	config, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, invalid("", "the config is not JSON: %v", err)
	}
	if err := checkValues(config); err != nil {
		return nil, err
	}
	config = withDefaults(schema.Schema, config, 0)
	if err := schema.Validate(config); err != nil {
		var violation *jsonschema.ValidationError
		if errors.As(err, &violation) {
			return nil, violations(violation, schema.document)
		}
		return nil, err
	}
	return json.Marshal(config)
}

// maxDefaultDepth bounds the filling in of defaults, which a schema that refers to itself would go on with for ever.
const maxDefaultDepth = 32

// withDefaults fills in the defaults of the members that are absent from an object, and of the objects and arrays in it. Where several apply to a member, that of the schema comes
// before that of what it refers to. Which branch of anyOf or oneOf applies is not decided, and so defaults in there are documentation.
func withDefaults(schema *jsonschema.Schema, value any, depth int) any {
	if schema == nil || depth > maxDefaultDepth {
		return value
	}
	switch v := value.(type) {
	case map[string]any:
		for name, member := range schema.Properties {
			if _, ok := v[name]; !ok {
				if standard, ok := defaultOf(member, 0); ok {
					v[name] = standard
				}
			}
		}
		for name, have := range v {
			v[name] = memberDefaults(schema, name, have, depth+1)
		}
	case []any:
		for i, item := range v {
			if i < len(schema.PrefixItems) {
				v[i] = withDefaults(schema.PrefixItems[i], item, depth+1)
			} else {
				v[i] = withDefaults(schema.Items2020, item, depth+1)
			}
		}
	}
	value = withDefaults(schema.Ref, value, depth+1)
	for _, part := range schema.AllOf {
		value = withDefaults(part, value, depth+1)
	}
	return value
}

// memberDefaults fills in the defaults within a member, by all the schemas that apply to it by its name.
func memberDefaults(schema *jsonschema.Schema, name string, value any, depth int) any {
	member, named := schema.Properties[name]
	value = withDefaults(member, value, depth)
	for pattern, member := range schema.PatternProperties {
		if pattern.MatchString(name) {
			named = true
			value = withDefaults(member, value, depth)
		}
	}
	if others, ok := schema.AdditionalProperties.(*jsonschema.Schema); ok && !named {
		value = withDefaults(others, value, depth)
	}
	return value
}

// defaultOf is the default that a schema or what it refers to states, a copy of its own.
func defaultOf(schema *jsonschema.Schema, depth int) (any, bool) {
	switch {
	case schema == nil || depth > maxDefaultDepth:
		return nil, false
	case schema.Default != nil:
		return clone(*schema.Default), true
	}
	return defaultOf(schema.Ref, depth+1)
}

func clone(value any) any {
	switch v := value.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for name, member := range v {
			c[name] = clone(member)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, item := range v {
			c[i] = clone(item)
		}
		return c
	}
	return value
}

// maxViolations is how many violations one answer names.
const maxViolations = 20

// violations lists the places at fault: the leaves of the tree of causes, or where the schema has a message of its own for what is wrong. The document is the schema; nil: it has no messages.
func violations(root *jsonschema.ValidationError, document any) InvalidErrors {
	printer := message.NewPrinter(language.English)
	var list InvalidErrors
	var walk func(v *jsonschema.ValidationError)
	walk = func(v *jsonschema.ValidationError) {
		if len(list) == maxViolations {
			return
		}
		detail := messageAt(document, v)
		if len(v.Causes) > 0 && detail == "" {
			for _, cause := range v.Causes {
				walk(cause)
			}
			return
		}
		if detail == "" {
			detail = v.ErrorKind.LocalizedString(printer)
		}
		list = append(list, &InvalidError{Pointer: pointer(v.InstanceLocation), Detail: detail})
	}
	walk(root)
	return list
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")

func pointer(path []string) string {
	var b strings.Builder
	for _, part := range path {
		b.WriteByte('/')
		b.WriteString(pointerEscaper.Replace(part))
	}
	return b.String()
}
