package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// EchoRoutes are the routes that the router really has, as "METHOD /path" with echo's parameters.
func (s *Server) EchoRoutes() []string {
	var list []string
	for _, r := range s.echo.Routes() {
		list = append(list, r.Method+" "+r.Path)
	}
	return list
}

// ReadBody is request.readBody, to see what memory it takes.
func ReadBody(q *http.Request, dst []byte, limit int64) ([]byte, error) {
	r := &request{Context: echo.New().NewContext(q, nil), body: intake{budget: newBudget(limit, limit)}}
	return r.readBody(dst, limit)
}

// IdempotencyKey is how the key of a request is read.
var IdempotencyKey = idempotencyKey
