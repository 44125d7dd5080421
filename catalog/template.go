package catalog

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/durward/durward/catalog/audit"
)

// Template is a shipped action, as a source of drafts.
type Template struct {
	// Release is the number of what is shipped now.
	Release string
	// Draft is its sources: no revision, times and author.
	Draft Draft
}

// Origin says what a draft was made from. The zero value is a draft that was made from nothing.
type Origin struct {
	Template string `json:"template"`
	// Release is that of the template; empty: it is not known.
	Release string `json:"release,omitempty"`
	// Customised says that the sources are not those of the release any more.
	Customised bool `json:"customised,omitempty"`
}

// ErrCustomised says that a draft is no longer, or never was, what a release of its template is, so that a newer release would overwrite somebody's work.
var ErrCustomised = errors.New("the draft is not that of a release of its template")

// fillFromTemplate gives a new action without sources those of its template, if that is shipped.
func (c *Catalog) fillFromTemplate(n *NewAction) {
	t, shipped := c.templates[n.Template]
	if !shipped || len(n.Draft.Files) > 0 {
		return
	}
	triggers := n.Draft.Triggers
	n.Draft = t.sources()
	if len(triggers) > 0 {
		n.Draft.Triggers = triggers
	}
	n.Draft.Origin.Release = t.Release
}

// sources are a copy of the template's.
func (t *Template) sources() Draft {
	d := t.Draft
	return Draft{
		Files: maps.Clone(d.Files), Entry: d.Entry, Triggers: slices.Clone(d.Triggers), ConfigSchema: bytes.Clone(d.ConfigSchema), Secrets: slices.Clone(d.Secrets),
		Hosts: slices.Clone(d.Hosts), Dependencies: maps.Clone(d.Dependencies),
	}
}

// trace notes in a draft that is about to be saved what it was made from; before is what it was, nil if it is the first.
func (c *Catalog) trace(a *Action, d, before *Draft) {
	t, shipped := c.templates[a.Template]
	switch {
	case a.Template == "":
		d.Origin = Origin{}
	case a.Kind == ActionTemplate && shipped && sameSources(d, &t.Draft):
		d.Origin = Origin{Template: a.Template, Release: t.Release}
	case before == nil || !sameSources(d, before):
		d.Origin.Template, d.Origin.Customised = a.Template, true
	}
}

func sameSources(a, b *Draft) bool {
	return maps.Equal(a.Files, b.Files) && a.EntryFile() == b.EntryFile() && sameSet(a.Triggers, b.Triggers) && sameJSON(a.ConfigSchema, b.ConfigSchema) &&
		sameSet(a.Secrets, b.Secrets) && sameSet(a.Hosts, b.Hosts) && maps.Equal(a.Dependencies, b.Dependencies)
}

func sameSet[T cmp.Ordered](a, b []T) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// sameJSON says whether two texts differ in white space at most.
func sameJSON(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	if len(a) == 0 || len(b) == 0 || json.Compact(&x, a) != nil || json.Compact(&y, b) != nil {
		return bytes.Equal(a, b)
	}
	return bytes.Equal(x.Bytes(), y.Bytes())
}

// Adopt makes the release of an action's template that is shipped now its draft. What was published, and so what is pinned, stays as it is. It returns ErrCustomised for a draft that is not that of
// a release, unless overwrite is true, and changes nothing if the draft is that of the release already.
func (c *Catalog) Adopt(ctx context.Context, by audit.Actor, tenant TenantID, slug ActionSlug, overwrite bool) (Draft, error) {
	action, err := c.store.Action(ctx, tenant, slug)
	if err != nil {
		return Draft{}, fmt.Errorf("adopt a release for %s: %w", slug, err)
	}
	t, shipped := c.templates[action.Template]
	switch {
	case action.Kind != ActionTemplate:
		return Draft{}, invalid("", "%s is no template's: its sources are its author's own", slug)
	case !shipped:
		return Draft{}, invalid("", "this server ships no template %q", clip(action.Template, 80))
	}
	d, err := c.store.Draft(ctx, tenant, slug)
	switch {
	case err != nil:
		return Draft{}, fmt.Errorf("adopt a release for %s: %w", slug, err)
	case sameSources(&d, &t.Draft) && d.Origin.Release == t.Release:
		return d, nil
	case !overwrite && !sameSources(&d, &t.Draft) && (d.Origin.Customised || d.Origin.Release == ""):
		return Draft{}, fmt.Errorf("adopt a release for %s: %w", slug, ErrCustomised)
	}
	s := t.sources()
	return c.SaveDraft(ctx, by, tenant, slug, DraftChange{
		Revision: d.Revision, Files: s.Files, Entry: &s.Entry, Triggers: s.Triggers, ConfigSchema: present(s.ConfigSchema), Secrets: present(s.Secrets), Hosts: present(s.Hosts),
		Dependencies: orEmptyMap(s.Dependencies),
	})
}

// present makes of nothing, with which a change leaves things as they are, the empty value that takes them away.
func present[T ~[]E, E any](value T) T {
	if value == nil {
		return T{}
	}
	return value
}

func orEmptyMap(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
