package versions_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/versions"
)

// An action that blocks mallory, one that redirects and tells what the user came back with, and one that counts.
var travellers = map[catalog.ActionSlug]string{
	"deny": `export function execute(input) { return input.user.id === "mallory" ? { kind: "block", code: "denied" } : { kind: "continue" }; }`,
	"go": `export function execute() { return { kind: "redirect", url: "https://example.com/terms", state: { was: 1 } }; }
export function resume(input) { return { kind: "continue", claims: { id_token: { back: input.resume.code, was: input.state.was } } }; }`,
	"last": `export function execute() { return { kind: "continue", claims: { id_token: { last: true } } }; }`,
}

// newAway publishes them, and attaches them to the flow login: all of them after, the last for passkeys, and the one that redirects before.
func newAway(t testing.TB, s *store) *server {
	t.Helper()
	x := newServer(t, s)
	for slug, text := range travellers {
		newSource(t, s, "acme", slug, text, "login.after", "login.before")
		_, _, err := x.Publish(t.Context(), alice, "acme", slug, versions.Publication{Number: "1.0.0"})
		require.NoError(t, err)
	}
	newFlow(t, x.flows, "acme", awaySlots())
	return x
}

func awaySlots() slots {
	before := attach("go")
	before[0].ID = "before"
	passkey := attach("last")
	passkey[0].ID = "passkey"
	return slots{"before": {Default: before}, "after": {Default: attach("deny", "go", "last"), Methods: map[contract.Method][]versions.Attachment{"passkey": passkey}}}
}

// call is an execute call of a slot of the flow login.
func call(slot contract.SlotName, members map[string]any) versions.Request {
	body, _ := json.Marshal(members)
	return versions.Request{Tenant: "acme", Flow: "login", Slot: slot, Body: body}
}

func person(id string) map[string]any { return map[string]any{"id": id, "email": ""} }

func ran(r *versions.Response) string {
	var list []string
	for _, e := range r.Answer.Executions {
		text := e.Step.Action
		if e.Resumed {
			text += "*"
		}
		list = append(list, text)
	}
	return strings.Join(list, " ")
}

func TestARunIsResumed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openStore(t, dir)
	x := newAway(t, s)
	sent, err := x.Execute(t.Context(), call("after", map[string]any{"method": "password", "user": person("ada")}))
	require.NoError(t, err)
	require.Equal(t, contract.Redirect, sent.Answer.Outcome.Kind)
	require.Equal(t, "deny go", ran(&sent))

	// Meanwhile the flow is changed, and the server started anew.
	save(t, x.flows, "acme", 1, slots{})
	require.NoError(t, s.Close())
	s = openStore(t, dir)
	x = newServer(t, s)
	back := map[string]any{"run": sent.Run, "state": sent.Answer.State, "method": "passkey", "user": person("ada"), "resume": map[string]any{"code": "7"}}
	done, err := x.Execute(t.Context(), call("after", back))
	require.NoError(t, err)
	require.Equal(t, "go* last", ran(&done), "it goes on in the list that it was in, although another method is in use now")
	require.Equal(t, contract.Continue, done.Answer.Outcome.Kind)
	require.Equal(t, 1, done.Revision)
	require.JSONEq(t, `{"back":"7","was":1,"last":true}`, string(describe(t, done.Answer.Outcome.Claims.IDToken)))
	require.True(t, x.recorder.records[0].Actions[0].Resumed)
	require.NotContains(t, done.Run, ".", "there is nothing more to resume")

	// Calling without resume runs all of it.
	delete(back, "resume")
	again, err := x.Execute(t.Context(), call("after", back))
	require.NoError(t, err)
	require.Equal(t, "last", ran(&again))
}

func describe(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return text
}

