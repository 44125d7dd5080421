package worker

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/durward/durward/runtime/vm"
)

// Pool is the server's worker processes. It is safe for concurrent use.
type Pool struct {
	config  Config
	launch  launcher      // New's, and then the keeper's
	demand  chan struct{} // asks the keeper for spares; has room for one
	busy    chan struct{} // tells the watcher that there are calls; has room for one
	closing chan struct{}
	lifts   bool           // a worker that is last can be given a better standing
	running sync.WaitGroup // the keeper, the watcher, and the receivers of all processes

	mu        sync.Mutex
	closed    bool
	tenants   map[string]*tenant
	line      list.List // of *tenant that have calls and no worker for them; a spare goes to the first
	spares    []*process
	total     int  // places of processes that are taken, by those that are starting too
	calls     int  // in workers
	waiting   int  // calls that wait for a worker
	watching  bool // the watcher is awake
	stillborn int  // processes that died before they belonged to a tenant, since one last answered
	count     Counts
}

// New returns a pool and starts its first spares. It returns the error of a worker that does not start, because then none will.
func New(config Config) (*Pool, error) {
	if len(config.Command) == 0 {
		return nil, errors.New("worker pool: no command")
	}
	config.fill()
	p := &Pool{
		config: config, demand: make(chan struct{}, 1), busy: make(chan struct{}, 1), closing: make(chan struct{}),
		tenants: map[string]*tenant{}, count: Counts{Ended: map[string]uint64{}, Busy: map[string]uint64{}},
	}
	p.launch.config = &p.config
	p.total = 1
	if err := p.startSpare(); err != nil {
		return nil, err
	}
	p.tryLifting()
	p.running.Go(p.keep)
	p.running.Go(p.watchWorkers)
	p.ask()
	return p, nil
}

// Execute runs one call of a program for a tenant; what it asks of the world outside goes to host, which may be nil. What the action does wrong, up to the death of its worker, is a failure in the result. The error is a [*BusyError] if no
// worker was free in time, ErrClosed, or the cause of ctx's end; then the execution may go on, unseen, until its limits.
func (p *Pool) Execute(ctx context.Context, tenant string, program *vm.Program, c vm.Call, host Host) (vm.Result, error) {
	c.Limits = c.Limits.WithDefaults()
	began := time.Now()
	q := &request{
		answer: frameResult, most: c.Limits.OutcomeBytes, limit: c.Limits.Wall, host: host, pending: c.Limits.Pending, bodies: c.Limits.RequestBytes,
		expired: &vm.Failure{
			Kind: vm.FailTimeLimit, Limit: fmt.Sprintf("wall %v", c.Limits.Wall), Message: fmt.Sprintf("the action took longer than %v", c.Limits.Wall),
		},
		write: func(w *process, own *call, buf []byte) []byte {
			if !w.knows(program.Digest) {
				buf = appendProgram(buf, program)
			}
			buf = w.settle(buf, c.Config)
			left := c
			left.Limits.Wall = own.limit
			return appendExecute(buf, own.id, program.Digest, left)
		},
		key: keyOf(program.Digest),
		warm: func(w *process, buf []byte) []byte {
			if !w.knows(program.Digest) {
				buf = appendProgram(buf, program)
			}
			return appendWarm(buf, program.Digest, c.Limits)
		},
	}
	a, err := p.call(ctx, tenant, q)
	if err != nil {
		return vm.Result{}, err
	}
	if a.lost != nil {
		return vm.Result{Failure: a.lost.failure, Wall: time.Since(began)}, nil
	}
	return a.result, nil
}

// Task runs a task for a tenant in one of its workers. A task computes for all of limit, and beyond it its worker is killed; the error is then a [*TaskError]. It is a
// [*TaskError] too, with the text that the worker gave, if the task itself returned an error.
func (p *Pool) Task(ctx context.Context, tenant, name string, payload []byte, limit time.Duration) ([]byte, error) {
	expired := &vm.Failure{Kind: vm.FailTimeLimit, Message: fmt.Sprintf("%s took longer than %v", name, limit)}
	a, err := p.call(ctx, tenant, &request{
		answer: frameAnswer, limit: limit, expired: expired,
		write: func(_ *process, own *call, buf []byte) []byte { return appendTask(buf, own.id, name, payload) },
	})
	switch {
	case err != nil:
		return nil, err
	case a.lost != nil:
		return nil, &TaskError{Task: name, Failure: a.lost.failure}
	case a.err != nil:
		return nil, &TaskError{Task: name, Failure: &vm.Failure{Kind: vm.FailThrown, Message: a.err.Error()}}
	}
	return a.body, nil
}

