package sso_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/accounts/sso"
	"github.com/durward/durward/accounts/sso/ssotest"
)

const redirect = "http://127.0.0.1:1/auth/oidc/corp/callback"

// provider is a provider of the issuer, with more settings as JSON members.
func provider(t *testing.T, issuer *ssotest.Issuer, more string) *sso.Provider {
	t.Helper()
	text := fmt.Sprintf(`[{"id":"corp","name":"Corp","issuer":%q,"client_id":%q,"client_secret_file":"secret"%s}]`, issuer.URL, ssotest.ClientID, more)
	settings, err := sso.Parse([]byte(text), func(string) ([]byte, error) { return []byte(ssotest.ClientSecret + "\n"), nil })
	require.NoError(t, err)
	return sso.New(settings[0])
}

// visit goes to the provider and returns with what it is sent back with.
func visit(t *testing.T, target string) url.Values {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := client.Get(target)
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	back, err := url.Parse(r.Header.Get("Location"))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(back.String(), redirect))
	return back.Query()
}

func signIn(t *testing.T, p *sso.Provider) (accounts.Assertion, error) {
	t.Helper()
	target, tx, err := p.Begin(t.Context(), redirect, "/t/acme")
	require.NoError(t, err)
	require.Equal(t, "/t/acme", tx.Return)
	return p.Finish(t.Context(), tx, redirect, visit(t, target))
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	issuer := ssotest.New(t)
	issuer.Claims = jwt.MapClaims{"email": "Ada@Example.com", "email_verified": true, "name": "Ada"}
	p := provider(t, issuer, `,"domains":["example.com"],"newcomers":[{"tenant":"acme","role":"viewer"}]`)
	a, err := signIn(t, p)
	require.NoError(t, err)
	require.Equal(t, accounts.Assertion{
		Identity: accounts.Identity{Issuer: issuer.URL, Subject: "subject"}, Email: "ada@example.com", Name: "Ada",
		Newcomers: []accounts.Newcomer{{Tenant: "acme", Role: "viewer"}},
	}, a)
}

