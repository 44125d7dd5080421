package client

import (
	"context"
	"iter"
	"net/url"
	"strconv"

	"github.com/durward/durward/web/api"
)

// Page asks for a part of a list. The zero value is the first page at the server's default length.
type Page struct {
	// After is Next of the page before; empty for the first page.
	After string
	// Limit is the most entries to return, 1 to 200. Default: 50.
	Limit int
}

func (p Page) query() url.Values {
	q := url.Values{}
	if p.After != "" {
		q.Set("after", p.After)
	}
	if p.Limit != 0 {
		q.Set("limit", strconv.Itoa(p.Limit))
	}
	return q
}

// Lister is a method that returns a page, for example [Tenant.Actions].
type Lister[T any] func(ctx context.Context, page Page) (api.List[T], error)

// maxPage is the longest page that the server gives.
const maxPage = 200

// All goes through all pages of a list, and fetches each when it comes to it. It ends with the first error.
func All[T any](ctx context.Context, list Lister[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page := (Page{Limit: maxPage}); ; {
			answer, err := list(ctx, page)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range answer.Items {
				if !yield(item, nil) {
					return
				}
			}
			if page.After = answer.Next; page.After == "" {
				return
			}
		}
	}
}
