package vm

import (
	"github.com/dop251/goja"

	"github.com/durward/durward/netaddr"
)

// installNames adds to durward what tells domains and IP addresses apart, and looks them up in the config's lists.
func (x *Execution) installNames(durward *goja.Object) {
	ip := x.rt.NewObject()
	x.defineOn(ip, "normal", x.function("normal", x.ipNormal))
	x.defineOn(ip, "network", x.function("network", x.ipNetwork))
	x.defineOn(ip, "within", x.function("within", x.ipWithin))
	x.defineOn(durward, "ip", ip)
	x.defineOn(durward, "domain", x.function("domain", x.domain))
	x.defineOn(durward, "list", x.function("list", x.list))
}

// word is an argument that must be a string.
func (x *Execution) word(function, what string, value goja.Value) string {
	text, ok := value.(goja.String)
	if !ok {
		panic(x.rt.NewTypeError("%s: the %s must be a string", function, what))
	}
	return text.String()
}

// domain is the normal form of the domain of an address, or of a domain by itself; undefined if it is none.
func (x *Execution) domain(call goja.FunctionCall) goja.Value {
	name, ok := netaddr.Domain(x.word("durward.domain", "address", call.Argument(0)))
	return x.orUndefined(name, ok)
}

func (x *Execution) orUndefined(text string, ok bool) goja.Value {
	if !ok {
		return goja.Undefined()
	}
	return x.rt.ToValue(text)
}

func (x *Execution) ipNormal(call goja.FunctionCall) goja.Value {
	ip, ok := netaddr.IP(x.word("durward.ip.normal", "address", call.Argument(0)))
	return x.orUndefined(ip.String(), ok)
}

// ipNetwork(ip, {v4, v6}) is the network of an address that has so many bits of its family.
func (x *Execution) ipNetwork(call goja.FunctionCall) goja.Value {
	const function = "durward.ip.network"
	ip, ok := netaddr.IP(x.word(function, "address", call.Argument(0)))
	v4 := x.option(function, call.Argument(1), "v4", 32, 32)
	v6 := x.option(function, call.Argument(1), "v6", 128, 64)
	if !ok {
		return goja.Undefined()
	}
	bits := v6
	if ip.Is4() {
		bits = v4
	}
	network, ok := netaddr.NetworkOf(ip, bits)
	return x.orUndefined(network.String(), ok)
}

// ipWithin(ip, networks) says whether an address is in one of a few networks. One that is no network is an error of the action's: a rule that never fires must not go unnoticed.
func (x *Execution) ipWithin(call goja.FunctionCall) goja.Value {
	const function = "durward.ip.within"
	ip, ok := netaddr.IP(x.word(function, "address", call.Argument(0)))
	found := false
	x.rt.ForOf(call.Argument(1), func(entry goja.Value) bool {
		text := x.word(function, "network", entry)
		network, err := netaddr.Network(text)
		if err != nil {
			panic(x.rt.NewTypeError("%s: %q is no network: %s", function, clip(text, 100), err.Error()))
		}
		found = ok && network.Contains(ip)
		return !found
	})
	return x.rt.ToValue(found)
}

// list(name) looks up in a list of the config.
func (x *Execution) list(call goja.FunctionCall) goja.Value {
	x.notAhead() // there is no config yet
	name := x.word("durward.list", "name", call.Argument(0))
	var found *list
	if x.config != nil {
		x.machine.index(func() { found = x.config.list(name) })
	}
	if found == nil {
		panic(x.rt.NewTypeError("durward.list: the config has no list of strings that is called %q", clip(name, 100)))
	}
	object := x.rt.NewObject()
	look := func(name string, has func(string) bool) {
		x.defineOn(object, name, x.function(name, func(call goja.FunctionCall) goja.Value {
			text, there := x.word("durward.list."+name, "text", call.Argument(0)), false
			x.machine.index(func() { there = has(text) })
			return x.rt.ToValue(there)
		}))
	}
	look("has", found.has)
	look("hasAddress", found.hasAddress)
	look("hasDomain", func(text string) bool {
		domain, ok := netaddr.Domain(text)
		return ok && found.hasDomain(domain)
	})
	return object
}
