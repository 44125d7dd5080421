package worker

import "time"

const (
	// longTurn is how much of a processor one execution may have until its tenant gives way to others: a sign-in's action takes less than a tenth of that.
	longTurn = 10 * time.Millisecond
	// penance is for how long the tenant gives way then. Programs that compute until they are ended have that head start twelve times a minute, and not in each of their executions.
	penance = 5 * time.Second
)

// turn is what the watcher, alone, knows of a worker's use of the processor.
type turn struct {
	computing uint64        // the execution, when it was looked at last
	from      time.Duration // the processor time that the worker had had when that execution was seen first
	behind    bool          // it gives way
}

// giveWay puts a tenant behind others for a while. The pool is locked.
func (t *tenant) giveWay() { t.behind = time.Now().Add(penance) }

// givesWay says whether the tenant is behind others. The pool is locked.
func (t *tenant) givesWay(now time.Time) bool { return now.Before(t.behind) }

// rank puts a worker behind those of other tenants if its own one has had a long turn, or a worker die, a short time ago. A worker whose priority cannot be restored, because the server lacks the privilege, takes no more calls.
func (p *Pool) rank(w *process) {
	if p.config.Background { // it is behind from its start on
		return
	}
	long := w.turnedLong()
	p.mu.Lock()
	if long {
		w.tenant.giveWay()
	}
	behind := w.tenant.givesWay(time.Now())
	p.mu.Unlock()
	if behind == w.turn.behind {
		return
	}
	w.turn.behind = behind
	if err := w.prioritise(behind); err != nil && !behind {
		p.replace(w)
	}
}

// turnedLong says whether the worker has computed one execution for long. Time for which it waited for a processor does not count: on a busy machine that is everybody's lot.
func (p *process) turnedLong() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaped {
		return false
	}
	id, spent := p.computing(), cpuTime(p.cmd.Process.Pid)
	if id == 0 || id != p.turn.computing {
		p.turn.computing, p.turn.from = id, spent
		return false
	}
	return spent-p.turn.from > longTurn
}

// prioritise makes the worker give way to others, or ends that.
func (p *process) prioritise(behind bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaped {
		return nil
	}
	return prioritise(p.cmd.Process.Pid, behind)
}
