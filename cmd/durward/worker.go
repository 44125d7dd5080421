package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/runtime/worker"
)

// builderCommand is the argument that makes this program a worker process that builds, and runs no calls. It is no command for people. Those that run calls are made in package child, before main begins.
const builderCommand = "builder"

// runBuilder is the whole life of such a process.
func runBuilder(stderr io.Writer) int {
	// A terminal sends its Ctrl-C, and a service manager its SIGTERM, to all processes of the server. When a worker ends is the server's to say: it closes the socket.
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	tasks := map[string]worker.Task{bundler.TaskName: buildTask, bundler.TypesTask: bundler.RunTypesTask, catalog.SchemaTask: catalog.RunSchemaTask}
	if err := worker.Serve(worker.FD, tasks); err != nil {
		fmt.Fprintf(stderr, "durward builder: %v\n", err)
		return exitFailed
	}
	return exitOK
}

// buildTask bundles a source and then loads the bundle once, so that what cannot be loaded is not published.
func buildTask(payload []byte) ([]byte, error) {
	source, err := bundler.DecodeSource(payload)
	if err != nil {
		return nil, err
	}
	check := func(b *bundler.Bundle) []bundler.Diagnostic { return checkLoads(source, b) }
	return bundler.Task(check)(payload)
}
