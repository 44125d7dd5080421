package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
)

// route is a row of the table of routes. The router and the OpenAPI document are made from it.
type route struct {
	method, path string // the path as OpenAPI has it: /v1/tenants/{tenant}
	id           string // of the operation
	summary      string
	role         catalog.Role // that the caller needs; empty: no key is needed
	session      sessionUse   // what it does with the caller's own session
	query        []parameter
	openQuery    bool // others may add parameters of their own
	headers      []parameter
	body         any         // a zero value of the request's type, or a schemaName; nil: there is no body
	limit        int64       // of the body, in bytes; zero: maxBody
	answer       any         // a zero value of the answer's type, a schemaName, or a mediaType
	status       int         // of a success; zero: 200
	accepts      bool        // a success may be 202, too
	answers      []parameter // headers that the answer may have, besides those of every answer
	problems     []code
	events       bool // a client may ask for progress before the answer
	endless      bool // the answer goes on until the client has enough, and counts for no read
	// handle returns the answer's value, or nil if it has answered itself.
	handle func(*Server, *request) (any, error)
}

// sessionUse is what a route does with the caller's own session. It is for routes that need no role.
type sessionUse int

const (
	noSession    sessionUse = iota
	opensSession            // anybody may ask it
	needsSession            // only who is signed in
)

// parameter is one of a query, or a header.
type parameter struct {
	name   string
	schema map[string]any
	doc    string
}

// schemaName refers to a schema of the OpenAPI document that is not made from a Go type.
type schemaName string

// mediaType is that of an answer that is not JSON.
type mediaType string

// Limits of bodies, in bytes.
const (
	maxBody    = 1 << 20
	maxConfigs = 6 << 20  // configs have at most two thirds of that together
	maxSource  = 12 << 20 // sources have at most half of that, and JSON escapes some characters
)

func (rt *route) success() int {
	if rt.status == 0 {
		return http.StatusOK
	}
	return rt.status
}

func (rt *route) maxBody() int64 {
	if rt.limit == 0 {
		return maxBody
	}
	return rt.limit
}

func (rt *route) echoPath() string {
	return strings.NewReplacer("{", ":", "}", "").Replace(rt.path)
}

// pathParameters are the names in braces.
func (rt *route) pathParameters() []string {
	var names []string
	for part := range strings.SplitSeq(rt.path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

// edits says whether the route changes what is stored.
func (rt *route) edits() bool {
	return rt.method != http.MethodGet && rt.role != catalog.RoleExecute
}

func (rt *route) hasTenant() bool { return slices.Contains(rt.pathParameters(), "tenant") }

// reads says whether the route reads what a tenant has stored.
func (rt *route) reads() bool {
	return rt.method == http.MethodGet && rt.hasTenant() && !rt.endless
}

// handler is a route as the router sees it.
func (s *Server) handler(rt route) echo.HandlerFunc {
	hasTenant, reads, bodies := rt.hasTenant(), rt.reads(), s.others
	if rt.role == catalog.RoleExecute {
		bodies = s.calls
	}
	return func(c echo.Context) error {
		c.Set(routeKey, &rt)
		r := &request{Context: c, route: &rt}
		if hasTenant {
			r.tenant = catalog.TenantID(c.Param("tenant"))
		}
		r.body = intake{budget: bodies, tenant: r.tenant}
		defer r.body.release()
		if err := s.admit(r, hasTenant); err != nil {
			return err
		}
		if err := rt.checkQuery(c); err != nil {
			return err
		}
		if reads {
			leave, err := s.reads.enter(r.context(), r.tenant)
			if err != nil {
				return err
			}
			defer leave()
		}
		if rt.events && wantsEvents(c.Request()) {
			return s.answerWithEvents(r)
		}
		answer, err := rt.handle(s, r)
		if err != nil || answer == nil {
			return err
		}
		return writeJSON(c, rt.success(), echo.MIMEApplicationJSON, answer)
	}
}

// checkQuery refuses parameters that the route does not have: a misspelled filter would otherwise filter nothing.
func (rt *route) checkQuery(c echo.Context) error {
	if c.Request().URL.RawQuery == "" || rt.openQuery {
		return nil
	}
	var unknown contract.FieldErrors
	for name, values := range c.QueryParams() {
		switch {
		case !slices.ContainsFunc(rt.query, func(p parameter) bool { return p.name == name }):
			unknown = append(unknown, &contract.FieldError{Pointer: "?" + clip(name, 80), Detail: "there is no such parameter here"})
		case len(values) > 1:
			unknown = append(unknown, &contract.FieldError{Pointer: "?" + name, Detail: "it is there twice"})
		}
		if len(unknown) == contract.MaxFieldErrors {
			break
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.SortFunc(unknown, func(a, b *contract.FieldError) int { return strings.Compare(a.Pointer, b.Pointer) })
	return unknown
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
