package worker

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// behindNice is what the nice value of what gives way has more than the server's: on a full machine it has a tenth of what others have.
const behindNice = 10

// attributes are what the kernel is to know of a standing. A processor that runs what is last counts as idle when the kernel looks for one for something that wakes up: a nice value alone, however high, leaves the
// server and other tenants' workers waiting for each other on one processor while such a program has the other.
func (s standing) attributes() (*unix.SchedAttr, error) {
	own, err := unix.SchedGetAttr(os.Getpid(), 0)
	if err != nil {
		return nil, os.NewSyscallError("sched_getattr", err)
	}
	a := &unix.SchedAttr{Policy: unix.SCHED_NORMAL, Nice: own.Nice}
	switch s {
	case behind:
		a.Nice = min(own.Nice+behindNice, 19)
	case last:
		a.Policy = unix.SCHED_IDLE
	}
	return a, nil
}

// give gives a thread the standing; 0 is the one that calls.
func (s standing) give(thread int) error {
	attributes, err := s.attributes()
	if err != nil {
		return err
	}
	return os.NewSyscallError("sched_setattr", unix.SchedSetAttr(thread, attributes, 0))
}

// prioritise gives all threads of a process a standing, which those that they make inherit. Anything but a worse one needs CAP_SYS_NICE, or a limit RLIMIT_NICE that allows it.
func prioritise(pid int, stand standing) error {
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
			if err := stand.give(id); err != nil && !errors.Is(err, unix.ESRCH) {
				return err
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
