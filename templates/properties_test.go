package templates_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/idna"

	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/templates"
)

// batch makes an action answer to many cases in one execution: each is a part of the input, over the rest of it.
const batch = `
{
  const one = $action.execute;
  $action.execute = async (input) => Promise.all(input.cases.map((part) => one({ ...input, ...part })));
}
`

// decide has a template decide on cases, each a user or a request as JSON members, with one config.
func (w *workshop) decide(t *testing.T, name string, config any, cases []map[string]any) []json.RawMessage {
	t.Helper()
	template, ok := templates.Lookup(name)
	require.True(t, ok)
	bundle := w.bundle(t, template)
	text, err := json.Marshal(config)
	require.NoError(t, err)
	full, err := w.schemas.Apply(t.Context(), "tenant", template.ConfigSchema, text)
	require.NoError(t, err, string(text))
	input, err := json.Marshal(map[string]any{"trigger": "login.after", "request": map[string]any{}, "context": map[string]any{}, "user": map[string]any{}, "state": map[string]any{}, "secrets": map[string]any{}, "cases": cases})
	require.NoError(t, err)
	program := vm.NewProgram(append(slices.Clip(bundle.Script), batch...), nil)
	limits := vm.Limits{CPU: time.Minute, Wall: time.Minute} // many decisions in one execution
	result, err := w.pool.Execute(t.Context(), "tenant", program, vm.Call{Entry: "execute", Input: input, Config: vm.NewConfig(full), Limits: limits}, nil)
	require.NoError(t, err)
	require.Nil(t, result.Failure, "%+v", result.Failure)
	var answers []json.RawMessage
	require.NoError(t, json.Unmarshal(result.Outcome, &answers))
	require.Len(t, answers, len(cases))
	return answers
}

func passed(t *testing.T, answer json.RawMessage) bool {
	t.Helper()
	var outcome struct{ Kind string }
	require.NoError(t, json.Unmarshal(answer, &outcome))
	return outcome.Kind == "continue"
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// The domain templates agree with what x/net/idna and a search through the whole list say.
func TestDomainsAgreeWithAnOracle(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	r := rand.New(rand.NewPCG(1, 1))
	labels := []string{"example", "bücher", "xn--bcher-kva", "例え", "a", "mail", "EXAMPLE", "Bücher", "my_host", "xn--r8jz45g", "straße", "ｆｕｌｌ"}
	domain := func() string {
		parts := make([]string, 1+r.IntN(4))
		for i := range parts {
			parts[i] = pick(r, labels)
		}
		return strings.Join(parts, ".")
	}
	// The tables are the same, since there is one such library for Go; how names are taken apart, compared and looked up is not.
	ascii := func(name string) string {
		mapped, err := idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false)).ToASCII(name)
		require.NoError(t, err, name)
		return mapped
	}
	matches := func(list []string, name string) bool {
		return slices.ContainsFunc(list, func(entry string) bool {
			if rest, wild := strings.CutPrefix(entry, "*."); wild {
				return strings.HasSuffix(ascii(name), "."+ascii(rest))
			}
			return ascii(name) == ascii(entry)
		})
	}
	for range 30 {
		list := []string{}
		for range 1 + r.IntN(5) {
			list = append(list, pick(r, []string{"", "*."})+domain())
		}
		var names []string
		var cases []map[string]any
		for range 60 {
			name := domain()
			names = append(names, name)
			cases = append(cases, map[string]any{"user": map[string]any{"id": "u", "email": pick(r, []string{"ada@", "Ada+1@", `"a@b"@`}) + name + pick(r, []string{"", "."})}})
		}
		allowed, blocked := w.decide(t, "domain-allowlist", map[string]any{"domains": list}, cases), w.decide(t, "domain-blocklist", map[string]any{"domains": list}, cases)
		for i, name := range names {
			want := matches(list, name)
			require.Equal(t, want, passed(t, allowed[i]), "%s in %v", name, list)
			require.Equal(t, !want, passed(t, blocked[i]), "%s in %v", name, list)
		}
	}
}

// The IP template agrees with net/netip, for addresses in all the ways in which they can be written, and behind proxies.
func TestNetworksAgreeWithAnOracle(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	r := rand.New(rand.NewPCG(2, 2))
	address := func() netip.Addr {
		if r.IntN(2) == 0 {
			return netip.AddrFrom4([4]byte{192, 0, byte(r.IntN(3)), byte(r.IntN(256))})
		}
		return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, byte(r.IntN(2)), 15: byte(r.IntN(256))})
	}
	written := func(ip netip.Addr) string {
		switch {
		case ip.Is4() && r.IntN(3) == 0:
			return "::ffff:" + ip.String()
		case ip.Is6() && r.IntN(2) == 0:
			return strings.ToUpper(ip.StringExpanded())
		}
		return ip.String()
	}
	proxy := netip.MustParseAddr("10.0.0.1")
	for range 30 {
		networks, prefixes := []string{}, []netip.Prefix{}
		for range 1 + r.IntN(4) {
			ip := address()
			p := netip.PrefixFrom(ip, ip.BitLen()-r.IntN(14)).Masked()
			prefixes, networks = append(prefixes, p), append(networks, p.String())
		}
		var clients []netip.Addr
		var cases []map[string]any
		for range 60 {
			client := address()
			request := map[string]any{"ip": written(client)}
			if r.IntN(2) == 0 {
				request = map[string]any{"ip": proxy.String(), "headers": map[string]any{"x-forwarded-for": written(address()) + ", " + written(client)}}
			}
			clients, cases = append(clients, client), append(cases, map[string]any{"request": request})
		}
		answers := w.decide(t, "ip-allowlist", map[string]any{"networks": networks, "trusted_proxies": []string{proxy.String()}}, cases)
		for i, client := range clients {
			want := slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(client) })
			require.Equal(t, want, passed(t, answers[i]), "%v in %v", cases[i], networks)
		}
	}
}

