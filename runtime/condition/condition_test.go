package condition_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime/condition"
)

func trigger(t testing.TB, id contract.TriggerID) contract.Trigger {
	t.Helper()
	found, ok := contract.Lookup(id)
	require.True(t, ok, id)
	return found
}

func compile(t testing.TB, text string) *condition.Condition {
	t.Helper()
	c, err := condition.Compile(text, trigger(t, "login.after"))
	require.NoError(t, err, text)
	return c
}

const (
	user = `{"id":"u1","email":"Ada@Example.com","groups":["staff","admins"],"traits":{"level":3,"tags":["a",7,null],"vip":true},"logins_count":4,
		"created_at":"2026-01-02T03:04:05Z","addresses":[{"value":"x@y.z","via":"email","verified":true}]}`
	request = `{"ip":"192.0.2.7","geo":{"country":"CH"},"headers":{"x-app":"shop"}}`
	state   = `{"step":"one","n":2}`
	context = `{"tenant":"acme","flow":{"slug":"login","kind":"login","revision":3},"run":{"id":"r1","started_at":"2026-01-02T04:04:05Z"},"method":"password",
		"attempt":1,"client":{"id":"shop"},"risk":{"score":62.5}}`
)

func input() *condition.Input {
	in := condition.NewInput("login.after")
	in.Set("user", json.RawMessage(user))
	in.Set("request", json.RawMessage(request))
	in.Set("state", json.RawMessage(state))
	in.Set("context", json.RawMessage(context))
	return in
}

func TestHolds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`input.context.client.id == "shop"`:                                                         true,
		`input.context.client.id in ["web", "app"]`:                                                 false,
		`input.trigger == "login.after" && input.context.flow.revision == 3`:                        true,
		`input.user.email.lowerAscii().endsWith("@example.com")`:                                    true,
		`input.user.email.matches("^[^@]+@Example[.]com$")`:                                         true,
		`input.user.groups.exists(g, g.startsWith("adm"))`:                                          true,
		`input.user.groups.all(g, g == "staff")`:                                                    false,
		`input.user.groups.exists_one(g, g == "staff")`:                                             true,
		`"admins" in input.user.groups`:                                                             true,
		`input.user.addresses.exists(a, a.verified && a.via == "email")`:                            true,
		`size(input.user.groups) == 2 && input.user.groups.size() >= 2`:                             true,
		`input.user.logins_count < 5`:                                                               true,
		`input.user.traits.level > 2 && input.user.traits["level"] == 3`:                            true,
		`input.user.traits.vip == true`:                                                             true,
		`has(input.user.traits.nothing) && input.user.traits.nothing == 1`:                          false,
		`has(input.context.organization.id)`:                                                        false,
		`!has(input.context.organization) || input.context.organization.id == "x"`:                  true,
		`has(input.user.traits.level)`:                                                              true,
		`7 in input.user.traits.tags && input.user.traits.tags[0] == "a"`:                           true,
		`input.user.traits.tags[2] == null`:                                                         true,
		`"x-app" in input.request.headers && input.request.headers["x-app"] == "shop"`:              true,
		`input.context.risk.score >= 60 && input.context.risk.score < 70.5`:                         true,
		`input.state.step == "one" && input.state.n + 1.0 == 3.0`:                                   true,
		`input.context.run.started_at - input.user.created_at < duration("2h")`:                     true,
		`input.user.created_at > timestamp("2026-01-01T00:00:00Z")`:                                 true,
		`input.user.created_at.getHours() == 3 && input.user.created_at.getDayOfWeek() == 5`:        true,
		`input.context.method == "password" ? input.context.attempt == 1 : false`:                   true,
		`input.request.geo.country != "US"`:                                                         true,
		`int(string(7)) == 7 && double("1.5") > 1 && -1 < 0 && 7 % 2 == 1 && 6 / 2 * 2 - 1 == 5`:    true,
		"input.user.email == 'Ada@Example.com' // a remark\n && \"ä\".size() == 1":                  true,
		strings.Repeat(" ", condition.MaxBytes-4) + "true":                                          true,
		`has(input.request.device.id) || has(input.request.asn) || input.request.ip == "192.0.2.7"`: true,
	} {
		holds, err := compile(t, text).Holds(input())
		require.NoError(t, err, text)
		require.Equal(t, want, holds, text)
	}
}

