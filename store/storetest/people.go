package storetest

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

func person(id string) accounts.Person {
	return accounts.Person{
		ID: accounts.PersonID(id), Email: id + "@example.com", Name: "Ada <" + id + ">", Password: "$argon2id$" + id,
		Identities: []accounts.Identity{{Issuer: "https://id.example.com", Subject: id}}, CreatedAt: now, Epoch: 1,
	}
}

func membership(tenant catalog.TenantID, id accounts.PersonID, role catalog.Role) accounts.Membership {
	return accounts.Membership{Tenant: tenant, Person: id, Role: role, JoinedAt: now, AddedBy: alice}
}

// join makes a new person a member.
func join(t *testing.T, s Store, tenant catalog.TenantID, p accounts.Person, role catalog.Role) {
	t.Helper()
	require.NoError(t, s.Join(t.Context(), accounts.Joining{Person: p, New: true, Memberships: []accounts.Membership{membership(tenant, p.ID, role)}}))
}

func invitation(tenant catalog.TenantID, id, email string) accounts.Invitation {
	return accounts.Invitation{
		ID: accounts.InvitationID(id), Tenant: tenant, Email: email, Role: catalog.RoleAuthor, Hash: sha256.Sum256([]byte(id)), CreatedAt: now, CreatedBy: alice,
		ExpiresAt: now.Add(time.Hour),
	}
}

func session(token string, owner accounts.Owner, created time.Time) accounts.Session {
	return accounts.Session{ID: sha256.Sum256([]byte(token)), Owner: owner, CreatedAt: created, SeenAt: created}
}

// told is an event of a tenant, for writes that may concern several.
func told(tenant string, kind audit.EventType) audit.Event {
	e := event(kind)
	e.Tenant = tenant
	return e
}

func eventTypes(t *testing.T, s Store, tenant catalog.TenantID) []audit.EventType {
	t.Helper()
	events, _, err := s.Events(t.Context(), tenant, audit.Filter{})
	require.NoError(t, err)
	return types(events)
}

func testPeople(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	tenant(t, s, "other")
	ada := person("ada")
	for _, find := range []func() (accounts.Person, error){
		func() (accounts.Person, error) { return s.Person(ctx, "ada") },
		func() (accounts.Person, error) { return s.PersonByEmail(ctx, ada.Email) },
		func() (accounts.Person, error) { return s.PersonByIdentity(ctx, ada.Identities[0]) },
	} {
		_, err := find()
		require.ErrorIs(t, err, catalog.ErrNotFound)
	}
	require.ErrorIs(t, s.SavePerson(ctx, ada), catalog.ErrNotFound)
	join(t, s, "acme", ada, catalog.RoleViewer)
	join(t, s, "acme", person("bob"), catalog.RoleViewer)

	for _, epoch := range []int{0, 1, 3} {
		stale := ada
		stale.Epoch = epoch
		require.ErrorIs(t, s.SavePerson(ctx, stale, told("acme", audit.PasswordChanged)), catalog.ErrConflict)
	}
	taken := ada
	taken.Epoch, taken.Identities = 2, []accounts.Identity{{Issuer: "https://id.example.com", Subject: "bob"}}
	require.ErrorIs(t, s.SavePerson(ctx, taken), catalog.ErrExists)
	require.ErrorIs(t, s.SavePerson(ctx, ada, told("nobody", audit.PasswordChanged)), catalog.ErrConflict)

	was := ada.Identities[0]
	ada.Epoch, ada.Password, ada.Name, ada.Email = 2, "another", "Ada Lovelace", "lovelace@example.com"
	ada.Identities = []accounts.Identity{{Issuer: "https://id.example.com", Subject: "a"}, {Issuer: "https://id.example.org", Subject: "ada"}}
	require.NoError(t, s.SavePerson(ctx, ada, told("acme", audit.PasswordChanged), told("other", audit.PasswordChanged)))
	for _, find := range []func() (accounts.Person, error){
		func() (accounts.Person, error) { return s.Person(ctx, "ada") },
		func() (accounts.Person, error) { return s.PersonByEmail(ctx, "lovelace@example.com") },
		func() (accounts.Person, error) { return s.PersonByIdentity(ctx, ada.Identities[0]) },
		func() (accounts.Person, error) { return s.PersonByIdentity(ctx, ada.Identities[1]) },
	} {
		got, err := find()
		require.NoError(t, err)
		require.Equal(t, ada, got)
	}
	_, err := s.PersonByEmail(ctx, "ada@example.com")
	require.ErrorIs(t, err, catalog.ErrNotFound, "the address is free")
	_, err = s.PersonByIdentity(ctx, was)
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = s.PersonByIdentity(ctx, accounts.Identity{Issuer: "https://id.example.org", Subject: "bob"})
	require.ErrorIs(t, err, catalog.ErrNotFound, "a subject is one issuer's")
	require.Equal(t, []audit.EventType{audit.PasswordChanged, audit.TenantCreated}, eventTypes(t, s, "acme"))
	require.Equal(t, []audit.EventType{audit.PasswordChanged, audit.TenantCreated}, eventTypes(t, s, "other"), "each tenant has its event")
}

