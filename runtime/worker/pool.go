package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/durward/durward/runtime/vm"
)

// Pool is the server's worker processes. It is safe for concurrent use.
type Pool struct {
	config  Config
	demand  chan struct{} // asks the keeper for spares; has room for one
	closing chan struct{}
	running sync.WaitGroup // the keeper, starts, and the receivers of all processes
	waiting atomic.Int64   // calls that wait for a worker

	mu      sync.Mutex
	closed  bool
	tenants map[string][]*process // what belongs to a tenant, what takes no more calls included
	spares  []*process
	total   int // all processes, those that are starting included
	count   Counts
	change  chan struct{} // closed and renewed when a worker may have become free
}

// New returns a pool and starts its first spares. It returns the error of a worker that does not start, because then none will.
func New(config Config) (*Pool, error) {
	if len(config.Command) == 0 {
		return nil, errors.New("worker pool: no command")
	}
	config.Spares = cmp.Or(config.Spares, 2)
	config.PerTenant = cmp.Or(config.PerTenant, goruntime.NumCPU())
	config.Max = max(cmp.Or(config.Max, 64), 1)
	config.Inflight = cmp.Or(config.Inflight, 128)
	config.Idle = cmp.Or(config.Idle, 5*time.Minute)
	config.Executions = cmp.Or(config.Executions, 100_000)
	config.Wait = cmp.Or(config.Wait, time.Second)
	config.Grace = cmp.Or(config.Grace, time.Second)
	config.StartTimeout = cmp.Or(config.StartTimeout, 10*time.Second)
	if config.Observe == nil {
		config.Observe = noObserver{}
	}
	p := &Pool{
		config: config, demand: make(chan struct{}, 1), closing: make(chan struct{}),
		tenants: map[string][]*process{}, change: make(chan struct{}), count: Counts{Ended: map[string]uint64{}},
	}
	p.total = 1
	if err := p.startSpare(); err != nil {
		return nil, err
	}
	p.running.Go(p.keep)
	p.ask()
	return p, nil
}

// Execute runs one call of a program for a tenant; what it asks of the world outside goes to host, which may be nil. What the action does wrong, up to the death of its worker, is a failure in the result. The error is ErrBusy if no
// worker was free in time, ErrClosed, or the cause of ctx's end; then the execution may go on, unseen, until its limits.
func (p *Pool) Execute(ctx context.Context, tenant string, program *vm.Program, c vm.Call, host Host) (vm.Result, error) {
	c.Limits = c.Limits.WithDefaults()
	began := time.Now()
	expired := &vm.Failure{
		Kind: vm.FailTimeLimit, Limit: fmt.Sprintf("wall %v", c.Limits.Wall), Message: fmt.Sprintf("the action took longer than %v", c.Limits.Wall),
	}
	a, err := p.call(ctx, tenant, &request{
		answer: frameResult, most: c.Limits.OutcomeBytes, limit: c.Limits.Wall, expired: expired, host: host, pending: c.Limits.Pending,
		write: func(w *process, id uint64, buf []byte) []byte {
			if !w.knows(program.Digest) {
				buf = appendProgram(buf, program)
			}
			return appendExecute(buf, id, program.Digest, c)
		},
	})
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
		write: func(_ *process, id uint64, buf []byte) []byte { return appendTask(buf, id, name, payload) },
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
	write   func(w *process, id uint64, buf []byte) []byte // appends its frames
	answer  frameKind                                      // frameResult or frameAnswer
	most    int                                            // bytes of an outcome
	limit   time.Duration
	expired *vm.Failure // what it failed of if it takes longer
	host    Host        // nil if there is nothing outside for it
	pending int         // host calls at a time
}

