package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

// Session is that somebody has signed in, as it is stored: the token that opens it is not in it.
type Session struct {
	ID    SessionID
	Owner Owner
	// Epoch is that of the person at the time; 0 for other owners.
	Epoch     int
	CreatedAt time.Time
	// SeenAt is when it was last used, up to a minute before.
	SeenAt time.Time
}

// Owner is whose a session is: a person's, a key's holder's, or the operator's. Exactly one member is not empty.
type Owner struct {
	Person PersonID
	Key    catalog.KeyID
	// Operator tells one operator key from another.
	Operator string
}

// SignedIn is who is signed in by a session. Without Person and Key it is the operator.
type SignedIn struct {
	Session Session
	// ExpiresAt is when the session ends if it is not used until then.
	ExpiresAt time.Time
	Person    *Person
	Key       *catalog.Key
}

// Opened is a new session with its token, which is in no other place.
type Opened struct {
	SignedIn
	Token string
	// Lifetime is how long the session can last if it is used.
	Lifetime time.Duration
}

// tokenPrefix starts every token of a session, so that secret scanners know one.
const tokenPrefix = "dws_"

// newToken returns 256 random bits and some more, as text.
func newToken(prefix string) string { return prefix + rand.Text() + rand.Text() }

// open starts a session. The events are told besides that of the sign-in, which each tenant gets in which the owner has a role.
func (a *Accounts) open(ctx context.Context, s SignedIn, events ...audit.Event) (Opened, error) {
	token, now, owner := newToken(tokenPrefix), a.now().UTC(), a.owner(&s)
	if wait := a.perOwner.take(fmt.Sprint(owner), now); wait > 0 {
		return Opened{}, &ThrottledError{wait}
	}
	s.Session = Session{ID: sha256.Sum256([]byte(token)), Owner: owner, CreatedAt: now, SeenAt: now}
	if s.Person != nil {
		s.Session.Epoch = s.Person.Epoch
	}
	s.ExpiresAt = a.end(&s.Session)
	told, err := a.tell(ctx, &s, audit.SessionStarted)
	if err == nil {
		err = a.store.CreateSession(ctx, s.Session, append(events, told...)...)
	}
	if err != nil {
		return Opened{}, err
	}
	return Opened{s, token, a.lifetime}, nil
}

func (a *Accounts) owner(s *SignedIn) Owner {
	switch {
	case s.Person != nil:
		return Owner{Person: s.Person.ID}
	case s.Key != nil:
		return Owner{Key: s.Key.ID}
	}
	// The digest of a digest: what is stored must not be what the server compares a key with.
	sum := sha256.Sum256(a.operator[:])
	return Owner{Operator: hex.EncodeToString(sum[:])}
}

// end is when a session ends, as it was last used.
func (a *Accounts) end(s *Session) time.Time {
	idle, last := s.SeenAt.Add(a.idle), s.CreatedAt.Add(a.lifetime)
	if idle.Before(last) {
		return idle
	}
	return last
}

// tell makes an event of a kind for each tenant in which somebody has a role.
func (a *Accounts) tell(ctx context.Context, s *SignedIn, kind audit.EventType) ([]audit.Event, error) {
	switch {
	case s.Person != nil:
		memberships, err := a.store.Memberships(ctx, s.Person.ID)
		events := make([]audit.Event, 0, len(memberships))
		for _, m := range memberships {
			events = append(events, a.event(s.Person.actor(m.Role), kind, m.Tenant))
		}
		return events, err
	case s.Key != nil:
		return []audit.Event{a.event(s.Actor(s.Key.Role), kind, s.Key.Tenant)}, nil
	}
	return nil, nil // what the operator does that belongs to no tenant is in the server's log
}

// Actor is the owner in the audit, in a role.
func (s *SignedIn) Actor(role catalog.Role) audit.Actor {
	switch {
	case s.Person != nil:
		return s.Person.actor(role)
	case s.Key != nil:
		return audit.Actor{Key: string(s.Key.ID), Name: s.Key.Name, Role: string(role)}
	}
	return audit.Actor{Name: "operator", Role: string(catalog.RoleOperator)}
}

