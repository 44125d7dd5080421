package accounts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/catalog"
)

func TestSessionEndsWhenIdle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.join("acme", "ada@example.com", catalog.RoleViewer)
	require.Equal(t, w.now.Add(time.Hour), o.ExpiresAt)
	w.pass(59 * time.Minute)
	require.Equal(t, w.now.Add(time.Hour), w.alive(o.Token).ExpiresAt)
	w.pass(59 * time.Minute)
	w.alive(o.Token)
	w.pass(time.Hour)
	w.over(o.Token)
	w.pass(-30 * time.Minute)
	w.alive(o.Token)
}

func TestSessionEndsInTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.join("acme", "ada@example.com", catalog.RoleViewer)
	for range 7 {
		w.pass(30 * time.Minute)
		w.alive(o.Token)
	}
	require.Equal(t, o.Session.CreatedAt.Add(4*time.Hour), w.alive(o.Token).ExpiresAt)
	w.pass(30 * time.Minute)
	w.over(o.Token)
}

// TestSessionIsNotWrittenEachTime looks at what the store has of a session that is used every second.
func TestSessionIsNotWrittenEachTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.join("acme", "ada@example.com", catalog.RoleViewer)
	writes, seen := 0, o.Session.SeenAt
	for range 180 {
		w.pass(time.Second)
		w.alive(o.Token)
		stored, err := w.store.Session(t.Context(), o.Session.ID)
		require.NoError(t, err)
		if !stored.SeenAt.Equal(seen) {
			writes, seen = writes+1, stored.SeenAt
		}
	}
	require.Equal(t, 3, writes)
}

func TestSessionAfterRestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	person := w.join("acme", "ada@example.com", catalog.RoleViewer)
	op, err := w.SignInWithKey(t.Context(), address, operatorKey)
	require.NoError(t, err)
	require.True(t, op.Operator())
	w.restart(operatorKey)
	w.alive(person.Token)
	w.alive(op.Token)
	w.restart("another key for the operator")
	w.alive(person.Token)
	w.over(op.Token)
	w.restart("")
	w.over(op.Token)
}

func TestTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.join("acme", "ada@example.com", catalog.RoleViewer)
	require.Regexp(t, `^dws_[A-Z2-7]{52}$`, o.Token)
	for _, token := range []string{"", "dws_", o.Token[:len(o.Token)-1], o.Token + "A", strings.ToLower(o.Token), strings.TrimPrefix(o.Token, "dws_"), " " + o.Token} {
		w.over(token)
	}
	w.alive(o.Token)
}

func TestKeySession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k, secret := w.key(catalog.RoleAuthor)
	o, err := w.SignInWithKey(t.Context(), address, secret)
	require.NoError(t, err)
	s := w.alive(o.Token)
	role, err := w.Role(t.Context(), &s, "acme")
	require.NoError(t, err)
	require.Equal(t, catalog.RoleAuthor, role)
	_, err = w.Role(t.Context(), &s, "other")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = w.catalog.RevokeKey(t.Context(), operator, "acme", k.ID)
	require.NoError(t, err)
	w.over(o.Token)
	_, err = w.SignInWithKey(t.Context(), address, secret)
	require.ErrorIs(t, err, accounts.ErrRefused)
}

func TestLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k, _ := w.key(catalog.RoleAdmin)
	token := w.KeyLink(k.ID, time.Hour)
	o, err := w.SignInWithLink(t.Context(), address, token)
	require.NoError(t, err)
	require.Equal(t, k.ID, w.alive(o.Token).Key.ID)
	_, err = w.SignInWithLink(t.Context(), address, token)
	require.ErrorIs(t, err, accounts.ErrRefused, "it signs in once")
	late := w.KeyLink(k.ID, time.Hour)
	w.pass(time.Hour)
	_, err = w.SignInWithLink(t.Context(), address, late)
	require.ErrorIs(t, err, accounts.ErrRefused)
	revoked := w.KeyLink(k.ID, time.Hour)
	_, err = w.catalog.RevokeKey(t.Context(), operator, "acme", k.ID)
	require.NoError(t, err)
	_, err = w.SignInWithLink(t.Context(), address, revoked)
	require.ErrorIs(t, err, accounts.ErrRefused)
}

func TestSweeping(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.join("acme", "ada@example.com", catalog.RoleViewer)
	_, token, err := w.Invite(t.Context(), operator, "acme", "eve@example.com", catalog.RoleViewer)
	require.NoError(t, err)
	w.pass(7*24*time.Hour + time.Second)
	_, _, err = w.LookUp(t.Context(), token)
	require.ErrorIs(t, err, catalog.ErrNotFound, "it is over before it is swept")
	require.NoError(t, w.store.Sweep(t.Context(), accounts.Stale{Seen: w.now.Add(-time.Hour), Expired: w.now}))
	_, err = w.store.Session(t.Context(), o.Session.ID)
	require.ErrorIs(t, err, catalog.ErrNotFound)
}
