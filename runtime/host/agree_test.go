package host_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/runtime/host"
)

// TestPatternsMeanTheSame holds the two readers of patterns of hosts together: the catalog's, which tells users what is wrong, and this package's, which decides. The decision is fail-closed: what
// only one of them accepts allows nothing.
func TestPatternsMeanTheSame(t *testing.T) {
	t.Parallel()
	for pattern, accepted := range map[string]struct{ catalog, host bool }{
		"api.example.com": {true, true}, "*.example.com": {true, true}, "a_b.example:8443": {true, true}, "xn--bcher-kva.example": {true, true}, "r3---sn.example": {true, true}, "example": {true, true},
		"8.8.8.8": {true, true}, "8.8.8.8:53": {true, true}, "2606:4700::1111": {true, true}, "[2606:4700::1111]": {true, true}, "[2606:4700::1111]:443": {true, true}, "::1": {true, true},
		"10.0.0.1:80": {true, true}, "localhost": {true, true},

		"": {}, "*": {}, "*.": {}, ".": {}, "a..b": {}, ".a": {}, "a.*.b": {}, "**.a": {}, "*.0.0.1": {}, "https://a.example": {}, "a.example/path": {}, "user@a.example": {}, "a b": {}, ":80": {}, "a.example:": {},
		"a.example:0": {}, "a.example:65536": {}, "a.example:x": {}, "a.example:+80": {}, "127.1": {}, "0x7f000001": {}, "2130706433": {}, "a.0x7f": {}, "0177.0.0.1": {}, "fe80::1%eth0": {},
		"[1.2.3.4]": {}, "[::1": {}, "::1]": {}, "[": {}, "[:": {}, "[::1]:": {}, "*.[::1]": {}, "*.::1": {},

		// One spelling each is enough for what users save; URLs have the others.
		"A.example": {false, true}, "a.example.": {false, true}, "b\u00fccher.example": {false, true}, "a.example:080": {false, true}, "-a.example": {false, true},
		// Nothing can be sent to these.
		"xn--a": {true, false}, "::ffff:8.8.8.8": {true, false}, "a.0x": {true, false},
	} {
		require.Equal(t, accepted.catalog, catalog.HostAllowed([]string{pattern}, pattern), "the catalog, %q", pattern)
		require.Equal(t, accepted.host, host.Reads(pattern), "the host, %q", pattern)
	}

	for _, test := range []struct {
		pattern, target string // the target is a host with a port that is of one scheme or another
		want            bool
	}{
		{"a.example", "a.example:443", true}, {"a.example", "a.example:80", true}, {"a.example", "a.example:8443", false}, {"a.example", "b.example:443", false}, {"a.example", "x.a.example:443", false},
		{"a.example:8443", "a.example:8443", true}, {"a.example:8443", "a.example:443", false}, {"*.a.example", "x.a.example:443", true}, {"*.a.example", "y.x.a.example:80", true},
		{"*.a.example", "a.example:443", false}, {"*.a.example", "xa.example:443", false}, {"*.a.example:8443", "x.a.example:8443", true}, {"*.a.example:8443", "x.a.example:443", false},
		{"8.8.8.8", "8.8.8.8:443", true}, {"8.8.8.8:53", "8.8.8.8:53", true}, {"8.8.8.8", "8.8.4.4:443", false}, {"2606:4700:0::1111", "[2606:4700::1111]:443", true},
		{"[2606:4700::1111]:8443", "[2606:4700:0::1111]:8443", true}, {"[2606:4700::1111]", "[2606:4700::1111]:8443", false},
	} {
		require.Equal(t, test.want, catalog.HostAllowed([]string{test.pattern}, test.target), "the catalog, %q for %q", test.pattern, test.target)
		require.Equal(t, test.want, host.Allows([]string{test.pattern}, "http://"+test.target), "the host, %q for %q", test.pattern, test.target)
	}
}
