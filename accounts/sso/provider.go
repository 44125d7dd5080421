// Package sso signs people in by OpenID Connect (OpenID Connect Core 1.0): the authorization code flow with PKCE (RFC 7636), a state and a nonce.
//
// It talks to the provider and finds out who somebody is there. Whether that somebody has an account here is decided by package accounts.
package sso

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/durward/durward/accounts"
)

// Errors of a sign-in that does not come about.
var (
	// ErrDenied says that the provider, the person there, or the list of domains does not let the person in.
	ErrDenied = errors.New("the person is not let in")
	// ErrMismatch says that an answer does not belong to the sign-in that this browser began.
	ErrMismatch = errors.New("the answer is not to this sign-in")
)

// Provider is a provider of single sign-on. It is safe for concurrent use.
type Provider struct {
	settings Settings
	client   *http.Client
	busy     chan struct{} // a place for each sign-in that is being finished

	mu     sync.Mutex
	found  *oidc.Provider // nil until its configuration was read
	failed error          // why it was not, the last time
	until  time.Time      // before which it is not tried again
}

// atOnce is how many sign-ins may be finished at a time: anybody can have the server ask the provider about a code.
const atOnce = 8

// New returns the provider of some settings, which [Parse] returned. It asks nothing of the provider yet, so that a server starts when the provider is away.
func New(settings Settings) *Provider {
	return &Provider{settings: settings, client: newHTTPClient(), busy: make(chan struct{}, atOnce)}
}

// ID is in the addresses of the provider's pages.
func (p *Provider) ID() string { return p.settings.ID }

// Name is what people call the provider.
func (p *Provider) Name() string { return p.settings.Name }

// Transaction is what the browser keeps while its user is away at the provider. Whoever can read it is that user.
type Transaction struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
	// Return is where the user is to be led in the end.
	Return string `json:"return"`
}

// Begin returns where to send the browser, and what it is to keep. redirect is where the provider sends it back to.
func (p *Provider) Begin(ctx context.Context, redirect, back string) (string, Transaction, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", Transaction{}, err
	}
	t := Transaction{State: newSecret(), Nonce: newSecret(), Verifier: oauth2.GenerateVerifier(), Return: back}
	target := p.oauth(found, redirect).AuthCodeURL(t.State, oidc.Nonce(t.Nonce), oauth2.S256ChallengeOption(t.Verifier))
	return target, t, nil
}

// newSecret returns 256 random bits and some more.
func newSecret() string { return rand.Text() + rand.Text() }

func (p *Provider) oauth(found *oidc.Provider, redirect string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.settings.ClientID, ClientSecret: p.settings.secret, Endpoint: found.Endpoint(), RedirectURL: redirect,
		Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}
}

// discover reads the provider's configuration, once it can be had. Those who ask while it is being read wait: the client bounds for how long.
func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil && !time.Now().Before(p.until) {
		// It is not only for the one who happens to ask first, who may go away.
		if p.found, p.failed = p.readConfiguration(context.WithoutCancel(ctx)); p.failed != nil {
			p.until = time.Now().Add(discoverPause) // else all who wait would ask in turn
		}
	}
	return p.found, p.failed
}

const discoverPause = 3 * time.Second

func (p *Provider) readConfiguration(ctx context.Context) (*oidc.Provider, error) {
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.settings.Issuer)
	if err != nil {
		return nil, fmt.Errorf("read the configuration of %s: %w", p.settings.Issuer, err)
	}
	for _, endpoint := range []string{found.Endpoint().AuthURL, found.Endpoint().TokenURL} {
		if err := checkEndpoint(endpoint); err != nil {
			return nil, fmt.Errorf("configuration of %s: %w", p.settings.Issuer, err)
		}
	}
	return found, nil
}

