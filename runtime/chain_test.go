package runtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
)

// sandbox is a runtime.Sandbox.
type sandbox func(ctx context.Context, program *runtime.Program, call vm.Call) (vm.Result, error)

func (s sandbox) Execute(ctx context.Context, _ string, program *runtime.Program, call vm.Call, _ worker.Host) (vm.Result, error) {
	return s(ctx, program, call)
}

// script answers with the program itself: a program is the outcome that it gives, and one that starts with an exclamation mark throws what follows.
func script(_ context.Context, program *runtime.Program, _ vm.Call) (vm.Result, error) {
	if message, ok := strings.CutPrefix(string(program.Script), "!"); ok {
		return vm.Result{Failure: &vm.Failure{Kind: vm.FailThrown, Message: message}}, nil
	}
	return vm.Result{Outcome: program.Script}, nil
}

// steps are attached actions a0, a1, …, each of which answers one of the outcomes.
func steps(outcomes ...string) []runtime.Step {
	list := make([]runtime.Step, len(outcomes))
	for i, outcome := range outcomes {
		name := "a" + strconv.Itoa(i)
		list[i] = runtime.Step{
			Attachment: name, Action: name, Version: "1.0.0", Program: &runtime.Program{Script: []byte(outcome)}, OnFailure: runtime.Block,
		}
	}
	return list
}

func lookup(t testing.TB, id contract.TriggerID) contract.Trigger {
	t.Helper()
	trigger, ok := contract.Lookup(id)
	require.True(t, ok, id)
	return trigger
}

func run(t testing.TB, call *runtime.Call) runtime.Answer {
	t.Helper()
	if call.Trigger.ID == "" {
		call.Trigger = lookup(t, "login.after")
	}
	answer, err := (&runtime.Engine{Sandbox: sandbox(script)}).Run(t.Context(), call)
	require.NoError(t, err)
	return answer
}

func text(t testing.TB, value any) string {
	t.Helper()
	b, err := json.Marshal(value)
	require.NoError(t, err)
	return string(b)
}