func testMembers(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	tenant(t, s, "other")
	ada, boss := person("ada"), person("boss")
	join(t, s, "acme", boss, catalog.RoleAdmin)
	join(t, s, "other", ada, catalog.RoleAdmin)
	_, err := s.Member(ctx, "acme", "ada")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	require.ErrorIs(t, s.SaveMembership(ctx, membership("acme", "ada", catalog.RoleViewer)), catalog.ErrNotFound)
	require.ErrorIs(t, s.RemoveMember(ctx, "acme", "ada"), catalog.ErrNotFound)

	m := membership("acme", "ada", catalog.RoleViewer)
	require.NoError(t, s.Join(ctx, accounts.Joining{Person: ada, Memberships: []accounts.Membership{m}}))
	m.Role = catalog.RolePublisher
	require.NoError(t, s.SaveMembership(ctx, m, told("acme", audit.RoleChanged)))
	got, err := s.Member(ctx, "acme", "ada")
	require.NoError(t, err)
	require.Equal(t, accounts.Member{Membership: m, Email: ada.Email, Name: ada.Name}, got)
	of, err := s.Memberships(ctx, "ada")
	require.NoError(t, err)
	require.Equal(t, []accounts.Membership{m, membership("other", "ada", catalog.RoleAdmin)}, of, "in the order of the tenants")

	mine := session("t", accounts.Owner{Person: "ada"}, now)
	require.NoError(t, s.CreateSession(ctx, mine))
	require.NoError(t, s.RemoveMember(ctx, "acme", "ada", told("acme", audit.MemberRemoved)))
	_, err = s.Member(ctx, "acme", "ada")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = s.Session(ctx, mine.ID)
	require.NoError(t, err, "she is a member of another tenant")
	require.Equal(t, []audit.EventType{audit.MemberRemoved, audit.RoleChanged, audit.TenantCreated}, eventTypes(t, s, "acme"))

	join(t, s, "other", person("zoe"), catalog.RoleAdmin)
	require.NoError(t, s.RemoveMember(ctx, "other", "ada"))
	_, err = s.Session(ctx, mine.ID)
	require.ErrorIs(t, err, catalog.ErrNotFound, "the account is gone with the last tenant")
	for _, find := range []func() (accounts.Person, error){
		func() (accounts.Person, error) { return s.Person(ctx, "ada") },
		func() (accounts.Person, error) { return s.PersonByEmail(ctx, ada.Email) },
		func() (accounts.Person, error) { return s.PersonByIdentity(ctx, ada.Identities[0]) },
	} {
		_, err := find()
		require.ErrorIs(t, err, catalog.ErrNotFound)
	}
	join(t, s, "acme", ada, catalog.RoleViewer)
}

