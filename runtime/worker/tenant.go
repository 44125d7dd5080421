package worker

import (
	"container/list"
	"time"
)

// tenant is what one tenant has in a pool. All of it is guarded by the pool's lock.
type tenant struct {
	name    string
	workers []*process    // those included that take no more calls
	running int           // calls in them
	queue   list.List     // of *waiter, those that came first in front
	turn    *list.Element // in the pool's line; nil if the tenant needs no new worker
	deaths  allowance
	behind  time.Time   // until when its workers give way to those of others
	again   *time.Timer // looks at the queue again when the tenant may have a worker again; nil if there is none
}

// waiter is a call that waits for a worker.
type waiter struct {
	call   *call
	place  *list.Element // in its tenant's queue; nil once it has a worker
	worker chan *process // has room for the one
}

// restored says that nothing about the tenant has to be remembered.
func (t *tenant) restored(now time.Time) bool {
	return len(t.workers) == 0 && t.queue.Len() == 0 && !t.deaths.spent(now) && !t.givesWay(now)
}

// tenantLoad is what a tenant has of workers.
type tenantLoad struct {
	best    *process // the one for the next call; nil if none takes one
	idle    bool     // the best one has no calls
	loading bool     // and loads a program ahead
	serving int      // those that take calls
	ending  int      // those that take no more
}

// load looks for the worker that will come to a call soonest: the one that computes nothing, else the one with the least calls, else the one that has the call's program loaded ahead or will be the first to have it, else
// the one with the least memory.
func (t *tenant) load(c *call, inflight int) tenantLoad {
	var l tenantLoad
	var least load
	for _, w := range t.workers {
		own := w.load(c.key)
		if own.retiring {
			l.ending++
			continue
		}
		l.serving++
		if own.calls < inflight && (l.best == nil || own.before(least)) {
			l.best, least = w, own
		}
	}
	l.idle = l.best != nil && least.calls == 0
	l.loading = l.idle && least.loading != 0
	return l
}

func (l load) before(other load) bool {
	switch {
	case l.warming != other.warming:
		return other.warming
	case l.computing != other.computing:
		return other.computing
	case l.calls != other.calls:
		return l.calls < other.calls
	case l.loading != other.loading: // none, or since when
		return l.loading < other.loading
	case l.ready != other.ready:
		return l.ready
	}
	return l.memory < other.memory
}

// How often a tenant's workers may die of its actions until it has to wait for the next one. A start costs some 10 ms of a processor, and each death some more: at four a second a tenant
// takes a twentieth of a processor from the others, whatever it does.
const (
	deathInterval = 250 * time.Millisecond
	deathBurst    = 4
)

// allowance bounds deaths: one in an interval, and a few at once.
type allowance struct {
	next time.Time // when all deaths so far would be over, had each come an interval after the one before it
}

func (a *allowance) spend(now time.Time) {
	if a.next.Before(now) {
		a.next = now
	}
	a.next = a.next.Add(deathInterval)
}

// wait is how long the next worker has to wait, 0 if it has not.
func (a *allowance) wait(now time.Time) time.Duration {
	if !a.spent(now) {
		return 0
	}
	return max(0, a.next.Sub(now)-deathBurst*deathInterval)
}

// spent says that there were deaths a short time ago.
func (a *allowance) spent(now time.Time) bool { return a.next.After(now) }
