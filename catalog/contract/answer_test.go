package contract_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/contract"
)

var everyEffect = `"claims":{"id_token":{"a":1},"access_token":{}},"scopes":{"add":["a"],"remove":[]},"user":{"traits":{"a":null},"user_metadata":{},"app_metadata":{}},
	"session":{"metadata":{},"expires_at":"2026-01-01T00:00:00Z","idle_expires_at":"2026-01-01T00:00:00Z","cookie":"persistent"},"saml":{"attributes":{}},"state":{"a":null},
	"directives":[{"type":"issue_session"},{"type":"revoke_sessions","scope":"others"},{"type":"require_verified_address","via":"phone"},{"type":"show_verification_ui","address":"a"},
	{"type":"record_authentication_method","name":"totp"},{"type":"set_organization","id":"o"},{"type":"link_identity","user_id":"u"},{"type":"revoke_refresh_token"},
	{"type":"drop_message"},{"type":"retry_message","after_seconds":60}]`

// Every kind with all that it may have is accepted where the trigger allows it, and refused everywhere else.
func TestCheckOutcomeAtEveryTrigger(t *testing.T) {
	t.Parallel()
	full := map[contract.Kind]string{
		contract.Continue:  `{"kind":"continue",` + everyEffect + `}`,
		contract.DemandMFA: `{` + everyEffect + `,"kind":"demand_mfa","factors":["totp","sms"],"enrol":true,"reason":"r"}`,
		contract.Redirect:  `{"kind":"redirect","url":"https://example.com","params":{"a":"b"},"token":{"claims":{"a":[1]},"expires_in_seconds":60},"reason":"r",` + everyEffect + `}`,
		contract.Block:     `{"kind":"block","code":"c","reason":"r","message":"m","field":"/traits/email",` + everyEffect + `}`,
	}
	for _, trg := range contract.Triggers() {
		for kind, outcome := range full {
			got, err := contract.CheckOutcome([]byte(outcome), trg)
			if slices.Contains(trg.Answers, kind) {
				require.NoError(t, err, "%s at %s", kind, trg.ID)
				require.Equal(t, kind, got)
				continue
			}
			require.ErrorContains(t, err, "/kind: "+string(kind)+" is not allowed at "+string(trg.ID))
			require.Empty(t, got)
		}
	}
}

