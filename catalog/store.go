package catalog

import (
	"context"

	"github.com/durward/durward/catalog/audit"
)

// Store keeps the catalog. Every write takes the audit events of the edit and stores both in one transaction: either both are
// there after a crash or neither is. All methods are safe for concurrent use. Lists are in the order of their ids.
//
// Errors: [ErrNotFound], [ErrExists] and [ErrConflict] as each method says, ErrNotFound also from a list whose tenant does not exist, and [InvalidErrors] for
// a cursor that the list did not return, and [ErrQuota] from writes of actions and drafts; anything else is the backend's own trouble.
type Store interface {
	// CreateTenant returns ErrExists if the id is taken.
	CreateTenant(ctx context.Context, t Tenant, events ...audit.Event) error
	Tenant(ctx context.Context, id TenantID) (Tenant, error)
	Tenants(ctx context.Context, page Page) (List[Tenant], error)

	// CreateKey returns ErrNotFound if the tenant does not exist.
	CreateKey(ctx context.Context, k Key, events ...audit.Event) error
	// Key finds a key by its id alone, whichever tenant it belongs to.
	Key(ctx context.Context, id KeyID) (Key, error)
	Keys(ctx context.Context, tenant TenantID, page Page) (List[Key], error)
	// UpdateKey replaces a stored key; it returns ErrNotFound if the tenant has no such key.
	UpdateKey(ctx context.Context, k Key, events ...audit.Event) error

	// CreateAction stores an action with its first draft; ErrExists if the slug is taken, ErrNotFound if the tenant does not exist.
	CreateAction(ctx context.Context, a Action, d Draft, events ...audit.Event) error
	Action(ctx context.Context, tenant TenantID, slug ActionSlug) (Action, error)
	Actions(ctx context.Context, tenant TenantID, page Page) (List[Action], error)
	// UpdateAction replaces an action's name and description.
	UpdateAction(ctx context.Context, a Action, events ...audit.Event) error
	Draft(ctx context.Context, tenant TenantID, slug ActionSlug) (Draft, error)
	// SaveDraft stores d, whose Revision is one more than that of the draft it was made from; ErrConflict if the stored draft is not that one.
	SaveDraft(ctx context.Context, tenant TenantID, slug ActionSlug, d Draft, events ...audit.Event) error

	// PutSecret stores a secret in place of the one of its name; ErrNotFound if the tenant does not exist.
	PutSecret(ctx context.Context, s Secret, events ...audit.Event) error
	Secret(ctx context.Context, tenant TenantID, name string) (Secret, error)
	Secrets(ctx context.Context, tenant TenantID, page Page) (List[Secret], error)
	// DeleteSecret returns ErrNotFound if there is no such secret.
	DeleteSecret(ctx context.Context, tenant TenantID, name string, events ...audit.Event) error
	// ResealSecret stores s.Sealed in place of from; ErrConflict if something else is stored by now, ErrNotFound if nothing is.
	ResealSecret(ctx context.Context, s Secret, from []byte) error
	// ResealTenant stores t.RedirectSecret in place of from; errors as of ResealSecret.
	ResealTenant(ctx context.Context, t Tenant, from string) error

	// Publishing returns what a tenant asks of drafts, the zero one before the first save; ErrNotFound if the tenant does not exist.
	Publishing(ctx context.Context, tenant TenantID) (Publishing, error)
	// SavePublishing stores p; errors as of SaveEgress.
	SavePublishing(ctx context.Context, tenant TenantID, p Publishing, events ...audit.Event) error

	// Egress returns a tenant's policy, the zero one before the first save; ErrNotFound if the tenant does not exist.
	Egress(ctx context.Context, tenant TenantID) (Egress, error)
	// SaveEgress stores e, whose Revision is one more than that of the policy it was made from; ErrConflict if the stored policy is not that one, ErrNotFound if the
	// tenant does not exist.
	SaveEgress(ctx context.Context, tenant TenantID, e Egress, events ...audit.Event) error
	// TenantLimits and SaveTenantLimits are for limits what Egress and SaveEgress are for the policy.
	TenantLimits(ctx context.Context, tenant TenantID) (TenantLimits, error)
	SaveTenantLimits(ctx context.Context, tenant TenantID, l TenantLimits, events ...audit.Event) error

	// Events reads the audit of edits, newest first, and the cursor for the page after them (empty on the last).
	Events(ctx context.Context, tenant TenantID, filter audit.Filter) ([]audit.Event, string, error)

	// WatchKeys calls changed for every key that is written from now on, by this process or by another one, until ctx ends. It returns at once. For writes of
	// this process the call happens before the write returns; changed may be called by several goroutines at once, and may use the store.
	WatchKeys(ctx context.Context, changed func(KeyID))
	// WatchTenants is the same for tenants: for each whose secrets, egress policy or limits are written.
	WatchTenants(ctx context.Context, changed func(TenantID))
}
