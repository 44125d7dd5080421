package versions_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/versions"
	"github.com/durward/durward/versions/rollout"
)

func TestPasses(t *testing.T) {
	t.Parallel()
	s := newSealer(t, runKey(1, 1))
	pass := s.SealPass(versions.Pass{FlowRef: login, Rollout: 3, Cohort: rollout.Candidate, Expires: now.Add(time.Minute)})
	cohort, err := s.OpenPass(pass, login, 3, now)
	require.NoError(t, err)
	require.Equal(t, rollout.Candidate, cohort)
	run := s.Seal(versions.Run{ID: uuid.UUID{1}, Tenant: "acme", Flow: "login", Revision: 3, Started: now})
	for name, test := range map[string]struct {
		pass    string
		ref     versions.FlowRef
		rollout int
		at      time.Time
	}{
		"nothing":         {"", login, 3, now},
		"another flow":    {pass, versions.FlowRef{Tenant: "acme", Flow: "other"}, 3, now},
		"another tenant":  {pass, versions.FlowRef{Tenant: "other", Flow: "login"}, 3, now},
		"another rollout": {pass, login, 4, now},
		"expired":         {pass, login, 3, now.Add(time.Minute)},
		"a run":           {run, login, 3, now},
		"another key":     {newSealer(t, runKey(1, 9)).SealPass(versions.Pass{FlowRef: login, Rollout: 3, Cohort: rollout.Candidate, Expires: now.Add(time.Minute)}), login, 3, now},
	} {
		_, err := s.OpenPass(test.pass, test.ref, test.rollout, test.at)
		require.ErrorIs(t, err, versions.ErrInvalidPass, name)
	}
	_, err = s.Open(pass, login, now)
	require.ErrorIs(t, err, versions.ErrInvalidRun, "a pass is no run")
}

// What was sealed before there were rollouts is still valid.
func TestOldTokens(t *testing.T) {
	t.Parallel()
	key := versions.RunKey{ID: 1, Secret: [32]byte{1, 2, 3}}
	s := newSealer(t, key)
	run := versions.Run{ID: uuid.UUID{7, 15: 9}, Tenant: "acme", Flow: "login", Revision: 3, Started: now}
	got, err := s.Open(oldToken(&key, run), login, now)
	require.NoError(t, err)
	require.Equal(t, run, got)
}

// oldToken seals as programs did before there were rollouts: base64url of 1, key id, start in milliseconds, revision, run id, tenant, flow, and the HMAC-SHA256 of it.
func oldToken(key *versions.RunKey, r versions.Run) string {
	b := binary.BigEndian.AppendUint32([]byte{1}, key.ID)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Started.UnixMilli()))
	b = append(binary.BigEndian.AppendUint32(b, uint32(r.Revision)), r.ID[:]...)
	b = append(append(b, byte(len(r.Tenant))), r.Tenant...)
	b = append(append(b, byte(len(r.Flow))), r.Flow...)
	mac := hmac.New(sha256.New, key.Secret[:])
	mac.Write(b)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(b))
}

// Only the one pass that was sealed is accepted, and for what it was sealed.
func FuzzOpenPass(f *testing.F) {
	s := newSealer(f, runKey(1, 1))
	pass := s.SealPass(versions.Pass{FlowRef: login, Rollout: 3, Cohort: rollout.Candidate, Expires: now.Add(time.Minute)})
	f.Add(pass)
	f.Add(pass[:20])
	f.Add(s.Seal(versions.Run{Tenant: "acme", Flow: "login", Started: now}))
	f.Fuzz(func(t *testing.T, other string) {
		_, err := s.OpenPass(other, login, 3, now)
		require.Equal(t, other == pass, err == nil)
	})
}