func TestClaims(t *testing.T) {
	t.Parallel()
	verified := func(more jwt.MapClaims) jwt.MapClaims {
		claims := jwt.MapClaims{"email": "ada@example.com", "email_verified": true}
		for name, value := range more {
			claims[name] = value
		}
		return claims
	}
	for name, c := range map[string]struct {
		claims jwt.MapClaims
		domain bool  // example.com alone is let in
		want   error // nil: success; errAny: anything else
		email  string
	}{
		"verified":                 {claims: verified(nil), email: "ada@example.com"},
		"verified, as text":        {claims: verified(jwt.MapClaims{"email_verified": "true"}), email: "ada@example.com"},
		"not verified":             {claims: verified(jwt.MapClaims{"email_verified": false})},
		"not verified, as text":    {claims: verified(jwt.MapClaims{"email_verified": "false"})},
		"verified, as a number":    {claims: verified(jwt.MapClaims{"email_verified": 1})},
		"not said to be verified":  {claims: jwt.MapClaims{"email": "ada@example.com"}},
		"no address":               {claims: jwt.MapClaims{"email_verified": true}, want: accounts.ErrUnverified},
		"a domain, not verified":   {claims: verified(jwt.MapClaims{"email_verified": false}), domain: true, want: accounts.ErrUnverified},
		"another domain":           {claims: verified(jwt.MapClaims{"email": "ada@example.org"}), domain: true, want: sso.ErrDenied},
		"a domain below":           {claims: verified(jwt.MapClaims{"email": "ada@evil.example.com"}), domain: true, want: sso.ErrDenied},
		"two addresses":            {claims: verified(jwt.MapClaims{"email": "ada@evil.org@example.com"}), domain: true, want: accounts.ErrUnverified},
		"another issuer":           {claims: verified(jwt.MapClaims{"iss": "https://evil.example.com"}), want: errAny},
		"another client":           {claims: verified(jwt.MapClaims{"aud": "other"}), want: errAny},
		"issued to another client": {claims: verified(jwt.MapClaims{"aud": []string{"durward", "other"}, "azp": "other"}), want: errAny},
		"expired":                  {claims: verified(jwt.MapClaims{"exp": time.Now().Add(-time.Minute).Unix()}), want: errAny},
		"another sign-in":          {claims: verified(jwt.MapClaims{"nonce": "other"}), want: sso.ErrMismatch},
		"no sign-in":               {claims: verified(jwt.MapClaims{"nonce": ""}), want: sso.ErrMismatch},
		"no subject":               {claims: verified(jwt.MapClaims{"sub": ""}), want: errAny},
		"an endless subject":       {claims: verified(jwt.MapClaims{"sub": strings.Repeat("x", 256)}), want: errAny},
		"another access token":     {claims: verified(jwt.MapClaims{"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}), want: errAny},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			issuer := ssotest.New(t)
			issuer.Claims = c.claims
			more := ""
			if c.domain {
				more = `,"domains":["Example.com"]`
			}
			a, err := signIn(t, provider(t, issuer, more))
			switch {
			case c.want == nil:
				require.NoError(t, err)
				require.Equal(t, c.email, a.Email)
			case errors.Is(c.want, errAny):
				require.Error(t, err)
				require.NotErrorIs(t, err, sso.ErrDenied)
			default:
				require.ErrorIs(t, err, c.want)
			}
		})
	}
}

var errAny = errors.New("anything")

// TestAnswersOfOthers shows a transaction what does not belong to it.
func TestAnswersOfOthers(t *testing.T) {
	t.Parallel()
	issuer := ssotest.New(t)
	p := provider(t, issuer, "")
	begin := func() (sso.Transaction, url.Values) {
		target, tx, err := p.Begin(t.Context(), redirect, "/")
		require.NoError(t, err)
		return tx, visit(t, target)
	}
	mine, query := begin()
	theirs, other := begin()
	finish := func(tx sso.Transaction, query url.Values) error {
		_, err := p.Finish(t.Context(), tx, redirect, query)
		return err
	}
	require.ErrorIs(t, finish(mine, other), sso.ErrMismatch)
	require.ErrorIs(t, finish(sso.Transaction{}, query), sso.ErrMismatch)
	require.ErrorIs(t, finish(sso.Transaction{}, url.Values{}), sso.ErrMismatch)
	injected := url.Values{"state": query["state"], "code": other["code"]}
	require.Error(t, finish(mine, injected), "a code of another sign-in, which the provider refuses by PKCE")
	require.Error(t, finish(theirs, other), "and which is used up then")
	require.ErrorIs(t, finish(mine, url.Values{"state": query["state"], "code": query["code"], "iss": {"https://evil.example.com"}}), sso.ErrMismatch)
	require.NoError(t, finish(mine, query))
	require.Error(t, finish(mine, query), "once")
	require.ErrorIs(t, finish(mine, url.Values{"state": query["state"], "error": {"access_denied"}}), sso.ErrDenied)
	require.Error(t, finish(mine, url.Values{"state": query["state"], "error": {"server_error"}}))
	require.Error(t, finish(mine, url.Values{"state": query["state"]}))
}

// TestHostileTokenEndpoint has the provider answer what it should not.
func TestHostileTokenEndpoint(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"endless": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 3<<20)) },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		},
		"no token": func(w http.ResponseWriter, _ *http.Request) {
			jsonAnswer(w, `{"access_token":"x","token_type":"Bearer"}`)
		},
		"garbage":  func(w http.ResponseWriter, _ *http.Request) { jsonAnswer(w, `{"access_token":"x","id_token":"a.b.c"}`) },
		"a number": func(w http.ResponseWriter, _ *http.Request) { jsonAnswer(w, `{"access_token":"x","id_token":7}`) },
		"unsigned": func(w http.ResponseWriter, _ *http.Request) {
			jsonAnswer(w, `{"access_token":"x","id_token":"`+unsigned(t)+`"}`)
		},
		"a failure": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			issuer := ssotest.New(t)
			issuer.Token = answer
			_, err := signIn(t, provider(t, issuer, ""))
			require.Error(t, err)
			require.Less(t, len(err.Error()), 2000)
		})
	}
}

