package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

// admit finds out who asks, and whether they may.
func (s *Server) admit(r *request, hasTenant bool) error {
	switch {
	case r.route.role != "" && r.Request().Header.Get(echo.HeaderAuthorization) != "":
		return s.authorizeKey(r, hasTenant)
	case r.route.role != "":
		return s.authorizeSession(r, hasTenant)
	case r.route.session == needsSession:
		return s.findSession(r)
	case r.route.session == opensSession:
		return s.checkOrigin(r)
	}
	return nil
}

// authorizeKey allows what the key may that the request shows. A key of another tenant gets the answer that it would get for a tenant that does not exist, and
// gets it before anything is looked up, so that it cannot tell which of the two it was.
func (s *Server) authorizeKey(r *request, hasTenant bool) error {
	secret, ok := bearer(r.Request().Header.Get(echo.HeaderAuthorization))
	if !ok {
		return catalog.ErrUnauthenticated
	}
	key, err := s.config.Catalog.Authenticate(r.context(), secret)
	switch {
	case errors.Is(err, catalog.ErrUnauthenticated) && s.isOperator(secret):
		r.actor = audit.Actor{Name: "operator", Role: string(catalog.RoleOperator)}
		return nil
	case err != nil:
		return err
	case hasTenant && key.Tenant != r.tenant:
		return catalog.ErrNotFound
	case !key.Role.Includes(r.route.role):
		return &forbiddenError{need: r.route.role, have: key.Role}
	}
	r.actor = audit.Actor{Key: string(key.ID), Name: key.Name, Role: string(key.Role)}
	return nil
}

// authorizeSession allows what the one may who is signed in. A tenant in which that is nothing is not told from one that does not exist.
func (s *Server) authorizeSession(r *request, hasTenant bool) error {
	if err := s.findSession(r); err != nil {
		return err
	}
	role := catalog.Role("")
	switch {
	case hasTenant:
		var err error
		if role, err = s.config.Accounts.Role(r.context(), r.signedIn, r.tenant); err != nil {
			return err
		}
	case r.signedIn.Operator():
		role = catalog.RoleOperator
	case r.signedIn.Key != nil:
		role = r.signedIn.Key.Role
	}
	switch {
	case r.route.role == catalog.RoleExecute:
		return &forbiddenError{need: catalog.RoleExecute, have: role, session: true}
	case !role.Includes(r.route.role):
		return &forbiddenError{need: r.route.role, have: role}
	}
	r.actor = r.signedIn.Actor(role)
	return nil
}

// bearer returns the secret of an Authorization header (RFC 6750, section 2.1).
func bearer(header string) (string, bool) {
	scheme, secret, ok := strings.Cut(header, " ")
	return secret, ok && strings.EqualFold(scheme, "Bearer") && secret != ""
}

func (s *Server) isOperator(secret string) bool {
	sum := sha256.Sum256([]byte(secret))
	return s.config.OperatorKeyHash != [sha256.Size]byte{} && subtle.ConstantTimeCompare(sum[:], s.config.OperatorKeyHash[:]) == 1
}
