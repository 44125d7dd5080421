package contract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/contract"
)

const aUser = `{"id":"u1","email":"zoe@example.com"}`

func trigger(t testing.TB, id contract.TriggerID) contract.Trigger {
	t.Helper()
	found, ok := contract.Lookup(id)
	require.True(t, ok, id)
	return found
}

func TestDecodeCallKeepsTheSections(t *testing.T) {
	t.Parallel()
	body := `{ "run": "r.1", "method": "password",
		"user": {"id": "u\u00311", "email": "zoe@example.com", "traits": {"a": [1, {"b": null}]}},
		"request": { "id":"req-1", "ip":"192.0.2.1", "device": {"id":"d-1"} }, "state": {}, "context": {"client": {"id": "app"}} } `
	call, err := contract.DecodeCall([]byte(body), trigger(t, "login.after"))
	require.NoError(t, err)
	require.Equal(t, contract.Call{
		Run: "r.1", Method: "password", UserID: "u11", RequestID: "req-1", DeviceID: "d-1", IP: "192.0.2.1",
		User:    json.RawMessage(`{"id": "u\u00311", "email": "zoe@example.com", "traits": {"a": [1, {"b": null}]}}`),
		Request: json.RawMessage(`{ "id":"req-1", "ip":"192.0.2.1", "device": {"id":"d-1"} }`),
		State:   json.RawMessage(`{}`), Context: json.RawMessage(`{"client": {"id": "app"}}`),
	}, call)
}

