package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

// plan is what it takes to make a tenant's set-up that of some files.
type plan struct {
	Steps []*step `json:"steps"`
	// Conflicts are what cannot be made so; nothing is applied while there are any.
	Conflicts []string `json:"conflicts,omitempty"`
	// Notes are what the plan leaves to people, or as it is.
	Notes []string `json:"notes,omitempty"`
}

// step is one call that changes something.
type step struct {
	// What is, for example, "save flow login".
	What    string   `json:"what"`
	Changes []string `json:"changes,omitempty"`
	do      func(ctx context.Context) error
}

// planner compares.
type planner struct {
	plan
	tenant *client.Tenant
	want   *setup
	have   *remote
}

func newPlan(ctx context.Context, tenant *client.Tenant, want *setup) (*plan, error) {
	have, err := fetchSetup(ctx, tenant, func(*setup) map[string][]string {
		wanted := map[string][]string{}
		for slug, a := range want.actions {
			wanted[slug] = a.numbers()
		}
		return wanted
	})
	if err != nil {
		return nil, err
	}
	p := &planner{plan: plan{Steps: []*step{}}, tenant: tenant, want: want, have: have}
	p.egress()
	for _, slug := range want.order() {
		p.action(slug)
	}
	for _, slug := range sortedKeys(want.flows) {
		p.flow(slug)
	}
	p.leftovers()
	return &p.plan, nil
}

func (p *planner) add(what string, do func(ctx context.Context) error, changes ...string) {
	p.Steps = append(p.Steps, &step{What: what, Changes: changes, do: do})
}

func (p *planner) conflict(format string, args ...any) {
	p.Conflicts = append(p.Conflicts, fmt.Sprintf(format, args...))
}

func (p *planner) note(format string, args ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
}

func (p *planner) egress() {
	switch want, have := p.want.egress, p.have.egress; {
	case want == nil:
	case have == nil:
		p.note("the egress policy is neither compared nor saved: that takes a key with the role admin")
	case !same(want, have):
		at := p.have.egressAt
		p.add("save egress policy", func(ctx context.Context) error {
			_, err := p.tenant.SaveEgress(ctx, api.EgressChange{Revision: &at, Hosts: want.Hosts, Methods: want.Methods, Schemes: want.Schemes})
			return err
		}, fmt.Sprintf("%s → %s", canonical(have), canonical(want)))
	}
}

func (p *planner) action(slug string) {
	want, have := p.want.actions[slug], p.have.actions[slug]
	draft := api.Source{}
	if have == nil {
		p.createAction(slug, want)
		have = &actionSetup{about: want.about}
	} else {
		if want.about.Kind != "" && want.about.Kind != have.about.Kind {
			p.conflict("action %s is of the kind %s, and the files say %s: a kind never changes", slug, have.about.Kind, want.about.Kind)
			return
		}
		draft = *have.draft
		p.describeAction(slug, want, have)
	}
	for _, number := range want.numbers() {
		source := want.versions[number]
		there, published := have.versions[number]
		switch {
		case !published:
			p.publish(slug, number, source, want.about.Versions[number])
			draft = *source
		case !same(normal(*there), normal(*source)):
			p.conflict("version %s of %s is published with other content (%s), and versions never change: publish another number",
				number, slug, strings.Join(differences(there, source), ", "))
		}
	}
	if want.draft != nil && !same(normal(draft), normal(*want.draft)) {
		source := want.draft
		p.add("save draft of "+slug, func(ctx context.Context) error { return p.saveDraft(ctx, slug, source) }, differences(&draft, source)...)
	}
}

func (p *planner) createAction(slug string, want *actionSetup) {
	p.add("create action "+slug, func(ctx context.Context) error {
		n := api.NewAction{Slug: slug, Name: want.about.Name, Description: want.about.Description, Kind: want.about.Kind, Template: want.about.Template, Source: api.Source{Files: map[string]string{}, Triggers: []string{}}}
		_, err := p.tenant.CreateAction(ctx, n)
		return err
	})
}

func (p *planner) describeAction(slug string, want, have *actionSetup) {
	change, changes := api.ActionChange{}, []string(nil)
	if want.about.Name != "" && want.about.Name != have.about.Name {
		change.Name, changes = &want.about.Name, append(changes, fmt.Sprintf("name %q → %q", have.about.Name, want.about.Name))
	}
	if want.about.Description != have.about.Description {
		change.Description, changes = &want.about.Description, append(changes, "description")
	}
	if len(changes) > 0 {
		p.add("update action "+slug, func(ctx context.Context) error {
			_, err := p.tenant.UpdateAction(ctx, slug, change)
			return err
		}, changes...)
	}
}

