package contract

// CallJSONSchema returns the JSON Schema (draft 2020-12) of the body of an execute call at any trigger: what one trigger requires or
// refuses is in the descriptions. The result is the caller's.
func CallJSONSchema() map[string]any {
	context := object("Context")
	for _, m := range contextMembers() {
		if !m.Server {
			m.Optional = true
			m.Doc += whereOnly(m)
			context.Members = append(context.Members, m)
		}
	}
	call := callShape(Trigger{User: UserPossible, Answers: Kinds()})
	for i := range call.Members {
		if call.Members[i].Name == "context" {
			call.Members[i].Shape = context
		}
	}
	return schema(call)
}

// InputJSONSchema returns the JSON Schema (draft 2020-12) of what an action sees, at any trigger. The result is the caller's.
func InputJSONSchema() map[string]any {
	input := Input(Trigger{User: UserPossible, Answers: Kinds()})
	for i := range input.Members {
		switch m := &input.Members[i]; m.Name {
		case "trigger":
			m.Shape = triggerShape()
		case "context":
			m.Shape = Context()
			for j := range m.Shape.Members {
				c := &m.Shape.Members[j]
				c.Optional = c.Optional || c.Triggers != nil
				c.Doc += whereOnly(*c)
			}
		}
	}
	return schema(input)
}

// OutcomeJSONSchema returns the JSON Schema (draft 2020-12) of what an action may answer, at any trigger. The result is the caller's.
func OutcomeJSONSchema() map[string]any {
	var kinds []any
	for _, k := range Outcomes() {
		members := append([]Member{required("kind", oneOf(string(k.Kind)), "The kind of outcome.")}, k.Members...)
		s := schema(object(k.Name, append(members, Effects()...)...))
		s["description"] = k.Doc
		s["properties"].(map[string]any)["directives"].(map[string]any)["items"] = directivesSchema()
		kinds = append(kinds, s)
	}
	return map[string]any{"oneOf": kinds}
}

func directivesSchema() map[string]any {
	var directives []any
	for _, d := range Directives() {
		s := schema(object("", append([]Member{required("type", oneOf(d.Type), "The directive.")}, d.Members...)...))
		s["description"] = d.Doc
		directives = append(directives, s)
	}
	return map[string]any{"oneOf": directives}
}

func triggerShape() Shape {
	ids := make([]string, len(triggers))
	for i, t := range triggers {
		ids[i] = string(t.ID)
	}
	return oneOf(ids...)
}

func whereOnly(m Member) string {
	if m.Triggers == nil {
		return ""
	}
	return " Only at " + enumerate(m.Triggers) + "."
}

func schema(s Shape) map[string]any {
	switch s.Type {
	case Boolean:
		return map[string]any{"type": "boolean"}
	case Integer:
		low, high := float64(-maxSafeInteger), float64(maxSafeInteger)
		if s.Min != 0 || s.Max != 0 {
			low, high = s.Min, s.Max
		}
		return map[string]any{"type": "integer", "minimum": low, "maximum": high}
	case Number:
		if s.Min != 0 || s.Max != 0 {
			return map[string]any{"type": "number", "minimum": s.Min, "maximum": s.Max}
		}
		return map[string]any{"type": "number"}
	case Timestamp:
		return map[string]any{"type": "string", "format": "date-time"}
	case Enum:
		return map[string]any{"type": "string", "enum": anys(s.Values)}
	case Array:
		if s.Max != 0 {
			return map[string]any{"type": "array", "items": schema(*s.Elem), "maxItems": s.Max}
		}
		return map[string]any{"type": "array", "items": schema(*s.Elem)}
	case Open:
		if s.Elem != nil {
			return map[string]any{"type": "object", "additionalProperties": schema(*s.Elem)}
		}
		return map[string]any{"type": "object"}
	case Object:
		return objectSchema(s)
	default:
		return map[string]any{"type": "string"}
	}
}

func objectSchema(s Shape) map[string]any {
	properties, required := map[string]any{}, []any{}
	for _, m := range s.Members {
		p := schema(m.Shape)
		p["description"] = m.Doc
		properties[m.Name] = p
		if !m.Optional {
			required = append(required, m.Name)
		}
	}
	out := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func anys(values []string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}
