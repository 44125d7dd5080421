package host

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"
)

// public lets through addresses that everybody can reach: none that IANA's registries keep for something special, and none of IPv6 outside of global unicast.
// Azure's metadata service is the one that hides among public addresses.
var public = ssrf.New(ssrf.WithAnyPort(), ssrf.WithDeniedV4Prefixes(netip.MustParsePrefix("168.63.129.16/32")))

// neverNamed are addresses that an operator opens only by writing them down. A name that an operator has opened may not lead to them: who controls the name's DNS would get the
// credentials of the machine. Besides the metadata services these are the forms in which IPv6 carries an address of IPv4, and link-local addresses.
var neverNamed = prefixes(
	"169.254.0.0/16",     // AWS, Google, Azure and others; link-local
	"168.63.129.16/32",   // Azure
	"100.100.100.200/32", // Alibaba
	"192.0.0.192/32",     // Oracle
	"fd00:ec2::/32",      // AWS
	"fd20:ce::254/128",   // Google
	"fe80::/10",          // link-local
	"64:ff9b::/96",       // NAT64
	"64:ff9b:1::/48",     // NAT64, local
	"2001::/32",          // Teredo
	"2002::/16",          // 6to4
	"0.0.0.0/8", "::/128", "224.0.0.0/4", "240.0.0.0/4", "ff00::/8",
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// dialler connects to what the policy has allowed, if the address is one that may be reached.
type dialler struct {
	net      net.Dialer
	tls      *tls.Config
	internal bool // for targets that the operator has opened
}

// hop is the context of a request, for its dial. A transport dials without the request's own end, to keep the connection for another request; here no connection
// outlives the execution that asked for it, unless it is established.
type hop struct{}

// withHop makes ctx known to the dial of a request.
func withHop(ctx context.Context) context.Context { return context.WithValue(ctx, hop{}, ctx) }

func ownHop(ctx context.Context) context.Context {
	if own, ok := ctx.Value(hop{}).(context.Context); ok {
		return own
	}
	return ctx
}

func (d *dialler) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx = ownHop(ctx)
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	dialer := d.net
	dialer.ControlContext = func(_ context.Context, _, at string, _ syscall.RawConn) error { return d.check(host, at) }
	if !d.internal && !isAddress(host) {
		// The final dot keeps the resolver from trying the machine's own search domains: a public name is complete.
		address = net.JoinHostPort(host+".", port)
	}
	return dialer.DialContext(ctx, network, address)
}

var errHandshake = errors.New("tls handshake")

func (d *dialler) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ownHop(ctx), d.net.Timeout)
	defer cancel()
	config := d.tls.Clone()
	config.ServerName, _, _ = net.SplitHostPort(address)
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, fmt.Errorf("%w: %w", errHandshake, err)
	}
	return secure, nil
}

// check is asked about each address right before it is dialled, whatever DNS said before.
func (d *dialler) check(host, at string) error {
	to, err := netip.ParseAddrPort(at)
	if err != nil {
		return refuse(codeDenied, "%s has no address that can be checked", host)
	}
	addr := to.Addr().WithZone("")
	if !d.internal {
		if public.SafeAddr(addr) != nil {
			return refuse(codeDenied, "the address of %s is not public", host)
		}
		return nil
	}
	addr = addr.Unmap()
	if literal, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil && literal == addr {
		return nil
	}
	for _, prefix := range neverNamed {
		if prefix.Contains(addr) {
			return refuse(codeDenied, "the address of %s is opened only by an entry that names it", host)
		}
	}
	return nil
}
