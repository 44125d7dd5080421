package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

type templatesCommand struct {
	List templatesList `cmd:"" default:"withargs" help:"List the actions that Durward ships."`
	Show templatesShow `cmd:"" help:"Show a shipped action: its settings, and samples of what it answers."`
}

type templatesList struct{ tenantConnection }

// Help is shown below the summary.
func (templatesList) Help() string {
	return `With a tenant it also shows which of the tenant's actions were made from each, from which release, and whether there is a newer one.`
}

func (c *templatesList) Run(ctx context.Context, s streams) error {
	list, err := c.client().Templates(ctx)
	if err != nil {
		return err
	}
	header := []string{"TEMPLATE", "RELEASE", "WHAT IT DOES"}
	row := func(t api.Template) []string { return []string{t.Slug, t.Version, t.Description} }
	if c.Tenant == "" {
		return showList(s.out, &c.connection, list.Items, header, row)
	}
	installed, err := c.installed(ctx)
	if err != nil {
		return err
	}
	return showList(s.out, &c.connection, list.Items, append(header, "ACTIONS"), func(t api.Template) []string {
		return append(row(t), dash(strings.Join(installed[t.Slug], ", ")))
	})
}

// installed are the tenant's actions that were made from templates, by those.
func (c *templatesList) installed(ctx context.Context) (map[string][]string, error) {
	tenant := c.client().Tenant(c.Tenant)
	by := map[string][]string{}
	for a, err := range client.All(ctx, tenant.Actions) {
		if err != nil {
			return nil, err
		}
		if a.Kind != kindTemplate {
			continue
		}
		d, err := tenant.Draft(ctx, a.Slug)
		if err != nil {
			return nil, err
		}
		if d.Origin != nil {
			by[d.Origin.Template] = append(by[d.Origin.Template], a.Slug+" "+state(d.Origin))
		}
	}
	return by, nil
}

// state tells of which release a draft is, and whether there is a newer one.
func state(o *api.Origin) string {
	text := o.Release
	if text == "" {
		text = "of an unknown release"
	}
	if o.Customised {
		text += ", changed"
	}
	if o.Newest != "" && o.Newest != o.Release {
		text += fmt.Sprintf(" (%s is there)", o.Newest)
	}
	return text
}

// originOf is what an action was made from, in words.
func originOf(a api.Action, d api.Draft) string {
	switch {
	case d.Origin == nil:
		return a.Template
	case a.Kind != kindTemplate:
		return strings.TrimSpace(d.Origin.Template+" "+d.Origin.Release) + ", a copy of your own"
	}
	return d.Origin.Template + " " + state(d.Origin)
}

type templatesShow struct {
	connection
	Name string `arg:"" help:"The template's name."`
}

func (c *templatesShow) Run(ctx context.Context, s streams) error {
	t, err := c.client().Template(ctx, c.Name)
	if err != nil {
		return err
	}
	return c.show(s.out, t, func(w io.Writer) {
		facts(w, "template", t.Slug, "what it does", t.Description, "release", t.Version, "triggers", strings.Join(t.Triggers, " "), "secrets", strings.Join(t.Secrets, " "), "hosts", strings.Join(t.Hosts, " "))
		for _, note := range t.Notes {
			fmt.Fprintf(w, "\n%s\n", note)
		}
		fmt.Fprintln(w)
		printSettings(w, t.ConfigSchema)
		if len(t.Samples) > 0 {
			first := t.Samples[0]
			fmt.Fprintf(w, "\nFor example, %s, at %s:\n  config   %s\n  event    %s\n  outcome  %s\n", first.Name, first.Trigger, compact(first.Config), compact(first.Event), compact(first.Outcome))
		}
	})
}

// printSettings prints the members of a config, as its schema describes them.
func printSettings(w io.Writer, schema json.RawMessage) {
	var config struct {
		Required   []string
		Properties map[string]struct {
			Description string
			Default     json.RawMessage
		}
	}
	if json.Unmarshal(schema, &config) != nil {
		return
	}
	t := newTable(w, "SETTING", "DEFAULT", "WHAT IT IS")
	for _, name := range slices.Sorted(maps.Keys(config.Properties)) {
		p := config.Properties[name]
		standard := dash(compact(p.Default))
		switch {
		case slices.Contains(config.Required, name):
			standard = "(required)"
		case len(standard) > maxDefault:
			standard = "(long)"
		}
		t.row(name, standard, p.Description)
	}
	_ = t.flush()
}

// maxDefault is how long a default may be to stand in a table, in bytes.
const maxDefault = 60

// compact is JSON on one line.
func compact(value json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, value) != nil {
		return ""
	}
	return b.String()
}

type actionAdopt struct {
	tenantConnection
	Slug      string `arg:"" help:"The action's slug."`
	Overwrite bool   `help:"Replace the draft also if its sources were changed since they came from the template."`
}

// Help is shown below the summary.
func (actionAdopt) Help() string {
	return `Only the draft changes. Publish it, and flows run the new version where you pin it.`
}

func (c *actionAdopt) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	before, err := tenant.Draft(ctx, c.Slug)
	if err != nil {
		return err
	}
	d, err := patiently(ctx, s, func(ctx context.Context) (api.Draft, error) { return tenant.Adopt(ctx, c.Slug, c.Overwrite) })
	if err != nil {
		return err
	}
	return c.show(s.out, d, func(w io.Writer) {
		if d.Revision == before.Revision {
			fmt.Fprintf(w, "The draft of %s is %s %s already.\n", c.Slug, d.Origin.Template, d.Origin.Release)
			return
		}
		fmt.Fprintf(w, "The draft of %s is now %s %s (save %d).\n", c.Slug, d.Origin.Template, d.Origin.Release, d.Revision)
		fmt.Fprintf(w, "Next, a version of it:\n  %s action publish %s %s\n", s.self, c.Slug, d.Origin.Release)
	})
}
