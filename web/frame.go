package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"
)

// routeKey is where a request's context has its route.
const routeKey = "route"

// frame is around every request, also around those that no route matches: it names the request, turns errors and panics into problems, and counts and logs how it ended.
func (s *Server) frame(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		setHeaders(c)
		err := s.protect(next, c)
		switch {
		case err == nil:
		case c.Response().Committed: // too late for a problem: what was sent must not look whole
			level := slog.LevelError
			if clientGone(c, err) {
				level = slog.LevelDebug
			}
			s.config.Logger.Log(context.Background(), level, "answer broke off", "request_id", requestID(c), "path", c.Request().URL.Path, "error", err)
			s.observe(c, began)
			panic(http.ErrAbortHandler)
		case c.Request().Context().Err() != nil: // nobody is there to read it
			c.Response().WriteHeader(statusClientGone)
		default:
			s.writeProblem(c, err)
		}
		s.observe(c, began)
		return nil
	}
}

// clientGone says whether an answer broke off because the client took no more of it: its request has ended, or its connection cannot be written to, which net/http may find out first.
func clientGone(c echo.Context, err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return c.Request().Context().Err() != nil || ok && e.Op == "write"
}

// statusClientGone is nginx's status for a client that closed the connection before there was an answer. It is seen in logs and metrics alone.
const statusClientGone = 499

// protect makes an error of a panic.
func (s *Server) protect(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p)
		default:
			s.config.Logger.Error("panic", "request_id", requestID(c), "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return next(c)
}

func setHeaders(c echo.Context) {
	id := c.Request().Header.Get(echo.HeaderXRequestID)
	if !sane(id) {
		id = rand.Text()
	}
	h := c.Response().Header()
	maps.Copy(h, fixedHeaders) // the values are shared: whoever sets one replaces it
	h.Set(echo.HeaderXRequestID, id)
}

// fixedHeaders are in every answer. Nothing of the API is a page, and nothing of it is to be kept by a proxy.
var fixedHeaders = http.Header{
	echo.HeaderXContentTypeOptions:   {"nosniff"},
	echo.HeaderContentSecurityPolicy: {"default-src 'none'; frame-ancestors 'none'"},
	echo.HeaderReferrerPolicy:        {"no-referrer"},
	echo.HeaderCacheControl:          {"no-store"},
}

func requestID(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }

// sane says whether a request id that a client sent can go into logs and headers.
func sane(id string) bool {
	if id == "" || len(id) > 128 {
		return false
	}
	for i := range len(id) {
		switch b := id[i]; {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9', b == '-', b == '_', b == '.':
		default:
			return false
		}
	}
	return true
}

// observe counts and logs a request that has been answered.
func (s *Server) observe(c echo.Context, began time.Time) {
	took, status := time.Since(began), c.Response().Status
	path, level := "none", slog.LevelDebug
	if rt, ok := c.Get(routeKey).(*route); ok {
		path = rt.path
		if rt.edits() {
			level = slog.LevelInfo
		}
	}
	s.metrics.answered(path, c.Request().Method, status, took)
	if !s.config.Logger.Enabled(context.Background(), level) {
		return
	}
	s.config.Logger.LogAttrs(c.Request().Context(), level, "request",
		slog.String("request_id", requestID(c)), slog.String("method", c.Request().Method), slog.String("path", c.Request().URL.Path),
		slog.Int("status", status), slog.Duration("took", took), slog.String("remote", c.Request().RemoteAddr),
	)
}
