package worker

import (
	"io"
	"os"
	"sync"
	"time"
)

// child is a process that this process is the parent of, and what it prints.
type child struct {
	Process      *os.Process
	ProcessState *os.ProcessState // nil until Wait has returned

	stderr   *os.File
	printing sync.WaitGroup
}

// spawner makes processes. They get an empty environment, no standard input and output, the other end of a pipe as standard error, and a socket as descriptor [FD].
type spawner interface {
	spawn(command []string, stderr, socket *os.File) (*os.Process, error)
	close()
}

// startChild starts a process. What it prints to its standard error goes to out; if out refuses it, the process gets a SIGPIPE.
func startChild(s spawner, command []string, socket *os.File, out io.Writer) (*child, error) {
	stderr, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	process, err := s.spawn(command, theirs, socket)
	if err != nil {
		stderr.Close()
		return nil, err
	}
	c := &child{Process: process, stderr: stderr}
	c.printing.Go(func() {
		_, _ = io.Copy(out, stderr)
		stderr.Close()
	})
	return c, nil
}

// Wait waits for the end of the process and of what it prints.
func (c *child) Wait() (err error) {
	if c.ProcessState, err = c.Process.Wait(); err != nil {
		c.ProcessState = new(os.ProcessState)
	}
	_ = c.stderr.SetReadDeadline(time.Now().Add(time.Second)) // somebody else may have the other end of the pipe, where there is no sandbox
	c.printing.Wait()
	return err
}

// direct starts processes as any program does. They are in the server's namespaces.
type direct struct{}

func (direct) spawn(command []string, stderr, socket *os.File) (*os.Process, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	return os.StartProcess(command[0], command, &os.ProcAttr{Env: []string{}, Files: []*os.File{null, null, stderr, socket}})
}

func (direct) close() {}
