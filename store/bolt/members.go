package bolt

import (
	"context"
	"encoding/json"
	"errors"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

var (
	bucketMembers     = []byte("members")     // tenant, person
	bucketMemberships = []byte("memberships") // person, tenant: of which tenants a person is a member
)

func memberKey(tenant catalog.TenantID, person accounts.PersonID) key {
	return textKey(string(tenant), string(person))
}

func membershipKey(person accounts.PersonID, tenant catalog.TenantID) key {
	return textKey(string(person), string(tenant))
}

// Member implements accounts.Store.
func (s *Store) Member(ctx context.Context, tenant catalog.TenantID, person accounts.PersonID) (m accounts.Member, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		stored := tx.Bucket(bucketMembers).Get(memberKey(tenant, person))
		if stored == nil {
			return catalog.ErrNotFound
		}
		m, err = readMember(tx, stored)
		return err
	})
	return m, err
}

// readMember adds to a stored membership who it is.
func readMember(tx *bbolt.Tx, stored []byte) (accounts.Member, error) {
	var m storedMembership
	if err := json.Unmarshal(stored, &m); err != nil {
		return accounts.Member{}, err
	}
	p, err := getPerson(tx, personKey(m.Person))
	return accounts.Member{Membership: accounts.Membership(m), Email: p.Email, Name: p.Name}, err
}

// Members implements accounts.Store.
func (s *Store) Members(ctx context.Context, tenant catalog.TenantID, p catalog.Page) (list catalog.List[accounts.Member], err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		if err := needTenant(tx, tenant); err != nil {
			return err
		}
		of := span{bucket: tx.Bucket(bucketMembers), name: bucketMembers, prefix: textKey(string(tenant))}
		list, err = page(of, p, func(_, v []byte) (accounts.Member, error) { return readMember(tx, v) })
		return err
	})
	return list, err
}

// Memberships implements accounts.Store.
func (s *Store) Memberships(ctx context.Context, person accounts.PersonID) (list []accounts.Membership, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		prefix := personKey(person)
		for _, k := range keysUnder(tx.Bucket(bucketMemberships), prefix, accounts.MaxMemberships) {
			var m storedMembership
			if err := get(tx.Bucket(bucketMembers), memberKey(catalog.TenantID(textOf(k[len(prefix):])), person), &m); err != nil {
				return err
			}
			list = append(list, accounts.Membership(m))
		}
		return nil
	})
	return list, err
}

// SaveMembership implements accounts.Store.
func (s *Store) SaveMembership(ctx context.Context, m accounts.Membership, events ...audit.Event) error {
	return s.write.do(ctx, func(e *edit) error {
		k := memberKey(m.Tenant, m.Person)
		if err := e.checkAdmins(k, m.Tenant, m.Role); err != nil {
			return err
		}
		if err := e.putJSON(bucketMembers, k, storedMembership(m)); err != nil {
			return err
		}
		return e.tellTenants(events)
	})
}

// checkAdmins returns catalog.ErrNotFound if there is no member under the key, and accounts.ErrLastAdmin if with another role for it, or none, no admin would be left.
func (e *edit) checkAdmins(k key, tenant catalog.TenantID, role catalog.Role) error {
	var m storedMembership
	if err := get(e.bucket(bucketMembers), k, &m); err != nil {
		return err
	}
	if m.Role != catalog.RoleAdmin || role == catalog.RoleAdmin {
		return nil
	}
	for other, v := range (span{bucket: e.bucket(bucketMembers), prefix: textKey(string(tenant))}).after(nil) {
		if string(other) == string(k) {
			continue
		}
		if err := json.Unmarshal(v, &m); err != nil {
			return err
		}
		if m.Role == catalog.RoleAdmin {
			return nil
		}
	}
	return accounts.ErrLastAdmin
}

// RemoveMember implements accounts.Store.
func (s *Store) RemoveMember(ctx context.Context, tenant catalog.TenantID, person accounts.PersonID, events ...audit.Event) error {
	return s.write.do(ctx, func(e *edit) error {
		k := memberKey(tenant, person)
		if err := e.checkAdmins(k, tenant, ""); err != nil {
			return err
		}
		if err := errors.Join(e.delete(bucketMembers, k), e.delete(bucketMemberships, membershipKey(person, tenant))); err != nil {
			return err
		}
		if len(keysUnder(e.bucket(bucketMemberships), personKey(person), 1)) == 0 {
			p, err := getPerson(e.tx, personKey(person))
			if err != nil {
				return err
			}
			if _, err := e.dropSessions(accounts.Owner{Person: person}); err != nil {
				return err
			}
			if err := e.dropPerson(&p); err != nil {
				return err
			}
		}
		return e.tellTenants(events)
	})
}

// Join implements accounts.Store.
func (s *Store) Join(ctx context.Context, j accounts.Joining, events ...audit.Event) error {
	return s.write.do(ctx, func(e *edit) error {
		for _, id := range j.Invitations {
			i, err := getInvitation(e.tx, textKey(string(id)))
			if err != nil {
				return err
			}
			if err := e.dropInvitation(&i); err != nil {
				return err
			}
		}
		if j.New {
			if err := e.addPerson(&j.Person); err != nil {
				return err
			}
		} else if _, err := getPerson(e.tx, personKey(j.Person.ID)); err != nil {
			return err
		}
		for _, m := range j.Memberships {
			if err := e.addMembership(m); err != nil {
				return err
			}
		}
		return e.tellTenants(events)
	})
}

func (e *edit) addMembership(m accounts.Membership) error {
	k := memberKey(m.Tenant, m.Person)
	switch {
	case e.bucket(bucketMembers).Get(k) != nil:
		return catalog.ErrExists
	case len(keysUnder(e.bucket(bucketMembers), textKey(string(m.Tenant)), accounts.MaxMembers)) == accounts.MaxMembers,
		len(keysUnder(e.bucket(bucketMemberships), personKey(m.Person), accounts.MaxMemberships)) == accounts.MaxMemberships:
		return accounts.ErrFull
	}
	if err := needTenant(e.tx, m.Tenant); err != nil {
		return err
	}
	if err := e.putJSON(bucketMembers, k, storedMembership(m)); err != nil {
		return err
	}
	return e.put(bucketMemberships, membershipKey(m.Person, m.Tenant), []byte{})
}
