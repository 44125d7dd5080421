//go:build !race

package worker_test

import (
	"context"
	"errors"
	"os"
	goruntime "runtime"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// call makes a system call past everything that Go does around it, as machine code in a worker that was taken over would.
func call(number uintptr, args ...uintptr) func() error {
	return func() error {
		var a [6]uintptr
		copy(a[:], args)
		if _, _, errno := unix.RawSyscall6(number, a[0], a[1], a[2], a[3], a[4], a[5]); errno != 0 {
			return errno
		}
		return nil
	}
}

// text is a string as the kernel takes it. It is never freed.
func text(s string) uintptr {
	b := append([]byte(s), 0)
	kept = append(kept, b)
	return uintptr(unsafe.Pointer(&b[0]))
}

var kept [][]byte

var (
	zeros  = text(strings.Repeat("\x00", 256))
	parent = uintptr(os.Getppid())
	here   = ^uintptr(99) // AT_FDCWD
)

// escapes are what native code in a worker may try, by what it is after.
var escapes = map[string]func() error{
	"read a file":                        call(unix.SYS_OPENAT, here, text("/etc/passwd"), unix.O_RDONLY),
	"read a file, newer call":            call(unix.SYS_OPENAT2, here, text("/etc/passwd"), zeros, 24),
	"write a file":                       call(unix.SYS_OPENAT, here, text("/tmp/escaped"), unix.O_CREAT|unix.O_WRONLY, 0o600),
	"read its own environment":           call(unix.SYS_OPENAT, here, text("/proc/self/environ"), unix.O_RDONLY),
	"read its parent's environment":      call(unix.SYS_OPENAT, here, text("/proc/1/environ"), unix.O_RDONLY),
	"list a directory":                   call(unix.SYS_GETDENTS64, 3, zeros, 256),
	"make a directory":                   call(unix.SYS_MKDIRAT, here, text("/tmp/escaped"), 0o700),
	"remove a file":                      call(unix.SYS_UNLINKAT, here, text("/tmp/escaped"), 0),
	"ask about a file":                   call(unix.SYS_STATX, here, text("/etc/passwd"), 0, 0, zeros),
	"open a socket":                      call(unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_STREAM, 0),
	"open a socket of this machine":      call(unix.SYS_SOCKET, unix.AF_UNIX, unix.SOCK_STREAM, 0),
	"open a socket to the kernel":        call(unix.SYS_SOCKET, unix.AF_NETLINK, unix.SOCK_RAW, 0),
	"make a pair of sockets":             call(unix.SYS_SOCKETPAIR, unix.AF_UNIX, unix.SOCK_STREAM, 0, zeros),
	"connect its own socket elsewhere":   call(unix.SYS_CONNECT, 3, zeros, 16),
	"send a descriptor":                  call(unix.SYS_SENDMSG, 3, zeros, 0),
	"receive a descriptor":               call(unix.SYS_RECVMSG, 3, zeros, 0),
	"execute a program":                  call(unix.SYS_EXECVE, text("/bin/sh"), zeros, zeros),
	"execute a descriptor":               call(unix.SYS_EXECVEAT, 3, text(""), zeros, zeros, unix.AT_EMPTY_PATH),
	"execute what is in memory":          call(unix.SYS_MEMFD_CREATE, text("x"), 0),
	"fork":                               call(unix.SYS_CLONE, uintptr(unix.SIGCHLD)),
	"fork into namespaces":               call(unix.SYS_CLONE, unix.CLONE_NEWUSER|uintptr(unix.SIGCHLD)),
	"fork, newer call":                   call(unix.SYS_CLONE3, zeros, 88),
	"make a thread in a namespace":       call(unix.SYS_CLONE, unix.CLONE_VM|unix.CLONE_FS|unix.CLONE_FILES|unix.CLONE_SIGHAND|unix.CLONE_SYSVSEM|unix.CLONE_THREAD|unix.CLONE_NEWNET),
	"fork without end":                   forkBomb,
	"trace its parent":                   call(unix.SYS_PTRACE, unix.PTRACE_ATTACH, parent),
	"be traced":                          call(unix.SYS_PTRACE, unix.PTRACE_TRACEME),
	"kill its parent":                    call(unix.SYS_KILL, parent, uintptr(unix.SIGKILL)),
	"kill everything":                    call(unix.SYS_KILL, ^uintptr(0), uintptr(unix.SIGKILL)),
	"kill a thread of its parent":        call(unix.SYS_TGKILL, parent, parent, uintptr(unix.SIGKILL)),
	"kill a thread of anybody":           call(unix.SYS_TKILL, parent, uintptr(unix.SIGKILL)),
	"queue a signal":                     call(unix.SYS_RT_SIGQUEUEINFO, parent, uintptr(unix.SIGKILL), zeros),
	"get hold of its parent":             call(unix.SYS_PIDFD_OPEN, parent, 0),
	"get a descriptor of its parent":     call(unix.SYS_PIDFD_GETFD, 3, 0, 0),
	"read its parent's memory":           call(unix.SYS_PROCESS_VM_READV, parent, zeros, 1, zeros, 1, 0),
	"write its parent's memory":          call(unix.SYS_PROCESS_VM_WRITEV, parent, zeros, 1, zeros, 1, 0),
	"raise its limits":                   call(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_DATA, zeros, 0),
	"be dumped":                          call(unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 1),
	"outlive the server":                 call(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, 0),
	"have another name":                  call(unix.SYS_PRCTL, unix.PR_SET_NAME, text("sshd")),
	"get capabilities":                   call(unix.SYS_CAPSET, zeros, zeros),
	"become root":                        call(unix.SYS_SETUID, 0),
	"mount":                              call(unix.SYS_MOUNT, text("none"), text("/tmp"), text("tmpfs"), 0, 0),
	"unmount":                            call(unix.SYS_UMOUNT2, text("/proc"), unix.MNT_DETACH),
	"change its root":                    call(unix.SYS_CHROOT, text("/tmp")),
	"leave its namespaces":               call(unix.SYS_UNSHARE, unix.CLONE_NEWUSER),
	"enter a namespace":                  call(unix.SYS_SETNS, 3, 0),
	"load a program into the kernel":     call(unix.SYS_BPF, 0, zeros, 64),
	"load a module":                      call(unix.SYS_INIT_MODULE, zeros, 0, zeros),
	"use the kernel's keys":              call(unix.SYS_KEYCTL, 0, 0, 0),
	"add a key":                          call(unix.SYS_ADD_KEY, text("user"), text("x"), zeros, 1, 0),
	"queue calls":                        call(unix.SYS_IO_URING_SETUP, 1, zeros),
	"handle page faults":                 call(unix.SYS_USERFAULTFD, 0),
	"watch the machine":                  call(unix.SYS_PERF_EVENT_OPEN, zeros, 0, 0, 0, 0),
	"share memory":                       call(unix.SYS_SHMGET, 0, 4096, 0o1600),
	"change the filter":                  call(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_STRICT, 0, 0),
	"copy a descriptor":                  call(unix.SYS_FCNTL, 3, unix.F_DUPFD, 10),
	"type on a terminal":                 call(unix.SYS_IOCTL, 2, unix.TIOCSTI, zeros),
	"have memory that it can execute":    call(unix.SYS_MMAP, 0, 4096, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS, ^uintptr(0)),
	"make memory executable":             call(unix.SYS_MPROTECT, 0, 4096, unix.PROT_READ|unix.PROT_EXEC),
	"have memory that is shared":         memory(unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANONYMOUS),
	"have memory that is shared, newer":  memory(unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED_VALIDATE|unix.MAP_ANONYMOUS),
	"have memory that grows":             memory(unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_GROWSDOWN),
	"have memory that stays":             memory(unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_LOCKED),
	"have huge pages":                    memory(unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_HUGETLB),
	"have pages to read alone":           memory(unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE),
	"have a file in memory":              call(unix.SYS_MMAP, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE, 3, 0),
	"make pages readable":                call(unix.SYS_MPROTECT, 0, 4096, unix.PROT_READ),
	"call by the numbers of another ABI": call(0x40000000 + unix.SYS_GETPID),
	"stop the machine":                   call(unix.SYS_REBOOT, 0, 0, 0, 0),
}

// afterwards is what native code may do once the call in which it took the worker over has been answered.
var afterwards = map[string]func(){
	"computes": func() {
		for n := uint64(1); n != 0; n += 2 { // it is odd for ever
		}
	},
	"grows": func() {
		for held := [][]byte{}; ; time.Sleep(time.Millisecond) {
			b := make([]byte, 1<<20)
			for i := range b {
				b[i] = 1
			}
			held = append(held, b)
		}
	},
}

func memory(protection, flags uintptr) func() error {
	return call(unix.SYS_MMAP, 0, 4096, protection, flags, ^uintptr(0), 0)
}

func forkBomb() error {
	for range 100 {
		if err := call(unix.SYS_CLONE, uintptr(unix.SIGCHLD))(); err != nil {
			return err
		}
	}
	return nil
}

// escape tries one of them. It runs in a worker process, after that is confined.
func escape(name []byte) ([]byte, error) {
	if string(name) == "threads" {
		return nil, threadBomb()
	}
	if later, ok := afterwards[string(name)]; ok {
		go later()
		return nil, nil
	}
	if err := escapes[string(name)](); err != nil {
		return nil, err
	}
	return []byte("escaped"), nil
}

// threadBomb makes threads until there can be no more, and Go ends the process.
func threadBomb() error {
	for range 1000 {
		go func() {
			goruntime.LockOSThread()
			select {}
		}()
		goruntime.Gosched()
	}
	time.Sleep(time.Second) // for the threads to come to be; the process does not live that long
	return nil
}

// strictPool returns a pool whose workers try to escape. The test is skipped where the sandbox is weaker, and says why.
func strictPool(t *testing.T, argument string, spawner []string) *worker.Pool {
	t.Helper()
	pool := newPool(t, worker.Config{Command: []string{self, argument}, Spawner: spawner, PerTenant: 1, Spares: 1})
	if pool.Sandbox().Level() != worker.LevelStrict {
		t.Skip("the sandbox is weaker here: ", pool.Sandbox().Missing())
	}
	return pool
}

const self = "/proc/self/exe"

// What tries to leave the sandbox is told that it may not, or ends.
func TestEscapes(t *testing.T) {
	t.Parallel()
	for way, spawner := range map[string][]string{"started directly": nil, "in namespaces": {self, "spawner"}} {
		for name := range escapes {
			t.Run(way+"/"+name, func(t *testing.T) {
				t.Parallel()
				_, err := strictPool(t, "escape", spawner).Task(context.Background(), "a", "escape", []byte(name), time.Minute)
				var failed *worker.TaskError
				require.ErrorAs(t, err, &failed)
				if name == "fork, newer call" { // Go's own libraries try it, and take the older one then
					require.Equal(t, unix.ENOSYS.Error(), failed.Failure.Message)
					return
				}
				require.Equal(t, vm.FailPolicy, failed.Failure.Kind, failed.Failure.Message)
			})
		}
	}
}

// A worker that goes on after its call was answered is noticed and ended, also if no other call ever comes.
func TestWhatGoesOnAfterItsCall(t *testing.T) {
	t.Parallel()
	for name, reason := range map[string]string{"computes": "killed", "grows": "memory_limit"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended := make(chan string, 16)
			pool := newPool(t, worker.Config{Command: []string{self, "escape"}, PerTenant: 1, Spares: 1, HardMemory: 64 << 20, Observe: endings(ended)})
			_, err := pool.Task(context.Background(), "a", "escape", []byte(name), time.Minute)
			require.NoError(t, err)
			require.Equal(t, reason, <-ended)
		})
	}
}

