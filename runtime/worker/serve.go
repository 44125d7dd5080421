package worker

import (
	"errors"
	"fmt"
	"io"
	"os"
	goruntime "runtime"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/durward/durward/runtime/vm"
)

// FD is the descriptor on which a worker process finds its socket.
const FD = 3

// Task is a piece of work other than an execution, by name: bundling, for example. The error's text goes back to the server.
type Task func(payload []byte) ([]byte, error)

// Serve is the main loop of a worker process. It returns nil when the server has closed the socket.
//
// All work happens on the calling goroutine, which reads the socket itself: with a reader of its own the answer to a call would
// wait for the scheduler twice.
//
// Before anything else the process gives up all that it does not need, for good. A process that has tasks is refused files when it asks for them; one that has none is ended.
func Serve(fd int, tasks map[string]Task) error { return serve(fd, tasks, len(tasks) > 0) }

func serve(fd int, tasks map[string]Task, expectFiles bool) error {
	// A fresh runtime per execution makes much garbage and keeps little; collecting at four times what is kept costs a few MB and saves a sixth of the CPU time.
	debug.SetGCPercent(400)
	if len(tasks) > 0 { // a task keeps much: at four times that alone, bundlings of 500 KB that follow each other grow the process until it is killed
		debug.SetGCPercent(100)
		debug.SetMemoryLimit(taskMemory)
	}
	// With one processor, Go takes it from a system call that lasts for 20 µs, such as the reading of the next call, and each return from one wakes the thread that does so, which then looks every 20 µs. That cost 20 µs in an execution of 100.
	goruntime.GOMAXPROCS(max(2, goruntime.GOMAXPROCS(0)))
	debug.SetMaxStack(maxStack)
	time.Local = time.UTC
	board, err := receiveBoard(fd)
	if err != nil {
		return err
	}
	confined := confine(expectFiles)
	s := &server{fd: fd, tasks: tasks, board: board, computing: board.computing()}
	s.machine = vm.NewMachine(s.stuck, s.host)
	if err := s.write(end(confined.append(begin(nil, frameReady, 0)), 0)); err != nil {
		return err
	}
	err = s.loop()
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// collectBelow lets the collector work harder when the process comes near the memory that an execution may hold. At four times what is kept alone, programs that keep 20 MB would leave the process as large as one that
// must be replaced.
func (s *server) collectBelow(memory int64) {
	if memory != s.bound {
		s.bound = memory
		debug.SetMemoryLimit(memory + 8<<20)
	}
}

// taskMemory is where the collector of a process that has tasks begins to work harder, in bytes.
const taskMemory = 160 << 20

// maxStack is how large the stack of a worker may become, in bytes: built-in functions that call themselves go down until the process dies of it.
const maxStack = 32 << 20

type server struct {
	fd        int
	tasks     map[string]Task
	machine   *vm.Machine
	waiting   []*held
	bound     int64 // bytes, from the limits of the last call
	untidy    bool  // a large execution has ended, and nothing has been cleared away since
	running   *held // for stuck, which reads it while it runs; nil while a program is loaded ahead
	board     *board
	computing *atomic.Uint64 // on the board
	ended     time.Time      // when an execution did so last
	yielded   time.Time      // when Go's scheduler was let run last
	idled     time.Duration  // from there to what came in next

	in  inbox
	out []byte // for writing
}

// held is an execution in this worker.
type held struct {
	id uint64
	*vm.Execution
}

func (s *server) loop() error {
	for {
		f, ok, err := s.in.next()
		switch {
		case err != nil:
			return err
		case ok:
			err = s.handle(f)
		default:
			if err = s.stepWaiting(); err == nil {
				err = s.tidy()
			}
			if err == nil {
				err = s.prepare()
			}
			if err == nil {
				err = s.read()
			}
		}
		if err != nil {
			return err
		}
	}
}

func (s *server) handle(f frame) error {
	switch f.kind {
	case frameProgram:
		p, err := readProgram(f.payload)
		if err != nil {
			return err
		}
		s.machine.Load(p)
		return nil
	case frameConfig:
		c, alone, err := readConfig(f.payload)
		if err != nil {
			return err
		}
		if alone {
			s.machine.ForgetConfigs()
		}
		s.machine.LoadConfig(c)
		return nil
	case frameExecute:
		digest, call, err := readExecute(f.payload)
		if err != nil {
			return err
		}
		s.collectBelow(int64(call.Limits.Memory))
		x := s.machine.Start(digest, call)
		s.board.setReady(s.machine.Ready())
		return s.step(&held{id: f.id, Execution: x})
	case frameWarm:
		digest, call, err := readExecute(f.payload)
		if err != nil {
			return err
		}
		s.collectBelow(int64(call.Limits.Memory))
		s.ahead(func() { s.machine.Warm(digest, call.Limits) })
		s.board.word(wordWarm).Store(1)
		return nil
	case frameHostAnswer:
		callID, a, err := readHostAnswer(f.payload)
		if err != nil {
			return err
		}
		return s.answer(f.id, callID, a)
	case frameTask:
		name, payload, err := readTask(f.payload)
		if err != nil {
			return err
		}
		return s.task(f.id, name, payload)
	}
	return fmt.Errorf("%w: kind %d", errFrame, f.kind)
}

func (s *server) task(id uint64, name string, payload []byte) error {
	task, ok := s.tasks[name]
	if !ok {
		return s.write(appendAnswer(s.out[:0], id, nil, fmt.Sprintf("no task %q", name)))
	}
	s.computing.Store(id)
	defer s.computing.Store(0)
	body, err := task(payload)
	if err != nil {
		return s.write(appendAnswer(s.out[:0], id, nil, err.Error()))
	}
	return s.write(appendAnswer(s.out[:0], id, body, ""))
}

// large is what an execution may allocate without being cleared away after, in bytes.
const large = 16 << 20

// tidy clears away after large executions, if nothing is to be done just now: the process would stay as large until others have allocated as much again. It takes some milliseconds, which count for
// no execution.
func (s *server) tidy() error {
	if !s.untidy {
		return nil
	}
	idle, err := s.idle(0)
	if idle {
		s.untidy = false
		goruntime.GC()
	}
	return err
}

// A program is loaded ahead when there has been nothing to do for a while, and longer if it takes longer than quick: what comes in meanwhile waits. Doing it at once would take the processor from the
// server, which has just got an answer to pass on. One that is called again and again, without much time between the calls, is loaded as soon as the server has had time for that, unless it takes longer than fair: what comes in meanwhile
// is for the same program, as it seems, and would have to load it as well.
const (
	quick      = time.Millisecond
	pause      = time.Millisecond
	pauseLarge = 5 * time.Millisecond
	worth      = 200 * time.Microsecond
	fair       = 10 * time.Millisecond
	regular    = 4 // executions of the same program in a row
)

// prepare makes a runtime for the next call of a program that is called often, if there has been nothing to do for a while. There is at most one for each call, so this takes no more of the processor than
// the calls would, but for those that never come.
func (s *server) prepare() error {
	takes, wanted := s.machine.Wanted()
	if !wanted {
		return nil
	}
	after := pause
	if takes > quick {
		after = pauseLarge
	}
	least := after + takes
	if worth <= takes && takes <= fair && s.machine.Streak() >= regular {
		after, least = 0, 0
	}
	if s.idled < least { // nor will there be time now, as it seems; asking would cost a system call for each execution
		return nil
	}
	idle, err := s.idle(after)
	if idle {
		s.ahead(s.machine.Prepare)
	}
	return err
}

// ahead runs what loads a program ahead, and shows on the board that it does and what there is then.
func (s *server) ahead(load func()) {
	s.running = nil
	loading := s.board.word(wordLoading)
	loading.Store(uint64(time.Now().UnixNano()))
	load()
	s.board.setReady(s.machine.Ready())
	loading.Store(0)
}

// idle says whether for so long nothing comes in, nor does an execution want to go on.
func (s *server) idle(d time.Duration) (bool, error) {
	if len(s.waiting) > 0 && time.Until(s.wake()) <= d {
		return false, nil
	}
	ready, err := s.await(d)
	return !ready && err == nil, err
}

// step computes an execution until it ends or waits.
func (s *server) step(h *held) error {
	s.running = h
	s.computing.Store(h.id)
	ended := h.Step()
	s.computing.Store(0)
	if !ended {
		s.waiting = append(s.waiting, h)
		return nil
	}
	s.untidy = s.untidy || h.Result().Allocated > large
	s.out = appendResult(s.out[:0], frameResult, h.id, h.Result(), h.Broken())
	err := s.write(s.out)
	s.ended = time.Now()
	return err
}

// host sends what the running execution asks of the world outside. The server always reads: this does not block for long.
func (s *server) host(_ *vm.Execution, c vm.HostCall) {
	if err := s.write(appendHostCall(nil, s.running.id, c)); err != nil {
		os.Exit(exitGone) // the server is gone; the loop would find that out too, but not before this execution has ended
	}
}

// answer lets an execution go on with the answer to what it asked. The execution may have ended meanwhile.
func (s *server) answer(id, callID uint64, a vm.HostAnswer) error {
	for i, h := range s.waiting {
		if h.id == id {
			s.waiting = slices.Delete(s.waiting, i, i+1)
			h.Answer(callID, a)
			return s.step(h)
		}
	}
	return nil
}

func (s *server) stepWaiting() error {
	now := time.Now()
	due := s.waiting
	s.waiting = nil
	for i, h := range due {
		if h.Wake().After(now) {
			s.waiting = append(s.waiting, h)
			continue
		}
		if err := s.step(h); err != nil {
			s.waiting = append(s.waiting, due[i+1:]...)
			return err
		}
	}
	return nil
}

// read blocks until there is something to read or an execution wants to go on.
func (s *server) read() error {
	if len(s.waiting) > 0 {
		ready, err := s.await(time.Until(s.wake()))
		if !ready || err != nil {
			return err
		}
	}
	s.yield()
	room := s.in.room()
	n, err := ignoringEINTR(func() (int, error) { return unix.Read(s.fd, room) })
	s.idled = time.Since(s.ended)
	switch {
	case err != nil:
		return os.NewSyscallError("read", err)
	case n == 0:
		return io.EOF
	}
	s.in.grown(n)
	return nil
}

// yield lets Go's scheduler run every few milliseconds. After 10 ms without that it would interrupt the loop with a signal, take its processor, and look every 20 µs whether it should do so again.
func (s *server) yield() {
	if s.ended.Sub(s.yielded) > 5*time.Millisecond {
		s.yielded = s.ended
		goruntime.Gosched()
	}
}

// wake is when the first of the waiting executions wants to go on.
func (s *server) wake() time.Time {
	wake := s.waiting[0].Wake()
	for _, h := range s.waiting[1:] {
		if w := h.Wake(); w.Before(wake) {
			wake = w
		}
	}
	return wake
}

// await blocks until there is something to read, but no longer than d.
func (s *server) await(d time.Duration) (ready bool, err error) {
	n, err := ignoringEINTR(func() (int, error) {
		return poll([]unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLIN}}, max(0, d))
	})
	return n > 0, os.NewSyscallError("poll", err)
}

func (s *server) write(buf []byte) error {
	for len(buf) > 0 {
		n, err := ignoringEINTR(func() (int, error) { return unix.Write(s.fd, buf) })
		if err != nil {
			return os.NewSyscallError("write", err)
		}
		buf = buf[n:]
	}
	return nil
}

func ignoringEINTR(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

// stuck reports the execution that cannot be stopped and ends the process, which is the only way to stop it. It runs on the watchdog's goroutine; the loop is inside
// that execution and writes nothing meanwhile.
func (s *server) stuck(_ *vm.Execution, f *vm.Failure) {
	if s.running == nil { // a program that is loaded ahead, which no call waits for
		os.Exit(exitStuck)
	}
	_ = s.write(appendResult(nil, frameStuck, s.running.id, vm.Result{Failure: f}, true)) // if it does not arrive, the server's own deadline ends it
	os.Exit(exitStuck)
}

// Exit codes that tell the server what happened.
const (
	exitStuck = 3
	exitGone  = 4
)
