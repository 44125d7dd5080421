// Package client calls Durward's HTTP API: from a login system, which asks what runs at a slot of a flow, and from tools that set up actions and flows.
//
// A [Client] holds the connections and the key. [Client.Tenant] narrows it to one tenant, to whom nearly all calls belong. What goes over the wire is in
// package web/api. Every refusal of the server is a [*Problem]; a server that cannot be reached is an [*UnreachableError]. The package retries nothing, unless [WithPatience] says so: whether a
// sign-in waits, fails or goes on is the caller's decision.
package client

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/durward/durward/web/api"
)

// Client calls one server with one key. It is safe for concurrent use, and meant to be kept: it reuses its connections.
type Client struct {
	base    string
	key     string
	timeout time.Duration
	patient time.Duration // for calls that may download packages
	agent   string
	http    *http.Client
}

// Options are the settings of a [Client]. The zero value works.
type Options struct {
	// Timeout bounds each call whose context has no deadline, from dialling to the last byte of the answer. It does not bound a backup. Default: 15 s, which
	// is longer than a chain of actions may take; and 80 s for those that may have to wait for downloads of npm packages.
	Timeout time.Duration
	// Connections is how many idle connections are kept. A login system wants as many as it has calls at a time. Default: 64.
	Connections int
	// Transport makes the requests instead of the client's own transport; Connections is of no effect then. Default: a transport that takes a proxy from
	// the environment.
	Transport http.RoundTripper
	// UserAgent names the caller in the server's log. Default: durward-go.
	UserAgent string
}

// New returns a client of the server at baseURL, for example https://durward.example.com, that sends key as bearer token. A key may be empty for what needs none.
func New(baseURL, key string, options Options) *Client {
	transport := options.Transport
	if transport == nil {
		transport = newTransport(cmp.Or(options.Connections, 64))
	}
	return &Client{
		base: strings.TrimRight(baseURL, "/"), key: key,
		timeout: cmp.Or(options.Timeout, 15*time.Second), patient: cmp.Or(options.Timeout, 80*time.Second), agent: cmp.Or(options.UserAgent, "durward-go"),
		http: &http.Client{Transport: transport, CheckRedirect: useAnswer},
	}
}

// useAnswer follows no redirects: the API sends none, and whoever else does must not be sent the key.
func useAnswer(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// newTransport differs from the default one where that is made for browsing: it keeps two connections to a host, so that the third call at a time dials.
func newTransport(connections int) *http.Transport {
	dialer := &net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSHandshakeTimeout: 3 * time.Second,
		MaxIdleConns: connections, MaxIdleConnsPerHost: connections, IdleConnTimeout: 30 * time.Second, ForceAttemptHTTP2: true,
	}
}

// Close closes the idle connections. The client can be used on.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// bounded gives a context without a deadline the client's timeout.
func (c *Client) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, has := ctx.Deadline(); has {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.timeout)
}

// callPatiently is call where the server may have to download packages first, and tells of that if somebody wants to know.
func callPatiently[T any](ctx context.Context, c *Client, r request) (T, error) {
	if progressOf(ctx) != nil {
		r.header = http.Header{"Accept": {api.EventsType + ", application/json"}}
	}
	if _, has := ctx.Deadline(); !has {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.patient)
		defer cancel()
	}
	return call[T](ctx, c, r)
}
