package bolt

import (
	"context"
	"errors"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

var (
	bucketInvitations       = []byte("invitations")        // by id, because its token is shown before its tenant is known
	bucketTenantInvitations = []byte("tenant_invitations") // tenant, id: which ones a tenant has
	bucketInvitationEmails  = []byte("invitation_emails")  // address, id: which ones there are for an address
)

// CreateInvitation implements accounts.Store.
func (s *Store) CreateInvitation(ctx context.Context, i accounts.Invitation, events ...audit.Event) error {
	return s.write.do(ctx, func(e *edit) error {
		if err := needTenant(e.tx, i.Tenant); err != nil {
			return err
		}
		same, err := invitationsFor(e.tx, i.Email)
		if err != nil {
			return err
		}
		for _, old := range same {
			if old.Tenant != i.Tenant {
				continue
			}
			if err := e.dropInvitation(&old); err != nil {
				return err
			}
		}
		k := textKey(string(i.ID))
		err = errors.Join(
			e.putJSON(bucketInvitations, k, storeInvitation(&i)),
			e.put(bucketTenantInvitations, textKey(string(i.Tenant), string(i.ID)), []byte{}),
			e.put(bucketInvitationEmails, textKey(i.Email, string(i.ID)), []byte{}),
		)
		if err != nil {
			return err
		}
		return e.tellTenants(events)
	})
}

func (e *edit) dropInvitation(i *accounts.Invitation) error {
	return errors.Join(
		e.delete(bucketInvitations, textKey(string(i.ID))),
		e.delete(bucketTenantInvitations, textKey(string(i.Tenant), string(i.ID))),
		e.delete(bucketInvitationEmails, textKey(i.Email, string(i.ID))),
	)
}

// Invitation implements accounts.Store.
func (s *Store) Invitation(ctx context.Context, id accounts.InvitationID) (i accounts.Invitation, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		i, err = getInvitation(tx, textKey(string(id)))
		return err
	})
	return i, err
}

func getInvitation(tx *bbolt.Tx, k key) (accounts.Invitation, error) {
	var stored storedInvitation
	if err := get(tx.Bucket(bucketInvitations), k, &stored); err != nil {
		return accounts.Invitation{}, err
	}
	return stored.invitation()
}

// Invitations implements accounts.Store.
func (s *Store) Invitations(ctx context.Context, tenant catalog.TenantID, p catalog.Page) (list catalog.List[accounts.Invitation], err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		if err := needTenant(tx, tenant); err != nil {
			return err
		}
		of := span{bucket: tx.Bucket(bucketTenantInvitations), name: bucketTenantInvitations, prefix: textKey(string(tenant))}
		list, err = page(of, p, func(k, _ []byte) (accounts.Invitation, error) {
			return getInvitation(tx, k[len(of.prefix):]) // the rest of the key is the whole key in the other bucket
		})
		return err
	})
	return list, err
}

// InvitationsFor implements accounts.Store.
func (s *Store) InvitationsFor(ctx context.Context, email string) (list []accounts.Invitation, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		if list, err = invitationsFor(tx, email); len(list) > accounts.MaxMemberships {
			list = list[:accounts.MaxMemberships]
		}
		return err
	})
	return list, err
}

// invitationsFor has one invitation of each tenant at most.
func invitationsFor(tx *bbolt.Tx, email string) ([]accounts.Invitation, error) {
	var list []accounts.Invitation
	of := span{bucket: tx.Bucket(bucketInvitationEmails), prefix: textKey(email)}
	for k := range of.after(nil) {
		i, err := getInvitation(tx, k[len(of.prefix):])
		if err != nil {
			return nil, err
		}
		list = append(list, i)
	}
	return list, nil
}

// DeleteInvitation implements accounts.Store.
func (s *Store) DeleteInvitation(ctx context.Context, tenant catalog.TenantID, id accounts.InvitationID, events ...audit.Event) error {
	return s.write.do(ctx, func(e *edit) error {
		i, err := getInvitation(e.tx, textKey(string(id)))
		switch {
		case err != nil:
			return err
		case i.Tenant != tenant:
			return catalog.ErrNotFound
		}
		if err := e.dropInvitation(&i); err != nil {
			return err
		}
		return e.tellTenants(events)
	})
}
