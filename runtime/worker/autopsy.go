package worker

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"

	"github.com/durward/durward/runtime/vm"
)

// death is why a process ended.
type death struct {
	reason  string      // as in [Observer]
	failure *vm.Failure // of the guilty call; nil if the process was to end anyway
	guilty  uint64      // the call that it died of; 0 if that is not known
}

// loss is why a worker died while it held a call.
type loss struct {
	failure *vm.Failure
	guilty  bool // the call is the cause
	touched bool // the call has asked the host for something, and may have had an effect outside
}

// autopsy says why the process ended: for what it was killed, or its exit and what it printed. Guilty is what it computed then.
func (p *process) autopsy() *death {
	p.mu.Lock()
	killed, computing := p.killed, p.computing()
	p.mu.Unlock()
	d := killed
	if d == nil {
		d = p.ownEnd()
	}
	if d.guilty == 0 {
		d.guilty = computing
	}
	return d
}

// ownEnd says of what a process died that was not killed by the server.
func (p *process) ownEnd() *death {
	stderr := p.stderr.String()
	says := func(texts ...string) bool {
		for _, text := range texts {
			if strings.Contains(stderr, text) {
				return true
			}
		}
		return false
	}
	status, _ := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case says("goroutine stack exceeds"):
		return &death{reason: "stack_limit", failure: &vm.Failure{
			Kind: vm.FailStackLimit, Limit: fmt.Sprintf("stack %d bytes", maxStack),
			Message: "the action exhausted the stack of " + mebibytes(maxStack) + " inside a built-in function" + placeUnknown,
		}}
	case says("SIGSYS", "bad system call"), status.Signaled() && status.Signal() == syscall.SIGSYS:
		return &death{reason: "policy_violation", failure: &vm.Failure{Kind: vm.FailPolicy, Message: "the action's process tried what the sandbox forbids"}}
	case says("out of memory", "cannot allocate memory", "ThreadSanitizer failed to allocate"),
		says("SIGSEGV") && says("runtime.gc", "runtime.scan", "runtime.sysMap"),               // what the kernel refused, and Go uses all the same
		status.Signaled() && status.Signal() == syscall.SIGKILL && p.memory.last() > p.most/2: // the kernel itself was short of it
		return &death{reason: "memory_limit", failure: &vm.Failure{
			Kind: vm.FailMemoryLimit, Limit: fmt.Sprintf("hard memory %d bytes", p.most),
			Message: "the action exhausted the memory, of which its process may have " + mebibytes(p.most) + placeUnknown,
		}}
	case status.ExitStatus() == 0 && !status.Signaled():
		return &death{reason: "retired"}
	case status.ExitStatus() == exitStuck:
		return &death{reason: "killed"}
	}
	return &death{reason: "crashed", failure: lost("the worker process crashed")}
}

// placeUnknown is said of every failure that the server reports, because there was no process left to report it.
const placeUnknown = "; the place in the source is not known, because the process died"

// blame finds the guilty call where the board names none: the only one that there was, unless the process may have died of something else.
func (d *death) blame(calls map[uint64]*call) {
	if _, known := calls[d.guilty]; known {
		return
	}
	d.guilty = 0
	if len(calls) == 1 && d.failure != nil && d.reason != "crashed" {
		for id := range calls {
			d.guilty = id
		}
	}
}

// loss is what the death is to one of the calls.
func (d *death) loss(id uint64, c *call) *loss {
	l := &loss{guilty: id == d.guilty && d.failure != nil, touched: c.hosted.touched()}
	switch {
	case l.guilty:
		l.failure = d.failure
	case l.touched:
		l.failure = lost("the worker process died of another execution; this one was not run again, because it may have had an effect outside already")
	default:
		l.failure = lost("the worker process died of another execution")
	}
	return l
}

func lost(message string) *vm.Failure {
	return &vm.Failure{Kind: vm.FailSandboxLost, Message: message}
}

// breach is what a worker does that it does not do as long as it is itself, and the execution for which it does that.
type breach struct {
	id      uint64
	failure *vm.Failure
}

func (b *breach) Error() string { return b.failure.Message }

// breachOf is the death of a worker that breaks the rules.
func breachOf(err error) *death {
	if b, ok := errors.AsType[*breach](err); ok {
		return &death{failure: b.failure, guilty: b.id}
	}
	return &death{failure: lost("the worker process was killed because it sent what it never sends")}
}

func mebibytes(n int64) string {
	return fmt.Sprintf("%d MiB", (n+1<<19)>>20)
}

// head keeps the first bytes of what a process prints to its standard error: Go prints the cause of its death first. One that prints more is not read on, and dies of that.
type head struct {
	mu   sync.Mutex
	text []byte
}

var errEnough = errors.New("enough is known")

func (h *head) Write(p []byte) (int, error) {
	const most = 8 << 10
	h.mu.Lock()
	defer h.mu.Unlock()
	n := min(len(p), most-len(h.text))
	h.text = append(h.text, p[:n]...)
	if n < len(p) {
		return n, errEnough
	}
	return n, nil
}

func (h *head) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return string(h.text)
}
