package host_test

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/durward/durward/runtime/host"
)

// TestAddresses holds the check to addresses out of each range of the IANA special-purpose registries (RFC 6890 and its updates), and to metadata services.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254", "169.254.170.2",
		"172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
		"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "100:0:0:1::1", "2001::1", "2001:2::1",
		"2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd20:ce::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
	} {
		at := net.JoinHostPort(addr, "443")
		require.Equal(t, "egress_denied", host.Code(host.CheckAddress(false, "example.com", at)), addr)
	}
	for _, addr := range []string{"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1", "192.0.1.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1"} {
		require.NoError(t, host.CheckAddress(false, "example.com", net.JoinHostPort(addr, "443")), addr)
	}
}

func TestInternalAddresses(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"127.0.0.1", "10.0.0.1", "192.168.0.1", "fd12:3456::1", "::1", "8.8.8.8"} {
		require.NoError(t, host.CheckAddress(true, "vault", net.JoinHostPort(addr, "8200")), addr)
	}
	for _, addr := range []string{
		"169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254", "fe80::1%eth0", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "::ffff:169.254.169.254", "0.0.0.0", "::",
		"255.255.255.255", "ff02::1",
	} {
		require.Equal(t, "egress_denied", host.Code(host.CheckAddress(true, "vault", net.JoinHostPort(addr, "80"))), addr)
	}
	require.NoError(t, host.CheckAddress(true, "169.254.169.254", "169.254.169.254:80"), "the entry names the address")
	require.Error(t, host.CheckAddress(true, "169.254.169.254", "169.254.170.2:80"))
}

// TestRefusedTargets asks for addresses in URLs. Nothing may be dialled: a server that listens everywhere on this machine would notice.
func TestRefusedTargets(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ url, code string }{
		"loopback":                {"http://127.0.0.1/", "egress_denied"},
		"loopback, final dot":     {"http://127.0.0.1./", "egress_denied"},
		"fullwidth":               {"http://１２７.0.0.1/", "egress_denied"},
		"ideographic stops":       {"http://127。0。0。1/", "egress_denied"},
		"loopback of IPv6":        {"http://[::1]/", "egress_denied"},
		"private":                 {"https://10.1.2.3/", "egress_denied"},
		"metadata":                {"http://169.254.169.254/latest/", "egress_denied"},
		"other port":              {"http://example.com:22/", "egress_denied"},
		"one number":              {"http://2130706433/", "invalid_request"},
		"hexadecimal":             {"http://0x7f000001/", "invalid_request"},
		"hexadecimal, capitals":   {"http://0X7F.1/", "invalid_request"},
		"hexadecimal, empty":      {"http://0x/", "invalid_request"},
		"octal":                   {"http://0177.0.0.1/", "invalid_request"},
		"short":                   {"http://127.1/", "invalid_request"},
		"five numbers":            {"http://1.127.0.0.1/", "invalid_request"},
		"number behind a name":    {"http://a.1/", "invalid_request"},
		"mapped":                  {"http://[::ffff:127.0.0.1]/", "invalid_request"},
		"zone":                    {"http://[fe80::1%25eth0]/", "invalid_request"},
		"two dots":                {"http://example.com../", "invalid_request"},
		"empty label":             {"http://a..b/", "invalid_request"},
		"escaped":                 {"http://%6cocalhost/", "invalid_request"},
		"percent":                 {"http://a%2fb/", "invalid_request"},
		"NUL":                     {"http://a\x00b/", "invalid_request"},
		"IPv4 in brackets":        {"http://[127.0.0.1]/", "invalid_request"},
		"no end of the brackets":  {"http://[::1/", "invalid_request"},
		"text behind brackets":    {"http://[::1]a/", "invalid_request"},
		"long label":              {"http://" + strings.Repeat("a", 64) + ".com/", "invalid_request"},
		"long name":               {"http://" + strings.Repeat("a.", 127) + "com/", "invalid_request"},
		"label, as it is written": {"http://" + strings.Repeat("\u00ad", 63) + "a.example/", "invalid_request"},
		"name, as it is written":  {"http://" + strings.Repeat(strings.Repeat("\u00ad", 60)+"a.", 9) + "example/", "invalid_request"},
		"long ideographs":         {"http://" + ideographs(2600) + ".example/", "invalid_request"},
		"broken punycode":         {"http://xn--a/", "invalid_request"},
		"soft hyphen in an empty": {"http://\u00ad/", "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := granted().open(t)
			require.Equal(t, test.code, refused(t, s, call{URL: test.url}).Code)
		})
	}
}

