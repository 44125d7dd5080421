package storetest

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/idempotency"
)

var plenty = deliveries.Bounds{Entries: 1000, Bytes: 10 << 20}

// delivery is the delivery number n of a tenant, accepted n seconds after now.
func delivery(owner catalog.TenantID, n int) deliveries.Delivery {
	at := now.Add(time.Duration(n) * time.Second)
	return deliveries.Delivery{
		ID: fmt.Sprintf("id-%03d", n), Tenant: owner, Flow: "logout", Slot: "after", Revision: 3, Run: "run", RunStarted: now, Method: "password",
		User: "u1", Request: "r1", IdempotencyKey: "key", AcceptedAt: at, Due: at, Call: []byte("{}\x00\xff"),
	}
}

func add(t *testing.T, s Store, list ...deliveries.Delivery) {
	t.Helper()
	for _, d := range list {
		require.NoError(t, s.AddDelivery(t.Context(), d, plenty))
	}
}

// claim claims up to limit deliveries of acme that are due after so many seconds, for a minute.
func claim(t *testing.T, s Store, after, limit int) (claimed []deliveries.Delivery, next time.Time) {
	t.Helper()
	at := now.Add(time.Duration(after) * time.Second)
	claimed, next, err := s.ClaimDeliveries(t.Context(), "acme", deliveries.Claim{Now: at, Until: at.Add(time.Minute), Limit: limit})
	require.NoError(t, err)
	return claimed, next
}

func deliveryIDs(list []deliveries.Delivery) (names []string) {
	for _, d := range list {
		names = append(names, d.ID)
	}
	return names
}

// testAnsweredDeliveries shows that a delivery and the answer to its call are stored both or neither.
func testAnsweredDeliveries(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	has := func(d, a int) (delivered, answered bool) {
		_, noDelivery := s.Delivery(ctx, "acme", delivery("acme", d).ID)
		_, noAnswer := s.Answer(ctx, answer("acme", a).Ref)
		return noDelivery == nil, noAnswer == nil
	}
	check := func(d, a int, delivered, answered bool, why string) {
		t.Helper()
		hasDelivery, hasAnswer := has(d, a)
		require.Equal(t, []bool{delivered, answered}, []bool{hasDelivery, hasAnswer}, why)
	}
	_, err := s.AddAnsweredDelivery(ctx, delivery("acme", 1), deliveries.Bounds{}, answer("acme", 1), roomy)
	require.ErrorIs(t, err, deliveries.ErrFull)
	check(1, 1, false, false, "without room for the delivery")
	kept, err := s.AddAnsweredDelivery(ctx, delivery("acme", 1), plenty, answer("acme", 1), roomy)
	require.NoError(t, err)
	require.Equal(t, idempotency.Kept{}, kept)
	check(1, 1, true, true, "with room")
	kept, err = s.AddAnsweredDelivery(ctx, delivery("acme", 2), plenty, answer("acme", 1), roomy)
	require.NoError(t, err)
	require.Equal(t, answer("acme", 1), *kept.Before)
	check(2, 1, false, true, "what was answered is not delivered again")
	_, err = s.AddAnsweredDelivery(ctx, delivery("acme", 1), plenty, answer("acme", 2), roomy)
	require.ErrorIs(t, err, catalog.ErrExists)
	check(1, 2, true, false, "a delivery that is there")
	small := idempotency.Bounds{Entries: 1, Bytes: 1, From: now}
	_, err = s.AddAnsweredDelivery(ctx, delivery("acme", 3), plenty, answer("acme", 3), small)
	require.NoError(t, err)
	check(3, 3, true, false, "an answer that is too large to be kept")
}

func testDeliveries(t *testing.T, s Store) {
	ctx := t.Context()
	require.ErrorIs(t, s.AddDelivery(ctx, delivery("acme", 1), plenty), catalog.ErrNotFound, "no such tenant")
	tenant(t, s, "acme")
	tenant(t, s, "other")
	a := delivery("acme", 1)
	add(t, s, a, delivery("acme", 2), delivery("acme", 3), delivery("other", 1))
	require.ErrorIs(t, s.AddDelivery(ctx, a, plenty), catalog.ErrExists)

	a.State = deliveries.Waiting
	got, err := s.Delivery(ctx, "acme", a.ID)
	require.NoError(t, err)
	require.Equal(t, a, got)
	_, err = s.Delivery(ctx, "acme", "none")
	require.ErrorIs(t, err, catalog.ErrNotFound)

	due, err := s.DueDeliveries(ctx)
	require.NoError(t, err)
	require.Equal(t, map[catalog.TenantID]time.Time{"acme": a.Due, "other": delivery("other", 1).Due}, due)

	claimed, next := claim(t, s, 2, 10)
	require.Equal(t, []string{"id-001", "id-002"}, deliveryIDs(claimed), "what is due, longest first")
	require.Equal(t, delivery("acme", 3).Due, next)
	require.Equal(t, deliveries.Running, claimed[0].State)
	require.Equal(t, a.Call, claimed[0].Call)
	require.Equal(t, []int{1, 1}, []int{claimed[0].Attempt, claimed[0].Tries})

	require.NoError(t, s.FinishDelivery(ctx, claimed[0]))
	_, err = s.Delivery(ctx, "acme", a.ID)
	require.ErrorIs(t, err, catalog.ErrNotFound, "what is done is gone")
	list := all(t, 1, func(p catalog.Page) (catalog.List[deliveries.Delivery], error) {
		return s.Deliveries(ctx, "acme", false, p)
	})
	require.Equal(t, []string{"id-003", "id-002"}, deliveryIDs(list))
	require.Equal(t, []deliveries.State{deliveries.Waiting, deliveries.Running}, []deliveries.State{list[0].State, list[1].State})
	require.Empty(t, list[0].Call)
	counts, err := s.DeliveryCounts(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 3, counts.Waiting)
	_, err = s.Deliveries(ctx, "nobody", false, catalog.Page{})
	require.ErrorIs(t, err, catalog.ErrNotFound)
}

