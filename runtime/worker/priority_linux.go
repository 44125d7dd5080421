package worker

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// behindNice is the nice value of what gives way: on a full machine it has a tenth of what others have. SCHED_IDLE would leave next to nothing, and a sign-in's honest action that computes for a tenth of a second would
// come to its end only when nobody else has anything to do.
const behindNice = 10

func niceOf(behind bool) int32 {
	if behind {
		return behindNice
	}
	return 0
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
			if err := unix.SchedSetAttr(id, &unix.SchedAttr{Policy: unix.SCHED_NORMAL, Nice: niceOf(behind)}, 0); err != nil && !errors.Is(err, unix.ESRCH) {
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
