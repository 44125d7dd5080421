package versions_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/condition"
	"github.com/durward/durward/versions"
)

// conditional is a list of one attachment with a condition.
func conditional(text string) []versions.Attachment {
	return []versions.Attachment{{ID: "a", Action: "a", Version: "1.0.0", When: text}}
}

func TestConditionsThatAreRefused(t *testing.T) {
	t.Parallel()
	flows := newTenant(t, newStore(t), "acme")
	newFlow(t, flows, "acme", nil)
	for name, test := range map[string]struct {
		slots slots
		want  []string
	}{
		"a misspelled member": {slots{"after": {Default: conditional("true &&\n input.user.emial == \"\"")}}, []string{`/slots/after/default/0/when:2:12: there is no member "emial" (is it "email"?)`}},
		"two mistakes": {slots{"after": {Methods: map[contract.Method][]versions.Attachment{"totp": conditional("a || b")}}}, []string{
			`/slots/after/methods/totp/0/when:1:1: there is no "a" (everything is in input, as in input.user.email)`,
			`/slots/after/methods/totp/0/when:1:6: there is no "b" (everything is in input, as in input.user.email)`,
		}},
		"what another trigger has": {slots{"before": {Default: conditional(`input.context.credential.valid`)}}, []string{`/slots/before/default/0/when:1:14: there is no member "credential"`}},
		"also of a disabled one": {slots{"after": {Default: []versions.Attachment{{ID: "a", Action: "a", Version: "1.0.0", When: "1", Disabled: true}}}}, []string{
			`/slots/after/default/0/when:1:1: the expression gives int, and a condition is true or false`,
		}},
		"a chain without time":        {slots{"after": {Default: attach("a"), TimeoutMS: -1}}, []string{`/slots/after/timeout_ms: it must be from 1 to 10000 milliseconds`}},
		"a chain with too much of it": {slots{"after": {Default: attach("a"), TimeoutMS: 10_001}}, []string{`/slots/after/timeout_ms: it must be from 1 to 10000 milliseconds`}},
	} {
		_, _, err := flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: 1, Slots: test.slots})
		require.Equal(t, test.want, at(t, err), name)
	}
	var many []versions.Attachment
	for i := range 20 {
		many = append(many, versions.Attachment{Action: "a", Version: "1.0.0", When: strings.Repeat(" ", 970+i) + "true"})
	}
	same := slots{"after": {Default: many, Methods: map[contract.Method][]versions.Attachment{"totp": many}}}
	save(t, flows, "acme", 1, same)
	same["after"].Methods["sms"] = conditional(strings.Repeat(" ", 990) + "false")
	_, _, err := flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: 2, Slots: same})
	require.Equal(t, `/slots/after/methods/sms/0/when: the conditions of a flow have at most 20000 bytes together`, at(t, err)[0])
}

func TestConditionsThatSurprise(t *testing.T) {
	t.Parallel()
	flows := newTenant(t, newStore(t), "acme")
	newFlow(t, flows, "acme", nil)
	_, warnings, err := flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: 1, Slots: slots{"after": {Default: []versions.Attachment{
		{Action: "a", Version: "1.0.0", When: `input.context.organization.id == "x" || input.user.phone == "" && input.user.traits.level > 1`},
		{Action: "a", Version: "1.0.0", When: `has(input.context.organization) && input.context.organization.id == "x" && has(input.user.traits.level) && input.user.traits.level > 1 && input.user.id != ""`},
	}}}})
	require.NoError(t, err)
	var told []string
	for _, w := range warnings {
		require.Equal(t, "/slots/after/default/0/when", w.Pointer)
		told = append(told, w.Detail)
	}
	require.Equal(t, []string{
		"where there is no input.context.organization the condition fails, and on_failure decides; has(input.context.organization) && … tests it first",
		"where there is no input.user.phone the condition fails, and on_failure decides; has(input.user.phone) && … tests it first",
		"where there is no input.user.traits.level the condition fails, and on_failure decides; has(input.user.traits.level) && … tests it first",
	}, told)
}