func TestChain(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		outcomes []string
		want     string // the outcome
		ran      int    // how many
		state    string // default: {}
	}{
		"no action":              {nil, `{"kind":"continue"}`, 0, ""},
		"no answer is continue":  {[]string{``}, `{"kind":"continue"}`, 1, ""},
		"continue":               {[]string{`{"kind":"continue"}`, `{"kind":"continue"}`}, `{"kind":"continue"}`, 2, ""},
		"block ends the chain":   {[]string{`{"kind":"block"}`, `{"kind":"continue","state":{"a":1}}`}, `{"kind":"block","code":"blocked"}`, 1, ""},
		"a block's own members":  {[]string{`{"kind":"block","code":"c","message":"m","reason":"r","field":"/traits/a~1b"}`}, `{"kind":"block","code":"c","message":"m","reason":"r","field":"/traits/a~1b"}`, 1, ""},
		"redirect ends it":       {[]string{`{"kind":"redirect","url":"https://example.com/"}`, `{"kind":"block"}`}, `{"kind":"redirect","url":"https://example.com/"}`, 1, ""},
		"demand_mfa does not":    {[]string{`{"kind":"demand_mfa","factors":["totp"],"reason":"r"}`, `{"kind":"continue"}`}, `{"kind":"demand_mfa","factors":["totp"],"reason":"r"}`, 2, ""},
		"block beats demand_mfa": {[]string{`{"kind":"demand_mfa","factors":["totp"],"enrol":true,"reason":"r"}`, `{"kind":"block"}`}, `{"kind":"block","code":"blocked"}`, 2, ""},
		"redirect beats demand_mfa": {
			[]string{`{"kind":"demand_mfa","factors":["totp"],"enrol":true,"reason":"r"}`, `{"kind":"redirect","url":"https://example.com","params":{"a":"b"},"token":{"claims":{"x":1},"expires_in_seconds":5}}`},
			`{"kind":"redirect","url":"https://example.com","params":{"a":"b"},"token":{"claims":{"x":1},"expires_in_seconds":5}}`, 2, "",
		},
		"continue does not undo demand_mfa": {[]string{`{"kind":"continue"}`, `{"kind":"demand_mfa"}`, `{"kind":"continue"}`}, `{"kind":"demand_mfa"}`, 3, ""},
		"two demands agree":                 {[]string{`{"kind":"demand_mfa","factors":["sms","totp","push"]}`, `{"kind":"demand_mfa","factors":["push","totp"],"enrol":true}`}, `{"kind":"demand_mfa","factors":["totp","push"],"enrol":true}`, 2, ""},
		"any factor gives way to a list":    {[]string{`{"kind":"demand_mfa"}`, `{"kind":"demand_mfa","factors":["totp"]}`, `{"kind":"demand_mfa","factors":[]}`}, `{"kind":"demand_mfa","factors":["totp"]}`, 3, ""},
		"demands without a common factor":   {[]string{`{"kind":"demand_mfa","factors":["webauthn"]}`, `{"kind":"demand_mfa","factors":["sms"]}`}, `{"kind":"demand_mfa","factors":["webauthn"]}`, 2, ""},
		"claims": {
			[]string{`{"kind":"continue","claims":{"id_token":{"a":1,"b":{"x":1}},"access_token":{"a":1}}}`, `{"kind":"continue","claims":{"id_token":{"b":{"y":2},"c":null}}}`},
			`{"kind":"continue","claims":{"id_token":{"a":1,"b":{"y":2},"c":null},"access_token":{"a":1}}}`, 2, "",
		},
		"scopes, the later one wins": {
			[]string{`{"kind":"continue","scopes":{"add":["a","b"],"remove":["c","d"]}}`, `{"kind":"continue","scopes":{"add":["c","c"],"remove":["b"]}}`},
			`{"kind":"continue","scopes":{"add":["a","c"],"remove":["d","b"]}}`, 2, "",
		},
		"a scope added and removed at once": {[]string{`{"kind":"continue","scopes":{"add":["a"],"remove":["a"]}}`}, `{"kind":"continue","scopes":{"remove":["a"]}}`, 1, ""},
		"user": {
			[]string{`{"kind":"continue","user":{"traits":{"a":1,"b":null},"user_metadata":{"m":1}}}`, `{"kind":"continue","user":{"traits":{"a":null,"b":2},"app_metadata":{"p":[1]}}}`},
			`{"kind":"continue","user":{"traits":{"a":null,"b":2},"user_metadata":{"m":1},"app_metadata":{"p":[1]}}}`, 2, "",
		},
		"session": {
			[]string{
				`{"kind":"continue","session":{"metadata":{"a":1},"expires_at":"2026-01-01T00:00:00Z","cookie":"session"}}`,
				`{"kind":"continue","session":{"metadata":{"b":1},"idle_expires_at":"2026-01-01T00:00:00Z","cookie":"persistent"}}`,
			},
			`{"kind":"continue","session":{"metadata":{"a":1,"b":1},"expires_at":"2026-01-01T00:00:00Z","idle_expires_at":"2026-01-01T00:00:00Z","cookie":"persistent"}}`, 2, "",
		},
		"saml": {[]string{`{"kind":"continue","saml":{"attributes":{"a":["x"]}}}`, `{"kind":"continue","saml":{"attributes":{"b":1}}}`}, `{"kind":"continue","saml":{"attributes":{"a":["x"],"b":1}}}`, 2, ""},
		"directives, each once": {
			[]string{`{"kind":"continue","directives":[{"type":"issue_session"},{"type":"set_organization","id":"o"}]}`, `{"kind":"continue","directives":[{"type":"issue_session"},{"type":"set_organization","id":"p"}]}`},
			`{"kind":"continue","directives":[{"type":"issue_session"},{"type":"set_organization","id":"o"},{"type":"set_organization","id":"p"}]}`, 2, "",
		},
		"state, null deletes": {
			[]string{`{"kind":"continue","state":{"a":1,"b":{"x":1},"n":12345678901234567890}}`, `{"kind":"continue","state":{"a":null,"b":{"y":1},"gone":null}}`},
			`{"kind":"continue","state":{"a":null,"b":{"y":1},"gone":null,"n":12345678901234567890}}`, 2, `{"b":{"y":1},"n":12345678901234567890}`,
		},
		"a block keeps user, state and what it revokes": {
			[]string{
				`{"kind":"continue","claims":{"id_token":{"a":1}},"scopes":{"add":["a"]},"session":{"cookie":"session"},"saml":{"attributes":{"a":1}},
				"user":{"traits":{"a":1}},"state":{"s":1},"directives":[{"type":"issue_session"},{"type":"revoke_refresh_token"}]}`,
				`{"kind":"block","claims":{"id_token":{"b":1}},"user":{"app_metadata":{"b":1}},"state":{"t":1},"directives":[{"type":"revoke_sessions","scope":"all"},{"type":"drop_message"}]}`,
			},
			`{"kind":"block","code":"blocked","user":{"traits":{"a":1},"app_metadata":{"b":1}},"state":{"s":1,"t":1},"directives":[{"type":"revoke_refresh_token"},{"type":"revoke_sessions","scope":"all"}]}`,
			2, `{"s":1,"t":1}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := run(t, &runtime.Call{Steps: steps(test.outcomes...)})
			require.JSONEq(t, test.want, text(t, answer.Outcome))
			require.Len(t, answer.Executions, test.ran)
			for i, e := range answer.Executions {
				require.Nil(t, e.Result.Failure)
				require.Equal(t, "a"+strconv.Itoa(i), e.Step.Action)
				require.NotEmpty(t, e.Kind)
				require.Empty(t, e.Policy)
			}
			if test.state == "" {
				test.state = "{}"
			}
			require.JSONEq(t, test.state, string(answer.State))
		})
	}
}

func TestStateGoesFromActionToAction(t *testing.T) {
	t.Parallel()
	var seen []string
	engine := &runtime.Engine{Sandbox: sandbox(func(ctx context.Context, p *runtime.Program, call vm.Call) (vm.Result, error) {
		var input struct{ State json.RawMessage }
		if err := json.Unmarshal(call.Input, &input); err != nil {
			return vm.Result{}, err
		}
		seen = append(seen, string(input.State))
		return script(ctx, p, call)
	})}
	answer, err := engine.Run(t.Context(), &runtime.Call{
		Trigger: lookup(t, "login.after"), Event: contract.Call{State: json.RawMessage(`{"old":1e400,"gone":{}}`)},
		Steps: steps(`{"kind":"continue","state":{"new":1.0,"gone":null}}`, `{"kind":"demand_mfa"}`, ``),
	})
	require.NoError(t, err)
	require.Equal(t, []string{`{"old":1e400,"gone":{}}`, `{"new":1.0,"old":1e400}`, `{"new":1.0,"old":1e400}`}, seen)
	require.Equal(t, `{"new":1.0,"old":1e400}`, string(answer.State))
}

func TestFailures(t *testing.T) {
	t.Parallel()
	neutral := `{"kind":"block","code":"action_failed","message":"This is not possible at the moment. Please try again later.","reason":"a0 1.0.0 failed, and its policy is to block"}`
	credentials := `{"kind":"block","code":"invalid_credentials","message":"The credentials are not valid.","reason":"a0 1.0.0 failed, and its policy is to block"}`
	tests := map[string]struct {
		trigger contract.TriggerID
		own     runtime.Policy
		want    string
		policy  runtime.Policy
		ran     int
	}{
		"fail closed":                           {"login.after", runtime.Block, neutral, runtime.Block, 1},
		"no policy is fail closed":              {"login.after", "", neutral, runtime.Block, 1},
		"fail open":                             {"login.after", runtime.Continue, `{"kind":"continue","state":{"later":1}}`, runtime.Continue, 2},
		"a failed check of a credential":        {"login.credential-checked", runtime.Block, credentials, runtime.Block, 1},
		"it fails closed whatever is asked":     {"login.credential-checked", runtime.Continue, credentials, runtime.Block, 1},
		"where nothing can be blocked":          {"verification.after", runtime.Block, `{"kind":"continue","state":{"later":1}}`, runtime.Continue, 2},
		"where nobody waits":                    {"logout.after", runtime.Block, `{"kind":"continue","state":{"later":1}}`, runtime.Continue, 2},
		"where nobody waits, without a policy ": {"logout.after", "", `{"kind":"continue","state":{"later":1}}`, runtime.Continue, 2},
	}
	for name, test := range tests {
		for _, failing := range []string{"!secret of the operator", `{"kind":"nonsense"}`, `not json`} {
			t.Run(name+"/"+failing, func(t *testing.T) {
				t.Parallel()
				chain := steps(failing, `{"kind":"continue","state":{"later":1}}`)
				chain[0].OnFailure = test.own
				answer := run(t, &runtime.Call{Trigger: lookup(t, test.trigger), Steps: chain})
				require.JSONEq(t, test.want, text(t, answer.Outcome))
				require.Len(t, answer.Executions, test.ran)
				failed := answer.Executions[0]
				require.NotNil(t, failed.Result.Failure)
				require.Empty(t, failed.Kind)
				require.Equal(t, test.policy, failed.Policy)
				require.NotContains(t, text(t, answer.Outcome), "secret of the operator")
			})
		}
	}
}

func TestAFailureKeepsWhatTheOthersDid(t *testing.T) {
	t.Parallel()
	chain := steps(`{"kind":"demand_mfa","state":{"a":1},"claims":{"id_token":{"c":1}}}`, "!x", `{"kind":"continue","state":{"b":1}}`)
	chain[1].OnFailure = runtime.Continue
	answer := run(t, &runtime.Call{Steps: chain})
	require.JSONEq(t, `{"kind":"demand_mfa","state":{"a":1,"b":1},"claims":{"id_token":{"c":1}}}`, text(t, answer.Outcome))

	chain[1].OnFailure = runtime.Block
	answer = run(t, &runtime.Call{Steps: chain})
	require.Equal(t, contract.Block, answer.Outcome.Kind)
	require.JSONEq(t, `{"a":1}`, text(t, answer.Outcome.State))
	require.Empty(t, answer.Outcome.Claims)
}

func TestBadOutcomes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		trigger contract.TriggerID
		outcome string
		message string
	}{
		"not JSON":                  {"login.after", `{"kind":`, "malformed JSON at byte 8: unexpected EOF"},
		"a word":                    {"login.after", `"continue"`, "an outcome is an object with a member kind, not a string"},
		"null":                      {"login.after", `null`, "/kind: it is missing"},
		"an unknown kind":           {"login.after", `{"kind":"deny"}`, `/kind: "deny" is not a kind of outcome; the kinds are continue, block, demand_mfa and redirect`},
		"a kind not allowed here":   {"login.before", `{"kind":"demand_mfa"}`, "/kind: demand_mfa is not allowed at login.before; allowed are continue, redirect, block"},
		"a member of another kind":  {"login.after", `{"kind":"continue","code":"x"}`, `/code: unknown member "code"`},
		"a misspelled member":       {"login.after", `{"kind":"block","mesage":"x"}`, `/mesage: unknown member "mesage"; did you mean "message"?`},
		"a wrong type":              {"login.after", `{"kind":"block","user":{"traits":[]}}`, "/user/traits: it must be an object, not an array"},
		"an unknown directive":      {"login.after", `{"kind":"continue","directives":[{"type":"issue_session"},{"type":"x"}]}`, `/directives/1/type: "x" is not a directive`},
		"a wrong directive":         {"login.after", `{"kind":"continue","directives":[{"type":"revoke_sessions","scope":"mine"}]}`, `/directives/0/scope: "mine" is not one of others, all`},
		"a field that is no path":   {"login.after", `{"kind":"block","field":"email"}`, `/field: it must be a JSON pointer such as "/traits/email"`},
		"a field with a bad escape": {"login.after", `{"kind":"block","field":"/a~2b"}`, `/field: it must be a JSON pointer such as "/traits/email"`},
		"a redirect to nowhere":     {"login.after", `{"kind":"redirect"}`, "/url: it is missing"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := run(t, &runtime.Call{Trigger: lookup(t, test.trigger), Steps: steps(test.outcome)})
			failure := answer.Executions[0].Result.Failure
			require.NotNil(t, failure)
			require.Equal(t, vm.FailBadOutcome, failure.Kind)
			require.Contains(t, failure.Message, "the returned value is not an outcome: "+test.message)
			require.Equal(t, contract.Block, answer.Outcome.Kind)
		})
	}
}

func TestRedirectTargets(t *testing.T) {
	t.Parallel()
	for target, ok := range map[string]bool{
		"https://example.com":             true,
		"HTTPS://example.com/a?b=c#d":     true,
		"https://[2001:db8::1]:8443/":     true,
		"http://localhost:3000/":          true,
		"http://127.0.0.1":                true,
		"http://[::1]:80/":                true,
		"http://example.com":              false,
		"http://localhost.example.com":    false,
		"http://127.0.0.1.example.com":    false,
		"http://2130706433":               false,
		"http://0.0.0.0":                  false,
		"/relative":                       false,
		"//example.com":                   false,
		"https:example.com":               false,
		"https:///example.com":            false,
		"https://":                        false,
		"https://:443/":                   false,
		"https://user@example.com":        false,
		"https://user:pass@example.com":   false,
		`https://example.com\@evil.test`:  false,
		`https://example.com/\evil.test`:  false,
		"https://example.com/a b":         false,
		"https://exam\tple.com":           false,
		" https://example.com":            false,
		"https://example.com/\u0000":      false,
		"javascript:alert(1)":             false,
		"javascript://example.com/%0aa()": false,
		"data:text/html,x":                false,
		"ftp://example.com":               false,
		"":                                false,
	} {
		answer := run(t, &runtime.Call{Steps: steps(text(t, map[string]string{"kind": "redirect", "url": target}))})
		if ok {
			require.Equal(t, contract.Redirect, answer.Outcome.Kind, target)
			require.Equal(t, target, answer.Outcome.URL)
			continue
		}
		require.Equal(t, contract.Block, answer.Outcome.Kind, target)
		require.Contains(t, answer.Executions[0].Result.Failure.Message, "/url: ", target)
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var walls []time.Duration
		engine := &runtime.Engine{Sandbox: sandbox(func(_ context.Context, _ *runtime.Program, call vm.Call) (vm.Result, error) {
			walls = append(walls, call.Limits.Wall)
			time.Sleep(2 * time.Second)
			return vm.Result{}, nil
		})}
		chain := steps("", "", "", "")
		chain[0].Limits.Wall = time.Second
		chain[2].Limits.Wall = 30 * time.Second
		chain[3].OnFailure = runtime.Continue
		answer, err := engine.Run(t.Context(), &runtime.Call{Trigger: lookup(t, "login.after"), Steps: chain, Budget: 6 * time.Second})
		require.NoError(t, err)
		require.Equal(t, []time.Duration{time.Second, 4 * time.Second, 2 * time.Second}, walls)
		require.Len(t, answer.Executions, 4)
		require.Equal(t, 2*time.Second, answer.Executions[0].Took)
		last := answer.Executions[3]
		require.Equal(t, vm.FailTimeLimit, last.Result.Failure.Kind)
		require.Equal(t, "chain 6s", last.Result.Failure.Limit)
		require.Equal(t, runtime.Continue, last.Policy)
		require.Equal(t, contract.Continue, answer.Outcome.Kind)

		walls = nil
		_, err = engine.Run(t.Context(), &runtime.Call{Trigger: lookup(t, "login.after"), Steps: steps("", "", "", "", "", "")})
		require.NoError(t, err)
		require.Equal(t, []time.Duration{5 * time.Second, 5 * time.Second, 5 * time.Second, 4 * time.Second, 2 * time.Second}, walls, "default 5 s each, 10 s together")
	})
}

func TestASandboxThatFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	engine := &runtime.Engine{Sandbox: sandbox(func(ctx context.Context, p *runtime.Program, call vm.Call) (vm.Result, error) {
		if string(p.Script) == "broken" {
			return vm.Result{}, broken
		}
		return script(ctx, p, call)
	})}
	answer, err := engine.Run(t.Context(), &runtime.Call{Trigger: lookup(t, "login.after"), Steps: steps(`{"kind":"continue","state":{"a":1}}`, "broken", "")})
	require.ErrorIs(t, err, broken)
	require.Len(t, answer.Executions, 1)
	require.JSONEq(t, `{"a":1}`, string(answer.State))
}

// Steps and what a sandbox answers are shared by the calls of a slot: whoever writes to them shows under the race detector, and by another answer.
func TestCallsShareSteps(t *testing.T) {
	t.Parallel()
	chain := steps(
		`{"kind":"demand_mfa","factors":["totp","push"],"state":{"a":1},"claims":{"id_token":{"a":1}},"scopes":{"add":["x","y"],"remove":["z"]},"directives":[{"type":"issue_session"},{"type":"revoke_refresh_token"}]}`,
		`{"kind":"demand_mfa","factors":["push"],"state":{"a":null,"b":2},"claims":{"id_token":{"b":1}},"scopes":{"add":["z"],"remove":["x"]},"user":{"traits":{"t":1}}}`,
		`{"kind":"block","state":{"c":3},"directives":[{"type":"drop_message"}]}`,
	)
	event := contract.Call{State: json.RawMessage(`{"s":1}`), User: json.RawMessage(`{"id":"u"}`), Context: json.RawMessage(`{"client":{"id":"c"}}`)}
	trigger := lookup(t, "login.after")
	call := func() runtime.Call { return runtime.Call{Trigger: trigger, Event: event, Steps: chain} }
	first := call()
	want := text(t, run(t, &first).Outcome)
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			for range 50 {
				c := call()
				answer, err := (&runtime.Engine{Sandbox: sandbox(script)}).Run(context.Background(), &c)
				if got, _ := json.Marshal(answer.Outcome); err != nil || string(got) != want {
					t.Errorf("%s, %v", got, err)
					return
				}
				// An answer belongs to its caller.
				answer.Outcome.State["mine"] = nil
				answer.Outcome.Directives[0][0] = 'x'
				answer.State[0] = 'x'
			}
		})
	}
	all.Wait()
	require.Equal(t, `{"s":1}`, string(event.State))
}

// The state of a run stays so small that the next call can bring it.
func TestStateThatGrows(t *testing.T) {
	t.Parallel()
	half := strings.Repeat("x", runtime.MaxState/2)
	answer := run(t, &runtime.Call{Steps: steps(`{"kind":"continue","state":{"a":"`+half+`"}}`, `{"kind":"continue","state":{"b":"`+half+`"},"user":{"traits":{"b":1}}}`, `{"kind":"continue"}`)})
	require.Equal(t, contract.Block, answer.Outcome.Kind)
	require.Len(t, answer.Executions, 2)
	require.Equal(t, vm.FailOutputLimit, answer.Executions[1].Result.Failure.Kind)
	require.JSONEq(t, `{"a":"`+half+`"}`, string(answer.State))
	require.Empty(t, answer.Outcome.User)

	large := `{"a":"` + strings.Repeat("x", 2*runtime.MaxState) + `"}`
	answer = run(t, &runtime.Call{Event: contract.Call{State: json.RawMessage(large)}, Steps: steps(`{"kind":"continue"}`)})
	require.Equal(t, contract.Continue, answer.Outcome.Kind, "what the login system sent is its own")
	require.Equal(t, large, string(answer.State))
}
