package worker

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"sync/atomic"

	"github.com/durward/durward/runtime/vm"
)

// memory reads how much memory a process has. Its file stays open, which makes a reading take 2 µs, and bound to this process, whatever process gets its id later.
type memory struct {
	file *os.File // nil where the system has none
	rss  atomic.Int64
}

// openMemory never fails: where there is no /proc, nothing is read.
func openMemory(pid int) *memory {
	file, _ := os.Open(fmt.Sprintf("/proc/%d/statm", pid))
	return &memory{file: file}
}

// read returns the resident memory of the process in bytes; 0 if that is not known.
func (m *memory) read() int64 {
	if m.file == nil {
		return 0
	}
	var buf [128]byte
	n, err := m.file.ReadAt(buf[:], 0)
	if n == 0 && err != nil {
		return 0 // the process is gone
	}
	_, rest, _ := bytes.Cut(buf[:n], []byte(" ")) // the first number is address space
	resident, _, _ := bytes.Cut(rest, []byte(" "))
	pages, err := strconv.ParseInt(string(resident), 10, 64)
	if err != nil {
		return 0
	}
	m.rss.Store(pages * int64(os.Getpagesize()))
	return m.last()
}

// last is what was read last.
func (m *memory) last() int64 { return m.rss.Load() }

func (m *memory) close() {
	if m.file != nil {
		m.file.Close()
	}
}

func memoryFailure(most, had int64) *vm.Failure {
	return &vm.Failure{
		Kind: vm.FailMemoryLimit, Limit: fmt.Sprintf("hard memory %d bytes", most),
		Message: "the action's process had " + mebibytes(had) + " of memory, and may have " + mebibytes(most) + placeUnknown,
	}
}