func TestDisabled(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	off := attach("a", "b", "c")
	off[1].Disabled = true
	revision := newFlow(t, flows, "acme", slots{"after": {Default: off, TimeoutMS: 1500}})
	r, err := versions.NewLive(t.Context(), s).Current(t.Context(), login)
	require.NoError(t, err)
	chain := r.Chain("after", "")
	require.Len(t, chain.Steps, 2)
	require.Equal(t, "c", chain.Steps[1].Action)
	require.EqualValues(t, 1500, chain.Budget.Milliseconds())

	// Another list need not have what is disabled in the default one, but has to have it enabled.
	_, warnings, err := flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: revision.Number, Slots: slots{"after": {
		Default: off, Methods: map[contract.Method][]versions.Attachment{"totp": {{Action: "a", Version: "1.0.0"}, {Action: "c", Version: "1.0.0", Disabled: true}}},
	}}})
	require.NoError(t, err)
	require.Equal(t, []versions.Warning{{Pointer: "/slots/after/methods/totp", Detail: "the list for totp replaces the default list: c will not run for it"}}, warnings)
}

func TestConditionsAreSharedAndKept(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	one, two := newTenant(t, s, "acme"), newTenant(t, s, "other")
	newFlow(t, one, "acme", slots{"after": {Default: conditional(`input.user.id == "x"`)}})
	newFlow(t, two, "other", slots{"after": {Default: conditional(`input.user.id == "x"`)}, "before": {Default: []versions.Attachment{{ID: "b", Action: "a", Version: "1.0.0", When: `has(input.user.id)`}}}})
	live := versions.NewLive(t.Context(), s)
	step := func(tenant catalog.TenantID, slot contract.SlotName) runtime.Step {
		r, err := live.Current(t.Context(), versions.FlowRef{Tenant: tenant, Flow: "login"})
		require.NoError(t, err)
		return r.Chain(slot, "").Steps[0]
	}
	require.Same(t, step("acme", "after").When, step("other", "after").When)
	require.NotSame(t, step("other", "after").When, step("other", "before").When)
}

// A revision may have been saved by a program that knew more than this one.
func TestConditionsThatNoLongerCompileFail(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	revision := newFlow(t, flows, "acme", nil)
	revision.Number, revision.Slots = 2, slots{"after": {Default: conditional(`input.user.newer == 1`)}}
	flow, err := s.Flow(t.Context(), "acme", "login")
	require.NoError(t, err)
	flow.Revision, flow.Latest, flow.Edition = 2, 2, flow.Edition+1
	require.NoError(t, s.SaveFlow(t.Context(), flow, []versions.Revision{revision}))
	r, err := versions.NewLive(t.Context(), s).Current(t.Context(), login)
	require.NoError(t, err)
	in := condition.NewInput("login.after")
	in.Set("user", json.RawMessage(`{}`))
	_, err = r.Chain("after", "").Steps[0].When.Holds(in)
	require.ErrorContains(t, err, `the condition cannot be compiled: 1:11: there is no member "newer"`)
}

func TestBudgets(t *testing.T) {
	t.Parallel()
	flows := newTenant(t, newStore(t), "acme")
	revision := newFlow(t, flows, "acme", slots{
		"before": {Default: []versions.Attachment{{Action: "a", Version: "1.0.0", Disabled: true}}},
		"after": {
			Default: []versions.Attachment{
				{Action: "a", Version: "1.0.0", TimeoutMS: 700, Limits: catalog.Limits{CPUMS: 100, Requests: 2}}, {Action: "b", Version: "1.0.0"}, {Action: "c", Version: "1.0.0", Disabled: true},
			},
			Methods:   map[contract.Method][]versions.Attachment{"totp": attach("a", "b", "c"), "sms": {}, "passkey": {{Action: "a", Version: "1.0.0", TimeoutMS: 300}}},
			TimeoutMS: 4000,
		},
	})
	list, err := flows.Budgets(t.Context(), &revision)
	require.NoError(t, err)
	require.Equal(t, []versions.Budget{
		{Slot: "after", Attachments: 2, TimeoutMS: 5700, CPUMS: 600, Requests: 22, ChainMS: 4000},
		{Slot: "after", Method: "passkey", Attachments: 1, TimeoutMS: 300, CPUMS: 500, Requests: 20, ChainMS: 300},
		{Slot: "after", Method: "totp", Attachments: 3, TimeoutMS: 15_000, CPUMS: 1500, Requests: 60, ChainMS: 4000},
	}, list)
}
