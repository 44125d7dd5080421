package worker

import (
	"errors"
	"strings"
	"sync"

	"github.com/durward/durward/runtime/vm"
)

// autopsy says why the process ended, from its exit and the end of what it printed.
func (p *process) autopsy() (reason string, failure *vm.Failure) {
	p.mu.Lock()
	killed := p.killed
	p.mu.Unlock()
	stderr := p.stderr.String()
	switch {
	case killed != "":
		return killed, lost("the worker process was killed")
	case strings.Contains(stderr, "goroutine stack exceeds"):
		return "stack_limit", &vm.Failure{Kind: vm.FailStackLimit, Message: "the action exhausted the stack inside a built-in function"}
	case strings.Contains(stderr, "out of memory"), strings.Contains(stderr, "cannot allocate memory"), strings.Contains(stderr, "ThreadSanitizer failed to allocate"):
		return "memory_limit", &vm.Failure{Kind: vm.FailMemoryLimit, Message: "the action exhausted the memory"}
	case p.cmd.ProcessState.ExitCode() == 0:
		return "retired", lost("the worker process ended")
	case p.cmd.ProcessState.ExitCode() == exitStuck:
		return "killed", lost("the worker process ended because another execution in it could not be stopped")
	}
	return "crashed", lost("the worker process crashed")
}

func lost(message string) *vm.Failure {
	return &vm.Failure{Kind: vm.FailSandboxLost, Message: message}
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
