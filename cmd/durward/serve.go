package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	goruntime "runtime"
	"runtime/debug"
	"time"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/seal"
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/idempotency"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/store/bolt"
)

type serveCommand struct {
	Data        string `default:"./durward-data" env:"DURWARD_DATA" help:"Where everything is kept. One server at a time has it."`
	Listen      string `default:"127.0.0.1:8080" env:"DURWARD_LISTEN" help:"Where to answer. Put TLS in front of it."`
	OperatorKey string `placeholder:"SECRET" env:"DURWARD_OPERATOR_KEY" help:"The key that creates tenants and takes backups. The environment is the better place for it; \"durward keygen\" makes one."`
	SealKey     string `placeholder:"KEY" env:"DURWARD_SEAL_KEY" help:"The key that seals secrets; \"durward keygen seal\" makes one. Without it no secrets can be kept. Several are separated by commas: the first seals, all open."`

	PublicURL      publicURL     `name:"public-url" placeholder:"URL" env:"DURWARD_PUBLIC_URL" help:"How browsers reach the server, for example https://durward.example.com. Without it people can sign in on this machine only."`
	InsecureHTTP   bool          `name:"insecure-http" env:"DURWARD_INSECURE_HTTP" help:"Let people sign in over http from other machines, where whoever is on the way can read along."`
	TrustedProxies []proxy       `name:"trusted-proxy" placeholder:"ADDRESS" env:"DURWARD_TRUSTED_PROXIES" help:"An address, or a network as 10.0.0.0/8, of a proxy whose X-Forwarded-For is believed when sign-ins are limited by address. May be repeated."`
	OIDC           string        `name:"oidc" placeholder:"FILE" type:"existingfile" env:"DURWARD_OIDC" help:"A file with the providers of single sign-on (OpenID Connect)."`
	SessionIdle    time.Duration `default:"12h" env:"DURWARD_SESSION_IDLE" help:"After how long a session ends that is not used."`
	SessionTime    time.Duration `name:"session-lifetime" default:"168h" env:"DURWARD_SESSION_LIFETIME" help:"After how long every session ends."`

	Npmrc string `placeholder:"FILE" type:"existingfile" env:"DURWARD_NPMRC" help:"The npm settings (.npmrc) that say where the packages of actions come from, and with which credentials. Without it actions have no dependencies."`

	TSC string `name:"tsc" placeholder:"FILE" type:"existingfile" env:"DURWARD_TSC" help:"The native TypeScript compiler, version 7 or later, which checks types where a tenant asks for it. Without it they are not checked."`

	MaxCPU          time.Duration `name:"max-cpu" default:"2s" env:"DURWARD_MAX_CPU" help:"The most computing time that one execution may have."`
	MaxWall         time.Duration `default:"10s" env:"DURWARD_MAX_WALL" help:"The most time that one execution may take, at most the 10s of a whole chain."`
	MaxMemory       int           `default:"96" env:"DURWARD_MAX_MEMORY" help:"The most memory that one execution may have, in MiB."`
	MaxRequests     int           `default:"100" env:"DURWARD_MAX_REQUESTS" help:"The most requests that one execution may send."`
	MaxRequestBytes int           `default:"32" env:"DURWARD_MAX_REQUEST_BYTES" help:"The most that the requests of one execution and their answers may have together, in MiB."`

	Spares    int    `default:"2" env:"DURWARD_SPARES" help:"How many worker processes wait ready for tenants that have none."`
	PerTenant int    `default:"0" env:"DURWARD_PER_TENANT" help:"How many worker processes a tenant may have. 0: as many as there are CPUs."`
	Sandbox   string `default:"${sandbox}" enum:"strict,best-effort" env:"DURWARD_SANDBOX" help:"What must confine the worker processes. strict: all that Linux offers, or the server does not start. best-effort: as much of it as there is."`
	Workers   int    `default:"64" env:"DURWARD_WORKERS" help:"How many worker processes there may be in all. Each takes some 15 MB and what its actions need."`

	Concurrency int `default:"0" env:"DURWARD_CONCURRENCY" help:"How many executions a tenant may have at a time. 0: 128 for each of its worker processes."`
	Queue       int `default:"1000" env:"DURWARD_QUEUE" help:"How many calls of a tenant may wait for a worker process."`

	Retention int    `default:"30" env:"DURWARD_RETENTION" help:"For how many days execution records are kept. The audit of edits is kept for ever."`
	Overflow  string `default:"block" enum:"block,shed" env:"DURWARD_OVERFLOW" help:"When execution records cannot be stored as fast as they come: block answers no call without its record, shed answers and counts what it drops."`

	TenantStorage int64 `default:"512" env:"DURWARD_TENANT_STORAGE" help:"The most that a tenant's drafts, versions, revisions and audit of edits may have together, in MiB."`
	TenantRecords int64 `default:"1024" env:"DURWARD_TENANT_RECORDS" help:"How much a tenant's execution records of one day may have before further ones go without logs and requests, in MiB before compression."`

	IdempotencyWindow  time.Duration `default:"24h" env:"DURWARD_IDEMPOTENCY_WINDOW" help:"For how long a repeated call with an Idempotency-Key gets the answer that it got before."`
	IdempotencyEntries int           `default:"100000" env:"DURWARD_IDEMPOTENCY_ENTRIES" help:"How many such answers of a tenant are kept; the oldest goes when there are more."`
	IdempotencySize    int64         `default:"64" env:"DURWARD_IDEMPOTENCY_SIZE" help:"How much they may have together, in MiB."`

	DeliveryConcurrency int   `default:"4" env:"DURWARD_DELIVERY_CONCURRENCY" help:"How many deliveries of a tenant, calls of asynchronous triggers, run at a time."`
	DeliveryAttempts    int   `default:"20" env:"DURWARD_DELIVERY_ATTEMPTS" help:"How often a delivery is tried before it is a dead letter."`
	DeliveryEntries     int   `default:"10000" env:"DURWARD_DELIVERY_ENTRIES" help:"How many deliveries of a tenant may wait, and how many dead letters are kept."`
	DeliverySize        int64 `default:"64" env:"DURWARD_DELIVERY_SIZE" help:"How much each of both may have together, in MiB."`

	Drain   time.Duration `default:"0s" env:"DURWARD_DRAIN" help:"How long to go on taking requests while /readyz already says that the server is stopping, for a load balancer to notice."`
	Logging logging       `embed:"" set:"log_level=info"`
}

