// Package child makes the program that imports it a worker or spawner process, if its first argument says so, before the rest of the program is initialised.
//
// Go initialises packages in the order of their import paths, each as soon as those that it imports are. This one imports only what a worker needs, and its function init does not return in such a process: of the other packages of a large program, many of which take
// longer than a worker takes to start, most are never initialised. That holds while no package that a worker needs comes late in that order.
package child

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/durward/durward/runtime/worker"
)

// The arguments that make the program what they say.
const (
	Worker  = "worker"  // runs actions; it has no tasks
	Spawner = "spawner" // starts workers
	Tool    = "tool"    // becomes another program, see [worker.ExecTool]; other arguments follow
)

func init() {
	if len(os.Args) > 2 && os.Args[1] == Tool {
		becomeTool()
	}
	if len(os.Args) != 2 {
		return
	}
	switch os.Args[1] {
	case Worker:
		run(func() error { return worker.Serve(worker.FD, nil) })
	case Spawner:
		run(func() error { return worker.Spawn(worker.FD) })
	}
}

// becomeTool never returns.
func becomeTool() {
	fmt.Fprintln(os.Stderr, worker.ExecTool(os.Args[2:]))
	os.Exit(worker.ExitNotConfined)
}

// run never returns. The main loop gets a goroutine of its own, because this one is bound to its thread as long as the program is being initialised.
func run(loop func() error) {
	// A terminal sends its Ctrl-C, and a service manager its SIGTERM, to all processes of the server. When such a process ends is the server's to say: it closes the socket.
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	go func() {
		if err := loop(); err != nil {
			fmt.Fprintf(os.Stderr, "durward %s: %v\n", os.Args[1], err)
			os.Exit(1)
		}
		os.Exit(0)
	}()
	select {}
}
