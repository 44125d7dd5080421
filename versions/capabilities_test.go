package versions_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/capability"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/versions"
)

func code(outcomes ...string) capability.Code { return capability.Code{Outcomes: outcomes} }

func changes(t testing.TB, s *store, v versions.Version) versions.CapabilityChanges {
	t.Helper()
	c, err := (&versions.Publisher{Store: s}).Changes(t.Context(), v)
	require.NoError(t, err)
	return c
}

func TestCapabilityChanges(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	newTenant(t, s, "acme")
	first, second, draft := aBundle, aBundle, aDraft()
	first.Capabilities.Code = code("continue")
	second.Capabilities.Code = code("block", "continue")
	second.Capabilities.Code.APIs = []capability.Use{{API: capability.Fetch, By: []string{capability.Own}}}
	second.Capabilities.Code.DynamicCode = []string{"lodash@4.17.21"}

	one, err := publish(t, s, "acme", "a", draft, first, "0.9.0")
	require.NoError(t, err)
	require.Equal(t, versions.CapabilityChanges{
		Added: []versions.CapabilityChange{{Kind: "secret", Name: "A"}, {Kind: "secret", Name: "B"}, {Kind: "outcome", Name: "continue"}},
	}, changes(t, s, one))

	draft.Secrets, draft.Hosts = []string{"B", "CRM_TOKEN"}, []string{"api.crm.example"}
	two, err := publish(t, s, "acme", "a", draft, second, "0.10.0")
	require.NoError(t, err)
	want := versions.CapabilityChanges{
		Since: "0.9.0",
		Added: []versions.CapabilityChange{
			{Kind: "host", Name: "api.crm.example"}, {Kind: "secret", Name: "CRM_TOKEN"}, {Kind: "outcome", Name: "block"}, {Kind: "api", Name: "fetch"}, {Kind: "dynamic_code", Name: "lodash@4.17.21"},
		},
		Removed: []versions.CapabilityChange{{Kind: "secret", Name: "A"}},
	}
	require.Equal(t, want, changes(t, s, two))

	_, err = publish(t, s, "acme", "a", draft, second, "0.11.0")
	require.NoError(t, err)
	require.Equal(t, want, changes(t, s, two), "what is published later does not come before it")
	fix, err := publish(t, s, "acme", "a", draft, second, "0.10.1")
	require.NoError(t, err)
	require.Equal(t, versions.CapabilityChanges{Since: "0.10.0"}, changes(t, s, fix))
}

func TestOutcomesThatNoTriggerAllows(t *testing.T) {
	t.Parallel()
	v := versions.Version{Triggers: []contract.TriggerID{"verification.after", "password.changed"}}
	_, known := v.Capabilities()
	require.False(t, known)
	for _, test := range []struct{ code, want []string }{
		{[]string{"block", "continue", "demand_mfa", "redirect"}, []string{"continue", "redirect"}},
		{[]string{"*"}, []string{"*"}},
	} {
		c := code(test.code...)
		v.Code = &c
		got, known := v.Capabilities()
		require.True(t, known)
		require.Equal(t, test.want, got.Outcomes)
	}
}

// TestVersionFromBefore shows that a version from before hosts had to be declared reaches what it did, and is compared by what is known of it.
func TestVersionFromBefore(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	newTenant(t, s, "acme")
	v, err := publish(t, s, "acme", "a", catalog.Draft{Files: map[string]string{"action.ts": "x"}, Entry: "action.ts", Triggers: []contract.TriggerID{"login.after"}}, aBundle, "1.1.0")
	require.NoError(t, err)
	require.Equal(t, versions.CapabilityChanges{Since: "1.0.0", Removed: []versions.CapabilityChange{{Kind: "host", Name: "*"}}}, changes(t, s, v))

	for number, want := range map[string][]string{"1.0.0": {"*"}, "1.1.0": nil} {
		flow := versions.Flow{Tenant: "acme", Slug: versions.FlowSlug("login-" + number[:1] + number[2:3]), Kind: "login", CreatedAt: clock(), CreatedBy: alice, Revision: 1}
		slots := map[contract.SlotName]versions.Slot{"after": {Default: []versions.Attachment{{ID: "a", Action: "a", Version: number}}}}
		require.NoError(t, s.CreateFlow(t.Context(), flow, versions.Revision{Tenant: "acme", Flow: flow.Slug, Number: 1, Slots: slots, SavedAt: clock(), SavedBy: alice}))
		r, err := versions.NewLive(t.Context(), s).Current(t.Context(), versions.FlowRef{Tenant: "acme", Flow: flow.Slug})
		require.NoError(t, err)
		require.Equal(t, want, r.Chain("after", "").Steps[0].Hosts, number)
	}
}

