package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/web/api"
)

// Document returns the OpenAPI 3.1 document of the API, as a server of that version of Durward serves it.
func Document(version string) ([]byte, error) { return openAPI(routes(), version) }

// openAPI returns the OpenAPI 3.1 document of the routes.
func openAPI(routes []route, version string) ([]byte, error) {
	schemas := contractSchemas()
	schemas.ref(reflect.TypeFor[api.Problem]())
	paths := map[string]any{}
	for _, rt := range routes {
		item, ok := paths[rt.path].(map[string]any)
		if !ok {
			item = map[string]any{}
			paths[rt.path] = item
		}
		item[strings.ToLower(rt.method)] = rt.operation(schemas)
	}
	document := map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "Durward", "version": version,
			"description": "Runs a tenant's own code at the trigger points of a login system, and answers continue, block, demand_mfa or redirect.",
			"license":     map[string]any{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"servers": []any{map[string]any{"url": "/"}},
		"paths":   paths,
		"components": map[string]any{
			"schemas": schemas,
			"securitySchemes": map[string]any{
				"key": map[string]any{"type": "http", "scheme": "bearer", "description": "A tenant's key, or the operator's."},
				"session": map[string]any{
					"type": "apiKey", "in": "cookie", "name": secureCookie,
					"description": "A browser's session. Over http, on one machine, the cookie is called " + plainCookie + ". Requests that are not GET must come from the server's own pages, and be declared as JSON.",
				},
			},
		},
	}
	text, err := json.Marshal(document, json.Deterministic(true), jsontext.Multiline(true))
	if err != nil {
		return nil, fmt.Errorf("encode OpenAPI document: %w", err)
	}
	return append(text, '\n'), nil
}

func (rt *route) operation(schemas components) map[string]any {
	op := map[string]any{
		"operationId": rt.id, "summary": rt.summary, "responses": rt.responses(schemas), "security": []any{},
	}
	byKey, bySession := map[string]any{"key": []any{}}, map[string]any{"session": []any{}}
	switch {
	case rt.role == catalog.RoleExecute:
		op["security"] = []any{byKey}
		op["description"] = "Needs a key with the role execute, or one that includes it. A browser's session does not do."
	case rt.role != "":
		op["security"] = []any{byKey, bySession}
		op["description"] = "Needs a key or a session with the role " + string(rt.role) + ", or one that includes it."
	case rt.session == needsSession:
		op["security"] = []any{bySession}
		op["description"] = "Needs a session."
	}
	if parameters := rt.parameters(); len(parameters) > 0 {
		op["parameters"] = parameters
	}
	if rt.body != nil {
		op["requestBody"] = map[string]any{"required": true, "content": content(schemas, rt.body)}
	}
	return op
}

func (rt *route) parameters() []any {
	var list []any
	for _, name := range rt.pathParameters() {
		schema := map[string]any{"type": "string"}
		if name == "number" {
			schema = map[string]any{"type": "integer", "minimum": 1}
		}
		list = append(list, map[string]any{"in": "path", "name": name, "required": true, "schema": schema})
	}
	for _, p := range rt.query {
		list = append(list, map[string]any{"in": "query", "name": p.name, "description": p.doc, "schema": p.schema})
	}
	for _, p := range rt.headers {
		list = append(list, map[string]any{"in": "header", "name": p.name, "description": p.doc, "schema": p.schema})
	}
	return list
}

// content is that of a body or an answer: a Go value, a schemaName or a mediaType.
func content(schemas components, value any) map[string]any {
	switch v := value.(type) {
	case mediaType:
		return map[string]any{string(v): map[string]any{}}
	case schemaName:
		if v == "" {
			return map[string]any{"application/json": map[string]any{"schema": map[string]any{"type": "object"}}}
		}
		return map[string]any{"application/json": map[string]any{"schema": refTo(string(v))}}
	}
	return map[string]any{"application/json": map[string]any{"schema": schemas.ref(reflect.TypeOf(value))}}
}

