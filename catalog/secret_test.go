package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/seal"
)

// sealing is a catalog with keys, over a store that may have been another one's.
func sealing(t testing.TB, store catalog.Store, keys ...string) *catalog.Catalog {
	t.Helper()
	keyring, err := seal.ParseKeys(strings.Join(keys, ","))
	require.NoError(t, err)
	return catalog.New(t.Context(), store, here, catalog.Options{Seal: keyring})
}

func open(t testing.TB, c *catalog.Catalog, tenant catalog.TenantID) map[string]string {
	t.Helper()
	list, err := c.OpenSecrets(t.Context(), tenant)
	require.NoError(t, err)
	values := map[string]string{}
	for _, s := range list {
		values[s.Name] = s.Value
	}
	return values
}

func set(t testing.TB, c *catalog.Catalog, tenant catalog.TenantID, name, value string) {
	t.Helper()
	_, err := c.SetSecret(t.Context(), alice, tenant, catalog.NewSecret{Name: name, Value: value})
	require.NoError(t, err)
}

// TestRotation goes from no key to one, to another, and then without the first.
func TestRotation(t *testing.T) {
	t.Parallel()
	store := newStore(t)
	first, second := seal.NewKey(), seal.NewKey()
	ctx := t.Context()

	none := sealing(t, store)
	_, err := none.CreateTenant(ctx, alice, "acme", "")
	require.NoError(t, err)
	redirect, err := none.RedirectSecret(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, redirect, stored(t, store), "there is no key to seal with")
	_, err = none.SetSecret(ctx, alice, "acme", catalog.NewSecret{Name: "A", Value: "a"})
	require.ErrorIs(t, err, seal.ErrNoKey)
	n, err := none.Reseal(ctx)
	require.NoError(t, err)
	require.Zero(t, n)

	one := sealing(t, store, first)
	n, err = one.Reseal(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, n, "what was stored in clear")
	require.NotContains(t, stored(t, store), redirect)
	_, err = one.CreateTenant(ctx, alice, "other", "")
	require.NoError(t, err)
	set(t, one, "acme", "A", "a")
	set(t, one, "acme", "B", "b")
	set(t, one, "other", "A", "another")

	both := sealing(t, store, second, first)
	for _, want := range []int{5, 0} {
		n, err = both.Reseal(ctx)
		require.NoError(t, err)
		require.Equal(t, want, n)
	}

	alone := sealing(t, store, second)
	n, err = alone.Reseal(ctx)
	require.NoError(t, err)
	require.Zero(t, n)
	require.Equal(t, map[string]string{"A": "a", "B": "b"}, open(t, alone, "acme"))
	require.Equal(t, map[string]string{"A": "another"}, open(t, alone, "other"))
	same, err := alone.RedirectSecret(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, redirect, same)

	for name, c := range map[string]*catalog.Catalog{"the old key": one, "no key": none} {
		_, err = c.Reseal(ctx)
		var unknown *seal.UnknownKeyError
		require.ErrorAs(t, err, &unknown, name)
		_, err = c.OpenSecrets(ctx, "acme")
		require.ErrorAs(t, err, &unknown, name)
		_, err = c.RedirectSecret(ctx, "acme")
		require.ErrorAs(t, err, &unknown, name)
		require.ErrorContains(t, err, "redirect secret of tenant acme")
	}
}

// stored is the redirect secret of acme as the store has it.
func stored(t testing.TB, store catalog.Store) string {
	t.Helper()
	tenant, err := store.Tenant(t.Context(), "acme")
	require.NoError(t, err)
	return tenant.RedirectSecret
}

// TestSecretsDoNotMove puts a secret's sealed bytes where they do not belong.
func TestSecretsDoNotMove(t *testing.T) {
	t.Parallel()
	store := newStore(t)
	c := sealing(t, store, seal.NewKey())
	for _, id := range []catalog.TenantID{"acme", "other"} {
		_, err := c.CreateTenant(t.Context(), alice, id, "")
		require.NoError(t, err)
	}
	set(t, c, "acme", "A", "a")
	for name, move := range map[string]func(*catalog.Secret){
		"another tenant": func(s *catalog.Secret) { s.Tenant = "other" },
		"another name":   func(s *catalog.Secret) { s.Name = "B" },
	} {
		s, err := store.Secret(t.Context(), "acme", "A")
		require.NoError(t, err)
		move(&s)
		require.NoError(t, store.PutSecret(t.Context(), s))
		_, err = c.OpenSecrets(t.Context(), s.Tenant)
		require.ErrorIs(t, err, seal.ErrDamaged, name)
		_, err = c.Reseal(t.Context())
		require.ErrorIs(t, err, seal.ErrDamaged, name)
		require.NoError(t, store.DeleteSecret(t.Context(), s.Tenant, s.Name))
	}
}

func TestTooManySecrets(t *testing.T) {
	t.Parallel()
	c := sealing(t, newStore(t), seal.NewKey())
	_, err := c.CreateTenant(t.Context(), alice, "acme", "")
	require.NoError(t, err)
	for i := range catalog.MaxTenantSecrets {
		set(t, c, "acme", fmt.Sprintf("S_%d", i), "value")
	}
	_, err = c.SetSecret(t.Context(), alice, "acme", catalog.NewSecret{Name: "ONE_MORE", Value: "value"})
	require.Equal(t, []string{""}, at(t, err))
	set(t, c, "acme", "S_7", "another value")
	require.Len(t, open(t, c, "acme"), catalog.MaxTenantSecrets)
}
