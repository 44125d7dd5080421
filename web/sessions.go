package web

import (
	"errors"
	"net/http"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/accounts/sso"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/web/api"
)

// maxCredentials bounds bodies with passwords, keys and tokens, which anybody may send.
const maxCredentials = 8 << 10

func accountRoutes() []route {
	return []route{
		{
			method: post, path: "/v1/session", id: "signIn", summary: "Sign in, and get a session in a cookie", session: opensSession,
			body: api.SignIn{}, limit: maxCredentials, answer: api.Session{}, status: http.StatusCreated, handle: (*Server).signIn,
		},
		{
			method: get, path: "/v1/session", id: "session", summary: "Read who is signed in", session: needsSession,
			answer: api.Session{}, handle: (*Server).session,
		},
		{
			method: del, path: "/v1/session", id: "signOut", summary: "Sign out", session: needsSession,
			query:  []parameter{{"everywhere", enumSchema("true"), "End all of the owner's sessions, and not only this one."}},
			answer: api.SignedOut{}, handle: (*Server).signOut,
		},
		{
			method: put, path: "/v1/session/password", id: "changePassword", summary: "Change one's password, which ends all of one's sessions and opens a new one",
			session: needsSession, body: api.PasswordChange{}, limit: maxCredentials, answer: api.Session{},
			problems: []code{signInFailed, tooManySignIns, conflict}, handle: (*Server).changePassword,
		},
		{
			method: post, path: "/v1/invitations/look", id: "lookAtInvitation", summary: "Read what an invitation is to",
			body: api.InvitationToken{}, limit: maxCredentials, answer: api.InvitationLook{}, problems: []code{notFound}, handle: (*Server).lookAtInvitation,
		},
		{
			method: post, path: "/v1/invitations/accept", id: "acceptInvitation", summary: "Become a member by an invitation, and sign in", session: opensSession,
			body: api.Acceptance{}, limit: maxCredentials, answer: api.Session{}, status: http.StatusCreated, problems: []code{notFound, exists, quota}, handle: (*Server).acceptInvitation,
		},
	}
}

func (s *Server) signIn(r *request) (any, error) {
	if err := s.checkTransport(r); err != nil {
		return nil, err
	}
	var body api.SignIn
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	ctx, address := r.context(), s.address(r.Request())
	switch body {
	case api.SignIn{}:
	case api.SignIn{Email: body.Email, Password: body.Password}:
		opened, err := s.config.Accounts.SignIn(ctx, address, body.Email, body.Password)
		return s.opened(r, byPassword, opened, err)
	case api.SignIn{Key: body.Key}:
		opened, err := s.config.Accounts.SignInWithKey(ctx, address, body.Key)
		return s.opened(r, byKey, opened, err)
	case api.SignIn{Link: body.Link}:
		opened, err := s.config.Accounts.SignInWithLink(ctx, address, body.Link)
		return s.opened(r, byLink, opened, err)
	}
	return nil, fieldError("", "it must have email and password, or key, or link, and not several of them")
}

// How one signs in, for the metrics.
const (
	byPassword   = "password"
	byKey        = "key"
	byLink       = "link"
	byInvitation = "invitation"
	byChange     = "password_change"
	byProvider   = "sso"
)

// opened counts an attempt, and if it succeeded answers with the session.
func (s *Server) opened(r *request, method string, opened accounts.Opened, err error) (any, error) {
	s.metrics.signedIn(method, err)
	if err == nil {
		err = s.handOver(r, &opened)
	}
	if err != nil {
		return nil, err
	}
	r.created("/v1/session")
	return s.sessionOf(r, &opened.SignedIn)
}

// handOver gives a session to the browser, in place of the one that it had.
func (s *Server) handOver(r *request, opened *accounts.Opened) error {
	if former := s.former(r); former != nil {
		if _, err := s.config.Accounts.SignOut(r.context(), former, false); err != nil {
			return err
		}
	}
	s.setCookie(r, opened.Token, opened.Lifetime)
	return nil
}