func (rt *route) responses(schemas components) map[string]any {
	headers := map[string]any{"X-Request-Id": header("Names the request in the server's log.")}
	own := maps.Clone(headers)
	if rt.success() == http.StatusCreated {
		own["Location"] = header("Where the new thing is.")
	}
	if rt.success() == http.StatusSeeOther {
		own["Location"] = header("Where to go on.")
	}
	for _, p := range rt.answers {
		own[p.name] = map[string]any{"description": p.doc, "schema": p.schema, "required": false}
	}
	success := map[string]any{"description": http.StatusText(rt.success()), "headers": own}
	if rt.answer != nil {
		success["content"] = content(schemas, rt.answer)
	}
	all := map[string]any{strconv.Itoa(rt.success()): success}
	if rt.events {
		rt.addEvents(all, headers, schemas)
	}
	if rt.accepts {
		all[strconv.Itoa(http.StatusAccepted)] = map[string]any{
			"description": "Accepted: it is stored, and will be run at least once.", "headers": own, "content": content(schemas, rt.answer),
		}
	}
	if slices.ContainsFunc(rt.headers, func(p parameter) bool { return p.name == headerIfNoneMatch }) {
		success["headers"] = map[string]any{"X-Request-Id": headers["X-Request-Id"], "Etag": header("Names the answer, for If-None-Match.")}
		all[strconv.Itoa(http.StatusNotModified)] = map[string]any{"description": http.StatusText(http.StatusNotModified), "headers": headers}
	}
	for status, kinds := range rt.problemsByStatus() {
		lines := each(kinds, func(k problemKind) string { return string(k.code) + ": " + k.title + "." })
		all[strconv.Itoa(status)] = map[string]any{
			"description": strings.Join(lines, " "), "headers": headers,
			"content": map[string]any{api.ProblemType: map[string]any{"schema": refTo("Problem")}},
		}
	}
	return all
}

// addEvents tells of the answer that a client gets who asks for progress.
func (rt *route) addEvents(all, headers map[string]any, schemas components) {
	ok, there := all["200"].(map[string]any)
	if !there {
		ok = map[string]any{"description": http.StatusText(http.StatusOK), "headers": headers, "content": map[string]any{}}
		all["200"] = ok
	}
	ok["description"] = ok["description"].(string) + ". Whoever accepts " + api.EventsType + " gets progress first, and the answer or the problem as the last line."
	ok["content"].(map[string]any)[api.EventsType] = map[string]any{"schema": schemas.ref(reflect.TypeFor[api.StreamEvent]())}
}

func header(doc string) map[string]any {
	return map[string]any{"description": doc, "schema": map[string]any{"type": "string"}}
}

// problemsByStatus are the problems that the route can answer with: its own and those that follow from what it is.
func (rt *route) problemsByStatus() map[int][]problemKind {
	codes := append([]code{invalid, internal}, rt.problems...)
	if rt.role != "" {
		codes = append(codes, unauthenticated, forbidden)
	}
	if rt.session == needsSession {
		codes = append(codes, unauthenticated)
	}
	if rt.method != http.MethodGet && rt.role != catalog.RoleExecute && (rt.role != "" || rt.session != noSession) {
		codes = append(codes, crossOrigin)
		if rt.method != http.MethodDelete {
			codes = append(codes, unsupportedMediaType)
		}
	}
	if rt.session == opensSession {
		codes = append(codes, signInFailed, insecureTransport, tooManySignIns)
	}
	if len(rt.pathParameters()) > 0 {
		codes = append(codes, notFound)
	}
	if rt.body != nil {
		codes = append(codes, malformedJSON, bodyTooLarge, unsupportedMediaType, tooManyRequests, busy)
	}
	if rt.reads() {
		codes = append(codes, tooManyRequests)
	}
	slices.Sort(codes)
	byStatus := map[int][]problemKind{}
	for _, c := range slices.Compact(codes) {
		k := kindOf(c)
		byStatus[k.status] = append(byStatus[k.status], k)
	}
	for _, kinds := range byStatus {
		slices.SortFunc(kinds, func(a, b problemKind) int { return cmp.Compare(a.code, b.code) })
	}
	return byStatus
}