func TestWhatCannotBeEvaluated(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`input.context.organization.id == "x"`:                             "there is no input.context.organization.id",
		`input.user.phone == "1"`:                                          "there is no input.user.phone",
		`input.user.traits.nothing == 1`:                                   "no such key: nothing",
		`input.state.step > 1`:                                             "no such overload",
		`input.state.n ? true : false`:                                     "no such overload",
		`input.user.groups[7] == ""`:                                       "index out of bounds: 7",
		`1 / (input.context.attempt - 1) == 0`:                             "division by zero",
		`int(input.user.email) == 1`:                                       "type conversion error",
		`timestamp(input.user.email) == timestamp("2026-01-02T03:04:05Z")`: "invalid RFC 3339 timestamp",
	} {
		_, err := compile(t, text).Holds(input())
		require.ErrorIs(t, err, condition.ErrEvaluation, text)
		require.ErrorContains(t, err, want, text)
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("(", 30) + "true" + strings.Repeat(")", 30)
	for text, want := range map[string]string{
		"":                                `1:1: the expression is empty`,
		"  \n ":                           `1:1: the expression is empty`,
		strings.Repeat(" ", 997) + "true": `1:1: the expression has 1001 bytes; at most 1000 are allowed`,
		deep:                              `1:21: the expression is nested more than 20 deep`,
		"true && " + strings.Repeat("!", 30) + "true":            `1:29: the expression is nested more than 20 deep`,
		"input.user.emial == \"\"":                               `1:11: there is no member "emial" (is it "email"?)`,
		"true &&\n  user.id == \"ä\"":                            `2:3: there is no "user" (write input.user)`,
		"\"😀\" == input.user.emial":                              `1:19: there is no member "emial" (is it "email"?)`,
		"input.secrets.KEY == \"a\"":                             `1:6: there is no member "secrets" (a condition cannot read secrets)`,
		"input.user == input.user":                               `1:12: objects and lists are not compared`,
		"input.user.groups == []":                                `1:19: objects and lists are not compared`,
		"input.state.a == input.state.b":                         `1:15: objects and lists are not compared, and what can be anything only with a text, a number, true, false or null (string(…), int(…) or double(…) says what it is)`,
		"input.state.a in input.state.b":                         `1:15: objects and lists are not looked for`,
		"input.context.token.scopes == []":                       `1:14: there is no member "token"`,
		"foo == 1":                                               `1:1: there is no "foo" (everything is in input, as in input.user.email)`,
		"input.user.email":                                       `1:11: the expression gives string, and a condition is true or false`,
		"input.user.traits.vip":                                  `1:18: the expression gives anything, and a condition is true or false (compare it: … == true)`,
		"input.user.email == 7":                                  `1:18: == does not take (string, int)`,
		"input.context.risk.score == 80":                         `1:26: == does not take (double, int) (write a number with a point, as in 80.0)`,
		"input.user.created_at > \"2026\"":                       `1:23: > does not take (timestamp, string) (write timestamp("2026-01-31T00:00:00Z"))`,
		"input.user.email.matches(\"(\")":                        "1:26: error parsing regexp: missing closing ): `(` (the syntax is that of RE2)",
		"input.user.email.matches(\"(a{1000})\")":                `1:26: the regular expression has 1004 steps; at most 200 are allowed`,
		"input.user.email.matches(input.user.id)":                `1:36: a regular expression must be written as a text (compare with ==, startsWith, endsWith or contains)`,
		"timestamp(\"x\") == timestamp(\"y\")":                   `1:11: invalid timestamp argument`,
		"[[1]].exists(x, true)":                                  `1:2: an item of a list must be a text, a number, a timestamp, true or false (compare what is in it instead)`,
		"[input.state.a].exists(x, true)":                        `1:13: an item of a list must be`,
		"{} == {}":                                               `1:1: a condition cannot make objects`,
		"Input{} == Input{}":                                     `1:6: a condition cannot make objects`,
		"input.user.groups.map(g, g) == []":                      `there is no "map" (exists, all and exists_one look through lists)`,
		"[1] + [2] == [3]":                                       `+ does not take (list(int), list(int))`,
		"b\"a\" + b\"b\" == b\"ab\"":                             `+ does not take (bytes, bytes)`,
		"input.user.created_at.getHours(\"Europe/Zurich\") == 1": `getHours does not take timestamp.(string)`,
		"type(1) == int":                                         `there is no "type"`,
		"dyn(1) == 1":                                            `there is no "dyn"`,
		"int(\"x\") == 1":                                        `1:1: type conversion error`,
		"1 +":                                                    `mismatched input '<EOF>'`,
		"input.user.email = 'x'":                                 `token recognition error`,
	} {
		_, err := condition.Compile(text, trigger(t, "login.after"))
		var errs condition.Errors
		require.ErrorAs(t, err, &errs, text)
		require.Contains(t, errs[0].Error(), want, text)
		require.LessOrEqual(t, len(errs), 5)
	}
}
