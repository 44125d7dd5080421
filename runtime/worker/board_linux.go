package worker

import (
	"os"

	"golang.org/x/sys/unix"
)

// sharedFile returns a file in memory that is as large as a board. It is sealed: if a worker could make it shorter, the server would die reading it.
func sharedFile() (*os.File, error) {
	fd, err := unix.MemfdCreate("board", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	file := os.NewFile(uintptr(fd), "board")
	err = file.Truncate(boardSize)
	if err == nil {
		_, err = unix.FcntlInt(file.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL)
	}
	if err != nil {
		file.Close()
		return nil, os.NewSyscallError("seal board", err)
	}
	return file, nil
}
