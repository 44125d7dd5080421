package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/durward/durward/catalog/audit"
)

// TypeCheck says what happens to a draft that is published and whose types are wrong.
type TypeCheck string

// What happens.
const (
	TypeCheckOff    TypeCheck = "off"    // nothing: types are not checked
	TypeCheckWarn   TypeCheck = "warn"   // it is published, and the answer has warnings
	TypeCheckRefuse TypeCheck = "refuse" // it is not published
)

// TypeChecks are all of them.
func TypeChecks() []TypeCheck { return []TypeCheck{TypeCheckOff, TypeCheckWarn, TypeCheckRefuse} }

// Publishing is what a tenant asks of drafts that are published.
type Publishing struct {
	// Revision counts the saves; 0 before the first.
	Revision  int
	TypeCheck TypeCheck // default: off
	UpdatedAt time.Time
	UpdatedBy audit.Actor
}

// Publishing returns what a tenant asks of drafts; the defaults before the first save.
func (c *Catalog) Publishing(ctx context.Context, tenant TenantID) (Publishing, error) {
	p, err := c.store.Publishing(ctx, tenant)
	return p.filled(), err
}

func (p Publishing) filled() Publishing {
	if p.TypeCheck == "" {
		p.TypeCheck = TypeCheckOff
	}
	return p
}

// SavePublishing replaces what a tenant asks of drafts; base is as for [Catalog.SaveTenantLimits].
func (c *Catalog) SavePublishing(ctx context.Context, by audit.Actor, tenant TenantID, base *int, p Publishing) (Publishing, error) {
	p = p.filled()
	var list InvalidErrors
	checkWords("/type_check", []TypeCheck{p.TypeCheck}, TypeChecks(), func(_, format string, args ...any) { list.add("/type_check", format, args...) })
	if len(list) > 0 {
		return Publishing{}, list
	}
	for {
		before, err := c.store.Publishing(ctx, tenant)
		if err == nil {
			err = conflict(base, before.Revision)
		}
		if err == nil {
			p.Revision, p.UpdatedAt, p.UpdatedBy = before.Revision+1, c.now().UTC(), by
			event := c.event(by, audit.PublishingSaved, tenant)
			event.Revision, event.Before, event.After = p.Revision, describe(before.shown()), describe(p.shown())
			err = c.store.SavePublishing(ctx, tenant, p, event)
		}
		if base == nil && errors.Is(err, ErrConflict) {
			continue
		}
		if err != nil {
			return Publishing{}, fmt.Errorf("save publishing: %w", err)
		}
		return p, nil
	}
}

// shown is what an event tells of it.
func (p *Publishing) shown() any {
	if p.Revision == 0 {
		return nil
	}
	return map[string]TypeCheck{"type_check": p.TypeCheck}
}
