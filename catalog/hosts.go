package catalog

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// AnyHost stands, among the hosts that a draft declares, for every host that the tenant's egress policy allows.
const AnyHost = "*"

// MaxHosts is how many hosts a list names at most.
const MaxHosts = 100

// host is a pattern of hosts: "api.example.com", "*.example.com" (one label or more in place of the star), an address, or either with a ":port".
type host struct {
	name     string // without the star and its dot
	wildcard bool
	addr     netip.Addr // the zero Addr if name is not an address
	port     string     // empty: the scheme's own
}

var labelPattern = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)

// parseHost reads a pattern; the error tells a user what is wrong with it.
func parseHost(text string) (host, error) {
	var h host
	name, port := text, ""
	if i := strings.LastIndexByte(text, ':'); i >= 0 && (strings.HasPrefix(text, "[") && text[i-1] == ']' || strings.Count(text, ":") == 1) {
		name, port = text[:i], text[i+1:]
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || port != strconv.Itoa(n) {
			return h, fmt.Errorf("%q has no port from 1 to 65535 behind its colon", clip(text, 80))
		}
	}
	h.port = port
	inner, bracketed := strings.CutPrefix(name, "[")
	if bracketed {
		inner, bracketed = strings.CutSuffix(inner, "]")
	}
	if addr, err := netip.ParseAddr(inner); err == nil && addr.Zone() == "" && (inner == name || bracketed && addr.Is6()) {
		h.name, h.addr = addr.String(), addr.Unmap()
		return h, nil
	}
	h.name, h.wildcard = strings.CutPrefix(name, "*.")
	labels := strings.Split(h.name, ".")
	last := labels[len(labels)-1]
	// What ends in a number is an IPv4 address in one of its odd spellings (URL Standard, "ends in a number checker").
	if len(h.name) > 253 || slices.ContainsFunc(labels, func(l string) bool { return !labelPattern.MatchString(l) }) || isNumber(last) {
		return h, fmt.Errorf("%q is no host: say api.example.com, or *.example.com, in lower case and without https://; a :port may follow", clip(text, 80))
	}
	return h, nil
}

func isNumber(label string) bool {
	_, err := strconv.ParseUint(label, 0, 64)
	return err == nil || strings.Trim(label, "0123456789") == ""
}

// special are the ranges of addresses that are not public, besides those that package netip knows (IANA's registries of special-purpose addresses).
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("fec0::/10"),
}

// public says whether a tenant may name the host in its policy. It catches mistakes early; what counts is the address that a request is really sent to.
func (h host) public() bool {
	if !h.addr.IsValid() {
		return h.name != "localhost" && !strings.HasSuffix(h.name, ".localhost")
	}
	return h.addr.IsGlobalUnicast() && !h.addr.IsPrivate() && !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(h.addr) })
}

// covers says whether each host that other stands for is one of h's.
func (h host) covers(other host) bool {
	if standardPort(h.port) != standardPort(other.port) && (h.port != "" || !standard(other.port)) {
		return false
	}
	if h.wildcard {
		return strings.HasSuffix(other.name, "."+h.name) || other.wildcard && other.name == h.name
	}
	return !other.wildcard && h.name == other.name
}

// standardPort makes the ports that a scheme implies one.
func standardPort(port string) string {
	if port == "443" {
		return ""
	}
	return port
}

func standard(port string) bool { return port == "" || port == "80" || port == "443" }

// HostAllowed says whether a list of patterns allows each host that another pattern stands for. A pattern without a port allows the ports of http and https. What is no pattern
// allows nothing, and is not allowed.
func HostAllowed(list []string, pattern string) bool {
	wanted, err := parseHost(pattern)
	return err == nil && slices.ContainsFunc(list, func(text string) bool {
		h, err := parseHost(text)
		return err == nil && h.covers(wanted)
	})
}

// HostPublic says whether a pattern can stand for hosts that are reached without the operator's help.
func HostPublic(pattern string) bool {
	h, err := parseHost(pattern)
	return err == nil && h.public()
}

// checkHosts checks a list of patterns. Those in which refuse finds something wrong are refused with its text.
func checkHosts(pointer string, list []string, add func(pointer, format string, args ...any), refuse func(host) string) {
	if len(list) > MaxHosts {
		add(pointer, "a list has at most %d hosts", MaxHosts)
		return
	}
	for i, text := range list {
		h, err := parseHost(text)
		at := fmt.Sprintf("%s/%d", pointer, i)
		if err != nil {
			add(at, "%v", err)
		} else if wrong := refuse(h); wrong != "" {
			add(at, "%q %s", clip(text, 80), wrong)
		}
	}
}

// anyHost refuses none: naming a host grants nothing where it is a policy that grants.
func anyHost(host) string { return "" }

// checkDeclaredHosts checks the hosts of a draft. Naming one grants nothing, because it is a policy that grants, and so any may be named.
func checkDeclaredHosts(list []string, add func(pointer, format string, args ...any)) {
	if len(list) > MaxHosts {
		add("/hosts", "a list has at most %d hosts", MaxHosts)
		return
	}
	for i, text := range list {
		if _, err := parseHost(text); err != nil && text != AnyHost {
			add(fmt.Sprintf("/hosts/%d", i), "%v, or %q for every host that the tenant's egress policy allows", err, AnyHost)
		}
	}
}

// publicHost refuses what only the operator may open.
func publicHost(h host) string {
	if !h.public() {
		return "is not public: only the operator can open a target inside the network, with the tenant's limits"
	}
	return ""
}

// exactTarget refuses what does not name one port of one host.
func exactTarget(h host) string {
	if h.wildcard || h.port == "" {
		return "is no single target: say host:port, for example " + net.JoinHostPort("billing.internal", "8080")
	}
	return ""
}
