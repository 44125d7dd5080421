package host_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/runtime/host"
)

// vault is a world with secrets, of which the version declares all but HIDDEN.
func vault(t *testing.T, options func(*world)) (*host.Session, string) {
	server := serveTLS(t, false, echo)
	w := granted(server)
	here := []string{"127.0.0.1", "example.com"}
	w.settings.Secrets = map[string]host.Secret{
		"KEY":      {Value: `s"3&cret`, Brokered: true, Hosts: here},
		"KEY2":     {Value: "other", Brokered: true, Hosts: here},
		"PLAIN":    {Value: "the action has it"},
		"NOWHERE":  {Value: "goes nowhere", Brokered: true},
		"HIDDEN":   {Value: "hidden", Brokered: true, Hosts: here},
		"HERE":     {Value: "local", Brokered: true, Hosts: here},
		"THERE":    {Value: "remote", Brokered: true, Hosts: []string{"api.example.com"}},
		"TWOLINES": {Value: "a\r\nb: c", Brokered: true, Hosts: here},
	}
	w.grant.Secrets = []string{"KEY", "KEY2", "PLAIN", "NOWHERE", "HERE", "THERE", "TWOLINES", "UNSET"}
	if options != nil {
		options(w)
	}
	return w.open(t), server.URL
}

func TestSecretsArePutIn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ kind, body, want string }{
		"plain":               {"text/plain", "secret://KEY", `s"3&cret`},
		"no type":             {"", "a secret://KEY b", `a s"3&cret b`},
		"several":             {"", "secret://KEY2,secret://KEY2 secret://KEY2", "other,other other"},
		"longest name":        {"", "secret://KEY2-secret://KEY", `other-s"3&cret`},
		"JSON":                {"application/json", `{"key":"secret://KEY"}`, `{"key":"s\"3\u0026cret"}`},
		"JSON of a kind":      {"application/vnd.x+json; charset=utf-8", `"secret://KEY"`, `"s\"3\u0026cret"`},
		"form":                {"application/x-www-form-urlencoded", "a=secret%3A%2F%2FKEY&b=secret://KEY2", "a=s%223%26cret&b=other"},
		"not a form":          {"text/plain", "secret%3A%2F%2FKEY", "secret%3A%2F%2FKEY"},
		"own host":            {"", "secret://HERE", "local"},
		"nothing to put in":   {"", "secret:/KEY SECRET://KEY", "secret:/KEY SECRET://KEY"},
		"a type that is none": {";;", "secret://KEY2", "other"},
		"typed by a user":     {"", "secret://NOBODY secret://HIDDEN secret://THERE secret:// secret://KEY2", "secret://NOBODY secret://HIDDEN secret://THERE secret:// other"},
		"many":                {"", strings.Repeat("secret://KEY2 ", 100), strings.Repeat("other ", 100)},
		"behind typed ones":   {"", strings.Repeat("secret://NOBODY ", 100) + "secret://KEY2", strings.Repeat("secret://NOBODY ", 100) + "other"},
		"behind typed ones, escaped": {
			"application/x-www-form-urlencoded", strings.Repeat("secret%3A%2F%2FX+", 100) + "secret://KEY2", strings.Repeat("secret%3A%2F%2FX+", 100) + "other",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, url := vault(t, nil)
			got := echoOf(t, s, fetch(t, s, call{Method: "POST", URL: url, Headers: [][]string{{"Content-Type", test.kind}}, body: []byte(test.body)}))
			require.Equal(t, test.want, got.Body)
			require.EqualValues(t, len(test.want), got.Length)
			require.EqualValues(t, len(test.want), s.Requests()[0].Sent)
		})
	}
}

func TestSecretsInHeaders(t *testing.T) {
	t.Parallel()
	s, url := vault(t, nil)
	got := echoOf(t, s, fetch(t, s, call{URL: url + "/?secret://KEY", Headers: [][]string{{"Authorization", "Bearer secret://KEY2"}, {"X-Two", "secret://HERE:secret://KEY"}}}))
	require.Equal(t, "Bearer other", got.Headers.Get("Authorization"))
	require.Equal(t, `local:s"3&cret`, got.Headers.Get("X-Two"))
	require.Equal(t, "/?secret://KEY", got.URI, "a URL never holds a secret")
}

