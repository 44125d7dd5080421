package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/durward/durward/web/api"
	"github.com/durward/durward/web/client"
)

type actionPush struct {
	tenantConnection
	Slug       string   `arg:"" help:"The action's slug."`
	Paths      []string `arg:"" name:"path" help:"A folder, or files."`
	Schema     string   `placeholder:"FILE" help:"A JSON Schema (draft 2020-12) of the config that an attachment gives."`
	Trigger    []string `sep:"," placeholder:"TRIGGER" help:"A trigger that the action works at; \"durward triggers\" lists them. It can be said several times."`
	Secret     []string `sep:"," placeholder:"NAME" help:"The name of a secret that the action reads. It can be said several times."`
	Host       []string `sep:"," placeholder:"HOST" help:"A host that the action sends requests to, for example api.example.com; it reaches no others then. It can be said several times."`
	Dependency []string `placeholder:"NAME@RANGE" help:"An npm package that the action imports, for example axios@^1, or a shared module, for example durward:crm@^1. It can be said several times."`
	NoCheck    bool     `help:"Save only: do not build the draft to tell what publishing it would say."`
	Entry      string   `placeholder:"FILE" help:"The file that exports execute. Default: action.ts, action.js, index.ts, ... or the only file."`
}

// Help is shown below the summary.
func (actionPush) Help() string {
	return `The sources take the place of those that are in the draft; nothing that is live changes. It tells what publishing the draft would say: what does not build, warnings, and what it can do that the newest version cannot.

A folder may have an action.json, which says what the flags say:

    {"triggers": ["login.after"], "schema": "schema.json", "secrets": ["API_TOKEN"], "hosts": ["api.example.com"], "entry": "action.ts",
     "dependencies": {"axios": "^1.7.0"}}

Where it names no dependencies, those of a package.json are taken.

Of a folder, TypeScript, JavaScript and JSON files are taken, also below it; declarations (.d.ts), node_modules, dot files, package.json, tsconfig.json and the data of a server are not.`
}

func (c *actionPush) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	change, err := c.read(s)
	if err != nil {
		return err
	}
	d, err := patiently(ctx, s, func(ctx context.Context) (api.Draft, error) { return tenant.SaveDraft(ctx, c.Slug, change) })
	if err != nil {
		return err
	}
	a, err := tenant.Action(ctx, c.Slug)
	if err != nil {
		return err
	}
	ready := len(d.Triggers) > 0 || a.Kind == kindModule
	if err := c.show(s.out, d, func(w io.Writer) {
		fmt.Fprintf(w, "Saved the draft of %s (save %d):\n", c.Slug, d.Revision)
		printFiles(w, d.Files)
		if len(d.Lock) > 0 {
			fmt.Fprintf(w, "  dependencies %s\n", settled(d.Lock))
		}
		if !ready {
			fmt.Fprintln(w, "It names no trigger yet: say where it works with --trigger, or in action.json.")
		}
	}); err != nil || !ready || c.NoCheck || c.JSON == outputJSON {
		return err
	}
	return c.check(ctx, s, tenant)
}

// check tells what publishing the draft would say. That is no failure of the push: the draft is saved, and may be half done.
func (c *actionPush) check(ctx context.Context, s streams, tenant *client.Tenant) error {
	found, err := patiently(ctx, s, func(ctx context.Context) (api.DraftCheck, error) { return tenant.CheckDraft(ctx, c.Slug) })
	if problem := (*client.Problem)(nil); errors.As(err, &problem) {
		fmt.Fprintln(s.err, "The draft is saved. Publishing it would fail:")
		printProblem(s.err, problem)
		return nil
	}
	if err != nil {
		return err
	}
	for _, d := range found.Warnings {
		printDiagnostic(s.err, d)
	}
	printChanges(s.out, found.Changes)
	return nil
}

func (c *actionPush) read(s streams) (api.DraftChange, error) {
	change, err := readSource(c.Paths)
	if err != nil {
		return change, err
	}
	if c.Schema != "" {
		if change.ConfigSchema, err = readJSON("--schema", c.Schema, s); err != nil {
			return change, err
		}
	}
	if len(c.Trigger) > 0 {
		change.Triggers = c.Trigger
	}
	if len(c.Secret) > 0 {
		change.Secrets = c.Secret
	}
	if len(c.Host) > 0 {
		change.Hosts = c.Host
	}
	if len(c.Dependency) > 0 {
		if change.Dependencies, err = dependencies(c.Dependency); err != nil {
			return change, err
		}
	}
	if c.Entry != "" {
		change.Entry = &c.Entry
	}
	if len(c.Paths) == 1 {
		err = checkEntry(c.Paths[0], &change)
	}
	return change, err
}

type actionPull struct {
	tenantConnection
	Slug  string `arg:"" help:"The action's slug."`
	Dir   string `arg:"" name:"folder" help:"Where to write; it is made if it is not there."`
	Force bool   `help:"Also write into a folder that is not empty, over files of the same names."`
}

func (c *actionPull) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	if there, err := os.ReadDir(c.Dir); err == nil && len(there) > 0 && !c.Force {
		return &usageError{fmt.Sprintf("%s is not empty; --force writes over what is there", c.Dir)}
	}
	d, err := tenant.Draft(ctx, c.Slug)
	if err != nil {
		return err
	}
	if err := writeSource(c.Dir, d); err != nil {
		return err
	}
	return c.show(s.out, d, func(w io.Writer) {
		fmt.Fprintf(w, "Wrote the draft of %s (save %d) to %s:\n", c.Slug, d.Revision, c.Dir)
		printFiles(w, d.Files)
	})
}
