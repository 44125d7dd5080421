package web

import (
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/durward/durward/accounts"
)

// The names of the cookie that has a session's token. A browser takes one whose name begins with __Host- only over https and from the host itself, not from a neighbouring
// subdomain; over http, on one machine, it cannot have that name.
const (
	secureCookie = "__Host-durward"
	plainCookie  = "durward"
)

// secure says whether browsers reach the server by https.
func (s *Server) secure() bool {
	return s.config.PublicURL != nil && s.config.PublicURL.Scheme == "https"
}

func (s *Server) cookieName() string {
	if s.secure() {
		return secureCookie
	}
	return plainCookie
}

// checkTransport refuses to open a session over a connection on which others can read.
func (s *Server) checkTransport(r *request) error {
	if s.secure() || s.config.InsecureHTTP || IsLoopback(r.Request().Host) {
		return nil
	}
	return errInsecure
}

// IsLoopback says whether a host as in a URL, with or without a port, is the machine itself, so that nobody is on the way to it.
func IsLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// setCookie hands the browser a session; an empty token takes it back.
func (s *Server) setCookie(r *request, token string, lasts time.Duration) {
	http.SetCookie(r.Response(), &http.Cookie{
		Name: s.cookieName(), Value: token, Path: "/", MaxAge: int(lasts / time.Second), Secure: s.secure(), HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// noCookie is how long a cookie lasts that is to be removed: negative, because zero would say nothing.
const noCookie = -time.Second

// findSession finds who is signed in.
func (s *Server) findSession(r *request) error {
	cookie, err := r.Request().Cookie(s.cookieName())
	if err != nil {
		return accounts.ErrNoSession
	}
	if err := s.checkOrigin(r); err != nil {
		return err
	}
	signedIn, err := s.config.Accounts.Session(r.context(), cookie.Value)
	if err != nil {
		return err
	}
	r.signedIn = &signedIn
	return nil
}

// ownOrigins is what tells requests of the server's own pages from those of other sites. Behind a proxy that passes on another Host, the origin of a page must be named.
func ownOrigins(public *url.URL) (*http.CrossOriginProtection, error) {
	own := http.NewCrossOriginProtection()
	if public == nil {
		return own, nil
	}
	if err := own.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
		return nil, fmt.Errorf("public URL: %w", err)
	}
	return own, nil
}

// checkOrigin refuses what another site's page has a browser send. That the cookie is SameSite=Strict says the same of other sites, and not of other hosts of the same domain; that
// what changes something must be declared as JSON says it once more, because a form cannot do that.
func (s *Server) checkOrigin(r *request) error {
	q := r.Request()
	if err := s.origins.Check(q); err != nil {
		return fmt.Errorf("%w: %w", errCrossOrigin, err)
	}
	switch q.Method {
	case http.MethodGet, http.MethodHead, http.MethodDelete:
		return nil
	}
	if kind, _, err := mime.ParseMediaType(q.Header.Get(echo.HeaderContentType)); err != nil || kind != echo.MIMEApplicationJSON {
		return errMediaType
	}
	return nil
}

// address is where a request comes from, as far as that can be believed: the last address in X-Forwarded-For that no trusted proxy has.
func (s *Server) address(q *http.Request) string {
	addr, err := netip.ParseAddrPort(q.RemoteAddr)
	if err != nil {
		return q.RemoteAddr
	}
	from := addr.Addr().Unmap()
	forwarded := strings.Split(strings.Join(q.Header.Values(echo.HeaderXForwardedFor), ","), ",")
	for i := len(forwarded) - 1; i >= 0 && s.trusts(from); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(forwarded[i]))
		if err != nil {
			break
		}
		from = next.Unmap()
	}
	return network(from)
}

func (s *Server) trusts(addr netip.Addr) bool {
	for _, p := range s.config.TrustedProxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// network is what one customer of a provider has: one address of version 4, 64 bits of version 6.
func network(addr netip.Addr) string {
	if addr.Is4() {
		return addr.String()
	}
	p, err := addr.WithZone("").Prefix(64)
	if err != nil {
		return addr.String()
	}
	return p.String()
}
