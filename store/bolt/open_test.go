package bolt_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/idempotency"
	"github.com/durward/durward/store/bolt"
	"github.com/durward/durward/versions"
)

var now = time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)

// fill puts a tenant with a flow, some events and a record of two days into the store.
func fill(t testing.TB, s *bolt.Store) {
	t.Helper()
	ctx := context.Background()
	require.NoError(t, s.CreateTenant(ctx, catalog.Tenant{ID: "acme", Name: "Acme", CreatedAt: now}, audit.Event{Type: audit.TenantCreated, Time: now}))
	f := versions.Flow{Tenant: "acme", Slug: "login", Kind: "login", Revision: 1, Edition: 1}
	require.NoError(t, s.CreateFlow(ctx, f, versions.Revision{Number: 1}, audit.Event{Type: audit.FlowCreated, Time: now}))
	require.NoError(t, saveRevision(ctx, s, versions.Revision{Tenant: "acme", Flow: "login", Number: 2}, audit.Event{Type: audit.FlowSaved, Time: now}))
	require.NoError(t, s.WriteRecords(ctx, "batch", []audit.Record{record(now), record(now.Add(24 * time.Hour))}))
}

// saveRevision makes a revision of the flow live, whose editions are numbered as its revisions.
func saveRevision(ctx context.Context, s *bolt.Store, r versions.Revision, events ...audit.Event) error {
	f := versions.Flow{Tenant: r.Tenant, Slug: r.Flow, Revision: r.Number, Latest: r.Number, Edition: r.Number}
	return s.SaveFlow(ctx, f, []versions.Revision{r}, events...)
}

func record(at time.Time) audit.Record {
	return audit.Record{ID: "id-" + at.Format(time.RFC3339Nano), Time: at, Tenant: "acme", Flow: "login", Outcome: "continue"}
}

// requireFilled checks what fill wrote.
func requireFilled(t testing.TB, s *bolt.Store) {
	t.Helper()
	ctx := context.Background()
	f, err := s.Flow(ctx, "acme", "login")
	require.NoError(t, err)
	require.Equal(t, 2, f.Revision)
	require.NoError(t, s.VerifyEvents(ctx, "acme"))
	events, _, err := s.Events(ctx, "acme", audit.Filter{})
	require.NoError(t, err)
	require.Len(t, events, 3)
	records, _, err := s.Records(ctx, "acme", audit.Filter{})
	require.NoError(t, err)
	require.Len(t, records, 2)
}

func TestOpenKeepsEverything(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	s := openIn(t, dir)
	fill(t, s)
	keys, err := s.RunKeys(t.Context())
	require.NoError(t, err)
	require.NoError(t, s.Close())

	s = openIn(t, dir)
	requireFilled(t, s)
	again, err := s.RunKeys(t.Context())
	require.NoError(t, err)
	require.Equal(t, keys, again)
	require.NoError(t, s.Close())

	other := openIn(t, t.TempDir())
	others, err := other.RunKeys(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, keys[0].Secret, others[0].Secret)
	require.NoError(t, other.Close())
}

// TestOpenKeepsCounters: what was used up before a restart is used up after it.
func TestOpenKeepsCounters(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for want := 1; want <= 2; want++ {
		s := openIn(t, dir)
		count, _, err := s.HitCounter(t.Context(), "acme", "invite", "code", time.Hour, 1, time.Now())
		require.NoError(t, err)
		require.Equal(t, want, count)
		require.NoError(t, s.Close())
	}
}

func TestOpenIsPrivate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openIn(t, dir)
	fill(t, s)
	require.NoError(t, s.Close())
	for _, path := range []string{dir, filepath.Join(dir, "executions")} {
		require.NoError(t, os.Chmod(path, 0o755))
	}
	require.NoError(t, os.Chmod(filepath.Join(dir, "durward.db"), 0o644))
	s = openIn(t, dir)
	defer s.Close()
	files := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		files++
		require.Equal(t, want, info.Mode().Perm(), path)
		return nil
	}))
	require.Equal(t, 5, files, "two directories, the main file, two days, and nothing temporary")
}

func TestOpenTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openIn(t, dir)
	_, err := bolt.Open(dir, bolt.Options{})
	require.ErrorIs(t, err, bolt.ErrInUse)
	require.ErrorContains(t, err, filepath.Join(dir, "durward.db"))
	require.NoError(t, s.Close())
	s = openIn(t, dir)
	require.NoError(t, s.Close())
}

// TestOpenRace lets several make the same store at once: one has it, and what it writes is there for the next.
func TestOpenRace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	opened := make(chan *bolt.Store, 8)
	var all sync.WaitGroup
	for range cap(opened) {
		all.Go(func() {
			s, err := bolt.Open(dir, bolt.Options{})
			if err == nil {
				opened <- s
			} else if !errors.Is(err, bolt.ErrInUse) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	require.Len(t, opened, 1)
	s := <-opened
	fill(t, s)
	require.NoError(t, s.Close())
	s = openIn(t, dir)
	requireFilled(t, s)
	require.NoError(t, s.Close())
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	edit := func(change func(*bbolt.Tx) error) func(*testing.T, string) {
		return func(t *testing.T, dir string) { editFile(t, filepath.Join(dir, "durward.db"), change) }
	}
	for name, c := range map[string]struct {
		damage func(t *testing.T, dir string)
		want   string
		format bool
	}{
		"a newer format": {
			edit(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("12")) }),
			"has format 12 and this program reads up to 11", true,
		},
		"a nonsensical format": {
			edit(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("x")) }), "is not a file of Durward", true,
		},
		"a file of another program": {
			edit(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("meta")) }), "is not a file of Durward", true,
		},
		"a file that is no database": {func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "durward.db"), []byte(strings.Repeat("hello", 10000)), 0o600))
		}, "is not a file of Durward", true},
		"a lost main file": {func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "durward.db")))
		}, "has execution records but no durward.db", false},
		"an interrupted restore": {func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "durward.db")))
			require.NoError(t, os.Mkdir(filepath.Join(dir, ".restoring-1"), 0o700))
		}, "interrupted restore", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := openIn(t, dir)
			fill(t, s)
			require.NoError(t, s.Close())
			c.damage(t, dir)
			_, err := bolt.Open(dir, bolt.Options{})
			require.ErrorContains(t, err, c.want)
			var format *bolt.FormatError
			require.Equal(t, c.format, errors.As(err, &format))
		})
	}
}

func editFile(t *testing.T, path string, change func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(change))
	require.NoError(t, db.Close())
}

// TestUpgrade opens what the format before this one left, and wants all that was in it, and what is new, to work.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openIn(t, dir)
	fill(t, s)
	require.NoError(t, s.CreateAction(t.Context(), catalog.Action{Tenant: "acme", Slug: "gate"}, catalog.Draft{Revision: 1}))
	require.NoError(t, s.Close())
	editFile(t, filepath.Join(dir, "durward.db"), func(tx *bbolt.Tx) error {
		for _, name := range []string{
			"secrets", "egress", "limits", "publishing", "freezes", "answers", "answer_ages", "answer_usages", "deliveries", "dead_letters", "delivery_calls", "delivery_due", "delivery_claims",
			"delivery_lines", "delivery_accounts", "dependents",
			"people", "person_emails", "person_identities", "members", "memberships", "invitations", "tenant_invitations", "invitation_emails", "sessions", "owner_sessions",
			"counters", "counter_ends", "counter_totals",
		} {
			if err := tx.DeleteBucket([]byte(name)); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("1"))
	})
	for range 2 {
		s = openIn(t, dir)
		requireFilled(t, s)
		require.NoError(t, s.PutSecret(t.Context(), catalog.Secret{Tenant: "acme", Name: "A"}))
		_, err := s.Egress(t.Context(), "acme")
		require.NoError(t, err)
		_, err = s.TenantFreezes(t.Context(), "acme")
		require.NoError(t, err)
		_, err = s.DueDeliveries(t.Context())
		require.NoError(t, err)
		_, err = s.Dependents(t.Context(), "acme", "gate", catalog.Page{})
		require.NoError(t, err)
		_, err = s.Members(t.Context(), "acme", catalog.Page{})
		require.NoError(t, err)
		_, err = s.Session(t.Context(), accounts.SessionID{})
		require.ErrorIs(t, err, catalog.ErrNotFound)
		_, err = s.Answer(t.Context(), idempotency.Ref{Tenant: "acme"})
		require.ErrorIs(t, err, catalog.ErrNotFound)
		_, _, err = s.HitCounter(t.Context(), "acme", "gate", "k", time.Hour, 0, time.Now())
		require.NoError(t, err)
		require.NoError(t, s.Close())
	}
	editFile(t, filepath.Join(dir, "durward.db"), func(tx *bbolt.Tx) error {
		require.Equal(t, "11", string(tx.Bucket([]byte("meta")).Get([]byte("format"))))
		return nil
	})
}