// call runs a call in one of the tenant's workers, and once more in a worker of its own if the first one died of something else.
func (p *Pool) call(ctx context.Context, tenant string, q *request) (answer, error) {
	for again := false; ; again = true {
		c := &call{request: q, done: make(chan answer, 1), hosted: hosted{calls: map[uint64]context.CancelFunc{}}}
		w, id, err := p.acquire(ctx, tenant, c, again)
		if err != nil {
			return answer{}, err
		}
		w.send(c, id)
		var a answer
		select {
		case a = <-c.done:
		case <-ctx.Done():
			return answer{}, context.Cause(ctx)
		}
		if a.lost == nil || a.lost.guilty || a.lost.touched || again || a.lost.alone && a.lost.failure.Kind != vm.FailSandboxLost {
			return a, nil
		}
		p.mu.Lock()
		p.count.Retried++
		p.mu.Unlock()
		p.config.Observe.Retried()
	}
}

// acquire puts a call into a worker of the tenant: into an idle one, else into a new one, else into the one with the least to do. A call that is to run alone
// gets a new one, which nobody else gets.
func (p *Pool) acquire(ctx context.Context, tenant string, c *call, alone bool) (*process, uint64, error) {
	var patience <-chan time.Time
	for {
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			return nil, 0, ErrClosed
		}
		w := p.pick(tenant, alone)
		if w != nil {
			id, ok := w.admit(c, p.config.Inflight, p.config.Grace)
			if ok && alone {
				w.retire()
			}
			p.mu.Unlock()
			if ok {
				return w, id, nil
			}
			continue // it has just ended, and is not picked again
		}
		change := p.change
		p.waiting.Add(1)
		p.mu.Unlock()
		p.ask()
		if patience == nil {
			patience = time.After(p.patience(alone, c.limit))
		}
		if err := p.await(ctx, change, patience); err != nil {
			return nil, 0, err
		}
	}
}

// patience is how long a call waits for a worker. One that runs again was in a worker already, and waits for others of its tenant that do so too: as long as one of them may take.
func (p *Pool) patience(alone bool, limit time.Duration) time.Duration {
	if alone {
		return p.config.Wait + limit
	}
	return p.config.Wait
}

// await waits until a worker may have become free. The call counts as waiting.
func (p *Pool) await(ctx context.Context, change <-chan struct{}, patience <-chan time.Time) (err error) {
	select {
	case <-change:
	case <-patience:
		err = ErrBusy
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	p.waiting.Add(-1)
	if errors.Is(err, ErrBusy) {
		p.mu.Lock()
		p.count.Busy++
		p.mu.Unlock()
	}
	return err
}

// pick chooses a worker for a call, nil if there is none. A spare becomes the tenant's here. The pool is locked.
func (p *Pool) pick(tenant string, alone bool) *process {
	own := p.tenants[tenant]
	var best *process
	least, serving := 0, 0
	for _, w := range own {
		calls, retiring := w.load()
		if retiring {
			continue
		}
		serving++
		if !alone && calls < p.config.Inflight && (best == nil || calls < least) {
			best, least = w, calls
		}
	}
	ending := len(own) - serving
	full := serving >= p.config.PerTenant || ending > p.config.maxEnding()
	if alone {
		full = ending >= p.config.maxEnding()
	}
	if best != nil && least == 0 || full {
		return best
	}
	p.ask()
	if len(p.spares) == 0 {
		return best
	}
	w := p.spares[len(p.spares)-1]
	p.spares = p.spares[:len(p.spares)-1]
	p.tenants[tenant] = append(own, w)
	w.tenant = tenant
	return w
}

// ask asks the keeper to see whether spares are missing.
func (p *Pool) ask() {
	select {
	case p.demand <- struct{}{}:
	default:
	}
}

// keep keeps spares ready and ends workers that are idle for too long.
func (p *Pool) keep() {
	tick := time.NewTicker(max(p.config.Idle/4, 10*time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-p.closing:
			return
		case <-tick.C:
			p.endIdle()
		case <-p.demand:
			for p.claim() {
				if err := p.startSpare(); err != nil {
					p.config.Observe.StartFailed(err)
					p.pause()
					p.ask()
					break
				}
			}
		}
	}
}

// pause keeps a machine that can start no process from being kept busy by trying.
func (p *Pool) pause() {
	select {
	case <-p.closing:
	case <-time.After(200 * time.Millisecond):
	}
}

// claim reserves a place for a spare if one is missing. Where all places are taken, the worker that has been idle longest makes room.
func (p *Pool) claim() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.spares) >= p.config.Spares {
		return false
	}
	if p.total >= p.config.Max {
		if len(p.spares) == 0 {
			p.endLongestIdle() // its end asks again
		}
		return false
	}
	p.total++
	return true
}

