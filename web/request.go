package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

// request is a request that may be answered: the caller's role allows it.
type request struct {
	echo.Context
	route  *route
	tenant catalog.TenantID // empty where the route has none
	actor  audit.Actor      // of edits; empty where no key is needed
	// signedIn is who is signed in, where it was a session that allowed the request or the route is about it; nil otherwise.
	signedIn *accounts.SignedIn
	body     intake
}

func (r *request) context() context.Context { return r.Request().Context() }

// decode reads the body into the wire type that into points to.
func (r *request) decode(into any) error {
	body, err := r.readBody(nil, r.route.maxBody())
	if err != nil {
		return err
	}
	return decode(body, into)
}

// created says where the thing that the request made is.
func (r *request) created(format string, args ...any) {
	r.Response().Header().Set(echo.HeaderLocation, fmt.Sprintf(format, args...))
}

func (r *request) page() (catalog.Page, error) {
	limit, err := r.limit()
	return catalog.Page{After: r.QueryParam("after"), Limit: limit}, err
}

func (r *request) limit() (int, error) {
	text := r.QueryParam("limit")
	if text == "" {
		return 0, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > catalog.MaxLimit {
		return 0, fieldError("?limit", fmt.Sprintf("it must be a whole number from 1 to %d", catalog.MaxLimit))
	}
	return limit, nil
}

// time reads a query parameter that is a timestamp; the zero time if it is not there.
func (r *request) time(name string) (time.Time, error) {
	text := r.QueryParam(name)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fieldError("?"+name, "it must be a timestamp such as 2006-01-02T15:04:05Z (RFC 3339)")
	}
	return t, nil
}

// number reads a path parameter that counts from 1. Anything else names nothing.
func (r *request) number(name string) (int, error) {
	n, err := strconv.Atoi(r.Param(name))
	if err != nil || n < 1 {
		return 0, catalog.ErrNotFound
	}
	return n, nil
}

// noDeadline lets the answer take as long as it takes.
func (r *request) noDeadline() error {
	return http.NewResponseController(r.Response()).SetWriteDeadline(time.Time{})
}

func bytesText(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
