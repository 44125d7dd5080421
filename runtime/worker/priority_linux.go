package worker

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// policyOf is the kernel's scheduling policy for a process that gives way, or for one that does not. A thread of SCHED_IDLE is interrupted the moment that any other wakes up. One with a high nice value is not: the kernel lets
// it end its slice of some milliseconds first, and neighbours measured worse beside such ones.
func policyOf(behind bool) uint32 {
	if behind {
		return unix.SCHED_IDLE
	}
	return unix.SCHED_NORMAL
}

// prioritise makes all threads of a process give way to others, or ends that. Those that they make inherit it. The latter needs CAP_SYS_NICE, or a limit RLIMIT_NICE that allows it.
func prioritise(pid int, behind bool) error {
	done := map[string]struct{}{}
	for known := -1; known < len(done); { // again, until there are no new ones: a thread may have made another one before its turn
		known = len(done)
		threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
		if err != nil {
			return err
		}
		for _, thread := range threads {
			if _, ok := done[thread.Name()]; ok {
				continue
			}
			done[thread.Name()] = struct{}{}
			id, err := strconv.Atoi(thread.Name())
			if err != nil {
				return fmt.Errorf("thread: %w", err)
			}
			if err := unix.SchedSetAttr(id, &unix.SchedAttr{Policy: policyOf(behind)}, 0); err != nil && !errors.Is(err, unix.ESRCH) {
				return os.NewSyscallError("sched_setattr", err)
			}
		}
	}
	return nil
}

// cpuTime is how long a process has computed, in all its threads; 0 if that is not known.
func cpuTime(pid int) time.Duration {
	clock := int32(^pid<<3 | 2) // the kernel's number for a process' clock; clock_getcpuclockid(3) computes it so
	var spent unix.Timespec
	if err := unix.ClockGettime(clock, &spent); err != nil {
		return 0
	}
	return time.Duration(spent.Nano())
}
