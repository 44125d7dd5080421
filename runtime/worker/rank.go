package worker

import "time"

const (
	// longTurn is how much of a processor one execution may have until its tenant gives way to others: a sign-in's action takes less than a tenth of that.
	longTurn = 10 * time.Millisecond
	// penance is for how long the tenant gives way then. Programs that compute until they are ended have that head start twelve times a minute, and not in each of their executions.
	penance = 5 * time.Second
	// hunger is how long an execution is behind all others until it is asked whether it has got next to nothing, less than a part of that time in ration, and is to get a little more.
	hunger = 50 * time.Millisecond
	ration = 20
)

// standing is what a worker has of the processors when others want them too.
type standing int

const (
	front  standing = iota // as much as the server
	behind                 // a tenth of that
	last                   // what nobody else wants
)

// turn is what the watcher, alone, knows of a worker's use of the processor.
type turn struct {
	computing uint64        // the execution, when it was looked at last
	since     time.Time     // when that execution was seen first
	from      time.Duration // the processor time that the worker had had then
	starved   bool          // it has got next to nothing
	standing  standing
}

// giveWay puts a tenant behind others for a while. The pool is locked.
func (t *tenant) giveWay() { t.behind = time.Now().Add(penance) }

// givesWay says whether the tenant is behind others. The pool is locked.
func (t *tenant) givesWay(now time.Time) bool { return now.Before(t.behind) }

// tryLifting finds out, with the first spare, whether a worker that is last can get a better standing: the server may lack the privilege. Without it an honest action that computes for a tenth of
// a second would come to its end only when nobody else has anything to do.
func (p *Pool) tryLifting() {
	if p.config.Background {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	w := p.spares[0]
	p.lifts = w.prioritise(last) == nil && w.prioritise(front) == nil
	if !p.lifts {
		p.spares = without(p.spares, w)
		p.dismiss(w, "retired")
	}
}

// rank puts a worker behind those of other tenants if its own one has had a long turn, or a worker die, a short time ago: last, as long as that leaves it something. A worker whose priority
// cannot be restored, because the server lacks the privilege, takes no more calls.
func (p *Pool) rank(w *process) {
	if p.config.Background { // it is behind from its start on
		return
	}
	now := time.Now()
	long := w.turnedLong(now)
	p.mu.Lock()
	if long {
		w.tenant.giveWay()
	}
	gives := w.tenant.givesWay(now)
	p.mu.Unlock()
	stand := front
	switch {
	case gives && (w.turn.starved || !p.lifts):
		stand = behind
	case gives:
		stand = last
	}
	if stand == w.turn.standing {
		return
	}
	w.turn.standing = stand
	if err := w.prioritise(stand); err != nil && stand == front {
		p.replace(w)
	}
}

// turnedLong says whether the worker has computed one execution for long. Time for which it waited for a processor does not count: on a busy machine that is everybody's lot.
func (p *process) turnedLong(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaped {
		return false
	}
	id, spent := p.computing(), cpuTime(p.cmd.Process.Pid)
	if id == 0 || id != p.turn.computing {
		p.turn.computing, p.turn.since, p.turn.from, p.turn.starved = id, now, spent, false
		return false
	}
	past, had := now.Sub(p.turn.since), spent-p.turn.from
	if p.turn.standing == last && past > hunger && had < past/ration {
		p.turn.starved = true
	}
	return had > longTurn
}

// prioritise gives the worker a standing.
func (p *process) prioritise(stand standing) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaped {
		return nil
	}
	return prioritise(p.cmd.Process.Pid, stand)
}