// ideographs are characters that are all different, which is what makes the mapping of a long label take most time.
func ideographs(n int) string {
	text := make([]rune, n)
	for i := range text {
		text[i] = '\u4e00' + rune(i)
	}
	return string(text)
}

func TestNormalURLs(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string][2]string{
		"HTTPS://Example.COM":                                          {"https://example.com/", "example.com:443"},
		"https://example.com.:443/a":                                   {"https://example.com/a", "example.com:443"},
		"http://example.com:/":                                         {"http://example.com/", "example.com:80"},
		"http://example.com:443/":                                      {"http://example.com:443/", "example.com:443"},
		"http://example.com:0080/":                                     {"http://example.com/", "example.com:80"},
		"https://bücher.example/":                                      {"https://xn--bcher-kva.example/", "xn--bcher-kva.example:443"},
		"https://BÜCHER.example/":                                      {"https://xn--bcher-kva.example/", "xn--bcher-kva.example:443"},
		"https://r3---sn.example/":                                     {"https://r3---sn.example/", "r3---sn.example:443"},
		"http://my_service:8080/":                                      {"http://my_service:8080/", "my_service:8080"},
		"http://[2001:DB8:0:0::1]/":                                    {"http://[2001:db8::1]/", "[2001:db8::1]:80"},
		"http://[::1]:8080/":                                           {"http://[::1]:8080/", "[::1]:8080"},
		"https://example.com/?a b#c":                                   {"https://example.com/?a%20b", "example.com:443"},
		`https://example.com/?a\b`:                                     {`https://example.com/?a\b`, "example.com:443"},
		"https://example.com/ü?ü":                                      {"https://example.com/%C3%BC?%C3%BC", "example.com:443"},
		"https://example.com/a%2F..%":                                  {"", ""},
		"https://" + strings.Repeat("a\u00ad", 31) + ".example/":       {"https://" + strings.Repeat("a", 31) + ".example/", strings.Repeat("a", 31) + ".example:443"},
		"https://a\u3002" + strings.Repeat("b", 63) + "\uff0eexample/": {"https://a." + strings.Repeat("b", 63) + ".example/", "a." + strings.Repeat("b", 63) + ".example:443"},
		"https://example.com/?" + strings.Repeat("\u00fc", 1000):       {"https://example.com/?" + strings.Repeat("%C3%BC", 1000), "example.com:443"},
		"https://example.com/?" + strings.Repeat("\u00fc", 2000):       {"", ""}, // too long once it is escaped
	} {
		url, address, err := host.Normal(raw)
		require.Equal(t, want, [2]string{url, address}, raw)
		require.Equal(t, want[0] == "", err != nil, raw)
	}
}

