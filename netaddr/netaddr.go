// Package netaddr reads what names people and machines in configs and in what users type: domains of e-mail addresses, and IP addresses and networks.
//
// It decides nothing but what is the same and what is inside of what. The sandbox offers it to actions, and config schemas check with it what is written for them.
package netaddr

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Bounds of a domain: to map a label takes time with the square of its length, and so what is too long for DNS is refused before.
const (
	maxDomain = 253 // bytes, as it is looked up
	maxLabel  = 63  // characters
	maxText   = 1 << 10
)

// lookup maps names as browsers do (UTS #46, without the transitional rules).
var lookup = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.StrictDomainName(false), idna.VerifyDNSLength(true))

// Domain returns the domain of an e-mail address, or of a domain by itself, in the form in which equal domains are equal texts: lower case, with ASCII labels (bücher.example is xn--bcher-kva.example) and
// without the dot of the root. What stands in front of the last @ does not matter. It returns false for what is no domain name.
func Domain(text string) (string, bool) {
	name := strings.TrimSpace(text[strings.LastIndexByte(text, '@')+1:])
	if len(name) > maxText || !utf8.ValidString(name) {
		return "", false
	}
	name = strings.TrimSuffix(name, ".")
	if plain(name) {
		name = strings.ToLower(name)
	} else if mapped, err := mapName(name); err == nil {
		name = mapped
	} else {
		return "", false
	}
	return name, isDomain(name)
}

// plain says whether a name needs no mapping: it is ASCII, and no label of it stands for another one.
func plain(name string) bool {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return false
		}
		if (i == 0 || name[i-1] == '.') && len(name) > i+4 && strings.EqualFold(name[i:i+4], "xn--") {
			return false
		}
	}
	return true
}

func mapName(name string) (string, error) {
	for label := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '.' || r == '。' || r == '．' || r == '｡' }) {
		if utf8.RuneCountInString(label) > maxLabel {
			return "", fmt.Errorf("a label has more than %d characters", maxLabel)
		}
	}
	mapped, err := lookup.ToASCII(name)
	return strings.TrimSuffix(mapped, "."), err
}

// isDomain says whether an ASCII name in lower case is one that DNS can have.
func isDomain(name string) bool {
	if name == "" || len(name) > maxDomain {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// Wildcard begins the patterns that stand for all subdomains of a domain, and not for itself.
const Wildcard = "*."

// Pattern returns a domain, or a wildcard of one, in the form in which equal patterns are equal texts. The error says what is wrong with it.
func Pattern(text string) (string, error) {
	rest, wild := strings.CutPrefix(strings.TrimSpace(text), Wildcard)
	switch name, ok := Domain(rest); {
	case strings.Contains(rest, "@"):
		return "", fmt.Errorf("write the domain alone, without what stands in front of the @")
	case strings.Contains(rest, "/"):
		return "", fmt.Errorf("write the domain alone, without https:// and path")
	case strings.Contains(rest, "*"):
		return "", fmt.Errorf("a wildcard stands alone in front, as in *.example.com")
	case !ok:
		return "", fmt.Errorf("write a domain such as example.com, or *.example.com for all its subdomains")
	case wild:
		return Wildcard + name, nil
	default:
		return name, nil
	}
}

// IP returns an IP address. An IPv4 address that is written as one of IPv6 (::ffff:192.0.2.1) is the IPv4 address. It returns false for what is none, and for one with a zone.
func IP(text string) (netip.Addr, bool) {
	ip, err := netip.ParseAddr(strings.TrimSpace(text))
	return ip.Unmap(), err == nil && ip.Zone() == ""
}

// Network returns a network in CIDR notation, or the one that holds an address alone. The error says what is wrong with it.
func Network(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	if ip, ok := IP(text); ok {
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		return p, fmt.Errorf("write an address such as 192.0.2.7 or 2001:db8::1, or a network such as 192.0.2.0/24 or 2001:db8::/32")
	case p.Addr().Is4In6() && p.Bits() < 96:
		return p, fmt.Errorf("the network reaches beyond the IPv4 addresses in it: write it as 0.0.0.0/0, or as one of IPv6")
	case p.Addr().Is4In6():
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	if p != p.Masked() {
		return p, fmt.Errorf("%s is inside of a network: the network is %s", p, p.Masked())
	}
	return p, nil
}

// NetworkOf returns the network of an address that has so many bits. It returns false if the family of the address has fewer.
func NetworkOf(ip netip.Addr, bits int) (netip.Prefix, bool) {
	p, err := ip.Prefix(bits)
	return p, err == nil
}
