package host

import (
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// pattern is an entry of a list of hosts.
type pattern struct {
	host     string // behind "*." if it is a wildcard
	wildcard bool
	port     int // 0: the standard ports
}

var errPattern = errors.New("no pattern of hosts")

func parsePattern(s string) (pattern, error) {
	if addr, err := netip.ParseAddr(s); err == nil && addr.Is6() {
		s = "[" + s + "]" // in a list there is no port to be told apart
	}
	rest, wildcard := strings.CutPrefix(s, "*.")
	host, port, err := splitHost(rest)
	if err != nil || strings.HasSuffix(rest, ":") || wildcard && isAddress(host) {
		return pattern{}, errPattern
	}
	return pattern{host: host, wildcard: wildcard, port: port}, nil
}

func isAddress(host string) bool {
	return strings.Contains(host, ":") || numeric(host[strings.LastIndexByte(host, '.')+1:])
}

// matches says whether the entry is for a target. One without a port is for the standard ports, and for the port that the operator has opened.
func (p pattern) matches(t *target, internal bool) bool {
	if p.port != 0 && p.port != t.port || p.port == 0 && !internal && !standardPort(t.port) {
		return false
	}
	if p.wildcard {
		return strings.HasSuffix(t.host, "."+p.host)
	}
	return t.host == p.host
}

func standardPort(port int) bool { return port == 80 || port == 443 }

// patterns reads a list. Entries that mean nothing match nothing.
func patterns(entries []string) []pattern {
	read := make([]pattern, 0, len(entries))
	for _, entry := range entries {
		if p, err := parsePattern(entry); err == nil {
			read = append(read, p)
		}
	}
	return read
}

func matchesAny(list []pattern, t *target, internal bool) bool {
	return slices.ContainsFunc(list, func(p pattern) bool { return p.matches(t, internal) })
}

// policy is what one execution may send where.
type policy struct {
	egress   *Egress
	hosts    []pattern
	declared []pattern
	any      bool // the version declares every host that the tenant allows
	declares bool // any at all
	internal []pattern
}

func newPolicy(s *Settings, declared []string) *policy {
	lists := s.lists()
	return &policy{egress: &s.Egress, hosts: lists.hosts, declared: patterns(declared), any: slices.Contains(declared, anyHost), declares: len(declared) > 0, internal: lists.internal}
}

// lists are a tenant's lists of hosts, read.
type lists struct {
	hosts, internal []pattern
	secrets         map[string][]pattern // of the brokered ones, by their names
}

// lists reads the lists once for all executions.
func (s *Settings) lists() *lists {
	s.reading.Do(func() {
		s.read = lists{hosts: patterns(s.Egress.Hosts), internal: patterns(s.Egress.Internal), secrets: map[string][]pattern{}}
		for name, secret := range s.Secrets {
			if secret.Brokered {
				s.read.secrets[name] = patterns(secret.Hosts)
			}
		}
	})
	return &s.read
}

// opened says whether the operator has opened a target whatever its addresses are.
func (p *policy) opened(t *target) bool {
	return slices.ContainsFunc(p.internal, func(i pattern) bool { return !i.wildcard && i.port == t.port && i.host == t.host })
}

// allow returns a refusal if the tenant or the version does not allow a request. Which addresses the host has is not known yet: the dialler looks at that.
func (p *policy) allow(method string, t *target) error {
	internal := p.opened(t)
	switch {
	case len(p.egress.Schemes) > 0 && !slices.Contains(p.egress.Schemes, t.url.Scheme):
		return refuse(codeDenied, "the tenant allows no requests over %s", t.url.Scheme)
	case len(p.egress.Methods) > 0 && !slices.ContainsFunc(p.egress.Methods, func(m string) bool { return strings.EqualFold(m, method) }):
		return refuse(codeDenied, "the tenant allows no %s requests", method)
	case internal: // the tenant's own list is of public hosts
	case len(p.egress.Hosts) == 0 && !standardPort(t.port):
		return refuse(codeDenied, "requests go to ports 80 and 443: the tenant allows no others")
	case len(p.egress.Hosts) > 0 && !matchesAny(p.hosts, t, false):
		return refuse(codeDenied, "the tenant allows no requests to %s", t.url.Host)
	}
	return p.checkDeclared(t, internal)
}

// anyHost, among the hosts that a version declares, stands for all that the tenant allows.
const anyHost = "*"

// checkDeclared returns a refusal if the version does not declare a host; it says what would.
func (p *policy) checkDeclared(t *target, internal bool) error {
	switch {
	case p.any || matchesAny(p.declared, t, internal):
		return nil
	case !p.declares:
		return refuse(codeDenied, `the version declares no hosts, and may not send requests to %s: add %q to "hosts" of its draft`, t.url.Host, t.url.Host)
	}
	return refuse(codeDenied, `the version does not declare the host %s: add %q to "hosts" of its draft`, t.url.Host, t.url.Host)
}

// normalMethod returns a method as it is sent. As in the Fetch standard, only the common ones are made upper case, and three are not allowed.
func normalMethod(method string) (string, error) {
	upper := strings.ToUpper(method)
	switch upper {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return upper, nil
	case http.MethodConnect, http.MethodTrace, "TRACK":
		return "", refuse(codeInvalid, "the method %s is not possible", upper)
	}
	if len(method) > 32 || !isToken(method) {
		return "", refuse(codeInvalid, "the method is not valid")
	}
	return method, nil
}
