//go:build !linux

package worker

import (
	"time"

	"golang.org/x/sys/unix"
)

// poll waits for one of the descriptors, but no longer than d in whole milliseconds, rounded up: waking early would only mean to wait again.
func poll(fds []unix.PollFd, d time.Duration) (int, error) {
	return unix.Poll(fds, int((d+time.Millisecond-1)/time.Millisecond))
}
