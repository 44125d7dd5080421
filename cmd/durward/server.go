package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/accounts/sso"
	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/catalog/seal"
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/idempotency"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/runtime/worker/child"
	"github.com/durward/durward/store/bolt"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/web"
	"github.com/durward/durward/web/ui"
)

// serverConfig is what a server is made of. Data, OperatorKey and Listener are required.
type serverConfig struct {
	Data        string // the directory
	OperatorKey string
	Listener    net.Listener // the server closes it
	// Seal seals secrets. Default: none can be kept.
	Seal *seal.Keyring
	// Packages are the npm settings. Default: actions have no dependencies, but those that are in the cache.
	Packages *npm.Settings
	// TSC is the path of the native TypeScript compiler. Default: types are not checked.
	TSC string
	// MostLimits are the most that any execution may have. A zero field is what an execution has if nobody says anything.
	MostLimits catalog.Limits
	// Workers is the pool for executions; Command, Spawner and Observe are filled in. Its Sandbox is demanded of processes that build, too.
	Workers worker.Config
	// Recorder is how execution records are kept; Logger is filled in.
	Recorder audit.RecorderOptions
	// Answers is how answers to calls with an idempotency key are kept; Logger is filled in.
	Answers idempotency.Options
	// Deliveries is how calls of asynchronous triggers are run; Logger is filled in.
	Deliveries deliveries.Options
	// Store is how all else is kept.
	Store bolt.Options
	// Sessions is how long sessions last; OperatorKeyHash is filled in.
	Sessions accounts.Options
	// PublicURL, InsecureHTTP and TrustedProxies say how browsers reach the server; see [web.Config].
	PublicURL      *url.URL
	InsecureHTTP   bool
	TrustedProxies []netip.Prefix
	// Providers are those of single sign-on. Default: none.
	Providers []*sso.Provider
	// Drain is how long a stopping server goes on taking requests. Default: 0.
	Drain time.Duration
	// Logger gets what happens. Default: slog.Default.
	Logger *slog.Logger
}

// server is all of a Durward server as a value: what serve and demo run, and tests start.
type server struct {
	config    serverConfig
	store     *bolt.Store
	runs      *worker.Pool // executions
	builds    *worker.Pool // bundling, and checks of schemas
	compiler  *compiler    // nil if there is none
	broker    *host.Broker
	conductor *versions.Conductor
	recorder  *audit.Recorder
	answers   *idempotency.Answers
	queue     *deliveries.Queue
	accounts  *accounts.Accounts
	executor  *versions.Executor
	web       *web.Server
	forget    context.CancelFunc // ends the caches' watching of the store
}

// newServer opens the store and starts the workers. The caller must let [server.Run] run, also to close what is open; after an error nothing is open but the listener.
func newServer(config serverConfig) (s *server, err error) {
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	ctx, forget := context.WithCancel(context.Background())
	s = &server{config: config, forget: forget}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.store, err = bolt.Open(config.Data, config.Store); err != nil {
		return s, err
	}
	if err := s.startWorkers(); err != nil {
		return s, err
	}
	s.logSandbox()
	if s.compiler, err = newCompiler(ctx, config.TSC, config.Data, config.Workers.Sandbox, config.Logger); err != nil {
		return s, err
	}
	config.Recorder.Logger = config.Logger
	if s.recorder, err = audit.NewRecorder(filepath.Join(config.Data, "spool"), s.store, config.Recorder); err != nil {
		return s, err
	}
	config.Answers.Logger = config.Logger
	s.answers = idempotency.New(s.store, config.Answers)
	config.Deliveries.Logger = config.Logger
	s.queue = deliveries.New(s.store, config.Deliveries)
	s.web, err = s.services(ctx)
	return s, err
}

