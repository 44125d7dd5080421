package catalog_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/store/bolt"
)

// counted counts the reads of keys, and can hold one back between its read and its answer.
type counted struct {
	*bolt.Store
	reads atomic.Int64
	hold  func()
}

func (s *counted) Key(ctx context.Context, id catalog.KeyID) (catalog.Key, error) {
	s.reads.Add(1)
	key, err := s.Store.Key(ctx, id)
	if s.hold != nil {
		s.hold()
	}
	return key, err
}

func newKey(t testing.TB, c *catalog.Catalog, role catalog.Role) (catalog.Key, string) {
	t.Helper()
	key, secret, err := c.CreateKey(t.Context(), alice, "acme", "key", role)
	require.NoError(t, err)
	return key, secret
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	store := &counted{Store: newStore(t)}
	c := newCatalog(t, store)
	key, secret := newKey(t, c, catalog.RoleExecute)
	require.NotContains(t, string(key.Hash[:]), secret)
	for range 3 {
		got, err := c.Authenticate(t.Context(), secret)
		require.NoError(t, err)
		require.Equal(t, key, got)
	}
	require.EqualValues(t, 1, store.reads.Load(), "a key that was used before needs no I/O")

	_, other := newKey(t, c, catalog.RoleExecute)
	for name, wrong := range map[string]string{
		"nothing": "", "the prefix": "dwk_", "the id": "dwk_" + string(key.ID), "the id and a mark": "dwk_" + string(key.ID) + "_", "another prefix": "dwx" + secret[3:],
		"upper case": strings.ToUpper(secret), "cut off": secret[:len(secret)-1], "longer": secret + "a", "a space": secret + " ", "one character": flip(secret, len(secret)-20),
		"the last character": flip(secret, len(secret)-1), "another id": flip(secret, 5), "another key's random part": secret[:21] + other[21:],
		"nobody's": "dwk_" + strings.Repeat("a", 16) + "_" + strings.Repeat("a", 52), "bytes": "dwk_\x00\xff" + secret[6:], "much": strings.Repeat(secret, 1000),
	} {
		_, err := c.Authenticate(t.Context(), wrong)
		require.ErrorIs(t, err, catalog.ErrUnauthenticated, name)
	}
	_, err := c.Authenticate(t.Context(), secret)
	require.NoError(t, err, "wrong secrets do not harm the key")
}

func flip(s string, i int) string {
	if s[i] == 'a' {
		return s[:i] + "b" + s[i+1:]
	}
	return s[:i] + "a" + s[i+1:]
}

func TestAStoreThatFailsIsNotAWrongKey(t *testing.T) {
	t.Parallel()
	c := newCatalog(t, newStore(t))
	_, secret := newKey(t, c, catalog.RoleAdmin)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Authenticate(ctx, secret)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, catalog.ErrUnauthenticated)
}

func TestRevokeKey(t *testing.T) {
	t.Parallel()
	c := newCatalog(t, newStore(t))
	key, secret := newKey(t, c, catalog.RoleAdmin)
	_, err := c.Authenticate(t.Context(), secret)
	require.NoError(t, err)

	_, err = c.RevokeKey(t.Context(), alice, "acme", "none")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = c.CreateTenant(t.Context(), alice, "other", "")
	require.NoError(t, err)
	_, err = c.RevokeKey(t.Context(), alice, "other", key.ID)
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = c.Authenticate(t.Context(), secret)
	require.NoError(t, err, "another tenant's admin revokes nothing")

	revoked, err := c.RevokeKey(t.Context(), alice, "acme", key.ID)
	require.NoError(t, err)
	require.False(t, revoked.RevokedAt.IsZero())
	_, err = c.Authenticate(t.Context(), secret)
	require.ErrorIs(t, err, catalog.ErrUnauthenticated)
	again, err := c.RevokeKey(t.Context(), alice, "acme", key.ID)
	require.NoError(t, err)
	require.Equal(t, revoked, again)
	events, _, err := c.Events(t.Context(), "acme", audit.Filter{Type: audit.KeyRevoked})
	require.NoError(t, err)
	require.Len(t, events, 1)
	require.Equal(t, string(key.ID), events[0].Subject)
}