// Operator says whether it is the operator.
func (s *SignedIn) Operator() bool { return s.Person == nil && s.Key == nil }

// touchEvery is how exactly a session knows when it was used: a write for each request would cost more than the request.
const touchEvery = time.Minute

// Session returns who is signed in by a token, or [ErrNoSession].
func (a *Accounts) Session(ctx context.Context, token string) (SignedIn, error) {
	if !strings.HasPrefix(token, tokenPrefix) {
		return SignedIn{}, ErrNoSession
	}
	stored, err := a.store.Session(ctx, sha256.Sum256([]byte(token)))
	if err != nil {
		return SignedIn{}, gone(err)
	}
	now := a.now().UTC()
	s := SignedIn{Session: stored, ExpiresAt: a.end(&stored)}
	if !now.Before(s.ExpiresAt) {
		return SignedIn{}, ErrNoSession
	}
	if err := a.findOwner(ctx, &s); err != nil {
		return SignedIn{}, err
	}
	if now.Sub(stored.SeenAt) >= min(touchEvery, a.idle/10) {
		s.Session.SeenAt = now
		s.ExpiresAt = a.end(&s.Session)
		if err := a.store.TouchSession(ctx, stored.ID, now); err != nil {
			return SignedIn{}, err
		}
	}
	return s, nil
}

// findOwner fills in whose the session is, if that one may still sign in as at its beginning.
func (a *Accounts) findOwner(ctx context.Context, s *SignedIn) error {
	switch owner := s.Session.Owner; {
	case owner.Person != "":
		p, err := a.store.Person(ctx, owner.Person)
		if err != nil {
			return gone(err)
		}
		if p.Epoch != s.Session.Epoch {
			return ErrNoSession
		}
		s.Person = &p
	case owner.Key != "":
		k, err := a.keys.Key(ctx, owner.Key)
		if err != nil {
			return gone(err)
		}
		if !k.RevokedAt.IsZero() {
			return ErrNoSession
		}
		s.Key = &k
	default:
		if a.operator == [sha256.Size]byte{} || owner != a.owner(s) {
			return ErrNoSession
		}
	}
	return nil
}

// gone makes ErrNoSession of what is not there.
func gone(err error) error {
	if errors.Is(err, catalog.ErrNotFound) {
		return ErrNoSession
	}
	return err
}

// Role is what somebody may do in a tenant. It is catalog.ErrNotFound for a tenant in which that is nothing, whether or not there is such a tenant.
func (a *Accounts) Role(ctx context.Context, s *SignedIn, tenant catalog.TenantID) (catalog.Role, error) {
	switch {
	case s.Person != nil:
		m, err := a.store.Member(ctx, tenant, s.Person.ID)
		return m.Role, err
	case s.Key == nil:
		return catalog.RoleOperator, nil
	case s.Key.Tenant == tenant:
		return s.Key.Role, nil
	}
	return "", catalog.ErrNotFound
}

// Memberships returns in which tenants somebody has which role; nothing for the operator, who has one in all.
func (a *Accounts) Memberships(ctx context.Context, s *SignedIn) ([]Membership, error) {
	switch {
	case s.Person != nil:
		return a.store.Memberships(ctx, s.Person.ID)
	case s.Key != nil:
		return []Membership{{Tenant: s.Key.Tenant, Role: s.Key.Role}}, nil
	}
	return nil, nil
}

// SignOut ends a session, or with everywhere all sessions of its owner. It returns how many it has ended.
func (a *Accounts) SignOut(ctx context.Context, s *SignedIn, everywhere bool) (int, error) {
	events, err := a.tell(ctx, s, audit.SessionEnded)
	switch {
	case err != nil:
		return 0, err
	case everywhere:
		return a.store.DeleteSessions(ctx, s.Session.Owner, events...)
	}
	return 1, a.store.DeleteSession(ctx, s.Session.ID, events...)
}