func testLastAdmin(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	tenant(t, s, "other")
	join(t, s, "acme", person("ada"), catalog.RoleAdmin)
	join(t, s, "acme", person("bob"), catalog.RolePublisher)
	join(t, s, "other", person("zoe"), catalog.RoleAdmin)
	require.ErrorIs(t, s.SaveMembership(ctx, membership("acme", "ada", catalog.RolePublisher), told("acme", audit.RoleChanged)), accounts.ErrLastAdmin)
	require.ErrorIs(t, s.RemoveMember(ctx, "acme", "ada", told("acme", audit.MemberRemoved)), accounts.ErrLastAdmin)
	require.Equal(t, []audit.EventType{audit.TenantCreated}, eventTypes(t, s, "acme"))
	require.NoError(t, s.SaveMembership(ctx, membership("acme", "ada", catalog.RoleAdmin)), "which she is")
	require.NoError(t, s.SaveMembership(ctx, membership("acme", "bob", catalog.RoleAdmin)))
	require.NoError(t, s.SaveMembership(ctx, membership("acme", "ada", catalog.RoleViewer)))
	require.ErrorIs(t, s.RemoveMember(ctx, "acme", "bob"), accounts.ErrLastAdmin)
	require.NoError(t, s.RemoveMember(ctx, "acme", "ada"))
}

// testLastAdminRace lets two admins remove each other.
func testLastAdminRace(t *testing.T, s Store) {
	for n := range 5 {
		owner := catalog.TenantID(fmt.Sprintf("acme-%d", n))
		tenant(t, s, owner)
		names := []string{fmt.Sprintf("ada-%d", n), fmt.Sprintf("bob-%d", n)}
		results := make(chan error, len(names))
		for _, name := range names {
			join(t, s, owner, person(name), catalog.RoleAdmin)
		}
		for _, name := range names {
			go func() { results <- s.RemoveMember(t.Context(), owner, accounts.PersonID(name)) }()
		}
		errs := []error{<-results, <-results}
		require.True(t, (errs[0] == nil) != (errs[1] == nil), "%v", errs)
		left, err := s.Members(t.Context(), owner, catalog.Page{})
		require.NoError(t, err)
		require.Len(t, left.Items, 1)
	}
}

func testJoin(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	tenant(t, s, "other")
	ada := person("ada")
	joining := func(p accounts.Person, fresh bool, tenants ...catalog.TenantID) accounts.Joining {
		j := accounts.Joining{Person: p, New: fresh}
		for _, id := range tenants {
			j.Memberships = append(j.Memberships, membership(id, p.ID, catalog.RoleViewer))
		}
		return j
	}
	require.ErrorIs(t, s.Join(ctx, joining(ada, false, "acme")), catalog.ErrNotFound, "no such person")
	require.ErrorIs(t, s.Join(ctx, joining(ada, true, "acme", "nobody"), told("acme", audit.MemberJoined)), catalog.ErrNotFound, "no such tenant")
	_, err := s.Person(ctx, "ada")
	require.ErrorIs(t, err, catalog.ErrNotFound, "nothing of it has happened")
	require.NoError(t, s.CreateInvitation(ctx, invitation("acme", "i1", ada.Email)))
	require.NoError(t, s.CreateInvitation(ctx, invitation("other", "i2", ada.Email)))

	j := joining(ada, true, "acme", "other")
	j.Invitations = []accounts.InvitationID{"i1", "i2", "i3"}
	require.ErrorIs(t, s.Join(ctx, j), catalog.ErrNotFound, "no such invitation")
	_, err = s.Invitation(ctx, "i1")
	require.NoError(t, err, "it was not used up")
	j.Invitations = j.Invitations[:2]
	require.NoError(t, s.Join(ctx, j, told("acme", audit.MemberJoined), told("other", audit.MemberJoined)))
	require.Equal(t, []audit.EventType{audit.MemberJoined, audit.TenantCreated}, eventTypes(t, s, "other"))
	open, err := s.InvitationsFor(ctx, ada.Email)
	require.NoError(t, err)
	require.Empty(t, open)
	require.ErrorIs(t, s.Join(ctx, joining(ada, false, "acme")), catalog.ErrExists, "she is a member")

	sameEmail, sameIdentity := person("eve"), person("mallory")
	sameEmail.Email, sameIdentity.Identities = ada.Email, ada.Identities
	require.ErrorIs(t, s.Join(ctx, joining(sameEmail, true, "acme")), catalog.ErrExists)
	require.ErrorIs(t, s.Join(ctx, joining(sameIdentity, true, "acme")), catalog.ErrExists)
	members, err := s.Members(ctx, "acme", catalog.Page{})
	require.NoError(t, err)
	require.Len(t, members.Items, 1)
}

