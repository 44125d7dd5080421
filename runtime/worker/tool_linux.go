package worker

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	goruntime "runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// toolSpawners are the ways to start a tool. It runs as the server's user: it has to read what the server wrote.
func toolSpawners(command []string) []func() (spawner, error) {
	var ways []func() (spawner, error)
	if len(command) > 0 {
		ways = append(ways, func() (spawner, error) { return newZygote(command, os.Geteuid(), os.Getegid()) })
	}
	return append(ways, func() (spawner, error) { return direct{}, nil })
}

// execTool confines the thread that becomes the program: the others end then, so that it does not matter whether this program is built with cgo.
func execTool(level Level, limits toolLimits, program, dir string, args []string) error {
	goruntime.LockOSThread()
	for _, step := range []struct {
		layer string
		do    func() error
	}{
		{LayerDescriptors, func() error { return unix.CloseRange(FD, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) }},
		{LayerResources, func() error { return limitTool(limits) }},
		{LayerUntraceable, func() error { return unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0) }},
		{LayerPrivileges, dropThreadPrivileges},
		{LayerLandlock, func() error { return lockFilesBut(dir, program) }},
		{LayerSeccomp, filterToolCalls},
	} {
		if err := step.do(); err != nil && level == LevelStrict {
			return &SandboxError{Missing: []Layer{{Name: step.layer, Detail: err.Error()}}}
		}
	}
	err := syscall.Exec(program, append([]string{program}, args...), []string{})
	return fmt.Errorf("start %s: %w", program, err)
}

func duplicate(from, to int) error { return unix.Dup3(from, to, 0) }

func limitTool(limits toolLimits) error {
	all := map[int]uint64{
		unix.RLIMIT_CORE: 0, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_NOFILE: 256, unix.RLIMIT_CPU: 2 * limits.seconds, unix.RLIMIT_DATA: limits.memory,
	}
	if users, err := os.ReadFile("/proc/self/uid_map"); err == nil && len(users) == 0 {
		all[unix.RLIMIT_NPROC] = maxThreads()
	}
	for resource, most := range all {
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: most, Max: most}); err != nil { // this one, so that Go does not undo it before the program starts
			return os.NewSyscallError("setrlimit", err)
		}
	}
	return nil
}

// dropThreadPrivileges is dropPrivileges for this thread.
func dropThreadPrivileges() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return os.NewSyscallError("prctl", err)
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	return os.NewSyscallError("capset", unix.Capset(&header, &none[0]))
}

// lockFilesBut denies this thread what lockFiles denies, but for reading a folder, and reading and running a program with what is beside it.
func lockFilesBut(dir, program string) error {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return os.NewSyscallError("landlock_create_ruleset", errno)
	}
	rules, size := rulesetFor(int(version))
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&rules)), size, 0)
	if errno != 0 {
		return os.NewSyscallError("landlock_create_ruleset", errno)
	}
	defer unix.Close(int(fd))
	const read = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	if err := allowBeneath(int(fd), dir, read); err != nil {
		return err
	}
	if err := allowBeneath(int(fd), filepath.Dir(program), read|unix.LANDLOCK_ACCESS_FS_EXECUTE); err != nil {
		return err
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return os.NewSyscallError("landlock_restrict_self", errno)
	}
	return nil
}

func allowBeneath(ruleset int, dir string, access uint64) error {
	fd, err := unix.Open(dir, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: dir, Err: err}
	}
	defer unix.Close(fd)
	rule := unix.LandlockPathBeneathAttr{Allowed_access: access, Parent_fd: int32(fd)}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 {
		return os.NewSyscallError("landlock_add_rule", errno)
	}
	return nil
}