func TestHostLists(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		entry, url string
		want       bool
	}{
		"exact":                       {"api.example.com", "https://api.example.com/", true},
		"other case":                  {"API.Example.com", "https://aPI.example.com./", true},
		"other name":                  {"api.example.com", "https://example.com/", false},
		"name with the same end":      {"example.com", "https://evilexample.com/", false},
		"name with the same start":    {"example.com", "https://example.com.evil/", false},
		"wildcard":                    {"*.example.com", "https://a.example.com/", true},
		"wildcard, two labels":        {"*.example.com", "https://b.a.example.com/", true},
		"wildcard, none":              {"*.example.com", "https://example.com/", false},
		"wildcard, same end":          {"*.example.com", "https://evilexample.com/", false},
		"plain http":                  {"example.com", "http://example.com/", true},
		"other port":                  {"example.com", "https://example.com:8443/", false},
		"the port":                    {"example.com:8443", "https://example.com:8443/", true},
		"not the port":                {"example.com:8443", "https://example.com/", false},
		"wildcard with a port":        {"*.example.com:8443", "https://a.example.com:8443/", true},
		"standard port named":         {"example.com:443", "http://example.com/", false},
		"international":               {"bücher.example", "https://xn--bcher-kva.example/", true},
		"address":                     {"8.8.8.8", "https://8.8.8.8/", true},
		"address of IPv6":             {"[2606:4700::1111]:443", "https://[2606:4700:0::1111]/", true},
		"star alone":                  {"*", "https://example.com/", false},
		"star inside":                 {"a.*.example.com", "https://a.b.example.com/", false},
		"wildcard of an address":      {"*.0.0.1", "http://127.0.0.1/", false},
		"URL":                         {"https://example.com", "https://example.com/", false},
		"path":                        {"example.com/path", "https://example.com/path", false},
		"empty":                       {"", "https://example.com/", false},
		"colon without a port":        {"example.com:", "https://example.com/", false},
		"wildcard of everything, not": {"*.", "https://example.com/", false},
	} {
		require.Equal(t, test.want, host.Allows([]string{test.entry}, test.url), name)
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	server := serve(t, echo)
	u, err := url.Parse(server.URL)
	require.NoError(t, err)
	for name, test := range map[string]struct {
		change func(*world)
		denied bool
	}{
		"granted":                         {func(*world) {}, false},
		"not granted":                     {func(w *world) { w.settings.Egress.Internal = nil }, true},
		"another port granted":            {func(w *world) { w.settings.Egress.Internal = []string{"127.0.0.1:1"} }, true},
		"another name granted":            {func(w *world) { w.settings.Egress.Internal = []string{"localhost:" + u.Port()} }, true},
		"port granted to a public host":   {func(w *world) { w.settings.Egress.Internal, w.settings.Egress.Hosts = nil, []string{u.Host} }, true},
		"not in the list of public hosts": {func(w *world) { w.settings.Egress.Hosts = []string{"a.example"} }, false},
		"listed, not granted":             {func(w *world) { w.settings.Egress.Internal, w.settings.Egress.Hosts = nil, []string{u.Host} }, true},
		"list of nonsense": {func(w *world) {
			w.settings.Egress.Internal = []string{"", "127.0.0.1", "*.0.0.1:" + u.Port(), ":" + u.Port(), server.URL}
		}, true},
		"declared":                         {func(w *world) { w.grant.Hosts = []string{"127.0.0.1"} }, false},
		"not declared":                     {func(w *world) { w.grant.Hosts = []string{"a.example"} }, true},
		"nothing declared":                 {func(w *world) { w.grant.Hosts = nil }, true},
		"any declared":                     {func(w *world) { w.grant.Hosts = []string{"*"} }, false},
		"any declared, not granted":        {func(w *world) { w.grant.Hosts, w.settings.Egress.Internal = []string{"*"}, nil }, true},
		"nonsense declared":                {func(w *world) { w.grant.Hosts = []string{"**", "*."} }, true},
		"method":                           {func(w *world) { w.settings.Egress.Methods = []string{"post", "get"} }, false},
		"other method":                     {func(w *world) { w.settings.Egress.Methods = []string{"POST"} }, true},
		"scheme":                           {func(w *world) { w.settings.Egress.Schemes = []string{"http"} }, false},
		"other scheme":                     {func(w *world) { w.settings.Egress.Schemes = []string{"https"} }, true},
		"another tenant's idle connection": {func(w *world) { w.grant.Tenant, w.settings.Egress.Internal = "globex", nil }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := granted(server)
			test.change(w)
			s := w.open(t)
			if !test.denied {
				fetch(t, s, call{URL: server.URL})
				return
			}
			require.Equal(t, "egress_denied", refused(t, s, call{URL: server.URL}).Code)
			require.Equal(t, []string{"egress_denied"}, words(s))
		})
	}
}

// nameServer answers questions for addresses, and counts them.
type nameServer struct {
	resolver *net.Resolver
	asked    atomic.Int64
}

// newNameServer starts a name server on loopback. The answer gets the name and how often it was asked for before; no addresses mean that there is no such name.
func newNameServer(t *testing.T, answer func(name string, nth int64) []string) *nameServer {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &nameServer{}
	s.resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	done := make(chan struct{})
	t.Cleanup(func() { conn.Close(); <-done })
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			conn.WriteTo(s.reply(m, answer), from)
		}
	}()
	return s
}

