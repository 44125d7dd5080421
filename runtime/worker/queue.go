package worker

import (
	"context"
	"time"
)

// acquire puts a call into a worker of its tenant: at once if one takes it, else when its turn has come. A call that was in a worker before goes in front of the others.
func (p *Pool) acquire(ctx context.Context, name string, c *call, again bool) (*process, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, ErrClosed
	}
	t := p.tenant(name)
	if t.queue.Len() == 0 {
		if w := p.place(t, c); w != nil {
			p.mu.Unlock()
			return w, nil
		}
	}
	if t.queue.Len() >= p.config.Queue && !again {
		err := p.refuse(BusyQueue)
		p.mu.Unlock()
		return nil, err
	}
	q := &waiter{call: c, worker: make(chan *process, 1)}
	if again {
		q.place = t.queue.PushFront(q)
	} else {
		q.place = t.queue.PushBack(q)
	}
	p.waiting++
	p.serve(t)
	p.mu.Unlock()
	return p.await(ctx, t, q)
}

// await waits until a call has a worker, until its time is up or nobody waits for it any more.
func (p *Pool) await(ctx context.Context, t *tenant, q *waiter) (*process, error) {
	patience := time.NewTimer(p.config.Wait)
	defer patience.Stop()
	select {
	case w := <-q.worker:
		return p.given(w)
	case <-patience.C:
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if q.place == nil { // it got one at the last moment
		return p.given(<-q.worker)
	}
	p.remove(t, q)
	p.settle(t)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return nil, p.refuse(p.reason(t))
}

// given returns the worker that a call got; none says that the pool was closed.
func (*Pool) given(w *process) (*process, error) {
	if w == nil {
		return nil, ErrClosed
	}
	return w, nil
}

// remove takes a call out of its queue. The pool is locked, here and in everything below.
func (p *Pool) remove(t *tenant, q *waiter) {
	t.queue.Remove(q.place)
	q.place = nil
	p.waiting--
}

// refuse counts a call that is refused.
func (p *Pool) refuse(reason string) error {
	p.count.Busy[reason]++
	return &BusyError{reason}
}

// reason is why a tenant's calls wait.
func (p *Pool) reason(t *tenant) string {
	switch {
	case t.running >= p.config.Concurrency:
		return BusyConcurrency
	case t.deaths.wait(time.Now()) > 0:
		return BusyDeaths
	}
	return BusyWorkers
}

// tenant returns what a tenant has in the pool.
func (p *Pool) tenant(name string) *tenant {
	t, ok := p.tenants[name]
	if !ok {
		t = &tenant{name: name}
		p.tenants[name] = t
	}
	return t
}

// serve gives workers to the calls of a tenant that wait, as far as there are any.
func (p *Pool) serve(t *tenant) {
	for t.queue.Len() > 0 {
		q, _ := t.queue.Front().Value.(*waiter)
		w := p.place(t, q.call)
		if w == nil {
			break
		}
		p.remove(t, q)
		q.worker <- w
	}
	p.settle(t)
}

// settle takes a tenant out of the line for new workers if nothing of it waits any more.
func (p *Pool) settle(t *tenant) {
	if t.queue.Len() == 0 && t.turn != nil {
		p.line.Remove(t.turn)
		t.turn = nil
	}
}

// serveLine gives new workers to the tenants that need one, one after the other. A tenant that needs more gets in line again, behind the others.
func (p *Pool) serveLine() {
	for turn := p.line.Front(); turn != nil && len(p.spares) > 0; {
		t, _ := turn.Value.(*tenant)
		spares, next := len(p.spares), turn.Next()
		p.serve(t)
		if t.turn != nil && len(p.spares) < spares {
			p.line.MoveToBack(t.turn)
		}
		turn = next
	}
}

// place puts a call into a worker, and returns nil if it has to wait.
func (p *Pool) place(t *tenant, c *call) *process {
	for t.running < p.config.Concurrency {
		w := p.pick(t, c)
		if w == nil {
			return nil
		}
		if w.admit(c, p.config.Inflight, p.config.Grace) {
			t.running++
			p.calls++
			p.watch()
			return w
		}
		// It has just ended, and is not picked again.
	}
	return nil
}

// pick chooses a worker for a call, nil if there is none: an idle one, else a new one, else the one that comes to it soonest. A spare becomes the tenant's here.
func (p *Pool) pick(t *tenant, c *call) *process {
	l := t.load(c, p.config.Inflight)
	if l.loading {
		p.warm(t, c, l)
	}
	if l.idle || l.serving >= p.config.PerTenant || l.ending > p.config.maxEnding() {
		return l.best
	}
	if l.best != nil && p.othersInLine(t) {
		return l.best
	}
	now := time.Now()
	if wait := t.deaths.wait(now); wait > 0 {
		p.lookAgain(t, wait)
		return l.best
	}
	// The last spare is for tenants that have nothing yet, and have broken nothing.
	reserve := 0
	if l.serving > 0 || t.deaths.spent(now) {
		reserve = min(1, p.config.Spares-1)
	}
	if len(p.spares) <= reserve {
		if l.best == nil && t.turn == nil {
			t.turn = p.line.PushBack(t)
		}
		p.ask()
		return l.best
	}
	return p.give(t)
}

// give makes the newest spare a tenant's.
func (p *Pool) give(t *tenant) *process {
	w := p.spares[len(p.spares)-1]
	p.spares = p.spares[:len(p.spares)-1]
	t.workers = append(t.workers, w)
	w.tenant = t
	p.ask()
	return w
}

// warm has one more worker get ready for a tenant whose calls come while its program is still being loaded ahead for them, if there is one that nobody else needs. No call waits for it.
func (p *Pool) warm(t *tenant, c *call, l tenantLoad) {
	spare := len(p.spares) > min(1, p.config.Spares-1) && p.line.Len() == 0
	if c.warm == nil || !spare || l.serving >= p.config.PerTenant || l.ending > 0 || t.deaths.spent(time.Now()) {
		return
	}
	w := p.give(t)
	w.warm()
	p.running.Go(func() { w.sendWarm(c.request) })
}

// othersInLine says whether another tenant needs a worker.
func (p *Pool) othersInLine(t *tenant) bool {
	if t.turn != nil {
		return p.line.Len() > 1
	}
	return p.line.Len() > 0
}

// lookAgain serves a tenant after a time.
func (p *Pool) lookAgain(t *tenant, wait time.Duration) {
	if t.again != nil {
		return
	}
	t.again = time.AfterFunc(wait, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		t.again = nil
		if !p.closed {
			p.serve(t)
		}
	})
}
