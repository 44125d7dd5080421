package worker

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// maxData bounds the memory that a worker process can have, in bytes. A program that needs more dies of it, alone, instead of the machine. It is no limit per execution: it is
// there so that one tenant's action cannot take the memory of all. RLIMIT_AS would count the address space that Go reserves and never uses.
const maxData = 512 << 20

// confine takes from the process what it never needs. It cannot be undone.
func confine() error {
	for _, limit := range []struct {
		name     string
		resource int
		most     uint64
	}{
		{"memory", unix.RLIMIT_DATA, maxData * raceFactor},
		{"core dumps", unix.RLIMIT_CORE, 0}, // which would hold users' data
		{"files", unix.RLIMIT_FSIZE, 0},
	} {
		if err := unix.Setrlimit(limit.resource, &unix.Rlimit{Cur: limit.most, Max: limit.most}); err != nil {
			return fmt.Errorf("limit %s: %w", limit.name, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("not traceable: %w", err)
	}
	return nil
}
