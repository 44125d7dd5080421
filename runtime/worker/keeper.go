package worker

import (
	"slices"
	"time"
)

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
	defer p.launch.close()
	for {
		select {
		case <-p.closing:
			return
		case <-tick.C:
			p.endIdle()
		case <-p.demand:
			p.fillUp()
		}
	}
}

// fillUp starts the spares that are missing. A machine on which processes do not start, or die at once, is not kept busy by trying.
func (p *Pool) fillUp() {
	for {
		claimed, pause := p.claim()
		if !claimed {
			return
		}
		if p.pause(pause) {
			p.unclaim()
			return
		}
		if err := p.startSpare(); err != nil {
			p.config.Observe.StartFailed(err)
			p.pause(200 * time.Millisecond)
		}
	}
}

// pause returns true if the pool was closed meanwhile.
func (p *Pool) pause(d time.Duration) (closed bool) {
	if d == 0 {
		return false
	}
	select {
	case <-p.closing:
		return true
	case <-time.After(d):
		return false
	}
}

// claim takes a place for a spare if one is missing, to be used after a pause. Where all places are taken, the worker that has been idle longest makes room.
func (p *Pool) claim() (claimed bool, pause time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.spares) >= p.config.Spares {
		return false, 0
	}
	if p.total >= p.config.Max && !p.makeRoom() {
		return false, 0
	}
	p.total++
	if p.stillborn > 0 {
		pause = min(50*time.Millisecond<<min(p.stillborn, 7), 5*time.Second)
	}
	return true, pause
}

func (p *Pool) unclaim() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total--
}

func (p *Pool) startSpare() error {
	began := time.Now()
	w, err := p.launch.start()
	if err != nil {
		p.unclaim()
		return err
	}
	w.most = p.config.HardMemory * raceFactor
	if p.config.Background {
		_ = w.prioritise(behind) // where that is not possible, it does its work all the same
	}
	p.config.Observe.Started(time.Since(began))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count.Started++
	p.running.Go(func() { w.receive(p.freed, p.ended) })
	if p.closed {
		w.kill("closed", nil)
		return nil
	}
	p.spares = append(p.spares, w)
	p.serveLine()
	return nil
}

// freed is called after each answer of a worker.
func (p *Pool) freed(w *process) {
	calls, worn := w.wear(p.config.Executions)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stillborn = 0
	p.calls--
	w.tenant.running--
	if calls == 0 && worn {
		p.dismiss(w, "retired")
	}
	p.serve(w.tenant)
	if p.total >= p.config.Max && len(p.spares) == 0 {
		p.ask() // it can make room for another tenant's worker
	}
}

// dismiss ends a worker that takes no more calls and holds none. Its place is free at once: nobody waits for its exit. The pool is locked.
func (p *Pool) dismiss(w *process, reason string) {
	w.kill(reason, nil)
	if !w.released {
		w.released = true
		p.total--
		p.ask()
	}
}

// ended takes a worker that is gone out of the books, with the calls that it held.
func (p *Pool) ended(w *process, reason string, calls int) {
	p.mu.Lock()
	p.count.Ended[reason]++
	if !w.released {
		p.total--
	}
	if t := w.tenant; t != nil {
		p.calls -= calls
		t.running -= calls
		t.workers = without(t.workers, w)
		if violent(reason) {
			t.deaths.spend(time.Now())
			t.giveWay()
		}
		p.serve(t)
		p.forget(t)
	} else {
		p.spares = without(p.spares, w)
		if violent(reason) {
			p.stillborn++
		}
	}
	p.mu.Unlock()
	p.config.Observe.Ended(reason)
	p.ask()
}

// violent says whether a process died of what it did.
func violent(reason string) bool {
	return reason != "retired" && reason != "idle" && reason != "closed"
}

func without(list []*process, w *process) []*process {
	return slices.DeleteFunc(list, func(other *process) bool { return other == w })
}

// forget drops a tenant of which nothing has to be remembered. The pool is locked, here and in everything below.
func (p *Pool) forget(t *tenant) {
	if t.restored(time.Now()) {
		delete(p.tenants, t.name)
	}
}

func (p *Pool) endIdle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.tenants {
		for _, w := range t.workers {
			if since, idle := w.idleSince(); idle && time.Since(since) > p.config.Idle && w.retireIdle() {
				p.dismiss(w, "idle")
			}
		}
		p.forget(t)
	}
}

// settled is how long a worker must have been idle to make room for a spare that nobody waits for: the worker of a tenant that calls often is idle for less.
const settled = 100 * time.Millisecond

// makeRoom ends the worker that has been idle longest, if there is one.
func (p *Pool) makeRoom() bool {
	var longest *process
	var longestSince time.Time
	for _, t := range p.tenants {
		for _, w := range t.workers {
			if since, idle := w.idleSince(); idle && (longest == nil || since.Before(longestSince)) {
				longest, longestSince = w, since
			}
		}
	}
	if longest == nil || p.line.Len() == 0 && time.Since(longestSince) < settled || !longest.retireIdle() {
		return false
	}
	p.dismiss(longest, "idle")
	return true
}
