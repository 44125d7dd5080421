package worker

import "time"

const (
	// watchInterval is how often the memory of the workers that compute is read: one that allocates as fast as it can gets some 10 MB in that time.
	watchInterval = 2 * time.Millisecond
	// watchOthers is every how many times the others are read too: a process that was taken over could write on its board that it computes nothing.
	watchOthers = 16
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

// watchWorkers kills workers with too much memory, and puts those behind others that compute for long. It sleeps while there is nothing to watch.
func (p *Pool) watchWorkers() {
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	for {
		tick.Stop()
		select {
		case <-p.closing:
			return
		case <-p.busy:
		}
		tick.Reset(watchInterval)
		for round := 0; ; round++ {
			select {
			case <-p.closing:
				return
			case <-tick.C:
			}
			all := round%watchOthers == watchOthers-1
			for _, w := range p.watched(all) {
				p.look(w, all)
			}
			if all && p.stopWatching() {
				break
			}
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
			if all || w.load().computing {
				list = append(list, w)
			}
		}
	}
	return list
}

// look ranks a worker and reads its memory. It ends the worker if it has too much. One that stays large between its executions takes no more calls.
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
	if had <= w.most/2 || w.load().computing {
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
	if w.load().calls == 0 {
		p.dismiss(w, "retired")
	}
}

// stopWatching says whether there is nothing to watch: no calls, and no worker that may be too large to stay.
func (p *Pool) stopWatching() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls > 0 {
		return false
	}
	for _, t := range p.tenants {
		for _, w := range t.workers {
			if w.large > 0 {
				return false
			}
		}
	}
	p.watching = false
	return true
}
