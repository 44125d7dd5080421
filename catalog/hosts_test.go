package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
)

func TestHosts(t *testing.T) {
	t.Parallel()
	for pattern, public := range map[string]bool{
		"api.example.com": true, "*.example.com": true, "xn--bcher-kva.example:8443": true, "a_b.example": true, "example": true,
		"8.8.8.8": true, "8.8.8.8:53": true, "2606:4700::1111": true, "[2606:4700::1111]:443": true, "[2606:4700::1111]": true,
		"localhost": false, "x.localhost:80": false, "127.0.0.1": false, "10.1.2.3:80": false, "192.168.0.1": false, "172.16.0.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "192.0.2.1": false, "::1": false, "[::1]:80": false, "fe80::1": false, "fd00::1": false, "::ffff:10.0.0.1": false,
		"64:ff9b::a00:1": false, "2002:a00:1::": false, "ff02::1": false, "2001:db8::1": false,
	} {
		require.Equal(t, public, catalog.HostPublic(pattern), pattern)
		require.True(t, catalog.HostAllowed([]string{pattern}, pattern), pattern)
	}
	for _, wrong := range []string{
		"", "*", "*.", ".", "a..b", "a.", ".a", "a.*.b", "**.a", "https://a.example", "a.example/path", "a.example:", "a.example:0", "a.example:65536", "a.example:080", "a.example:x", "A.example",
		"user@a.example", "127.1", "0x7f000001", "2130706433", "a.0x7f", "fe80::1%eth0", "[1.2.3.4]", "[::1", "::1]", "-a.example", "b\u00fccher.example", "a b", ":80", "[", "[:",
	} {
		require.False(t, catalog.HostPublic(wrong), wrong)
		require.False(t, catalog.HostAllowed([]string{wrong}, wrong), wrong)
	}
}

func TestHostAllowed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		policy, declared string
		want             bool
	}{
		"another host":                     {"a.example", "b.example", false},
		"a host below":                     {"a.example", "x.a.example", false},
		"below a wildcard":                 {"*.a.example", "x.a.example", true},
		"far below a wildcard":             {"*.a.example", "y.x.a.example", true},
		"the wildcard's own":               {"*.a.example", "a.example", false},
		"a name that ends so":              {"*.a.example", "xa.example", false},
		"a wildcard below a wildcard":      {"*.a.example", "*.x.a.example", true},
		"a wildcard above a wildcard":      {"*.x.a.example", "*.a.example", false},
		"a wildcard where one host is":     {"x.a.example", "*.a.example", false},
		"the port of https":                {"a.example", "a.example:443", true},
		"the port of http":                 {"a.example", "a.example:80", true},
		"another port":                     {"a.example", "a.example:8443", false},
		"the same port":                    {"a.example:8443", "a.example:8443", true},
		"no port where one is":             {"a.example:8443", "a.example", false},
		"no port where that of https is":   {"a.example:443", "a.example", true},
		"an address in another spelling":   {"2606:4700:0::1111", "[2606:4700::1111]:443", true},
		"an address that ends like a name": {"*.0.0.1", "10.0.0.1", false},
	} {
		require.Equal(t, test.want, catalog.HostAllowed([]string{"other.example", test.policy}, test.declared), name)
	}
}

func FuzzHosts(f *testing.F) {
	f.Add("*.example.com:8443", "a.example.com:8443")
	f.Add("[::1]:80", "127.1")
	f.Fuzz(func(t *testing.T, a, b string) {
		if catalog.HostAllowed([]string{a}, b) {
			require.True(t, catalog.HostAllowed([]string{a}, a) && catalog.HostAllowed([]string{b}, b))
		}
		catalog.HostPublic(a)
	})
}
