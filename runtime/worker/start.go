package worker

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/durward/durward/runtime/vm"
)

// start starts a process, waits until it is ready, and says how it is confined. One that is less confined than is demanded is an error.
func start(s spawner, config *Config) (*process, Sandbox, error) {
	pair, err := socketpair()
	if err != nil {
		return nil, Sandbox{}, os.NewSyscallError("socketpair", err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "worker socket")
	if err := unix.SetNonblock(pair[0], true); err != nil { // so that the file below waits in the poller, where a deadline works
		unix.Close(pair[0])
		theirs.Close()
		return nil, Sandbox{}, os.NewSyscallError("fcntl", err)
	}
	board, err := newBoard(pair[0])
	if err != nil {
		unix.Close(pair[0])
		theirs.Close()
		return nil, Sandbox{}, err
	}
	p := &process{
		socket: os.NewFile(uintptr(pair[0]), "worker"), board: board, stderr: &head{},
		dying: make(chan struct{}), holding: make(chan struct{}, maxHolding), calls: map[uint64]*call{}, programs: map[vm.Digest]struct{}{}, configs: map[vm.Digest]struct{}{},
	}
	p.cmd, err = startChild(s, config.Command, theirs, p.stderr)
	theirs.Close() // so that the end of the process is the end of the socket
	if err != nil {
		p.socket.Close()
		board.close()
		return nil, Sandbox{}, err
	}
	p.memory = openMemory(p.cmd.Process.Pid)
	sandbox, err := p.awaitReady(config)
	if err != nil {
		p.kill("killed", nil)
		_ = p.cmd.Wait()
		p.close()
		if text := p.stderr.String(); text != "" {
			err = fmt.Errorf("%w: %s", err, text)
		}
		return nil, Sandbox{}, fmt.Errorf("worker process: %w", err)
	}
	return p, sandbox, nil
}

// socketpair returns two descriptors that no other process inherits: a worker that another pool starts at this moment would have this worker's socket.
func socketpair() ([2]int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(pair[0])
		unix.CloseOnExec(pair[1])
	}
	return pair, err
}

// awaitReady reads the worker's first frame, in which it says how it is confined.
func (p *process) awaitReady(config *Config) (Sandbox, error) {
	if err := limitMemory(p.cmd.Process.Pid, 2*config.HardMemory*raceFactor); err != nil {
		return Sandbox{}, fmt.Errorf("limit memory: %w", err)
	}
	if err := p.socket.SetReadDeadline(time.Now().Add(config.StartTimeout)); err != nil {
		return Sandbox{}, err
	}
	var in inbox
	for {
		n, err := p.socket.Read(in.room())
		if err != nil {
			return Sandbox{}, fmt.Errorf("not ready: %w", err)
		}
		in.grown(n)
		f, ok, err := in.next()
		switch {
		case err != nil:
			return Sandbox{}, err
		case !ok:
			continue
		case f.kind != frameReady || in.from != in.to:
			return Sandbox{}, errFrame
		}
		sandbox, err := readConfinement(f.payload)
		if err == nil {
			err = sandbox.demanded(config.Sandbox)
		}
		if err != nil {
			return Sandbox{}, err
		}
		return sandbox, p.socket.SetReadDeadline(time.Time{})
	}
}