// Nobody comes past an action by resuming what somebody else, another slot, another flow or another time was sent away from.
func TestResumingIsBound(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	x := newAway(t, s)
	now := time.Now()
	x.Executor.Now = func() time.Time { return now }
	_, _, _, err := x.flows.Create(t.Context(), alice, "acme", versions.NewFlow{Slug: "other", Kind: "login", Slots: awaySlots()})
	require.NoError(t, err)
	send := func(slot contract.SlotName, user string) string {
		members := map[string]any{"user": person(user)}
		r, err := x.Execute(t.Context(), call(slot, members))
		require.NoError(t, err)
		require.Equal(t, contract.Redirect, r.Answer.Outcome.Kind)
		return r.Run
	}
	one, two, before := send("after", "ada"), send("after", "ada"), send("before", "ada")
	parts := func(token string) (string, string) { run, mark, _ := strings.Cut(token, "."); return run, mark }
	run, mark := parts(one)
	_, otherMark := parts(two)
	raw, err := base64.RawURLEncoding.DecodeString(mark)
	require.NoError(t, err)
	changed := func(at int) string {
		b := append([]byte(nil), raw...)
		b[at] ^= 1
		return run + "." + base64.RawURLEncoding.EncodeToString(b)
	}
	resume := func(token, user string, slot contract.SlotName, flow versions.FlowSlug) error {
		q := call(slot, map[string]any{"run": token, "user": person(user), "resume": map[string]any{}})
		q.Flow = flow
		_, err := x.Execute(t.Context(), q)
		return err
	}
	for name, test := range map[string]struct {
		err  error
		want error
	}{
		"another user":                 {resume(one, "mallory", "after", "login"), versions.ErrNotResumable},
		"another slot":                 {resume(before, "ada", "after", "login"), versions.ErrNotResumable},
		"a slot that sends nobody":     {resume(one, "ada", "identified", "login"), versions.ErrNotResumable},
		"another flow":                 {resume(one, "ada", "after", "other"), versions.ErrInvalidRun},
		"no run":                       {resume("", "ada", "after", "login"), versions.ErrNotResumable},
		"a run without a mark":         {resume(run, "ada", "after", "login"), versions.ErrNotResumable},
		"a mark without a run":         {resume("."+mark, "ada", "after", "login"), versions.ErrInvalidRun},
		"a mark for a run":             {resume(mark, "ada", "after", "login"), versions.ErrInvalidRun},
		"a run for a mark":             {resume(run+"."+run, "ada", "after", "login"), versions.ErrInvalidRun},
		"another run's mark":           {resume(run+"."+otherMark, "ada", "after", "login"), versions.ErrInvalidRun},
		"a mark in a mark":             {resume(one+"."+mark, "ada", "after", "login"), versions.ErrInvalidRun},
		"a changed step":               {resume(changed(len(raw)-60), "ada", "after", "login"), versions.ErrInvalidRun},
		"a changed signature":          {resume(changed(len(raw)-1), "ada", "after", "login"), versions.ErrInvalidRun},
		"a changed mark, not resuming": {execErr(x, call("after", map[string]any{"run": changed(9), "user": person("ada")})), versions.ErrInvalidRun},
	} {
		require.ErrorIs(t, test.err, test.want, name)
	}
	require.NoError(t, resume(one, "ada", "after", "login"))
	now = now.Add(versions.ResumeLifetime + time.Second)
	require.ErrorIs(t, resume(one, "ada", "after", "login"), versions.ErrNotResumable)
}

func execErr(x *server, q versions.Request) error {
	_, err := x.Execute(context.Background(), q)
	return err
}

// A call of another slot in between leaves the mark; what is recalled runs from its beginning.
func TestWhatKeepsAMark(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	x := newAway(t, s)
	sent, err := x.Execute(t.Context(), call("after", map[string]any{"user": person("ada")}))
	require.NoError(t, err)
	between, err := x.Execute(t.Context(), call("identified", map[string]any{"run": sent.Run, "user": person("ada")}))
	require.NoError(t, err)
	done, err := x.Execute(t.Context(), call("after", map[string]any{"run": between.Run, "user": person("ada"), "resume": map[string]any{}}))
	require.NoError(t, err)
	require.Equal(t, "go* last", ran(&done))

	save(t, x.flows, "acme", 1, slots{"after": {Default: attach("deny", "last")}})
	_, err = x.flows.RecallRevision(t.Context(), alice, login, 1, "broken")
	require.NoError(t, err)
	fresh, err := x.Execute(t.Context(), call("after", map[string]any{"run": sent.Run, "user": person("ada"), "resume": map[string]any{}}))
	require.NoError(t, err)
	require.Equal(t, "deny last", ran(&fresh), "nothing is skipped of a chain that has not run")
}
