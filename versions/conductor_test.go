package versions_test

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/runtime/host"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/versions/rollout"
)

// stage is a flow with a rollout, and a conductor whose clock is the test's.
type stage struct {
	*versions.Conductor
	store *store
	now   time.Time
}

func newStage(t testing.TB, plan rollout.Plan) *stage {
	t.Helper()
	s := newStore(t)
	flows := newTenant(t, s, "acme")
	newFlow(t, flows, "acme", after("a"))
	st := &stage{store: s, now: now}
	flows.Now = func() time.Time { return st.now }
	keys, err := s.RunKeys(t.Context())
	require.NoError(t, err)
	st.Conductor = &versions.Conductor{Flows: flows, Live: versions.NewLive(t.Context(), s), Sealer: newSealer(t, keys...)}
	start(t, flows, plan)
	return st
}

// count lets users of both cohorts sign in; every failing-th call of the candidate fails.
func (s *stage) count(t testing.TB, calls, failing int) {
	t.Helper()
	c, err := s.Live.Current(t.Context(), login)
	require.NoError(t, err)
	for i := range calls {
		call := rollout.Call{Place: c.Rollout.Salt.Place(rollout.SubjectOf(fmt.Sprint(s.now, i), "", "", "")), Run: fmt.Sprint(i), First: true, Took: time.Millisecond}
		call.Cohort = call.Place.Cohort(c.Rollout.Percent())
		call.Failed = failing > 0 && call.Cohort == rollout.Candidate && i%failing == 0
		c.Counter.Count(&call, s.now)
	}
}

func (s *stage) flow(t testing.TB) versions.Flow {
	t.Helper()
	f, err := s.store.Flow(t.Context(), "acme", "login")
	require.NoError(t, err)
	return f
}

var guarded = rollout.Plan{
	Steps: []rollout.Step{{Percent: 20, Seconds: 60, MinRuns: 50}, {Percent: 100, Seconds: 60}}, Guards: []rollout.Guard{{Metric: rollout.ErrorRate, Max: 0.02}}, Notify: "http://127.0.0.1:9/hook",
}

func TestConductorPromotes(t *testing.T) {
	t.Parallel()
	s := newStage(t, guarded)
	s.now = s.now.Add(59 * time.Second)
	s.count(t, 1000, 0)
	s.Tick(t.Context())
	require.Zero(t, s.flow(t).Rollout.Step, "its time is not over")
	s.now = s.now.Add(time.Second)
	s.Tick(t.Context())
	require.Equal(t, 1, s.flow(t).Rollout.Step)
	s.now = s.now.Add(time.Minute)

	_, err := s.Flows.SetFreezes(t.Context(), alice, login, []versions.Freeze{{From: s.now, To: s.now.Add(time.Hour)}})
	require.NoError(t, err)
	s.Tick(t.Context())
	require.True(t, s.flow(t).Rollout.Active(), "the flow is frozen")
	s.now = s.now.Add(time.Hour)
	s.Tick(t.Context())
	f := s.flow(t)
	require.Equal(t, rollout.Promoted, f.Rollout.State)
	require.Equal(t, 2, f.Revision)
	status, err := s.Flows.Status(t.Context(), login)
	require.NoError(t, err)
	require.Equal(t, int64(1000), status.Totals.Candidate.Runs+status.Totals.Stable.Runs)
	require.Equal(t, rollout.Within, status.Verdicts[0].Standing)
	types := eventTypes(t, s.store)
	require.Equal(t, []audit.EventType{audit.RolloutPromoted, audit.FreezesSaved, audit.RolloutPromoted}, types[len(types)-3:])
}

func TestConductorRollsBack(t *testing.T) {
	t.Parallel()
	s := newStage(t, guarded)
	s.count(t, 1000, 3)
	s.Tick(t.Context())
	f := s.flow(t)
	require.Equal(t, rollout.RolledBack, f.Rollout.State)
	require.Equal(t, 1, f.Revision)
	b := f.Rollout.Breach
	require.Equal(t, rollout.ErrorRate, b.Guard.Metric)
	require.InDelta(t, 0.33, b.Candidate, 0.1)
	require.Zero(t, b.Stable)
	require.Len(t, b.Runs, 5)
	require.True(t, f.Notice.Waits())
	r, err := s.Flows.Revision(t.Context(), "acme", "login", 2)
	require.NoError(t, err)
	require.Equal(t, "durward", r.Recall.By.Name)
	require.Contains(t, eventTypes(t, s.store), audit.RolloutBreached)
	c, err := s.Live.Current(t.Context(), login)
	require.NoError(t, err)
	require.Nil(t, c.Rollout)
	s.Tick(t.Context())
	require.Equal(t, f.Edition, s.flow(t).Edition, "once")
}

// Several nodes count and decide on the same figures, and what they decide happens once.
func TestConductorsTogether(t *testing.T) {
	t.Parallel()
	s := newStage(t, guarded)
	nodes := []*stage{s}
	for range 3 {
		c := *s
		c.Conductor = &versions.Conductor{Flows: s.Flows, Live: versions.NewLive(t.Context(), s.store), Sealer: s.Sealer}
		nodes = append(nodes, &c)
	}
	for _, n := range nodes {
		n.count(t, 150, 3)
	}
	var all sync.WaitGroup
	for _, n := range nodes {
		all.Go(func() { n.Tick(t.Context()) })
	}
	all.Wait()
	s.Tick(t.Context())
	require.Equal(t, rollout.RolledBack, s.flow(t).Rollout.State)
	events, _, err := s.store.Events(t.Context(), "acme", audit.Filter{Type: audit.RolloutBreached})
	require.NoError(t, err)
	require.Len(t, events, 1)
}

