package runtime_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/runtime/vm"
)

// settings are a host.Tenants that has the same for every tenant.
type settings host.Settings

func (s *settings) Settings(context.Context, string) (*host.Settings, error) {
	return (*host.Settings)(s), nil
}

// inputs are what the actions of a call get.
func inputs(t testing.TB, call *runtime.Call) []string {
	t.Helper()
	var all []string
	tenants := &settings{Secrets: map[string]host.Secret{"KEY": {Value: "value"}, "HIDDEN": {Value: "never seen", Brokered: true}, "OTHER": {Value: "not declared"}}}
	_, err := (&runtime.Engine{Tenants: tenants, Sandbox: sandbox(func(ctx context.Context, p *runtime.Program, c vm.Call) (vm.Result, error) {
		require.Equal(t, "execute", c.Entry)
		all = append(all, withConfig(string(c.Input), c.Config))
		return script(ctx, p, c)
	})}).Run(t.Context(), call)
	require.NoError(t, err)
	return all
}

// withConfig is an input with the config that goes beside it.
func withConfig(input string, config *vm.Config) string {
	if config == nil {
		return input
	}
	at := strings.LastIndex(input, `,"secrets":`)
	return input[:at] + `,"config":` + string(config.Text) + input[at:]
}

// bodies are the least and the most that a call has, by what its trigger knows.
func bodies(t testing.TB, trigger contract.Trigger) []string {
	t.Helper()
	user, context := "", ""
	if trigger.User != contract.UserNone {
		user = `"user":{"id":"u","email":"e@example.com"},`
	}
	switch {
	case trigger.ID == "login.credential-checked":
		context = `"credential":{"valid":false}`
	case trigger.Flow == "token":
		context = `"token":{"scopes":["a"]}`
	case trigger.Flow == "message":
		context = `"message":{"channel":"sms","recipient":"+41790000000"}`
	}
	more := context
	if more != "" {
		more += ","
	}
	return []string{
		`{` + user + `"context":{` + context + `}}`,
		`{` + user + `"method":"totp","request":{"id":"r","ip":"192.0.2.1"},"state":{"s":[1]},"context":{ ` + more + `"client":{"id":"c"},"risk":{"score":1} } }`,
	}
}

func TestInputFitsTheContract(t *testing.T) {
	t.Parallel()
	compiler := jsonschema.NewCompiler()
	schemaText, err := json.Marshal(contract.InputJSONSchema())
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(schemaText)))
	require.NoError(t, err)
	compiler.AssertFormat()
	require.NoError(t, compiler.AddResource("input.json", document))
	schema := compiler.MustCompile("input.json")
	for _, trigger := range contract.Triggers() {
		for _, body := range bodies(t, trigger) {
			event, err := contract.DecodeCall([]byte(body), trigger)
			require.NoError(t, err, trigger.ID)
			chain := steps("", "")
			chain[1].Config, chain[1].Secrets = vm.NewConfig([]byte(`{"c":1}`)), []string{"KEY", "ABSENT", "HIDDEN"}
			for _, input := range inputs(t, &runtime.Call{
				Tenant: "acme", Trigger: trigger, Event: event, Flow: "main", Revision: 3, Run: "run", RunStarted: time.Now(), IdempotencyKey: "key", Steps: chain,
			}) {
				value, err := jsonschema.UnmarshalJSON(strings.NewReader(input))
				require.NoError(t, err, input)
				require.NoError(t, schema.Validate(value), input)
				members := value.(map[string]any)
				context := members["context"].(map[string]any)
				_, needsUser := members["user"]
				require.Equal(t, trigger.User != contract.UserNone, needsUser)
				for _, m := range contract.Context().Members { // what this trigger always has
					if m.At(trigger.ID) && !m.Optional {
						require.Contains(t, context, m.Name, trigger.ID)
					}
				}
				_, ok := context["method"]
				require.Equal(t, event.Method != "", ok)
			}
		}
	}
}

