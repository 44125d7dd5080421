package host

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/durward/durward/runtime/vm"
)

// Bounds of bodies.
const (
	maxBodies = 16        // that one execution has open at a time
	maxRead   = 256 << 10 // bytes of one read: what waits in the server's memory for a worker
	someRead  = 64 << 10  // bytes of a read that takes what there is
)

type fetched struct {
	Status     int         `json:"status"`
	StatusText string      `json:"status_text"`
	URL        string      `json:"url"`
	Redirected bool        `json:"redirected"`
	Headers    [][2]string `json:"headers"`
	Body       int         `json:"body"`
}

// fetch sends a request, follows redirects, and answers once there are the headers of an answer to be read.
func (s *Session) fetch(ctx context.Context, c vm.HostCall) (vm.HostAnswer, error) {
	if err := s.count(); err != nil {
		return vm.HostAnswer{}, err
	}
	r, err := readRequest(c.Args, c.Body)
	if err != nil {
		return vm.HostAnswer{}, err
	}
	if err := s.reserve(); err != nil {
		return vm.HostAnswer{}, err
	}
	x, redirected, err := s.chase(ctx, r)
	if err != nil {
		s.unreserve()
		return vm.HostAnswer{}, err
	}
	headers, err := answerHeaders(x.answer.Header)
	if err != nil {
		s.unreserve()
		x.end(codeTooLarge)
		return vm.HostAnswer{}, err
	}
	return answerValue(fetched{
		Status: x.answer.StatusCode, StatusText: statusText(x.answer), URL: r.target.url.String(), Redirected: redirected, Headers: headers, Body: s.keep(x),
	})
}

// chase sends a request and those to which redirects lead.
func (s *Session) chase(ctx context.Context, r *request) (x *exchange, redirected bool, err error) {
	for followed := 0; ; followed++ {
		x, err := s.send(ctx, r)
		if err != nil {
			return nil, false, err
		}
		if !r.redirects(x.answer) {
			return x, followed > 0, nil
		}
		if err := s.redirect(r, x, followed); err != nil {
			x.end(asRefusal(err).code)
			return nil, false, err
		}
		stop := context.AfterFunc(ctx, func() { x.cancel(errAborted) })
		x.drain()
		stop()
		x.end("")
	}
}

// redirect makes r the request to which its answer leads.
func (s *Session) redirect(r *request, x *exchange, followed int) error {
	switch {
	case r.redirect == redirectError:
		return refuse(codeRedirect, "%s answers with a redirect", x.host)
	case followed == maxRedirects:
		return refuse(codeRedirect, "%s redirects once more, after %d redirects", x.host, maxRedirects)
	}
	if err := s.count(); err != nil {
		return err
	}
	to, err := r.location(x.answer)
	if err != nil {
		return err
	}
	return r.follow(x.answer.StatusCode, to)
}

func statusText(answer *http.Response) string {
	_, text, _ := strings.Cut(answer.Status, " ")
	return clip(latin1(text), 128)
}

// reserve makes sure that there is room for one more open body.
func (s *Session) reserve() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opening+len(s.bodies) >= maxBodies {
		return refuse(codeBusy, "%d answers are under way or not read to their end: read or cancel them", maxBodies)
	}
	s.opening++
	return nil
}

func (s *Session) unreserve() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening--
}

// keep opens the body of an answer and returns its number, or 0 if there is nothing to read.
func (s *Session) keep(x *exchange) int {
	if !x.hasBody() {
		s.unreserve()
		x.end("")
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening--
	s.named++
	if s.bodies == nil {
		s.bodies = map[int]*exchange{}
	}
	s.bodies[s.named] = x
	return s.named
}

// open is the body of a number, for its only reader. The caller must let it go.
func (s *Session) open(number int) (*exchange, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.bodies[number]
	if x == nil {
		return nil, refuse(codeInvalid, "there is no open body %d", number)
	}
	if !x.reading.CompareAndSwap(false, true) {
		return nil, refuse(codeInvalid, "the body %d is being read", number)
	}
	return x, nil
}

// drop ends the body of a number.
func (s *Session) drop(number int, word string) {
	s.mu.Lock()
	x := s.bodies[number]
	delete(s.bodies, number)
	s.mu.Unlock()
	if x != nil {
		x.end(word)
	}
}

// fetchRead answers with the next bytes of a body, and says whether they are the last ones. With all it waits until it has them all, or as many as one answer may have.
func (s *Session) fetchRead(ctx context.Context, args json.RawMessage) (vm.HostAnswer, error) {
	var a struct {
		Body int  `json:"body"`
		Max  int  `json:"max"`
		All  bool `json:"all"`
	}
	if err := readArgs(args, &a); err != nil {
		return vm.HostAnswer{}, err
	}
	x, err := s.open(a.Body)
	if err != nil {
		return vm.HostAnswer{}, err
	}
	defer x.reading.Store(false)
	stop := context.AfterFunc(ctx, func() { x.cancel(errAborted) })
	defer stop()
	var read []byte
	if a.All {
		read, err = x.readMuch()
	} else {
		read, err = x.readSome(a.Max)
	}
	switch {
	case errors.Is(err, io.EOF):
		s.drop(a.Body, "")
	case err != nil:
		refused := explain(x.ctx, err, x.host)
		s.drop(a.Body, refused.code)
		return vm.HostAnswer{}, refused
	}
	return vm.HostAnswer{Value: json.RawMessage(`{"done":` + strconv.FormatBool(err != nil) + `}`), Body: read}, nil
}

// readSome reads at least one byte, or returns io.EOF with what may be the last ones. A host that sends them one by one makes the server neither take nor keep much more memory than they need.
func (x *exchange) readSome(most int) ([]byte, error) {
	if most <= 0 || most > someRead {
		most = someRead
	}
	buf := make([]byte, most)
	for {
		n, err := x.read(buf)
		if n == 0 && err == nil {
			continue
		}
		if n < len(buf)/2 {
			return bytes.Clone(buf[:n]), err
		}
		return buf[:n], err
	}
}

// readMuch reads up to maxRead bytes, and returns io.EOF with the last ones. Who wants all of a larger body asks again: what executions could have the server hold is bounded by that, and not
// by the size of what they fetch.
func (x *exchange) readMuch() ([]byte, error) {
	size := int64(4 << 10)
	if known := x.answer.ContentLength; known > 0 {
		size = min(known+1, someRead) // it is only announced: memory comes with the bytes
	}
	buf := make([]byte, 0, size)
	for len(buf) < maxRead {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := x.read(buf[len(buf):min(cap(buf), maxRead)])
		buf = buf[:len(buf)+n]
		if err != nil {
			return buf, err
		}
	}
	return buf, nil
}

func (s *Session) fetchClose(args json.RawMessage) (vm.HostAnswer, error) {
	var a struct {
		Body int `json:"body"`
	}
	if err := readArgs(args, &a); err != nil {
		return vm.HostAnswer{}, err
	}
	s.drop(a.Body, "")
	return vm.HostAnswer{Value: json.RawMessage(`{}`)}, nil
}
