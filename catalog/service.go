package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/catalog/seal"
	"github.com/durward/durward/progress"
)

// Catalog is the rules over a [Store]. It is safe for concurrent use.
type Catalog struct {
	store     Store
	schemas   Schemas
	now       func() time.Time
	seal      *seal.Keyring
	most      Limits
	packages  Packages
	templates map[string]Template
	keys      sync.Map // KeyID to Key: those that have been used

	mu      sync.Mutex // for what changes keys
	changes uint64     // counts the changes of stored keys, so that a key which was read before one is not kept after it
}

// Options are the settings of a [Catalog].
type Options struct {
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Seal seals what must not be readable where it is stored. Default: nothing is sealed, and no secrets can be kept.
	Seal *seal.Keyring
	// MostLimits are the most that the limits of a tenant may be. Default: no bounds.
	MostLimits Limits
	// Templates are the shipped actions by name. Default: none.
	Templates map[string]Template
	// Packages settles what drafts depend on. Default: no draft can have dependencies.
	Packages Packages
}

// New returns a catalog that forgets keys when they change, until ctx ends.
func New(ctx context.Context, store Store, schemas Schemas, options Options) *Catalog {
	c := &Catalog{store: store, schemas: schemas, now: options.Now, seal: options.Seal, most: options.MostLimits, packages: options.Packages, templates: options.Templates}
	if c.now == nil {
		c.now = time.Now
	}
	store.WatchKeys(ctx, c.forget)
	return c
}

func (c *Catalog) forget(id KeyID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	c.keys.Delete(id)
}

// remember keeps a key that was read when changes was seen, unless a key has changed since: it may be this one.
func (c *Catalog) remember(key Key, seen uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes == seen {
		c.keys.Store(key.ID, key)
	}
}

func (c *Catalog) seen() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changes
}

func (c *Catalog) event(by audit.Actor, kind audit.EventType, tenant TenantID) audit.Event {
	return audit.Event{Time: c.now().UTC(), Type: kind, Tenant: string(tenant), Actor: by}
}

// CreateTenant creates a tenant. It returns ErrExists if the id is taken.
func (c *Catalog) CreateTenant(ctx context.Context, by audit.Actor, id TenantID, name string) (Tenant, error) {
	if name == "" {
		name = string(id)
	}
	if err := errors.Join(CheckSlug("/id", string(id)), checkName("/name", name)); err != nil {
		return Tenant{}, joined(err)
	}
	redirect, err := c.sealRedirect(id, randomText(32))
	if err != nil {
		return Tenant{}, fmt.Errorf("create tenant %s: %w", id, err)
	}
	t := Tenant{ID: id, Name: name, CreatedAt: c.now().UTC(), RedirectSecret: redirect}
	if err := c.store.CreateTenant(ctx, t, c.event(by, audit.TenantCreated, id)); err != nil {
		return Tenant{}, fmt.Errorf("create tenant %s: %w", id, err)
	}
	return t, nil
}

// joined makes one InvalidErrors of joined ones.
func joined(err error) error {
	var all InvalidErrors
	list, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	for _, e := range list.Unwrap() {
		var some InvalidErrors
		if !errors.As(e, &some) {
			return err
		}
		all = append(all, some...)
	}
	return all
}

// Tenant returns a tenant.
func (c *Catalog) Tenant(ctx context.Context, id TenantID) (Tenant, error) {
	return c.store.Tenant(ctx, id)
}

// Tenants lists tenants.
func (c *Catalog) Tenants(ctx context.Context, page Page) (List[Tenant], error) {
	return c.store.Tenants(ctx, page.Clamp())
}

