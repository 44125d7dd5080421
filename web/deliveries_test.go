package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/idempotency"
	"github.com/durward/durward/web"
	"github.com/durward/durward/web/api"
)

// logoutFlow publishes actions for logout.after and attaches them, in the order of their names' list.
func (s *server) logoutFlow(tenant string, keys map[string]string, sources map[string]string, names ...string) {
	s.t.Helper()
	var list []api.Attachment
	for _, name := range names {
		s.publishFor(tenant, keys, name, sources[name], "logout.after")
		list = append(list, api.Attachment{ID: name, Action: name, Version: "1.0.0"})
	}
	s.call(keys["publisher"], "POST", "/v1/tenants/"+tenant+"/flows", api.NewFlow{
		Slug: "logout", Kind: "logout", Slots: map[string]api.Slot{"after": {Default: list, Order: "user"}},
	}).into(201, nil)
}

func (s *server) publishFor(tenant string, keys map[string]string, slug, source, trigger string) {
	s.t.Helper()
	base := "/v1/tenants/" + tenant + "/actions"
	s.call(keys["author"], "POST", base, api.NewAction{Slug: slug, Source: api.Source{Files: map[string]string{"action.ts": source}, Triggers: []string{trigger}}}).into(201, nil)
	s.call(keys["publisher"], "POST", base+"/"+slug+"/versions", api.Publication{Number: "1.0.0"}).into(201, nil)
}

func (s *server) logout(keys map[string]string, user string, headers ...string) api.Answer {
	s.t.Helper()
	var a api.Answer
	body := fmt.Sprintf(`{"user":{"id":%q,"email":""},"request":{"id":"r-%s"},"state":{"a":1}}`, user, user)
	s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/logout/slots/after/execute", body, headers...).into(202, &a)
	return a
}

// attempts waits until the delivery has so many records, and returns them, oldest first.
func (s *server) attempts(keys map[string]string, delivery string, n int) []api.Record {
	s.t.Helper()
	var list api.List[api.Record]
	require.Eventually(s.t, func() bool {
		s.call(keys["viewer"], "GET", "/v1/tenants/acme/audit/executions?delivery="+delivery, nil).into(200, &list)
		return len(list.Items) >= n
	}, time.Minute, 5*time.Millisecond)
	require.Len(s.t, list.Items, n)
	for i, j := 0, len(list.Items)-1; i < j; i, j = i+1, j-1 {
		list.Items[i], list.Items[j] = list.Items[j], list.Items[i]
	}
	return list.Items
}

const flaky = `export function execute(input) {
  console.log(input.context.idempotency_key + " " + JSON.stringify(input.state));
  if (input.context.attempt < 2) throw new Error("not yet");
  return { kind: "continue", state: { flaky: input.context.attempt } };
}`

const steady = `export function execute(input) {
  console.log(input.context.idempotency_key + " " + JSON.stringify(input.state));
  return { kind: "continue", state: { steady: input.context.attempt } };
}`

const hopeless = `export function execute() { throw new Error("never"); }`

func TestDeliveryIsRetried(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.logoutFlow("acme", keys, map[string]string{"flaky": flaky, "steady": steady}, "flaky", "steady")
	a := s.logout(keys, "u1", "Idempotency-Key", "once")
	require.Equal(t, "continue", a.Kind)
	require.NotEmpty(t, a.Run)
	require.JSONEq(t, `{"a":1}`, string(a.State))
	require.Empty(t, a.Actions)
	again := s.logout(keys, "u1", "Idempotency-Key", "once")
	require.Equal(t, a, again, "and nothing is delivered twice")

	records := s.attempts(keys, a.Delivery, 2)
	first, second := records[0], records[1]
	require.Equal(t, []int{1, 2}, []int{first.Attempt, second.Attempt})
	require.Equal(t, "r-u1", first.Request)
	require.Equal(t, first.Run, second.Run)
	require.Equal(t, "not yet", strings.TrimPrefix(first.Actions[0].Failure.Message, "Error: "))
	require.Equal(t, "steady", first.Actions[1].Action, "a failure does not hold up the others")
	require.Len(t, second.Actions, 1, "what did not fail does not run again")
	require.Equal(t, `once/flaky {"a":1}`, first.Actions[0].Logs[0].Message)
	require.Equal(t, `once/flaky {"a":1,"steady":1}`, second.Actions[0].Logs[0].Message, "the same key, and the state of before")
	require.Eventually(t, func() bool {
		return s.call(keys["viewer"], "GET", "/v1/tenants/acme/deliveries/"+a.Delivery, nil).status == 404
	}, time.Minute, time.Millisecond)
	// What ends is counted once it is stored: whoever sees it in the store may come before the count.
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		metrics := s.metrics()
		for _, line := range []string{
			"durward_deliveries_accepted_total 1", "durward_deliveries_completed_total 1", "durward_deliveries_retried_total 1", "durward_deliveries_waiting 0",
			`durward_delivery_attempts_total{result="failed",trigger="logout.after"} 1`, `durward_delivery_attempts_total{result="done",trigger="logout.after"} 1`,
		} {
			require.Contains(c, metrics, line+"\n")
		}
	}, time.Minute, 5*time.Millisecond)
}