func (s *nameServer) reply(m dnsmessage.Message, answer func(string, int64) []string) []byte {
	q := m.Questions[0]
	m.Header = dnsmessage.Header{ID: m.ID, Response: true, Authoritative: true, RecursionAvailable: true}
	m.Additionals = nil
	var addrs []string
	if q.Type == dnsmessage.TypeA {
		addrs = answer(strings.TrimSuffix(q.Name.String(), "."), s.asked.Add(1)-1)
	} else if answer(strings.TrimSuffix(q.Name.String(), "."), 0) != nil {
		addrs = []string{}
	}
	if addrs == nil {
		m.RCode = dnsmessage.RCodeNameError
	}
	for _, addr := range addrs {
		m.Answers = append(m.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET},
			Body:   &dnsmessage.AResource{A: netip.MustParseAddr(addr).As4()},
		})
	}
	packed, _ := m.Pack()
	return packed
}

func TestNamesThatLeadInside(t *testing.T) {
	t.Parallel()
	var reached atomic.Int64
	server := serve(t, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	port := portOf(t, server)
	names := newNameServer(t, func(name string, _ int64) []string {
		switch name {
		case "inside.example":
			return []string{"127.0.0.1"}
		case "many.example":
			return []string{"10.0.0.1", "127.0.0.1", "169.254.169.254"}
		case "metadata.internal":
			return []string{"169.254.169.254"}
		}
		return nil
	})
	w := granted()
	w.options.Resolver = names.resolver
	w.settings.Egress.Hosts = []string{"*.example:" + port, "*.internal"}
	w.settings.Egress.Internal = []string{"metadata.internal:" + port}
	s := w.open(t)
	for _, name := range []string{"inside.example", "many.example", "metadata.internal"} {
		err := refused(t, s, call{URL: "http://" + name + ":" + port + "/"})
		require.Equal(t, "egress_denied", err.Code, name)
		require.NotContains(t, err.Message, "127.0.0.1", "what a name stands for inside is nobody's business")
	}
	require.Equal(t, "dns", refused(t, s, call{URL: "http://nowhere.example:" + port + "/"}).Code)
	require.Zero(t, reached.Load())
}

// TestRebinding has a name that was harmless when it was asked for the first time, and leads inside from then on.
func TestRebinding(t *testing.T) {
	t.Parallel()
	var reached atomic.Int64
	server := serve(t, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	names := newNameServer(t, func(_ string, nth int64) []string {
		if nth == 0 {
			return []string{"192.0.2.1"} // for documentation: refused like the others, but harmless if it were not
		}
		return []string{"127.0.0.1"}
	})
	w := granted()
	w.options.Resolver = names.resolver
	w.settings.Egress.Hosts = []string{"rebind.example:" + portOf(t, server)}
	s := w.open(t)
	for range 3 {
		require.Equal(t, "egress_denied", refused(t, s, call{URL: "http://rebind.example:" + portOf(t, server) + "/"}).Code)
	}
	require.EqualValues(t, 3, names.asked.Load(), "each connection looks the name up once, and checks what it got")
	require.Zero(t, reached.Load())
}

// TestGrantThatEnds has a connection that is open because of a grant, and a session that no longer has it.
func TestGrantThatEnds(t *testing.T) {
	t.Parallel()
	server := serve(t, echo)
	names := newNameServer(t, func(string, int64) []string { return []string{"127.0.0.1"} })
	w := granted()
	w.options.Resolver = names.resolver
	broker := host.New(w.options)
	defer broker.Close()
	target := "vault.example:" + portOf(t, server)

	before := broker.Open(&host.Settings{Egress: host.Egress{Internal: []string{target}}}, w.grant)
	defer before.Close()
	fetch(t, before, call{URL: "http://" + target})
	after := broker.Open(&host.Settings{Egress: host.Egress{Hosts: []string{target}}}, w.grant)
	defer after.Close()
	require.Equal(t, "egress_denied", refused(t, after, call{URL: "http://" + target}).Code)
}
