package worker

import (
	"errors"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// board is a page of memory that a worker process and the server share. On it the worker writes the id of the execution or task that it computes, and 0 while it computes none: a
// store into memory costs nothing beside a frame, and what is written there outlives the process. A worker that was taken over can write what it likes, and blame another call of its own tenant.
type board struct{ page []byte }

const boardSize = 4096

// newBoard makes a board and puts it into a socket, for the process at the other end to take it out with [receiveBoard] before anything else.
func newBoard(socket int) (*board, error) {
	file, err := sharedFile()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	page, err := unix.Mmap(int(file.Fd()), 0, boardSize, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	b := &board{page}
	if err := unix.Sendmsg(socket, []byte{0}, unix.UnixRights(int(file.Fd())), nil, 0); err != nil {
		b.close()
		return nil, os.NewSyscallError("sendmsg", err)
	}
	return b, nil
}

var errNoBoard = errors.New("the server has sent no board")

// receiveBoard takes the board that the server has put into the socket. The descriptor is closed: the process needs the memory only.
func receiveBoard(socket int) (*board, error) {
	rights := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(socket, make([]byte, 1), rights, 0)
	if err != nil {
		return nil, os.NewSyscallError("recvmsg", err)
	}
	messages, err := unix.ParseSocketControlMessage(rights[:n])
	if err != nil || len(messages) != 1 {
		return nil, errNoBoard
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return nil, errNoBoard
	}
	defer unix.Close(fds[0])
	page, err := unix.Mmap(fds[0], 0, boardSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return &board{page}, nil
}

func (b *board) computing() *atomic.Uint64 { return (*atomic.Uint64)(unsafe.Pointer(&b.page[0])) }

func (b *board) close() { _ = unix.Munmap(b.page) }
