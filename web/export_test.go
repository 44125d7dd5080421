package web

// EchoRoutes are the routes that the router really has, as "METHOD /path" with echo's parameters.
func (s *Server) EchoRoutes() []string {
	var list []string
	for _, r := range s.echo.Routes() {
		list = append(list, r.Method+" "+r.Path)
	}
	return list
}

// ReadBody is readBody, to see what memory it takes.
var ReadBody = readBody
