package host_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
)

// FuzzServe asks for anything. Whatever it is, nothing panics, no name is looked up but by the resolver, and the answers are what the worker can read.
func FuzzServe(f *testing.F) {
	for op, args := range map[string]string{
		"fetch":        `{"method":"POST","url":"http://127.0.0.1/","headers":[["a","secret://KEY"]],"redirect":"follow"}`,
		"fetch.read":   `{"body":1,"max":-1,"all":true}`,
		"fetch.close":  `{"body":1}`,
		"cache.get":    `{"key":"k"}`,
		"cache.set":    `{"key":"k","value":{"a":1},"ttl_seconds":1}`,
		"cache.delete": `{"key":"k"}`,
		"counter.hit":  `{"key":"k","window_seconds":1,"limit":3,"durable":true}`,
		"cancel":       `{}`,
	} {
		f.Add(op, []byte(args), []byte("secret://KEY"))
	}
	f.Add("fetch", []byte(`{"url":"https://[::ffff:1.2.3.4]:443/"}`), []byte(nil))
	f.Add("fetch", []byte(`{"url":"http://０x7f.1/","headers":[[]]}`), []byte(nil))
	broker := host.New(host.Options{Resolver: &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no network in this test")
	}}})
	f.Cleanup(broker.Close)
	settings := &host.Settings{Secrets: map[string]host.Secret{"KEY": {Value: "v4lue-of-it", Brokered: true, Hosts: []string{"*.example.com"}}}}
	f.Fuzz(func(t *testing.T, op string, args, body []byte) {
		if isPublicLiteral(args) {
			t.Skip("it would be dialled")
		}
		s := broker.Open(settings, host.Grant{Tenant: "acme", Action: "check", Secrets: []string{"KEY"}, Hosts: []string{"*"}})
		defer s.Close()
		a := s.Serve(t.Context(), vm.HostCall{ID: 1, Op: op, Args: args, Body: body})
		switch {
		case a.Err == nil && !json.Valid(a.Value):
			t.Fatalf("the value is no JSON: %q", a.Value)
		case a.Err == nil && op == "fetch":
			t.Fatalf("fetched %q: %s", args, a.Value)
		case a.Err != nil && (a.Err.Code == "" || !utf8.ValidString(a.Err.Message)):
			t.Fatalf("a strange error: %+v", a.Err)
		case a.Err != nil && strings.Contains(a.Err.Message, "v4lue"):
			t.Fatalf("the secret is in an error: %+v", a.Err)
		}
		if _, err := json.Marshal(s.Requests()); err != nil {
			t.Fatal(err)
		}
	})
}

// isPublicLiteral says whether the arguments of a fetch lead to a public address without a name.
func isPublicLiteral(args []byte) bool {
	var a call
	if json.Unmarshal(args, &a) != nil {
		return false
	}
	_, at, err := host.Normal(a.URL)
	return err == nil && host.CheckAddress(false, "", at) == nil
}

// FuzzNormal holds what is dialled to what the URL says: reading the normal form again changes nothing, and a host that is an address looks like one to everybody.
func FuzzNormal(f *testing.F) {
	for _, raw := range []string{"https://Example.com.:443/a?b#c", "http://[::1]:8080/", "http://0x7f.1/", "http://１２７.0.0.1/", "http://bücher.example", "http://a%2fb/", `http://a\b/`, "http://a:0080/?\x7f"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		normal, at, err := host.Normal(raw)
		if err != nil {
			return
		}
		again, atAgain, err := host.Normal(normal)
		if err != nil || again != normal || atAgain != at {
			t.Fatalf("%q: %q at %q, and then %q at %q: %v", raw, normal, at, again, atAgain, err)
		}
		name, _, err := net.SplitHostPort(at)
		if err != nil || name != strings.ToLower(name) || strings.ContainsAny(name, "%/@ \\?#") {
			t.Fatalf("%q: dials %q", raw, at)
		}
		u, err := url.Parse(normal)
		if err != nil || u.Hostname() != name || u.User != nil {
			t.Fatalf("%q: %q is of another host than %q", raw, normal, name)
		}
		if _, err := netip.ParseAddr(name); err != nil && strings.Trim(name[strings.LastIndexByte(name, '.')+1:], "0123456789") == "" {
			t.Fatalf("%q: %q may be taken for an address", raw, name)
		}
	})
}

// FuzzAllows holds lists of hosts to what they say, read another way.
func FuzzAllows(f *testing.F) {
	f.Add("*.example.com:8443", "https://a.example.com:8443/")
	f.Add("example.com", "https://example.com./")
	f.Add("*.", "http://a/")
	f.Fuzz(func(t *testing.T, entry, raw string) {
		if !host.Allows([]string{entry}, raw) {
			return
		}
		normal, at, err := host.Normal(raw)
		if err != nil {
			t.Fatalf("%q allows %q, which is no URL", entry, raw)
		}
		name, port, _ := net.SplitHostPort(at)
		rest, wildcard := strings.CutPrefix(entry, "*.")
		if addr, err := netip.ParseAddr(rest); err == nil && addr.Is6() && !wildcard {
			rest = "[" + rest + "]"
		}
		_, listed, err := host.Normal("http://" + rest) // the list is read as URLs are
		if err != nil {
			t.Fatalf("%q allows %q, and is no host", entry, normal)
		}
		listedName, listedPort, _ := net.SplitHostPort(listed)
		if wildcard && !strings.HasSuffix(name, "."+listedName) || !wildcard && name != listedName {
			t.Fatalf("%q allows %q", entry, normal)
		}
		if port != listedPort && port != "443" && port != "80" {
			t.Fatalf("%q allows the port of %q", entry, normal)
		}
	})
}