// A key that was read before it was revoked, and is put into the cache after, must not work once RevokeKey has returned.
func TestRevokedBetweenReadAndCache(t *testing.T) {
	t.Parallel()
	store := &counted{Store: newStore(t)}
	c := newCatalog(t, store)
	key, secret := newKey(t, c, catalog.RoleAdmin)
	revoke := sync.OnceFunc(func() {
		store.hold = nil
		_, err := c.RevokeKey(t.Context(), alice, "acme", key.ID)
		require.NoError(t, err)
	})
	store.hold = revoke
	_, _ = c.Authenticate(t.Context(), secret) // read before: either answer is right
	_, err := c.Authenticate(t.Context(), secret)
	require.ErrorIs(t, err, catalog.ErrUnauthenticated)
}

func TestRevokingWhileMany(t *testing.T) {
	t.Parallel()
	c := newCatalog(t, newStore(t))
	for range 20 {
		key, secret := newKey(t, c, catalog.RoleExecute)
		var revoked atomic.Bool
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for {
					before := revoked.Load()
					_, err := c.Authenticate(context.Background(), secret)
					if before {
						if err == nil {
							t.Error("a revoked key worked")
						}
						return
					}
				}
			})
		}
		_, err := c.RevokeKey(t.Context(), alice, "acme", key.ID)
		revoked.Store(true)
		require.NoError(t, err)
		all.Wait()
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	t.Parallel()
	c := newCatalog(t, newStore(t))
	for name, test := range map[string]struct {
		name    string
		role    catalog.Role
		pointer string
	}{
		"no name":              {"", catalog.RoleAdmin, "/name"},
		"a long name":          {strings.Repeat("a", catalog.MaxName+1), catalog.RoleAdmin, "/name"},
		"no role":              {"key", "", "/role"},
		"an unknown role":      {"key", "root", "/role"},
		"the operator's role":  {"key", catalog.RoleOperator, "/role"},
		"a role in other case": {"key", "Admin", "/role"},
	} {
		_, _, err := c.CreateKey(t.Context(), alice, "acme", test.name, test.role)
		require.Equal(t, []string{test.pointer}, at(t, err), name)
	}
	_, _, err := c.CreateKey(t.Context(), alice, "none", "key", catalog.RoleAdmin)
	require.ErrorIs(t, err, catalog.ErrNotFound)
}

func TestRoles(t *testing.T) {
	t.Parallel()
	all := []catalog.Role{catalog.RoleExecute, catalog.RoleViewer, catalog.RoleAuthor, catalog.RolePublisher, catalog.RoleAdmin, catalog.RoleOperator}
	for holder, may := range map[catalog.Role]string{
		catalog.RoleExecute:   "execute",
		catalog.RoleViewer:    "viewer",
		catalog.RoleAuthor:    "viewer author",
		catalog.RolePublisher: "viewer author publisher",
		catalog.RoleAdmin:     "execute viewer author publisher admin",
		catalog.RoleOperator:  "execute viewer author publisher admin operator",
		"":                    "",
		"root":                "",
	} {
		var got []string
		for _, need := range all {
			if holder.Includes(need) {
				got = append(got, string(need))
			}
		}
		require.Equal(t, may, strings.Join(got, " "), "%q", holder)
		require.False(t, holder.Includes(""))
		require.False(t, holder.Includes("root"))
	}
	require.NotContains(t, catalog.Roles(), catalog.RoleOperator)
}

func TestTenants(t *testing.T) {
	t.Parallel()
	c := newCatalog(t, newStore(t))
	_, err := c.CreateTenant(t.Context(), alice, "acme", "Again")
	require.ErrorIs(t, err, catalog.ErrExists)
	_, err = c.CreateTenant(t.Context(), alice, "Not A Slug", strings.Repeat("x", 201))
	require.Equal(t, []string{"/id", "/name"}, at(t, err))
	for _, slug := range []string{"", "-", "a-", "-a", "a--b", "a_b", "a.b", "A", "é", "a\n", "a/b", "..", strings.Repeat("a", 64)} {
		require.Error(t, catalog.CheckSlug("/id", slug), slug)
	}
	for _, slug := range []string{"a", "0", "a-b-0", strings.Repeat("a", 63)} {
		require.NoError(t, catalog.CheckSlug("/id", slug), slug)
	}
}

func newAction(t testing.TB, c *catalog.Catalog) catalog.Draft {
	t.Helper()
	_, draft, err := c.CreateAction(t.Context(), alice, "acme", catalog.NewAction{Slug: "check", Draft: catalog.Draft{
		Files: map[string]string{"action.ts": "export {}"}, Triggers: []contract.TriggerID{"login.before", "login.after", "login.before"}, Secrets: []string{"B", "A", "B"},
	}})
	require.NoError(t, err)
	return draft
}

