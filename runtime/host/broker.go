package host

import (
	"context"

	"github.com/durward/durward/runtime/vm"
)

// Broker serves the executions of all tenants. It is safe for concurrent use.
type Broker struct{}

// New returns a broker. Close it when it is no longer needed.
func New() *Broker { return &Broker{} }

// Close closes the broker's connections.
func (b *Broker) Close() {}

// Session serves one execution. It is safe for concurrent use.
type Session struct{}

// Open begins a session for one execution.
func (b *Broker) Open(s *Settings, g Grant) *Session { return &Session{} }

// Serve does what the execution asks for. It implements worker.Host.
func (s *Session) Serve(ctx context.Context, c vm.HostCall) vm.HostAnswer {
	return vm.HostAnswer{Err: &vm.HostError{Message: c.Op + " is not possible here"}}
}

// Requests are what the execution has sent so far, in the order in which they began.
func (s *Session) Requests() []Request { return nil }
