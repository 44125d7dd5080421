package versions_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/versions"
)

func TestRevisionsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	require.NoError(t, s.PutVersion(t.Context(), versions.Version{
		Tenant: "acme", Action: "a", Number: "3.0.0", Triggers: []contract.TriggerID{"login.after", "token.issue"},
	}))
	newFlow(t, flows, "acme", nil)
	one := func(change func(*versions.Attachment)) []versions.Attachment {
		list := attach("c")
		change(&list[0])
		return list
	}
	after := func(list []versions.Attachment) slots { return slots{"after": {Default: list}} }
	for name, test := range map[string]struct {
		slots slots
		want  string
	}{
		"an unknown slot":        {slots{"during": {Default: attach("a")}}, `/slots/during: a login flow has no slot "during"; it has before, identified, credential-checked, after`},
		"a slot of another kind": {slots{"submitted": {}}, `/slots/submitted: a login flow has no slot "submitted"`},
		"a slot like a path":     {slots{"a/~b": {}}, `/slots/a~1~0b: a login flow has no slot`},
		"an unknown action":      {after([]versions.Attachment{{Action: "none", Version: "1.0.0"}}), `/slots/after/default/0/version: there is no version "1.0.0" of an action "none"`},
		"an unknown version":     {after([]versions.Attachment{{Action: "a", Version: "1.0.1"}}), `/slots/after/default/0/version: there is no version "1.0.1" of an action "a"`},
		"a range for a version":  {after([]versions.Attachment{{Action: "a", Version: "^1.0.0"}}), `/slots/after/default/0/version: there is no version "^1.0.0"`},
		"no version":             {after([]versions.Attachment{{Action: "a"}}), `/slots/after/default/0/version: there is no version ""`},
		"another trigger": {
			slots{"before": {Default: []versions.Attachment{{Action: "a", Version: "3.0.0"}}}},
			`/slots/before/default/0/version: a 3.0.0 is not made for login.before, only for login.after, token.issue`,
		},
		"a config without a schema": {after([]versions.Attachment{{Action: "a", Version: "1.0.0", Config: json.RawMessage(`{"x":1}`)}}), `/slots/after/default/0/config: this version has no config schema`},
		"a config that is wrong":    {after(one(func(a *versions.Attachment) { a.Config = json.RawMessage(`{"a/b":1}`) })), `/slots/after/default/0/config/a~1b: `},
		"an unknown policy":         {after(one(func(a *versions.Attachment) { a.OnFailure = "ignore" })), `/slots/after/default/0/on_failure: "ignore" is not a policy; the policies are block and continue`},
		"a policy that is open": {
			slots{"credential-checked": {Default: one(func(a *versions.Attachment) { a.OnFailure = versions.Continue })}},
			`/slots/credential-checked/default/0/on_failure: login.credential-checked fails closed: its policy is always block`,
		},
		"no time":          {after(one(func(a *versions.Attachment) { a.TimeoutMS = -1 })), `/slots/after/default/0/timeout_ms: it must be from 1 to 10000 milliseconds`},
		"too much time":    {after(one(func(a *versions.Attachment) { a.TimeoutMS = 10_001 })), `/slots/after/default/0/timeout_ms: `},
		"an id twice":      {after(attach("a", "a")), `/slots/after/default/1/id: the id "a" is there twice`},
		"a long id":        {after(one(func(a *versions.Attachment) { a.ID = strings.Repeat("x", 81) })), `/slots/after/default/0/id: an id has at most 80 bytes`},
		"an id twice, far": {slots{"before": {Default: attach("a")}, "after": {Methods: map[contract.Method][]versions.Attachment{"totp": attach("a")}}}, `/slots/before/default/0/id: the id "a" is there twice`},
		"too many":         {after(make([]versions.Attachment, versions.MaxAttachments+1)), `/slots/after/default: a list has at most 20 attachments`},
		"a method where there are none": {
			slots{"before": {Methods: map[contract.Method][]versions.Attachment{"totp": attach("a")}}}, `/slots/before/methods/totp: login.before has no lists per method`,
		},
		"an unknown method": {slots{"after": {Methods: map[contract.Method][]versions.Attachment{"mail": {}}}}, `/slots/after/methods/mail: "mail" is not an authentication method`},
		"a wrong attachment of a method": {
			slots{"after": {Methods: map[contract.Method][]versions.Attachment{"totp": {{Action: "a", Version: "1.0.0"}, {Action: "none", Version: "1.0.0"}}}}},
			`/slots/after/methods/totp/1/version: there is no version`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: 1, Slots: test.slots})
			errs := at(t, err)
			require.Len(t, errs, 1)
			require.True(t, strings.HasPrefix(errs[0], test.want), errs[0])
			_, _, _, err = flows.Create(t.Context(), alice, "acme", versions.NewFlow{Slug: "other", Kind: "login", Slots: test.slots})
			require.Equal(t, errs, at(t, err))
		})
	}
	t.Cleanup(func() {
		flow, err := s.Flow(context.Background(), "acme", "login") // the test's own context has ended
		require.NoError(t, err)
		require.Equal(t, 1, flow.Revision)
	})
}

func TestFlowsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	for name, test := range map[string]struct {
		flow versions.NewFlow
		want string
	}{
		"a bad slug":      {versions.NewFlow{Slug: "Log In", Kind: "login"}, "/slug: "},
		"an unknown kind": {versions.NewFlow{Slug: "x", Kind: "signin"}, `/kind: "signin" is not a kind of flow; the kinds are login, registration`},
		"a long name":     {versions.NewFlow{Slug: "x", Kind: "login", Name: strings.Repeat("x", 201)}, "/name: "},
		"an order":        {versions.NewFlow{Slug: "x", Kind: "login", Slots: slots{"after": {Default: attach("a"), Order: "user"}}}, "/slots/after/order: login.after has no order"},
		"an odd order":    {versions.NewFlow{Slug: "x", Kind: "logout", Slots: slots{"after": {Order: "ip"}}}, `/slots/after/order: "ip" is not an order`},
		"a policy where nothing can be blocked": {
			versions.NewFlow{Slug: "x", Kind: "verification", Slots: slots{"after": {Default: []versions.Attachment{{Action: "a", Version: "1.0.0", OnFailure: versions.Block}}}}},
			"/slots/after/default/0/on_failure: verification.after cannot block: its policy is always continue",
		},
	} {
		_, _, _, err := flows.Create(t.Context(), alice, "acme", test.flow)
		require.True(t, strings.HasPrefix(at(t, err)[0], test.want), "%s: %v", name, err)
	}
	_, _, _, err := flows.Create(t.Context(), alice, "none", versions.NewFlow{Slug: "x", Kind: "login"})
	require.ErrorIs(t, err, catalog.ErrNotFound)
	newFlow(t, flows, "acme", nil)
	_, _, _, err = flows.Create(t.Context(), alice, "acme", versions.NewFlow{Slug: "login", Kind: "token"})
	require.ErrorIs(t, err, catalog.ErrExists)
	_, _, err = flows.Save(t.Context(), alice, "acme", "none", versions.Change{Base: 1})
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, _, err = flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: 1, Message: strings.Repeat("x", 2001)})
	require.Equal(t, "/message: a message has at most 2000 bytes", at(t, err)[0])
	for _, base := range []int{0, 2, -1} {
		_, _, err = flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: base})
		require.ErrorIs(t, err, catalog.ErrConflict)
	}
	// Another tenant's action is no action.
	newTenant(t, s, "other")
	require.NoError(t, s.PutVersion(t.Context(), versions.Version{Tenant: "other", Action: "a", Number: "9.0.0"}))
	_, _, err = flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: 1, Slots: slots{"after": {Default: []versions.Attachment{{Action: "a", Version: "9.0.0"}}}}})
	require.Contains(t, at(t, err)[0], "there is no version")
}

func TestWhatASaveFillsIn(t *testing.T) {
	t.Parallel()
	flows := newTenant(t, newStore(t), "acme")
	newFlow(t, flows, "acme", nil)
	revision := save(t, flows, "acme", 1, slots{
		"before": {},
		"after": {
			Default: []versions.Attachment{
				{Action: "a", Version: "1.0.0"}, {Action: "a", Version: "2.0.0"}, {ID: "a-2", Action: "b", Version: "1.0.0", OnFailure: "continue", TimeoutMS: 1},
				{Action: "c", Version: "1.0.0"}, {Action: "c", Version: "1.0.0", Config: json.RawMessage(`{"z":12345678901234567890,"n":2}`)},
			},
			Methods: map[contract.Method][]versions.Attachment{"totp": nil},
		},
	})
	require.Equal(t, slots{"after": {
		Default: []versions.Attachment{
			{ID: "a", Action: "a", Version: "1.0.0", Config: json.RawMessage(`{}`), OnFailure: "block"},
			{ID: "a-3", Action: "a", Version: "2.0.0", Config: json.RawMessage(`{}`), OnFailure: "block"},
			{ID: "a-2", Action: "b", Version: "1.0.0", Config: json.RawMessage(`{}`), OnFailure: "continue", TimeoutMS: 1},
			{ID: "c", Action: "c", Version: "1.0.0", Config: json.RawMessage(`{"n":1}`), OnFailure: "block"},
			{ID: "c-2", Action: "c", Version: "1.0.0", Config: json.RawMessage(`{"n":2,"z":12345678901234567890}`), OnFailure: "block"},
		},
		Methods: map[contract.Method][]versions.Attachment{"totp": {}},
	}}, revision.Slots)
	stored, err := flows.Revision(t.Context(), "acme", "login", 2)
	require.NoError(t, err)
	require.Equal(t, revision, stored, "an empty list for a method is not no list")

	_, verification, _, err := flows.Create(t.Context(), alice, "acme", versions.NewFlow{Slug: "v", Kind: "verification", Slots: slots{"after": {Default: attach("a")}, "before": {Default: attach("b")}}})
	require.NoError(t, err)
	require.Equal(t, versions.Continue, verification.Slots["after"].Default[0].OnFailure)
	require.Equal(t, versions.Block, verification.Slots["before"].Default[0].OnFailure)
}