func TestOpenAfterUnfinishedCreation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	left := filepath.Join(dir, "durward.db.123.unfinished")
	require.NoError(t, os.WriteFile(left, []byte("half"), 0o600))
	s := openIn(t, dir)
	defer s.Close()
	require.NoFileExists(t, left)
	fill(t, s)
}

func TestNewerDayFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openIn(t, dir)
	fill(t, s)
	require.NoError(t, s.Close())
	editFile(t, filepath.Join(dir, "executions", "2026-11-20.db"), func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("12"))
	})
	s = openIn(t, dir)
	defer s.Close()
	var format *bolt.FormatError
	_, _, err := s.Records(t.Context(), "acme", audit.Filter{})
	require.ErrorAs(t, err, &format)
	require.Equal(t, 12, format.Found)
	require.Error(t, s.WriteRecords(t.Context(), "b", []audit.Record{record(now)}))
}

func TestClosed(t *testing.T) {
	t.Parallel()
	s := openIn(t, t.TempDir())
	fill(t, s)
	require.NoError(t, s.Close())
	ctx := t.Context()
	require.ErrorIs(t, s.CreateTenant(ctx, catalog.Tenant{ID: "x"}), bolt.ErrClosed)
	require.ErrorIs(t, s.WriteRecords(ctx, "b", []audit.Record{record(now)}), bolt.ErrClosed)
	_, err := s.Tenant(ctx, "acme")
	require.Error(t, err)
	_, _, err = s.Records(ctx, "acme", audit.Filter{})
	require.ErrorIs(t, err, bolt.ErrClosed)
}

// TestManyDays has more days than stay open, read and written and removed at once.
func TestManyDays(t *testing.T) {
	t.Parallel()
	s, err := bolt.Open(t.TempDir(), bolt.Options{OpenDays: 1})
	require.NoError(t, err)
	defer s.Close()
	const days = 12
	var all sync.WaitGroup
	for i := range days {
		all.Go(func() {
			at := now.Add(time.Duration(i) * 24 * time.Hour)
			if err := s.WriteRecords(t.Context(), at.String(), []audit.Record{record(at)}); err != nil {
				t.Error(err)
			}
			if _, _, err := s.Records(t.Context(), "acme", audit.Filter{}); err != nil {
				t.Error(err)
			}
			if err := s.Retain(t.Context(), "2026-11-01"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	records, _, err := s.Records(t.Context(), "acme", audit.Filter{})
	require.NoError(t, err)
	require.Len(t, records, days)

	all.Go(func() {
		if err := s.Retain(t.Context(), "2026-11-26"); err != nil {
			t.Error(err)
		}
	})
	for range 4 {
		all.Go(func() {
			if _, _, err := s.Records(t.Context(), "acme", audit.Filter{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	records, _, err = s.Records(t.Context(), "acme", audit.Filter{})
	require.NoError(t, err)
	require.Len(t, records, days-6)
}
