package bolt_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/store/bolt"
)

func TestQuota(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	s, err := bolt.Open(dir, bolt.Options{TenantBytes: 100_000})
	require.NoError(t, err)
	for _, id := range []catalog.TenantID{"acme", "other"} {
		require.NoError(t, s.CreateTenant(ctx, catalog.Tenant{ID: id}))
		require.NoError(t, s.CreateAction(ctx, catalog.Action{Tenant: id, Slug: "a"}, catalog.Draft{Revision: 1}))
	}
	save := func(tenant catalog.TenantID, revision, size int) error {
		draft := catalog.Draft{Revision: revision, Files: map[string]string{"a.ts": strings.Repeat("x", size)}}
		return s.SaveDraft(ctx, tenant, "a", draft, audit.Event{Type: audit.DraftSaved})
	}
	for revision := range 20 {
		require.NoError(t, save("acme", revision+2, 80_000), "a draft takes the place of the one before")
	}
	require.ErrorIs(t, save("acme", 22, 100_000), catalog.ErrQuota)
	require.ErrorIs(t, s.CreateAction(ctx, catalog.Action{Tenant: "acme", Slug: "b"}, catalog.Draft{ConfigSchema: []byte(strings.Repeat("x", 50_000))}), catalog.ErrQuota)
	_, err = s.Action(ctx, "acme", "b")
	require.ErrorIs(t, err, catalog.ErrNotFound, "nothing of a refused edit is there")
	require.NoError(t, save("other", 2, 80_000))

	require.NoError(t, s.Close())
	s, err = bolt.Open(dir, bolt.Options{TenantBytes: 100_000})
	require.NoError(t, err)
	require.ErrorIs(t, save("acme", 22, 100_000), catalog.ErrQuota, "it outlives the process")
	require.NoError(t, save("acme", 22, 10_000), "less is always allowed")
	require.NoError(t, save("acme", 23, 80_000))
	large := audit.Event{Type: audit.SecretSet, After: []byte(`"` + strings.Repeat("x", 100_000) + `"`)}
	require.NoError(t, s.PutSecret(ctx, catalog.Secret{Tenant: "acme", Name: "S"}, large), "what is no source is not refused")
	require.ErrorIs(t, save("acme", 24, 80_100), catalog.ErrQuota, "but its event counts")
	again := func() error {
		return s.CreateAction(ctx, catalog.Action{Tenant: "other", Slug: "b"}, catalog.Draft{Files: map[string]string{"a.ts": strings.Repeat("x", 80_000)}})
	}
	require.ErrorIs(t, again(), catalog.ErrQuota)
	require.NoError(t, s.DeleteAction(ctx, "other", "a"))
	require.NoError(t, again(), "what is deleted does not count")
	require.NoError(t, s.Close())
}

// What was stored before there were accounts counts.
func TestQuotaAfterUpgrade(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	s := openIn(t, dir)
	require.NoError(t, s.CreateTenant(ctx, catalog.Tenant{ID: "acme"}))
	draft := catalog.Draft{Revision: 1, Files: map[string]string{"a.ts": strings.Repeat("x", 80_000)}}
	require.NoError(t, s.CreateAction(ctx, catalog.Action{Tenant: "acme", Slug: "a"}, draft))
	require.NoError(t, s.Close())
	editFile(t, filepath.Join(dir, "durward.db"), func(tx *bbolt.Tx) error {
		if err := tx.DeleteBucket([]byte("usage")); err != nil {
			return err
		}
		return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("2"))
	})
	s, err := bolt.Open(dir, bolt.Options{TenantBytes: 100_000})
	require.NoError(t, err)
	require.ErrorIs(t, s.CreateAction(ctx, catalog.Action{Tenant: "acme", Slug: "b"}, draft), catalog.ErrQuota)
	require.NoError(t, s.Close())
}
