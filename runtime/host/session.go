package host

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/durward/durward/runtime/vm"
)

// Session serves one execution. It is safe for concurrent use. Close it when the execution has ended.
type Session struct {
	broker   *Broker
	settings *Settings
	grant    Grant
	limits   vm.Limits
	serving  sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	rules   *policy
	ctx     context.Context // of all exchanges; nil before the first
	cancel  context.CancelFunc
	entries []*entry
	asked   int               // requests, those included that were refused
	bytes   int64             // of requests and answers
	said    int               // bytes of arguments and of values of the cache
	durable int               // hits of durable counters
	bodies  map[int]*exchange // that are open, by their number
	opening int               // exchanges that may become open bodies
	named   int               // the last number
}

// Serve does what the execution asks for. It implements worker.Host.
func (s *Session) Serve(ctx context.Context, c vm.HostCall) vm.HostAnswer {
	if !s.enter() {
		return vm.HostAnswer{Err: hostError(errAborted)}
	}
	defer s.serving.Done()
	answer, err := s.serve(ctx, c)
	if err != nil {
		return vm.HostAnswer{Err: hostError(err)}
	}
	return answer
}

func (s *Session) serve(ctx context.Context, c vm.HostCall) (vm.HostAnswer, error) {
	if err := s.say(len(c.Args)); err != nil {
		return vm.HostAnswer{}, err
	}
	switch c.Op {
	case "fetch":
		return s.fetch(ctx, c)
	case "fetch.read":
		return s.fetchRead(ctx, c.Args)
	case "fetch.close":
		return s.fetchClose(c.Args)
	case "cache.get":
		return s.cacheGet(ctx, c.Args)
	case "cache.set":
		return s.cacheSet(ctx, c.Args)
	case "cache.delete":
		return s.cacheDelete(ctx, c.Args)
	case "counter.hit":
		return s.counterHit(ctx, c.Args)
	}
	return vm.HostAnswer{}, refuse(codeInvalid, "there is no operation %q", clip(c.Op, 32))
}

// enter notes a call, which must be followed by serving.Done. It returns false if the session is closed.
func (s *Session) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.serving.Add(1)
	return true
}

// Close ends everything that the execution has begun: calls are given up and waited for, bodies are closed. Nothing is served after it. It may be called more than once.
func (s *Session) Close() {
	s.mu.Lock()
	s.closed = true
	if s.cancel != nil {
		s.cancel()
	}
	s.mu.Unlock()
	s.serving.Wait()
	s.mu.Lock()
	open := s.bodies
	s.bodies = nil
	s.mu.Unlock()
	for _, x := range open {
		x.end("")
	}
}

// policy is read when it is first needed: most executions send nothing.
func (s *Session) policy() *policy {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rules == nil {
		s.rules = newPolicy(s.settings, s.grant.Hosts)
	}
	return s.rules
}

// count counts a request before anything is made of it: one that turns out not to be valid has taken the server's time too.
func (s *Session) count() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked >= s.limits.Requests {
		return exceeded("requests", s.limits.Requests, fmt.Sprintf("the action sends more than %d requests, redirects and refused ones included", s.limits.Requests))
	}
	s.asked++
	return nil
}

// maxSaid is how many bytes of arguments and of values of the cache one execution exchanges with the broker, which reads and copies them on the server's time.
const maxSaid = 8 << 20

// say counts bytes of arguments and values.
func (s *Session) say(n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.said += n; s.said > maxSaid {
		return exceeded("host_bytes", maxSaid, fmt.Sprintf("the arguments of the action's calls and what it reads of its cache have more than %d bytes together", maxSaid))
	}
	return nil
}

// begin starts an exchange.
func (s *Session) begin(r *request) *exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx == nil {
		s.ctx, s.cancel = context.WithCancel(s.broker.ctx)
		if s.closed {
			s.cancel()
		}
	}
	x := &exchange{session: s, entry: newEntry(r), host: r.target.url.Host}
	x.ctx, x.cancel = context.WithCancelCause(s.ctx)
	s.entries = append(s.entries, x.entry)
	return x
}

// charge counts bytes of requests and answers.
func (s *Session) charge(n int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes += n
	if s.bytes > int64(s.limits.RequestBytes) {
		return exceeded("request_bytes", s.limits.RequestBytes,
			fmt.Sprintf("the requests of the action and their answers have more than %d bytes together", s.limits.RequestBytes))
	}
	return nil
}

// answerValue is an answer that is made of a value alone.
func answerValue(value any) (vm.HostAnswer, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return vm.HostAnswer{}, refuse(codeInvalid, "the answer cannot be written")
	}
	return vm.HostAnswer{Value: text}, nil
}
