package vm

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Machine holds compiled programs and bounds the CPU time of executions, which are computed one at a time. It is driven by one goroutine.
type Machine struct {
	programs map[Digest]*program
	stuck    func(*Execution, *Failure)
	host     func(*Execution, HostCall)

	// mu makes sure that an interrupt meets the execution that it was meant for.
	mu       sync.Mutex
	current  *Execution
	watchdog *time.Timer
	began    time.Duration // CPU time of the process when the current step began
}

// program is a program with its code, once that is needed.
type program struct {
	source  *Program
	code    *Code
	failure *Failure
}

// NewMachine returns a machine. It calls stuck, on a goroutine of its own, for an execution that did not stop when it was interrupted: it is inside one
// long call of a built-in function, and only the end of the process will stop it. It calls host for what an execution asks of the world outside, during a step; the answers
// come in by [Execution.Answer]. With no host every such call fails.
func NewMachine(stuck func(*Execution, *Failure), host func(*Execution, HostCall)) *Machine {
	if host == nil {
		host = func(x *Execution, c HostCall) {
			x.Answer(c.ID, HostAnswer{Err: &HostError{Message: c.Op + " is not possible here"}})
		}
	}
	m := &Machine{programs: map[Digest]*program{}, stuck: stuck, host: host}
	m.watchdog = time.AfterFunc(time.Hour, m.bark)
	m.watchdog.Stop()
	return m
}

// Load makes a program known. It is compiled when it runs first, at the cost and under the limits of that execution.
func (m *Machine) Load(p *Program) {
	if _, known := m.programs[p.Digest]; !known {
		m.programs[p.Digest] = &program{source: p}
	}
}

func (m *Machine) code(d Digest) (*Code, *Failure) {
	p, known := m.programs[d]
	if !known {
		return nil, &Failure{Kind: FailLoad, Message: "the program is not loaded"}
	}
	if p.source != nil {
		p.code, p.failure = Compile(p.source)
		p.source = nil // garbage from here on
	}
	return p.code, p.failure
}

// Grace is how long an interrupted execution may take to stop before it counts as stuck.
const Grace = 250 * time.Millisecond

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

// bark interrupts the current execution if it has used its time up, and gives it up if it was interrupted before. The timer runs on the wall clock; on a busy machine less CPU time has
// passed by then, and the watch goes on for the rest.
func (m *Machine) bark() {
	m.mu.Lock()
	defer m.mu.Unlock()
	x := m.current
	if x == nil {
		return
	}
	if x.interrupted != nil {
		m.stuck(x, x.interrupted)
		return
	}
	left := x.limits.CPU - x.cpu - (processCPU() - m.began)
	wall := time.Until(x.deadline)
	switch {
	case left <= 0:
		m.stop(x, limitFailure(FailTimeLimit, fmt.Sprintf("cpu %v", x.limits.CPU), fmt.Sprintf("the action computed for more than %v", x.limits.CPU), nil))
	case wall <= 0:
		m.stop(x, wallFailure(x.limits.Wall))
	default:
		m.watchdog.Reset(max(min(left, wall), time.Millisecond))
	}
}

// interrupt stops x, which is the current execution, for a reason; the first one counts.
func (m *Machine) interrupt(x *Execution, why *Failure) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if x.interrupted == nil {
		m.stop(x, why)
	}
}

// stop interrupts x and gives it some time to stop. The machine is locked.
func (m *Machine) stop(x *Execution, why *Failure) {
	x.interrupted = why
	x.rt.Interrupt(why) // stops bytecode; neither compiling nor a built-in function
	m.watchdog.Reset(Grace)
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
