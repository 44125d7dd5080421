package main

import (
	"context"
	"fmt"
	"io"

	"github.com/durward/durward/web/api"
)

type publishingCommand struct {
	Show publishingShow `cmd:"" help:"Show what is asked of drafts that are published."`
	Set  publishingSet  `cmd:"" help:"Say it, in place of what was said before."`
}

type publishingShow struct{ tenantConnection }

func (c *publishingShow) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	p, err := tenant.Publishing(ctx)
	if err != nil {
		return err
	}
	return c.show(s.out, p, func(w io.Writer) { printPublishing(w, &p) })
}

type publishingSet struct {
	tenantConnection
	TypeCheck string `enum:"off,warn,refuse" default:"off" help:"What is done with a draft whose types are wrong. off: they are not checked. warn: it is published with warnings. refuse: it is not published."`
	Revision  *int   `placeholder:"N" help:"The revision that show shows; it is refused if somebody else has saved by now. Default: whatever is there."`
}

// Help is shown below the summary.
func (publishingSet) Help() string {
	return `The types are checked by the native TypeScript compiler, which the operator gives the server with --tsc. It needs an admin key:

    durward publishing set --type-check warn`
}

func (c *publishingSet) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	p, err := tenant.SavePublishing(ctx, api.PublishingChange{Revision: c.Revision, TypeCheck: c.TypeCheck})
	if err != nil {
		return err
	}
	return c.show(s.out, p, func(w io.Writer) { printPublishing(w, &p) })
}

func printPublishing(w io.Writer, p *api.Publishing) {
	facts(w, append([]string{"type check", p.TypeCheck}, saved(p.Revision, when(p.UpdatedAt), p.UpdatedBy)...)...)
	switch {
	case p.TypeCheckAvailable:
	case p.TypeCheck == "refuse":
		fmt.Fprintln(w, "The server has no TypeScript compiler, so nothing can be published: its operator starts it with --tsc.")
	case p.TypeCheck == "warn":
		fmt.Fprintln(w, "The server has no TypeScript compiler, so types are not checked: its operator starts it with --tsc.")
	}
}
