package vm

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Machine holds compiled programs and bounds the CPU time and memory of executions, which are computed one at a time. It is driven by one goroutine.
type Machine struct {
	programs map[Digest]*program
	configs  map[Digest]*document
	started  int        // executions so far
	last     *program   // that was started
	streak   int        // how many times in a row that one was
	ready    []*program // those with a runtime that was made ahead, the oldest first
	stuck    func(*Execution, *Failure)
	host     func(*Execution, HostCall)

	// mu makes sure that an interrupt meets the execution that it was meant for.
	mu       sync.Mutex
	current  *Execution
	began    time.Duration // CPU time of the process when the current step began
	patience time.Time     // when an interrupted execution counts as stuck
	memory   memory
	indexing bool // see index

	watchdog       *time.Timer // goes off again and again while it is watching
	watching       bool
	steps, watched uint64 // begun so far, and at the last look
}

// program is a program with its code, once that is needed.
type program struct {
	digest  Digest
	source  *Program // until it is compiled
	code    *Code
	failure *Failure
	ahead
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
	patient()
	m := &Machine{programs: map[Digest]*program{}, configs: map[Digest]*document{}, stuck: stuck, host: host, memory: newMemory()}
	m.watchdog = time.AfterFunc(time.Hour, m.bark)
	m.watchdog.Stop()
	return m
}

// Load makes a program known. It is compiled when it runs first, at the cost and under the limits of that execution.
func (m *Machine) Load(p *Program) {
	if _, known := m.programs[p.Digest]; known {
		return
	}
	m.programs[p.Digest] = &program{digest: p.Digest, source: p}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.memory.seen = m.memory.keep(m.memory.seen)
}

func (m *Machine) code(d Digest) (*Code, *Failure) {
	p, known := m.programs[d]
	if !known {
		return nil, &Failure{Kind: FailLoad, Message: "the program is not loaded"}
	}
	if p.source != nil {
		m.compile(p)
	}
	return p.code, p.failure
}

func (m *Machine) compile(p *program) {
	m.keeping(func() { p.code, p.failure = Compile(p.source) })
	p.source = nil // garbage from here on
}

// index makes what a config is looked up in. The size of a config bounds what that takes, so that the memory of the execution that asks first is not looked at meanwhile.
func (m *Machine) index(do func()) {
	m.setIndexing(true)
	m.keeping(do)
	m.setIndexing(false)
}

func (m *Machine) setIndexing(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.indexing = on
}

// keeping does what makes something that stays for executions to come, and so belongs to none.
func (m *Machine) keeping(do func()) {
	m.mu.Lock()
	before := m.memory.read()
	m.mu.Unlock()
	do()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.current.notOwn += m.memory.keep(before).allocated - before.allocated
}

// Grace is how long an interrupted execution may take to stop before it counts as stuck.
const Grace = 250 * time.Millisecond

// The watch looks for a step that computes for long at the pace of patrol, and at one that it has found at the pace of sampling. Going off each millisecond all the time would take a twentieth
// of the processor.
const (
	patrol   = 5 * time.Millisecond
	sampling = time.Millisecond
)

// enter starts the watch over one step of x.
func (m *Machine) enter(x *Execution) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !x.begun {
		m.memory.begin(x)
	}
	m.steps++
	m.current, m.began = x, processCPU()
	if !m.watching {
		m.watching = true
		m.watchdog.Reset(patrol)
	}
}

// leave ends the watch and adds what the step used to x. The timer runs on: setting and stopping it for each step would cost more than the one time that it goes off for nothing.
func (m *Machine) leave() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.memory.end(m.current)
	m.current.cpu += processCPU() - m.began
	m.current = nil
}

// bark looks at the step that computes, if that has done so for a while, and goes on for as long as something computes.
func (m *Machine) bark() {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.watched != m.steps:
		m.watched = m.steps
		m.watchdog.Reset(patrol)
		return
	case m.current == nil: // nor was there a step since the last look: starting the watch again for each wakes another thread
		m.watching = false
		return
	case m.current.interrupted == nil:
		m.watch(m.current)
	case time.Now().After(m.patience):
		m.stuck(m.current, m.current.interrupted)
		return
	}
	m.watchdog.Reset(sampling)
}

// watch interrupts x if it has used its time or memory up. The machine is locked.
func (m *Machine) watch(x *Execution) {
	switch {
	case x.cpu+processCPU()-m.began >= x.limits.CPU:
		m.stop(x, cpuFailure(x.limits.CPU))
	case !time.Now().Before(x.deadline):
		m.stop(x, wallFailure(x.limits.Wall))
	case !m.indexing:
		m.watchMemory(x)
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
	x.interrupted, m.patience = why, time.Now().Add(Grace)
	x.rt.Interrupt(why) // stops bytecode; neither compiling nor a built-in function
}

func cpuFailure(limit time.Duration) *Failure {
	return limitFailure(FailTimeLimit, fmt.Sprintf("cpu %v", limit), fmt.Sprintf("the action computed for more than %v", limit), nil)
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
