package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/durward/durward/web/api"
)

// window is a time in which nothing new goes live.
type window struct {
	From   time.Time `placeholder:"TIME" help:"When it begins, as 2026-11-27T00:00:00Z. Default: now."`
	To     time.Time `required:"" placeholder:"TIME" help:"When it ends."`
	Reason string    `short:"m" help:"Why."`
}

// beside adds it to the freezes that are there; what is over is left out.
func (f *window) beside(there []api.Freeze) []api.Freeze {
	if f.From.IsZero() {
		f.From = time.Now().UTC().Truncate(time.Second)
	}
	freezes := []api.Freeze{{From: f.From, To: f.To, Reason: f.Reason}}
	for _, old := range there {
		if old.To.After(time.Now()) {
			freezes = append(freezes, old)
		}
	}
	return freezes
}

type flowFreeze struct {
	tenantConnection
	Flow   string `arg:"" help:"The flow's slug."`
	window `embed:""`
}

func (c *flowFreeze) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	f, err := tenant.Flow(ctx, c.Flow)
	if err != nil {
		return err
	}
	if f, err = tenant.SaveFreezes(ctx, c.Flow, c.beside(f.Freezes)); err != nil {
		return err
	}
	return c.show(s.out, f, func(w io.Writer) {
		fmt.Fprintf(w, "Nothing new goes live in %s from %s to %s.\n", c.Flow, when(c.From), when(c.To))
	})
}

type flowUnfreeze struct {
	tenantConnection
	Flow string `arg:"" help:"The flow's slug."`
}

func (c *flowUnfreeze) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	f, err := tenant.SaveFreezes(ctx, c.Flow, []api.Freeze{})
	if err != nil {
		return err
	}
	return c.show(s.out, f, func(w io.Writer) { fmt.Fprintf(w, "%s is not frozen.\n", c.Flow) })
}

type tenantFreeze struct {
	connection
	ID     string `arg:"" name:"tenant" env:"DURWARD_TENANT" help:"The tenant."`
	window `embed:""`
}

func (c *tenantFreeze) Run(ctx context.Context, s streams) error {
	tenant := c.client().Tenant(c.ID)
	there, err := tenant.Freezes(ctx)
	if err != nil {
		return err
	}
	if there, err = tenant.SaveTenantFreezes(ctx, c.beside(there.Freezes)); err != nil {
		return err
	}
	return c.show(s.out, there, func(w io.Writer) {
		fmt.Fprintf(w, "Nothing new goes live in any flow of %s from %s to %s.\n", c.ID, when(c.From), when(c.To))
	})
}

type tenantFreezes struct {
	connection
	ID string `arg:"" name:"tenant" env:"DURWARD_TENANT" help:"The tenant."`
}

func (c *tenantFreezes) Run(ctx context.Context, s streams) error {
	there, err := c.client().Tenant(c.ID).Freezes(ctx)
	if err != nil {
		return err
	}
	return showList(s.out, &c.connection, there.Freezes, []string{"FROM", "TO", "REASON"}, func(f api.Freeze) []string {
		return []string{when(f.From), when(f.To), f.Reason}
	})
}

type tenantUnfreeze struct {
	connection
	ID string `arg:"" name:"tenant" env:"DURWARD_TENANT" help:"The tenant."`
}

func (c *tenantUnfreeze) Run(ctx context.Context, s streams) error {
	there, err := c.client().Tenant(c.ID).SaveTenantFreezes(ctx, []api.Freeze{})
	if err != nil {
		return err
	}
	return c.show(s.out, there, func(w io.Writer) { fmt.Fprintf(w, "The tenant %s is not frozen; its flows may be.\n", c.ID) })
}
