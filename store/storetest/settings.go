package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

func secret(owner catalog.TenantID, name string) catalog.Secret {
	return catalog.Secret{
		Tenant: owner, Name: name, Brokered: true, Hosts: []string{"*.example.com"}, Sealed: []byte("sealed\x00\xff" + name), UpdatedAt: now, UpdatedBy: alice,
	}
}

func testSecrets(t *testing.T, s Store) {
	ctx := t.Context()
	a := secret("acme", "A")
	require.ErrorIs(t, s.PutSecret(ctx, a), catalog.ErrNotFound, "no such tenant")
	_, err := s.Secret(ctx, "acme", "A")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	tenant(t, s, "acme")
	tenant(t, s, "other")
	require.ErrorIs(t, s.DeleteSecret(ctx, "acme", "A", event(audit.SecretDeleted)), catalog.ErrNotFound)

	require.NoError(t, s.PutSecret(ctx, a, event(audit.SecretSet)))
	got, err := s.Secret(ctx, "acme", "A")
	require.NoError(t, err)
	require.Equal(t, a, got, "sealed bytes are bytes")
	_, err = s.Secret(ctx, "other", "A")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	require.ErrorIs(t, s.DeleteSecret(ctx, "other", "A"), catalog.ErrNotFound)

	again := catalog.Secret{Tenant: "acme", Name: "A", Sealed: []byte("new"), UpdatedAt: now, UpdatedBy: alice}
	require.NoError(t, s.PutSecret(ctx, again, event(audit.SecretSet)))
	list, err := s.Secrets(ctx, "acme", catalog.Page{})
	require.NoError(t, err)
	require.Equal(t, []catalog.Secret{again}, list.Items, "nothing of the one before is left")

	require.NoError(t, s.DeleteSecret(ctx, "acme", "A", event(audit.SecretDeleted)))
	_, err = s.Secret(ctx, "acme", "A")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	events, _, err := s.Events(ctx, "acme", audit.Filter{})
	require.NoError(t, err)
	require.Equal(t, []audit.EventType{audit.SecretDeleted, audit.SecretSet, audit.SecretSet, audit.TenantCreated}, types(events))
}

func types(events []audit.Event) []audit.EventType {
	var list []audit.EventType
	for _, e := range events {
		list = append(list, e.Type)
	}
	return list
}

func testReseal(t *testing.T, s Store) {
	ctx := t.Context()
	a := secret("acme", "A")
	require.ErrorIs(t, s.ResealSecret(ctx, a, a.Sealed), catalog.ErrNotFound, "no such tenant")
	require.ErrorIs(t, s.ResealTenant(ctx, catalog.Tenant{ID: "acme"}, ""), catalog.ErrNotFound)
	owner := catalog.Tenant{ID: "acme", Name: "Acme", CreatedAt: now, RedirectSecret: "first"}
	require.NoError(t, s.CreateTenant(ctx, owner))
	require.ErrorIs(t, s.ResealSecret(ctx, a, a.Sealed), catalog.ErrNotFound, "no such secret")
	require.NoError(t, s.PutSecret(ctx, a))

	anew := catalog.Secret{Tenant: "acme", Name: "A", Sealed: []byte("anew")}
	require.ErrorIs(t, s.ResealSecret(ctx, anew, []byte("other")), catalog.ErrConflict)
	require.NoError(t, s.ResealSecret(ctx, anew, a.Sealed))
	got, err := s.Secret(ctx, "acme", "A")
	require.NoError(t, err)
	a.Sealed = anew.Sealed
	require.Equal(t, a, got, "nothing else has changed")

	require.ErrorIs(t, s.ResealTenant(ctx, catalog.Tenant{ID: "acme", RedirectSecret: "second"}, "other"), catalog.ErrConflict)
	require.NoError(t, s.ResealTenant(ctx, catalog.Tenant{ID: "acme", RedirectSecret: "second"}, "first"))
	owner.RedirectSecret = "second"
	stored, err := s.Tenant(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, owner, stored)
}

func testEgress(t *testing.T, s Store) {
	ctx := t.Context()
	_, err := s.Egress(ctx, "acme")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	e := catalog.Egress{Revision: 1, Hosts: []string{"a", "b"}, Methods: []string{"GET"}, Schemes: []string{"https"}, UpdatedAt: now, UpdatedBy: alice}
	require.ErrorIs(t, s.SaveEgress(ctx, "acme", e), catalog.ErrNotFound)
	tenant(t, s, "acme")
	tenant(t, s, "other")
	got, err := s.Egress(ctx, "acme")
	require.NoError(t, err)
	require.Zero(t, got)
	require.NoError(t, s.SaveEgress(ctx, "acme", e, event(audit.EgressSaved)))
	got, err = s.Egress(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, e, got)
	got, err = s.Egress(ctx, "other")
	require.NoError(t, err)
	require.Zero(t, got)
	for _, wrong := range []int{-1, 0, 1, 3} {
		require.ErrorIs(t, s.SaveEgress(ctx, "acme", catalog.Egress{Revision: wrong}, event(audit.EgressSaved)), catalog.ErrConflict)
	}
	require.NoError(t, s.SaveEgress(ctx, "acme", catalog.Egress{Revision: 2}, event(audit.EgressSaved)))
	got, err = s.Egress(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, catalog.Egress{Revision: 2}, got, "nothing of the one before is left")
}