func testJoinRace(t *testing.T, s Store) {
	tenant(t, s, "acme")
	for n := range 3 {
		id := fmt.Sprintf("i%d", n)
		require.NoError(t, s.CreateInvitation(t.Context(), invitation("acme", id, id+"@example.com")))
		oneWins(t, catalog.ErrNotFound, func() error {
			p := person(id)
			p.Email = id + "@example.com"
			return s.Join(t.Context(), accounts.Joining{
				Invitations: []accounts.InvitationID{accounts.InvitationID(id)}, Person: p, New: true, Memberships: []accounts.Membership{membership("acme", p.ID, catalog.RoleViewer)},
			})
		})
	}
}

func testMemberBounds(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	crowd := accounts.Joining{Person: person("ada"), New: true}
	for i := range accounts.MaxMemberships {
		id := catalog.TenantID(fmt.Sprintf("t-%03d", i))
		tenant(t, s, id)
		crowd.Memberships = append(crowd.Memberships, membership(id, "ada", catalog.RoleViewer))
	}
	require.NoError(t, s.Join(ctx, crowd))
	one := accounts.Joining{Person: crowd.Person, Memberships: []accounts.Membership{membership("acme", "ada", catalog.RoleViewer)}}
	require.ErrorIs(t, s.Join(ctx, one), accounts.ErrFull)
	of, err := s.Memberships(ctx, "ada")
	require.NoError(t, err)
	require.Len(t, of, accounts.MaxMemberships)
}

func testInvitations(t *testing.T, s Store) {
	ctx := t.Context()
	first := invitation("acme", "i1", "ada@example.com")
	require.ErrorIs(t, s.CreateInvitation(ctx, first), catalog.ErrNotFound, "no such tenant")
	tenant(t, s, "acme")
	tenant(t, s, "other")
	_, err := s.Invitation(ctx, "i1")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	require.NoError(t, s.CreateInvitation(ctx, first, told("acme", audit.InvitationCreated)))
	got, err := s.Invitation(ctx, "i1")
	require.NoError(t, err)
	require.Equal(t, first, got)
	elsewhere := invitation("other", "i2", "ada@example.com")
	require.NoError(t, s.CreateInvitation(ctx, elsewhere))
	require.NoError(t, s.CreateInvitation(ctx, invitation("acme", "i3", "adam@example.com")))
	again := invitation("acme", "i4", "ada@example.com")
	require.NoError(t, s.CreateInvitation(ctx, again))
	_, err = s.Invitation(ctx, "i1")
	require.ErrorIs(t, err, catalog.ErrNotFound, "another one took its place")
	list, err := s.InvitationsFor(ctx, "ada@example.com")
	require.NoError(t, err)
	require.ElementsMatch(t, []accounts.Invitation{elsewhere, again}, list)

	require.ErrorIs(t, s.DeleteInvitation(ctx, "other", "i4"), catalog.ErrNotFound)
	require.NoError(t, s.DeleteInvitation(ctx, "acme", "i4", told("acme", audit.InvitationRevoked)))
	require.ErrorIs(t, s.DeleteInvitation(ctx, "acme", "i4"), catalog.ErrNotFound)
	list, err = s.InvitationsFor(ctx, "ada@example.com")
	require.NoError(t, err)
	require.Equal(t, []accounts.Invitation{elsewhere}, list)
	require.Equal(t, []audit.EventType{audit.InvitationRevoked, audit.InvitationCreated, audit.TenantCreated}, eventTypes(t, s, "acme"))
}