func TestCheckOutcomeAccepts(t *testing.T) {
	t.Parallel()
	for name, outcome := range map[string]string{
		"white space":           " {\n\"kind\" : \"continue\" } ",
		"a kind with an escape": `{"kind":"cont\u0069nue"}`,
		"the kind last":         `{"state":{},"kind":"continue"}`,
		"no directives":         `{"kind":"continue","directives":[]}`,
		"no factors":            `{"kind":"demand_mfa","factors":[]}`,
		"a name with an escape": `{"\u006bind":"block","m\u0065ssage":"x"}`,
		"deep state":            `{"kind":"continue","state":` + nest(contract.MaxOpenDepth) + `}`,
		"a directive's escape":  `{"kind":"continue","directives":[{"type":"\u0069ssue_session"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := contract.CheckOutcome([]byte(outcome), trigger(t, "login.after"))
			require.NoError(t, err)
		})
	}
}

func TestCheckOutcomeRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ outcome, want string }{
		"an array":                       {`[]`, "an outcome is an object with a member kind, not an array"},
		"a number":                       {`1`, "an outcome is an object with a member kind, not a number"},
		"true":                           {`true`, "an outcome is an object with a member kind, not true"},
		"null":                           {`null`, "/kind: it is missing"},
		"no kind":                        {`{}`, "/kind: it is missing"},
		"a kind of null":                 {`{"kind":null}`, "/kind: it is missing"},
		"a kind of another type":         {`{"kind":1}`, "/kind: it must be a string"},
		"too many scopes":                {`{"kind":"continue","scopes":{"add":[` + strings.Repeat(`"a",`, 500) + `"a"]}}`, "a list has at most 500 items here"},
		"too many directives":            {`{"kind":"continue","directives":[` + strings.Repeat(`{"type":"issue_session"},`, 50) + `{"type":"issue_session"}]}`, "a list has at most 50 items here"},
		"an empty kind":                  {`{"kind":""}`, `/kind: "" is not a kind of outcome`},
		"a kind in another case":         {`{"kind":"Continue"}`, `/kind: "Continue" is not a kind of outcome`},
		"kind in another case":           {`{"Kind":"continue"}`, "/kind: it is missing"},
		"kind twice":                     {`{"kind":"block","kind":"continue"}`, "/kind: the name is there twice"},
		"kind twice in two cases":        {`{"kind":"block","KIND":"continue"}`, `unknown member "KIND"`},
		"directives in another case":     {`{"kind":"continue","Directives":[]}`, `/Directives: unknown member`},
		"directives of null":             {`{"kind":"continue","directives":null}`, "/directives: it must be an array, not null"},
		"a directive of null":            {`{"kind":"continue","directives":[null]}`, "/directives/0: it must be an object, not null"},
		"a directive without a type":     {`{"kind":"continue","directives":[{}]}`, `/directives/0/type: "" is not a directive`},
		"a directive's type of null":     {`{"kind":"continue","directives":[{"type":null}]}`, `/directives/0/type: "" is not a directive`},
		"a directive's type, a number":   {`{"kind":"continue","directives":[{"type":1}]}`, "/directives/0/type: it must be a string"},
		"a directive's type in case":     {`{"kind":"continue","directives":[{"Type":"issue_session"}]}`, `/directives/0/type: "" is not a directive`},
		"a directive's member":           {`{"kind":"continue","directives":[{"type":"issue_session","x":1}]}`, `/directives/0/x: unknown member "x"`},
		"a directive without its member": {`{"kind":"continue","directives":[{"type":"set_organization"}]}`, "/directives/0/id: it is missing"},
		"a delay that is too long":       {`{"kind":"continue","directives":[{"type":"retry_message","after_seconds":86401}]}`, "/directives/0/after_seconds: it must be from 1 to 86400"},
		"an unknown factor":              {`{"kind":"demand_mfa","factors":["totp","mail"]}`, `/factors/1: "mail" is not one of`},
		"a redirect without a target":    {`{"kind":"redirect"}`, "/url: it is missing"},
		"a token without claims":         {`{"kind":"redirect","url":"u","token":{}}`, "/token/claims: it is missing"},
		"a token that never expires":     {`{"kind":"redirect","url":"u","token":{"claims":{},"expires_in_seconds":0}}`, "/token/expires_in_seconds: it must be from 1"},
		"a parameter of another type":    {`{"kind":"redirect","url":"u","params":{"a/b":1}}`, "/params/a~1b: it must be a string"},
		"a timestamp that is none":       {`{"kind":"continue","session":{"expires_at":"tomorrow"}}`, "/session/expires_at: "},
		"an unknown cookie":              {`{"kind":"continue","session":{"cookie":"none"}}`, "/session/cookie: "},
		"an unknown effect":              {`{"kind":"continue","claims":{"idToken":{}}}`, `/claims/idToken: unknown member "idToken"; did you mean "id_token"?`},
		"state that is too deep":         {`{"kind":"continue","state":` + nest(contract.MaxOpenDepth+1) + `}`, "it is nested more than 64 deep"},
		"a nesting bomb":                 {`{"kind":"continue","state":` + strings.Repeat(`{"a":`, 20_000), "it is nested more than 64 deep"},
		"a name twice in an open object": {`{"kind":"continue","state":{"a":1,"a":2}}`, "/state/a: the name is there twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind, err := contract.CheckOutcome([]byte(test.outcome), trigger(t, "login.after"))
			var fields contract.FieldErrors
			require.ErrorAs(t, err, &fields)
			require.Contains(t, err.Error(), test.want)
			require.Empty(t, kind)
		})
	}
	for name, outcome := range map[string]string{
		"nothing": ``, "half": `{"kind":"continue"`, "more": `{"kind":"continue"}x`, "two": `{"kind":"continue"}{}`, "undefined": `undefined`,
		"not UTF-8": "{\"kind\":\"block\",\"message\":\"\xff\"}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := contract.CheckOutcome([]byte(outcome), trigger(t, "login.after"))
			var malformed *contract.MalformedError
			require.ErrorAs(t, err, &malformed)
		})
	}
}

func TestCheckOutcomeRepeatsOnlySoMuchOfTheActionsText(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 1<<17)
	for _, outcome := range []string{`{"kind":"` + long + `"}`, `{"kind":"continue","` + long + `":1}`, `{"kind":"continue","directives":[{"type":"` + long + `"}]}`} {
		_, err := contract.CheckOutcome([]byte(outcome), trigger(t, "login.after"))
		require.Error(t, err)
		require.Less(t, len(err.Error()), 2000)
	}
}

// What is accepted is an outcome by the published schema too.
func FuzzCheckOutcome(f *testing.F) {
	for i, outcome := range []string{
		`{"kind":"continue",` + everyEffect + `}`, `{"kind":"block","code":"c","field":"/a"}`, `{"kind":"demand_mfa","factors":["totp"]}`,
		`{"kind":"redirect","url":"https://example.com","token":{"claims":{}}}`, `{"Kind":"continue","directives":[null,{"type":1}]}`, `null`,
	} {
		f.Add(i*5, []byte(outcome))
	}
	all := contract.Triggers()
	f.Fuzz(func(t *testing.T, n int, outcome []byte) {
		trg := all[uint(n)%uint(len(all))]
		kind, err := contract.CheckOutcome(outcome, trg)
		if err != nil {
			var malformed *contract.MalformedError
			var fields contract.FieldErrors
			require.True(t, errors.As(err, &malformed) || errors.As(err, &fields), "%v", err)
			require.Empty(t, kind)
			return
		}
		var body map[string]any
		require.NoError(t, json.Unmarshal(outcome, &body))
		require.Equal(t, string(kind), body["kind"])
		require.True(t, trg.Allows(kind))
		require.NoError(t, outcomeSchema(t).Validate(instance(t, string(outcome))))
	})
}

var compileOutcomeSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	text, err := json.Marshal(contract.OutcomeJSONSchema())
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("outcome.json", document); err != nil {
		return nil, err
	}
	return c.Compile("outcome.json")
})

func outcomeSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := compileOutcomeSchema()
	require.NoError(t, err)
	return schema
}