func TestWarningsOfWhatIsNotDeclared(t *testing.T) {
	t.Parallel()
	at := func(name string) capability.Mention {
		return capability.Mention{Name: name, File: "action.ts", Line: 2, Column: 3}
	}
	fetches := []capability.Use{{API: capability.Fetch, By: []string{capability.Own}}}
	place := at("fetch")
	for name, test := range map[string]struct {
		found   capability.Found
		hosts   []string
		secrets []string
		want    []string
	}{
		"all declared": {
			capability.Found{Code: capability.Code{APIs: fetches}, Fetch: &place, Secrets: []capability.Mention{at("A")}, Hosts: []capability.Mention{at("a.example.com:443")}},
			[]string{"*.example.com"}, []string{"A"}, nil,
		},
		"a secret": {
			capability.Found{Secrets: []capability.Mention{at("A"), at("B")}}, nil, []string{"A"},
			[]string{"action.ts:2:3: warning: The secret B is not declared, and reading it throws"},
		},
		"a host": {
			capability.Found{Code: capability.Code{APIs: fetches}, Fetch: &place, Hosts: []capability.Mention{at("a.example.com")}}, []string{"b.example.com"}, nil,
			[]string{"action.ts:2:3: warning: The host a.example.com is not declared, and requests to it are refused"},
		},
		"no hosts": {
			capability.Found{Code: capability.Code{APIs: fetches}, Fetch: &place, Hosts: []capability.Mention{at("a.example.com")}}, nil, nil,
			[]string{"action.ts:2:3: warning: Requests are sent, but no host is declared: all of them are refused"},
		},
		"no hosts, of a package": {
			capability.Found{Code: capability.Code{APIs: []capability.Use{{API: capability.Fetch, By: []string{"axios@1.0.0"}}}}}, nil, nil,
			[]string{"warning: Requests are sent, but no host is declared: all of them are refused"},
		},
		"any host":               {capability.Found{Code: capability.Code{APIs: fetches}, Fetch: &place, Hosts: []capability.Mention{at("a.example.com")}}, []string{"*"}, nil, nil},
		"a URL without fetch":    {capability.Found{Hosts: []capability.Mention{at("a.example.com")}}, nil, nil, nil},
		"a URL with a package's": {capability.Found{Code: capability.Code{APIs: fetches}, Hosts: []capability.Mention{at("a.example.com")}}, []string{"b.example.com"}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			newTenant(t, s, "acme")
			draft, b := aDraft(), aBundle
			draft.Files = map[string]string{"action.ts": "one\ntwo\nthree"}
			draft.Hosts, draft.Secrets, b.Capabilities = test.hosts, test.secrets, test.found
			p := &versions.Publisher{Store: s, Catalog: drafts{draft}, Builder: b, Schemas: schemasHere}
			_, warnings, err := p.Publish(t.Context(), alice, "acme", "a", versions.Publication{Number: "3.0.0"})
			require.NoError(t, err)
			var got []string
			for _, w := range warnings {
				got = append(got, w.String())
				require.Equal(t, bundler.SeverityWarning, w.Severity)
				require.NotEmpty(t, w.Hint)
				if w.Line == 2 {
					require.Equal(t, "two", w.LineText)
				}
			}
			require.Equal(t, test.want, got)
		})
	}
}
