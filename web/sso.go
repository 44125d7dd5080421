package web

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/accounts/sso"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/web/api"
)

func providerRoutes() []route {
	return []route{
		{
			method: get, path: "/v1/session/providers", id: "providers", summary: "List the providers of single sign-on",
			answer: api.List[api.Provider]{}, handle: (*Server).providers,
		},
		{
			method: get, path: "/auth/oidc/{provider}/start", id: "startSingleSignOn", summary: "Send a browser to a provider of single sign-on",
			query:  []parameter{{"return", textSchema(), "The path of the page to lead the user to in the end. Default: /."}},
			status: http.StatusSeeOther, problems: []code{insecureTransport}, handle: (*Server).startSingleSignOn,
		},
		{
			method: get, path: "/auth/oidc/{provider}/callback", id: "endSingleSignOn", summary: "Sign in whom a provider of single sign-on sends back", openQuery: true,
			query: []parameter{
				{"state", textSchema(), "What the browser brought to the provider."},
				{"code", textSchema(), "What the provider gives an ID token for."},
				{"error", textSchema(), "Why the provider gives no code."},
			},
			status: http.StatusSeeOther, problems: []code{insecureTransport}, handle: (*Server).endSingleSignOn,
		},
	}
}

func (s *Server) providers(*request) (any, error) {
	return api.List[api.Provider]{Items: each(s.config.Providers, func(p *sso.Provider) api.Provider { return api.Provider{ID: p.ID(), Name: p.Name()} })}, nil
}

func (s *Server) provider(r *request) (*sso.Provider, error) {
	for _, p := range s.config.Providers {
		if p.ID() == r.Param("provider") {
			return p, s.checkTransport(r)
		}
	}
	return nil, catalog.ErrNotFound
}

func (s *Server) startSingleSignOn(r *request) (any, error) {
	p, err := s.provider(r)
	if err != nil {
		return nil, err
	}
	back := r.QueryParam("return")
	if back == "" {
		back = "/"
	}
	if !isLocalPath(back) {
		return nil, fieldError("?return", "it must be a path of this server, such as /t/acme")
	}
	target, t, err := p.Begin(r.context(), s.callbackURL(r, p), back)
	if err != nil {
		return nil, s.failSingleSignOn(r, back, err)
	}
	kept, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	s.keepTransaction(r, base64.RawURLEncoding.EncodeToString(kept), transactionTime)
	return nil, r.Redirect(http.StatusSeeOther, target)
}

func (s *Server) endSingleSignOn(r *request) (any, error) {
	p, err := s.provider(r)
	if err != nil {
		return nil, err
	}
	t := transaction(r.Request(), s.cookieName()+transactionSuffix)
	s.keepTransaction(r, "", noCookie) // it is good for one answer
	if !isLocalPath(t.Return) {
		t.Return = "/" // the cookie is the browser's to change
	}
	assertion, err := p.Finish(r.context(), t, s.callbackURL(r, p), r.QueryParams())
	opened := accounts.Opened{}
	if err == nil {
		opened, err = s.config.Accounts.SignInByProvider(r.context(), assertion)
	}
	s.metrics.signedIn(byProvider, err)
	if err == nil {
		err = s.handOver(r, &opened)
	}
	if err != nil {
		return nil, s.failSingleSignOn(r, t.Return, err)
	}
	return nil, r.Redirect(http.StatusSeeOther, t.Return)
}

// failSingleSignOn leads the user to the page from which one can try again, and which says what is wrong.
func (s *Server) failSingleSignOn(r *request, back string, err error) error {
	problem := "sso_failed"
	switch {
	case errors.Is(err, sso.ErrDenied):
		problem = "sso_denied"
	case errors.Is(err, accounts.ErrUninvited):
		problem = "sso_no_account"
	case errors.Is(err, accounts.ErrUnverified):
		problem = "sso_email"
	default:
		s.config.Logger.Warn("single sign-on", "request_id", requestID(r), "provider", r.Param("provider"), "error", clip(err.Error(), 500)) // a part of it is the provider's
	}
	return r.Redirect(http.StatusSeeOther, "/sign-in?"+url.Values{"problem": {problem}, "to": {back}}.Encode())
}

// callbackURL is where a provider sends browsers back to. It knows the URL, and refuses others.
func (s *Server) callbackURL(r *request, p *sso.Provider) string {
	origin := "http://" + r.Request().Host
	if public := s.config.PublicURL; public != nil {
		origin = public.Scheme + "://" + public.Host
	}
	return origin + "/auth/oidc/" + p.ID() + "/callback"
}

const (
	transactionTime   = 10 * time.Minute
	transactionSuffix = "-sso"
	maxPath           = 2000
)

// keepTransaction hands the browser what it is to keep while its user is away. It comes back from another site, and so with SameSite=Lax.
func (s *Server) keepTransaction(r *request, value string, lasts time.Duration) {
	http.SetCookie(r.Response(), &http.Cookie{
		Name: s.cookieName() + transactionSuffix, Value: value, Path: "/", MaxAge: int(lasts / time.Second), Secure: s.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// transaction is what the browser has kept; the zero one, which fits no answer, if that is nothing.
func transaction(q *http.Request, name string) sso.Transaction {
	var t sso.Transaction
	cookie, err := q.Cookie(name)
	if err != nil {
		return t
	}
	text, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil || json.Unmarshal(text, &t) != nil {
		return sso.Transaction{}
	}
	return t
}

// isLocalPath says whether a browser that is sent there stays on this server. Browsers take a backslash for a slash, and leave out tabs and line breaks.
func isLocalPath(path string) bool {
	return len(path) <= maxPath && strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") &&
		!strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r == '\\' || r >= 0x7f })
}