// Help is shown below the summary.
func (serveCommand) Help() string {
	return `It needs an operator key, which is yours to make and to keep:

    export DURWARD_OPERATOR_KEY=$(durward keygen)
    durward serve --data /var/lib/durward

SIGINT or SIGTERM stop it: executions that run end, and their records are stored.`
}

// Validate refuses what would otherwise stand for a default.
func (c *serveCommand) Validate() error {
	switch {
	case c.MaxCPU < time.Millisecond || c.MaxWall < time.Millisecond || c.MaxWall > runtime.DefaultBudget:
		return fmt.Errorf("--max-cpu and --max-wall must be at least 1ms, and --max-wall at most %v", runtime.DefaultBudget)
	case c.MaxMemory < 1 || c.MaxMemory > mostMemory || c.MaxRequests < 1 || c.MaxRequests > mostRequests || c.MaxRequestBytes < 1 || c.MaxRequestBytes > mostRequestBytes:
		return fmt.Errorf("--max-memory must be from 1 to %d, --max-requests from 1 to %d, --max-request-bytes from 1 to %d", mostMemory, mostRequests, mostRequestBytes)
	case c.Spares < 1 || c.Workers < 1:
		return errors.New("--spares and --workers must be at least 1")
	case c.PerTenant < 0 || c.Concurrency < 0:
		return errors.New("--per-tenant and --concurrency must be at least 0")
	case c.Queue < 1:
		return errors.New("--queue must be at least 1")
	case c.Retention < 1:
		return errors.New("--retention must be at least 1 day")
	case c.TenantStorage < 1 || c.TenantStorage > mostTenantMiB || c.TenantRecords < 1 || c.TenantRecords > mostTenantMiB:
		return fmt.Errorf("--tenant-storage and --tenant-records must be from 1 to %d", mostTenantMiB)
	case c.IdempotencyWindow < time.Second || c.IdempotencyEntries < 1 || c.IdempotencySize < 1 || c.IdempotencySize > mostTenantMiB:
		return fmt.Errorf("--idempotency-window must be at least 1s, --idempotency-entries at least 1, --idempotency-size from 1 to %d", mostTenantMiB)
	case c.DeliveryConcurrency < 1 || c.DeliveryAttempts < 1 || c.DeliveryEntries < 1 || c.DeliverySize < 1 || c.DeliverySize > mostTenantMiB:
		return fmt.Errorf("--delivery-concurrency, --delivery-attempts and --delivery-entries must be at least 1, --delivery-size from 1 to %d", mostTenantMiB)
	case c.SessionIdle < time.Minute || c.SessionTime < c.SessionIdle:
		return errors.New("--session-idle must be at least 1m, and --session-lifetime at least as long")
	case c.PublicURL.insecure() && !c.InsecureHTTP:
		return errors.New("--public-url with http is for this machine only: use https, or add --insecure-http")
	case c.Drain < 0:
		return errors.New("--drain must be at least 0s")
	}
	return nil
}

const mostTenantMiB = 1 << 30

// Bounds of what may be set: a worker process has no more memory than 512 MiB, and a record no more room.
const (
	mostMemory       = 256 // MiB
	mostRequests     = 200
	mostRequestBytes = 1024 // MiB
)

// hardMemory is at how many bytes a worker process is killed, where one execution in it may have so many MiB: with less room above, it would be killed before it is told.
func hardMemory(most int) int64 { return max(128<<20, int64(most)<<20*4/3) }

