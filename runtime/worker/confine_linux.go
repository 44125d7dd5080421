package worker

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// confine takes from the process all that it never needs, as far as this machine lets it, and says how far that is. It cannot be undone. A process that builds is refused files, where another one
// is ended for asking.
func confine(builds bool) confinement {
	r := confinement{Namespaces: namespaces("self")}
	for _, step := range []struct {
		layer string
		do    func() (detail string, err error)
	}{
		{LayerEnvironment, emptyEnvironment},
		{LayerDescriptors, closeDescriptors},
		{LayerResources, limitResources},
		{LayerUntraceable, hide},
		{LayerPrivileges, withoutCgo(dropPrivileges)},
		{LayerLandlock, withoutCgo(func() (string, error) {
			abi, err := lockFiles()
			return "version " + strconv.Itoa(abi), err
		})},
		{LayerSeccomp, withoutCgo(func() (string, error) { return "", filterCalls(builds) })},
	} {
		r.add(step.layer, step.do)
	}
	return r
}

// withoutCgo takes a step only in a program that is built without cgo.
func withoutCgo(do func() (string, error)) func() (string, error) {
	if withCgo {
		return func() (string, error) { return "", errors.New("built with cgo: build with CGO_ENABLED=0") }
	}
	return do
}

// add takes one step and notes how it went.
func (r *confinement) add(layer string, do func() (string, error)) {
	detail, err := do()
	if err != nil {
		detail = err.Error()
	}
	r.Layers = append(r.Layers, Layer{Name: layer, On: err == nil, Detail: detail})
}

func emptyEnvironment() (string, error) {
	if n := len(os.Environ()); n > 0 {
		return "", fmt.Errorf("the process was given %d variables", n)
	}
	return "", nil
}

// closeDescriptors closes all but the standard streams, the socket, and those on which Go's runtime waits, which lead nowhere. The server marks what it opens to be closed; what it was itself started with, it may not
// know. Go's runtime has one more, on the file with the limit of CPU time, and is told here to read it no more.
func closeDescriptors() (string, error) {
	goruntime.GOMAXPROCS(goruntime.GOMAXPROCS(0))
	const dir = "/proc/self/fd"
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	for _, entry := range entries {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil || fd <= FD {
			continue
		}
		if target, err := os.Readlink(filepath.Join(dir, entry.Name())); err == nil && target != "anon_inode:[eventpoll]" && target != "anon_inode:[eventfd]" {
			_ = unix.Close(fd)
		}
	}
	return "", nil
}

// maxThreads is how many threads a process may have that has a user namespace of its own, in which they can be counted. Go's runtime takes up to two for each processor, to collect garbage with.
func maxThreads() uint64 { return 64 + 2*uint64(goruntime.GOMAXPROCS(0)) }

// limitResources sets the limits that are the same for all processes. That of memory is the server's to set, see limitMemory.
func limitResources() (string, error) {
	limits := map[int]uint64{
		unix.RLIMIT_CORE:   0, // it would hold users' data
		unix.RLIMIT_FSIZE:  0,
		unix.RLIMIT_NOFILE: 16,
	}
	detail := ""
	if users, err := os.ReadFile("/proc/self/uid_map"); err == nil && len(users) == 0 {
		limits[unix.RLIMIT_NPROC] = maxThreads()
		detail = fmt.Sprintf("%d threads", maxThreads())
	}
	for resource, most := range limits {
		if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			return "", os.NewSyscallError("setrlimit", err)
		}
	}
	return detail, nil
}

// hide keeps other processes of the same user from tracing this one and from reading its memory. It also lets the process die with the server, whatever it is computing.
func hide() (string, error) {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return "", os.NewSyscallError("prctl", err)
	}
	return "", os.NewSyscallError("prctl", unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0))
}

// dropPrivileges gives up all capabilities, and the ways to get privileges back. Both belong to threads, of which Go has several before the first line of a program runs.
func dropPrivileges() (string, error) {
	if _, _, errno := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); errno != 0 {
		return "", os.NewSyscallError("prctl", errno)
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none)), 0)
	goruntime.KeepAlive(&header)
	goruntime.KeepAlive(&none)
	if errno != 0 {
		return "", os.NewSyscallError("capset", errno)
	}
	return "", nil
}

// namespaces are the names by which the kernel calls a process' namespaces, by their kind. One that cannot be read is missing.
func namespaces(process string) map[string]string {
	found := map[string]string{}
	for _, kind := range namespaceKinds {
		if name, err := os.Readlink("/proc/" + process + "/ns/" + kind); err == nil && strings.HasPrefix(name, kind) {
			found[kind] = name
		}
	}
	return found
}

// limitMemory bounds the memory that a process may have, in bytes. A program that needs more dies of it, alone: RLIMIT_DATA is exact, where RLIMIT_AS would count the address space that Go reserves and never uses.
func limitMemory(pid int, most int64) error {
	limit := unix.Rlimit{Cur: uint64(most), Max: uint64(most)}
	return os.NewSyscallError("prlimit", unix.Prlimit(pid, unix.RLIMIT_DATA, &limit, nil))
}
