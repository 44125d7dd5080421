package main

import (
	"fmt"
	"net/netip"
	"net/url"

	"github.com/durward/durward/web"
)

// publicURL is how browsers reach a server; nil if that is not said.
type publicURL struct{ url *url.URL }

// UnmarshalText refuses what is more or less than the origin of pages.
func (p *publicURL) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q must be a scheme and a host: say https://durward.example.com, for example", text)
	}
	p.url = &url.URL{Scheme: u.Scheme, Host: u.Host}
	return nil
}

// insecure says whether sessions would go over connections on which others can read.
func (p publicURL) insecure() bool {
	return p.url != nil && p.url.Scheme == "http" && !web.IsLoopback(p.url.Host)
}

// proxy is the address of a proxy, or a network of them.
type proxy struct{ prefix netip.Prefix }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *proxy) UnmarshalText(text []byte) error {
	addr, err := netip.ParseAddr(string(text))
	if err == nil {
		p.prefix = netip.PrefixFrom(addr, addr.BitLen())
		return nil
	}
	if p.prefix, err = netip.ParsePrefix(string(text)); err != nil {
		return fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", text)
	}
	return nil
}

func prefixes(proxies []proxy) []netip.Prefix {
	var list []netip.Prefix
	for _, p := range proxies {
		list = append(list, p.prefix)
	}
	return list
}
