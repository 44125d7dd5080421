package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	goruntime "runtime"
	"runtime/debug"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/bundler"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/idempotency"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/runtime/worker/child"
	"github.com/durward/durward/store/bolt"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/web"
)

// inProcess is a sandbox that is none: it runs actions in the server's own process. What an execution costs here is what it would cost without worker processes.
type inProcess struct {
	machines chan *vm.Machine // those that are free
}

func newInProcess() *inProcess {
	n := goruntime.GOMAXPROCS(0)
	s := &inProcess{machines: make(chan *vm.Machine, n)}
	for range n {
		s.machines <- vm.NewMachine(func(*vm.Execution, *vm.Failure) {}, nil)
	}
	return s
}

// Execute implements runtime.Sandbox for actions that wait for nothing.
func (s *inProcess) Execute(_ context.Context, _ string, program *runtime.Program, call vm.Call, _ worker.Host) (vm.Result, error) {
	machine := <-s.machines
	defer func() { s.machines <- machine }()
	machine.Load(program)
	x := machine.Start(program.Digest, call)
	if !x.Step() {
		return vm.Result{}, errors.New("the action waits, and nothing here would wake it")
	}
	return x.Result(), nil
}

// serveInProcess is the server with that sandbox, until it is killed. The worker processes that it must have do nothing.
func serveInProcess(binary, address string) error {
	debug.SetGCPercent(400) // as the server does
	data, key := os.Getenv(inProcessData), os.Getenv("DURWARD_OPERATOR_KEY")
	ctx, logger := context.Background(), slog.New(slog.DiscardHandler)
	store, err := bolt.Open(data, bolt.Options{})
	if err != nil {
		return err
	}
	recorder, err := audit.NewRecorder(filepath.Join(data, "spool"), store, audit.RecorderOptions{Logger: logger})
	if err != nil {
		return err
	}
	idle, err := worker.New(worker.Config{Command: []string{binary, child.Worker}, Spares: 1})
	if err != nil {
		return err
	}
	keys, err := store.RunKeys(ctx)
	if err != nil {
		return err
	}
	sealer, err := versions.NewSealer(keys, 0)
	if err != nil {
		return err
	}
	schemas, engine := catalog.RemoteSchemas{Run: task}, &runtime.Engine{Sandbox: newInProcess()}
	actions := catalog.New(ctx, store, schemas, catalog.Options{})
	queue := deliveries.New(store, deliveries.Options{Logger: logger})
	server, err := web.New(web.Config{
		Catalog:   actions,
		Accounts:  accounts.New(store, actions, accounts.Options{}),
		Publisher: &versions.Publisher{Store: store, Catalog: actions, Builder: bundler.Remote{Run: task}, Schemas: schemas, Engine: engine},
		Flows:     &versions.Flows{Store: store, Schemas: schemas},
		Executor:  &versions.Executor{Live: versions.NewLive(ctx, store), Sealer: sealer, Engine: engine, Recorder: recorder, Tenants: actions, Deliveries: queue},
		Answers:   idempotency.New(store, idempotency.Options{Logger: logger}), Deliveries: queue,
		Recorder: recorder, Workers: idle, Backup: store.Backup, Logger: logger, OperatorKeyHash: sha256.Sum256([]byte(key)),
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return server.Run(ctx, listener)
}

// inProcessData is the variable of the environment that names the data directory.
const inProcessData = "BENCH_DATA"

// task does here what a server has done in worker processes.
func task(_ context.Context, _, name string, payload []byte) ([]byte, error) {
	switch name {
	case bundler.TaskName:
		return bundler.Task(nil)(payload)
	case catalog.SchemaTask:
		return catalog.RunSchemaTask(payload)
	}
	return nil, fmt.Errorf("no task %q", name)
}

// startInProcess starts this program as that server.
func startInProcess(binary string, pin bool) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	path, err := filepath.Abs(binary)
	if err != nil {
		return nil, err
	}
	return launch(binary, pin, func(data, address string) ([]string, []string) {
		return []string{self, "-binary", path, "-in-process", address}, []string{inProcessData + "=" + data}
	})
}
