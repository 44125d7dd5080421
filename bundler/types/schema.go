package types

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of the types that are made from a schema, beyond which they become wider. Depth counts schemas within schemas.
const (
	maxSchemaDepth = 24
	maxSchemaTypes = 4000 // schemas that are written
	maxLiterals    = 100  // in one union
	maxLiteral     = 200  // bytes
	maxDoc         = 500  // bytes
)

// object is a JSON object, and any a JSON value as package json decodes it.
type object = map[string]any

// schemaWriter writes the types of what a JSON Schema allows. A type is never narrower than its schema: each keyword of a schema takes something away, so those that TypeScript has no words for can be left out.
// What the schema refers to becomes a type of its own, so that a schema which refers to itself comes to an end, and one that fans out stays as small as it is.
type schemaWriter struct {
	root    object
	names   map[string]string // the types, by reference
	pending []string          // references whose types are still to be written
	written int
}

// config declares the type Config and those that it is made of.
func (w *writer) config(schema json.RawMessage) {
	root := object{}
	if len(schema) > 0 && json.Unmarshal(schema, &root) != nil {
		w.doc("The config of an attachment. What the schema says of it cannot be told in types.")
		w.line("export type Config = OpenObject;")
		w.line("")
		return
	}
	s := &schemaWriter{root: root, names: map[string]string{"#": "Config"}}
	w.doc(docOf(root, "The config of an attachment, valid against the action's schema and with its defaults filled in."))
	if len(schema) == 0 {
		w.line("export interface Config {}")
		w.line("")
		return
	}
	w.line("export type Config = " + w.indented(s.typeOf(root, 0).text) + ";")
	w.line("")
	for len(s.pending) > 0 {
		ref := s.pending[0]
		s.pending = s.pending[1:]
		target, _ := s.lookup(ref)
		if described, ok := target.(object); ok && docOf(described, "") != "" {
			w.doc(docOf(described, ""))
		}
		w.line("export type " + s.names[ref] + " = " + w.indented(s.typeOf(target, 0).text) + ";")
		w.line("")
	}
}

// expression is a type as it is written; compound is one that needs parentheses where an operator follows.
type expression struct {
	text     string
	compound bool
}

var unknown = expression{text: "unknown"}

func simple(text string) expression { return expression{text: text} }

func (e expression) grouped() string {
	if e.compound {
		return "(" + e.text + ")"
	}
	return e.text
}

func (w *writer) indented(text string) string {
	return strings.ReplaceAll(text, "\n", "\n"+strings.Repeat("  ", w.indent))
}

// typeOf is the type of what a schema allows.
func (s *schemaWriter) typeOf(schema any, depth int) expression {
	if allowed, ok := schema.(bool); ok && !allowed {
		return simple("never")
	}
	o, ok := schema.(object)
	if s.written++; !ok || depth > maxSchemaDepth || s.written > maxSchemaTypes {
		return unknown
	}
	parts := []expression{s.ownType(o, depth)}
	if ref, ok := o["$ref"].(string); ok {
		parts = append(parts, s.reference(ref))
	}
	for _, keyword := range []string{"anyOf", "oneOf"} {
		if list, ok := o[keyword].([]any); ok {
			parts = append(parts, unionOf(list, func(one any) expression { return s.typeOf(one, depth+1) }))
		}
	}
	if list, ok := o["allOf"].([]any); ok {
		for _, part := range list {
			parts = append(parts, s.typeOf(part, depth+1))
		}
	}
	return intersection(parts)
}

func intersection(parts []expression) expression {
	var texts []string
	var last expression
	for _, part := range parts {
		if part != unknown && !slices.Contains(texts, part.grouped()) {
			texts, last = append(texts, part.grouped()), part
		}
	}
	switch len(texts) {
	case 0:
		return unknown
	case 1:
		return last
	}
	return expression{strings.Join(texts, " & "), true}
}

// unionOf is the type of what has one of the types of a list. If one of them can be anything, so can that.
func unionOf[T any](list []T, typeOf func(T) expression) expression {
	var texts []string
	var last expression
	for _, one := range list {
		e := typeOf(one)
		if e == unknown {
			return unknown
		}
		if e.text != "never" && !slices.Contains(texts, e.text) {
			texts, last = append(texts, e.text), e
		}
	}
	switch len(texts) {
	case 0:
		return simple("never")
	case 1:
		return last
	}
	return expression{strings.Join(texts, " | "), true}
}

// ownType is the type of what a schema allows by itself: without what it refers to and is put together from.
func (s *schemaWriter) ownType(o object, depth int) expression {
	if value, ok := o["const"]; ok {
		return literal(value, true)
	}
	if values, ok := o["enum"].([]any); ok {
		return unionOf(values, func(value any) expression { return literal(value, len(values) <= maxLiterals) })
	}
	switch t := o["type"].(type) {
	case string:
		return s.named(t, o, depth)
	case []any:
		return unionOf(t, func(name any) expression { return s.named(name, o, depth) })
	}
	return unknown // properties alone say nothing of what is no object
}

