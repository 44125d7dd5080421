// Package ssotest is a provider of single sign-on on this machine, for tests.
package ssotest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

// What the issuer knows its one client by.
const (
	ClientID     = "durward"
	ClientSecret = "the client's secret"
)

// Issuer is an OpenID Connect provider that lets in whoever Claims says. Its members are to be set before a sign-in begins.
type Issuer struct {
	URL string
	// Claims are those of the next ID token, over the usual ones.
	Claims jwt.MapClaims
	// Error is what the user is sent back with; empty: a code.
	Error string
	// Token, if it is not nil, answers requests for tokens.
	Token http.HandlerFunc

	t       *testing.T
	key     *rsa.PrivateKey
	mu      sync.Mutex
	pending map[string]url.Values // by code: what the authorization was asked for with
}

// New starts an issuer, until the test ends.
func New(t *testing.T) *Issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	i := &Issuer{t: t, key: key, pending: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.configuration)
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /keys", i.keys)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	i.URL = server.URL
	return i
}

func (i *Issuer) configuration(w http.ResponseWriter, _ *http.Request) {
	i.answer(w, map[string]any{
		"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
		"id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	number := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	i.answer(w, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256", "n": number(i.key.N), "e": number(big.NewInt(int64(i.key.E))),
	}}})
}

// authorize lets the user in at once, and sends the browser back.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	back := url.Values{"state": {asked.Get("state")}, "session_state": {"what some providers add"}}
	if i.Error != "" {
		back.Set("error", i.Error)
	} else {
		code := rand.Text()
		back.Set("code", code)
		i.mu.Lock()
		i.pending[code] = asked
		i.mu.Unlock()
	}
	http.Redirect(w, r, asked.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

// token gives an ID token for a code, once, to the client that can prove that it has asked for it.
func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	if i.Token != nil {
		i.Token(w, r)
		return
	}
	code := r.PostFormValue("code")
	i.mu.Lock()
	asked, ok := i.pending[code]
	delete(i.pending, code)
	i.mu.Unlock()
	id, secret, _ := r.BasicAuth()
	proof := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	switch {
	case !ok, id != ClientID, secret != url.QueryEscape(ClientSecret), r.PostFormValue("redirect_uri") != asked.Get("redirect_uri"),
		asked.Get("code_challenge_method") != "S256", base64.RawURLEncoding.EncodeToString(proof[:]) != asked.Get("code_challenge"):
		w.WriteHeader(http.StatusBadRequest)
		i.answer(w, map[string]string{"error": "invalid_grant"})
		return
	}
	i.answer(w, map[string]any{"access_token": "opaque", "token_type": "Bearer", "expires_in": 60, "id_token": i.Sign(asked.Get("nonce"))})
}

// Sign makes an ID token.
func (i *Issuer) Sign(nonce string) string {
	now := time.Now()
	claims := jwt.MapClaims{"iss": i.URL, "sub": "subject", "aud": ClientID, "exp": now.Add(time.Minute).Unix(), "iat": now.Unix(), "nonce": nonce}
	for name, value := range i.Claims {
		claims[name] = value
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = "1"
	text, err := token.SignedString(i.key)
	if err != nil {
		i.t.Error(err)
	}
	return text
}

func (i *Issuer) answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		i.t.Error(err)
	}
}
