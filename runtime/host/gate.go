package host

import (
	"context"
	"sync"
	"time"
)

// gate bounds how many exchanges are under way at a time, for each tenant and in all. Whoever finds no place waits for one in a queue of its tenant; the queues take
// turns, so that a tenant that asks for much does not keep the others waiting.
type gate struct {
	perTenant, most int
	wait            time.Duration

	mu     sync.Mutex
	active int
	lines  map[string]*line
	turn   []*line // that have somebody waiting
}

// line is one tenant's use of the gate. It is there as long as it is used.
type line struct {
	tenant  string
	active  int
	waiting []chan struct{} // closed when there is a place
}

// enter waits for a place. The caller must leave.
func (g *gate) enter(ctx context.Context, tenant string) error {
	l, place := g.ask(tenant)
	if l == nil {
		return refuse(codeBusy, "the tenant has too many requests under way")
	}
	timer := time.NewTimer(g.wait)
	defer timer.Stop()
	var err error = errAborted
	select {
	case <-place:
		return nil
	case <-timer.C:
		err = refuse(codeBusy, "there was no place for a further request in time")
	case <-ctx.Done():
	}
	if !g.giveUp(l, place) {
		g.leave(tenant) // the place came at the last moment
	}
	return err
}

// ask returns a place, or one in the queue, or nothing if the queue is as long as it may be.
func (g *gate) ask(tenant string) (*line, chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.lines[tenant]
	if l == nil {
		l = &line{tenant: tenant}
	}
	if len(l.waiting) >= g.perTenant {
		return nil, nil
	}
	g.lines[tenant] = l
	place := make(chan struct{})
	if len(l.waiting) == 0 {
		g.turn = append(g.turn, l)
	}
	l.waiting = append(l.waiting, place)
	g.hand()
	return l, place
}

func (g *gate) giveUp(l *line, place chan struct{}) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, waiting := range l.waiting {
		if waiting == place {
			l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
			g.tidy(l)
			return true
		}
	}
	return false
}

func (g *gate) leave(tenant string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.lines[tenant]
	l.active--
	g.active--
	g.hand()
	g.tidy(l)
}

// hand gives free places to those who wait, one tenant after the other.
func (g *gate) hand() {
	for i := 0; i < len(g.turn) && g.active < g.most; {
		l := g.turn[i]
		if l.active >= g.perTenant {
			i++
			continue
		}
		close(l.waiting[0])
		l.waiting = l.waiting[1:]
		l.active++
		g.active++
		g.turn = append(g.turn[:i], g.turn[i+1:]...)
		if len(l.waiting) > 0 {
			g.turn = append(g.turn, l)
		}
	}
}

// tidy forgets what is no longer used.
func (g *gate) tidy(l *line) {
	if len(l.waiting) > 0 {
		return
	}
	for i, other := range g.turn {
		if other == l {
			g.turn = append(g.turn[:i], g.turn[i+1:]...)
			break
		}
	}
	if l.active == 0 {
		delete(g.lines, l.tenant)
	}
}

// underWay is the number of exchanges.
func (g *gate) underWay() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.active
}
