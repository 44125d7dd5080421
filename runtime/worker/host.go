package worker

import (
	"context"
	"sync"

	"github.com/durward/durward/runtime/vm"
)

// hosted are the host calls of one execution, as the server sees them.
type hosted struct {
	mu    sync.Mutex
	calls map[uint64]context.CancelFunc // that are not answered; nil once the execution has ended
	any   bool
}

// begin notes a host call. It returns false if there is one with this id, or if there are too many: the worker checks both, and so it is not itself any more. The
// context is nil if the execution has ended meanwhile.
func (h *hosted) begin(id uint64, most int) (ctx context.Context, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.calls == nil {
		return nil, true
	}
	if _, there := h.calls[id]; there || len(h.calls) >= most {
		return nil, false
	}
	h.any = true
	ctx, h.calls[id] = context.WithCancel(context.Background())
	return ctx, true
}

// finish ends a host call, and says whether somebody still waits for its answer.
func (h *hosted) finish(id uint64) (wanted bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	cancel, wanted := h.calls[id]
	if wanted {
		cancel()
		delete(h.calls, id)
	}
	return wanted
}

// end ends all host calls, and those that may still come.
func (h *hosted) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, cancel := range h.calls {
		cancel()
	}
	h.calls = nil
}

func (h *hosted) touched() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.any
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
		c.hosted.finish(asked.ID)
		return nil
	}
	ctx, ok := c.hosted.begin(asked.ID, c.pending)
	if !ok {
		return errFrame
	}
	if ctx == nil {
		return nil
	}
	p.hosting.Go(func() {
		a := vm.HostAnswer{Err: &vm.HostError{Message: asked.Op + " is not possible here"}}
		if c.host != nil {
			a = c.host.Serve(ctx, asked)
		}
		if c.hosted.finish(asked.ID) {
			p.tell(appendHostAnswer(nil, f.id, asked.ID, a))
		}
	})
	return nil
}

// tell writes a frame to the worker. If that fails the worker is gone, or going.
func (p *process) tell(b []byte) {
	p.writing.Lock()
	defer p.writing.Unlock()
	_, _ = p.socket.Write(b)
}
