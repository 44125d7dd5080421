package versions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/runtime/host"
)

// Flows creates flows and saves their revisions.
type Flows struct {
	Store   Store
	Schemas catalog.Schemas
	// Tenants knows what each tenant's actions may use. Default: nothing is known, and the default limits are the most that an attachment may have.
	Tenants host.Tenants
	Now     func() time.Time
}

// NewFlow is a flow to be created.
type NewFlow struct {
	Slug  FlowSlug
	Kind  contract.FlowKind
	Name  string // default: the slug
	Slots map[contract.SlotName]Slot
}

// Warning is something about a revision that is allowed and often not meant.
type Warning struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// Create creates a flow with its first revision. It returns catalog.ErrExists if the slug is taken, [ErrFrozen] in a freeze of all flows, and catalog.InvalidErrors for what [Flows.Save] refuses too.
func (f *Flows) Create(ctx context.Context, by audit.Actor, tenant catalog.TenantID, n NewFlow) (Flow, Revision, []Warning, error) {
	if err := catalog.CheckSlug("/slug", string(n.Slug)); err != nil {
		return Flow{}, Revision{}, nil, err
	}
	if contract.SlotsOf(n.Kind) == nil {
		return Flow{}, Revision{}, nil, invalid("/kind", "%q is not a kind of flow; the kinds are %s", clip(string(n.Kind), 80), kinds())
	}
	if n.Name == "" {
		n.Name = string(n.Slug)
	}
	if len(n.Name) > catalog.MaxName {
		return Flow{}, Revision{}, nil, invalid("/name", "a name has at most %d bytes", catalog.MaxName)
	}
	checked, err := f.check(ctx, tenant, n.Kind, n.Slots)
	if err != nil {
		return Flow{}, Revision{}, nil, err
	}
	now := f.now()
	if err := f.thawed(ctx, &Flow{Tenant: tenant}); err != nil {
		return Flow{}, Revision{}, nil, fmt.Errorf("create flow %s: %w", n.Slug, err)
	}
	flow := Flow{Tenant: tenant, Slug: n.Slug, Kind: n.Kind, Name: n.Name, CreatedAt: now, CreatedBy: by, Revision: 1, Latest: 1, Edition: 1}
	revision := Revision{Tenant: tenant, Flow: n.Slug, Number: 1, Slots: checked.slots, SavedAt: now, SavedBy: by}
	events := append([]audit.Event{f.event(by, audit.FlowCreated, &revision)}, f.changes(by, &Revision{}, &revision)...)
	if err := f.Store.CreateFlow(ctx, flow, revision, events...); err != nil {
		return Flow{}, Revision{}, nil, fmt.Errorf("create flow %s: %w", n.Slug, err)
	}
	return flow, revision, checked.warnings, nil
}

func kinds() string {
	text := ""
	for i, k := range contract.FlowKinds() {
		if i > 0 {
			text += ", "
		}
		text += string(k)
	}
	return text
}

// Change is the next revision of a flow.
type Change struct {
	// Base is the number of the revision that the change was made from; catalog.ErrConflict if it is not the live one.
	Base    int
	Slots   map[contract.SlotName]Slot
	Message string
}

// Save saves the next revision of a flow, which is live when Save returns. It returns [ErrRolling] while a candidate is rolled out, which was compared with another revision, and [ErrFrozen]
// in a freeze. What breaks a rule is catalog.InvalidErrors, with pointers into a body whose member "slots" is Slots.
func (f *Flows) Save(ctx context.Context, by audit.Actor, tenant catalog.TenantID, slug FlowSlug, change Change) (Revision, []Warning, error) {
	flow, err := f.Store.Flow(ctx, tenant, slug)
	if err != nil {
		return Revision{}, nil, fmt.Errorf("save flow %s: %w", slug, err)
	}
	if len(change.Message) > maxMessage {
		return Revision{}, nil, invalid("/message", "a message has at most %d bytes", maxMessage)
	}
	if err := f.open(ctx, &flow, change.Base); err != nil {
		return Revision{}, nil, fmt.Errorf("save flow %s: %w", slug, err)
	}
	before, err := f.Store.Revision(ctx, tenant, slug, change.Base)
	if err != nil {
		return Revision{}, nil, fmt.Errorf("save flow %s: %w", slug, err)
	}
	checked, err := f.check(ctx, tenant, flow.Kind, change.Slots)
	if err != nil {
		return Revision{}, nil, err
	}
	revision := Revision{
		Tenant: tenant, Flow: slug, Number: flow.Latest + 1, Slots: checked.slots, Message: change.Message, SavedAt: f.now(), SavedBy: by,
	}
	flow.goLive(revision.Number)
	flow.Edition++
	events := append([]audit.Event{f.event(by, audit.FlowSaved, &revision)}, f.changes(by, &before, &revision)...)
	if err := f.Store.SaveFlow(ctx, flow, []Revision{revision}, events...); err != nil {
		return Revision{}, nil, fmt.Errorf("save flow %s: %w", slug, err)
	}
	return revision, checked.warnings, nil
}

func (f *Flows) now() time.Time {
	if f.Now == nil {
		return time.Now().UTC()
	}
	return f.Now().UTC()
}

func (f *Flows) event(by audit.Actor, kind audit.EventType, r *Revision) audit.Event {
	return audit.Event{Time: r.SavedAt, Type: kind, Tenant: string(r.Tenant), Actor: by, Flow: string(r.Flow), Revision: r.Number}
}

// Flow returns a flow.
func (f *Flows) Flow(ctx context.Context, tenant catalog.TenantID, slug FlowSlug) (Flow, error) {
	return f.Store.Flow(ctx, tenant, slug)
}

// Flows lists a tenant's flows.
func (f *Flows) Flows(ctx context.Context, tenant catalog.TenantID, page catalog.Page) (catalog.List[Flow], error) {
	return f.Store.Flows(ctx, tenant, page.Clamp())
}

// Revision returns a revision of a flow.
func (f *Flows) Revision(ctx context.Context, tenant catalog.TenantID, flow FlowSlug, number int) (Revision, error) {
	return f.Store.Revision(ctx, tenant, flow, number)
}

// Revisions lists a flow's revisions, newest first.
func (f *Flows) Revisions(ctx context.Context, tenant catalog.TenantID, flow FlowSlug, page catalog.Page) (catalog.List[Revision], error) {
	return f.Store.Revisions(ctx, tenant, flow, page.Clamp())
}

// notFound says whether err means that a thing does not exist.
func notFound(err error) bool { return errors.Is(err, catalog.ErrNotFound) }