func testPublishing(t *testing.T, s Store) {
	ctx := t.Context()
	_, err := s.Publishing(ctx, "acme")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	p := catalog.Publishing{Revision: 1, TypeCheck: catalog.TypeCheckWarn, UpdatedAt: now, UpdatedBy: alice}
	require.ErrorIs(t, s.SavePublishing(ctx, "acme", p), catalog.ErrNotFound)
	tenant(t, s, "acme")
	tenant(t, s, "other")
	got, err := s.Publishing(ctx, "acme")
	require.NoError(t, err)
	require.Zero(t, got)
	require.NoError(t, s.SavePublishing(ctx, "acme", p, event(audit.PublishingSaved)))
	got, err = s.Publishing(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, p, got)
	got, err = s.Publishing(ctx, "other")
	require.NoError(t, err)
	require.Zero(t, got)
	require.ErrorIs(t, s.SavePublishing(ctx, "acme", p), catalog.ErrConflict)
}

func testLimits(t *testing.T, s Store) {
	ctx := t.Context()
	_, err := s.TenantLimits(ctx, "acme")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	l := catalog.TenantLimits{
		Revision: 1, InternalHosts: []string{"billing.internal:8080"}, UpdatedAt: now, UpdatedBy: alice,
		Limits: catalog.Limits{CPUMS: 1, WallMS: 2, MemoryBytes: 3, CallDepth: 4, OutcomeBytes: 5, LogLines: 6, LogBytes: 7, Timers: 8, Pending: 9, Requests: 10, RequestBytes: 11},
	}
	require.ErrorIs(t, s.SaveTenantLimits(ctx, "acme", l), catalog.ErrNotFound)
	tenant(t, s, "acme")
	got, err := s.TenantLimits(ctx, "acme")
	require.NoError(t, err)
	require.Zero(t, got)
	require.NoError(t, s.SaveTenantLimits(ctx, "acme", l, event(audit.LimitsSaved)))
	got, err = s.TenantLimits(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, l, got)
	require.ErrorIs(t, s.SaveTenantLimits(ctx, "acme", l), catalog.ErrConflict)
}

func testEgressRace(t *testing.T, s Store) {
	tenant(t, s, "acme")
	for n := 1; n < 5; n++ {
		oneWins(t, catalog.ErrConflict, func() error {
			return s.SaveEgress(t.Context(), "acme", catalog.Egress{Revision: n}, event(audit.EgressSaved))
		})
	}
	events, _, err := s.Events(t.Context(), "acme", audit.Filter{Type: audit.EgressSaved})
	require.NoError(t, err)
	require.Len(t, events, 4)
}

func testLimitsRace(t *testing.T, s Store) {
	tenant(t, s, "acme")
	for n := 1; n < 5; n++ {
		oneWins(t, catalog.ErrConflict, func() error {
			return s.SaveTenantLimits(t.Context(), "acme", catalog.TenantLimits{Revision: n}, event(audit.LimitsSaved))
		})
	}
}

func testWatchTenants(t *testing.T, s Store) {
	tenant(t, s, "acme")
	ctx, stop := context.WithCancel(t.Context())
	var seen []string
	s.WatchTenants(ctx, func(id catalog.TenantID) {
		secrets, err := s.Secrets(t.Context(), id, catalog.Page{})
		require.NoError(t, err)
		e, err := s.Egress(t.Context(), id)
		require.NoError(t, err)
		l, err := s.TenantLimits(t.Context(), id)
		require.NoError(t, err)
		seen = append(seen, fmt.Sprint(id, len(secrets.Items), e.Revision, l.Revision))
	})
	require.NoError(t, s.PutSecret(t.Context(), secret("acme", "A")))
	require.NoError(t, s.SaveEgress(t.Context(), "acme", catalog.Egress{Revision: 1}))
	require.NoError(t, s.SaveTenantLimits(t.Context(), "acme", catalog.TenantLimits{Revision: 1}))
	require.NoError(t, s.DeleteSecret(t.Context(), "acme", "A"))
	want := []string{"acme1 0 0", "acme1 1 0", "acme1 1 1", "acme0 1 1"}
	require.Equal(t, want, seen, "each was told before its write returned")
	require.Error(t, s.DeleteSecret(t.Context(), "acme", "A"))
	require.Error(t, s.SaveEgress(t.Context(), "acme", catalog.Egress{Revision: 1}))
	stop()
	require.NoError(t, s.PutSecret(t.Context(), secret("acme", "A")))
	require.Equal(t, want, seen)
}
