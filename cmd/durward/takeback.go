package main

import (
	"context"
	"fmt"
	"io"

	"github.com/durward/durward/web/api"
)

type flowRollback struct {
	tenantConnection
	Flow   string `arg:"" help:"The flow's slug."`
	To     int    `placeholder:"N" help:"The revision whose content is to be live again. Default: the one that was live before; during a rollout, the stable one."`
	Reason string `short:"m" help:"Why."`
}

func (c *flowRollback) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	f, err := tenant.RollBack(ctx, c.Flow, api.RollBack{To: c.To, Reason: api.Reason{Reason: c.Reason}})
	if err != nil {
		return err
	}
	return c.show(s.out, f, func(w io.Writer) {
		fmt.Fprintf(w, "Rolled back %s. Revision %d is live.\n", c.Flow, f.Revision)
	})
}

type flowRecall struct {
	tenantConnection
	Flow     string `arg:"" help:"The flow's slug."`
	Revision int    `arg:"" help:"The number of the revision."`
	Reason   string `short:"m" help:"Why."`
}

func (c *flowRecall) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	r, err := tenant.RecallRevision(ctx, c.Flow, c.Revision, c.Reason)
	if err != nil {
		return err
	}
	return c.show(s.out, r, func(w io.Writer) {
		fmt.Fprintf(w, "Recalled revision %d of %s. Sign-ins that have it go on with the live one.\n", r.Number, c.Flow)
	})
}

type versionRecall struct {
	tenantConnection
	Action string `arg:"" help:"The action's slug."`
	Number string `arg:"" name:"version" help:"The version, for example 1.2.0."`
	Reason string `short:"m" help:"Why."`

	Dependents bool `help:"Of a shared module: recall all versions that have it in them, too."`
}

func (c *versionRecall) Run(ctx context.Context, s streams) error {
	tenant, err := c.tenant()
	if err != nil {
		return err
	}
	v, err := tenant.RecallVersion(ctx, c.Action, c.Number, api.VersionRecall{Reason: api.Reason{Reason: c.Reason}, Dependents: c.Dependents})
	if err != nil {
		return err
	}
	return c.show(s.out, v, func(w io.Writer) { c.tell(w, &v) })
}

func (c *versionRecall) tell(w io.Writer, v *api.RecalledVersion) {
	if len(v.Triggers) > 0 {
		fmt.Fprintf(w, "Recalled %s@%s. Nothing can be attached with it, and sign-ins that have it go on with the live revision.\n", v.Action, v.Number)
		return
	}
	fmt.Fprintf(w, "Recalled %s@%s. Nothing can be published with it.\n", v.Action, v.Number)
	switch {
	case len(v.Dependents) == 0:
		return
	case c.Dependents:
		fmt.Fprintln(w, "Recalled too, because they have it in them:")
	default:
		fmt.Fprintln(w, "These have it in them, and stay as they are; --dependents recalls them too:")
	}
	for _, d := range v.Dependents {
		fmt.Fprintf(w, "  %s@%s\n", d.Action, d.Version)
	}
}

type runKeysCommand struct {
	Rotate runKeysRotate `cmd:"" help:"Make a new key that seals runs. The server does so by itself each month."`
}

type runKeysRotate struct {
	connection
	Revoke bool `help:"Remove all other keys, because they have become known: every sign-in that was begun is invalid then."`
}

func (c *runKeysRotate) Run(ctx context.Context, s streams) error {
	k, err := c.client().RotateRunKeys(ctx, c.Revoke)
	if err != nil {
		return err
	}
	return c.show(s.out, k, func(w io.Writer) { fmt.Fprintf(w, "Made run key %d.\n", k.ID) })
}