// CreateKey makes a key for a tenant. Its secret is in the answer and nowhere else.
func (c *Catalog) CreateKey(ctx context.Context, by audit.Actor, tenant TenantID, name string, role Role) (Key, string, error) {
	if err := checkName("/name", name); err != nil {
		return Key{}, "", err
	}
	if !slices.Contains(Roles(), role) {
		return Key{}, "", invalid("/role", "%q is not a role; the roles are %s", clip(string(role), 40), rolesText())
	}
	key, secret := NewKey(tenant, name, role, by, c.now())
	event := c.event(by, audit.KeyCreated, tenant)
	event.Subject, event.After = string(key.ID), describe(map[string]any{"name": name, "role": role})
	if err := c.store.CreateKey(ctx, key, event); err != nil {
		return Key{}, "", fmt.Errorf("create key: %w", err)
	}
	return key, secret, nil
}

func rolesText() string {
	text := ""
	for i, r := range Roles() {
		if i > 0 {
			text += ", "
		}
		text += string(r)
	}
	return text
}

// describe is the JSON of what an event shows; nothing of nil.
func describe(value any) json.RawMessage {
	if value == nil {
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return text
}

// Keys lists a tenant's keys, revoked ones included.
func (c *Catalog) Keys(ctx context.Context, tenant TenantID, page Page) (List[Key], error) {
	return c.store.Keys(ctx, tenant, page.Clamp())
}

// RevokeKey makes a key useless, at once on this node. Revoking a revoked key changes nothing.
func (c *Catalog) RevokeKey(ctx context.Context, by audit.Actor, tenant TenantID, id KeyID) (Key, error) {
	key, err := c.store.Key(ctx, id)
	if err != nil || key.Tenant != tenant {
		return Key{}, fmt.Errorf("revoke key %s: %w", id, cmpErr(err, ErrNotFound))
	}
	if !key.RevokedAt.IsZero() {
		return key, nil
	}
	key.RevokedAt = c.now().UTC()
	event := c.event(by, audit.KeyRevoked, tenant)
	event.Subject = string(id)
	if err := c.store.UpdateKey(ctx, key, event); err != nil {
		return Key{}, fmt.Errorf("revoke key %s: %w", id, err)
	}
	return key, nil
}

func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// ErrUnauthenticated says that a secret opens nothing: it is malformed, unknown or revoked.
var ErrUnauthenticated = errors.New("the key is not valid")

// Authenticate returns the key that a secret belongs to, or ErrUnauthenticated. For a key that has been used before it does no I/O.
func (c *Catalog) Authenticate(ctx context.Context, secret string) (Key, error) {
	id, ok := SecretID(secret)
	if !ok {
		return Key{}, ErrUnauthenticated
	}
	key, err := c.Key(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return Key{}, ErrUnauthenticated
	case err != nil:
		return Key{}, fmt.Errorf("authenticate: %w", err)
	case !key.Opens(secret):
		return Key{}, ErrUnauthenticated
	}
	return key, nil
}

// Key returns a key by its id, also a revoked one. For a key that has been asked for before it does no I/O.
func (c *Catalog) Key(ctx context.Context, id KeyID) (Key, error) {
	if cached, ok := c.keys.Load(id); ok {
		return cached.(Key), nil
	}
	seen := c.seen()
	key, err := c.store.Key(ctx, id)
	if err != nil {
		return Key{}, err
	}
	c.remember(key, seen)
	return key, nil
}

// NewAction is an action to be created. Its draft's revision, times and author are set by the catalog.
type NewAction struct {
	Slug        ActionSlug
	Name        string // default: the slug
	Description string
	Kind        ActionKind // default: custom
	Template    string     // what the draft was made from; of an action without sources, what it is to be made from
	Draft       Draft
}

// CreateAction creates an action with its first draft. It returns ErrExists if the slug is taken.
func (c *Catalog) CreateAction(ctx context.Context, by audit.Actor, tenant TenantID, n NewAction) (Action, Draft, error) {
	now := c.now().UTC()
	if n.Name == "" {
		n.Name = string(n.Slug)
	}
	if n.Kind == "" {
		n.Kind = ActionCustom
	}
	c.fillFromTemplate(&n)
	err := errors.Join(CheckSlug("/slug", string(n.Slug)), checkName("/name", n.Name), checkDescription(n.Description), checkDraft(n.Kind, &n.Draft))
	if err != nil {
		return Action{}, Draft{}, joined(err)
	}
	if err := c.checkSchema(ctx, tenant, n.Draft.ConfigSchema); err != nil {
		return Action{}, Draft{}, err
	}
	a := Action{
		Tenant: tenant, Slug: n.Slug, Name: n.Name, Description: n.Description, Kind: n.Kind, Template: n.Template, CreatedAt: now, CreatedBy: by,
	}
	d := n.Draft
	if d.Lock, err = c.settle(ctx, tenant, n.Slug, d.Dependencies); err != nil {
		return Action{}, Draft{}, fmt.Errorf("create action %s: %w", n.Slug, err)
	}
	d.Revision, d.UpdatedAt, d.UpdatedBy = 1, now, by
	c.trace(&a, &d, nil)
	event := c.event(by, audit.ActionCreated, tenant)
	event.Action = string(a.Slug)
	progress.Report(ctx, progress.Step{Stage: progress.Store})
	if err := c.store.CreateAction(ctx, a, d, event); err != nil {
		return Action{}, Draft{}, fmt.Errorf("create action %s: %w", a.Slug, err)
	}
	return a, d, nil
}

// Action returns an action.
func (c *Catalog) Action(ctx context.Context, tenant TenantID, slug ActionSlug) (Action, error) {
	return c.store.Action(ctx, tenant, slug)
}

// Actions lists a tenant's actions.
func (c *Catalog) Actions(ctx context.Context, tenant TenantID, page Page) (List[Action], error) {
	return c.store.Actions(ctx, tenant, page.Clamp())
}

// ActionChange is what of an action can change; nil keeps what is there.
type ActionChange struct {
	Name        *string
	Description *string
}

// UpdateAction changes an action's name and description.
func (c *Catalog) UpdateAction(ctx context.Context, by audit.Actor, tenant TenantID, slug ActionSlug, change ActionChange) (Action, error) {
	a, err := c.store.Action(ctx, tenant, slug)
	if err != nil {
		return Action{}, fmt.Errorf("update action %s: %w", slug, err)
	}
	event := c.event(by, audit.ActionUpdated, tenant)
	event.Action, event.Before = string(slug), describe(map[string]any{"name": a.Name, "description": a.Description})
	if change.Name != nil {
		a.Name = *change.Name
	}
	if change.Description != nil {
		a.Description = *change.Description
	}
	if err := errors.Join(checkName("/name", a.Name), checkDescription(a.Description)); err != nil {
		return Action{}, joined(err)
	}
	event.After = describe(map[string]any{"name": a.Name, "description": a.Description})
	if err := c.store.UpdateAction(ctx, a, event); err != nil {
		return Action{}, fmt.Errorf("update action %s: %w", slug, err)
	}
	return a, nil
}

// Draft returns an action's draft.
func (c *Catalog) Draft(ctx context.Context, tenant TenantID, slug ActionSlug) (Draft, error) {
	return c.store.Draft(ctx, tenant, slug)
}

// DraftChange is a change to a draft; nil keeps what is there.
type DraftChange struct {
	// Revision is the revision that the change was made from; ErrConflict if it is no longer the newest. Zero saves over whatever is there.
	Revision     int
	Files        map[string]string
	Entry        *string
	Triggers     []contract.TriggerID
	ConfigSchema json.RawMessage
	Secrets      []string
	Hosts        []string
	// Dependencies that are others than before are settled anew; the same ones keep what they were settled on, unless Update says otherwise.
	Dependencies map[string]string
	Update       bool
}

// SaveDraft changes an action's draft and returns it as it is now.
func (c *Catalog) SaveDraft(ctx context.Context, by audit.Actor, tenant TenantID, slug ActionSlug, change DraftChange) (Draft, error) {
	for {
		d, err := c.saveDraft(ctx, by, tenant, slug, change)
		// Who saves over whatever is there does so over what has come in between, too.
		if change.Revision != 0 || !errors.Is(err, ErrConflict) {
			return d, err
		}
	}
}

func (c *Catalog) saveDraft(ctx context.Context, by audit.Actor, tenant TenantID, slug ActionSlug, change DraftChange) (Draft, error) {
	d, err := c.store.Draft(ctx, tenant, slug)
	if err != nil {
		return Draft{}, fmt.Errorf("save draft of %s: %w", slug, err)
	}
	if change.Revision != 0 && change.Revision != d.Revision {
		return Draft{}, fmt.Errorf("save draft of %s: %w", slug, ErrConflict)
	}
	action, err := c.store.Action(ctx, tenant, slug)
	if err != nil {
		return Draft{}, fmt.Errorf("save draft of %s: %w", slug, err)
	}
	before := d
	change.apply(&d)
	if err := checkDraft(action.Kind, &d); err != nil {
		return Draft{}, joined(err)
	}
	if change.Update || !maps.Equal(before.Dependencies, d.Dependencies) {
		if d.Lock, err = c.settle(ctx, tenant, slug, d.Dependencies); err != nil {
			return Draft{}, fmt.Errorf("save draft of %s: %w", slug, err)
		}
	}
	if change.ConfigSchema != nil {
		if err := c.checkSchema(ctx, tenant, d.ConfigSchema); err != nil {
			return Draft{}, err
		}
	}
	c.trace(&action, &d, &before)
	d.Revision++
	d.UpdatedAt, d.UpdatedBy = c.now().UTC(), by
	event := c.event(by, audit.DraftSaved, tenant)
	event.Action, event.Revision = string(slug), d.Revision
	if d.Origin != before.Origin {
		event.Before, event.After = describe(before.Origin), describe(d.Origin)
	}
	progress.Report(ctx, progress.Step{Stage: progress.Store})
	if err := c.store.SaveDraft(ctx, tenant, slug, d, event); err != nil {
		return Draft{}, fmt.Errorf("save draft of %s: %w", slug, err)
	}
	return d, nil
}

func (change *DraftChange) apply(d *Draft) {
	if change.Files != nil {
		d.Files = maps.Clone(change.Files)
	}
	if change.Entry != nil {
		d.Entry = *change.Entry
	}
	if change.Triggers != nil {
		d.Triggers = slices.Clone(change.Triggers)
	}
	if change.ConfigSchema != nil {
		d.ConfigSchema = change.ConfigSchema
	}
	if change.Secrets != nil {
		d.Secrets = slices.Clone(change.Secrets)
	}
	if change.Hosts != nil {
		d.Hosts = slices.Clone(change.Hosts)
	}
	if change.Dependencies != nil {
		if d.Dependencies = maps.Clone(change.Dependencies); len(d.Dependencies) == 0 {
			d.Dependencies = nil
		}
	}
}

func (c *Catalog) checkSchema(ctx context.Context, tenant TenantID, schema json.RawMessage) error {
	if len(schema) == 0 {
		return nil
	}
	err := c.schemas.Check(ctx, tenant, schema)
	var list InvalidErrors
	if errors.As(err, &list) {
		return list.Below("/config_schema")
	}
	return err
}

// Below returns the errors with their pointers below a pointer.
func (e InvalidErrors) Below(pointer string) InvalidErrors {
	moved := make(InvalidErrors, len(e))
	for i, err := range e {
		same := *err
		same.Pointer = pointer + err.Pointer
		moved[i] = &same
	}
	return moved
}

// Events reads the audit of edits, newest first, and the cursor for the page after; empty on the last.
func (c *Catalog) Events(ctx context.Context, tenant TenantID, filter audit.Filter) ([]audit.Event, string, error) {
	return c.store.Events(ctx, tenant, filter)
}
