package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/durward/durward/catalog/audit"
)

// Egress is where a tenant's actions may send requests. The zero value allows every public host.
type Egress struct {
	// Revision counts the saves; 0 before the first.
	Revision int
	// Hosts are allowed, as "api.example.com", "*.example.com" (one label or more) or either with a ":port". Empty: every public host.
	Hosts []string
	// Methods are allowed, in capitals. Empty: all.
	Methods []string
	// Schemes are allowed, "https" and "http". Empty: both.
	Schemes   []string
	UpdatedAt time.Time
	UpdatedBy audit.Actor
}

// Methods are the methods that a request of an action can have.
func Methods() []string {
	return []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
}

// Schemes are the schemes that a request of an action can have.
func Schemes() []string { return []string{"https", "http"} }

// Egress returns a tenant's egress policy; it is zero before the first save.
func (c *Catalog) Egress(ctx context.Context, tenant TenantID) (Egress, error) {
	return c.store.Egress(ctx, tenant)
}

// SaveEgress replaces a tenant's egress policy; base is as for [Catalog.SaveTenantLimits].
func (c *Catalog) SaveEgress(ctx context.Context, by audit.Actor, tenant TenantID, base *int, e Egress) (Egress, error) {
	var list InvalidErrors
	checkHosts("/hosts", e.Hosts, list.add, publicHost)
	checkWords("/methods", e.Methods, Methods(), list.add)
	checkWords("/schemes", e.Schemes, Schemes(), list.add)
	if len(list) > 0 {
		return Egress{}, list
	}
	e.Hosts, e.Methods, e.Schemes = sorted(e.Hosts), sorted(e.Methods), sorted(e.Schemes)
	for {
		before, err := c.store.Egress(ctx, tenant)
		if err == nil {
			err = conflict(base, before.Revision)
		}
		if err == nil {
			e.Revision, e.UpdatedAt, e.UpdatedBy = before.Revision+1, c.now().UTC(), by
			event := c.event(by, audit.EgressSaved, tenant)
			event.Revision, event.Before, event.After = e.Revision, describe(before.shown()), describe(e.shown())
			err = c.store.SaveEgress(ctx, tenant, e, event)
		}
		if base == nil && errors.Is(err, ErrConflict) {
			continue
		}
		if err != nil {
			return Egress{}, fmt.Errorf("save egress: %w", err)
		}
		return e, nil
	}
}

// shown is what an event tells of the policy.
func (e *Egress) shown() any {
	if e.Revision == 0 {
		return nil
	}
	return map[string][]string{"hosts": e.Hosts, "methods": e.Methods, "schemes": e.Schemes}
}

// checkWords refuses what is not one of the words.
func checkWords[T ~string](pointer string, list, words []T, add func(pointer, format string, args ...any)) {
	for i, w := range list {
		if !slices.Contains(words, w) {
			add(fmt.Sprintf("%s/%d", pointer, i), "%q is not one of %v", clip(string(w), 40), words)
		}
	}
}
