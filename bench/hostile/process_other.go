//go:build !linux

package hostile

import "errors"

// Process is a process at a moment. There is nothing to read it from here.
type Process struct{ PID int }

// Processes returns errors.ErrUnsupported.
func Processes(int) ([]Process, error) { return nil, errors.ErrUnsupported }

// Lives returns false.
func (p Process) Lives() bool { return false }

// Descriptors returns errors.ErrUnsupported.
func (p Process) Descriptors() (int, error) { return 0, errors.ErrUnsupported }

// RSS returns errors.ErrUnsupported.
func (p Process) RSS() (now, peak int64, err error) { return 0, 0, errors.ErrUnsupported }
