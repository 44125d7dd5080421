package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// remote is a tenant's set-up as the server has it, with what a change to it has to name.
type remote struct {
	setup
	drafts    map[string]int // the revision of each draft
	revisions map[string]int // the live revision of each flow
	egressAt  int
}

// fetchSetup reads a tenant's set-up. Of each action it reads the versions that pinned says, and of shared modules all.
func fetchSetup(ctx context.Context, tenant *client.Tenant, pinned func(live *setup) map[string][]string) (*remote, error) {
	r := &remote{setup: setup{actions: map[string]*actionSetup{}, flows: map[string]*flowSetup{}, secrets: []secretSetup{}}, drafts: map[string]int{}, revisions: map[string]int{}}
	for f, err := range client.All(ctx, tenant.Flows) {
		if err != nil {
			return nil, err
		}
		detail, err := tenant.Flow(ctx, f.Slug)
		if err != nil {
			return nil, err
		}
		r.flows[f.Slug] = &flowSetup{Kind: f.Kind, Name: f.Name, Slots: detail.Live.Slots}
		r.revisions[f.Slug] = detail.Live.Number
	}
	wanted := pinned(&r.setup)
	for a, err := range client.All(ctx, tenant.Actions) {
		if err != nil {
			return nil, err
		}
		if err := r.fetchAction(ctx, tenant, a, wanted[a.Slug]); err != nil {
			return nil, fmt.Errorf("action %s: %w", a.Slug, err)
		}
	}
	for s, err := range client.All(ctx, tenant.Secrets) {
		if err != nil {
			return nil, err
		}
		r.secrets = append(r.secrets, secretSetup{Name: s.Name, Brokered: s.Brokered, Hosts: s.Hosts})
	}
	return r, r.fetchEgress(ctx, tenant)
}

// fetchEgress reads the egress policy, if the key may.
func (r *remote) fetchEgress(ctx context.Context, tenant *client.Tenant) error {
	e, err := tenant.Egress(ctx)
	var p *client.Problem
	if errors.As(err, &p) && p.Code == "forbidden" {
		return nil
	}
	if err != nil {
		return err
	}
	r.egress, r.egressAt = &egressSetup{Hosts: e.Hosts, Methods: e.Methods, Schemes: e.Schemes}, e.Revision
	return nil
}

func (r *remote) fetchAction(ctx context.Context, tenant *client.Tenant, a api.Action, wanted []string) error {
	own := &actionSetup{
		about: actionAbout{Name: a.Name, Description: a.Description, Kind: a.Kind, Template: a.Template, Versions: map[string]versionAbout{}}, versions: map[string]*api.Source{},
	}
	r.actions[a.Slug] = own
	d, err := tenant.Draft(ctx, a.Slug)
	if err != nil {
		return err
	}
	own.draft, r.drafts[a.Slug] = &d.Source, d.Revision
	want := map[string]bool{}
	for _, number := range wanted {
		want[number] = true
	}
	for info, err := range client.All(ctx, tenant.Versions(a.Slug)) {
		if err != nil {
			return err
		}
		if !want[info.Number] && a.Kind != moduleKind {
			continue
		}
		v, err := tenant.Version(ctx, a.Slug, info.Number, false)
		if err != nil {
			return err
		}
		own.versions[v.Number] = sourceOf(&v)
		own.about.Versions[v.Number] = versionAbout{Message: v.Message, Digest: v.Digest}
	}
	return nil
}

// sourceOf is what a version was published from: its own files, without those of the shared modules that it has in it.
func sourceOf(v *api.Version) *api.Source {
	var lock struct {
		Dependencies map[string]string `json:"dependencies"`
	}
	_ = json.Unmarshal(v.Lock, &lock) // without a lock there are none
	own := maps.Clone(v.Files)
	maps.DeleteFunc(own, func(name, _ string) bool { return strings.HasPrefix(name, moduleScheme) })
	return &api.Source{
		Files: own, Entry: v.Entry, Triggers: v.Triggers, ConfigSchema: v.ConfigSchema, Secrets: v.Secrets, Hosts: v.Hosts, Dependencies: lock.Dependencies,
	}
}

// pins are the versions that flows pin, by action.
func pins(flows map[string]*flowSetup) map[string][]string {
	all := map[string][]string{}
	for _, f := range flows {
		for _, slot := range f.Slots {
			for _, a := range slot.Default {
				all[a.Action] = append(all[a.Action], a.Version)
			}
			for _, list := range slot.Methods {
				for _, a := range list {
					all[a.Action] = append(all[a.Action], a.Version)
				}
			}
		}
	}
	return all
}
