package typecheck

import (
	"context"
	"sync"
	"time"
)

// Bounds of how much the compiler is made to do.
const (
	atATime   = 2 // checks
	perTenant = 4 // checks of one tenant that run or wait
	inAll     = 32
	patience  = 30 * time.Second // for which a check waits for its turn
)

// queue lets so many checks run at a time. One tenant has one turn at a time, so that another's need not wait behind all of its own. The zero value is empty.
type queue struct {
	once  sync.Once
	turns chan struct{}

	mu      sync.Mutex
	total   int
	tenants map[string]*line
}

// line is where the checks of one tenant stand.
type line struct {
	count int
	turn  chan struct{}
}

// enter waits for a turn, which leave gives back.
func (q *queue) enter(ctx context.Context, tenant string) (leave func(), err error) {
	q.once.Do(func() { q.turns, q.tenants = make(chan struct{}, atATime), map[string]*line{} })
	own, err := q.join(tenant)
	if err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeoutCause(ctx, patience, ErrBusy)
	defer cancel()
	if err := take(waiting, own.turn); err != nil {
		q.leave(tenant)
		return nil, err
	}
	if err := take(waiting, q.turns); err != nil {
		<-own.turn
		q.leave(tenant)
		return nil, err
	}
	return func() {
		<-q.turns
		<-own.turn
		q.leave(tenant)
	}, nil
}

func (q *queue) join(tenant string) (*line, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	own := q.tenants[tenant]
	if own == nil {
		own = &line{turn: make(chan struct{}, 1)}
	}
	if own.count == perTenant || q.total == inAll {
		return nil, ErrBusy
	}
	q.tenants[tenant] = own
	own.count++
	q.total++
	return own, nil
}

func (q *queue) leave(tenant string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.total--
	if q.tenants[tenant].count--; q.tenants[tenant].count == 0 {
		delete(q.tenants, tenant)
	}
}

func take(ctx context.Context, turn chan struct{}) error {
	select {
	case turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
