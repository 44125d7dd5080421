package worker

import "time"

const (
	// watchInterval is how often the memory of the workers that compute is read: one that allocates as fast as it can gets some 10 MB in that time.
	watchInterval = 2 * time.Millisecond
	// watchOthers is every how many times the others are read too: a process that was taken over could write on its board that it computes nothing.
	watchOthers = 16
	// restInterval is how often all are looked at while there are no calls.
	restInterval = 250 * time.Millisecond
	// maxLarge is how many times in a row such a reading may find a worker large that computes nothing: what it holds is no garbage then, which Go would have given back.
	maxLarge = 8
)

// watch wakes the watcher, because there is a call in a worker. The pool is locked.
func (p *Pool) watch() {
	if p.watching {
		return
	}
	p.watching = true
	select {
	case p.busy <- struct{}{}:
	default:
	}
}

// watchWorkers kills workers with too much memory, and those that compute without a call, and puts those behind others that compute for long. While there are no calls it looks now and then.
func (p *Pool) watchWorkers() {
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	for round := 0; ; round++ {
		select {
		case <-p.closing:
			return
		case <-p.busy:
			tick.Reset(watchInterval)
			continue
		case <-tick.C:
		}
		resting := p.resting()
		all := resting || round%watchOthers == watchOthers-1
		for _, w := range p.watched(all) {
			p.look(w, all)
		}
		if resting {
			tick.Reset(restInterval)
		}
	}
}

// watched are the workers to look at: those that compute, or all.
func (p *Pool) watched(all bool) []*process {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []*process
	for _, t := range p.tenants {
		for _, w := range t.workers {
			if all || w.load(0).computing {
				list = append(list, w)
			}
		}
	}
	return list
}

// look ranks a worker and reads its memory. It ends the worker if it has too much, or computes without a call. One that stays large between its executions takes no more calls.
func (p *Pool) look(w *process, all bool) {
	p.rank(w)
	had := w.memory.read()
	if had > w.most {
		w.kill("memory_limit", &death{failure: memoryFailure(w.most, had)})
		return
	}
	if !all {
		return
	}
	if w.restless() {
		w.kill("killed", nil)
		return
	}
	if had <= w.most/4*3 || w.load(0).computing {
		w.large = 0
		return
	}
	if w.large++; w.large < maxLarge {
		return
	}
	p.replace(w)
}

// replace lets a worker end what it holds, and no more.
func (p *Pool) replace(w *process) {
	w.retire()
	p.mu.Lock()
	defer p.mu.Unlock()
	if w.load(0).calls == 0 {
		p.dismiss(w, "retired")
	}
}

// resting says whether there are no calls. The next one wakes the watcher.
func (p *Pool) resting() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls > 0 {
		return false
	}
	p.watching = false
	return true
}

// rest is what the watcher, alone, knows of a worker that has no calls.
type rest struct {
	since time.Time
	spent time.Duration // the processor time that the worker had had then
	sent  int           // the calls that it had had
}

// restless says whether the worker has computed for most of a while in which it had no calls: then something has taken it over. What it clears away after a call, and loads ahead for the next one, is less.
func (p *process) restless() bool {
	const while = time.Second
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaped || len(p.calls) > 0 {
		p.rest = rest{}
		return false
	}
	now, spent := time.Now(), cpuTime(p.cmd.Process.Pid)
	if p.rest.since.IsZero() || p.rest.sent != p.sent {
		p.rest = rest{now, spent, p.sent}
		return false
	}
	past, before := now.Sub(p.rest.since), p.rest.spent
	if past < while {
		return false
	}
	p.rest = rest{now, spent, p.sent}
	return spent-before > past/2
}
