package bolt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	bbolt "go.etcd.io/bbolt"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

var (
	bucketSessions      = []byte("sessions")       // id (32 bytes)
	bucketOwnerSessions = []byte("owner_sessions") // owner (3 texts, one of them not empty), time of creation (8), id: the oldest of an owner is the first
)

func ownerKey(o accounts.Owner) key { return textKey(string(o.Person), string(o.Key), o.Operator) }

func ownerSessionKey(s *accounts.Session) key {
	return append(ownerKey(s.Owner).number(uint64(s.CreatedAt.UnixNano())), s.ID[:]...)
}

// CreateSession implements accounts.Store.
func (s *Store) CreateSession(ctx context.Context, session accounts.Session, events ...audit.Event) error {
	return s.write.do(ctx, func(e *edit) error {
		owned := keysUnder(e.bucket(bucketOwnerSessions), ownerKey(session.Owner), accounts.MaxSessions)
		if len(owned) == accounts.MaxSessions {
			if err := e.dropOwned(owned[0]); err != nil {
				return err
			}
		}
		if err := e.putJSON(bucketSessions, session.ID[:], storeSession(&session)); err != nil {
			return err
		}
		if err := e.put(bucketOwnerSessions, ownerSessionKey(&session), []byte{}); err != nil {
			return err
		}
		return e.tellTenants(events)
	})
}

// dropOwned removes the session that a key of the owners' index ends with.
func (e *edit) dropOwned(k key) error {
	id := k[len(k)-len(accounts.SessionID{}):]
	return errors.Join(e.delete(bucketSessions, id), e.delete(bucketOwnerSessions, k))
}

// Session implements accounts.Store.
func (s *Store) Session(ctx context.Context, id accounts.SessionID) (session accounts.Session, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		session, err = getSession(tx, id)
		return err
	})
	return session, err
}

func getSession(tx *bbolt.Tx, id accounts.SessionID) (accounts.Session, error) {
	var stored storedSession
	err := get(tx.Bucket(bucketSessions), id[:], &stored)
	return stored.session(id), err
}

// TouchSession implements accounts.Store.
func (s *Store) TouchSession(ctx context.Context, id accounts.SessionID, seen time.Time) error {
	return s.write.do(ctx, func(e *edit) error {
		session, err := getSession(e.tx, id)
		if errors.Is(err, catalog.ErrNotFound) || err == nil && !seen.After(session.SeenAt) {
			return nil
		}
		if err != nil {
			return err
		}
		session.SeenAt = seen
		return e.putJSON(bucketSessions, id[:], storeSession(&session))
	})
}

// DeleteSession implements accounts.Store.
func (s *Store) DeleteSession(ctx context.Context, id accounts.SessionID, events ...audit.Event) error {
	return s.write.do(ctx, func(e *edit) error {
		session, err := getSession(e.tx, id)
		if errors.Is(err, catalog.ErrNotFound) {
			return nil
		}
		if err == nil {
			err = e.dropOwned(ownerSessionKey(&session))
		}
		if err != nil {
			return err
		}
		return e.tellTenants(events)
	})
}

// DeleteSessions implements accounts.Store.
func (s *Store) DeleteSessions(ctx context.Context, owner accounts.Owner, events ...audit.Event) (ended int, err error) {
	err = s.write.do(ctx, func(e *edit) error {
		if ended, err = e.dropSessions(owner); err != nil {
			return err
		}
		return e.tellTenants(events)
	})
	return ended, err
}

func (e *edit) dropSessions(owner accounts.Owner) (int, error) {
	owned := keysUnder(e.bucket(bucketOwnerSessions), ownerKey(owner), accounts.MaxSessions)
	for _, k := range owned {
		if err := e.dropOwned(k); err != nil {
			return 0, err
		}
	}
	return len(owned), nil
}

// sweepMost bounds how much one transaction of a sweep removes, since other writers wait for it.
const sweepMost = 500

// Sweep implements accounts.Store.
func (s *Store) Sweep(ctx context.Context, stale accounts.Stale) error {
	for {
		sessions, invitations, err := s.findStale(ctx, stale)
		if err != nil || len(sessions)+len(invitations) == 0 {
			return err
		}
		err = s.write.do(ctx, func(e *edit) error {
			for i := range sessions {
				if err := e.dropStale(&sessions[i], stale); err != nil {
					return err
				}
			}
			for i := range invitations {
				if err := e.dropInvitation(&invitations[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// dropStale removes a session unless it has been used since it was found.
func (e *edit) dropStale(found *accounts.Session, stale accounts.Stale) error {
	session, err := getSession(e.tx, found.ID)
	if errors.Is(err, catalog.ErrNotFound) || err == nil && !isStale(&session, stale) {
		return nil
	}
	if err != nil {
		return err
	}
	return e.dropOwned(ownerSessionKey(&session))
}

func isStale(s *accounts.Session, stale accounts.Stale) bool {
	return s.CreatedAt.Before(stale.Created) || s.SeenAt.Before(stale.Seen)
}

// findStale returns some of what is over.
func (s *Store) findStale(ctx context.Context, stale accounts.Stale) (sessions []accounts.Session, invitations []accounts.Invitation, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketSessions).Cursor()
		for k, v := c.First(); k != nil && len(sessions) < sweepMost; k, v = c.Next() {
			var stored storedSession
			if err := json.Unmarshal(v, &stored); err != nil {
				return fmt.Errorf("read session: %w", err)
			}
			if session := stored.session(accounts.SessionID(k)); isStale(&session, stale) {
				sessions = append(sessions, session)
			}
		}
		c = tx.Bucket(bucketInvitations).Cursor()
		for k, _ := c.First(); k != nil && len(invitations) < sweepMost; k, _ = c.Next() {
			i, err := getInvitation(tx, k)
			if err != nil {
				return fmt.Errorf("read invitation: %w", err)
			}
			if i.ExpiresAt.Before(stale.Expired) {
				invitations = append(invitations, i)
			}
		}
		return nil
	})
	return sessions, invitations, err
}