// endings is an observer that tells why processes end.
type endings chan string

func (e endings) Ended(reason string) { e <- reason }
func (endings) Started(time.Duration) {}
func (endings) Retried()              {}
func (endings) StartFailed(error)     {}

// What builds is refused files instead, because its libraries look for some. Nothing else is different.
func TestEscapesFromABuilder(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]error{
		"read a file": unix.EACCES, "write a file": unix.EACCES, "make a directory": unix.EACCES, "remove a file": unix.EACCES, "ask about a file": unix.EACCES,
		"open a socket": nil, "execute a program": nil, "fork": nil, "kill its parent": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := strictPool(t, "worker", nil).Task(context.Background(), "a", "escape", []byte(name), time.Minute)
			var failed *worker.TaskError
			require.ErrorAs(t, err, &failed)
			if want == nil {
				require.Equal(t, vm.FailPolicy, failed.Failure.Kind)
				return
			}
			require.Equal(t, want.Error(), failed.Failure.Message)
		})
	}
}

// A process that makes threads without end ends, where they can be counted: in a user namespace of its own.
func TestThreads(t *testing.T) {
	t.Parallel()
	pool := strictPool(t, "escape", []string{self, "spawner"})
	if !strings.Contains(pool.Sandbox().String(), "namespace_user") {
		t.Skip("there are no user namespaces here")
	}
	_, err := pool.Task(context.Background(), "a", "escape", []byte("threads"), time.Minute)
	var failed *worker.TaskError
	require.True(t, errors.As(err, &failed))
	require.Equal(t, vm.FailSandboxLost, failed.Failure.Kind)
}

