package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
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
	_, err := r.run(ctx, tenant, schemaRequest{Schema: schema})
	return err
}

// Apply implements [Schemas].
func (r RemoteSchemas) Apply(ctx context.Context, tenant TenantID, schema, config json.RawMessage) (json.RawMessage, error) {
	if len(config) == 0 {
		config = json.RawMessage("{}")
	}
	if len(schema) == 0 {
		return applyNothing(config)
	}
	return r.run(ctx, tenant, schemaRequest{Schema: schema, Config: config})
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
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("schema: answer: %w", err)
	}
	if len(answer.Errors) > 0 {
		return nil, answer.Errors
	}
	return answer.Config, nil
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

// schemaURL is where a schema pretends to be; nothing is ever fetched from there.
const schemaURL = "schema:///config"

func compileSchema(text json.RawMessage) (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, invalid("", "the schema is not JSON: %v", err)
	}
	if root, ok := document.(map[string]any); !ok || root["type"] != "object" {
		return nil, invalid("/type", "a config is an object: the schema must have \"type\": \"object\"")
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	compiler.UseLoader(noLoader{})
	if err := compiler.AddResource(schemaURL, document); err != nil {
		return nil, schemaErrors(err)
	}
	schema, err := compiler.Compile(schemaURL)
	if err != nil {
		return nil, schemaErrors(err)
	}
	return schema, nil
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
			return violations(violation)
		}
	}
	if errors.Is(err, errOtherDocument) {
		return invalid("", "%v, with references such as \"#/$defs/name\"", errOtherDocument)
	}
	return invalid("", "%s", clip(strings.ReplaceAll(err.Error(), schemaURL, ""), 500))
}

func applySchema(schema *jsonschema.Schema, text json.RawMessage) (json.RawMessage, error) {
	config, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, invalid("", "the config is not JSON: %v", err)
	}
	config = withDefaults(schema, config, 0)
	if err := schema.Validate(config); err != nil {
		var violation *jsonschema.ValidationError
		if errors.As(err, &violation) {
			return nil, violations(violation)
		}
		return nil, err
	}
	return json.Marshal(config)
}

// maxDefaultDepth bounds the filling in of defaults, which a schema that refers to itself would go on with for ever.
const maxDefaultDepth = 32

// withDefaults fills in the defaults of the members that are absent from an object, and of the objects and arrays in it. Which branch of anyOf or oneOf applies is not decided, and
// so defaults in there are documentation.
func withDefaults(schema *jsonschema.Schema, value any, depth int) any {
	if schema == nil || depth > maxDefaultDepth {
		return value
	}
	value = withDefaults(schema.Ref, value, depth+1)
	for _, part := range schema.AllOf {
		value = withDefaults(part, value, depth+1)
	}
	switch v := value.(type) {
	case map[string]any:
		for name, member := range schema.Properties {
			have, ok := v[name]
			if !ok {
				if have, ok = defaultOf(member, 0); !ok {
					continue
				}
			}
			v[name] = withDefaults(member, have, depth+1)
		}
	case []any:
		if schema.Items2020 != nil {
			for i := len(schema.PrefixItems); i < len(v); i++ {
				v[i] = withDefaults(schema.Items2020, v[i], depth+1)
			}
		}
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

// violations lists the places at fault: the leaves of the tree of causes.
func violations(root *jsonschema.ValidationError) InvalidErrors {
	printer := message.NewPrinter(language.English)
	var list InvalidErrors
	var walk func(v *jsonschema.ValidationError)
	walk = func(v *jsonschema.ValidationError) {
		if len(list) == maxViolations {
			return
		}
		if len(v.Causes) == 0 {
			list = append(list, &InvalidError{Pointer: pointer(v.InstanceLocation), Detail: v.ErrorKind.LocalizedString(printer)})
			return
		}
		for _, cause := range v.Causes {
			walk(cause)
		}
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
