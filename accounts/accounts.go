// Package accounts is the people who use Durward in a browser: who they are, of which tenants they are members, how they are invited, and the sessions in which they are
// signed in.
//
// A [Session] says who somebody is and gives no rights. What its owner may do is looked up with each request, so that a role that changes, a member that is removed and a key
// that is revoked count at once, on every server of the same store. The package knows nothing of HTTP: cookies, origins and addresses are for package web.
package accounts

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/durward/durward/accounts/password"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

// Errors that callers tell apart with errors.Is. Those of package catalog are used where they fit: ErrNotFound, ErrExists, ErrConflict and InvalidErrors.
var (
	// ErrRefused says that nobody can be signed in with what was shown. It does not say which part of it is wrong.
	ErrRefused = errors.New("the sign-in is refused")
	// ErrNoSession says that a token opens no session: it is malformed, unknown, over, or of somebody who is gone.
	ErrNoSession = errors.New("there is no such session")
	// ErrLastAdmin says that a tenant would be left without an admin among its members.
	ErrLastAdmin = errors.New("it is the tenant's last admin")
	// ErrFull says that a tenant has as many members, or a person as many tenants, as there may be.
	ErrFull = errors.New("there are as many members as there may be")
	// ErrUninvited says that somebody whom a provider vouches for has no account and is not expected.
	ErrUninvited = errors.New("there is no account, and no invitation")
	// ErrUnverified says that a provider does not vouch for an e-mail address, and the person is not known by anything else.
	ErrUnverified = errors.New("there is no verified e-mail address")
)

// ThrottledError says that there were too many attempts to sign in, to the same account or from the same address, or too many sessions opened by the same owner.
type ThrottledError struct {
	// Wait is after how long the next attempt may be made.
	Wait time.Duration
}

func (e *ThrottledError) Error() string { return fmt.Sprintf("too many sign-ins: wait for %v", e.Wait) }

// Keys are the API keys, with which one can sign in, too. [*catalog.Catalog] implements it.
type Keys interface {
	// Authenticate returns the key that a secret belongs to, or catalog.ErrUnauthenticated.
	Authenticate(ctx context.Context, secret string) (catalog.Key, error)
	// Key returns a key by its id, also a revoked one.
	Key(ctx context.Context, id catalog.KeyID) (catalog.Key, error)
}

// Options are the settings of [Accounts]. The zero value works.
type Options struct {
	// Idle is after how long a session ends in which nothing was asked. Default: 12 h.
	Idle time.Duration
	// Lifetime is after how long every session ends. Default: 7 days.
	Lifetime time.Duration
	// OperatorKeyHash is the SHA-256 of the operator's key. Default: there is no such key.
	OperatorKeyHash [sha256.Size]byte
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Accounts is the rules over a [Store]. It is safe for concurrent use.
type Accounts struct {
	store    Store
	keys     Keys
	idle     time.Duration
	lifetime time.Duration
	operator [sha256.Size]byte
	now      func() time.Time
	hasher   *password.Hasher

	perAccount *throttle
	perAddress *throttle
	perOwner   *throttle

	mu    sync.Mutex
	links map[[sha256.Size]byte]link // by the digest of their tokens
}

// New returns accounts over a store.
func New(store Store, keys Keys, options Options) *Accounts {
	a := &Accounts{
		store: store, keys: keys, idle: options.Idle, lifetime: options.Lifetime, operator: options.OperatorKeyHash, now: options.Now, hasher: password.New(),
		perAccount: newThrottle(accountBurst, accountPause), perAddress: newThrottle(addressBurst, addressPause), perOwner: newThrottle(ownerBurst, ownerPause),
		links: make(map[[sha256.Size]byte]link),
	}
	if a.idle <= 0 {
		a.idle = 12 * time.Hour
	}
	if a.lifetime <= 0 {
		a.lifetime = 7 * 24 * time.Hour
	}
	if a.now == nil {
		a.now = time.Now
	}
	return a
}

// sweepEvery is how often what is over is removed from the store. Nobody waits for it: what is over counts for nothing.
const sweepEvery = time.Hour

// Run removes what is over from the store, until ctx ends. report gets what goes wrong.
func (a *Accounts) Run(ctx context.Context, report func(error)) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		now := a.now().UTC()
		err := a.store.Sweep(ctx, Stale{Created: now.Add(-a.lifetime), Seen: now.Add(-a.idle), Expired: now})
		if err != nil && ctx.Err() == nil {
			report(fmt.Errorf("remove sessions that are over: %w", err))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (a *Accounts) event(by audit.Actor, kind audit.EventType, tenant catalog.TenantID) audit.Event {
	return audit.Event{Time: a.now().UTC(), Type: kind, Tenant: string(tenant), Actor: by}
}

func invalid(pointer, format string, args ...any) error {
	return catalog.InvalidErrors{{Pointer: pointer, Detail: fmt.Sprintf(format, args...)}}
}