func TestDecodeCallAccepts(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		trigger contract.TriggerID
		body    string
	}{
		"nothing where nothing is known":       {"login.before", `{}`},
		"a claimed user without an id":         {"registration.submitted", `{"user":{"email":"zoe@example.com"}}`},
		"no user for a machine":                {"token.client-credentials", `{"context":{"token":{"scopes":["read"]}}}`},
		"every kind of value":                  {"login.after", `{"user":` + aUser + `,"request":{"geo":{"latitude":-47.37e0,"longitude":8},"asn":{"number":64496,"is_tor":false}}}`},
		"a whole number written as a fraction": {"login.after", `{"user":{"id":"u","email":"","logins_count":3.0}}`},
		"a timestamp with zone and fraction":   {"login.after", `{"user":{"id":"u","email":"","created_at":"2026-02-28T23:59:59.5+01:00"}}`},
		"anything in an open object":           {"login.after", `{"user":` + aUser + `,"state":{"n":null,"":{"x":[[1e3]]}}}`},
		"the deepest open object":              {"login.before", `{"state":` + nest(contract.MaxOpenDepth) + `}`},
		"a name with an escape":                {"login.before", `{"\u0073tate":{}}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := contract.DecodeCall([]byte(c.body), trigger(t, c.trigger))
			require.NoError(t, err)
		})
	}
}

func TestDecodeCallRefusesFields(t *testing.T) {
	t.Parallel()
	with := func(member string) string { return `{"user":` + aUser + `,` + member + `}` }
	cases := map[string]struct {
		trigger contract.TriggerID
		body    string
		want    string
	}{
		"a misspelled member": {"login.after", `{"user":{"id":"u","email":"","emial":"x"}}`,
			`/user/emial: unknown member "emial"; did you mean "email"?`},
		"a member in another case": {"login.after", `{"user":{"id":"u","email":"","emailVerified":true}}`,
			`/user/emailVerified: unknown member "emailVerified"; did you mean "email_verified"?`},
		"a member like no other":       {"login.after", with(`"colour":"red"`), `/colour: unknown member "colour"`},
		"a string for a boolean":       {"login.after", `{"user":{"id":"u","email":"","email_verified":"yes"}}`, `/user/email_verified: it must be true or false, not a string`},
		"a number for a string":        {"login.after", `{"user":{"id":17,"email":""}}`, `/user/id: it must be a string, not a number`},
		"null":                         {"login.after", `{"user":{"id":"u","email":"","phone":null}}`, `/user/phone: it must be a string, not null; leave out what is not there`},
		"a section that is no object":  {"login.after", with(`"state":[{"a":1}]`), `/state: it must be an object, not an array`},
		"a body that is no object":     {"login.before", `[]`, `it must be an object, not an array`},
		"a wrong element":              {"login.after", `{"user":{"id":"u","email":"","roles":["a",1]}}`, `/user/roles/1: it must be a string, not a number`},
		"a wrong value of a header":    {"login.before", `{"request":{"headers":{"a/b":["x"]}}}`, `/request/headers/a~1b: it must be a string, not an array`},
		"a fraction for a whole":       {"login.after", `{"user":{"id":"u","email":"","logins_count":1.5}}`, `/user/logins_count: it must be a whole number`},
		"a number out of range":        {"login.before", `{"context":{"risk":{"score":101}}}`, `/context/risk/score: it must be from 0 to 100`},
		"a number beyond every number": {"login.before", `{"context":{"risk":{"score":1e999}}}`, `/context/risk/score: the number is too large`},
		"a bad timestamp": {"login.after", `{"user":{"id":"u","email":"","created_at":"2026-02-30T00:00:00Z"}}`,
			`/user/created_at: "2026-02-30T00:00:00Z" is not a timestamp; write it like 2006-01-02T15:04:05Z (RFC 3339)`},
		"an unknown method": {"login.after", with(`"method":"pasword"`),
			`/method: "pasword" is not one of password, oidc, saml, totp, webauthn, passkey, lookup_secret, code, link, sms, push, profile; did you mean "password"?`},
		"a name twice":                  {"login.before", `{"state":{"a":1,"a":2}}`, `/state/a: the name is there twice`},
		"a section twice":               {"login.before", `{"state":{},"state":{}}`, `/state: the name is there twice`},
		"a missing user":                {"login.after", `{}`, `/user: it is missing`},
		"a missing id":                  {"login.after", `{"user":{"email":""}}`, `/user/id: it is missing`},
		"a missing section of a token":  {"token.client-credentials", `{}`, `/context: it is missing`},
		"a missing token":               {"token.issue", `{"user":` + aUser + `,"context":{}}`, `/context/token: it is missing`},
		"a user of a machine":           {"token.client-credentials", `{"user":{},"context":{"token":{}}}`, `/user: there is no user at token.client-credentials`},
		"what the server knows":         {"login.before", `{"context":{"attempt":1}}`, `/context/attempt: the server fills it in; leave it out`},
		"the method in the wrong place": {"login.before", `{"context":{"method":"password"}}`, `/context/method: the server fills it in; leave it out`},
		"a config":                      {"login.before", `{"config":{}}`, `/config: it comes from the attachment in the flow; leave it out`},
		"a member of another trigger":   {"login.before", `{"context":{"credential":{"valid":true}}}`, `/context/credential: it is not part of login.before, only of login.credential-checked`},
		"an open object too deep":       {"login.before", `{"state":` + nest(contract.MaxOpenDepth+1) + `}`, `it is nested more than 64 deep`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := contract.DecodeCall([]byte(c.body), trigger(t, c.trigger))
			var fields contract.FieldErrors
			require.ErrorAs(t, err, &fields)
			require.Len(t, fields, 1)
			require.True(t, strings.HasSuffix(fields[0].Error(), c.want), fields[0].Error())
		})
	}
}

func TestDecodeCallRefusesWhatTheServerOwns(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"tenant", "flow", "run", "action", "attempt", "idempotency_key", "method"} {
		for _, trg := range contract.Triggers() {
			_, err := contract.DecodeCall(fmt.Appendf(nil, `{"context":{%q:1}}`, name), trg)
			require.ErrorContains(t, err, "/context/"+name+": the server fills it in", trg.ID)
		}
	}
}

func TestDecodeCallRefusesMalformedJSON(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		body   string
		offset int64
		detail string
	}{
		"nothing":             {"", 0, "the body is empty"},
		"white space":         {" \n", 2, "the body is empty"},
		"an end too early":    {`{"state":{"a":`, 14, "unexpected EOF"},
		"a missing comma":     {`{"state":{} "run":""}`, 12, "invalid character '\"'"},
		"a trailing comma":    {`{"state":{},}`, 11, "invalid character ','"},
		"two values":          {`{} {}`, 4, "there is more after the end of the JSON value"},
		"garbage at the end":  {`{} x`, 3, "invalid character 'x'"},
		"a name not quoted":   {`{state:{}}`, 1, "invalid character 's'"},
		"text not in UTF-8":   {"{\"run\":\"\xff\"}", 8, "invalid UTF-8"},
		"half a surrogate":    {`{"run":"\ud800"}`, 8, "invalid surrogate pair"},
		"a leading zero":      {`{"state":{"a":01}}`, 15, "invalid character '1'"},
		"malformed at last":   {`{"bad":1,"state":{]}`, 18, "invalid character ']'"},
		"nesting like a bomb": {`{"bad":` + strings.Repeat("[", 1_000_000), 10006, "exceeded max depth"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := contract.DecodeCall([]byte(c.body), trigger(t, "login.before"))
			var malformed *contract.MalformedError
			require.ErrorAs(t, err, &malformed)
			require.Equal(t, c.offset, malformed.Offset, malformed.Error())
			require.Contains(t, malformed.Detail, c.detail)
		})
	}
}

func TestDecodeCallCollectsErrorsUpToALimit(t *testing.T) {
	t.Parallel()
	_, err := contract.DecodeCall([]byte(`{"user":{"id":1,"email":2},"request":{"ip":3}}`), trigger(t, "login.after"))
	var fields contract.FieldErrors
	require.ErrorAs(t, err, &fields)
	require.Equal(t, "/user/id: it must be a string, not a number (and 2 more)", err.Error())
	var first *contract.FieldError
	require.ErrorAs(t, err, &first)
	require.Equal(t, "/user/id", first.Pointer)

	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, `"x%d":1,`, i)
	}
	_, err = contract.DecodeCall([]byte(`{`+b.String()+`"state":{}}`), trigger(t, "login.before"))
	require.ErrorAs(t, err, &fields)
	require.Len(t, fields, contract.MaxFieldErrors)
}

func TestDecodeCallRepeatsOnlySoMuchOfTheCallersText(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 1<<20)
	for _, body := range []string{`{"` + long + `":1}`, `{"method":"` + long + `"}`, `{"state":{"` + long + `":` + long + `}}`} {
		_, err := contract.DecodeCall([]byte(body), trigger(t, "login.before"))
		require.Error(t, err)
		require.Less(t, len(err.Error()), 2000)
	}
}

func TestDecodeCallOfAnUnknownTrigger(t *testing.T) {
	t.Parallel()
	_, err := contract.DecodeCall([]byte(`{}`), contract.Trigger{ID: "login.during"})
	require.ErrorContains(t, err, `there is no trigger "login.during"`)
	var malformed *contract.MalformedError
	require.False(t, errors.As(err, &malformed))
}

func TestDecodeCallKeepsNothingFromOneCallToTheNext(t *testing.T) {
	t.Parallel()
	_, err := contract.DecodeCall([]byte(`{"run":"r","method":"totp","user":{"id":"u","email":"","x":1}}`), trigger(t, "login.after"))
	require.Error(t, err)
	call, err := contract.DecodeCall([]byte(`{}`), trigger(t, "login.before"))
	require.NoError(t, err)
	require.Equal(t, contract.Call{}, call)
}

func nest(depth int) string {
	return strings.Repeat(`{"a":`, depth-1) + `{}` + strings.Repeat(`}`, depth-1)
}

func FuzzDecodeCall(f *testing.F) {
	f.Add(0, []byte(`{}`))
	f.Add(3, benchmarkBody)
	f.Add(19, []byte(`{"context":{"token":{"claims":{"a":[1,2,{"b":null}]},"scopes":["x"]}}}`))
	f.Add(2, []byte(`{"user":{"created_at":"2026-01-01T00:00:00Z"},"context":{"credential":{"valid":true}}}`))
	f.Add(1, []byte(`{"user":{"emial":"\ud83d\ude00"},"state":{"a":1,"a":2}}`))
	all := contract.Triggers()
	f.Fuzz(func(t *testing.T, n int, body []byte) {
		call, err := contract.DecodeCall(body, all[uint(n)%uint(len(all))])
		if err != nil {
			var malformed *contract.MalformedError
			var fields contract.FieldErrors
			require.True(t, errors.As(err, &malformed) || errors.As(err, &fields))
			return
		}
		var tree map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(body, &tree))
		for name, section := range map[string]json.RawMessage{
			"user": call.User, "request": call.Request, "state": call.State, "context": call.Context,
		} {
			if section == nil {
				require.NotContains(t, tree, name)
				continue
			}
			var object map[string]any
			require.NoError(t, json.Unmarshal(section, &object))
			require.NotNil(t, object)
			require.Equal(t, string(tree[name]), string(section))
		}
	})
}

var benchmarkBody = []byte(`{"run":"v1.8Jx0c2Zr.0hJk3m1pQwErTyUiOpAsDfGhJkLzXcVbNm","method":"password",
"user":{"id":"8f14e45f-ceea-467f-a9ab-7d4c1e6f2b90","email":"zoe.meier@example.com","email_verified":true,"phone":"+41790000000","phone_verified":false,
"name":"Zoë Meier","given_name":"Zoë","family_name":"Meier","locale":"de-CH","groups":["staff","engineering","zurich"],"roles":["author","viewer"],
"traits":{"email":"zoe.meier@example.com","department":"engineering","cost_centre":4711,"manager":{"id":"u-17","name":"Ada"}},
"app_metadata":{"plan":"team","seats":25,"features":["sso","audit","rollouts"]},"user_metadata":{"theme":"dark"},
"identities":[{"provider":"google","user_id":"109876543210","is_social":true}],
"enrolled_factors":[{"method":"totp","id":"f1","enrolled_at":"2026-01-02T03:04:05Z"},{"method":"webauthn","id":"f2"}],
"addresses":[{"value":"zoe.meier@example.com","via":"email","verified":true}],
"created_at":"2025-03-01T08:00:00Z","updated_at":"2026-08-31T12:34:56.789Z","logins_count":412},
"request":{"id":"req-01J8Z3","ip":"192.0.2.44","user_agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
"method":"POST","url":"https://login.example.com/self-service/login?flow=7c1a","hostname":"login.example.com",
"headers":{"accept-language":"de-CH,de;q=0.9,en;q=0.8","referer":"https://app.example.com/"},"query":{"flow":"7c1a"},"language":"de-CH",
"geo":{"country":"CH","region":"ZH","city":"Zürich","latitude":47.3769,"longitude":8.5417,"time_zone":"Europe/Zurich"},
"asn":{"number":64496,"name":"Example Net","is_tor":false,"is_vpn":false,"is_proxy":false},"device":{"id":"d-99","ja4":"t13d1516h2_8daaf6152771_02713d6af862"}},
"state":{"step":2,"seen":["a","b"]},
"context":{"client":{"id":"app-1","name":"Example App","metadata":{"tier":"gold"}},"organization":{"id":"org-7","name":"Example"},
"connection":{"id":"c1","name":"database","strategy":"password"},"authentication":{"methods":[{"name":"password","at":"2026-09-01T08:00:00Z"}],"acr":"aal1","amr":["pwd"]},
"transaction":{"protocol":"oidc","redirect_uri":"https://app.example.com/callback","requested_scopes":["openid","profile","email"],"locale":"de"},
"risk":{"score":12.5,"level":"low","signals":{"new_device":false}}}}`)

func BenchmarkDecodeCall(b *testing.B) {
	after := trigger(b, "login.after")
	b.ReportAllocs()
	b.SetBytes(int64(len(benchmarkBody)))
	for b.Loop() {
		if _, err := contract.DecodeCall(benchmarkBody, after); err != nil {
			b.Fatal(err)
		}
	}
}
