//go:build !linux

package worker

import "errors"

// spawners are the ways to start a process, the best first.
func spawners([]string) []func() (spawner, error) {
	return []func() (spawner, error){func() (spawner, error) { return direct{}, nil }}
}

// Spawn is for Linux, where there are namespaces.
func Spawn(int) error { return errors.ErrUnsupported }
