//go:build linux && (amd64 || arm64)

package worker

import (
	"fmt"
	"os"
	goruntime "runtime"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// runtimeCalls are what Go's runtime and the main loop of a worker need once the process has started, the most frequent first. otherCalls are those of them that only one architecture has.
var runtimeCalls = []uint32{
	unix.SYS_READ, unix.SYS_WRITE, unix.SYS_FUTEX, unix.SYS_PPOLL, unix.SYS_EPOLL_PWAIT, unix.SYS_NANOSLEEP, unix.SYS_CLOCK_GETTIME, unix.SYS_MADVISE,
	unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK, unix.SYS_RT_SIGACTION, unix.SYS_GETPID, unix.SYS_GETTID, unix.SYS_SCHED_YIELD, unix.SYS_MUNMAP,
	unix.SYS_CLOCK_NANOSLEEP, unix.SYS_RESTART_SYSCALL, unix.SYS_GETRANDOM, unix.SYS_SCHED_GETAFFINITY, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_CREATE1, unix.SYS_EVENTFD2,
	unix.SYS_CLOSE, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
}

// fileCalls are answered with EACCES in a process that builds: its libraries look for files, and for a terminal, and go on without.
var fileCalls = append(otherFileCalls,
	unix.SYS_OPENAT, unix.SYS_OPENAT2, unix.SYS_FACCESSAT, unix.SYS_FACCESSAT2, unix.SYS_READLINKAT, unix.SYS_STATX, unix.SYS_FSTAT, unix.SYS_GETDENTS64, unix.SYS_GETCWD,
	unix.SYS_CHDIR, unix.SYS_MKDIRAT, unix.SYS_UNLINKAT, unix.SYS_IOCTL,
)

// threadFlags are those with which Go's runtime makes a thread on all architectures, archThreadFlags those of one. With others nothing can be cloned.
const threadFlags = archThreadFlags | unix.CLONE_VM | unix.CLONE_FS | unix.CLONE_FILES | unix.CLONE_SIGHAND | unix.CLONE_SYSVSEM | unix.CLONE_THREAD

const (
	retKill  = unix.SECCOMP_RET_KILL_PROCESS
	retAllow = unix.SECCOMP_RET_ALLOW
	retErrno = unix.SECCOMP_RET_ERRNO
)

// toolCalls are what a tool needs besides: it starts, and reads files, of which Landlock says which. archToolCalls are those of one architecture.
var toolCalls = append(archToolCalls,
	unix.SYS_EXECVE, unix.SYS_OPENAT, unix.SYS_FSTAT, unix.SYS_STATX, unix.SYS_PREAD64, unix.SYS_LSEEK, unix.SYS_GETDENTS64, unix.SYS_READLINKAT, unix.SYS_FACCESSAT, unix.SYS_FACCESSAT2,
	unix.SYS_GETCWD, unix.SYS_UNAME, unix.SYS_GETUID, unix.SYS_GETEUID, unix.SYS_GETGID, unix.SYS_GETEGID, unix.SYS_GETPPID,
)

// purpose is what a process with a filter is for.
type purpose int

const (
	forCalls purpose = iota // it runs actions
	forTasks                // it builds, and is refused files where another one is ended for asking
	forTool                 // it is a tool, and is refused what it need not do: what it tries is not known beforehand
)

// filterCalls lets the process make no system calls but those that it needs, from all its threads, and ends it with SIGSYS if it tries another. Calls for files are refused only if they are expected.
func filterCalls(expectFiles bool) error {
	if expectFiles {
		return applyFilter(forTasks, unix.SECCOMP_FILTER_FLAG_TSYNC)
	}
	return applyFilter(forCalls, unix.SECCOMP_FILTER_FLAG_TSYNC)
}

// filterToolCalls does it for this thread, which becomes a tool.
func filterToolCalls() error { return applyFilter(forTool, 0) }

func applyFilter(p purpose, flags uintptr) error {
	raw, err := bpf.Assemble(filter(uint32(os.Getpid()), p))
	if err != nil {
		return fmt.Errorf("assemble filter: %w", err)
	}
	code := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		code[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	program := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&program)))
	goruntime.KeepAlive(code)
	switch {
	case errno != 0:
		return os.NewSyscallError("seccomp", errno)
	case thread != 0:
		return fmt.Errorf("seccomp: thread %d has a filter of its own", thread)
	}
	return nil
}

