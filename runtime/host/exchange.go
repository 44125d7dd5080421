package host

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// exchange is one request and its answer, from the check of the policy to the end of the answer's body. It holds a place at the gate, a pool, and a line of the record.
type exchange struct {
	session *Session
	entry   *entry
	host    string
	ctx     context.Context // ends the exchange; its cause may be a refusal
	cancel  context.CancelCauseFunc
	pool    *pool // nil until there is a place
	answer  *http.Response
	body    *body
	reading atomic.Bool
	ended   atomic.Bool
}

// send sends r and waits for the headers of its answer. The exchange that it returns must be ended; ctx is that of the call and has no part in the body.
func (s *Session) send(ctx context.Context, r *request) (*exchange, error) {
	x := s.begin(r)
	stop := context.AfterFunc(ctx, func() { x.cancel(errAborted) })
	late := time.AfterFunc(s.broker.options.Answer, func() { x.cancel(refuse(codeTimeout, "%s does not answer in time", x.host)) })
	err := x.run(r)
	late.Stop()
	if !stop() && err == nil {
		err = errAborted
	}
	if err != nil {
		refused := explain(x.ctx, err, x.host)
		x.end(refused.code)
		return nil, refused
	}
	return x, nil
}

func (x *exchange) run(r *request) error {
	s := x.session
	policy := s.policy()
	if err := policy.allow(r.method, r.target); err != nil {
		return err
	}
	internal := policy.opened(r.target)
	if err := r.fill(&reveal{settings: s.settings, declared: s.grant.Secrets, target: r.target, internal: internal}); err != nil {
		return err
	}
	if err := s.charge(r.size()); err != nil {
		return err
	}
	if err := s.broker.gate.enter(x.ctx, s.grant.Tenant); err != nil {
		return err
	}
	x.pool = s.broker.pools.take(poolKey{tenant: s.grant.Tenant, internal: internal})
	s.sent(x.entry, int64(len(r.body)))
	answer, err := x.pool.transport.RoundTrip(r.http().WithContext(withHop(x.ctx))) //nolint:bodyclose // closed by end
	if err != nil {
		return err
	}
	x.answer = answer
	if answer.StatusCode < 200 || answer.StatusCode > 599 {
		return refuse(codeNetwork, "%s answers with the status %d", x.host, answer.StatusCode)
	}
	s.answered(x.entry, answer.StatusCode)
	if err := s.charge(headerSize(answer.Header)); err != nil {
		return err
	}
	x.decode(r)
	return nil
}

// decode prepares the reading of the body, and makes the headers say what the action will read.
func (x *exchange) decode(r *request) {
	h := x.answer.Header
	zipped := r.method != http.MethodHead && r.headers["Range"] == nil && len(h["Content-Encoding"]) == 1 && isGzip(h.Get("Content-Encoding"))
	if zipped {
		h.Del("Content-Encoding")
		h.Del("Content-Length")
	}
	x.body = &body{source: x.answer.Body, gzip: zipped, charge: func(n int64) error {
		x.session.received(x.entry, n)
		return x.session.charge(n)
	}}
}

// hasBody says whether there is anything to read.
func (x *exchange) hasBody() bool {
	return x.answer.Body != nil && x.answer.Body != http.NoBody && x.answer.ContentLength != 0
}

// read reads what there is, at most len(p) bytes. It gives up after the broker's idle time without a byte.
func (x *exchange) read(p []byte) (n int, err error) {
	idle := time.AfterFunc(x.session.broker.options.Idle, func() { x.cancel(refuse(codeTimeout, "%s sends no more of its answer", x.host)) })
	defer idle.Stop()
	return x.body.Read(p)
}

// Bounds of what is read of a redirect's body.
const (
	maxDrain  = 2 << 10
	drainTime = time.Second
)

// drain reads the little that a redirect may have for a body, so that its connection can be used again.
func (x *exchange) drain() {
	if size := x.answer.ContentLength; size <= 0 || size > maxDrain {
		return
	}
	late := time.AfterFunc(drainTime, func() { x.cancel(errAborted) })
	defer late.Stop()
	_, _ = io.Copy(io.Discard, x.body) // if it does not come, the connection is closed
}

func isGzip(encoding string) bool {
	return strings.EqualFold(encoding, "gzip") || strings.EqualFold(encoding, "x-gzip")
}

// end lets go of everything that the exchange holds. Its answer can be read no more. The word goes to the record if there was no whole answer.
func (x *exchange) end(word string) {
	if !x.ended.CompareAndSwap(false, true) {
		return
	}
	x.cancel(nil)
	if x.answer != nil {
		_ = x.answer.Body.Close() // whatever it says, the connection is closed or idle
	}
	if x.pool != nil {
		x.session.broker.pools.put(x.pool)
		x.session.broker.gate.leave(x.session.grant.Tenant)
	}
	x.session.finish(x.entry, word)
}
