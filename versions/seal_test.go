package versions_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/versions/rollout"
)

func runKey(id uint32, first byte) versions.RunKey {
	return versions.RunKey{ID: id, Secret: [32]byte{first, 2, 3}}
}

func newSealer(t testing.TB, keys ...versions.RunKey) *versions.Sealer {
	t.Helper()
	s, err := versions.NewSealer(keys, time.Hour)
	require.NoError(t, err)
	return s
}

func TestSeal(t *testing.T) {
	t.Parallel()
	s := newSealer(t, runKey(1, 1))
	longest := versions.FlowRef{Tenant: catalog.TenantID(strings.Repeat("a", catalog.MaxSlug)), Flow: versions.FlowSlug(strings.Repeat("b", catalog.MaxSlug))}
	for _, ref := range []versions.FlowRef{login, {Tenant: "a", Flow: "b"}, longest} {
		for _, revision := range []int{0, 1, 1<<32 - 1} {
			run, err := s.Start(ref, revision, now.Add(123456*time.Microsecond))
			require.NoError(t, err)
			require.Equal(t, now.Add(123*time.Millisecond), run.Started)
			token := s.Seal(run)
			require.Regexp(t, `^[A-Za-z0-9_-]+$`, token)
			got, err := s.Open(token, ref, now)
			require.NoError(t, err)
			require.Equal(t, run, got)
			run.Cohort, run.Rollout, run.Forced = rollout.Candidate, 7, true
			got, err = s.Open(s.Seal(run), ref, now)
			require.NoError(t, err)
			require.Equal(t, run, got)
		}
	}
	_, err := versions.NewSealer(nil, 0)
	require.Error(t, err)
}

func TestRunsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newSealer(t, runKey(1, 1))
	run := versions.Run{ID: uuid.UUID{15: 9}, Tenant: "acme", Flow: "login", Revision: 3, Started: now}
	token := s.Seal(run)
	raw, err := base64.RawURLEncoding.DecodeString(token)
	require.NoError(t, err)
	for name, test := range map[string]struct {
		token string
		ref   versions.FlowRef
		at    time.Time
	}{
		"nothing":              {"", login, now},
		"words":                {"not a token", login, now},
		"cut off":              {token[:len(token)-1], login, now},
		"longer":               {token + "AAAA", login, now},
		"a new line":           {token[:9] + "\n" + token[9:], login, now},
		"a new line at last":   {token + "\r\n", login, now},
		"padding":              {token + "=", login, now},
		"another alphabet":     {base64.RawStdEncoding.EncodeToString(append(raw, 0xff, 0xff)), login, now},
		"much":                 {strings.Repeat("A", 1<<20), login, now},
		"no signature":         {base64.RawURLEncoding.EncodeToString(raw[:len(raw)-32]), login, now},
		"an empty signature":   {base64.RawURLEncoding.EncodeToString(append(raw[:len(raw)-32:len(raw)-32], make([]byte, 32)...)), login, now},
		"another flow":         {token, versions.FlowRef{Tenant: "acme", Flow: "login-partners"}, now},
		"another tenant":       {token, versions.FlowRef{Tenant: "other", Flow: "login"}, now},
		"one slug of both":     {token, versions.FlowRef{Tenant: "acmel", Flow: "ogin"}, now},
		"expired":              {token, login, now.Add(time.Hour + time.Millisecond)},
		"from the future":      {token, login, now.Add(-time.Hour - time.Millisecond)},
		"of another key":       {newSealer(t, runKey(1, 7)).Seal(run), login, now},
		"of an unknown key":    {newSealer(t, runKey(2, 1)).Seal(run), login, now},
		"sealed for the other": {s.Seal(versions.Run{ID: run.ID, Tenant: "acmelogin", Started: now}), login, now},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := s.Open(test.token, test.ref, test.at)
			require.ErrorIs(t, err, versions.ErrInvalidRun)
			require.Zero(t, got)
		})
	}
	_, err = s.Open(token, login, now.Add(time.Hour))
	require.NoError(t, err, "valid to the end of its lifetime")
	for i := range raw { // every bit counts
		for bit := range 8 {
			changed := append([]byte{}, raw...)
			changed[i] ^= 1 << bit
			_, err := s.Open(base64.RawURLEncoding.EncodeToString(changed), login, now)
			require.ErrorIs(t, err, versions.ErrInvalidRun, "byte %d, bit %d", i, bit)
		}
	}
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	older, newer := runKey(1, 1), runKey(2, 2)
	keys := []versions.RunKey{newer, older}
	before, between, after := newSealer(t, older), newSealer(t, keys...), newSealer(t, newer)
	keys[0] = older // a sealer's keys are its own
	run := versions.Run{ID: uuid.UUID{1}, Tenant: "acme", Flow: "login", Revision: 3, Started: now}
	got, err := between.Open(before.Seal(run), login, now)
	require.NoError(t, err)
	require.Equal(t, run, got)
	_, err = after.Open(between.Seal(got), login, now)
	require.NoError(t, err, "sealed anew it has the newest key")
	_, err = after.Open(before.Seal(run), login, now)
	require.ErrorIs(t, err, versions.ErrInvalidRun)
}

// Only the one token that was sealed is accepted.
func FuzzOpen(f *testing.F) {
	s := newSealer(f, runKey(1, 1), runKey(2, 2))
	token := s.Seal(versions.Run{ID: uuid.UUID{1}, Tenant: "acme", Flow: "login", Revision: 3, Started: now})
	f.Add(token)
	f.Add(token + "\n")
	f.Add(token[:40])
	f.Add(strings.ToLower(token))
	f.Add(newSealer(f, runKey(3, 3)).Seal(versions.Run{Tenant: "acme", Flow: "login", Started: now}))
	f.Fuzz(func(t *testing.T, other string) {
		run, err := s.Open(other, login, now)
		require.Equal(t, other == token, err == nil)
		if err != nil {
			require.ErrorIs(t, err, versions.ErrInvalidRun)
			require.Zero(t, run)
		}
	})
}