// publish saves the sources of a version as the draft and publishes that.
func (p *planner) publish(slug, number string, source *api.Source, about versionAbout) {
	p.add(fmt.Sprintf("publish %s@%s", slug, number), func(ctx context.Context) error {
		if err := p.saveDraft(ctx, slug, source); err != nil {
			return err
		}
		v, err := p.tenant.Publish(ctx, slug, api.Publication{Number: number, Message: about.Message})
		if err == nil && about.Digest != "" && about.Digest != v.Digest {
			p.note("%s@%s has another digest than the one that was exported: its dependencies were settled anew, or another bundler made it", slug, number)
		}
		return err
	})
}

// saveDraft makes a source the draft. The first save in an apply is refused if the draft has changed since the plan.
func (p *planner) saveDraft(ctx context.Context, slug string, source *api.Source) error {
	change := api.DraftChange{
		Revision: p.have.drafts[slug], Files: source.Files, Entry: &source.Entry, Triggers: orNone(source.Triggers), ConfigSchema: source.ConfigSchema,
		Secrets: orNone(source.Secrets), Hosts: orNone(source.Hosts), Dependencies: source.Dependencies,
	}
	if len(change.ConfigSchema) == 0 {
		change.ConfigSchema = []byte("null")
	}
	if change.Dependencies == nil {
		change.Dependencies = map[string]string{}
	}
	d, err := p.tenant.SaveDraft(ctx, slug, change)
	if err == nil {
		p.have.drafts[slug] = d.Revision
	}
	return err
}

func orNone(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// differences names the parts in which two sources differ.
func differences(have, want *api.Source) []string {
	var list []string
	a, b := normal(*have), normal(*want)
	names := append(sortedKeys(a.Files), sortedKeys(b.Files)...)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		one, was := a.Files[name]
		two, is := b.Files[name]
		switch {
		case !was:
			list = append(list, "+ "+name)
		case !is:
			list = append(list, "- "+name)
		case one != two:
			list = append(list, "~ "+name)
		}
	}
	for _, part := range []struct {
		name     string
		one, two any
	}{
		{"entry", a.Entry, b.Entry}, {"triggers", a.Triggers, b.Triggers}, {"config schema", a.ConfigSchema, b.ConfigSchema}, {"secrets", a.Secrets, b.Secrets},
		{"hosts", a.Hosts, b.Hosts}, {"dependencies", a.Dependencies, b.Dependencies},
	} {
		if !same(part.one, part.two) {
			list = append(list, "~ "+part.name)
		}
	}
	return list
}

func (p *planner) flow(slug string) {
	want, have := p.want.flows[slug], p.have.flows[slug]
	switch {
	case have == nil:
		p.add("create flow "+slug, func(ctx context.Context) error {
			_, err := p.tenant.CreateFlow(ctx, api.NewFlow{Slug: slug, Kind: want.Kind, Name: want.Name, Slots: want.Slots})
			return err
		}, slotChanges(nil, want.Slots)...)
		return
	case want.Kind != have.Kind:
		p.conflict("flow %s is of the kind %s, and the files say %s: a kind never changes", slug, have.Kind, want.Kind)
		return
	case want.Name != "" && want.Name != have.Name:
		p.note("flow %s is called %q, and the files say %q: a flow's name cannot be changed yet", slug, have.Name, want.Name)
	}
	fill(have.Slots, want.Slots)
	if changes := slotChanges(have.Slots, want.Slots); len(changes) > 0 {
		base := p.have.revisions[slug]
		p.add("save flow "+slug, func(ctx context.Context) error {
			_, err := p.tenant.SaveFlow(ctx, slug, api.FlowChange{Base: base, Slots: want.Slots, Message: "durward apply"})
			return err
		}, changes...)
	}
}

// leftovers notes what the files say nothing of, and which secrets have to be set.
func (p *planner) leftovers() {
	set := map[string]bool{}
	for _, s := range p.have.secrets {
		set[s.Name] = true
	}
	for _, s := range p.want.secrets {
		if !set[s.Name] {
			p.note("secret %s is not set: \"durward secret set %s\" sets it", s.Name, s.Name)
		}
	}
	for _, slug := range sortedKeys(p.have.actions) {
		if p.want.actions[slug] == nil {
			p.note("action %s is not in the files, and stays as it is", slug)
		}
	}
	for _, slug := range sortedKeys(p.have.flows) {
		if p.want.flows[slug] == nil {
			p.note("flow %s is not in the files, and stays as it is", slug)
		}
	}
}