// filter is the program that the kernel runs at each system call. Its input is a struct seccomp_data.
func filter(pid uint32, p purpose) []bpf.Instruction {
	const number, arch = 0, 4
	code := []bpf.Instruction{
		bpf.LoadAbsolute{Off: arch, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: auditArch, SkipTrue: 1},
		bpf.RetConstant{Val: retKill},
		bpf.LoadAbsolute{Off: number, Size: 4},
	}
	answer := func(verdict uint32, calls ...uint32) {
		for _, call := range calls {
			code = append(code, bpf.JumpIf{Cond: bpf.JumpEqual, Val: call, SkipFalse: 1}, bpf.RetConstant{Val: verdict})
		}
	}
	allowIf := func(call uint32, conditions ...condition) {
		var tests []bpf.Instruction
		for _, c := range conditions {
			tests = append(tests, c.test()...)
		}
		code = append(code, bpf.JumpIf{Cond: bpf.JumpEqual, Val: call, SkipFalse: uint8(len(tests) + 1)})
		code = append(append(code, tests...), bpf.RetConstant{Val: retAllow})
	}
	answer(retAllow, runtimeCalls...)
	answer(retAllow, otherCalls...)
	allowIf(unix.SYS_TGKILL, condition{0, whole, []uint32{pid}}) // Go preempts its threads with signals
	allowMemory(allowIf)
	allowIf(unix.SYS_CLONE, condition{0, whole, []uint32{threadFlags}})
	allowIf(unix.SYS_PRCTL, condition{0, whole, []uint32{unix.PR_SET_VMA}}) // Go names its memory
	answer(retErrno|uint32(unix.ENOSYS), unix.SYS_CLONE3)
	if p == forTool {
		answer(retAllow, toolCalls...)
		allowIf(unix.SYS_PRLIMIT64, condition{0, whole, []uint32{0}}) // its own limits
		allowIf(unix.SYS_FCNTL, condition{1, whole, []uint32{unix.F_GETFD, unix.F_GETFL, unix.F_SETFL}})
		return append(code, bpf.RetConstant{Val: retErrno | uint32(unix.EPERM)})
	}
	allowIf(unix.SYS_FCNTL, condition{1, whole, []uint32{unix.F_GETFL}})
	if p == forTasks {
		answer(retErrno|uint32(unix.EACCES), fileCalls...)
	}
	return append(code, bpf.RetConstant{Val: retKill})
}

// condition is that the low half of an argument, which is all of it that the kernel reads here, has one of the values under a mask.
type condition struct {
	argument, mask uint32
	values         []uint32
}

const whole = 1<<32 - 1

// test ends the process if the condition does not hold.
func (c condition) test() []bpf.Instruction {
	code := []bpf.Instruction{bpf.LoadAbsolute{Off: 16 + 8*c.argument, Size: 4}, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: c.mask}}
	for i, value := range c.values {
		code = append(code, bpf.JumpIf{Cond: bpf.JumpEqual, Val: value, SkipTrue: uint8(len(c.values) - i)})
	}
	return append(code, bpf.RetConstant{Val: retKill})
}

// allowMemory allows memory of the process' own alone, and in the two ways in which Go has it: reserved, and to be read and written. All of that counts for the limit of memory. What is shared, or grows by
// itself like a stack, or can only be read, does not, and a process could fill the machine with it or with the tables of its pages.
func allowMemory(allowIf func(call uint32, conditions ...condition)) {
	protection := condition{2, whole, []uint32{unix.PROT_NONE, unix.PROT_READ | unix.PROT_WRITE}}
	kind := condition{3, whole &^ (unix.MAP_FIXED | unix.MAP_NORESERVE), []uint32{
		unix.MAP_PRIVATE | unix.MAP_ANONYMOUS,
		unix.MAP_DROPPABLE | unix.MAP_ANONYMOUS, // for the state of random numbers, from Linux 6.11 on; it counts as well
	}}
	allowIf(unix.SYS_MMAP, protection, kind)
	allowIf(unix.SYS_MPROTECT, protection)
}