func testSessions(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	owners := []accounts.Owner{{Person: "ada"}, {Person: "adam"}, {Key: "ada"}, {Operator: "ada"}}
	for i, owner := range owners {
		for _, token := range []string{"a", "b"} {
			one := session(fmt.Sprint(token, i), owner, now)
			one.Epoch = i
			_, err := s.Session(ctx, one.ID)
			require.ErrorIs(t, err, catalog.ErrNotFound)
			require.NoError(t, s.CreateSession(ctx, one, told("acme", audit.SessionStarted)))
			got, err := s.Session(ctx, one.ID)
			require.NoError(t, err)
			require.Equal(t, one, got)
		}
	}
	a := session("a0", owners[0], now)
	later := now.Add(time.Hour)
	require.NoError(t, s.TouchSession(ctx, a.ID, later))
	require.NoError(t, s.TouchSession(ctx, a.ID, now.Add(time.Minute)), "somebody was faster")
	got, err := s.Session(ctx, a.ID)
	require.NoError(t, err)
	require.Equal(t, later, got.SeenAt)
	require.NoError(t, s.TouchSession(ctx, accounts.SessionID{1}, later))
	_, err = s.Session(ctx, accounts.SessionID{1})
	require.ErrorIs(t, err, catalog.ErrNotFound, "a session that has ended does not come back")

	require.NoError(t, s.DeleteSession(ctx, a.ID, told("acme", audit.SessionEnded)))
	_, err = s.Session(ctx, a.ID)
	require.ErrorIs(t, err, catalog.ErrNotFound)
	require.NoError(t, s.DeleteSession(ctx, a.ID, told("acme", audit.SessionEnded)), "and nothing is told again")
	require.Len(t, eventTypes(t, s, "acme"), 1+8+1)
	for i, want := range []int{1, 2, 2, 2} {
		ended, err := s.DeleteSessions(ctx, owners[i])
		require.NoError(t, err)
		require.Equal(t, want, ended, "%v", owners[i])
		_, err = s.Session(ctx, session(fmt.Sprint("b", i), owners[i], now).ID)
		require.ErrorIs(t, err, catalog.ErrNotFound)
	}
}

func testSessionBounds(t *testing.T, s Store) {
	ctx := t.Context()
	owner := accounts.Owner{Person: "ada"}
	var ids []accounts.SessionID
	for i := range accounts.MaxSessions + 3 {
		one := session(fmt.Sprint(i), owner, now.Add(time.Duration(i)*time.Second))
		ids = append(ids, one.ID)
		require.NoError(t, s.CreateSession(ctx, one))
	}
	for i, id := range ids {
		_, err := s.Session(ctx, id)
		if i < 3 {
			require.ErrorIs(t, err, catalog.ErrNotFound, "the oldest went")
			continue
		}
		require.NoError(t, err)
	}
}

func testSweep(t *testing.T, s Store) {
	ctx := t.Context()
	tenant(t, s, "acme")
	old, idle, good := session("old", accounts.Owner{Person: "ada"}, now.Add(-3*time.Hour)), session("idle", accounts.Owner{Key: "k"}, now.Add(-2*time.Hour)), session("good", accounts.Owner{Key: "k"}, now.Add(-2*time.Hour))
	old.SeenAt, good.SeenAt = now, now
	for _, one := range []accounts.Session{old, idle, good} {
		require.NoError(t, s.CreateSession(ctx, one))
	}
	expired := invitation("acme", "expired", "eve@example.com")
	expired.ExpiresAt = now.Add(-time.Second)
	require.NoError(t, s.CreateInvitation(ctx, expired))
	require.NoError(t, s.CreateInvitation(ctx, invitation("acme", "open", "ada@example.com")))
	for range 2 {
		require.NoError(t, s.Sweep(ctx, accounts.Stale{Created: now.Add(-150 * time.Minute), Seen: now.Add(-time.Hour), Expired: now}))
	}
	var left []string
	for name, one := range map[string]accounts.Session{"old": old, "idle": idle, "good": good} {
		if _, err := s.Session(ctx, one.ID); err == nil {
			left = append(left, name)
		}
	}
	slices.Sort(left)
	require.Equal(t, []string{"good"}, left)
	open, err := s.Invitations(ctx, "acme", catalog.Page{})
	require.NoError(t, err)
	require.Len(t, open.Items, 1)
	require.Equal(t, accounts.InvitationID("open"), open.Items[0].ID)
	ended, err := s.DeleteSessions(ctx, accounts.Owner{Key: "k"})
	require.NoError(t, err)
	require.Equal(t, 1, ended, "the index knows of no others")
}
