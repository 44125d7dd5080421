package vm

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Machine bounds the CPU time of executions that are computed one at a time. It is driven by one goroutine.
type Machine struct {
	// mu makes sure that an interrupt meets the execution that it was meant for.
	mu       sync.Mutex
	current  *Execution
	watchdog *time.Timer
	began    time.Duration // CPU time of the process when the current step began
}

// NewMachine returns a machine.
func NewMachine() *Machine {
	m := &Machine{}
	m.watchdog = time.AfterFunc(time.Hour, m.bark)
	m.watchdog.Stop()
	return m
}

// enter starts the watch over one step of x.
func (m *Machine) enter(x *Execution) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.current, m.began = x, processCPU()
	m.watchdog.Reset(min(x.limits.CPU-x.cpu, time.Until(x.deadline)))
}

// leave ends the watch and adds the step's CPU time to x.
func (m *Machine) leave() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.current.cpu += processCPU() - m.began
	m.current = nil
	m.watchdog.Stop()
}

// bark interrupts the current execution if it has used its time up. The timer runs on the wall clock; on a busy machine less CPU time has
// passed by then, and the watch goes on for the rest.
func (m *Machine) bark() {
	m.mu.Lock()
	defer m.mu.Unlock()
	x := m.current
	if x == nil {
		return
	}
	left := x.limits.CPU - x.cpu - (processCPU() - m.began)
	wall := time.Until(x.deadline)
	switch {
	case left <= 0:
		x.interrupt(limitFailure(FailTimeLimit, fmt.Sprintf("cpu %v", x.limits.CPU), fmt.Sprintf("the action computed for more than %v", x.limits.CPU), nil))
	case wall <= 0:
		x.interrupt(wallFailure(x.limits.Wall))
	default:
		m.watchdog.Reset(max(min(left, wall), time.Millisecond))
	}
}

func wallFailure(limit time.Duration) *Failure {
	return limitFailure(FailTimeLimit, fmt.Sprintf("wall %v", limit), fmt.Sprintf("the action took longer than %v", limit), nil)
}

// processCPU is the CPU time that this process has used. One execution computes at a time, so the time between two readings is that
// execution's, with the garbage collection that it caused.
func processCPU() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}