func TestCreateAction(t *testing.T) {
	t.Parallel()
	c := newCatalog(t, newStore(t))
	draft := newAction(t, c)
	require.Equal(t, 1, draft.Revision)
	require.Equal(t, []contract.TriggerID{"login.after", "login.before"}, draft.Triggers)
	require.Equal(t, []string{"A", "B"}, draft.Secrets)
	stored, err := c.Draft(t.Context(), "acme", "check")
	require.NoError(t, err)
	require.Equal(t, draft, stored)
	action, err := c.Action(t.Context(), "acme", "check")
	require.NoError(t, err)
	require.Equal(t, "check", action.Name)
	require.Equal(t, catalog.ActionCustom, action.Kind)

	_, _, err = c.CreateAction(t.Context(), alice, "acme", catalog.NewAction{Slug: "check"})
	require.ErrorIs(t, err, catalog.ErrExists)
	_, _, err = c.CreateAction(t.Context(), alice, "none", catalog.NewAction{Slug: "check"})
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, _, err = c.CreateAction(t.Context(), alice, "acme", catalog.NewAction{
		Slug: "A", Name: strings.Repeat("x", 201), Description: strings.Repeat("x", 4001), Draft: catalog.Draft{Triggers: []contract.TriggerID{"login.during"}},
	})
	require.Equal(t, []string{"/slug", "/name", "/description", "/triggers/0"}, at(t, err))
	_, _, err = c.CreateAction(t.Context(), alice, "acme", catalog.NewAction{Slug: "b", Draft: catalog.Draft{ConfigSchema: json.RawMessage(`{"type":"object","required":1}`)}})
	require.Equal(t, []string{"/config_schema/required"}, at(t, err))
}

func TestUpdateAction(t *testing.T) {
	t.Parallel()
	c := newCatalog(t, newStore(t))
	newAction(t, c)
	name := "Check"
	action, err := c.UpdateAction(t.Context(), alice, "acme", "check", catalog.ActionChange{Name: &name})
	require.NoError(t, err)
	require.Equal(t, "Check", action.Name)
	events, _, err := c.Events(t.Context(), "acme", audit.Filter{Type: audit.ActionUpdated})
	require.NoError(t, err)
	require.JSONEq(t, `{"name":"check","description":""}`, string(events[0].Before))
	require.JSONEq(t, `{"name":"Check","description":""}`, string(events[0].After))
	empty := ""
	_, err = c.UpdateAction(t.Context(), alice, "acme", "check", catalog.ActionChange{Name: &empty})
	require.Equal(t, []string{"/name"}, at(t, err))
	_, err = c.UpdateAction(t.Context(), alice, "acme", "none", catalog.ActionChange{})
	require.ErrorIs(t, err, catalog.ErrNotFound)
}