// mostLimits are the flags as limits.
func (c *serveCommand) mostLimits() catalog.Limits {
	return catalog.Limits{
		CPUMS: int(c.MaxCPU.Milliseconds()), WallMS: int(c.MaxWall.Milliseconds()), MemoryBytes: c.MaxMemory << 20,
		Requests: c.MaxRequests, RequestBytes: c.MaxRequestBytes << 20,
	}
}

// logging is how much is logged, and in which form. Logs go to the standard error.
type logging struct {
	LogLevel  string `default:"${log_level}" enum:"debug,info,warn,error" env:"DURWARD_LOG_LEVEL" help:"debug, info, warn or error."`
	LogFormat string `default:"text" enum:"text,json" env:"DURWARD_LOG_FORMAT" help:"text or json."`
}

func (l logging) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(l.LogLevel)) // one of the enum
	options := &slog.HandlerOptions{Level: level}
	if l.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

func (c *serveCommand) Run(ctx context.Context, s streams) error {
	if err := checkOperatorKey(c.OperatorKey, s.self); err != nil {
		return err
	}
	keyring, err := seal.ParseKeys(c.SealKey)
	if err != nil {
		return &usageError{fmt.Sprintf("DURWARD_SEAL_KEY: %v; make one with: %s keygen seal", err, s.self)}
	}
	packages, err := readNpmrc(c.Npmrc)
	if err != nil {
		return err
	}
	providers, err := readProviders(c.OIDC)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("%w; --listen takes another address, for example 127.0.0.1:8081", err)
	}
	config := serverConfig{
		Data: c.Data, OperatorKey: c.OperatorKey, Listener: listener, Drain: c.Drain, Logger: c.Logging.logger(s.err),
		Seal: keyring, Packages: packages, TSC: c.TSC, MostLimits: c.mostLimits(),
		Workers:  worker.Config{Sandbox: worker.Level(c.Sandbox), Spares: c.Spares, PerTenant: c.PerTenant, Max: c.Workers, Concurrency: c.Concurrency, Queue: c.Queue, HardMemory: hardMemory(c.MaxMemory)},
		Recorder: audit.RecorderOptions{Days: c.Retention, Overflow: overflow(c.Overflow), TenantDayBytes: c.TenantRecords << 20},
		Answers:  idempotency.Options{Window: c.IdempotencyWindow, TenantEntries: c.IdempotencyEntries, TenantBytes: c.IdempotencySize << 20},
		Deliveries: deliveries.Options{
			Concurrency: c.DeliveryConcurrency, Attempts: c.DeliveryAttempts, Bounds: deliveries.Bounds{Entries: c.DeliveryEntries, Bytes: c.DeliverySize << 20},
		},
		Store:     bolt.Options{TenantBytes: c.TenantStorage << 20},
		Sessions:  accounts.Options{Idle: c.SessionIdle, Lifetime: c.SessionTime},
		PublicURL: c.PublicURL.url, InsecureHTTP: c.InsecureHTTP, Providers: providers, TrustedProxies: prefixes(c.TrustedProxies),
	}
	collectLess()
	tameStandardLog(config.Logger)
	server, err := newServer(config)
	if err != nil {
		return errors.Join(explainSandbox(err), listener.Close())
	}
	return server.Run(ctx)
}

// explainSandbox adds to the error of a sandbox that is too weak what to do about it.
func explainSandbox(err error) error {
	if below := (*worker.SandboxError)(nil); !errors.As(err, &below) {
		return err
	}
	return fmt.Errorf("%w; a kernel from 5.13 on with Landlock and seccomp has all of it, unless a container runtime's own filter forbids the calls; --sandbox=best-effort goes without, for code that you trust", err)
}

// defaultSandbox is the level that serve demands by itself.
func defaultSandbox() string {
	if goruntime.GOOS == "linux" {
		return string(worker.LevelStrict)
	}
	return string(worker.LevelBestEffort)
}

// collectLess trades a few MB for time: a server keeps little alive and makes much garbage, and would collect it some twenty times a second under load. GOGC in the environment has the
// last word.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

func overflow(word string) audit.Overflow {
	if word == "shed" {
		return audit.OverflowShed
	}
	return audit.OverflowBlock
}

// minOperatorKey keeps a word that somebody made up from being the key to everything.
const minOperatorKey = 32

func checkOperatorKey(key, self string) error {
	howTo := "make one with: export DURWARD_OPERATOR_KEY=$(" + self + " keygen)"
	switch {
	case key == "":
		return &usageError{"DURWARD_OPERATOR_KEY is not set: without it nobody could create a tenant; " + howTo}
	case len(key) < minOperatorKey:
		return &usageError{fmt.Sprintf("DURWARD_OPERATOR_KEY has %d characters and needs at least %d: %s", len(key), minOperatorKey, howTo)}
	}
	return nil
}

// listenFrom listens on a port of this machine, or on the next one that is free. Port 0 is any free one.
func listenFrom(ctx context.Context, port int) (net.Listener, error) {
	const tries = 20
	var first error
	for p := port; p < port+tries; p++ {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", p))
		if err == nil {
			return l, nil
		}
		first = cmp.Or(first, err)
	}
	return nil, first
}
