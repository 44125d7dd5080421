package worker

import (
	"context"
	"fmt"
	"sync"

	"github.com/durward/durward/runtime/vm"
)

// Bounds of what host calls take of the server.
const (
	maxArgs      = 64 << 10 // bytes of a call's arguments
	maxHostCalls = 10_000   // of one execution, those included that give another one up

	// What the calls of one worker hold of the server's memory is counted in units: one for a call, and one for every 64 KiB of its bytes. Where all are taken the worker is not read on.
	maxHolding  = 512
	holdingUnit = 64 << 10
)

// hosted are the host calls of one execution, as the server sees them.
type hosted struct {
	mu      sync.Mutex
	calls   map[uint64]context.CancelFunc // that are not answered; nil before the first one
	ended   bool                          // the execution has ended
	made    int                           // over the execution
	running int                           // that the host works at or answers, those included that were given up
	bodies  int                           // bytes, over the execution
}

// begin notes a host call. The context is nil if it is not to be made: then the execution gets refused, or has ended if that is nil too. The error says that the worker, which checks most of this
// itself, is not itself any more.
func (h *hosted) begin(c *call, asked vm.HostCall) (ctx context.Context, refused *vm.HostError, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended {
		return nil, nil, nil
	}
	h.made++
	h.bodies += len(asked.Body)
	_, twice := h.calls[asked.ID]
	switch {
	case twice, len(h.calls) >= c.pending:
		return nil, nil, errFrame
	case h.made > 2*maxHostCalls:
		return nil, nil, &breach{c.id, callsFailure()}
	case h.running >= 3*c.pending:
		return nil, nil, &breach{c.id, pendingFailure(c.pending)}
	}
	h.running++
	if refused := h.refuse(c, asked); refused != nil {
		return nil, refused, nil
	}
	if h.calls == nil {
		h.calls = map[uint64]context.CancelFunc{}
	}
	ctx, h.calls[asked.ID] = context.WithCancel(context.Background())
	return ctx, nil, nil
}

// refuse says why a host call is not made. A worker that is itself sends such calls too, and so it gets an answer. The calls are locked.
func (h *hosted) refuse(c *call, asked vm.HostCall) *vm.HostError {
	switch {
	case h.made > maxHostCalls:
		return &vm.HostError{Failure: callsFailure()}
	case h.running > 2*c.pending:
		return &vm.HostError{Failure: pendingFailure(c.pending)}
	case h.bodies > c.bodies:
		return &vm.HostError{Failure: bodiesFailure(c.bodies)}
	case len(asked.Args) > maxArgs:
		return &vm.HostError{Name: "RangeError", Code: "invalid_request", Message: fmt.Sprintf("%s takes at most %d bytes", asked.Op, maxArgs)}
	}
	return nil
}

func callsFailure() *vm.Failure {
	return &vm.Failure{
		Kind: vm.FailRequestLimit, Limit: fmt.Sprintf("host calls %d", maxHostCalls),
		Message: fmt.Sprintf("the action asked its host for more than %d things", maxHostCalls),
	}
}

func pendingFailure(most int) *vm.Failure {
	return &vm.Failure{
		Kind: vm.FailPendingLimit, Limit: fmt.Sprintf("pending %d", most), Message: "the action gives calls up and makes others faster than they end",
	}
}

func bodiesFailure(most int) *vm.Failure {
	return &vm.Failure{
		Kind: vm.FailRequestLimit, Limit: fmt.Sprintf("request_bytes %d", most), Message: fmt.Sprintf("the action sent more than %d bytes", most),
	}
}

// finish notes that the host has done a call, and says whether somebody still waits for its answer.
func (h *hosted) finish(id uint64) (wanted bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.drop(id)
}

// answered notes that nothing of a host call is left.
func (h *hosted) answered() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.running--
}

// drop ends a host call. The calls are locked.
func (h *hosted) drop(id uint64) (there bool) {
	cancel, there := h.calls[id]
	if there {
		cancel()
		delete(h.calls, id)
	}
	return there
}

// cancel gives a host call up.
func (h *hosted) cancel(c *call, id uint64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(id)
	if h.made++; h.made > 2*maxHostCalls && !h.ended {
		return &breach{c.id, callsFailure()}
	}
	return nil
}

// end ends all host calls, and those that may still come.
func (h *hosted) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, cancel := range h.calls {
		cancel()
	}
	h.calls, h.ended = nil, true
}

func (h *hosted) touched() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.made > 0
}

// serveHost takes a host call from the worker and has it done beside the reading of further frames. An error means that the worker breaks the rules.
func (p *process) serveHost(f frame) error {
	asked, err := readHostCall(f.payload)
	if err != nil {
		return err
	}
	p.mu.Lock()
	c, ok := p.calls[f.id]
	p.mu.Unlock()
	if !ok || c.answer != frameResult {
		return errFrame
	}
	if asked.Op == vm.OpCancel {
		return c.hosted.cancel(c, asked.ID)
	}
	ctx, refused, err := c.hosted.begin(c, asked)
	switch {
	case err != nil:
		return err
	case refused != nil:
		p.hosting.Go(func() {
			p.tell(appendHostAnswer(nil, f.id, asked.ID, vm.HostAnswer{Err: refused}))
			c.hosted.answered()
		})
	case ctx != nil:
		units := min(1+(len(asked.Args)+len(asked.Body))/holdingUnit, maxHolding)
		p.hold(units)
		p.hosting.Go(func() { p.ask(ctx, c, asked, units) })
	}
	return nil
}

// ask has the host do a call, when there is room for its answer.
func (p *process) ask(ctx context.Context, c *call, asked vm.HostCall, units int) {
	defer c.hosted.answered()
	turn := p.backlog.enter(asked)
	if turn == nil {
		p.serve(ctx, c, asked, func() { p.release(units) })
		return
	}
	p.release(units) // the server must read on: a worker that cannot send does not read either
	if p.backlog.await(ctx, turn) {
		p.serve(ctx, c, asked, p.backlog.leave)
	}
}

// serve has the host do a call, and answers it. It calls done before the worker has to read the answer: one that does not read must not keep the server from reading.
func (p *process) serve(ctx context.Context, c *call, asked vm.HostCall, done func()) {
	a := vm.HostAnswer{Err: &vm.HostError{Message: asked.Op + " is not possible here"}}
	if c.host != nil {
		a = c.host.Serve(ctx, asked)
	}
	if !c.hosted.finish(asked.ID) {
		done()
		return
	}
	answer := appendHostAnswer(nil, c.id, asked.ID, a)
	p.backlog.add(len(answer))
	done()
	p.tell(answer)
	p.backlog.add(-len(answer))
}

// hold waits until the worker's host calls may hold so many units more, or the process is to die. Only the reader of the worker calls it.
func (p *process) hold(units int) {
	for range units {
		select {
		case p.holding <- struct{}{}:
		case <-p.dying:
			return
		}
	}
}

func (p *process) release(units int) {
	for range units {
		select {
		case <-p.holding:
		default: // not held, because the process was to die
		}
	}
}

// tell writes a frame to the worker. If that fails the worker is gone, or going.
func (p *process) tell(b []byte) {
	p.writing.Lock()
	defer p.writing.Unlock()
	_, _ = p.socket.Write(b)
}