// former is who is signed in by the cookie of a request that opens a session; nil for nobody.
func (s *Server) former(r *request) *accounts.SignedIn {
	if r.signedIn == nil && s.findSession(r) != nil {
		return nil
	}
	return r.signedIn
}

func (m *metrics) signedIn(method string, err error) {
	result := "done"
	throttled := (*accounts.ThrottledError)(nil)
	switch {
	case err == nil:
	case errors.Is(err, accounts.ErrRefused), errors.Is(err, accounts.ErrUninvited), errors.Is(err, accounts.ErrUnverified), errors.Is(err, sso.ErrDenied):
		result = "refused"
	case errors.As(err, &throttled):
		result = "throttled"
	default:
		result = "failed"
	}
	m.signIns.WithLabelValues(method, result).Inc()
}

func (s *Server) session(r *request) (any, error) { return s.sessionOf(r, r.signedIn) }

func (s *Server) sessionOf(r *request, signedIn *accounts.SignedIn) (any, error) {
	memberships, err := s.config.Accounts.Memberships(r.context(), signedIn)
	if err != nil {
		return nil, err
	}
	answer := api.Session{Operator: signedIn.Operator(), Tenants: []api.Membership{}, CreatedAt: signedIn.Session.CreatedAt, ExpiresAt: signedIn.ExpiresAt}
	if p := signedIn.Person; p != nil {
		answer.Person = &api.Person{ID: string(p.ID), Email: p.Email, Name: p.Name}
	}
	if k := signedIn.Key; k != nil {
		answer.Key = &api.SessionKey{ID: string(k.ID), Name: k.Name}
	}
	for _, m := range memberships {
		t, err := s.config.Catalog.Tenant(r.context(), m.Tenant)
		if err != nil {
			return nil, err
		}
		answer.Tenants = append(answer.Tenants, api.Membership{ID: string(t.ID), Name: t.Name, Role: string(m.Role)})
	}
	return answer, nil
}

func (s *Server) signOut(r *request) (any, error) {
	everywhere := r.QueryParam("everywhere")
	if everywhere != "" && everywhere != "true" {
		return nil, fieldError("?everywhere", "it must be true, or not be there")
	}
	ended, err := s.config.Accounts.SignOut(r.context(), r.signedIn, everywhere != "")
	if err != nil {
		return nil, err
	}
	s.setCookie(r, "", noCookie)
	return api.SignedOut{Ended: ended}, nil
}

func (s *Server) changePassword(r *request) (any, error) {
	var body api.PasswordChange
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	opened, err := s.config.Accounts.ChangePassword(r.context(), s.address(r.Request()), r.signedIn, body.Current, body.New)
	return s.opened(r, byChange, opened, err)
}

func (s *Server) lookAtInvitation(r *request) (any, error) {
	var body api.InvitationToken
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	i, account, err := s.config.Accounts.LookUp(r.context(), body.Token)
	if err != nil {
		return nil, err
	}
	t, err := s.config.Catalog.Tenant(r.context(), i.Tenant)
	return api.InvitationLook{
		Tenant: api.InvitingTenant{ID: string(t.ID), Name: t.Name}, Email: i.Email, Role: string(i.Role), ExpiresAt: i.ExpiresAt, Account: account,
	}, err
}

func (s *Server) acceptInvitation(r *request) (any, error) {
	if err := s.checkTransport(r); err != nil {
		return nil, err
	}
	var body api.Acceptance
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	opened, err := s.config.Accounts.Accept(r.context(), accounts.Acceptance{
		Token: body.Token, Name: body.Name, Password: body.Password, As: s.former(r), Address: s.address(r.Request()),
	})
	if errors.Is(err, catalog.ErrNotFound) {
		return nil, err // which is no attempt to sign in
	}
	return s.opened(r, byInvitation, opened, err)
}