func TestWarningOfOverride(t *testing.T) {
	t.Parallel()
	flows := newTenant(t, newStore(t), "acme")
	_, _, warnings, err := flows.Create(t.Context(), alice, "acme", versions.NewFlow{Slug: "login", Kind: "login", Slots: slots{"after": {
		Default: []versions.Attachment{{Action: "a", Version: "1.0.0"}, {Action: "b", Version: "1.0.0"}, {Action: "a", Version: "2.0.0"}},
		Methods: map[contract.Method][]versions.Attachment{
			"totp": {}, "oidc": {{Action: "b", Version: "2.0.0"}}, "password": {{Action: "b", Version: "1.0.0"}, {Action: "a", Version: "1.0.0"}, {Action: "c", Version: "1.0.0"}},
		},
	}}})
	require.NoError(t, err)
	require.Equal(t, []versions.Warning{
		{Pointer: "/slots/after/methods/oidc", Detail: "the list for oidc replaces the default list: a will not run for it"},
		{Pointer: "/slots/after/methods/totp", Detail: "the list for totp replaces the default list: a, b will not run for it"},
	}, warnings)
}

func TestChanges(t *testing.T) {
	t.Parallel()
	newer := func(list []versions.Attachment, i int, change func(*versions.Attachment)) []versions.Attachment {
		change(&list[i])
		return list
	}
	before := func() slots { return slots{"after": {Default: attach("a", "b", "c")}} }
	for name, test := range map[string]struct {
		from, to slots
		want     []string // type, slot/method, attachment, version
	}{
		"nothing":              {before(), before(), nil},
		"an attachment":        {slots{}, slots{"after": {Default: attach("a")}}, []string{"flow.action_attached after/ a 1.0.0"}},
		"one more in front":    {slots{"after": {Default: attach("b", "c")}}, before(), []string{"flow.action_attached after/ a 1.0.0"}},
		"one less in front":    {before(), slots{"after": {Default: attach("b", "c")}}, []string{"flow.action_detached after/ a 1.0.0"}},
		"all":                  {before(), slots{}, []string{"flow.action_detached after/ a 1.0.0", "flow.action_detached after/ b 1.0.0", "flow.action_detached after/ c 1.0.0"}},
		"another version":      {before(), slots{"after": {Default: newer(attach("a", "b", "c"), 1, func(a *versions.Attachment) { a.Version = "2.0.0" })}}, []string{"flow.action_updated after/ b 2.0.0"}},
		"another config":       {before(), slots{"after": {Default: newer(attach("a", "b", "c"), 2, func(a *versions.Attachment) { a.Config = json.RawMessage(`{"n":3}`) })}}, []string{"flow.action_updated after/ c 1.0.0"}},
		"the same config":      {before(), slots{"after": {Default: newer(attach("a", "b", "c"), 2, func(a *versions.Attachment) { a.Config = json.RawMessage(` {"n" : 1}`) })}}, nil},
		"another policy":       {before(), slots{"after": {Default: newer(attach("a", "b", "c"), 0, func(a *versions.Attachment) { a.OnFailure = "continue" })}}, []string{"flow.action_updated after/ a 1.0.0"}},
		"another budget":       {before(), slots{"after": {Default: newer(attach("a", "b", "c"), 0, func(a *versions.Attachment) { a.TimeoutMS = 7 })}}, []string{"flow.action_updated after/ a 1.0.0"}},
		"another order":        {slots{"after": {Default: attach("a", "b")}}, slots{"after": {Default: attach("b", "a")}}, []string{"flow.action_updated after/ a 1.0.0", "flow.action_updated after/ b 1.0.0"}},
		"to another slot":      {before(), slots{"after": {Default: attach("b", "c")}, "before": {Default: attach("a")}}, []string{"flow.action_updated before/ a 1.0.0"}},
		"to a method's list":   {before(), slots{"after": {Default: attach("b", "c"), Methods: map[contract.Method][]versions.Attachment{"totp": attach("a")}}}, []string{"flow.action_updated after/totp a 1.0.0"}},
		"another under the id": {slots{"after": {Default: attach("a")}}, slots{"after": {Default: []versions.Attachment{{ID: "a", Action: "b", Version: "1.0.0"}}}}, []string{"flow.action_updated after/ a 1.0.0"}},
		"replaced":             {slots{"after": {Default: attach("a")}}, slots{"after": {Default: attach("b")}}, []string{"flow.action_attached after/ b 1.0.0", "flow.action_detached after/ a 1.0.0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			flows := newTenant(t, s, "acme")
			newFlow(t, flows, "acme", test.from)
			save(t, flows, "acme", 1, test.to)
			events, _, err := s.Events(t.Context(), "acme", audit.Filter{Flow: "login", Limit: 200})
			require.NoError(t, err)
			var got []string
			for i := range events {
				e := &events[len(events)-1-i]
				require.Equal(t, alice, e.Actor)
				if e.Revision != 2 {
					continue
				}
				if e.Type == audit.FlowSaved {
					require.Empty(t, got, "the flow's own event comes first")
					continue
				}
				require.Equal(t, e.Type != audit.ActionAttached, e.Before != nil)
				require.Equal(t, e.Type != audit.ActionDetached, e.After != nil)
				require.NotEqual(t, string(e.Before), string(e.After), "an event shows what has changed")
				got = append(got, fmt.Sprintf("%s %s/%s %s %s", e.Type, e.Slot, e.Method, e.Attachment, e.Version))
			}
			require.Equal(t, test.want, got)
			require.NoError(t, s.VerifyEvents(t.Context(), "acme"))
		})
	}
}