func jsonAnswer(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(text))
}

func unsigned(t *testing.T) string {
	text, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"sub": "x"}).SignedString(jwt.UnsafeAllowNoneSignatureType)
	require.NoError(t, err)
	return text
}

// TestProviderIsAway begins while the provider cannot be reached.
func TestProviderIsAway(t *testing.T) {
	t.Parallel()
	settings, err := sso.Parse([]byte(`[{"id":"corp","issuer":"http://127.0.0.1:1","client_id":"x"}]`), nil)
	require.NoError(t, err)
	p := sso.New(settings[0])
	require.Equal(t, "corp", p.Name())
	for range 20 { // all but the first of which are told what the first was
		_, _, err = p.Begin(t.Context(), redirect, "/")
		require.ErrorContains(t, err, "http://127.0.0.1:1")
	}
}

func TestBadSettings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":                  {`[`, "unexpected EOF"},
		"an object":                {`{}`, "cannot unmarshal object"},
		"more behind it":           {`[] []`, "behind the array"},
		"unknown member":           {`[{"id":"a","colour":1}]`, "colour"},
		"no id":                    {`[{}]`, "/0/id"},
		"an id that is no slug":    {`[{"id":"A/b"}]`, "/0/id"},
		"an id twice":              {`[{"id":"a","issuer":"https://x.example","client_id":"x"},{"id":"a","issuer":"https://x.example","client_id":"x"}]`, `/1/id: "a" is there twice`},
		"no issuer":                {`[{"id":"a"}]`, "/0/issuer"},
		"http":                     {`[{"id":"a","issuer":"http://id.example.com"}]`, "/0/issuer"},
		"no client":                {`[{"id":"a","issuer":"https://id.example.com"}]`, "/0/client_id"},
		"no such file":             {`[{"id":"a","issuer":"https://id.example.com","client_id":"x","client_secret_file":"nothing"}]`, "/0/client_secret_file: nothing: file does not exist"},
		"an empty file":            {`[{"id":"a","issuer":"https://id.example.com","client_id":"x","client_secret_file":"empty"}]`, "empty is empty"},
		"an address":               {`[{"id":"a","issuer":"https://id.example.com","client_id":"x","domains":["a@b.c"]}]`, "/0/domains/0"},
		"newcomers from anywhere":  {`[{"id":"a","issuer":"https://id.example.com","client_id":"x","newcomers":[{"tenant":"t","role":"viewer"}]}]`, "/0/newcomers: without domains"},
		"newcomers who execute":    {`[{"id":"a","issuer":"https://id.example.com","client_id":"x","domains":["b.c"],"newcomers":[{"tenant":"t","role":"execute"}]}]`, "/0/newcomers/0"},
		"newcomers without tenant": {`[{"id":"a","issuer":"https://id.example.com","client_id":"x","domains":["b.c"],"newcomers":[{"role":"viewer"}]}]`, "/0/newcomers/0"},
		"too many":                 {`[` + strings.Repeat(`{},`, 20) + `{}]`, "more than 20"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := sso.Parse([]byte(c.text), readFile)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func readFile(name string) ([]byte, error) {
	if name == "empty" {
		return []byte("\n"), nil
	}
	return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
}

func FuzzParse(f *testing.F) {
	f.Add(`[{"id":"a","issuer":"https://id.example.com","client_id":"x","domains":["b.c"],"newcomers":[{"tenant":"t","role":"viewer"}]}]`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		settings, err := sso.Parse([]byte(text), readFile)
		if err != nil {
			return
		}
		for _, s := range settings {
			require.NotEmpty(t, s.ID)
			require.NotEmpty(t, s.Name)
			require.True(t, strings.HasPrefix(s.Issuer, "https://") || strings.HasPrefix(s.Issuer, "http://"))
			require.True(t, len(s.Newcomers) == 0 || len(s.Domains) > 0)
		}
	})
}
