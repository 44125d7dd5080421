package worker

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/durward/durward/runtime/vm"
)

// start starts a process and waits until it is ready.
func start(command []string, timeout time.Duration) (*process, error) {
	pair, err := socketpair()
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "worker socket")
	if err := unix.SetNonblock(pair[0], true); err != nil { // so that the file below waits in the poller, where a deadline works
		unix.Close(pair[0])
		theirs.Close()
		return nil, os.NewSyscallError("fcntl", err)
	}
	board, err := newBoard(pair[0])
	if err != nil {
		unix.Close(pair[0])
		theirs.Close()
		return nil, err
	}
	p := &process{
		//nolint:noctx // its owner ends it, and no context
		cmd: exec.Command(command[0], command[1:]...), socket: os.NewFile(uintptr(pair[0]), "worker"), board: board, stderr: &head{},
		dying: make(chan struct{}), holding: make(chan struct{}, maxHolding), calls: map[uint64]*call{}, programs: map[vm.Digest]struct{}{},
	}
	p.cmd.Env = []string{}
	p.cmd.Stderr = p.stderr
	p.cmd.ExtraFiles = []*os.File{theirs} // descriptor 3
	err = p.cmd.Start()
	theirs.Close() // so that the end of the process is the end of the socket
	if err != nil {
		p.socket.Close()
		board.close()
		return nil, err
	}
	p.memory = openMemory(p.cmd.Process.Pid)
	if err := p.awaitReady(timeout); err != nil {
		p.kill("killed", nil)
		_ = p.cmd.Wait()
		p.close()
		return nil, fmt.Errorf("worker process: %w: %s", err, p.stderr.String())
	}
	return p, nil
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

func (p *process) awaitReady(timeout time.Duration) error {
	if err := p.socket.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	var in inbox
	for {
		n, err := p.socket.Read(in.room())
		if err != nil {
			return fmt.Errorf("not ready: %w", err)
		}
		in.grown(n)
		f, ok, err := in.next()
		if err != nil {
			return err
		}
		if ok && (f.kind != frameReady || in.from != in.to) {
			return errFrame
		}
		if ok {
			return p.socket.SetReadDeadline(time.Time{})
		}
	}
}
