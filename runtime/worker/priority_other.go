//go:build !linux

package worker

import "time"

// prioritise does nothing: other systems have no priority that gives way at once.
func prioritise(int, standing) error { return nil }

// cpuTime is not known.
func cpuTime(int) time.Duration { return 0 }