func testDeliveryClaims(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	add(t, s, delivery("acme", 1))
	first, next := claim(t, s, 1, 10)
	require.Len(t, first, 1)
	require.Equal(t, now.Add(61*time.Second), next, "when the claim expires")
	none, _ := claim(t, s, 60, 10)
	require.Empty(t, none, "it is claimed")

	second, _ := claim(t, s, 61, 10)
	require.Len(t, second, 1, "the claim has expired")
	require.Equal(t, 2, second[0].Attempt)
	require.ErrorIs(t, s.FinishDelivery(ctx, first[0]), deliveries.ErrLost)
	require.ErrorIs(t, s.RetryDelivery(ctx, first[0]), deliveries.ErrLost)
	_, err := s.BuryDelivery(ctx, first[0], plenty)
	require.ErrorIs(t, err, deliveries.ErrLost)

	d := second[0]
	d.Due, d.Tries, d.Done, d.RunState, d.Failure = now.Add(time.Hour), 1, []string{"a1"}, json.RawMessage(`{"a":1}`), "it failed"
	require.NoError(t, s.RetryDelivery(ctx, d))
	require.ErrorIs(t, s.RetryDelivery(ctx, d), deliveries.ErrLost, "it was given back")
	got, err := s.Delivery(ctx, "acme", d.ID)
	require.NoError(t, err)
	want := d
	want.State = deliveries.Waiting
	require.Equal(t, want, got)
	none, next = claim(t, s, 3599, 10)
	require.Empty(t, none)
	require.Equal(t, d.Due, next)
	third, _ := claim(t, s, 3600, 10)
	require.Equal(t, []int{3, 2}, []int{third[0].Attempt, third[0].Tries})
	require.NoError(t, s.FinishDelivery(ctx, third[0]))
	require.ErrorIs(t, s.FinishDelivery(ctx, third[0]), deliveries.ErrLost)
	due, err := s.DueDeliveries(ctx)
	require.NoError(t, err)
	require.Empty(t, due)
	counts, err := s.DeliveryCounts(ctx)
	require.NoError(t, err)
	require.Zero(t, counts)
}

func testDeliveryLines(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	for n, line := range []string{"ada", "ada", "bob", "", "ada", "bob"} {
		d := delivery("acme", 10-n) // the order is that of acceptance, whatever ids and clocks say
		d.Line, d.Due = line, now
		add(t, s, d)
	}
	step := func(settle func(deliveries.Delivery) error, want ...string) {
		claimed, _ := claim(t, s, 0, 10)
		require.ElementsMatch(t, want, deliveryIDs(claimed))
		none, _ := claim(t, s, 0, 10)
		require.Empty(t, none)
		for _, d := range claimed {
			require.NoError(t, settle(d))
		}
	}
	finish := func(d deliveries.Delivery) error { return s.FinishDelivery(ctx, d) }
	step(func(d deliveries.Delivery) error {
		if d.Line == "" {
			return finish(d)
		}
		d.Due = now // it failed, and stays first
		return s.RetryDelivery(ctx, d)
	}, "id-010", "id-008", "id-007")
	step(func(d deliveries.Delivery) error {
		if d.Line == "bob" {
			_, err := s.BuryDelivery(ctx, d, plenty)
			return err
		}
		return finish(d)
	}, "id-010", "id-008")
	_, err := s.RedriveDelivery(ctx, "acme", "id-008", 3, now, plenty)
	require.NoError(t, err)
	step(finish, "id-009", "id-005")
	step(finish, "id-006", "id-008")
	step(finish)
}

