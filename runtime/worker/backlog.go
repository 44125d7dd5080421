package worker

import (
	"context"
	"slices"
	"sync"

	"github.com/durward/durward/runtime/vm"
)

const (
	// maxBacklog is how many bytes of answers may wait for a worker to read them until its further calls wait too. Those that are being done then come on top.
	maxBacklog = 8 << 20
	// maxAnswer is what a call that has waited may be answered with: no host answers with more.
	maxAnswer = 256 << 10
	// maxPatient is how many bytes a call may have that waits, because it holds them meanwhile. What asks for much is small; what brings more is answered with little.
	maxPatient = 1 << 10
)

// backlog is what of a worker's host calls waits for the worker, which reads nothing while it computes: answers, and behind too many of these, calls that nobody has begun to do. So what a host would read, such as the body of an
// answer, stays where it is until there is room for it. A worker is never kept from sending: it would not read then either.
type backlog struct {
	mu      sync.Mutex
	bytes   int             // of answers
	passing int             // calls that have waited and are being done
	line    []chan struct{} // closed when the call may go on
}

// enter returns nil if a call may be done at once. Else it waits for its turn, without what it holds of other bounds.
func (b *backlog) enter(asked vm.HostCall) (turn chan struct{}) {
	if len(asked.Args)+len(asked.Body) > maxPatient {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.line) == 0 && b.bytes <= maxBacklog {
		return nil
	}
	turn = make(chan struct{})
	b.line = append(b.line, turn)
	return turn
}

// await waits for a turn. It returns false if ctx ends first, and is followed by leave otherwise.
func (b *backlog) await(ctx context.Context, turn chan struct{}) bool {
	select {
	case <-turn:
		return true
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.Index(b.line, turn); i >= 0 {
		b.line = slices.Delete(b.line, i, i+1)
	} else { // it came at the last moment
		b.passing--
	}
	b.advance()
	return false
}

// leave notes that a call that had waited is done. Its answer has been added.
func (b *backlog) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.passing--
	b.advance()
}

// add counts bytes of an answer that waits to be read; less than 0 when it does no longer.
func (b *backlog) add(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bytes += n
	b.advance()
}

// advance lets those go on for which there is room. The backlog is locked.
func (b *backlog) advance() {
	for len(b.line) > 0 && b.bytes+(b.passing+1)*maxAnswer <= maxBacklog {
		close(b.line[0])
		b.line = b.line[1:]
		b.passing++
	}
}
