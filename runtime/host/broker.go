package host

import (
	"context"
	"crypto/x509"
	"maps"
	"net"
	"sync"
	"time"
)

// Options are a broker's settings. The zero value works.
type Options struct {
	// RootCAs sign the certificates of the hosts. Default: the system's.
	RootCAs *x509.CertPool
	// Resolver looks up names. Default: the system's name servers.
	Resolver *net.Resolver
	// Cache keeps what actions remember. Default: [NewMemoryCache].
	Cache Cache
	// Counters count for actions. Default: [NewMemoryCounters].
	Counters Counters
	// DurableCounters count the hits that must outlive the server: they forget nothing before its window has ended, and have stored a hit when they return it. Default: none, and such hits are refused.
	DurableCounters Counters
	// TenantCalls is how many requests of one tenant may be under way at a time, until their answers have been read. Default: 128.
	TenantCalls int
	// Calls is the same of all tenants together. Default: 2,048.
	Calls int
	// Queue is how long a request waits for its turn. Default: 1 s.
	Queue time.Duration
	// Connect is how long the lookup of a name and the connection may take, and then the TLS handshake once more. Default: 5 s.
	Connect time.Duration
	// Answer is how long it may take from the beginning of a request to the headers of its answer. Default: 30 s.
	Answer time.Duration
	// Idle is how long a read of a body waits for the next byte. Default: 15 s.
	Idle time.Duration
}

func (o Options) withDefaults() Options {
	if o.Resolver == nil {
		o.Resolver = &net.Resolver{}
	}
	if o.Cache == nil {
		o.Cache = NewMemoryCache()
	}
	if o.Counters == nil {
		o.Counters = NewMemoryCounters()
	}
	positive(&o.TenantCalls, 128)
	positive(&o.Calls, 2048)
	positive(&o.Queue, time.Second)
	positive(&o.Connect, 5*time.Second)
	positive(&o.Answer, 30*time.Second)
	positive(&o.Idle, 15*time.Second)
	return o
}

func positive[T int | time.Duration](field *T, standard T) {
	if *field <= 0 {
		*field = standard
	}
}

// Broker serves the executions of all tenants. It is safe for concurrent use.
type Broker struct {
	options Options
	ctx     context.Context // of all sessions
	cancel  context.CancelFunc
	gate    gate
	pools   pools

	mu      sync.Mutex
	results map[string]uint64
}

// New returns a broker. Close it when it is no longer needed.
func New(o Options) *Broker {
	o = o.withDefaults()
	b := &Broker{options: o, results: map[string]uint64{}}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	b.gate = gate{perTenant: o.TenantCalls, most: o.Calls, wait: o.Queue, lines: map[string]*line{}}
	d := dialler{net: net.Dialer{Timeout: o.Connect, Resolver: o.Resolver}, tls: tlsConfig(o)}
	opened := d
	opened.internal = true
	b.pools.public, b.pools.internal, b.pools.all = d, opened, map[poolKey]*pool{}
	return b
}

// Close gives up what is under way and closes the broker's connections. Close sessions before.
func (b *Broker) Close() {
	b.cancel()
	b.pools.close()
}

// Open begins a session for one execution. Close it when the execution has ended.
func (b *Broker) Open(s *Settings, g Grant) *Session {
	return &Session{broker: b, settings: s, grant: g, limits: g.Limits.WithDefaults()}
}

// Stats are figures of a broker since it was made.
type Stats struct {
	// Requests are those that have ended, by error word; "ok" for those that were answered.
	Requests map[string]uint64
	// UnderWay are requests whose answers have not been read to their end.
	UnderWay int
	// Pools are the tenants' pools of connections.
	Pools int
}

// Stats returns the current figures.
func (b *Broker) Stats() Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	return Stats{Requests: maps.Clone(b.results), UnderWay: b.gate.underWay(), Pools: b.pools.count()}
}

func (b *Broker) count(word string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.results[orElse(word, "ok")]++
}