// descriptors lists the descriptors that are open in this process.
func descriptors() []byte {
	var open []byte
	for fd := range byte(64) {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err == nil {
			open = append(open, fd)
		}
	}
	return open
}

// A worker has the standard streams and its socket, and the two descriptors with which Go's runtime waits: nothing that the server has, or was itself started with.
func TestDescriptors(t *testing.T) {
	leaked, err := unix.Open(os.DevNull, unix.O_RDONLY, 0) // without O_CLOEXEC
	require.NoError(t, err)
	defer unix.Close(leaked)
	for way, spawner := range map[string][]string{"started directly": nil, "in namespaces": {self, "spawner"}} {
		t.Run(way, func(t *testing.T) {
			open, err := newPool(t, worker.Config{Command: []string{self, "worker"}, Spawner: spawner}).Task(t.Context(), "a", "echo", []byte("descriptors"), time.Minute)
			require.NoError(t, err)
			require.Equal(t, []byte{0, 1, 2, 3}, open[:4])
			require.LessOrEqual(t, len(open), 6)
		})
	}
}

// Go maps memory of a kind of its own for the state of random numbers, which differs between kernels.
func TestRandomNumbersInTheSandbox(t *testing.T) {
	t.Parallel()
	pool := strictPool(t, "worker", []string{self, "spawner"})
	result := execute(t, pool, "a", program(`return {n: crypto.getRandomValues(new Uint8Array(4096)).length, id: crypto.randomUUID().length}`), `{}`, vm.Limits{})
	require.Nil(t, result.Failure)
	require.JSONEq(t, `{"n":4096,"id":36}`, string(result.Outcome))
}
