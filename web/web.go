// Package web is Durward's HTTP API: it authenticates and limits what comes in, hands it to the packages that know what to do, and turns their answers and errors into
// what package api describes.
//
// All routes are in one table (routes.go), from which both the router and the OpenAPI document are made; all problems are in another one (problem.go). The package
// decides nothing about tenants, actions or flows.
package web

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/accounts/sso"
	"github.com/durward/durward/bundler/npm"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/idempotency"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/web/api"
)

// Config is what a server works with. What has no default is required.
type Config struct {
	Catalog   *catalog.Catalog
	Accounts  *accounts.Accounts
	Publisher *versions.Publisher
	Flows     *versions.Flows
	Executor  *versions.Executor
	Recorder  *audit.Recorder
	// Answers keep what was answered to calls with an idempotency key.
	Answers *idempotency.Answers
	// Deliveries are the calls of asynchronous triggers.
	Deliveries *deliveries.Queue
	Workers    *worker.Pool
	// Broker is what actions send requests with; only its figures are asked for. Default: there are none.
	Broker *host.Broker
	// Packages are the figures of what comes from the npm registry. Default: there are none.
	Packages func() npm.Stats
	// Backup writes the whole store as a tar.
	Backup func(ctx context.Context, w io.Writer) error
	// OperatorKeyHash is the SHA-256 of the operator's key, which may do everything. Default: there is no such key.
	OperatorKeyHash [sha256.Size]byte
	// PublicURL is how browsers reach the server, for example https://durward.example.com. Default: by http on this machine, and no session can be opened over anything else.
	PublicURL *url.URL
	// InsecureHTTP lets sessions be opened over http from other machines, where whoever is on the way can take them over. Default: false.
	InsecureHTTP bool
	// TrustedProxies are the addresses of proxies whose header X-Forwarded-For is believed. Default: none.
	TrustedProxies []netip.Prefix
	// Providers are those of single sign-on. Default: none.
	Providers []*sso.Provider
	// Templates are the shipped actions. Default: none.
	Templates []api.TemplateDetail
	// Version is Durward's own, as GET /v1/system tells it. Default: "development".
	Version string
	// MaxCall is the most bytes that the body of an execute call may have. Default: 256 KiB.
	MaxCall int64
	// Drain is how long a server that is to stop goes on taking requests while it says that it is not ready, so that a load balancer may notice. Default: 0.
	Drain time.Duration
	// Grace is how long, after that, running requests may take to end. Default: 15 s, which is more than a chain of actions may take.
	Grace time.Duration
	// Pages answers what is not of the API: the browser application. Default: nothing does.
	Pages http.Handler
	// Logger gets a line for each request, and what went wrong. Default: slog.Default.
	Logger *slog.Logger
}

func (c *Config) check() error {
	if c.Catalog == nil || c.Accounts == nil || c.Publisher == nil || c.Flows == nil || c.Executor == nil || c.Recorder == nil || c.Answers == nil || c.Deliveries == nil || c.Workers == nil || c.Backup == nil {
		return errors.New("web: a required part of the configuration is missing")
	}
	return nil
}

func (c Config) withDefaults() Config {
	if c.Version == "" {
		c.Version = "development"
	}
	if c.MaxCall <= 0 {
		c.MaxCall = 256 << 10
	}
	if c.Grace <= 0 {
		c.Grace = 15 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c
}

// Server answers the API. It is an [http.Handler], and [Server.Run] serves it.
type Server struct {
	config   Config
	echo     *echo.Echo
	metrics  *metrics
	openapi  []byte
	started  time.Time
	stopping atomic.Bool
	stopped  chan struct{}   // closed when stopping becomes true: answers that have no end of their own end then
	scratch  sync.Pool       // *scratch
	calls    *budget         // of bodies of execute calls
	others   *budget         // of all other bodies
	roots    map[string]bool // the first segments of all routes
	reads    gate
	origins  *http.CrossOriginProtection
	follows  follows
}

// New returns a server that is ready to serve.
func New(config Config) (*Server, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	s := &Server{
		config: config.withDefaults(), echo: echo.New(), started: time.Now(), stopped: make(chan struct{}),
		scratch: sync.Pool{New: func() any { return new(scratch) }},
		calls:   newBudget(tenantCallBytes, allCallBytes), others: newBudget(tenantOtherBytes, allOtherBytes),
		reads: gate{tenants: make(map[catalog.TenantID]*places)},
	}
	s.metrics = newMetrics(&s.config)
	var err error
	if s.origins, err = ownOrigins(s.config.PublicURL); err != nil {
		return nil, err
	}
	if s.openapi, err = Document(s.config.Version); err != nil {
		return nil, err
	}
	s.echo.Use(s.frame)
	s.roots = map[string]bool{}
	for _, rt := range routes() {
		first, _, _ := strings.Cut(strings.TrimPrefix(rt.path, "/"), "/")
		s.roots[first] = true
		s.echo.Add(rt.method, rt.echoPath(), s.handler(rt))
	}
	return s, nil
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.config.Pages != nil && !s.ofAPI(r.URL.Path) {
		s.config.Pages.ServeHTTP(w, r)
		return
	}
	s.echo.ServeHTTP(w, r)
}

// ofAPI says whether a path begins like a route: with /v1, for example. What is not there below it is answered with a problem, not with a page.
func (s *Server) ofAPI(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return s.roots[first]
}
