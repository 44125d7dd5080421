//go:build !linux

package worker

// confine does nothing where there is no Linux: a worker is a process of its own, and no more.
func confine() error { return nil }