func (p *Pool) startSpare() error {
	began := time.Now()
	w, err := start(p.config.Command, p.config.StartTimeout)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.total--
		return err
	}
	p.count.Started++
	p.config.Observe.Started(time.Since(began))
	p.running.Go(func() { w.receive(p.freed, p.ended) })
	if p.closed {
		w.kill("closed")
		return nil
	}
	p.spares = append(p.spares, w)
	p.changed()
	return nil
}

// changed wakes the calls that wait for a worker. The pool is locked.
func (p *Pool) changed() {
	close(p.change)
	p.change = make(chan struct{})
}

// freed is called after each answer of a worker.
func (p *Pool) freed(w *process) {
	calls, worn := w.wear(p.config.Executions)
	switch {
	case calls > 0:
	case worn:
		w.kill("retired")
	case p.waiting.Load() > 0:
		p.ask() // it can make room for another tenant's worker
	}
	if calls == p.config.Inflight-1 {
		p.mu.Lock()
		p.changed()
		p.mu.Unlock()
	}
}

// ended takes a worker that is gone out of the books.
func (p *Pool) ended(w *process, reason string) {
	p.mu.Lock()
	p.total--
	p.count.Ended[reason]++
	p.spares = without(p.spares, w)
	if rest := without(p.tenants[w.tenant], w); len(rest) > 0 {
		p.tenants[w.tenant] = rest
	} else {
		delete(p.tenants, w.tenant)
	}
	p.changed()
	p.mu.Unlock()
	p.config.Observe.Ended(reason)
	p.ask()
}

func without(list []*process, w *process) []*process {
	for i := range list {
		if list[i] == w {
			return append(list[:i:i], list[i+1:]...)
		}
	}
	return list
}

func (p *Pool) endIdle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, workers := range p.tenants {
		for _, w := range workers {
			if since, idle := w.idleSince(); idle && time.Since(since) > p.config.Idle && w.retireIdle() {
				w.kill("idle")
			}
		}
	}
}

func (p *Pool) endLongestIdle() {
	var longest *process
	var longestSince time.Time
	for _, workers := range p.tenants {
		for _, w := range workers {
			if since, idle := w.idleSince(); idle && (longest == nil || since.Before(longestSince)) {
				longest, longestSince = w, since
			}
		}
	}
	if longest != nil && longest.retireIdle() {
		longest.kill("idle")
	}
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
	Busy    uint64            // calls that got no worker in time
}

// Stats returns the pool's figures.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Stats{Workers: p.total, Spares: len(p.spares), Tenants: len(p.tenants), Waiting: int(p.waiting.Load()), Counts: p.count}
	s.Ended = maps.Clone(p.count.Ended)
	for _, workers := range p.tenants {
		for _, w := range workers {
			calls, _ := w.load()
			s.Inflight += calls
		}
	}
	return s
}

// Close ends all workers and waits until they are gone. Calls in them fail; a caller that wants them to end well waits for them first.
func (p *Pool) Close() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		p.running.Wait()
		return
	}
	p.closed = true
	close(p.closing)
	for _, w := range p.spares {
		w.kill("closed")
	}
	for _, workers := range p.tenants {
		for _, w := range workers {
			w.kill("closed")
		}
	}
	p.changed()
	p.mu.Unlock()
	p.running.Wait()
}
