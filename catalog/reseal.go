package catalog

import (
	"context"
	"errors"
	"fmt"
)

// Reseal opens everything that is sealed, and seals anew what is not sealed with the first key, also what was stored before there was one. A server does so when it starts: what it
// could not open later shows then, as [*seal.UnknownKeyError] or [seal.ErrDamaged]. Afterwards the keys but the first are no longer needed. It returns how much it sealed.
func (c *Catalog) Reseal(ctx context.Context) (resealed int, err error) {
	for page := (Page{Limit: MaxLimit}); ; {
		tenants, err := c.store.Tenants(ctx, page)
		if err != nil {
			return resealed, err
		}
		for i := range tenants.Items {
			n, err := c.resealTenant(ctx, &tenants.Items[i])
			resealed += n
			if err != nil {
				return resealed, err
			}
		}
		if page.After = tenants.Next; page.After == "" {
			return resealed, nil
		}
	}
}

func (c *Catalog) resealTenant(ctx context.Context, t *Tenant) (resealed int, err error) {
	secret, current, err := c.openRedirect(t)
	if err != nil {
		return 0, err
	}
	if !current {
		from := t.RedirectSecret
		if t.RedirectSecret, err = c.sealRedirect(t.ID, secret); err != nil {
			return 0, err
		}
		if err := unlessChanged(c.store.ResealTenant(ctx, *t, from)); err != nil {
			return 0, fmt.Errorf("seal redirect secret of tenant %s: %w", t.ID, err)
		}
		resealed++
	}
	open, err := c.OpenSecrets(ctx, t.ID)
	if err != nil {
		return resealed, err
	}
	for _, s := range open {
		if c.seal.Current(s.Sealed) {
			continue
		}
		from := s.Sealed
		if s.Sealed, err = c.seal.Seal(s.place(), []byte(s.Value)); err != nil {
			return resealed, err
		}
		if err := unlessChanged(c.store.ResealSecret(ctx, s.Secret, from)); err != nil {
			return resealed, fmt.Errorf("seal secret %s of tenant %s: %w", s.Name, t.ID, err)
		}
		resealed++
	}
	return resealed, nil
}

// unlessChanged takes what somebody else has written in the meantime, and so sealed, for sealed.
func unlessChanged(err error) error {
	if errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
