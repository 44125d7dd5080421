package netaddr

import (
	"net/netip"
	"strings"
)

// Domains are patterns of domains that are looked up in a time that does not depend on how many there are. The zero value is empty.
type Domains struct{ patterns map[string]struct{} }

// Add adds a pattern; the error is that of [Pattern].
func (d *Domains) Add(pattern string) error {
	normal, err := Pattern(pattern)
	if err != nil {
		return err
	}
	if d.patterns == nil {
		d.patterns = map[string]struct{}{}
	}
	d.patterns[normal] = struct{}{}
	return nil
}

// Has says whether one of the patterns stands for a domain, which is as [Domain] returns it.
func (d *Domains) Has(domain string) bool {
	if _, ok := d.patterns[domain]; ok {
		return true
	}
	for at := strings.IndexByte(domain, '.'); at >= 0; {
		if _, ok := d.patterns["*"+domain[at:]]; ok {
			return true
		}
		next := strings.IndexByte(domain[at+1:], '.')
		if next < 0 {
			return false
		}
		at += 1 + next
	}
	return false
}

// Networks are networks that are looked up in a time that does not depend on how many there are. The zero value is empty.
type Networks struct {
	networks map[netip.Prefix]struct{}
	lengths  []int // that networks have, each once; of both families
}

// Add adds a network; the error is that of [Network].
func (n *Networks) Add(network string) error {
	p, err := Network(network)
	if err != nil {
		return err
	}
	if n.networks == nil {
		n.networks = map[netip.Prefix]struct{}{}
	}
	n.networks[p] = struct{}{}
	for _, length := range n.lengths {
		if length == p.Bits() {
			return nil
		}
	}
	n.lengths = append(n.lengths, p.Bits())
	return nil
}

// Has says whether an address is in one of the networks.
func (n *Networks) Has(ip netip.Addr) bool {
	for _, length := range n.lengths {
		if p, ok := NetworkOf(ip, length); ok {
			if _, there := n.networks[p]; there {
				return true
			}
		}
	}
	return false
}
