// Command durward is all of Durward in one program: the server, the worker processes that it starts, and the command with which operators, authors and
// pipelines use the server's API.
//
// Nothing below this package reads flags, files or the environment. A server is a value (see server), which serve, demo and the tests start.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	_ "github.com/durward/durward/runtime/worker/child" // takes over in the processes that run actions
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == builderCommand {
		os.Exit(runBuilder(os.Stderr))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the program at once
	code := run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, terminal: terminal(os.Stderr), self: os.Args[0]})
	os.Exit(code)
}
