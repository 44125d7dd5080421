package host

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// Bounds of URLs. To map a label takes time with the square of its length, and so what is too long for DNS is refused before.
const (
	maxURL   = 8 << 10 // bytes, as it is sent
	maxHost  = 1 << 10 // bytes of a host as it was written
	maxLabel = 63      // characters of a label as it was written
)

// target is where a request goes. Everything is read from the URL's text once; what is checked is what is dialled.
type target struct {
	url  *url.URL // its host is normal, without the scheme's own port; no credentials, no fragment
	host string   // as normalHost makes it
	port int
}

// parseTarget reads an absolute URL of http or https.
func parseTarget(raw string) (*target, error) {
	if len(raw) > maxURL {
		return nil, errLongURL
	}
	u, err := url.Parse(raw)
	if err != nil || backslashed(raw) {
		return nil, refuse(codeInvalid, "the URL is not valid")
	}
	return newTarget(u)
}

var errLongURL = refuse(codeInvalid, "the URL has more than %d bytes", maxURL)

// backslashed says whether there is a backslash in front of the query: browsers take it for a slash, and others do not.
func backslashed(raw string) bool {
	if query := strings.IndexAny(raw, "?#"); query >= 0 {
		raw = raw[:query]
	}
	return strings.Contains(raw, `\`)
}

// newTarget takes u over.
func newTarget(u *url.URL) (*target, error) {
	standard := map[string]int{"http": 80, "https": 443}[u.Scheme]
	switch {
	case standard == 0:
		return nil, refuse(codeInvalid, "requests go to URLs of http and https only")
	case u.User != nil:
		return nil, refuse(codeInvalid, "the URL holds credentials: put them into a header")
	case u.Opaque != "" || u.Host == "":
		return nil, refuse(codeInvalid, "the URL has no host")
	}
	host, port, err := splitHost(u.Host)
	if err != nil {
		return nil, refuse(codeInvalid, "the host of the URL is not valid")
	}
	t := &target{url: u, host: host, port: port}
	if port == 0 {
		t.port = standard
	}
	u.Host = joinHost(host, t.port, standard)
	u.Fragment, u.RawFragment, u.RawQuery = "", "", escapeQuery(u.RawQuery)
	if u.Path == "" {
		u.Path = "/"
	}
	if len(u.String()) > maxURL {
		return nil, errLongURL
	}
	return t, nil
}

// escapeQuery escapes what package url leaves as it is and what may not stand in a request's first line.
func escapeQuery(query string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(query) {
		if c := query[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' {
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
			continue
		}
		b.WriteByte(query[i])
	}
	return b.String()
}

// address is what is dialled.
func (t *target) address() string { return net.JoinHostPort(t.host, strconv.Itoa(t.port)) }

// sameOrigin says whether credentials for one target may go to the other.
func (t *target) sameOrigin(o *target) bool {
	return t.url.Scheme == o.url.Scheme && t.host == o.host && t.port == o.port
}

// joinHost writes a host for a URL: without the port if it is the standard one.
func joinHost(host string, port, standard int) string {
	if port == standard {
		if strings.Contains(host, ":") {
			return "[" + host + "]"
		}
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}

// splitHost reads "host", "host:port", "[v6]" or "[v6]:port"; the port is 0 if there is none.
func splitHost(s string) (host string, port int, err error) {
	host = s
	bracketed := strings.HasPrefix(s, "[")
	if end := strings.LastIndexByte(s, ':'); end >= 0 && (!bracketed || s[end-1] == ']') {
		host = s[:end]
		// ParseUint takes digits only: no sign. An empty port is the standard one in a URL.
		n, err := strconv.ParseUint(s[end+1:], 10, 16)
		if (err != nil || n == 0) && s[end+1:] != "" {
			return "", 0, errHost
		}
		port = int(n)
	}
	if !bracketed {
		host, err = normalHost(host)
		return host, port, err
	}
	inner, ok := strings.CutSuffix(host[1:], "]")
	addr, err := netip.ParseAddr(inner)
	if !ok || err != nil || !addr.Is6() || addr.Is4In6() || addr.Zone() != "" {
		return "", 0, errHost
	}
	return addr.String(), port, nil
}

var errHost = refuse(codeInvalid, "not a host")

// lookup maps names as browsers do (UTS #46, non-transitional).
var lookup = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false), idna.VerifyDNSLength(false))

// normalHost returns a name in lower case and A-labels and without its final dot, or an IPv4 address as four decimal numbers. Other ways to write an address (octal,
// hexadecimal, one number, fewer than four) are refused, because resolvers do not agree on what they mean.
func normalHost(s string) (string, error) {
	if tooLong(s) {
		return "", errHost
	}
	name, err := lookup.ToASCII(s)
	if err != nil || tooLong(name) {
		return "", errHost
	}
	// Some names that are no proper Unicode come out as labels that no longer go in.
	if again, err := lookup.ToASCII(name); err != nil || again != name {
		return "", errHost
	}
	name = strings.TrimSuffix(name, ".")
	if len(name) > 253 {
		return "", errHost
	}
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if !validLabel(label) {
			return "", errHost
		}
	}
	if numeric(labels[len(labels)-1]) {
		addr, err := netip.ParseAddr(name)
		if err != nil || !addr.Is4() {
			return "", errHost
		}
	}
	return name, nil
}

// tooLong says whether a host cannot be one, whatever its characters are. The three other dots are those that mapping makes dots.
func tooLong(host string) bool {
	if len(host) > maxHost {
		return true
	}
	label := 0
	for _, c := range host {
		switch label++; c {
		case '.', '\u3002', '\uff0e', '\uff61':
			label = 0
		}
		if label > maxLabel {
			return true
		}
	}
	return false
}

// validLabel allows underscores beside what the standard for host names allows: they are in use in private networks.
func validLabel(label string) bool {
	if label == "" || len(label) > 63 {
		return false
	}
	for i := range len(label) {
		c := label[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// numeric says whether a last label makes the whole name an address: it is a number, decimal, octal or hexadecimal.
func numeric(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}
