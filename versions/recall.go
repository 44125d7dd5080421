package versions

import (
	"context"
	"errors"
	"fmt"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

// Recalled is a version that was recalled.
type Recalled struct {
	Version Version
	// Dependents have the version in them, if it is one of a shared module. They are recalled too if that was asked for.
	Dependents []Dependent
}

// RecallVersion takes a version of an action out of use: nothing can be attached, rolled back or rolled out with it any more, and runs that are sealed to revisions with it go on with what is
// live. Candidates with it are taken back. It is refused with [ErrLive] while a live revision has it.
//
// A version of a shared module is in the versions of others, which nothing can take it out of: with dependents they are recalled in the same step, all or none; without, no version can be published any
// more that has it, and those that are there stay.
func (f *Flows) RecallVersion(ctx context.Context, by audit.Actor, tenant catalog.TenantID, of VersionRef, reason string, dependents bool) (Recalled, error) {
	if err := checkReason(reason); err != nil {
		return Recalled{}, err
	}
	for try := 1; ; try++ {
		out, err := f.recallVersion(ctx, by, tenant, of, reason, dependents)
		if !errors.Is(err, catalog.ErrConflict) || try == editTries {
			return out, err
		}
	}
}

func (f *Flows) recallVersion(ctx context.Context, by audit.Actor, tenant catalog.TenantID, of VersionRef, reason string, dependents bool) (out Recalled, err error) {
	if out.Version, err = f.Store.Version(ctx, tenant, of.Action, of.Number); err != nil {
		return Recalled{}, err
	}
	if out.Version.IsModule() {
		if out.Dependents, err = f.dependents(ctx, tenant, of); err != nil {
			return Recalled{}, err
		}
	}
	if out.Version.Recall != nil && !dependents {
		return out, nil
	}
	targets := map[VersionRef]bool{of: true}
	if dependents {
		for _, d := range out.Dependents {
			targets[VersionRef{d.Action, d.Number}] = true
		}
	}
	if err := f.release(ctx, by, tenant, targets, reason); err != nil {
		return Recalled{}, err
	}
	recall := Recall{At: f.now(), By: by, Reason: reason}
	recalls := make([]VersionRecall, 0, len(targets))
	for target := range targets {
		after := map[string]any{"reason": reason}
		if target != of {
			after["because_of"] = of.String()
		}
		recalls = append(recalls, VersionRecall{target, audit.Event{
			Time: recall.At, Type: audit.VersionRecall, Tenant: string(tenant), Actor: by, Action: string(target.Action), Version: target.Number, After: describe(after),
		}})
	}
	if err := f.Store.RecallVersions(ctx, tenant, recall, recalls); err != nil {
		return Recalled{}, fmt.Errorf("recall %s: %w", of, err)
	}
	out.Version, err = f.Store.Version(ctx, tenant, of.Action, of.Number)
	return out, err
}

// dependents are the versions that have a version of a shared module in them.
func (f *Flows) dependents(ctx context.Context, tenant catalog.TenantID, of VersionRef) ([]Dependent, error) {
	var all []Dependent
	for page := (catalog.Page{Limit: catalog.MaxLimit}); ; {
		list, err := f.Store.Dependents(ctx, tenant, of.Action, page)
		if err != nil {
			return nil, fmt.Errorf("dependents of %s: %w", of, err)
		}
		for _, d := range list.Items {
			if d.Pin.Number == of.Number {
				all = append(all, d)
			}
		}
		if page.After = list.Next; page.After == "" {
			return all, nil
		}
	}
}

// release aborts the rollouts of candidates with one of the versions, once it is sure that no live revision has one.
func (f *Flows) release(ctx context.Context, by audit.Actor, tenant catalog.TenantID, targets map[VersionRef]bool, reason string) error {
	var candidates []FlowRef
	for page := (catalog.Page{Limit: catalog.MaxLimit}); ; {
		list, err := f.Store.Flows(ctx, tenant, page)
		if err != nil {
			return err
		}
		for i := range list.Items {
			flow := &list.Items[i]
			ref := FlowRef{tenant, flow.Slug}
			if pin, err := f.pins(ctx, ref, flow.Revision, targets); err != nil {
				return err
			} else if pin != nil {
				return &LiveError{flow.Slug, flow.Revision, pin.String()}
			}
			if !flow.Rolling() {
				continue
			}
			if pin, err := f.pins(ctx, ref, flow.Rollout.Candidate, targets); err != nil {
				return err
			} else if pin != nil {
				candidates = append(candidates, ref)
			}
		}
		if page.After = list.Next; page.After == "" {
			break
		}
	}
	for _, ref := range candidates {
		if _, err := f.Abort(ctx, by, ref, reason, false); err != nil && !errors.Is(err, ErrNoRollout) { // it has ended meanwhile
			return err
		}
	}
	return nil
}

// pins is one of the versions that a revision has, nil if it has none.
func (f *Flows) pins(ctx context.Context, ref FlowRef, number int, targets map[VersionRef]bool) (*VersionRef, error) {
	r, err := f.Store.Revision(ctx, ref.Tenant, ref.Flow, number)
	if err != nil {
		return nil, fmt.Errorf("revision %d of flow %s: %w", number, ref.Flow, err)
	}
	for pin := range r.Pins() {
		if targets[pin] {
			return &pin, nil
		}
	}
	return nil, nil
}