func TestInput(t *testing.T) {
	t.Parallel()
	trigger := lookup(t, "login.after")
	chain := steps("", "")
	chain[1].Config, chain[1].Secrets = vm.NewConfig([]byte(`{"c":12345678901234567890}`)), []string{"KEY", "ABSENT", "HIDDEN"}
	call := &runtime.Call{
		Tenant: "acme", Trigger: trigger, Flow: "login-partners", Revision: 3, Run: "run-1", RunStarted: time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.FixedZone("", 3600)),
		IdempotencyKey: "key \"1\" \xff é", Attempt: 2, Steps: chain,
		Event: contract.Call{
			Method: "totp", User: json.RawMessage(`{"id":"u","email":""}`), Request: json.RawMessage(`{"ip":"192.0.2.1"}`), State: json.RawMessage(`{"s":1e400}`),
			Context: json.RawMessage(" { \"client\" : {\"id\":\"c\"} } "),
		},
	}
	context := `"context":{"tenant":"acme","flow":{"slug":"login-partners","kind":"login","revision":3},"run":{"id":"run-1","started_at":"2026-01-02T02:04:05.006Z"},` +
		`"attempt":2,"method":"totp","action":{"slug":"%","version":"1.0.0"},"idempotency_key":"key \"1\" ` + "\ufffd" + ` é/%","client" : {"id":"c"}}`
	head := `{"trigger":"login.after","user":{"id":"u","email":""},"request":{"ip":"192.0.2.1"},"state":{"s":1e400},`
	got := inputs(t, call)
	for i, want := range []string{
		head + strings.ReplaceAll(context, "%", "a0") + `,"config":{},"secrets":{}}`,
		head + strings.ReplaceAll(context, "%", "a1") + `,"config":{"c":12345678901234567890},"secrets":{"KEY":"value","HIDDEN":"secret://HIDDEN"}}`,
	} {
		require.Equal(t, want, strings.ReplaceAll(got[i], `\ufffd`, "\ufffd"))
	}

	bare := inputs(t, &runtime.Call{Trigger: trigger, Steps: steps("")})[0]
	require.NotContains(t, bare, `"user"`)
	require.NotContains(t, bare, `"method"`)
	require.Contains(t, bare, `"request":{},"state":{},`)
	require.Contains(t, bare, `"attempt":1,`)
}

// Whatever is in the parts of a call, the input is JSON and says the same.
func FuzzInput(f *testing.F) {
	f.Add("acme", "login", "a", "key", `{"id":"u"}`, `{"client":{"id":"c"}}`, `{"s":1}`, `{"c":[1,2]}`)
	f.Add("\"", "\\", "\x00\u2028<", "é\xff", `{ }`, " {\n} ", `{}`, `{"\u0000":"\ud83d\ude00"}`)
	f.Fuzz(func(t *testing.T, tenant, flow, action, key, user, context, state, config string) {
		for _, object := range []string{user, context, state, config} {
			var members map[string]json.RawMessage
			if !utf8.ValidString(object) || json.Unmarshal([]byte(object), &members) != nil || members == nil {
				t.Skip()
			}
			for _, name := range []string{"tenant", "flow", "run", "action", "attempt", "idempotency_key", "method"} {
				if _, taken := members[name]; taken { // contract.DecodeCall refuses it
					t.Skip()
				}
			}
		}
		chain := steps("")
		chain[0].Action, chain[0].Version, chain[0].Config = action, flow, vm.NewConfig([]byte(config))
		text := inputs(t, &runtime.Call{
			Tenant: tenant, Trigger: lookup(t, "login.after"), Flow: flow, Run: key, IdempotencyKey: key, Revision: 7, Steps: chain,
			Event: contract.Call{User: json.RawMessage(user), Context: json.RawMessage(context), State: json.RawMessage(state)},
		})[0]
		var input struct {
			Trigger             string
			User, State, Config json.RawMessage
			Context             map[string]json.RawMessage
		}
		require.NoError(t, json.Unmarshal([]byte(text), &input), text)
		require.Equal(t, "login.after", input.Trigger)
		for got, want := range map[*json.RawMessage]string{&input.User: user, &input.State: state, &input.Config: config} {
			require.Equal(t, strings.TrimSpace(want), string(*got))
		}
		var given map[string]json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(context), &given))
		for name, value := range given {
			require.Equal(t, string(value), string(input.Context[name]))
		}
		for name, want := range map[string]string{"tenant": tenant, "idempotency_key": key + "/" + chain[0].Attachment} {
			var got string
			require.NoError(t, json.Unmarshal(input.Context[name], &got))
			require.Equal(t, string([]rune(want)), got) // invalid bytes become U+FFFD
		}
	})
}
