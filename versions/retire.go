package versions

import (
	"context"
	"fmt"
	"strings"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
)

// Deprecate says why nobody should begin to use a version: lists show it, whoever attaches the version is warned, and ranges of dependencies prefer other versions. The version can be used as before. A version that is deprecated already gets the new reason.
func (p *Publisher) Deprecate(ctx context.Context, by audit.Actor, tenant catalog.TenantID, action catalog.ActionSlug, number, reason string) (Version, error) {
	if reason = strings.TrimSpace(reason); reason == "" {
		return Version{}, invalid("/reason", "say why, and what to use: those who use the version read it")
	}
	if err := checkReason(reason); err != nil {
		return Version{}, err
	}
	return p.deprecate(ctx, by, tenant, action, number, &Deprecation{At: p.now(), By: by, Reason: reason})
}

// Undeprecate takes a deprecation back. A version that is not deprecated stays as it is.
func (p *Publisher) Undeprecate(ctx context.Context, by audit.Actor, tenant catalog.TenantID, action catalog.ActionSlug, number string) (Version, error) {
	return p.deprecate(ctx, by, tenant, action, number, nil)
}

func (p *Publisher) deprecate(ctx context.Context, by audit.Actor, tenant catalog.TenantID, action catalog.ActionSlug, number string, d *Deprecation) (Version, error) {
	v, err := p.Store.Version(ctx, tenant, action, number)
	if err != nil || v.Deprecation == nil && d == nil || v.Deprecation != nil && d != nil && v.Deprecation.Reason == d.Reason {
		return v, err
	}
	event := audit.Event{Time: p.now(), Type: audit.Undeprecated, Tenant: string(tenant), Actor: by, Action: string(action), Version: number}
	if v.Deprecation != nil {
		event.Before = describe(map[string]any{"reason": v.Deprecation.Reason})
	}
	if d != nil {
		event.Type, event.After = audit.Deprecated, describe(map[string]any{"reason": d.Reason})
	}
	if err := p.Store.DeprecateVersion(ctx, tenant, action, number, d, event); err != nil {
		return Version{}, fmt.Errorf("deprecate %s@%s: %w", action, number, err)
	}
	v.Deprecation = d
	return v, nil
}

// DeleteAction removes an action or a shared module, with its draft and all its versions. It is refused with a [*PinnedError] while something has one of the versions. What is recorded of it stays.
func (p *Publisher) DeleteAction(ctx context.Context, by audit.Actor, tenant catalog.TenantID, slug catalog.ActionSlug) (catalog.Action, error) {
	action, err := p.Catalog.Action(ctx, tenant, slug)
	if err != nil {
		return catalog.Action{}, fmt.Errorf("delete %s: %w", slug, err)
	}
	event := audit.Event{
		Time: p.now(), Type: audit.ActionDeleted, Tenant: string(tenant), Actor: by, Action: string(slug),
		Before: describe(map[string]any{"name": action.Name, "kind": action.Kind, "latest": action.Latest}),
	}
	if err := p.Store.DeleteAction(ctx, tenant, slug, event); err != nil {
		return catalog.Action{}, fmt.Errorf("delete %s: %w", slug, err)
	}
	return action, nil
}

// PinnedError is an action that cannot be deleted because something has a version of it. Its text is written for people.
type PinnedError struct {
	Flows []FlowPin
	// Dependents are versions that have the module in them; Dependents beyond [MaxPins] are left out.
	Dependents []Dependent
}

// MaxPins bounds each list of a [PinnedError].
const MaxPins = 20

// FlowPin is a flow with the newest of its revisions that has an action.
type FlowPin struct {
	Flow     FlowSlug
	Revision int
	Live     bool // or the candidate of a rollout
}

func (e *PinnedError) Error() string {
	var places []string
	for _, f := range e.Flows {
		if f.Live {
			places = append(places, fmt.Sprintf("attached in flow %s (revision %d, which runs)", f.Flow, f.Revision))
		} else {
			places = append(places, fmt.Sprintf("kept by flow %s (revision %d, to which it can be rolled back)", f.Flow, f.Revision))
		}
	}
	for _, d := range e.Dependents {
		places = append(places, fmt.Sprintf("imported by %s@%s", d.Action, d.Number))
	}
	return "it is " + strings.Join(places, ", ")
}