type notifier func(*versions.Notice, []byte) error

func (n notifier) Notify(_ context.Context, _ catalog.TenantID, notice *versions.Notice, body []byte) error {
	return n(notice, body)
}

func TestNotices(t *testing.T) {
	t.Parallel()
	s := newStage(t, guarded)
	s.count(t, 1000, 3)
	s.Tick(t.Context())
	var ids []string
	var bodies []map[string]any
	s.Notifier = notifier(func(n *versions.Notice, body []byte) error {
		ids = append(ids, n.ID)
		var decoded map[string]any
		if err := json.Unmarshal(body, &decoded); err != nil {
			return err
		}
		bodies = append(bodies, decoded)
		if len(ids) < 3 {
			return errors.New("nobody there")
		}
		return nil
	})
	send := func() { s.SendNotices(t.Context()) }
	send()
	n := s.flow(t).Notice
	require.Equal(t, 1, n.Attempts)
	require.Equal(t, "nobody there", n.Error)
	send()
	require.Len(t, ids, 1, "the next attempt waits")
	for range 4 {
		s.now = s.now.Add(10 * time.Minute)
		send()
	}
	require.Len(t, ids, 3)
	require.Equal(t, ids[0], ids[2], "the same notice")
	require.Equal(t, "rollout.rolled_back", bodies[0]["type"])
	require.EqualValues(t, 2, bodies[0]["candidate"])
	n = s.flow(t).Notice
	require.False(t, n.Waits())
	require.Equal(t, 3, n.Attempts)
	refs, err := s.store.Unfinished(t.Context())
	require.NoError(t, err)
	require.Empty(t, refs)
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	var got http.Header
	var body string
	status := 204
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		got, body = r.Header, string(text)
		w.WriteHeader(status)
	}))
	defer target.Close()
	s := newStore(t)
	newTenant(t, s, "acme")
	c := catalog.New(t.Context(), s, schemasHere, catalog.Options{})
	broker := host.New(host.Options{})
	defer broker.Close()
	w := &versions.Webhook{Broker: broker, Settings: versions.NewSettings(t.Context(), c, catalog.Limits{}), Tenants: c, Now: clock}
	n := &versions.Notice{ID: "n-1", URL: target.URL + "/hook"}
	require.ErrorContains(t, w.Notify(t.Context(), "acme", n, []byte(`{}`)), "the tenant allows no others")
	require.Nil(t, got)
	_, err := c.SaveTenantLimits(t.Context(), alice, "acme", nil, catalog.TenantLimits{InternalHosts: []string{strings.TrimPrefix(target.URL, "http://")}})
	require.NoError(t, err)
	require.NoError(t, w.Notify(t.Context(), "acme", n, []byte(`{"a":1}`)))
	require.Equal(t, `{"a":1}`, body)
	require.Equal(t, "n-1", got.Get("webhook-id"))
	require.Equal(t, fmt.Sprint(now.Unix()), got.Get("webhook-timestamp"))
	require.Regexp(t, `^v1,[A-Za-z0-9+/]{43}=$`, got.Get("webhook-signature"))
	status = 500
	require.EqualError(t, w.Notify(t.Context(), "acme", n, []byte(`{}`)), "the target answered with status 500")
}

func TestRunKeysAreRenewed(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	st := &stage{store: s, now: now}
	flows := &versions.Flows{Store: s, Now: func() time.Time { return st.now }}
	first, err := s.RunKeys(t.Context())
	require.NoError(t, err)
	sealer, err := versions.NewSealer(first, 0)
	require.NoError(t, err)
	c := &versions.Conductor{Flows: flows, Live: versions.NewLive(t.Context(), s), Sealer: sealer}
	token := func() string {
		run, err := sealer.Start(login, 1, st.now)
		require.NoError(t, err)
		return sealer.Seal(run)
	}
	valid := func(token string) bool {
		_, err := sealer.Open(token, login, st.now)
		return err == nil
	}
	count := func() int {
		keys, err := s.RunKeys(t.Context())
		require.NoError(t, err)
		return len(keys)
	}
	c.RenewKeys(t.Context())
	require.Equal(t, 2, count(), "the first key has no age")
	before := token()
	require.Equal(t, keyOf(t, before), first[0].ID, "the new key is not known to all nodes yet")
	st.now = st.now.Add(2 * time.Minute)
	c.RenewKeys(t.Context())
	behind := token()
	require.NotEqual(t, keyOf(t, before), keyOf(t, behind))
	require.True(t, valid(before) && valid(behind))
	st.now = st.now.Add(23 * time.Hour)
	c.RenewKeys(t.Context())
	require.Equal(t, 2, count())
	require.True(t, valid(before))
	st.now = st.now.Add(3 * time.Hour)
	c.RenewKeys(t.Context())
	require.Equal(t, 1, count(), "no valid run has the old one")
	st.now = st.now.Add(31 * 24 * time.Hour)
	c.RenewKeys(t.Context())
	require.Equal(t, 2, count(), "the key was a month old")

	old := token()
	_, err = flows.RotateRunKeys(t.Context(), sealer, false)
	require.NoError(t, err)
	require.True(t, valid(old) && valid(token()))
	_, err = flows.RotateRunKeys(t.Context(), sealer, true)
	require.NoError(t, err)
	require.False(t, valid(old))
	require.True(t, valid(token()))
	require.Equal(t, 1, count())
}

func keyOf(t testing.TB, token string) uint32 {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(token)
	require.NoError(t, err)
	return binary.BigEndian.Uint32(raw[1:])
}
