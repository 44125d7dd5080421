package netaddr_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/netaddr"
)

func TestDomain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ada@example.com":                  "example.com",
		"Ada+news@EXAMPLE.com.":            "example.com",
		`"a@b"@example.com`:                "example.com",
		"example.com":                      "example.com",
		" example.com\t":                   "example.com",
		"ada@Bücher.example":               "xn--bcher-kva.example",
		"ada@bu\u0308cher.example":         "xn--bcher-kva.example", // two characters for ü
		"XN--BCHER-KVA.example":            "xn--bcher-kva.example",
		"ada@例え。テスト":                       "xn--r8jz45g.xn--zckzah",
		"ada@ＥＸＡＭＰＬＥ.com":                  "example.com",
		"straße.example":                   "xn--strae-oqa.example",
		"ada@my_host.example":              "my_host.example",
		"localhost":                        "localhost",
		"":                                 "",
		"ada@":                             "",
		"ada@.":                            "",
		"ada@example..com":                 "",
		"ada@.example.com":                 "",
		"ada@-example.com":                 "",
		"ada@example.com/path":             "",
		"ada@example.com:25":               "",
		"ada@exa mple.com":                 "",
		"ada@[192.0.2.1]":                  "",
		"ada@xn--a-ecp.ru":                 "", // no label encodes to it
		"ada@" + strings.Repeat("a", 64):   "",
		"ada@" + strings.Repeat("a.", 200): "",
		"ada@" + strings.Repeat("ü", 2000): "",
	} {
		got, ok := netaddr.Domain(text)
		require.Equal(t, want != "", ok, "%q gives %q", text, got)
		if ok {
			require.Equal(t, want, got, text)
		}
	}
}

func TestPatternsThatAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ada@example.com":     "write the domain alone, without what stands in front of the @",
		"https://example.com": "write the domain alone, without https:// and path",
		"*.*.example.com":     "a wildcard stands alone in front",
		"exam*.com":           "a wildcard stands alone in front",
		"*.":                  "write a domain such as example.com",
		"a b":                 "write a domain such as example.com",
	} {
		_, err := netaddr.Pattern(text)
		require.ErrorContains(t, err, want, text)
	}
}

func TestDomains(t *testing.T) {
	t.Parallel()
	var list netaddr.Domains
	require.False(t, list.Has("example.com"))
	require.NoError(t, list.Add("Example.COM"))
	require.NoError(t, list.Add("*.bücher.example"))
	require.Error(t, list.Add("a@b"))
	for domain, want := range map[string]bool{
		"example.com": true, "www.example.com": false, "com": false, "xn--bcher-kva.example": false, "a.xn--bcher-kva.example": true, "a.b.xn--bcher-kva.example": true,
		"notxn--bcher-kva.example": false, "*.xn--bcher-kva.example": false,
	} {
		require.Equal(t, want, list.Has(domain) && domain[0] != '*', domain)
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"192.0.2.7": "192.0.2.7/32", "192.0.2.0/24": "192.0.2.0/24", "2001:DB8::1": "2001:db8::1/128", " 2001:db8::/32 ": "2001:db8::/32", "::ffff:192.0.2.0/120": "192.0.2.0/24",
	} {
		got, err := netaddr.Network(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got.String())
	}
	for text, want := range map[string]string{
		"192.0.2.7/24": "the network is 192.0.2.0/24", "192.0.2": "write an address such as", "192.0.2.0/33": "write an address", "fe80::1%eth0": "write an address", "::ffff:0:0/90": "reaches beyond",
	} {
		_, err := netaddr.Network(text)
		require.ErrorContains(t, err, want, text)
	}
}

// Looking up in networks is what net/netip says of each of them.
func TestNetworksAgreeWithEach(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	random := func() netip.Addr {
		if r.IntN(2) == 0 {
			return netip.AddrFrom4([4]byte{192, 0, byte(r.IntN(4)), byte(r.IntN(256))})
		}
		return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0, 0, byte(r.IntN(4)), 15: byte(r.IntN(256))})
	}
	for range 200 {
		var list netaddr.Networks
		var each []netip.Prefix
		for range r.IntN(6) {
			ip := random()
			p, ok := netaddr.NetworkOf(ip, ip.BitLen()-r.IntN(12))
			require.True(t, ok)
			require.NoError(t, list.Add(p.String()))
			each = append(each, p)
		}
		for range 50 {
			ip, want := random(), false
			for _, p := range each {
				want = want || p.Contains(ip)
			}
			require.Equal(t, want, list.Has(ip), "%s in %v", ip, each)
		}
	}
}

// Whatever is written, a domain is in its normal form after one reading, and an address with it in front has the same one.
func FuzzDomain(f *testing.F) {
	for _, seed := range []string{"example.com", "Bücher.example", "xn--bcher-kva.example", "a..b", "ＥＸ.com", "\xff", "xn--", "a。b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, ok := netaddr.Domain(text)
		if !ok {
			return
		}
		again, ok := netaddr.Domain(name)
		require.True(t, ok, "%q gives %q", text, name)
		require.Equal(t, name, again)
		again, ok = netaddr.Domain(fmt.Sprintf("x@%s", name))
		require.True(t, ok)
		require.Equal(t, name, again)
	})
}

func FuzzNetwork(f *testing.F) {
	for _, seed := range []string{"192.0.2.0/24", "2001:db8::/32", "::ffff:192.0.2.1", "1/2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := netaddr.Network(text)
		if err != nil {
			return
		}
		again, err := netaddr.Network(p.String())
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}
