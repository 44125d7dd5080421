package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/durward/durward/web/client"
)

type exportCommand struct {
	tenantConnection
	Dir   string `arg:"" name:"folder" help:"Where to write; it is made if it is not there."`
	Force bool   `help:"Also write into a folder that is not empty. Its folders actions and flows are removed first."`
}

// Help is shown below the summary.
func (exportCommand) Help() string {
	return `Writes actions with their drafts and the versions that flows pin, flows with what is live, the egress policy, and the names of secrets: never a value of a secret, and no key. What is written twice is the same bytes, so that the folder can be kept in git.

A key with the role viewer is enough, but for the egress policy, which takes an admin.`
}

func (c *exportCommand) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	if len(entries(c.Dir)) > 0 && !c.Force {
		return &usageError{fmt.Sprintf("%s is not empty; --force writes over what is there", c.Dir)}
	}
	r, err := fetchSetup(ctx, tenant, func(live *setup) map[string][]string { return pins(live.flows) })
	if err != nil {
		return err
	}
	if err := clearSetup(c.Dir); err != nil {
		return err
	}
	if err := writeSetup(c.Dir, &r.setup); err != nil {
		return err
	}
	if r.egress == nil {
		fmt.Fprintln(s.err, "The egress policy is left out: reading it takes a key with the role admin.")
	}
	fmt.Fprintf(s.out, "Wrote %d actions and %d flows to %s.\n", len(r.actions), len(r.flows), c.Dir)
	return nil
}

// clearSetup removes what an export has written before, so that what has gone since does not stay.
func clearSetup(dir string) error {
	root, err := os.OpenRoot(dir)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	for _, name := range []string{actionsFolder, flowsFolder, egressFile, secretsList} {
		if err := root.RemoveAll(name); err != nil {
			return err
		}
	}
	return nil
}

type planCommand struct {
	tenantConnection
	Dir string `arg:"" name:"folder" help:"A folder as export writes it."`
}

// Help is shown below the summary.
func (planCommand) Help() string {
	return `Compares the folder with what the server has, and changes nothing. The exit code is 1 if apply would refuse the folder. A key with the role viewer is enough, but for the egress policy.`
}

func (c *planCommand) Run(ctx context.Context, s streams) error {
	_, p, err := c.plan(ctx)
	if err != nil {
		return err
	}
	if err := c.show(s.out, p, func(w io.Writer) { p.print(w) }); err != nil {
		return err
	}
	if len(p.Conflicts) > 0 {
		return errReported
	}
	return nil
}

func (c *planCommand) plan(ctx context.Context) (*client.Tenant, *plan, error) {
	tenant, err := c.tenant()
	if err != nil {
		return nil, nil, err
	}
	want, err := readSetup(c.Dir)
	if err != nil {
		return nil, nil, err
	}
	p, err := newPlan(ctx, tenant, want)
	return tenant, p, err
}

func (p *plan) print(w io.Writer) {
	if len(p.Steps) == 0 && len(p.Conflicts) == 0 {
		fmt.Fprintln(w, "Nothing is to be changed.")
	}
	for _, s := range p.Steps {
		fmt.Fprintln(w, harmless(s.What))
		for _, change := range s.Changes {
			fmt.Fprintf(w, "  %s\n", harmless(change))
		}
	}
	for _, conflict := range p.Conflicts {
		fmt.Fprintf(w, "conflict: %s\n", harmless(conflict))
	}
	p.printNotes(w)
}

func (p *plan) printNotes(w io.Writer) {
	for _, note := range p.Notes {
		fmt.Fprintf(w, "note: %s\n", harmless(note))
	}
}

type applyCommand struct{ planCommand }

// Help is shown below the summary.
func (applyCommand) Help() string {
	return `Does what plan shows, one step after the other: the egress policy, actions with their versions and drafts, flows. Nothing is removed. Nothing is done at all if there is a conflict. Each step is refused if somebody else has changed the same thing since the plan was made.

If a step fails, the rest is not done: the output says which steps are. Applying the folder again goes on with what is left. It takes a key with the role publisher, and admin for the egress policy.`
}

func (c *applyCommand) Run(ctx context.Context, s streams) error {
	_, p, err := c.plan(ctx)
	if err != nil {
		return err
	}
	if len(p.Conflicts) > 0 {
		p.Steps = nil
		p.print(s.err)
		fmt.Fprintln(s.err, "Nothing was changed.")
		return errReported
	}
	return p.apply(ctx, s)
}

// apply does the steps in order, up to the first that fails, and says what became of each.
func (p *plan) apply(ctx context.Context, s streams) error {
	for i, step := range p.Steps {
		if err := step.do(ctx); err != nil {
			fmt.Fprintf(s.out, "failed    %s\n", harmless(step.What))
			for _, rest := range p.Steps[i+1:] {
				fmt.Fprintf(s.out, "not done  %s\n", harmless(rest.What))
			}
			return err
		}
		fmt.Fprintf(s.out, "done      %s\n", harmless(step.What))
	}
	p.printNotes(s.err)
	fmt.Fprintf(s.out, "%d steps done.\n", len(p.Steps))
	return nil
}