func TestDraftsThatAreRefused(t *testing.T) {
	t.Parallel()
	c := newCatalog(t, newStore(t))
	before := newAction(t, c)
	many := map[string]string{}
	for i := range catalog.MaxFiles + 1 {
		many["f"+strings.Repeat("x", i%100)+strings.Repeat("y", i/100)] = ""
	}
	entry := "none.ts"
	for name, test := range map[string]struct {
		change  catalog.DraftChange
		pointer string
	}{
		"a path upwards":        {catalog.DraftChange{Files: map[string]string{"../a.ts": ""}}, "/files/..~1a.ts"},
		"a path within":         {catalog.DraftChange{Files: map[string]string{"a/../b.ts": ""}}, "/files/a~1..~1b.ts"},
		"an absolute path":      {catalog.DraftChange{Files: map[string]string{"/a.ts": ""}}, "/files/~1a.ts"},
		"a hidden file":         {catalog.DraftChange{Files: map[string]string{".env": ""}}, "/files/.env"},
		"an empty path":         {catalog.DraftChange{Files: map[string]string{"": ""}}, "/files/"},
		"a backslash":           {catalog.DraftChange{Files: map[string]string{`a\b`: ""}}, `/files/a\b`},
		"a file that is large":  {catalog.DraftChange{Files: map[string]string{"a.ts": strings.Repeat("x", catalog.MaxFileBytes+1)}}, "/files/a.ts"},
		"too many files":        {catalog.DraftChange{Files: many}, "/files"},
		"an entry that is none": {catalog.DraftChange{Entry: &entry}, "/entry"},
		"an unknown trigger":    {catalog.DraftChange{Triggers: []contract.TriggerID{"login.after", "x"}}, "/triggers/1"},
		"a bad secret":          {catalog.DraftChange{Secrets: []string{"A", "a b"}}, "/secrets/1"},
		"too many secrets":      {catalog.DraftChange{Secrets: make([]string, 51)}, "/secrets"},
		"a bad schema":          {catalog.DraftChange{ConfigSchema: json.RawMessage(`{"type":"object","properties":[]}`)}, "/config_schema/properties"},
		"a large schema":        {catalog.DraftChange{ConfigSchema: json.RawMessage(`{"type":"object","title":"` + strings.Repeat("x", catalog.MaxSchemaBytes) + `"}`)}, "/config_schema"},
	} {
		_, err := c.SaveDraft(t.Context(), alice, "acme", "check", test.change)
		require.Equal(t, test.pointer, at(t, err)[0], name)
	}
	after, err := c.Draft(t.Context(), "acme", "check")
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestSaveDraft(t *testing.T) {
	t.Parallel()
	c := newCatalog(t, newStore(t))
	newAction(t, c)
	schema := json.RawMessage("{ \"type\": \"object\",\n\"title\": \"<é>\" }")
	draft, err := c.SaveDraft(t.Context(), alice, "acme", "check", catalog.DraftChange{Revision: 1, ConfigSchema: schema})
	require.NoError(t, err)
	require.Equal(t, 2, draft.Revision)
	require.Equal(t, map[string]string{"action.ts": "export {}"}, draft.Files, "what is not said stays")
	require.Equal(t, string(schema), string(draft.ConfigSchema), "as its author wrote it")

	_, err = c.SaveDraft(t.Context(), alice, "acme", "check", catalog.DraftChange{Revision: 1})
	require.ErrorIs(t, err, catalog.ErrConflict)
	_, err = c.SaveDraft(t.Context(), alice, "acme", "check", catalog.DraftChange{Revision: 3})
	require.ErrorIs(t, err, catalog.ErrConflict)
	draft, err = c.SaveDraft(t.Context(), alice, "acme", "check", catalog.DraftChange{ConfigSchema: json.RawMessage{}, Triggers: []contract.TriggerID{}})
	require.NoError(t, err)
	require.Empty(t, draft.ConfigSchema)
	require.Empty(t, draft.Triggers)
	_, err = c.SaveDraft(t.Context(), alice, "acme", "none", catalog.DraftChange{})
	require.ErrorIs(t, err, catalog.ErrNotFound)
}

// Of many who change the same revision one wins; who changes whatever is there always does.
func TestSaveDraftRace(t *testing.T) {
	t.Parallel()
	c := newCatalog(t, newStore(t))
	newAction(t, c)
	var won, lost atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			_, err := c.SaveDraft(context.Background(), alice, "acme", "check", catalog.DraftChange{Revision: 1})
			switch {
			case err == nil:
				won.Add(1)
			case strings.Contains(err.Error(), catalog.ErrConflict.Error()):
				lost.Add(1)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, won.Load())
	require.EqualValues(t, 15, lost.Load())
	for range 16 {
		all.Go(func() {
			if _, err := c.SaveDraft(context.Background(), alice, "acme", "check", catalog.DraftChange{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	draft, err := c.Draft(t.Context(), "acme", "check")
	require.NoError(t, err)
	require.Equal(t, 18, draft.Revision)
}

func TestEntryFile(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		entry string
		files []string
		want  string
	}{
		"named":                {"b.ts", []string{"action.ts", "b.ts"}, "b.ts"},
		"named and not there":  {"c.ts", []string{"action.ts"}, ""},
		"by the order":         {"", []string{"main.js", "index.ts", "action.js"}, "action.js"},
		"the only one":         {"", []string{"check.ts"}, "check.ts"},
		"one of two":           {"", []string{"a.ts", "b.ts"}, ""},
		"none":                 {"", nil, ""},
		"not in a folder":      {"", []string{"lib/action.ts", "lib/b.ts"}, ""},
		"the only one, nested": {"", []string{"lib/a.ts"}, "lib/a.ts"},
	} {
		draft := catalog.Draft{Entry: test.entry, Files: map[string]string{}}
		for _, path := range test.files {
			draft.Files[path] = ""
		}
		require.Equal(t, test.want, draft.EntryFile(), name)
	}
}