func TestDeadLetters(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.logoutFlow("acme", keys, map[string]string{"hopeless": hopeless, "steady": steady}, "hopeless", "steady")
	base := "/v1/tenants/acme"
	a := s.logout(keys, "u1")
	s.attempts(keys, a.Delivery, 2)
	dead := s.awaitDead(keys, a.Delivery)
	require.Equal(t, 2, dead.Attempt)
	require.Equal(t, []string{"steady"}, dead.Done)
	require.Contains(t, dead.Failure, "hopeless@1.0.0: thrown: ")
	require.True(t, dead.InOrder)
	require.JSONEq(t, `{"user":{"id":"u1","email":""},"request":{"id":"r-u1"},"state":{"a":1}}`, string(dead.Call))
	var list api.List[api.Delivery]
	s.call(keys["viewer"], "GET", base+"/dead-letters", nil).into(200, &list)
	require.Len(t, list.Items, 1)
	require.Nil(t, list.Items[0].Call)
	s.call(keys["viewer"], "GET", base+"/deliveries", nil).into(200, &list)
	require.Empty(t, list.Items)

	s.call(keys["author"], "POST", base+"/dead-letters/"+a.Delivery+"/redrive", `{}`).problem(403, "forbidden")
	s.call(keys["publisher"], "POST", base+"/dead-letters/none/redrive", `{}`).problem(404, "not_found")
	s.call(keys["publisher"], "POST", base+"/dead-letters/"+a.Delivery+"/redrive", `{}`).into(200, nil)
	records := s.attempts(keys, a.Delivery, 4)
	require.Equal(t, []int{4, 1}, []int{records[3].Attempt, records[3].Revision}, "still at the revision of its acceptance")
	s.awaitDead(keys, a.Delivery)

	s.publishFor("acme", keys, "fixed", steady, "logout.after")
	s.call(keys["publisher"], "PUT", base+"/flows/logout", api.FlowChange{Base: 1, Slots: map[string]api.Slot{"after": {Default: []api.Attachment{
		{ID: "hopeless", Action: "fixed", Version: "1.0.0"}, {ID: "steady", Action: "steady", Version: "1.0.0"},
	}}}}).into(200, nil)
	s.call(keys["publisher"], "POST", base+"/dead-letters/"+a.Delivery+"/redrive", `{"live":true}`).into(200, nil)
	records = s.attempts(keys, a.Delivery, 5)
	require.Equal(t, 2, records[4].Revision)
	require.Equal(t, "fixed", records[4].Actions[0].Action)
	require.Len(t, records[4].Actions, 1)

	var edits api.List[api.Event]
	s.call(keys["viewer"], "GET", base+"/audit/edits?type=delivery.redriven", nil).into(200, &edits)
	require.Len(t, edits.Items, 2)
	require.Equal(t, []any{a.Delivery, 2, "logout", "publisher"}, []any{edits.Items[0].Subject, edits.Items[0].Revision, edits.Items[0].Flow, edits.Items[0].Actor.Name})
}

// awaitDead waits until a delivery is a dead letter.
func (s *server) awaitDead(keys map[string]string, id string) (d api.Delivery) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		s.call(keys["viewer"], "GET", "/v1/tenants/acme/deliveries/"+id, nil).into(200, &d)
		return d.State == "dead"
	}, time.Minute, 5*time.Millisecond)
	return d
}

func TestDiscard(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.logoutFlow("acme", keys, map[string]string{"hopeless": hopeless}, "hopeless")
	a := s.logout(keys, "u1")
	s.awaitDead(keys, a.Delivery)
	path := "/v1/tenants/acme/dead-letters/" + a.Delivery
	s.call(keys["viewer"], "DELETE", path, nil).problem(403, "forbidden")
	var d api.Delivery
	s.call(keys["publisher"], "DELETE", path, nil).into(200, &d)
	require.Equal(t, a.Delivery, d.ID)
	s.call(keys["publisher"], "DELETE", path, nil).problem(404, "not_found")
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/deliveries/"+a.Delivery, nil).problem(404, "not_found")
	var edits api.List[api.Event]
	s.call(keys["viewer"], "GET", "/v1/tenants/acme/audit/edits?type=delivery.discarded", nil).into(200, &edits)
	require.Len(t, edits.Items, 1)
}

func TestDeliveryOfNothing(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	keys := s.tenant("acme")
	s.logoutFlow("acme", keys, nil)
	a := s.logout(keys, "u1")
	records := s.attempts(keys, a.Delivery, 1)
	require.Empty(t, records[0].Actions)
	require.Contains(t, s.metrics(), "durward_deliveries_accepted_total 0\n", "there is nothing to be stored for")
	var p api.Problem
	s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/logout/slots/after/execute", `{"user":{"id":"u1"}}`).into(422, &p)
	require.Equal(t, "/user/email", p.Errors[0].Pointer)
}

// full has no room.
type full struct{ deliveries.Store }

func (full) AddDelivery(context.Context, deliveries.Delivery, deliveries.Bounds) error {
	return deliveries.ErrFull
}

func (full) DeliveryCounts(context.Context) (deliveries.Counts, error) {
	return deliveries.Counts{}, nil
}

func (full) AddAnsweredDelivery(context.Context, deliveries.Delivery, deliveries.Bounds, idempotency.Answer, idempotency.Bounds) (idempotency.Kept, error) {
	return idempotency.Kept{}, deliveries.ErrFull
}

func TestTooManyDeliveries(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *web.Config) {
		c.Deliveries = deliveries.New(full{}, deliveries.Options{})
		c.Executor.Deliveries = c.Deliveries
	})
	keys := s.tenant("acme")
	s.logoutFlow("acme", keys, map[string]string{"steady": steady}, "steady")
	for _, headers := range [][]string{nil, {"Idempotency-Key", "k"}, {"Idempotency-Key", "k"}} {
		r := s.call(keys["execute"], "POST", "/v1/tenants/acme/flows/logout/slots/after/execute", `{"user":{"id":"u1","email":""}}`, headers...)
		r.problem(429, "too_many_deliveries")
		require.NotEmpty(t, r.header.Get("Retry-After"))
	}
}
