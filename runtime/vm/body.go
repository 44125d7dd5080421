package vm

import (
	"fmt"

	"github.com/dop251/goja"
)

// body is the body of a request or a response, or the content of a stream, as one reader sees it.
type body struct {
	opaque
	source *source
	at     int    // what has been read of the source's data
	kind   string // its media type, if the body says it and not the headers
	used   bool   // somebody has begun to read
	locked bool   // a stream's reader has it
}

// source is where one body, or a body and its clones, come from: bytes that are here, and those that the host still has.
type source struct {
	data    []byte
	stream  int // the host's number for the rest, 0 if there is none
	readers int // bodies that read from it
	asked   uint64
	failure goja.Value    // why no more can be read
	waiting []*bodyReader // in the order in which they came
	stop    func()        // stops listening to the request's signal
}

// bodyReader waits for some of a body, or for all that is left.
type bodyReader struct {
	body   *body
	all    bool
	read   func(data []byte, done bool)
	failed func(reason goja.Value)
}

func newBody(data []byte, kind string) *body {
	return &body{source: &source{data: data, readers: 1}, kind: kind}
}

// maxChunk is how much a reader gets at a time.
const maxChunk = 64 << 10

// read reads some of b or all that is left of it, and calls one of the two functions, now or later.
func (x *Execution) read(r *bodyReader) {
	if !x.serve(r) {
		r.body.source.waiting = append(r.body.source.waiting, r)
		x.fetchMore(r.body.source)
	}
}

// serve gives a reader what it wants if that is here.
func (x *Execution) serve(r *bodyReader) bool {
	b, s := r.body, r.body.source
	switch left := s.data[b.at:]; {
	case s.failure != nil:
		r.failed(s.failure)
	case s.stream == 0 && (r.all || len(left) == 0):
		b.at = len(s.data)
		r.read(left, true)
	case !r.all && len(left) > 0:
		chunk := left[:min(len(left), maxChunk)]
		b.at += len(chunk)
		if s.readers == 1 { // nobody needs it again
			s.data, b.at = s.data[b.at:], 0
		}
		r.read(chunk, false)
	default:
		return false
	}
	return true
}

// fetchMore asks the host for what the first reader that waits needs.
func (x *Execution) fetchMore(s *source) {
	if s.asked != 0 || len(s.waiting) == 0 {
		return
	}
	place := x.place()
	s.asked = x.ask("fetch.read", map[string]any{"body": s.stream, "max": maxChunk, "all": s.waiting[0].all}, nil, func(a HostAnswer) {
		s.asked = 0
		x.received(s, a, place)
		waiting := s.waiting
		s.waiting = nil
		for _, r := range waiting {
			if !x.serve(r) {
				s.waiting = append(s.waiting, r)
			}
		}
		x.fetchMore(s)
	})
}

func (x *Execution) received(s *source, a HostAnswer, at []goja.StackFrame) {
	var answer struct {
		Done bool `json:"done"`
	}
	if a.Err == nil {
		a.Err = decodeAnswer(a.Value, &answer)
	}
	if a.Err != nil {
		s.failure, s.stream = x.hostError(a.Err, at), 0
	} else {
		x.countBytes(len(a.Body), at)
		s.data = append(s.data, a.Body...)
	}
	if answer.Done {
		s.stream = 0
	}
	if s.stream == 0 {
		s.stop()
	}
}

// breakOff ends a source: its readers get the reason, and the host hears that nobody wants the rest.
func (x *Execution) breakOff(s *source, reason goja.Value) {
	if s.asked != 0 {
		x.cancel(s.asked, nil)
		s.asked = 0
	}
	x.closeStream(s)
	s.failure = reason
	waiting := s.waiting
	s.waiting = nil
	for _, r := range waiting {
		r.failed(reason)
	}
}

func (x *Execution) closeStream(s *source) {
	if s.stream != 0 {
		x.ask("fetch.close", map[string]any{"body": s.stream}, nil, func(HostAnswer) {})
		s.stream = 0
		s.stop()
	}
}

// discard gives up a body that its reader does not want any more.
func (x *Execution) discard(b *body) {
	b.used = true
	if s := b.source; s.readers == 1 && s.failure == nil {
		if s.asked != 0 {
			x.cancel(s.asked, nil)
			s.asked = 0
		}
		x.closeStream(s)
		s.data, b.at = nil, 0
		waiting := s.waiting
		s.waiting = nil
		for _, r := range waiting {
			r.read(nil, true)
		}
	}
}

// split makes a second body with the same content, of which nothing has been read.
func (b *body) split() *body {
	b.source.readers++
	return &body{source: b.source, at: b.at, kind: b.kind}
}

// take moves the content into a new body; the old one is used.
func (b *body) take() *body {
	moved := &body{source: b.source, at: b.at, kind: b.kind}
	b.used = true
	return moved
}

// whole is all of a body that is here; ok is false if the host still has some of it.
func (b *body) whole() (data []byte, ok bool) {
	return b.source.data[b.at:], b.source.stream == 0 && b.source.failure == nil
}

// countBytes counts what goes over the network, in either direction, against the limit.
func (x *Execution) countBytes(n int, at []goja.StackFrame) {
	x.surface.bytes += n
	if limit := x.limits.RequestBytes; x.surface.bytes > limit {
		x.exceededAt(limitFailure(FailRequestLimit, fmt.Sprintf("request_bytes %d", limit),
			fmt.Sprintf("the action sent and received more than %d bytes", limit), nil), at)
	}
}
