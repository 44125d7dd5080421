package versions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

// ErrFrozen says that nothing new may go live now.
var ErrFrozen = errors.New("the flow is frozen")

const (
	maxFreezes = 50
	maxFreeze  = 10 * 366 * 24 * time.Hour
)

// SetFreezes says when nothing new may go live in a flow; it replaces what was said before.
func (f *Flows) SetFreezes(ctx context.Context, by audit.Actor, ref FlowRef, freezes []Freeze) (Flow, error) {
	if err := checkFreezes(freezes); err != nil {
		return Flow{}, err
	}
	return f.change(ctx, ref, "freeze", func(flow *Flow) (*edit, error) {
		event := audit.Event{Time: f.now(), Type: audit.FreezesSaved, Tenant: string(ref.Tenant), Actor: by, Flow: string(ref.Flow), Before: describe(flow.Freezes), After: describe(freezes)}
		flow.Freezes = slices.Clone(freezes)
		return &edit{events: []audit.Event{event}}, nil
	})
}

// TenantFreezes returns when nothing new may go live in any flow of a tenant.
func (f *Flows) TenantFreezes(ctx context.Context, tenant catalog.TenantID) ([]Freeze, error) {
	return f.Store.TenantFreezes(ctx, tenant)
}

// SetTenantFreezes says when nothing new may go live in any flow of a tenant; it replaces what was said before.
func (f *Flows) SetTenantFreezes(ctx context.Context, by audit.Actor, tenant catalog.TenantID, freezes []Freeze) error {
	if err := checkFreezes(freezes); err != nil {
		return err
	}
	before, err := f.Store.TenantFreezes(ctx, tenant)
	if err != nil {
		return fmt.Errorf("freeze: %w", err)
	}
	event := audit.Event{Time: f.now(), Type: audit.TenantFreezesSaved, Tenant: string(tenant), Actor: by, Before: describe(before), After: describe(freezes)}
	if err := f.Store.SaveTenantFreezes(ctx, tenant, freezes, event); err != nil {
		return fmt.Errorf("freeze: %w", err)
	}
	return nil
}

func checkFreezes(freezes []Freeze) error {
	if len(freezes) > maxFreezes {
		return invalid("/freezes", "there can be at most %d freezes", maxFreezes)
	}
	for i, z := range freezes {
		at := fmt.Sprintf("/freezes/%d", i)
		switch {
		case !z.To.After(z.From):
			return invalid(at+"/to", "it must be after from")
		case z.To.Sub(z.From) > maxFreeze:
			return invalid(at+"/to", "a freeze lasts at most ten years")
		case len(z.Reason) > maxMessage:
			return invalid(at+"/reason", "a reason has at most %d bytes", maxMessage)
		}
	}
	return nil
}

// thawed returns an [ErrFrozen] during a freeze of a flow, or of all flows of its tenant.
func (f *Flows) thawed(ctx context.Context, flow *Flow) error {
	now := f.now()
	if z := during(flow.Freezes, now); z != nil {
		return &FreezeError{Freeze: *z}
	}
	freezes, err := f.Store.TenantFreezes(ctx, flow.Tenant)
	if err != nil {
		return err
	}
	if z := during(freezes, now); z != nil {
		return &FreezeError{Freeze: *z, All: true}
	}
	return nil
}

// during is the freeze at a time, nil if there is none.
func during(freezes []Freeze, now time.Time) *Freeze {
	for i, z := range freezes {
		if !now.Before(z.From) && now.Before(z.To) {
			return &freezes[i]
		}
	}
	return nil
}

// FreezeError is an [ErrFrozen] with the freeze that applies.
type FreezeError struct {
	Freeze
	All bool // it is one of all flows of the tenant
}

func (e *FreezeError) Error() string {
	text := "the flow is frozen until "
	if e.All {
		text = "all flows of the tenant are frozen until "
	}
	text += e.To.UTC().Format(time.RFC3339)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// Is makes it an ErrFrozen.
func (e *FreezeError) Is(target error) bool { return target == ErrFrozen }
