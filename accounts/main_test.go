package accounts_test

import (
	"crypto/sha256"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/store/bolt"
)

const (
	operatorKey = "the operator's key of this test"
	password    = "correct horse battery staple"
	address     = "192.0.2.1"
)

var operator = audit.Actor{Name: "operator", Role: "operator"}

// world is accounts over a store on disk, with a clock that stands.
type world struct {
	t *testing.T
	*accounts.Accounts
	catalog *catalog.Catalog
	store   *bolt.Store

	mu  sync.Mutex
	now time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	store, err := bolt.Open(t.TempDir(), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	w := &world{t: t, store: store, now: time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)}
	w.catalog = catalog.New(t.Context(), store, nil, catalog.Options{})
	w.restart(operatorKey)
	for _, id := range []catalog.TenantID{"acme", "other"} {
		_, err := w.catalog.CreateTenant(t.Context(), operator, id, "")
		require.NoError(t, err)
	}
	return w
}

// restart makes a new server over the same store.
func (w *world) restart(operatorKey string) {
	w.Accounts = accounts.New(w.store, w.catalog, accounts.Options{
		Idle: time.Hour, Lifetime: 4 * time.Hour, OperatorKeyHash: sha256.Sum256([]byte(operatorKey)),
		Now: func() time.Time {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.now
		},
	})
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// join makes somebody a member of a tenant, with a new account.
func (w *world) join(tenant catalog.TenantID, email string, role catalog.Role) accounts.Opened {
	w.t.Helper()
	_, token, err := w.Invite(w.t.Context(), operator, tenant, email, role)
	require.NoError(w.t, err)
	opened, err := w.Accept(w.t.Context(), accounts.Acceptance{Token: token, Name: "Ada", Password: password, Address: address})
	require.NoError(w.t, err)
	return opened
}

// alive requires that a session can be used.
func (w *world) alive(token string) accounts.SignedIn {
	w.t.Helper()
	s, err := w.Session(w.t.Context(), token)
	require.NoError(w.t, err)
	return s
}

func (w *world) over(token string) {
	w.t.Helper()
	_, err := w.Session(w.t.Context(), token)
	require.ErrorIs(w.t, err, accounts.ErrNoSession)
}

func (w *world) key(role catalog.Role) (catalog.Key, string) {
	w.t.Helper()
	k, secret, err := w.catalog.CreateKey(w.t.Context(), operator, "acme", "CI", role)
	require.NoError(w.t, err)
	return k, secret
}
