package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

type actionCommand struct {
	Create  actionCreate  `cmd:"" help:"Create an action."`
	List    actionList    `cmd:"" help:"List the actions."`
	Show    actionShow    `cmd:"" help:"Show an action and its draft."`
	Update  actionUpdate  `cmd:"" help:"Change an action's name or description."`
	Delete  actionDelete  `cmd:"" help:"Delete an action that nothing has, with its draft and versions."`
	Push    actionPush    `cmd:"" help:"Put sources into an action's draft."`
	Pull    actionPull    `cmd:"" help:"Write an action's draft into a folder."`
	Adopt   actionAdopt   `cmd:"" help:"Make the newest release of its template an action's draft."`
	Upgrade actionUpgrade `cmd:"" help:"Settle a draft's dependencies anew, on the newest versions in their ranges."`
	Run     actionRun     `cmd:"" help:"Run an action's draft on a sample event."`
	Types   actionTypes   `cmd:"" help:"Write the types for an action's draft into a folder, for an editor."`
	Publish actionPublish `cmd:"" help:"Make an immutable version of an action's draft."`

	Dependents actionDependents `cmd:"" help:"List what has a shared module in it."`
}

type actionCreate struct {
	tenantConnection
	Slug        string   `arg:"" help:"Lower-case letters, digits and hyphens. It never changes."`
	Name        string   `help:"What people call the action. Default: the slug."`
	Description string   `help:"What it is for."`
	Custom      bool     `help:"With --template: make the copy your own, to be changed. No newer release is offered for it."`
	Module      bool     `xor:"source" help:"Make it a shared module: actions import its versions as durward:SLUG, and it is never attached to a flow."`
	Template    string   `xor:"source" placeholder:"NAME" help:"Begin with the sources of a shipped action; \"durward templates\" lists them."`
	Trigger     []string `sep:"," placeholder:"TRIGGER" help:"A trigger that the action works at; \"durward triggers\" lists them. It can be said several times."`
}

func (c *actionCreate) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	n := api.NewAction{Slug: c.Slug, Name: c.Name, Description: c.Description}
	n.Files, n.Triggers = map[string]string{}, append([]string{}, c.Trigger...)
	switch {
	case c.Custom && c.Template == "":
		return &usageError{"--custom goes with --template: it says whose copy it is"}
	case c.Module:
		n.Kind = kindModule
	case c.Template != "":
		t, err := c.client().Template(ctx, c.Template)
		if problem := (*client.Problem)(nil); errors.As(err, &problem) && problem.Status == http.StatusNotFound {
			return &usageError{fmt.Sprintf("there is no template %q; \"durward templates\" lists them", c.Template)}
		}
		if err != nil {
			return err
		}
		n.Description, n.Template = cmp.Or(n.Description, t.Description), t.Slug
		if !c.Custom {
			n.Kind = kindTemplate
		}
	}
	a, err := patiently(ctx, s, func(ctx context.Context) (api.CreatedAction, error) { return tenant.CreateAction(ctx, n) })
	if err != nil {
		return err
	}
	return c.show(s.out, a, func(w io.Writer) {
		fmt.Fprintf(w, "Created action %s.\n", a.Slug)
		if len(a.Draft.Files) == 0 {
			fmt.Fprintf(w, "Next, its sources:\n  %s action push %s FOLDER%s\n", s.self, a.Slug, triggerHint(a))
		}
	})
}

// The kinds of actions that are no custom ones.
const (
	kindModule   = "module"
	kindTemplate = "template"
)

// triggerHint is what is still to be said of an action without triggers.
func triggerHint(a api.CreatedAction) string {
	if len(a.Draft.Triggers) == 0 && a.Kind != kindModule {
		return " --trigger login.after"
	}
	return ""
}

type actionList struct {
	tenantConnection
	limit
}

func (c *actionList) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	actions, err := collect(ctx, tenant.Actions, c.limit)
	if err != nil {
		return err
	}
	return showList(s.out, &c.connection, actions, []string{"ACTION", "NAME", "KIND", "LATEST", "CREATED"}, func(a api.Action) []string {
		return []string{a.Slug, a.Name, a.Kind, dash(a.Latest), when(a.CreatedAt)}
	})
}

type actionShow struct {
	tenantConnection
	Slug string `arg:"" help:"The action's slug."`
}

func (c *actionShow) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	a, err := tenant.Action(ctx, c.Slug)
	if err != nil {
		return err
	}
	d, err := tenant.Draft(ctx, c.Slug)
	if err != nil {
		return err
	}
	return c.show(s.out, api.CreatedAction{Action: a, Draft: d}, func(w io.Writer) {
		facts(w, "action", a.Slug, "name", a.Name, "description", a.Description, "kind", a.Kind, "template", originOf(a, d), "latest version", a.Latest,
			"created", when(a.CreatedAt)+" by "+a.CreatedBy.Name, "draft", fmt.Sprintf("save %d, %s by %s", d.Revision, when(d.UpdatedAt), d.UpdatedBy.Name),
			"triggers", strings.Join(d.Triggers, " "), "secrets", strings.Join(d.Secrets, " "), "hosts", strings.Join(d.Hosts, " "), "dependencies", settled(d.Lock), "entry", d.Entry)
		printFiles(w, d.Files)
	})
}

type actionUpdate struct {
	tenantConnection
	Slug        string  `arg:"" help:"The action's slug."`
	Name        *string `help:"The new name."`
	Description *string `help:"The new description."`
}

func (c *actionUpdate) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	if c.Name == nil && c.Description == nil {
		return &usageError{"there is nothing to change: say --name or --description"}
	}
	a, err := tenant.UpdateAction(ctx, c.Slug, api.ActionChange{Name: c.Name, Description: c.Description})
	if err != nil {
		return err
	}
	return c.show(s.out, a, func(w io.Writer) { facts(w, "action", a.Slug, "name", a.Name, "description", a.Description) })
}

type actionPublish struct {
	tenantConnection
	Slug    string `arg:"" help:"The action's slug."`
	Number  string `arg:"" name:"version" help:"A semantic version that the action does not have yet, for example 1.2.0."`
	Message string `short:"m" help:"What is new."`
}

// Help is shown below the summary.
func (actionPublish) Help() string {
	return `A version never changes and runs nowhere by itself: attach it to a flow. Publishing the same draft under the same number again does nothing, so that a pipeline may repeat itself.

It tells what the version can do that the version before it could not.`
}

func (c *actionPublish) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	v, err := patiently(ctx, s, func(ctx context.Context) (api.Published, error) {
		return tenant.Publish(ctx, c.Slug, api.Publication{Number: c.Number, Message: c.Message})
	})
	if err != nil {
		return err
	}
	return c.show(s.out, v, func(w io.Writer) {
		for _, d := range v.Warnings {
			printDiagnostic(s.err, d)
		}
		fmt.Fprintf(w, "Published %s@%s (digest %.12s).\n", v.Action, v.Number, v.Digest)
		printChanges(w, v.Changes)
	})
}