// TestSecretsBesideTypedReferences has a user type references into a body: the header, which is the author's, has its secret all the same.
func TestSecretsBesideTypedReferences(t *testing.T) {
	t.Parallel()
	s, url := vault(t, nil)
	for _, typed := range []string{"secret://x", "secret://KEY2", "secret://THERE"} {
		got := echoOf(t, s, fetch(t, s, call{
			Method: "POST", URL: url, Headers: [][]string{{"Content-Type", "application/json"}, {"Authorization", "Bearer secret://KEY2"}},
			body: []byte(`{"name":"` + strings.Repeat(typed+" ", 100) + `"}`),
		}))
		require.Equal(t, "Bearer other", got.Headers.Get("Authorization"), typed)
	}
}

// TestSecretsGrowABodyWithinBounds has a value that is much longer than its reference.
func TestSecretsGrowABodyWithinBounds(t *testing.T) {
	t.Parallel()
	const size, reference = 16 << 10, "secret://LONG,"
	s, url := vault(t, func(w *world) {
		w.settings.Secrets["LONG"] = host.Secret{Value: strings.Repeat("x", size), Brokered: true, Hosts: []string{"127.0.0.1"}}
		w.grant.Secrets = append(w.grant.Secrets, "LONG")
	})
	fetch(t, s, call{Method: "POST", URL: url, body: []byte(strings.Repeat(reference, 1000))})
	sent := s.Requests()[0].Sent
	require.LessOrEqual(t, sent, int64(1000*len(reference)+1<<20))
	require.Greater(t, sent, int64(1<<20-size))
}

func TestSecretsThatAreNotPutIn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ reference, code string }{
		"unknown":           {"secret://NOBODY", "secret_unknown"},
		"not declared":      {"secret://HIDDEN", "secret_unknown"},
		"declared, unset":   {"secret://UNSET", "secret_unknown"},
		"no name":           {"secret://", "secret_unknown"},
		"name goes on":      {"secret://KEYS", "secret_unknown"},
		"other host":        {"secret://THERE", "secret_host_denied"},
		"no host at all":    {"secret://NOWHERE", "secret_host_denied"},
		"not by reference":  {"secret://PLAIN", "secret_unknown"},
		"second is refused": {"secret://KEY secret://THERE", "secret_host_denied"},
		"too many":          {strings.Repeat("secret://KEY ", 65), "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, url := vault(t, nil)
			err := refused(t, s, call{URL: url, Headers: [][]string{{"X-Key", test.reference}}})
			require.Equal(t, test.code, err.Code)
			require.NotContains(t, fmt.Sprint(err, s.Requests()), "3&cret")
			require.Equal(t, []string{test.code}, words(s))
		})
	}
	s, url := vault(t, nil)
	err := refused(t, s, call{URL: url, Headers: [][]string{{"X-Key", "secret://TWOLINES"}}})
	require.Equal(t, "invalid_request", err.Code)
	require.NotContains(t, err.Message, "b: c")
}

func TestSecretsNeedTLS(t *testing.T) {
	t.Parallel()
	s, _ := vault(t, func(w *world) { w.settings.Egress.Internal = nil })
	require.Equal(t, "secret_host_denied", refused(t, s, call{URL: "http://example.com/", Headers: [][]string{{"X-Key", "secret://KEY"}}}).Code)

	plain := serve(t, echo)
	s, _ = vault(t, func(w *world) { w.settings.Egress.Internal = []string{address(plain)} })
	got := echoOf(t, s, fetch(t, s, call{URL: plain.URL, Headers: [][]string{{"X-Key", "secret://KEY2"}}}))
	require.Equal(t, http.Header{"X-Key": {"other"}, "Accept": {"*/*"}, "Accept-Encoding": {"gzip"}, "User-Agent": {"durward"}}, got.Headers, "the operator has opened the target")
}