// TaskError is a task that did not come to its end.
type TaskError struct {
	Task    string
	Failure *vm.Failure
}

func (e *TaskError) Error() string { return e.Task + ": " + e.Failure.Message }

// request is what a call asks a worker for.
type request struct {
	write   func(w *process, own *call, buf []byte) []byte // appends its frames
	answer  frameKind                                      // frameResult or frameAnswer
	most    int                                            // bytes of an outcome
	limit   time.Duration                                  // of its time in all workers together
	expired *vm.Failure                                    // what it failed of if it takes longer
	host    Host                                           // nil if there is nothing outside for it
	pending int                                            // host calls at a time
	bodies  int                                            // bytes of the bodies of all host calls
	key     uint64                                         // what stands for its program on a board; 0 if it is a task
	warm    func(w *process, buf []byte) []byte            // appends frames that have its program loaded ahead; nil if it is a task
}

// maxLosses is how many workers may die under a call that is not to blame, until it fails of that.
const maxLosses = 3

// call runs a call in one of the tenant's workers, and in another one for what is left of its time if the first one died of something else.
func (p *Pool) call(ctx context.Context, tenant string, q *request) (answer, error) {
	left := q.limit
	for losses := 1; ; losses++ {
		c := &call{request: q, id: newID(), limit: left, done: make(chan answer, 1)}
		w, err := p.acquire(ctx, tenant, c, losses > 1)
		if err != nil {
			return answer{}, err
		}
		w.send(c)
		var a answer
		select {
		case a = <-c.done:
		case <-ctx.Done():
			return answer{}, context.Cause(ctx)
		}
		if a.lost == nil || a.lost.guilty || a.lost.touched || losses == maxLosses {
			return a.explain(c), nil
		}
		if left -= time.Since(c.began); left <= 0 {
			return answer{lost: &loss{failure: q.expired}}, nil
		}
		p.mu.Lock()
		p.count.Retried++
		p.mu.Unlock()
		p.config.Observe.Retried()
	}
}

// explain names the limit that the call has, where the worker could only name what was left of it.
func (a answer) explain(c *call) answer {
	f := a.result.Failure
	if f == nil || c.limit == c.request.limit || f.Limit != fmt.Sprintf("wall %v", c.limit) {
		return a
	}
	expired := *c.expired
	expired.Stack = f.Stack
	a.result.Failure = &expired
	return a
}

// Stats are a pool's figures at a moment.
type Stats struct {
	Workers  int // processes, spares included
	Spares   int
	Tenants  int // that have a worker
	Inflight int // calls in workers
	Waiting  int // calls that wait for a worker
	Counts
}

// Counts are what has happened in a pool since it was made.
type Counts struct {
	Started uint64            // processes that became ready
	Ended   map[string]uint64 // processes that are gone, by the reasons of [Observer]
	Retried uint64            // calls that were run again because their worker died
	Busy    map[string]uint64 // calls that got no worker in time, by the reasons of [BusyError]
}

// Stats returns the pool's figures.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Stats{Workers: p.total, Spares: len(p.spares), Inflight: p.calls, Waiting: p.waiting, Counts: p.count}
	s.Ended, s.Busy = maps.Clone(p.count.Ended), maps.Clone(p.count.Busy)
	for _, t := range p.tenants {
		if len(t.workers) > 0 {
			s.Tenants++
		}
	}
	return s
}

// Sandbox says how the pool's workers are confined, as the first one found out.
func (p *Pool) Sandbox() Sandbox { return p.launch.sandbox }

// Close ends all workers and waits until they are gone. Calls in them fail; a caller that wants them to end well waits for them first.
func (p *Pool) Close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.closing)
		p.endAll()
	}
	p.mu.Unlock()
	p.running.Wait()
}

func (p *Pool) endAll() {
	for _, w := range p.spares {
		w.kill("closed", nil)
	}
	for _, t := range p.tenants {
		for _, w := range t.workers {
			w.kill("closed", nil)
		}
		for t.queue.Len() > 0 {
			q, _ := t.queue.Front().Value.(*waiter)
			p.remove(t, q)
			q.worker <- nil
		}
		if t.again != nil {
			t.again.Stop()
		}
	}
}
