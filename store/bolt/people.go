package bolt

import (
	"bytes"
	"context"
	"errors"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

var (
	bucketPeople           = []byte("people")            // person
	bucketPersonEmails     = []byte("person_emails")     // address: person
	bucketPersonIdentities = []byte("person_identities") // issuer, subject: person
)

func personKey(id accounts.PersonID) key { return textKey(string(id)) }

// Person implements accounts.Store.
func (s *Store) Person(ctx context.Context, id accounts.PersonID) (p accounts.Person, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		p, err = getPerson(tx, personKey(id))
		return err
	})
	return p, err
}

// PersonByEmail implements accounts.Store.
func (s *Store) PersonByEmail(ctx context.Context, email string) (accounts.Person, error) {
	return s.personBy(ctx, bucketPersonEmails, textKey(email))
}

// PersonByIdentity implements accounts.Store.
func (s *Store) PersonByIdentity(ctx context.Context, i accounts.Identity) (accounts.Person, error) {
	return s.personBy(ctx, bucketPersonIdentities, textKey(i.Issuer, i.Subject))
}

// personBy finds a person by an index, whose values are keys of people.
func (s *Store) personBy(ctx context.Context, index []byte, k key) (p accounts.Person, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		of := tx.Bucket(index).Get(k)
		if of == nil {
			return catalog.ErrNotFound
		}
		p, err = getPerson(tx, of)
		return err
	})
	return p, err
}

func getPerson(tx *bbolt.Tx, k key) (accounts.Person, error) {
	var stored storedPerson
	err := get(tx.Bucket(bucketPeople), k, &stored)
	return stored.person(), err
}

// SavePerson implements accounts.Store.
func (s *Store) SavePerson(ctx context.Context, p accounts.Person, events ...audit.Event) error {
	return s.write.do(ctx, func(e *edit) error {
		old, err := getPerson(e.tx, personKey(p.ID))
		switch {
		case err != nil:
			return err
		case old.Epoch != p.Epoch-1:
			return catalog.ErrConflict
		}
		if err := e.dropPerson(&old); err != nil {
			return err
		}
		if err := e.addPerson(&p); err != nil {
			return err
		}
		return e.tellTenants(events)
	})
}

// addPerson stores a person whose address and identities must be free.
func (e *edit) addPerson(p *accounts.Person) error {
	k := personKey(p.ID)
	if e.bucket(bucketPersonEmails).Get(textKey(p.Email)) != nil {
		return catalog.ErrExists
	}
	for _, i := range p.Identities {
		if e.bucket(bucketPersonIdentities).Get(textKey(i.Issuer, i.Subject)) != nil {
			return catalog.ErrExists
		}
	}
	for _, i := range p.Identities {
		if err := e.put(bucketPersonIdentities, textKey(i.Issuer, i.Subject), k); err != nil {
			return err
		}
	}
	err := e.put(bucketPersonEmails, textKey(p.Email), k)
	if err == nil {
		err = e.putJSON(bucketPeople, k, storePerson(p))
	}
	return err
}

// dropPerson removes a person, and not what it owns.
func (e *edit) dropPerson(p *accounts.Person) error {
	errs := []error{e.delete(bucketPeople, personKey(p.ID)), e.delete(bucketPersonEmails, textKey(p.Email))}
	for _, i := range p.Identities {
		errs = append(errs, e.delete(bucketPersonIdentities, textKey(i.Issuer, i.Subject)))
	}
	return errors.Join(errs...)
}

// tellTenants appends each event to those of its tenant.
func (e *edit) tellTenants(events []audit.Event) error {
	for _, event := range events {
		tenant := catalog.TenantID(event.Tenant)
		if err := needTenant(e.tx, tenant); err != nil {
			return err
		}
		if err := e.appendEvents(tenant, []audit.Event{event}); err != nil {
			return err
		}
	}
	return nil
}

// keysUnder are the keys of a bucket with a prefix, at most so many.
func keysUnder(b *bbolt.Bucket, prefix key, most int) []key {
	var keys []key
	for k := range (span{bucket: b, prefix: prefix}).after(nil) {
		if len(keys) == most {
			break
		}
		keys = append(keys, bytes.Clone(k))
	}
	return keys
}
