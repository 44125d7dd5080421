package accounts_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/catalog"
)

func TestThrottle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.join("acme", "ada@example.com", catalog.RoleViewer)
	attempt := func(from, password string) error {
		_, err := w.SignIn(t.Context(), from, "ada@example.com", password)
		return err
	}
	for range 15 {
		require.NoError(t, attempt(address, password), "what succeeds counts for neither account nor address")
	}
	for i := range 10 {
		require.ErrorIs(t, attempt(fmt.Sprint(i), "wrong password"), accounts.ErrRefused)
	}
	throttled := (*accounts.ThrottledError)(nil)
	require.ErrorAs(t, attempt("x", password), &throttled)
	require.Equal(t, time.Minute, throttled.Wait)
	w.pass(59 * time.Second)
	require.ErrorAs(t, attempt("x", password), &throttled)
	require.Equal(t, time.Second, throttled.Wait)
	w.pass(time.Second)
	require.ErrorIs(t, attempt("x", "wrong password"), accounts.ErrRefused)
	require.ErrorAs(t, attempt("x", password), &throttled, "one attempt a minute")
	w.pass(time.Hour)
	require.NoError(t, attempt("x", password))
}

// TestSessionsOfAnOwnerAreLimited opens one after the other, each of which is in the audit.
func TestSessionsOfAnOwnerAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, first := w.key(catalog.RoleViewer)
	_, second := w.key(catalog.RoleViewer)
	for range 30 {
		_, err := w.SignInWithKey(t.Context(), address, first)
		require.NoError(t, err)
	}
	_, err := w.SignInWithKey(t.Context(), address, first)
	throttled := (*accounts.ThrottledError)(nil)
	require.ErrorAs(t, err, &throttled)
	require.Equal(t, 10*time.Second, throttled.Wait)
	_, err = w.SignInWithKey(t.Context(), address, second)
	require.NoError(t, err)
	w.pass(10 * time.Second)
	_, err = w.SignInWithKey(t.Context(), address, first)
	require.NoError(t, err)
}

// TestThrottleUnderLoad guesses from many goroutines at once.
func TestThrottleUnderLoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all sync.WaitGroup
	var tried atomic.Int32
	for i := range 60 {
		all.Go(func() {
			_, err := w.SignIn(t.Context(), fmt.Sprint(i), "ada@example.com", password)
			if errors.Is(err, accounts.ErrRefused) {
				tried.Add(1)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 10, tried.Load())
}

func TestNormalEmail(t *testing.T) {
	t.Parallel()
	for email, want := range map[string]string{
		"ada@example.com": "ada@example.com", " Ada@Example.COM ": "ada@example.com", "a.d+a@sub.example.com": "a.d+a@sub.example.com",
		"zo\u0065\u0308@example.com": "zo\u00eb@example.com", "ada@localhost": "ada@localhost",
	} {
		got, err := accounts.NormalEmail("/email", email)
		require.NoError(t, err, email)
		require.Equal(t, want, got)
	}
}

// FuzzNormalEmail wants a normalized address to stay as it is, and to have nothing in it that is more than an address.
func FuzzNormalEmail(f *testing.F) {
	for _, seed := range []string{"ada@example.com", "Ä@B", "a@b@c", "a b@c", "\xff@x", "a@b\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, email string) {
		normal, err := accounts.NormalEmail("/email", email)
		if err != nil {
			require.ErrorAs(t, err, new(catalog.InvalidErrors))
			return
		}
		again, err := accounts.NormalEmail("/email", normal)
		require.NoError(t, err)
		require.Equal(t, normal, again)
		require.LessOrEqual(t, len(normal), 254)
		require.NotContains(t, normal, " ")
		require.NotContains(t, normal, "\n")
	})
}

// TestForgedInvitations changes each character of a token.
func TestForgedInvitations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, token, err := w.Invite(t.Context(), operator, "acme", "ada@example.com", catalog.RoleViewer)
	require.NoError(t, err)
	for i := range token {
		forged := []byte(token)
		forged[i] ^= 1
		_, _, err := w.LookUp(t.Context(), string(forged))
		require.ErrorIs(t, err, catalog.ErrNotFound, string(forged))
	}
	_, _, err = w.LookUp(t.Context(), token)
	require.NoError(t, err)
}

func TestOpenInvitationsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	invite := func(i int) error {
		_, _, err := w.Invite(t.Context(), operator, "acme", fmt.Sprintf("p%d@example.com", i), catalog.RoleViewer)
		return err
	}
	for i := range accounts.MaxInvitations {
		require.NoError(t, invite(i))
	}
	require.ErrorAs(t, invite(accounts.MaxInvitations), new(catalog.InvalidErrors))
	require.NoError(t, invite(7), "in place of the one that is there")
	_, _, err := w.Invite(t.Context(), operator, "other", "p@example.com", catalog.RoleViewer)
	require.NoError(t, err)
}
