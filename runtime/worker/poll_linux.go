package worker

import (
	"time"

	"golang.org/x/sys/unix"
)

// poll waits for one of the descriptors, but no longer than d.
func poll(fds []unix.PollFd, d time.Duration) (int, error) {
	timeout := unix.NsecToTimespec(int64(d))
	return unix.Ppoll(fds, &timeout, nil)
}