// startWorkers starts two pools: authors who build must not take the workers that sign-ins wait for.
func (s *server) startWorkers() (err error) {
	observer := poolLog{s.config.Logger}
	config := s.config.Workers
	config.Command, config.Spawner, config.Observe = self(child.Worker), self(child.Spawner), observer
	if s.runs, err = worker.New(config); err != nil {
		return err
	}
	s.builds, err = worker.New(worker.Config{
		Command: self(builderCommand), Spawner: self(child.Spawner), Sandbox: config.Sandbox, Observe: observer, Background: true, Spares: 1, PerTenant: 2, Max: 8,
		Inflight: 1, // a task computes from its start to its end: a second one in the same worker would wait on its own time
		Wait:     buildLimit, Idle: time.Minute,
		HardMemory: 256 << 20, // sources and packages of some megabytes take more than any action may hold
	})
	return err
}

// buildLimit is how long a bundling or a check of a schema may compute. Sources that people write take milliseconds.
const buildLimit = 10 * time.Second

// logSandbox tells in one line how the workers are confined.
func (s *server) logSandbox() {
	sandbox := s.runs.Sandbox()
	if sandbox.Level() == worker.LevelStrict {
		s.config.Logger.Info("sandbox", "level", sandbox.Level(), "layers", sandbox)
		return
	}
	s.config.Logger.Warn("the sandbox is weaker than strict: run no code that you do not trust", "level", sandbox.Level(), "layers", sandbox, "missing", sandbox.Missing())
}

// self is how this program starts itself anew. On Linux that works by a name that leads to the running program's own file, also after an update has put
// another one in its place.
func self(argument string) []string {
	const link = "/proc/self/exe"
	if _, err := os.Stat(link); err == nil {
		return []string{link, argument}
	}
	path, err := os.Executable()
	if err != nil {
		path = os.Args[0]
	}
	return []string{path, argument}
}

// services puts the parts together.
func (s *server) services(ctx context.Context) (*web.Server, error) {
	runKeys, err := s.store.RunKeys(ctx)
	if err != nil {
		return nil, err
	}
	sealer, err := versions.NewSealer(runKeys, 0)
	if err != nil {
		return nil, err
	}
	task := func(ctx context.Context, tenant, name string, payload []byte) ([]byte, error) {
		return s.builds.Task(ctx, tenant, name, payload, buildLimit)
	}
	schemas := catalog.RemoteSchemas{Run: task}
	most := versions.WithDefaults(s.config.MostLimits)
	client := npm.New(npm.Options{Settings: s.config.Packages, Cache: filepath.Join(s.config.Data, "packages")})
	packages := versions.NewPackages(client, s.store)
	actions := catalog.New(ctx, s.store, schemas, catalog.Options{Seal: s.config.Seal, MostLimits: most, Packages: packages, Templates: sources()})
	if err := s.reseal(ctx, actions); err != nil {
		return nil, err
	}
	settings := versions.NewSettings(ctx, actions, most)
	s.broker = host.New(host.Options{DurableCounters: versions.DurableCounters{Store: s.store}})
	engine := &runtime.Engine{Sandbox: s.runs, Broker: s.broker, Tenants: settings}
	remote := bundler.Remote{Run: task}
	publisher := &versions.Publisher{Store: s.store, Catalog: actions, Builder: remote, Packages: packages, PackageDeclarations: remote, Schemas: schemas, Engine: engine}
	if s.compiler != nil {
		publisher.TypeChecker = s.compiler.checker
	}
	flows := &versions.Flows{Store: s.store, Schemas: schemas, Tenants: settings}
	live := versions.NewLive(ctx, s.store)
	s.conductor = &versions.Conductor{
		Flows: flows, Live: live, Sealer: sealer, Logger: s.config.Logger, Notifier: &versions.Webhook{Broker: s.broker, Settings: settings, Tenants: actions},
	}
	s.executor = &versions.Executor{
		Live: live, Sealer: sealer, Engine: engine, Recorder: s.recorder, Tenants: actions, Deliveries: s.queue,
		Attempted: func(trigger contract.TriggerID, answer *runtime.Answer, took time.Duration) {
			s.web.Attempted(trigger, answer, took)
		},
	}
	pages, err := ui.New()
	if err != nil {
		return nil, err
	}
	sessions := s.config.Sessions
	sessions.OperatorKeyHash = sha256.Sum256([]byte(s.config.OperatorKey))
	s.accounts = accounts.New(s.store, actions, sessions)
	return web.New(web.Config{
		Pages:      pages,
		Catalog:    actions,
		Accounts:   s.accounts,
		Publisher:  publisher,
		Flows:      flows,
		Executor:   s.executor,
		Recorder:   s.recorder,
		Answers:    s.answers,
		Deliveries: s.queue,
		Workers:    s.runs,
		Broker:     s.broker,
		Packages:   client.Stats,
		Backup:     s.store.Backup,
		Templates:  shipped(),
		Version:    programVersion(),
		Drain:      s.config.Drain,
		Logger:     s.config.Logger,

		OperatorKeyHash: sessions.OperatorKeyHash,
		PublicURL:       s.config.PublicURL,
		InsecureHTTP:    s.config.InsecureHTTP,
		TrustedProxies:  s.config.TrustedProxies,
		Providers:       s.config.Providers,
	})
}

