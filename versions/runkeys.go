package versions

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"github.com/durward/durward/catalog"
)

const (
	// keyCheck is how often the keys are read, and keyDelay how old a key is before it seals: by then every node knows it.
	keyCheck = 20 * time.Second
	keyDelay = time.Minute
	// keyAge is how old the newest key gets before another one is made, and keyRest how much longer than a run a key is kept after that.
	keyAge  = 30 * 24 * time.Hour
	keyRest = time.Hour
)

// RenewKeys makes a new run key when the newest one is old, drops those with which no valid run can be sealed, and hands them to the sealer.
func (c *Conductor) RenewKeys(ctx context.Context) {
	store, now := c.Flows.Store, c.Flows.now()
	keys, err := store.RunKeys(ctx)
	if err == nil && now.Sub(keys[0].CreatedAt) >= keyAge {
		key := newRunKey(keys[0].ID+1, now)
		if err = store.AddRunKey(ctx, key); errors.Is(err, catalog.ErrExists) {
			err = nil // another node has made one
		}
		if err == nil {
			keys, err = store.RunKeys(ctx)
		}
	}
	if err == nil {
		keys, err = c.dropKeys(ctx, keys, now)
	}
	if err == nil {
		err = c.Sealer.Use(sealing(keys, now))
	}
	if err != nil && ctx.Err() == nil {
		c.logger().Error("renew run keys", "error", err)
	}
}

func newRunKey(id uint32, now time.Time) RunKey {
	k := RunKey{ID: id, CreatedAt: now.UTC().Truncate(time.Millisecond)}
	rand.Read(k.Secret[:]) // never fails
	return k
}

// dropKeys removes the keys that were followed by another one so long ago that no run of theirs is valid.
func (c *Conductor) dropKeys(ctx context.Context, keys []RunKey, now time.Time) ([]RunKey, error) {
	for i := 1; i < len(keys); i++ {
		if now.Sub(keys[i-1].CreatedAt) > c.Sealer.lifetime+keyDelay+keyRest {
			for _, old := range keys[i:] {
				if err := c.Flows.Store.DeleteRunKey(ctx, old.ID); err != nil {
					return nil, err
				}
			}
			return keys[:i], nil
		}
	}
	return keys, nil
}

// sealing puts the key to seal with first: the newest that all nodes know.
func sealing(keys []RunKey, now time.Time) []RunKey {
	for i, k := range keys {
		if now.Sub(k.CreatedAt) >= keyDelay {
			return append([]RunKey{k}, slices.Delete(slices.Clone(keys), i, i+1)...)
		}
	}
	return keys
}

// RotateRunKeys makes a new key, which seals runs from a minute later on. With revoke it seals at once and all others are removed: every run that was begun is invalid then. It is for the case
// that keys have become known.
func (f *Flows) RotateRunKeys(ctx context.Context, s *Sealer, revoke bool) (RunKey, error) {
	keys, err := f.Store.RunKeys(ctx)
	if err != nil {
		return RunKey{}, err
	}
	key := newRunKey(keys[0].ID+1, f.now())
	if err := f.Store.AddRunKey(ctx, key); err != nil {
		return RunKey{}, err
	}
	if !revoke {
		return key, s.Use(sealing(append([]RunKey{key}, keys...), f.now()))
	}
	for _, old := range keys {
		if err := f.Store.DeleteRunKey(ctx, old.ID); err != nil {
			return RunKey{}, err
		}
	}
	return key, s.Use([]RunKey{key})
}
