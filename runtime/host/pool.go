package host

import (
	"container/list"
	"crypto/tls"
	"net/http"
	"sync"
	"time"
)

// Bounds of idle connections: of one pool, and, by the number of pools that are kept without being used, of all tenants.
const (
	idlePerHost = 8
	idlePerPool = 16
	idlePools   = 256
	idleTime    = 30 * time.Second
)

// pools keep connections open between requests: each tenant has its own, and another one for targets that its operator has opened. So no connection to an address that is not
// public is ever used for a request that has not been granted it.
type pools struct {
	public, internal dialler

	mu   sync.Mutex
	all  map[poolKey]*pool
	idle list.List // of *pool that nobody uses, the one used last in front
}

type poolKey struct {
	tenant   string
	internal bool
}

type pool struct {
	key       poolKey
	transport *http.Transport
	users     int
	place     *list.Element // in idle
}

// take returns a pool that stays open until it is put back.
func (p *pools) take(key poolKey) *pool {
	p.mu.Lock()
	defer p.mu.Unlock()
	taken := p.all[key]
	if taken == nil {
		taken = &pool{key: key, transport: p.transport(key.internal)}
		p.all[key] = taken
	}
	if taken.place != nil {
		p.idle.Remove(taken.place)
		taken.place = nil
	}
	taken.users++
	return taken
}

// put gives a pool back. The one that was not used for the longest time is closed if there are too many.
func (p *pools) put(back *pool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if back.users--; back.users > 0 {
		return
	}
	back.place = p.idle.PushFront(back)
	if p.idle.Len() <= idlePools {
		return
	}
	coldest := p.idle.Remove(p.idle.Back()).(*pool)
	delete(p.all, coldest.key)
	coldest.transport.CloseIdleConnections()
}

func (p *pools) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, open := range p.all {
		open.transport.CloseIdleConnections()
	}
}

func (p *pools) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.all)
}

// transport makes a transport that asks no proxy, follows nothing, and decodes nothing.
func (p *pools) transport(internal bool) *http.Transport {
	d := &p.public
	if internal {
		d = &p.internal
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	return &http.Transport{
		DialContext: d.dial, DialTLSContext: d.dialTLS, Protocols: protocols,
		DisableCompression: true, MaxResponseHeaderBytes: maxAnswerHeader,
		MaxIdleConns: idlePerPool, MaxIdleConnsPerHost: idlePerHost, IdleConnTimeout: idleTime,
		// What a server sends without being asked waits in memory: the standard windows of 4 MiB and more are for one client, not for thousands of tenants. The connection's
		// window has room for every stream that a tenant may have, so that a body that nobody reads does not hold the others up.
		HTTP2: &http.HTTP2Config{MaxReceiveBufferPerStream: 128 << 10, MaxReceiveBufferPerConnection: 16 << 20},
	}
}

func tlsConfig(o Options) *tls.Config {
	return &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
}