// reseal makes sure that everything that is sealed can be opened, and seals it with the first key.
func (s *server) reseal(ctx context.Context, actions *catalog.Catalog) error {
	n, err := actions.Reseal(ctx)
	var unknown *seal.UnknownKeyError
	if errors.As(err, &unknown) {
		return fmt.Errorf("%w: start with the key %s in DURWARD_SEAL_KEY, where several may stand, separated by commas", err, unknown.ID)
	}
	if err != nil {
		return err
	}
	if n > 0 {
		s.config.Logger.Info("sealed secrets with the first key", "secrets", n, "key", s.config.Seal.IDs()[0])
	}
	return nil
}

// URL is where the server answers.
func (s *server) URL() string { return "http://" + s.config.Listener.Addr().String() }

// Run serves until ctx ends, lets running executions end, stores what the recorder still holds, and closes everything.
func (s *server) Run(ctx context.Context) error {
	s.config.Logger.Info("ready", "url", s.URL(), "data", s.config.Data, "version", programVersion())
	var beside sync.WaitGroup
	beside.Go(func() { s.answers.Run(ctx) })
	beside.Go(func() { s.queue.Run(ctx, s.executor) })
	beside.Go(func() { s.accounts.Run(ctx, func(err error) { s.config.Logger.Error("accounts", "error", err) }) })
	// Rollouts are conducted until the last call is counted.
	conducting, end := context.WithCancel(context.WithoutCancel(ctx))
	beside.Go(func() { s.conductor.Run(conducting) })
	err := s.web.Run(ctx, s.config.Listener)
	end()
	beside.Wait()
	return errors.Join(err, s.close())
}

// flushTime is how long a stopping server tries to store execution records. What is not stored by then is in the spool, for the next start.
const flushTime = 20 * time.Second

// close closes what is open, that which is used after that which uses it.
func (s *server) close() error {
	var errs []error
	for _, pool := range []*worker.Pool{s.runs, s.builds} {
		if pool != nil {
			pool.Close()
		}
	}
	if s.compiler != nil {
		s.compiler.tool.Close()
	}
	if s.broker != nil {
		s.broker.Close()
	}
	if s.recorder != nil {
		ctx, cancel := context.WithTimeout(context.Background(), flushTime)
		defer cancel()
		if err := s.recorder.Close(ctx); err != nil {
			errs = append(errs, fmt.Errorf("store the last execution records: %w", err))
		}
	}
	s.forget()
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	return errors.Join(errs...)
}

// poolLog writes what happens to workers to the log.
type poolLog struct{ log *slog.Logger }

func (p poolLog) Started(took time.Duration) { p.log.Debug("worker started", "took", took) }
func (p poolLog) Retried()                   { p.log.Info("execution runs again: its worker died of another one") }
func (p poolLog) StartFailed(err error)      { p.log.Error("worker does not start", "error", err) }

func (p poolLog) Ended(reason string) {
	switch reason {
	case "retired", "idle", "closed":
		p.log.Debug("worker ended", "reason", reason)
	default:
		p.log.Warn("worker ended", "reason", reason)
	}
}
