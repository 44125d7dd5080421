package versions

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/durward/durward/bundler/capability"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/contract"
)

// Capabilities are what a version can do: what it declares, and what its bundle shows.
type Capabilities struct {
	// Hosts and Secrets are those that it declares. It reaches no others.
	Hosts, Secrets []string
	capability.Code
}

// Capabilities returns what the version can do, and false if it was published before its bundle was looked at. Outcomes that none of its triggers allows are left out, and those of a module, which has none.
func (v *Version) Capabilities() (Capabilities, bool) {
	if v.Code == nil {
		return Capabilities{}, false
	}
	c := Capabilities{Hosts: v.Hosts, Secrets: v.Secrets, Code: *v.Code}
	c.Outcomes = slices.DeleteFunc(slices.Clone(c.Outcomes), func(kind string) bool {
		return (kind != capability.Any || v.IsModule()) && !slices.ContainsFunc(v.Triggers, func(id contract.TriggerID) bool {
			t, ok := contract.Lookup(id)
			return ok && t.Allows(contract.Kind(kind))
		})
	})
	return c, true
}

// reach are the hosts that the version may send requests to. One from before hosts had to be declared may go where its tenant's policy lets it: published versions keep working.
func (v *Version) reach() []string {
	if v.Code == nil && len(v.Hosts) == 0 {
		return []string{catalog.AnyHost}
	}
	return v.Hosts
}

// ChangeKind says what kind of capability a version has more or less.
type ChangeKind string

// The kinds of change.
const (
	ChangeHost        ChangeKind = "host"
	ChangeSecret      ChangeKind = "secret"
	ChangeAPI         ChangeKind = "api"
	ChangeOutcome     ChangeKind = "outcome"
	ChangeDynamicCode ChangeKind = "dynamic_code"
)

// ChangeKinds are all kinds of change.
func ChangeKinds() []ChangeKind {
	return []ChangeKind{ChangeHost, ChangeSecret, ChangeOutcome, ChangeAPI, ChangeDynamicCode}
}

// CapabilityChange is one capability. Its name is a host, a secret, a kind of outcome, a host API, or who makes code from strings.
type CapabilityChange struct {
	Kind ChangeKind
	Name string
}

// CapabilityChanges are what a version can do that the one before it could not, and the reverse.
type CapabilityChanges struct {
	Since          string // the version before; empty if there is none
	Added, Removed []CapabilityChange
}

// Changes compares a version with the one before it by semantic versioning; one that has no number yet is compared with the newest. Of one that was published before bundles were looked at, only what it declares is known, and compared.
func (p *Publisher) Changes(ctx context.Context, v Version) (CapabilityChanges, error) {
	before, err := p.before(ctx, &v)
	if err != nil {
		return CapabilityChanges{}, fmt.Errorf("compare %s@%s: %w", v.Action, v.Number, err)
	}
	now := v.list(true)
	if before == nil {
		return CapabilityChanges{Added: now}, nil
	}
	known := before.Code != nil && v.Code != nil
	now, was := v.list(known), before.list(known)
	return CapabilityChanges{Since: before.Number, Added: without(now, was), Removed: without(was, now)}, nil
}

// before is the greatest version below v, nil if there is none.
func (p *Publisher) before(ctx context.Context, v *Version) (*Version, error) {
	below := func(string) bool { return true }
	if v.Number != "" {
		number, err := ParseNumber(v.Number)
		if err != nil {
			return nil, err
		}
		below = func(text string) bool {
			other, err := ParseNumber(text)
			return err == nil && other.Compare(number) < 0
		}
	}
	page := catalog.Page{}.Clamp()
	for {
		list, err := p.Store.Versions(ctx, v.Tenant, v.Action, page)
		if errors.Is(err, catalog.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for i := range list.Items {
			if below(list.Items[i].Number) {
				return &list.Items[i], nil
			}
		}
		if page.After = list.Next; page.After == "" {
			return nil, nil
		}
	}
}

// list are the capabilities one by one; with what the bundle shows if code says so.
func (v *Version) list(code bool) []CapabilityChange {
	var list []CapabilityChange
	add := func(kind ChangeKind, names ...string) {
		for _, name := range names {
			list = append(list, CapabilityChange{kind, name})
		}
	}
	add(ChangeHost, v.reach()...)
	add(ChangeSecret, v.Secrets...)
	if c, known := v.Capabilities(); code && known {
		add(ChangeOutcome, c.Outcomes...)
		for _, use := range c.APIs {
			add(ChangeAPI, use.API)
		}
		add(ChangeDynamicCode, c.DynamicCode...)
	}
	return list
}

func without(list, others []CapabilityChange) []CapabilityChange {
	var rest []CapabilityChange
	for _, c := range list {
		if !slices.Contains(others, c) {
			rest = append(rest, c)
		}
	}
	return rest
}
