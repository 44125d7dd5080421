package worker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Namespaces: those of a zygote, which all processes that it starts are in too, and those that each process has for itself.
const (
	commonNamespaces = unix.CLONE_NEWUSER | unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS
	ownNamespaces    = unix.CLONE_NEWUSER | unix.CLONE_NEWPID
)

// nobody is the user that processes run as if the server is root: root is exempt from the limit on threads.
const nobody = 65534

// spawners are the ways to start a process, the best first.
func spawners(command []string) []func() (spawner, error) {
	var ways []func() (spawner, error)
	if len(command) > 0 {
		if os.Geteuid() == 0 {
			ways = append(ways, func() (spawner, error) { return newZygote(command, nobody, nobody) })
		}
		ways = append(ways, func() (spawner, error) { return newZygote(command, os.Geteuid(), os.Getegid()) })
	}
	return append(ways, func() (spawner, error) { return direct{}, nil })
}

// zygote is a small process that starts others in namespaces. To make a process in a user namespace Go copies the page tables of the one that asks for it, which takes a large server tens of milliseconds; a zygote
// stays as small as it is. What it starts are children of the server, not its own: the server waits for them and ends them as if it had started them, and the end of the zygote is nothing to them.
type zygote struct {
	command  []string
	uid, gid int

	mu      sync.Mutex
	process *os.Process
	socket  int
}

func newZygote(command []string, uid, gid int) (*zygote, error) {
	z := &zygote{command: command, uid: uid, gid: gid}
	if err := z.start(); err != nil {
		return nil, fmt.Errorf("start spawner: %w", err)
	}
	return z, nil
}

func (z *zygote) start() error {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("socketpair", err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "spawner socket")
	defer theirs.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		unix.Close(pair[0])
		return err
	}
	defer null.Close()
	z.process, err = os.StartProcess(z.command[0], z.command, &os.ProcAttr{
		Env: []string{}, Files: []*os.File{null, null, os.Stderr, theirs},
		Sys: &syscall.SysProcAttr{
			Cloneflags:  commonNamespaces,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: z.uid, HostID: z.uid, Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: z.gid, HostID: z.gid, Size: 1}},
			Credential:  &syscall.Credential{Uid: uint32(z.uid), Gid: uint32(z.gid), NoSetGroups: true},
		},
	})
	if err != nil {
		unix.Close(pair[0])
		return err
	}
	z.socket = pair[0]
	return os.NewSyscallError("setsockopt", unix.SetsockoptTimeval(z.socket, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: int64(zygoteTime / time.Second)}))
}

// zygoteTime is how long the zygote may take to make a process. It takes a millisecond.
const zygoteTime = 10 * time.Second

var errZygote = errors.New("the spawner does not answer")

// spawn lets the zygote start a process. If there is no zygote any more, a new one does it.
func (z *zygote) spawn(command []string, stderr, socket *os.File) (*os.Process, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	pid, err := z.ask(command, stderr, socket)
	if errors.Is(err, errZygote) {
		z.end()
		if err := z.start(); err != nil {
			return nil, fmt.Errorf("start spawner: %w", err)
		}
		pid, err = z.ask(command, stderr, socket)
	}
	if err != nil {
		return nil, err
	}
	return os.FindProcess(pid) // it is a child of this process, and nobody has waited for it: the id is still its own
}

// ask sends a request and reads the answer, see [Spawn].
func (z *zygote) ask(command []string, stderr, socket *os.File) (pid int, err error) {
	rights := unix.UnixRights(int(stderr.Fd()), int(socket.Fd()))
	if err := unix.Sendmsg(z.socket, []byte(strings.Join(command, "\x00")), rights, nil, unix.MSG_NOSIGNAL); err != nil {
		return 0, fmt.Errorf("%w: %w", errZygote, os.NewSyscallError("sendmsg", err))
	}
	var answer [8]byte
	n, err := ignoringEINTR(func() (int, error) { return unix.Read(z.socket, answer[:]) })
	if err != nil || n != len(answer) {
		return 0, errors.Join(errZygote, os.NewSyscallError("read", err))
	}
	if errno := binary.NativeEndian.Uint32(answer[4:]); errno != 0 {
		return 0, os.NewSyscallError("fork/exec "+command[0], syscall.Errno(errno))
	}
	return int(binary.NativeEndian.Uint32(answer[:])), nil
}

func (z *zygote) close() {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.end()
}

func (z *zygote) end() {
	unix.Close(z.socket)
	_ = z.process.Kill()
	_, _ = z.process.Wait()
}

// Spawn is the main loop of a spawner process, which starts other processes in namespaces of their own for the server at the other end of the socket. It returns nil when the server has closed the socket.
//
// A request is a command, its words separated by zero bytes, and two descriptors: the standard error of the new process, and its descriptor [FD]. The answer is the process' id and an error number, 4 bytes each. The new process is a child of
// the server.
func Spawn(fd int) error {
	if err := unix.CloseRange(FD, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC); err != nil { // what the server was started with, too
		return os.NewSyscallError("close_range", err)
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	buf, oob := make([]byte, 4096), make([]byte, unix.CmsgSpace(2*4))
	for {
		n, rights, err := receive(fd, buf, oob)
		if err != nil {
			return os.NewSyscallError("recvmsg", err)
		}
		if n == 0 {
			return nil
		}
		pid, err := forkExec(strings.Split(string(buf[:n]), "\x00"), null, oob[:rights])
		var errno syscall.Errno
		if err != nil && !errors.As(err, &errno) {
			errno = unix.EINVAL
		}
		answer := binary.NativeEndian.AppendUint32(nil, uint32(pid))
		if _, err := unix.Write(fd, binary.NativeEndian.AppendUint32(answer, uint32(errno))); err != nil {
			return os.NewSyscallError("write", err)
		}
	}
}

func receive(fd int, buf, oob []byte) (n, rights int, err error) {
	n, err = ignoringEINTR(func() (n int, err error) {
		n, rights, _, _, err = unix.Recvmsg(fd, buf, oob, unix.MSG_CMSG_CLOEXEC)
		return n, err
	})
	return n, rights, err
}

func forkExec(command []string, null *os.File, rights []byte) (pid int, err error) {
	messages, err := unix.ParseSocketControlMessage(rights)
	if err != nil || len(messages) != 1 {
		return 0, unix.EBADMSG
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return 0, err
	}
	defer func() {
		for _, fd := range fds {
			unix.Close(fd)
		}
	}()
	if len(fds) != 2 {
		return 0, unix.EBADMSG
	}
	return syscall.ForkExec(command[0], command, &syscall.ProcAttr{
		Env: []string{}, Files: []uintptr{null.Fd(), null.Fd(), uintptr(fds[0]), uintptr(fds[1])},
		Sys: &syscall.SysProcAttr{Cloneflags: ownNamespaces | unix.CLONE_PARENT},
	})
}
