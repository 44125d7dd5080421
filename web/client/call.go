package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/durward/durward/web/api"
)

// Problem is an answer that is not a success: Code says to a program what is wrong, Errors name the members of the request at fault, and Diagnostics the
// places in an author's sources. Get at it with errors.As.
type Problem = api.Problem

// UnreachableError says that no answer came: the server is not there, or the network does not lead to it.
type UnreachableError struct {
	URL string // of the server
	Err error
}

func (e *UnreachableError) Error() string { return fmt.Sprintf("reach %s: %v", e.URL, e.Err) }

func (e *UnreachableError) Unwrap() error { return e.Err }

// maxAnswer bounds an answer; the largest is a version with its sources, bundle and source map.
const maxAnswer = 64 << 20

// ErrTooLarge says that an answer has more than 64 MiB. Of a list, a smaller page can be asked for.
var ErrTooLarge = errors.New("the answer has more than 64 MiB")

// request is one call of the API.
type request struct {
	method string
	path   string // escaped
	query  url.Values
	body   any // JSON; nil: none
	header http.Header
	// answered sees the headers of a success. Default: nobody does.
	answered func(http.Header)
}

// path escapes the parts of a path and joins them.
func path(parts ...string) string {
	var b strings.Builder
	for _, part := range parts {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(part))
	}
	return b.String()
}

// callOnce sends a request and decodes the answer. What the server refuses for now is a *refused.
func callOnce[T any](ctx context.Context, c *Client, r request) (T, error) {
	var answer, none T
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	got, err := c.send(ctx, r)
	if err != nil {
		return none, err
	}
	defer func() { _ = got.Body.Close() }()
	body := &io.LimitedReader{R: got.Body, N: maxAnswer + 1}
	var text []byte
	if mediaOf(got) == api.EventsType {
		text, err = lastEvent(body, progressOf(ctx))
	} else {
		text, err = io.ReadAll(body)
	}
	switch {
	case body.N == 0:
		return none, fmt.Errorf("%s %s: %w", r.method, r.path, ErrTooLarge)
	case errors.As(err, new(*Problem)):
		return none, err
	case err != nil:
		return none, c.broken(ctx, err)
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return none, fmt.Errorf("%s %s: answer: %w", r.method, r.path, err)
	}
	return answer, nil
}

// send sends a request and returns a success, whose body the caller closes.
func (c *Client) send(ctx context.Context, r request) (*http.Response, error) {
	q, err := c.prepare(ctx, r)
	if err != nil {
		return nil, err
	}
	answer, err := c.http.Do(q)
	if err != nil {
		var outer *url.Error
		if errors.As(err, &outer) {
			err = outer.Err // its text repeats method and URL
		}
		return nil, c.broken(ctx, err)
	}
	if answer.StatusCode/100 == 2 {
		if r.answered != nil {
			r.answered(answer.Header)
		}
		return answer, nil
	}
	defer func() { _ = answer.Body.Close() }()
	return nil, c.problem(answer)
}

func (c *Client) prepare(ctx context.Context, r request) (*http.Request, error) {
	var body io.Reader
	if r.body != nil {
		text, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", r.method, r.path, err)
		}
		body = bytes.NewReader(text)
	}
	target := c.base + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	q, err := http.NewRequestWithContext(ctx, r.method, target, body)
	if err != nil {
		return nil, fmt.Errorf("server's URL: %w", err)
	}
	for name, values := range r.header {
		q.Header[name] = values
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	if c.key != "" {
		q.Header.Set("Authorization", "Bearer "+c.key)
	}
	q.Header.Set("User-Agent", c.agent)
	return q, nil
}

// broken tells a call that the caller gave up from one that did not get through.
func (c *Client) broken(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), context.Canceled) {
		return context.Cause(ctx)
	}
	return &UnreachableError{URL: c.base, Err: err}
}

func mediaOf(answer *http.Response) string {
	media, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	return media
}

const maxProblem = 1 << 20

// problem reads a refusal. What is no problem body comes from something between here and the server, or is another server.
func (c *Client) problem(answer *http.Response) error {
	p := &Problem{}
	if mediaOf(answer) != api.ProblemType || json.NewDecoder(io.LimitReader(answer.Body, maxProblem)).Decode(p) != nil {
		p = &Problem{Detail: fmt.Sprintf("%s answered %s, and not as Durward does: is it the right URL?", c.base, answer.Status)}
	}
	p.Status = answer.StatusCode
	if p.Title == "" {
		p.Title = fmt.Sprintf("%d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
	}
	return refusal(p, retryAfter(answer.Header))
}