// Finish finds out who it is whom the provider has sent back with the query, to the browser that kept the transaction. Errors: [ErrMismatch], [ErrDenied]; anything else is the provider's trouble, or ours.
func (p *Provider) Finish(ctx context.Context, t Transaction, redirect string, query url.Values) (accounts.Assertion, error) {
	if t.State == "" || subtle.ConstantTimeCompare([]byte(t.State), []byte(query.Get("state"))) != 1 {
		return accounts.Assertion{}, ErrMismatch
	}
	if issuer := query.Get("iss"); issuer != "" && issuer != p.settings.Issuer { // RFC 9207
		return accounts.Assertion{}, ErrMismatch
	}
	switch code := query.Get("error"); {
	case code == "access_denied":
		return accounts.Assertion{}, ErrDenied
	case code != "":
		return accounts.Assertion{}, fmt.Errorf("%s answers %.100q", p.settings.Issuer, code)
	}
	select {
	case p.busy <- struct{}{}:
		defer func() { <-p.busy }()
	case <-ctx.Done():
		return accounts.Assertion{}, ctx.Err()
	}
	token, err := p.exchange(ctx, t, redirect, query.Get("code"))
	if err != nil {
		return accounts.Assertion{}, fmt.Errorf("sign in by %s: %w", p.settings.Issuer, err)
	}
	return p.assertion(token)
}

// exchange has the provider give an ID token for the code, and verifies it.
func (p *Provider) exchange(ctx context.Context, t Transaction, redirect, code string) (*oidc.IDToken, error) {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.client), exchangeTime)
	defer cancel()
	found, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := p.oauth(found, redirect).Exchange(ctx, code, oauth2.VerifierOption(t.Verifier))
	if err != nil {
		return nil, err
	}
	text, ok := answer.Extra("id_token").(string)
	if !ok {
		return nil, errors.New("there is no ID token")
	}
	token, err := found.VerifierContext(ctx, &oidc.Config{ClientID: p.settings.ClientID}).Verify(ctx, text)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(t.Nonce)) != 1 {
		return nil, ErrMismatch
	}
	if token.AccessTokenHash != "" {
		if err := token.VerifyAccessToken(answer.AccessToken); err != nil {
			return nil, err
		}
	}
	return token, nil
}

// exchangeTime bounds a sign-in's requests to the provider together.
const exchangeTime = 15 * time.Second

func (p *Provider) assertion(token *oidc.IDToken) (accounts.Assertion, error) {
	var claims struct {
		AuthorizedParty string `json:"azp"`
		Email           string `json:"email"`
		EmailVerified   any    `json:"email_verified"` // true; some providers say "true"
		Name            string `json:"name"`
	}
	if err := token.Claims(&claims); err != nil {
		return accounts.Assertion{}, fmt.Errorf("claims of %s: %w", p.settings.Issuer, err)
	}
	if claims.AuthorizedParty != "" && claims.AuthorizedParty != p.settings.ClientID { // Core, section 3.1.3.7
		return accounts.Assertion{}, fmt.Errorf("the token of %s is for another client", p.settings.Issuer)
	}
	a := accounts.Assertion{
		Identity:  accounts.Identity{Issuer: p.settings.Issuer, Subject: token.Subject},
		Name:      claims.Name,
		Newcomers: p.settings.newcomers(),
	}
	if claims.EmailVerified == true || claims.EmailVerified == "true" {
		email, err := accounts.NormalEmail("/email", claims.Email)
		if err != nil {
			return accounts.Assertion{}, accounts.ErrUnverified
		}
		a.Email = email
	}
	switch {
	case token.Subject == "" || len(token.Subject) > 255: // Core, section 2
		return accounts.Assertion{}, fmt.Errorf("the token of %s has no subject", p.settings.Issuer)
	case a.Email == "" && len(p.settings.Domains) > 0:
		return accounts.Assertion{}, accounts.ErrUnverified
	case a.Email != "" && !p.settings.permits(a.Email):
		return accounts.Assertion{}, ErrDenied
	}
	return a, nil
}