// Many save from the same revision, again and again: of each revision exactly one is made.
func TestSaveRace(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	newFlow(t, flows, "acme", nil)
	const rounds, savers = 10, 8
	for base := 1; base <= rounds; base++ {
		var won atomic.Int64
		var all sync.WaitGroup
		for i := range savers {
			all.Go(func() {
				_, _, err := flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: base, Message: fmt.Sprint(i), Slots: slots{"after": {Default: attach("a")}}})
				if err == nil {
					won.Add(1)
				} else if !errors.Is(err, catalog.ErrConflict) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		require.EqualValues(t, 1, won.Load())
	}
	list, err := flows.Revisions(t.Context(), "acme", "login", catalog.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, rounds+1)
	events, _, err := s.Events(t.Context(), "acme", audit.Filter{Type: audit.FlowSaved})
	require.NoError(t, err)
	require.Len(t, events, rounds, "who lost leaves no event")
}

// The defaults of a schema are stored with each attachment, so that a short body could make a long revision.
func TestConfigsAreBoundedTogether(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	schema := `{"type":"object","properties":{"x":{"type":"string","default":"` + strings.Repeat("x", 220_000) + `"}}}`
	require.NoError(t, s.PutVersion(t.Context(), versions.Version{
		Tenant: "acme", Action: "a", Number: "3.0.0", Triggers: []contract.TriggerID{"login.after"}, ConfigSchema: json.RawMessage(schema),
	}))
	large := func(n int) slots {
		list := make([]versions.Attachment, n)
		for i := range list {
			list[i] = versions.Attachment{Action: "a", Version: "3.0.0"}
		}
		return slots{"after": {Default: list}}
	}
	newFlow(t, flows, "acme", large(18))
	_, _, err := flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: 1, Slots: large(20)})
	var list catalog.InvalidErrors
	require.ErrorAs(t, err, &list)
	require.Len(t, list, 1)
	require.Equal(t, "/slots/after/default/19/config", list[0].Pointer)
	require.Contains(t, list[0].Detail, "at most 4194304 bytes together")
}

// What must be last is refused where something follows that runs.
func TestActionsThatMustBeLast(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	require.NoError(t, s.PutVersion(t.Context(), versions.Version{
		Tenant: "acme", Action: "a", Number: "3.0.0", Triggers: []contract.TriggerID{"login.after"}, ConfigSchema: json.RawMessage(`{"type":"object","x-last":true}`),
	}))
	last := versions.Attachment{Action: "a", Version: "3.0.0"}
	other, off := versions.Attachment{Action: "b", Version: "1.0.0"}, versions.Attachment{Action: "b", Version: "1.0.0", Disabled: true}
	newFlow(t, flows, "acme", slots{"after": {Default: []versions.Attachment{other, last, off}}})
	_, _, err := flows.Save(t.Context(), alice, "acme", "login", versions.Change{Base: 1, Slots: slots{"after": {Default: []versions.Attachment{last, off, other}}}})
	require.Equal(t, []string{"/slots/after/default/2: a must be the last action of its list: what it tells the login system to do cannot be taken back by one behind it"}, at(t, err))
}
