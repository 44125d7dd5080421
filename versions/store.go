package versions

import (
	"context"
	"time"

	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/versions/rollout"
)

// FlowRef names a flow of a tenant.
type FlowRef struct {
	Tenant catalog.TenantID
	Flow   FlowSlug
}

// Store keeps versions, flows and revisions. As in [catalog.Store], a write and its audit events are one transaction, all methods are
// safe for concurrent use, and errors are catalog.ErrNotFound, catalog.ErrExists and catalog.ErrConflict as each method says. A list whose owner (tenant, action
// or flow) does not exist is catalog.ErrNotFound, a cursor that the list did not return is catalog.InvalidErrors. Every write may return
// catalog.ErrQuota.
type Store interface {
	// PutVersion stores v and makes its number the action's latest. If the action has a version of that number it returns catalog.ErrExists
	// and stores nothing; if the action does not exist, catalog.ErrNotFound; if the number is no semantic version, catalog.InvalidErrors; if a shared module in it was recalled, catalog.ErrConflict.
	PutVersion(ctx context.Context, v Version, events ...audit.Event) error
	Version(ctx context.Context, tenant catalog.TenantID, action catalog.ActionSlug, number string) (Version, error)
	// Versions lists an action's versions, newest first by precedence (semver.org, section 11), without Files, Bundle and SourceMap.
	Versions(ctx context.Context, tenant catalog.TenantID, action catalog.ActionSlug, page catalog.Page) (catalog.List[Version], error)

	// Dependents lists the versions that have a version of a shared module in them: by the module's versions by precedence, oldest first, then by action and version.
	// catalog.ErrNotFound if there is no such module.
	Dependents(ctx context.Context, tenant catalog.TenantID, module catalog.ActionSlug, page catalog.Page) (catalog.List[Dependent], error)

	// CreateFlow stores a flow with its first revision; catalog.ErrExists if the slug is taken, catalog.ErrNotFound if the
	// tenant does not exist, catalog.ErrConflict as SaveFlow.
	CreateFlow(ctx context.Context, f Flow, r Revision, events ...audit.Event) error
	Flow(ctx context.Context, tenant catalog.TenantID, slug FlowSlug) (Flow, error)
	Flows(ctx context.Context, tenant catalog.TenantID, page catalog.Page) (catalog.List[Flow], error)
	// SaveFlow stores f in the place of the edition before it (f.Edition - 1) together with revisions of it, new ones or stored ones that have been recalled; catalog.ErrConflict if another
	// edition is stored, or if a version was recalled, or deleted with its action, that is pinned by what becomes the live revision or the candidate; catalog.ErrNotFound if there is no such flow.
	SaveFlow(ctx context.Context, f Flow, revisions []Revision, events ...audit.Event) error
	Revision(ctx context.Context, tenant catalog.TenantID, flow FlowSlug, number int) (Revision, error)
	// Revisions lists a flow's revisions, newest first.
	Revisions(ctx context.Context, tenant catalog.TenantID, flow FlowSlug, page catalog.Page) (catalog.List[Revision], error)

	// TenantFreezes returns when nothing new may go live in any flow of a tenant; catalog.ErrNotFound if the tenant does not exist.
	TenantFreezes(ctx context.Context, tenant catalog.TenantID) ([]Freeze, error)
	// SaveTenantFreezes stores them in place of those before; catalog.ErrNotFound if the tenant does not exist.
	SaveTenantFreezes(ctx context.Context, tenant catalog.TenantID, freezes []Freeze, events ...audit.Event) error

	// RecallVersions stores that versions were recalled, each with its event, all or none, and tells of all flows of the tenant as changed. One that was recalled already stays as it is, and its event is not stored.
	// catalog.ErrNotFound if there is none of such a name, catalog.ErrConflict if the live revision of a flow, or the candidate of an active rollout, pins one of them.
	RecallVersions(ctx context.Context, tenant catalog.TenantID, recall Recall, versions []VersionRecall) error

	// DeprecateVersion stores that a version is deprecated, or with nil that it is not; catalog.ErrNotFound if there is no such version.
	DeprecateVersion(ctx context.Context, tenant catalog.TenantID, action catalog.ActionSlug, number string, deprecation *Deprecation, events ...audit.Event) error
	// DeleteAction removes an action with its draft and its versions; a [*PinnedError] if a revision has one of these, also one that is no longer live, or another action's version a module;
	// catalog.ErrNotFound if there is no such action.
	DeleteAction(ctx context.Context, tenant catalog.TenantID, action catalog.ActionSlug, events ...audit.Event) error

	// Unfinished lists the flows, of all tenants, that have an active rollout or a notice that waits.
	Unfinished(ctx context.Context) ([]FlowRef, error)
	// Figures returns the figures of a flow's last rollout; zero if there are none.
	Figures(ctx context.Context, ref FlowRef) (rollout.Totals, error)
	// UpdateFigures changes a flow's figures and returns them. update may be called several times, each time with what is stored.
	UpdateFigures(ctx context.Context, ref FlowRef, update func(*rollout.Totals)) (rollout.Totals, error)

	// RunKeys returns the keys that seal runs, newest first; never none. The first is the one to seal with.
	RunKeys(ctx context.Context) ([]RunKey, error)
	// AddRunKey stores another key; catalog.ErrExists if there is one of its id.
	AddRunKey(ctx context.Context, key RunKey) error
	// DeleteRunKey removes a key, if it is there. What it has sealed is not valid any more.
	DeleteRunKey(ctx context.Context, id uint32) error

	// WatchFlows calls changed for every flow that is written from now on, by this process or by another one, until ctx ends. It returns at once. For writes of
	// this process the call happens before the write returns; changed may be called by several goroutines at once, and may use the store.
	WatchFlows(ctx context.Context, changed func(FlowRef))
}

// VersionRecall is the recall of a version, with the event of it.
type VersionRecall struct {
	VersionRef
	Event audit.Event
}

// RunKey is a secret that seals run tokens.
type RunKey struct {
	ID     uint32
	Secret [32]byte
	// CreatedAt is zero for the first key of a store.
	CreatedAt time.Time
}
