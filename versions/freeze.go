package versions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

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
	if len(freezes) > maxFreezes {
		return Flow{}, invalid("/freezes", "a flow has at most %d freezes", maxFreezes)
	}
	for i, z := range freezes {
		at := fmt.Sprintf("/freezes/%d", i)
		switch {
		case !z.To.After(z.From):
			return Flow{}, invalid(at+"/to", "it must be after from")
		case z.To.Sub(z.From) > maxFreeze:
			return Flow{}, invalid(at+"/to", "a freeze lasts at most ten years")
		case len(z.Reason) > maxMessage:
			return Flow{}, invalid(at+"/reason", "a reason has at most %d bytes", maxMessage)
		}
	}
	return f.change(ctx, ref, "freeze", func(flow *Flow) (*edit, error) {
		event := audit.Event{Time: f.now(), Type: audit.FreezesSaved, Tenant: string(ref.Tenant), Actor: by, Flow: string(ref.Flow), Before: describe(flow.Freezes), After: describe(freezes)}
		flow.Freezes = slices.Clone(freezes)
		return &edit{events: []audit.Event{event}}, nil
	})
}

// thawed returns an [ErrFrozen] during a freeze.
func (flow *Flow) thawed(now time.Time) error {
	for _, z := range flow.Freezes {
		if !now.Before(z.From) && now.Before(z.To) {
			return &FreezeError{z}
		}
	}
	return nil
}

// FreezeError is an [ErrFrozen] with the freeze that applies.
type FreezeError struct{ Freeze }

func (e *FreezeError) Error() string {
	text := "the flow is frozen until " + e.To.UTC().Format(time.RFC3339)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// Is makes it an ErrFrozen.
func (e *FreezeError) Is(target error) bool { return target == ErrFrozen }
