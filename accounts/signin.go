package accounts

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

// SignIn opens a session for a person who knows the password of an account. address is where the attempt comes from. The error is [ErrRefused] whatever is wrong, and
// after the same work; a [*ThrottledError]; or password.ErrBusy.
func (a *Accounts) SignIn(ctx context.Context, address, email, password string) (Opened, error) {
	p, err := a.prove(ctx, address, email, password)
	if err != nil {
		return Opened{}, err
	}
	return a.opened(a.open(ctx, SignedIn{Person: &p}))
}

// prove returns the person whose password it is.
func (a *Accounts) prove(ctx context.Context, address, email, password string) (Person, error) {
	now := a.now()
	if wait := a.perAddress.take(address, now); wait > 0 {
		return Person{}, &ThrottledError{wait}
	}
	email, err := NormalEmail("/email", email)
	if err != nil || len(password) > maxPassword {
		return Person{}, ErrRefused
	}
	if wait := a.perAccount.take(email, now); wait > 0 {
		return Person{}, &ThrottledError{wait}
	}
	p, err := a.store.PersonByEmail(ctx, email)
	if err != nil && !errors.Is(err, catalog.ErrNotFound) {
		return Person{}, err
	}
	ok, err := a.hasher.Verify(ctx, p.Password, password)
	switch {
	case err != nil:
		return Person{}, fmt.Errorf("verify password: %w", err)
	case !ok:
		return Person{}, ErrRefused
	}
	a.perAddress.give(address)
	a.perAccount.give(email)
	return p, nil
}

// SignInWithKey opens a session for the holder of a tenant's key or of the operator's; errors as of [Accounts.SignIn]. A key that can do nothing but execute opens none.
func (a *Accounts) SignInWithKey(ctx context.Context, address, secret string) (Opened, error) {
	if wait := a.perAddress.take(address, a.now()); wait > 0 {
		return Opened{}, &ThrottledError{wait}
	}
	s := SignedIn{}
	key, err := a.keys.Authenticate(ctx, secret)
	switch {
	case errors.Is(err, catalog.ErrUnauthenticated):
		if !a.isOperator(secret) {
			return Opened{}, ErrRefused
		}
	case err != nil:
		return Opened{}, err
	case key.Role == catalog.RoleExecute:
		return Opened{}, ErrRefused
	default:
		s.Key = &key
	}
	a.perAddress.give(address)
	return a.opened(a.open(ctx, s))
}

func (a *Accounts) isOperator(secret string) bool {
	sum := sha256.Sum256([]byte(secret))
	return a.operator != [sha256.Size]byte{} && subtle.ConstantTimeCompare(sum[:], a.operator[:]) == 1
}

func (a *Accounts) opened(o Opened, err error) (Opened, error) {
	if err != nil {
		return Opened{}, fmt.Errorf("open session: %w", err)
	}
	return o, nil
}

// link is what a token signs in once.
type link struct {
	key     catalog.KeyID
	expires time.Time
}

// KeyLink returns a token that signs in once as the holder of a key, on this server and until it ends, at most for as long as valid says.
func (a *Accounts) KeyLink(key catalog.KeyID, valid time.Duration) string {
	token := newToken("dwl_")
	a.mu.Lock()
	defer a.mu.Unlock()
	a.links[sha256.Sum256([]byte(token))] = link{key, a.now().Add(valid)}
	return token
}

// SignInWithLink opens a session by the token of a [Accounts.KeyLink]; errors as of [Accounts.SignIn].
func (a *Accounts) SignInWithLink(ctx context.Context, address, token string) (Opened, error) {
	if wait := a.perAddress.take(address, a.now()); wait > 0 {
		return Opened{}, &ThrottledError{wait}
	}
	id := sha256.Sum256([]byte(token))
	a.mu.Lock()
	l, ok := a.links[id]
	delete(a.links, id)
	a.mu.Unlock()
	if !ok || !a.now().Before(l.expires) {
		return Opened{}, ErrRefused
	}
	key, err := a.keys.Key(ctx, l.key)
	switch {
	case err != nil:
		return Opened{}, err
	case !key.RevokedAt.IsZero():
		return Opened{}, ErrRefused
	}
	a.perAddress.give(address)
	return a.opened(a.open(ctx, SignedIn{Key: &key}))
}

// ChangePassword gives the person who is signed in another password, ends all of the person's sessions, and opens a new one. The error is [ErrRefused] if current is not the password, or somebody
// else than a person is signed in; catalog.InvalidErrors if the new one breaks a rule; otherwise as of [Accounts.SignIn].
func (a *Accounts) ChangePassword(ctx context.Context, address string, s *SignedIn, current, next string) (Opened, error) {
	if s.Person == nil {
		return Opened{}, ErrRefused
	}
	if err := checkPassword("/new", next, s.Person.Email); err != nil {
		return Opened{}, err
	}
	p, err := a.prove(ctx, address, s.Person.Email, current)
	if err != nil {
		return Opened{}, err
	}
	if p.Password, err = a.hasher.Hash(ctx, next); err != nil {
		return Opened{}, err
	}
	p.Epoch++
	changed := SignedIn{Person: &p}
	events, err := a.tell(ctx, &changed, audit.PasswordChanged)
	if err == nil {
		err = a.store.SavePerson(ctx, p, events...)
	}
	if err != nil {
		return Opened{}, fmt.Errorf("change password: %w", err)
	}
	return a.opened(a.open(ctx, changed))
}