// Claims are what a walk through the input finds, whatever names there are in it; and nothing is found that is not the input's own.
func TestClaimsAgreeWithAnOracle(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	r := rand.New(rand.NewPCG(3, 3))
	names := []string{"a", "b", "0", "1", "constructor", "toString", "length", "__proto__", "hasOwnProperty", "é"}
	var value func(depth int) any
	value = func(depth int) any {
		switch n := r.IntN(8); {
		case n < 3 && depth > 0:
			object := map[string]any{}
			for range r.IntN(4) {
				object[pick(r, names)] = value(depth - 1)
			}
			return object
		case n == 3 && depth > 0:
			list := []any{}
			for range r.IntN(3) {
				list = append(list, value(depth-1))
			}
			return list
		case n == 4:
			return nil
		case n == 5:
			return float64(r.IntN(5))
		case n == 6:
			return r.IntN(2) == 0
		}
		return pick(r, []string{"", "text", "{{user.id}}"})
	}
	for range 20 {
		var paths []string
		var claims []map[string]any
		for i := range 20 {
			steps := []string{"user", "traits"}
			for range 1 + r.IntN(3) {
				steps = append(steps, pick(r, names))
			}
			paths = append(paths, strings.Join(steps, "."))
			claims = append(claims, map[string]any{"name": fmt.Sprintf("c%d", i), "from": paths[i], "tokens": []string{"id_token"}},
				map[string]any{"name": fmt.Sprintf("t%d", i), "template": "<{{" + paths[i] + "}}>", "tokens": []string{"access_token"}})
		}
		var users []map[string]any
		var cases []map[string]any
		for range 20 {
			user := map[string]any{"id": "u", "traits": value(4)}
			users, cases = append(users, user), append(cases, map[string]any{"user": user})
		}
		for i, answer := range w.decide(t, "decorate-token", map[string]any{"claims": claims}, cases) {
			var got struct {
				Claims struct {
					ID     map[string]any    `json:"id_token"`
					Access map[string]string `json:"access_token"`
				}
			}
			require.NoError(t, json.Unmarshal(answer, &got))
			for n, path := range paths {
				want, there := walk(users[i], strings.Split(path, ".")[1:])
				found, has := got.Claims.ID[fmt.Sprintf("c%d", n)]
				require.Equal(t, there, has, "%s of %v", path, users[i])
				require.Equal(t, want, found, "%s of %v", path, users[i])
				require.Equal(t, "<"+plain(t, want)+">", unordered(got.Claims.Access[fmt.Sprintf("t%d", n)]), "%s of %v", path, users[i])
			}
		}
	}
}

func walk(value any, steps []string) (any, bool) {
	for _, step := range steps {
		switch v := value.(type) {
		case map[string]any:
			member, ok := v[step]
			if !ok {
				return nil, false
			}
			value = member
		case []any:
			if step == "length" {
				value = float64(len(v))
				continue
			}
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}

// plain is a value in a text.
func plain(t *testing.T, value any) string {
	t.Helper()
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

// unordered sorts the members of an object in angle brackets.
func unordered(text string) string {
	inside := strings.TrimSuffix(strings.TrimPrefix(text, "<"), ">")
	var value any
	if strings.HasPrefix(inside, "{") && json.Unmarshal([]byte(inside), &value) == nil || strings.HasPrefix(inside, "[") && json.Unmarshal([]byte(inside), &value) == nil {
		sorted, err := json.Marshal(value)
		if err == nil {
			return "<" + string(sorted) + ">"
		}
	}
	return text
}

// Whatever is put into a URL, a user is sent to an allowed target or nowhere: also as another parser reads it.
func TestRedirectsStayWithinTheirTargets(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	r := rand.New(rand.NewPCG(4, 4))
	pieces := []string{"https:", "http:", "//", "/", "\\", "portal.example.com", "evil.test", "@", ":", "8443", "..", ".", "%2e", "%2F", "%5c", "?", "#", "partners", " ", "\t", "x", "[::1]", "。", "javascript:", "&"}
	allowed := "https://portal.example.com/partners"
	sent := 0
	for range 20 {
		var rules []map[string]string
		var cases []map[string]any
		for i := range 100 {
			text := pick(r, []string{"", allowed, "https://portal.example.com"})
			for range 1 + r.IntN(6) {
				text += pick(r, pieces)
			}
			rules = append(rules, map[string]string{"group": strconv.Itoa(i), "url": text})
			cases = append(cases, map[string]any{"user": map[string]any{"id": "u", "email": "", "groups": []string{strconv.Itoa(i)}}})
		}
		for i, answer := range w.decide(t, "redirect-by-group", map[string]any{"rules": rules, "allowed_targets": []string{allowed}}, cases) {
			var outcome struct{ Kind, URL string }
			require.NoError(t, json.Unmarshal(answer, &outcome))
			if outcome.Kind == "block" {
				continue
			}
			sent++
			u, err := url.Parse(outcome.URL)
			require.NoError(t, err, "%q", rules[i]["url"])
			require.Equal(t, "https://portal.example.com", u.Scheme+"://"+u.Host, "%q", rules[i]["url"])
			require.Nil(t, u.User)
			require.True(t, u.Path == "/partners" || strings.HasPrefix(u.Path, "/partners/"), "%q gives %s", rules[i]["url"], u.Path)
			require.NotContains(t, strings.Split(u.Path, "/"), "..")
		}
	}
	require.Greater(t, sent, 50, "some are allowed")
}