func (s *schemaWriter) named(name any, o object, depth int) expression {
	switch name {
	case "string", "boolean", "null":
		return simple(name.(string))
	case "number", "integer":
		return simple("number")
	case "array":
		items := unknown
		if _, tuple := o["prefixItems"]; !tuple && o["items"] != nil {
			items = s.typeOf(o["items"], depth+1)
		}
		return simple(items.grouped() + "[]")
	case "object":
		return simple(s.members(o, depth))
	}
	return unknown
}

// members is the type of an object. A member with a default is always there.
func (s *schemaWriter) members(o object, depth int) string {
	properties, _ := o["properties"].(object)
	if len(properties) == 0 {
		return s.table(o, depth)
	}
	required, _ := o["required"].([]any)
	var b strings.Builder
	b.WriteString("{\n")
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		member, _ := properties[name].(object)
		if doc := docOf(member, ""); doc != "" {
			b.WriteString("  /** " + comment(doc) + " */\n")
		}
		mark := "?"
		if _, filled := member["default"]; filled || slices.Contains(required, any(name)) {
			mark = ""
		}
		t := strings.ReplaceAll(s.typeOf(properties[name], depth+1).text, "\n", "\n  ")
		b.WriteString("  " + propertyName(name) + mark + ": " + t + ";\n")
	}
	return b.String() + "}"
}

// table is the type of an object whose members the schema does not name.
func (s *schemaWriter) table(o object, depth int) string {
	others, said := o["additionalProperties"]
	if _, patterns := o["patternProperties"]; patterns || !said {
		return "OpenObject"
	}
	if others == false {
		return "{}"
	}
	return "Record<string, " + s.typeOf(others, depth+1).text + ">"
}

var identifier = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

func propertyName(name string) string {
	if identifier.MatchString(name) {
		return name
	}
	return quote(name)
}

// literal is the type of a value; where it is not to be exact, or has no literal, the type of its kind.
func literal(value any, exact bool) expression {
	switch v := value.(type) {
	case nil:
		return simple("null")
	case bool:
		return simple(strconv.FormatBool(v))
	case string:
		if exact && len(v) <= maxLiteral {
			return simple(quote(v))
		}
		return simple("string")
	case float64:
		if exact {
			return simple(strconv.FormatFloat(v, 'g', -1, 64))
		}
		return simple("number")
	case []any:
		return simple("unknown[]")
	}
	return simple("OpenObject")
}

// quote writes a string literal: JSON's are TypeScript's, too.
func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings always encode
	}
	return string(text)
}

// reference is the name of the type for what a reference leads to.
func (s *schemaWriter) reference(ref string) expression {
	if name, ok := s.names[ref]; ok {
		return simple(name)
	}
	if _, ok := s.lookup(ref); !ok {
		return unknown
	}
	name := fmt.Sprintf("Config%d", len(s.names))
	if last := ref[strings.LastIndexByte(ref, '/')+1:]; identifier.MatchString(last) && len(last) <= 60 {
		name = "Config" + strings.ToUpper(last[:1]) + last[1:]
	}
	for _, taken := range s.names {
		if taken == name {
			name = fmt.Sprintf("%s_%d", name, len(s.names))
			break
		}
	}
	s.names[ref] = name
	s.pending = append(s.pending, ref)
	return simple(name)
}

var unescapePointer = strings.NewReplacer("~1", "/", "~0", "~")

// lookup finds what a JSON pointer within the document means. Names of anchors and of other documents are not followed.
func (s *schemaWriter) lookup(ref string) (any, bool) {
	rest, ok := strings.CutPrefix(ref, "#/")
	if !ok || strings.Contains(rest, "%") {
		return nil, false
	}
	var at any = s.root
	for part := range strings.SplitSeq(rest, "/") {
		o, ok := at.(object)
		if !ok {
			return nil, false
		}
		if at, ok = o[unescapePointer.Replace(part)]; !ok {
			return nil, false
		}
	}
	return at, true
}

// docOf is what a schema says of itself to people.
func docOf(o object, otherwise string) string {
	for _, keyword := range []string{"description", "title"} {
		if text, ok := o[keyword].(string); ok && strings.TrimSpace(text) != "" {
			return text
		}
	}
	return otherwise
}

// comment makes a text one line that can stand in a comment.
func comment(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\ufffd")), " ")
	if len(text) > maxDoc {
		end := maxDoc
		for !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end] + "…"
	}
	return strings.ReplaceAll(text, "*/", "* /")
}
