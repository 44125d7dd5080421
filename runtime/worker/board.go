package worker

import (
	"encoding/binary"
	"errors"
	"iter"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/durward/durward/runtime/vm"
)

// board is a page of memory that a worker process and the server share. On it the worker writes the id of the execution or task that it computes, and 0 while it computes none: a
// store into memory costs nothing beside a frame, and what is written there outlives the process. It writes there too which programs it has loaded ahead, and whether it is about to load one. A worker that was taken over
// can write what it likes: it can blame another call of its own tenant, and draw that tenant's calls to itself.
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

// The words of a board.
const (
	wordComputing = iota // the id of the execution or task
	wordLoading          // since when a program is being loaded ahead, in nanoseconds since 1970; 0 while none is
	wordWarm             // 1 as soon as a program that the server wants warm is so, or cannot be
	wordReady            // and those behind it: the keys of the programs that are loaded ahead; 0 where there is none
)

const maxReady = 4

func (b *board) word(i int) *atomic.Uint64 { return (*atomic.Uint64)(unsafe.Pointer(&b.page[8*i])) }

func (b *board) computing() *atomic.Uint64 { return b.word(wordComputing) }

// setReady writes which programs are loaded ahead.
func (b *board) setReady(programs iter.Seq[vm.Digest]) {
	i := 0
	for d := range programs {
		if i < maxReady {
			b.word(wordReady + i).Store(keyOf(d))
			i++
		}
	}
	for ; i < maxReady; i++ {
		b.word(wordReady + i).Store(0)
	}
}

// ready says whether a program is loaded ahead.
func (b *board) ready(key uint64) bool {
	for i := range maxReady {
		if key != 0 && b.word(wordReady+i).Load() == key {
			return true
		}
	}
	return false
}

// keyOf is what stands for a program on a board.
func keyOf(d vm.Digest) uint64 { return binary.LittleEndian.Uint64(d[:]) }

func (b *board) close() { _ = unix.Munmap(b.page) }