func testDeliveryClaimRace(t *testing.T, s Store) {
	tenant(t, s, "acme")
	const n, claimers = 40, 8
	for i := range n {
		add(t, s, delivery("acme", i))
	}
	var all sync.WaitGroup
	claimed := make(chan string, n*claimers)
	for range claimers {
		all.Go(func() {
			for {
				list, _, err := s.ClaimDeliveries(t.Context(), "acme", deliveries.Claim{Now: now.Add(time.Hour), Until: now.Add(2 * time.Hour), Limit: 3})
				if err != nil || len(list) == 0 {
					if err != nil {
						t.Error(err)
					}
					return
				}
				for _, d := range list {
					claimed <- d.ID
				}
			}
		})
	}
	all.Wait()
	close(claimed)
	seen := map[string]bool{}
	for id := range claimed {
		require.False(t, seen[id], "%s is claimed once", id)
		seen[id] = true
	}
	require.Len(t, seen, n)
}

func testDeliveryBounds(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	tenant(t, s, "other")
	two := deliveries.Bounds{Entries: 2, Bytes: 1 << 20}
	for n := range 2 {
		require.NoError(t, s.AddDelivery(ctx, delivery("acme", n), two))
	}
	require.ErrorIs(t, s.AddDelivery(ctx, delivery("acme", 2), two), deliveries.ErrFull)
	require.NoError(t, s.AddDelivery(ctx, delivery("other", 2), two))
	large := delivery("acme", 3)
	large.Call = make([]byte, 1<<20)
	require.ErrorIs(t, s.AddDelivery(ctx, large, deliveries.Bounds{Entries: 10, Bytes: 1 << 20}), deliveries.ErrFull)

	claimed, _ := claim(t, s, 10, 10)
	require.NoError(t, s.FinishDelivery(ctx, claimed[0]))
	require.NoError(t, s.AddDelivery(ctx, delivery("acme", 2), two), "there is room again")

	one := deliveries.Bounds{Entries: 1, Bytes: 1 << 20}
	dropped, err := s.BuryDelivery(ctx, claimed[1], one)
	require.NoError(t, err)
	require.Zero(t, dropped)
	require.NoError(t, s.AddDelivery(ctx, delivery("acme", 4), two), "dead letters have bounds of their own")
	for want := range 2 {
		claimed, _ = claim(t, s, 10, 1)
		dropped, err = s.BuryDelivery(ctx, claimed[0], deliveries.Bounds{Entries: 2, Bytes: 1 << 20})
		require.NoError(t, err)
		require.Equal(t, want, dropped)
	}
	list, err := s.Deliveries(ctx, "acme", true, catalog.Page{})
	require.NoError(t, err)
	require.Equal(t, []string{"id-004", "id-002"}, deliveryIDs(list.Items), "the oldest is dropped")
	require.NoError(t, s.AddDelivery(ctx, delivery("acme", 5), one))
	_, err = s.RedriveDelivery(ctx, "acme", "id-002", 3, now, one)
	require.ErrorIs(t, err, deliveries.ErrFull)
	_, err = s.Delivery(ctx, "acme", "id-002")
	require.NoError(t, err, "what could not be redriven is still there")
}

func testDeadLetters(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	add(t, s, delivery("acme", 1), delivery("acme", 2))
	_, err := s.RedriveDelivery(ctx, "acme", "id-001", 3, now, plenty)
	require.ErrorIs(t, err, catalog.ErrNotFound, "it is not dead")
	_, err = s.DiscardDelivery(ctx, "acme", "id-001")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	claimed, _ := claim(t, s, 5, 10)
	for _, d := range claimed {
		d.Due, d.Done, d.RunState, d.Failure = now.Add(time.Hour), []string{"a1"}, json.RawMessage(`{}`), "it failed"
		_, err := s.BuryDelivery(ctx, d, plenty)
		require.NoError(t, err)
		got, err := s.Delivery(ctx, "acme", d.ID)
		require.NoError(t, err)
		d.State = deliveries.Dead
		require.Equal(t, d, got)
	}
	none, next := claim(t, s, 10_000, 10)
	require.Empty(t, none)
	require.Zero(t, next)

	redriven, err := s.RedriveDelivery(ctx, "acme", "id-001", 7, now, plenty, event(audit.DeliveryRedriven))
	require.NoError(t, err)
	require.Equal(t, []int{7, 1, 0}, []int{redriven.Revision, redriven.Attempt, redriven.Tries})
	again, _ := claim(t, s, 0, 10)
	require.Equal(t, []int{7, 2, 1}, []int{again[0].Revision, again[0].Attempt, again[0].Tries})
	require.Equal(t, []string{"a1"}, again[0].Done, "what is done stays done")
	require.Equal(t, delivery("acme", 1).Call, again[0].Call)

	discarded, err := s.DiscardDelivery(ctx, "acme", "id-002", event(audit.DeliveryDiscarded))
	require.NoError(t, err)
	require.Equal(t, "id-002", discarded.ID)
	_, err = s.Delivery(ctx, "acme", "id-002")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	events, _, err := s.Events(ctx, "acme", audit.Filter{})
	require.NoError(t, err)
	require.Equal(t, []audit.EventType{audit.DeliveryDiscarded, audit.DeliveryRedriven, audit.TenantCreated}, types(events))
	require.NoError(t, s.FinishDelivery(ctx, again[0]))
	counts, err := s.DeliveryCounts(ctx)
	require.NoError(t, err)
	require.Zero(t, counts)
}
